"""A verdict on a span doubts its rows wherever they are read, and changes none of what is kept."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

import sources  # states the licences  # noqa: F401
from data import checks
from data.store import Store
from data.store.verdicts import entry, local_days, spans
from data.store.view import View
from tests.conftest import hourly

ZONE = ZoneInfo("Asia/Tashkent")
FIRST = datetime(2026, 1, 7, 19, tzinfo=UTC)  # midnight in Tashkent
DAYS = 6
NOW = FIRST + timedelta(days=DAYS)
BEGIN, END = FIRST + timedelta(days=2), FIRST + timedelta(days=4)
LEARNED = datetime(2026, 2, 1, tzinfo=UTC)


def verdict(**columns: object) -> dict[str, object]:
    plain = {
        "city": "tashkent", "station": "demo:1", "parameter": "pm25", "start": BEGIN, "until": END,
        "check": "out_of_level", "figure": 0.21, "lower": 0.17, "upper": 0.26, "other": "", "doubts": True,
        "known_at": LEARNED, "known_until": None,
    }  # fmt: skip
    row = {**plain, **columns}
    return {k: pd.Timestamp(v) if isinstance(v, datetime) else pd.NaT if v is None else v for k, v in row.items()}


def keep(store: Store, *rows: dict[str, object]) -> None:
    store.replace("station_verdicts", pd.DataFrame(list(rows)))


@pytest.fixture
def filled(store: Store) -> Store:
    """Two stations, six days; the third hour of every day is invalid."""
    for station in ("demo:1", "demo:2"):
        rows = hourly([20.0 + n % 24 for n in range(24 * DAYS)], station=station, first=FIRST.replace(tzinfo=None))
        rows.loc[rows.index[3::24], "flag"] = "invalid"
        rows["checks"] = checks.column([("stuck:4",) if f == "invalid" else () for f in rows["flag"]], rows.index)
        store.append(rows)
    return store


def doubted(rows: pd.DataFrame) -> set[tuple[str, pd.Timestamp]]:
    return set(zip(rows.loc[rows["flag"] == "suspect", "station"], rows.loc[rows["flag"] == "suspect", "start"],
                   strict=True))  # fmt: skip


def test_rows_of_the_span_are_suspect_and_say_why(filled: Store) -> None:
    keep(filled, verdict())
    rows = filled.measurements("tashkent")
    inside = (rows["station"] == "demo:1") & (rows["start"] >= BEGIN) & (rows["start"] < END)
    assert inside.sum() == 48
    assert set(rows.loc[inside, "flag"]) == {"suspect", "invalid"}
    assert {e for cell in rows.loc[inside, "checks"] for e in cell} == {"stuck:4", "out_of_level:0.21,0.17,0.26"}
    assert set(rows.loc[~inside, "flag"]) == {"ok", "invalid"}
    assert {e for cell in rows.loc[~inside, "checks"] for e in cell} == {"stuck:4"}


def test_what_is_kept_is_not_rewritten(filled: Store) -> None:
    before = filled.measurements("tashkent")
    keep(filled, verdict())
    pd.testing.assert_frame_equal(filled.measurements("tashkent", judged=False), before)
    assert filled.append(before).unchanged == len(before)


# Every verb that tells a flag, or answers by flags: sound rows, or their number, of a station in the span.
SOUND: Mapping[str, Callable[[Store | View, str], int]] = MappingProxyType(
    {
        "measurements": lambda s, x: len(s.measurements("tashkent", ["pm25"], BEGIN, END, stations=[x], flags=["ok"])),
        "all flags": lambda s, x: (s.measurements(None, None, BEGIN, END, stations=[x])["flag"] == "ok").sum(),
        "latest": lambda s, x: len(s.latest("tashkent", now=END - timedelta(hours=1), days=1, flags=["ok"],
                                            stations=[x])),
        "daily": lambda s, x: len(s.daily("tashkent", None, BEGIN, END, zone=ZONE, stations=[x])),
        "daily elsewhere": lambda s, x: len(s.daily("tashkent", None, BEGIN, END, zone="UTC", stations=[x])),
        "spans": lambda s, x: int(s.spans(start=BEGIN, end=END, stations=[x]).eval("rows - flagged").iloc[0]),
        "counts": lambda s, x: s.counts(start=BEGIN, end=END, stations=[x]).query("flag == 'ok'")["rows"].sum(),
        "tally": lambda s, x: s.tally(start=BEGIN, end=END, stations=[x]).query("flag == 'ok'")["rows"].sum(),
        "intervals": lambda s, x: len(s.intervals(start=BEGIN, end=END, stations=[x], flags=["ok"])),
        "batches": lambda s, x: sum(
            (b.to_pandas()["flag"] == "ok").sum() for b in s.batches(start=BEGIN, end=END, stations=[x])
        ),
    }
)  # fmt: skip


@pytest.mark.parametrize("verb", SOUND)
def test_every_way_to_read_applies_it(filled: Store, verb: str) -> None:
    ask = SOUND[verb]
    before = ask(filled, "demo:1")
    assert before > 0
    keep(filled, verdict())
    for reader in (filled, filled.for_export()):
        assert ask(reader, "demo:1") == 0
        assert ask(reader, "demo:2") == before


def test_days_in_pandas_and_in_sql_are_the_same(filled: Store) -> None:
    keep(filled, verdict(), verdict(station="demo:2", start=END, until=None, check="deaf"))
    asked = {"zone": ZONE, "flags": ("ok",)}
    whole = filled.daily("tashkent", None, None, None, **asked)
    sound = filled.measurements("tashkent", flags=["ok"])
    day = sound["start"].dt.tz_convert(ZONE).dt.date
    by = sound.groupby([sound["station"], day.rename("day")])["value"].agg(["mean", "max", "size"]).reset_index()
    assert whole[["station", "day"]].values.tolist() == by[["station", "day"]].values.tolist()
    assert whole["value"].tolist() == pytest.approx(by["mean"].tolist())
    assert whole["n"].tolist() == by["size"].tolist()
    midnight = spans(filled.table("station_verdicts"))
    assert local_days(midnight, ZONE) is not None
    assert local_days(midnight, ZoneInfo("UTC")) is None


def test_a_question_as_of_a_moment_gets_the_verdicts_of_that_moment(filled: Store) -> None:
    later = LEARNED + timedelta(days=5)
    keep(filled, verdict(known_until=later), verdict(known_at=later, until=None, figure=0.3))
    asked = {"parameters": ["pm25"], "stations": ["demo:1"]}

    def told(as_of: datetime | None) -> set[str]:
        rows = filled.measurements("tashkent", as_of=as_of, **asked)
        return {e for cell in rows["checks"] for e in cell if not e.startswith("stuck")}

    assert told(LEARNED - timedelta(hours=1)) == set()
    assert told(LEARNED) == {"out_of_level:0.21,0.17,0.26"}
    assert told(None) == told(later) == {"out_of_level:0.3,0.17,0.26"}
    days = [len(filled.daily("tashkent", None, None, None, zone=ZONE, as_of=moment, stations=["demo:1"]))
            for moment in (LEARNED - timedelta(hours=1), LEARNED, later)]  # fmt: skip
    assert days == [6, 4, 2]


def test_one_that_is_told_only_doubts_nothing(filled: Store) -> None:
    keep(filled, verdict(doubts=False, check="level_undetermined"))
    assert doubted(filled.measurements("tashkent")) == set()


def test_two_verdicts_that_overlap_are_both_told(filled: Store) -> None:
    other = "demo:2 pm10"
    keep(filled, verdict(), verdict(check="copied", start=BEGIN + timedelta(days=1), until=None, other=other))
    rows = filled.measurements("tashkent", stations=["demo:1"]).set_index("start")
    assert rows.loc[BEGIN, "checks"] == ("out_of_level:0.21,0.17,0.26",)
    assert {checks.name(e) for e in rows.loc[BEGIN + timedelta(days=1), "checks"]} == {"out_of_level", "copied"}
    assert checks.figures(rows.loc[END, "checks"][0])[-1] == other


def test_the_version_of_the_measurements_and_of_history_moves_with_a_verdict(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", "2026-04-01T00:00Z")
    versions = [(filled.version("measurements"), filled.settled())]
    for row in (verdict(), verdict(figure=0.25), verdict(figure=0.25, until=None)):
        keep(filled, row)
        versions.append((filled.version("measurements"), filled.settled()))
    assert len({v for v, _ in versions}) == 4
    assert [versions[n][1] == versions[n + 1][1] for n in range(3)] == [False, True, False]  # a figure alone is no news


def test_an_entry_is_readable() -> None:
    made = entry("copied", 1.0, float("nan"), float("nan"), "a:1;x,y pm10")
    assert checks.readable((made,))
    assert checks.figures(made) == ("1", "a:1;x,y pm10")
