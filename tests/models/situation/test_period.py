"""The statement of a period: its level with the range, what was left out, and when it is held to a limit for a year."""

from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from models.situation.period import period
from models.situation.statement import Statement
from models.situation.stating import About

ZONE = ZoneInfo("Asia/Tashkent")
MOMENT = pd.Timestamp("2026-02-01T00:00Z")
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
PLACES = pd.DataFrame(
    {"station": ["a:1", "a:2", "a:3", "a:4"], "name": "", "same_as": "",
     "station_class": ["background", "background", "", "traffic"]}
)  # fmt: skip


def days(station: str, value: float, first: str = "2025-01-01", n: int = 365, **more: object) -> pd.DataFrame:
    """Daily rows of one station as `Store.daily` answers; 24 hours a day."""
    at = pd.date_range(first, periods=n, freq="D").date
    plain = {"source": "a", "parameter": "pm25", "kind": "reference", "minutes": 60, "coverage": 1.0, "median": False,
             "n": 24}  # fmt: skip
    return pd.DataFrame({"day": at, "value": value}).assign(station=station, **{**plain, **more})


def said(*parts: pd.DataFrame, every: pd.DataFrame | None = None, span: tuple[date, date] = YEAR, law: str = "uz",
         station: str = "", expected: tuple[str, ...] = ()) -> Statement:  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    about = About("x", law, ZONE, station, expected)
    return period(rows, rows if every is None else every, PLACES, "pm25", about, *span, MOMENT)


def test_a_level_is_the_mean_of_days_with_the_range_of_leaving_each_station_out() -> None:
    made = said(days("a:1", 20.0), days("a:2", 30.0), days("a:3", 70.0), days("a:4", 500.0))
    assert (made.value, made.lower, made.upper, made.interval) == (30.0, 25.0, 50.0, "leave_one_station_out")
    assert [(level.station, level.value, level.n) for level in made.levels] == [
        ("a:3", 70.0, 365), ("a:2", 30.0, 365), ("a:1", 20.0, 365)]  # fmt: skip
    assert (made.start, made.end) == (pd.Timestamp("2025-01-01", tz=ZONE), pd.Timestamp("2026-01-01", tz=ZONE))
    assert (len(made.rows), set(made.rows["minutes"]), made.averaging, made.provisional) == (
        1095,
        {1440},
        "period",
        False,
    )
    assert made.left_out.to_dict("records") == [{"station": "a:4", "why": "not_background", "rows": 8760}]


def test_days_over_the_24_hour_limit_have_their_range() -> None:
    made = said(days("a:1", 20.0), days("a:2", 70.0, n=100), days("a:3", 65.0, n=100))
    assert made.level is not None
    assert (made.level.days, made.level.over, made.level.over_lower, made.level.over_upper) == (365, 100, 0, 100)


@pytest.mark.parametrize(("value", "word", "ratio"), [(35.0, "within", 1.0), (35.1, "above", 35.1 / 35)])
def test_a_calendar_year_of_means_is_held_to_the_limit_for_a_year(value: float, word: str, ratio: float) -> None:
    made = said(days("a:1", value), days("a:2", value), days("a:3", value))
    assert (made.verdict, made.held.reason, made.held.limit.key) == (word, "", "uz pm25 year")  # type: ignore[union-attr]
    assert made.held.ratio == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("parts", "more", "reason"),
    [
        ([days("a:1", 50.0, n=273)], {}, "few_days"),
        ([days("a:1", 50.0, n=90)], {"span": (date(2025, 1, 1), date(2025, 3, 31))}, "not_a_year"),
        ([days("a:1", 50.0, first="2025-07-01")], {"span": (date(2025, 7, 1), date(2026, 6, 30))}, "not_a_year"),
        ([days("a:1", 50.0, minutes=1440, median=True, n=365)], {}, "daily_median"),
        ([days("a:1", 50.0)], {"law": "kz"}, "no_limit"),
        ([days("a:1", 50.0, first="2024-01-01", n=366)], {"span": (date(2024, 1, 1), date(2024, 12, 31))}, "no_limit"),
        ([days("a:4", 50.0)], {}, "no_rows"),
    ],
    ids=["fewer than three quarters", "a quarter", "twelve other months", "medians", "no limit for a year",
         "a limit in force since May", "traffic only"],
)  # fmt: skip
def test_what_is_not_checked_says_why(parts: list[pd.DataFrame], more: dict[str, object], reason: str) -> None:
    made = said(*parts, **more)  # type: ignore[arg-type]
    assert (made.verdict, made.held.reason, made.held.ratio) == ("not_checked", reason, None)


def test_three_quarters_of_the_year_are_enough() -> None:
    assert said(days("a:1", 50.0, n=274)).verdict == "above"


def test_medians_are_counted_over_no_limit_and_never_mixed_with_means() -> None:
    made = said(days("a:1", 80.0, minutes=1440, median=True), days("a:2", 10.0, n=30))
    assert made.level is not None
    assert (made.value, made.level.over, made.notes, made.n) == (80.0, None, ("daily_medians",), 1)


def test_left_out_values_their_share_and_what_they_would_change() -> None:
    sound = days("a:1", 20.0, n=300).assign(n=18, coverage=0.75)
    every = days("a:1", 40.0, n=365)
    silent = said(sound, every=every, expected=("a:1", "a:2"))
    assert silent.level is not None
    assert silent.level.left_out_share == pytest.approx(1 - 300 * 18 / (365 * 24))
    assert (silent.value, silent.level.with_left_out, silent.of) == (20.0, 40.0, 2)
    assert silent.left_out.to_dict("records") == [
        {"station": "a:1", "why": "flagged", "rows": 365 * 24 - 300 * 18},
        {"station": "a:2", "why": "silent", "rows": 0},
    ]  # fmt: skip


def test_a_day_with_few_hours_is_left_out() -> None:
    short = days("a:1", 900.0, n=10).assign(n=10, coverage=10 / 24)
    made = said(days("a:1", 20.0, first="2025-02-01", n=200), short)
    assert (made.value, made.rows["value"].max()) == (20.0, 20.0)
    assert made.left_out.to_dict("records") == [{"station": "a:1", "why": "few_hours", "rows": 100}]


def test_few_stations_are_provisional_and_a_station_by_itself_is_not() -> None:
    two = (days("a:1", 20.0), days("a:2", 30.0))
    assert said(*two).provisional
    alone = said(*two, days("a:4", 90.0), station="a:4")
    assert (alone.value, alone.provisional, alone.of, alone.lower, alone.interval) == (90.0, False, 1, None, "")


def test_nothing_says_so() -> None:
    made = said(days("a:1", 1.0, n=0), expected=("a:1",))
    assert (made.value, made.missing, made.start, made.end, made.n, made.of) == (None, "no_rows", None, None, 0, 1)
    assert made.age_minutes is None
    assert made.left_out.to_dict("records") == [{"station": "a:1", "why": "silent", "rows": 0}]


def test_where_every_value_is_doubted_nothing_is_said_and_all_is_listed() -> None:
    every = days("a:1", 999.0, n=100)
    made = said(every.iloc[:0], every=every, expected=("a:1",))
    assert (made.value, made.missing) == (None, "no_rows")
    assert made.left_out.to_dict("records") == [{"station": "a:1", "why": "flagged", "rows": 2400}]
