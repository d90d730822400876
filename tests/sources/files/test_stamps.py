"""Times in cells: written in any accepted way they are read back; what is not wholly understood is no time."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.files import clocks
from sources.files.stamps import TWICE, UNREADABLE, read

ZONE = ZoneInfo("Asia/Tashkent")  # UTC+5 all year
FORMATS = ("%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")
moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 30), timezones=st.just(UTC)).map(
    lambda t: t.replace(second=0, microsecond=0)
)


def said(*texts: str | None, clock: list[str] | None = None, formats: tuple[str, ...] = FORMATS) -> list[object]:
    """Local end of each, or why there is none."""
    second = None if clock is None else pd.Series(clock, dtype="str")
    found, why = read(pd.Series(texts, dtype="str"), ZONE, formats, second)
    assert len(found) == len(texts)
    shown = found.dt.tz_convert(ZONE).dt.strftime("%Y-%m-%d %H:%M:%S")
    return [w or (t if isinstance(t, str) else None) for t, w in zip(shown, why, strict=True)]


WAYS = (
    lambda t: t.strftime("%d.%m.%Y %H:%M"),
    lambda t: t.strftime("%d/%m/%Y %H:%M:00"),
    lambda t: f"{t.day}.{t.month}.{t.year}\u00a0{t.hour}:{t:%M}",
    lambda t: t.strftime("%Y-%m-%dT%H:%M:%S"),
    lambda t: t.strftime("%Y-%m-%d %I:%M %p"),
    lambda t: t.strftime("%d.%m.%Y, %I:%M%p"),
    lambda t: t.strftime("%Y-%m-%d %H:%M+05"),
    lambda t: t.strftime("%Y-%m-%dT%H:%M:00.000+0500"),
    lambda t: t.strftime("%d.%m.%Y %H:%M (UTC+5)"),
    lambda t: t.strftime("%d.%m.%Y %H:%M Asia/Tashkent"),
    lambda t: t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    lambda t: t.astimezone(UTC).strftime("%d.%m.%Y %H:%M GMT"),
    lambda t: t.astimezone(ZoneInfo("Etc/GMT+7")).strftime("%Y-%m-%d %H:%M-07:00"),
    lambda t: f"{(t.replace(tzinfo=None) - datetime(1899, 12, 30)) / timedelta(days=1)!r}",
)


@given(st.lists(st.tuples(moments, st.sampled_from(WAYS)), min_size=1, max_size=20))
def test_a_moment_in_any_way_of_writing_it(written: list[tuple[datetime, object]]) -> None:
    local = [t.astimezone(ZONE) for t, _ in written]
    texts = [way(t) for t, (_, way) in zip(local, written, strict=True)]  # type: ignore[operator]
    found, why = read(pd.Series(texts), ZONE, FORMATS)
    assert why.tolist() == [""] * len(texts)
    assert found.tolist() == [pd.Timestamp(t) for t, _ in written]


@given(st.lists(moments, min_size=1, max_size=10), st.sampled_from([1, 1000]))
def test_a_column_of_seconds_or_milliseconds(times: list[datetime], scale: int) -> None:
    kept = [t for t in times if 2002 <= t.year < 2030] or [datetime(2024, 7, 1, tzinfo=UTC)]
    texts = [str(int(t.timestamp()) * scale) for t in kept]
    found, _ = read(pd.Series(texts), ZONE)
    assert found.tolist() == [pd.Timestamp(t) for t in kept]
    mixed, why = read(pd.Series([*texts, "01.02.2024 07:00"]), ZONE)
    assert mixed.isna().tolist() == [True] * len(texts) + [False]
    assert set(why[:-1]) == {UNREADABLE}
    told, _ = read(pd.Series([*texts, "01.02.2024 07:00"]), ZONE, ("unix",))
    assert told[:-1].tolist() == found.tolist()


DIGITS_ONLY = re.compile(r"(?=.*\d[-/.:]\d+[-/.:])[\d ./:-]+")  # no zone, no bare number


def parts(text: str) -> set[int]:
    return {int(n) for n in re.findall(r"\d+", text)}


def shown(moment: pd.Timestamp) -> set[int]:
    """Every number that a stamp may show of a moment, 24:00 of the day before among them."""
    t = moment.tz_convert(ZONE)
    before = t - pd.Timedelta("1D")
    own = {t.year, t.month, t.day, t.hour, t.minute, t.second, 0}
    return own | ({before.year, before.month, before.day, 24} if t.hour == t.minute == 0 else set())


@given(
    st.text(alphabet="0123456789.:-/ TZ+APMdayUC,–", max_size=18), st.text(alphabet="0123456789.:-, APMч–", max_size=9)
)
def test_any_text_is_wholly_understood_or_no_time(text: str, hour: str) -> None:
    """No span of hours is read as an hour, and there is a moment or a reason or nothing."""
    for day, clock in ((text, None), ("01.02.2024", [hour])):
        found, why = read(pd.Series([day]), ZONE, FORMATS, None if clock is None else pd.Series(clock))
        if pd.notna(found[0]):
            assert why[0] == ""
            assert not re.search(r"\d[–-]\d{1,2}$", (clock or [day])[0]) or re.match(r"\d{4}-", day)
            assert clock or not DIGITS_ONLY.fullmatch(day) or parts(day) <= shown(found[0])
        else:
            assert why[0] in ("", UNREADABLE, TWICE)


CLOCKS = (
    lambda m: f"{m // 60:02d}:{m % 60:02d}",
    lambda m: f"{m // 60}:{m % 60:02d}:00",
    lambda m: (datetime(2024, 1, 1) + timedelta(minutes=m)).strftime("%I:%M %p"),
    lambda m: f"{m // 60} ч {m % 60} мин",
)


@given(st.lists(st.tuples(st.integers(0, 1439), st.sampled_from(CLOCKS)), min_size=1, max_size=12))
def test_a_clock_in_any_way_of_writing_it(written: list[tuple[int, object]]) -> None:
    texts = [way(m) for m, way in written]  # type: ignore[operator]
    rule = clocks.rule(texts)
    assert [rule(t) for t in texts] == [m * 60 for m, _ in written]


@pytest.mark.parametrize("places", [17, 6, 7])
def test_a_column_of_fractions_of_a_day(places: int) -> None:
    texts = [f"{m / 1440:.{places}g}" for m in range(0, 1440, 15)] + ["1"]
    rule = clocks.rule(texts)
    assert [rule(t) for t in texts] == [m * 60 for m in range(0, 1440, 15)] + [86_400]


@pytest.mark.parametrize(
    "column", [["7", "13", "24"], ["7.0", "13.0", "24.0"], ["07.00", "13.00", "24.00"], ["0700", "1300", "2400"]]
)
def test_hours_of_a_column(column: list[str]) -> None:
    rule = clocks.rule(column)
    assert [rule(t) for t in column] == [h * 3600 for h in (7, 13, 24)]


@pytest.mark.parametrize(
    "column",
    [["0.5"], ["0,5"], ["7.5", "8.25"], ["7.30", "8.75"], ["7-30"], ["19–07"], ["7-8"], ["00:00-01:00"],
     ["-1"], ["25"], ["730"],
     ["1300", "60"], ["24:01"], ["7:5"], ["13 PM"], ["0 AM"], ["07:00 утра"], ["1e1"], ["0.0417", "0.5"], ["1.5"]],
)  # fmt: skip
def test_what_may_be_two_clocks_is_none(column: list[str]) -> None:
    assert said(*["01.02.2024"] * len(column), clock=column)[0] == UNREADABLE


def test_a_day_and_a_clock_in_two_columns() -> None:
    days = ["01.02.2024", "2024-02-01T00:00:00", "45323", "01.02.2024 07:00", "01.02.2024 08:00", None, "01.02.2024"]
    hours = ["24:00", "7 AM", "07:00:30", "07:00", "07:00", "07:00", "-"]
    assert said(*days, clock=hours) == [
        "2024-02-02 00:00:00", "2024-02-01 07:00:00", "2024-02-01 07:00:30", "2024-02-01 07:00:00", UNREADABLE,
        None, None
    ]  # fmt: skip
    assert said("01.02.2024", "01.02.2024", clock=["07:00Z", "07:00+0300"]) == [
        "2024-02-01 12:00:00",
        "2024-02-01 09:00:00",
    ]
    assert said("01.02.2024", "01.02.2024", clock=["2024-02-01T07:00:00", "2024-02-03T07:00:00"]) == [
        "2024-02-01 07:00:00", UNREADABLE
    ]  # fmt: skip


def test_the_mapping_says_which_is_the_day_and_never_the_cell() -> None:
    both = ("03.02.2024", "03/02/2024", "13/02/2024", "02/13/2024")
    assert said(*both) == ["2024-02-03 00:00:00"] * 2 + ["2024-02-13 00:00:00", UNREADABLE]
    first, second = "%d/%m/%Y", "%m/%d/%Y"
    assert said("02/13/2024", "03/02/2024", formats=(first, second)) == [UNREADABLE, "2024-02-03 00:00:00"]
    assert said("02/13/2024", "03/02/2024", formats=(second, first)) == ["2024-02-13 00:00:00", "2024-03-02 00:00:00"]
    assert said("02.13.2024", "13.02.2024", formats=("%m.%d.%Y",)) == ["2024-02-13 00:00:00", UNREADABLE]
    assert said("03/02/2024", formats=()) == [UNREADABLE]


def test_formats_that_have_the_clock_first_or_within() -> None:
    assert said("07:30 01.02.2024", formats=("%H:%M %d.%m.%Y",)) == ["2024-02-01 07:30:00"]
    assert said("2024020107", formats=("%Y%m%d%H",)) == ["2024-02-01 07:00:00"]
    assert said("2024020107", "1990010107", formats=()) == [UNREADABLE] * 2  # no seconds of 2034
    assert said("01.02.2024 7.30", formats=("%d.%m.%Y %H.%M",)) == ["2024-02-01 07:30:00"]
    assert said("01.02.2024 24:00", "1 February 2024 7:00", formats=("%d %B %Y %H:%M",)) == [
        "2024-02-02 00:00:00", "2024-02-01 07:00:00"
    ]  # fmt: skip


def test_what_is_no_time() -> None:
    odd = ["31.02.2024", "01.02.24", "2024-02", "20240201", "01.02.2024 07", "01.02.2024 7:00 8:00",
           "01.02.2024 00:00-01:00",
           "2024-02-01T07:00+15:00", "2024-02-01 07:00 Mars/Base", "1899-01-01", "99999.5",
           "x" * 90 + "01.02.2024"]  # fmt: skip
    assert said(*odd) == [UNREADABLE] * len(odd)
    assert said(None, "", "-", "NaT") == [None] * 4


def test_an_hour_that_came_twice_is_said_and_a_stated_offset_decides() -> None:
    texts = pd.Series(["29.02.2024 23:30", "29.02.2024 23:30 UTC+6", "2024-02-29T23:30+05:00"])
    found, why = read(texts, ZoneInfo("Asia/Almaty"), FORMATS)
    assert why.tolist() == [TWICE, "", ""]
    assert found[1:].tolist() == [pd.Timestamp("2024-02-29T17:30Z"), pd.Timestamp("2024-02-29T18:30Z")]


def test_times_that_are_typed_already() -> None:
    naive = pd.Series(pd.to_datetime(["2024-02-01 07:00", None]))
    assert read(naive, ZONE)[0].dropna().tolist() == [pd.Timestamp("2024-02-01T02:00Z")]
    assert read(naive.dt.tz_localize("UTC"), ZONE)[0].dropna().tolist() == [pd.Timestamp("2024-02-01T07:00Z")]
    assert read(pd.Series([1719792000, 1719795600]), ZONE)[0].tolist()[1] == pd.Timestamp("2024-07-01T01:00Z")
