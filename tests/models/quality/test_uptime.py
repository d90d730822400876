"""Uptime counts only the time in which somebody looked, completeness only what was due, and sums are never lost."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.schema import conform
from data.store import open_store
from jobs.collect import attempts
from jobs.collect.keep import Outcome
from models.quality.uptime import by_check, completeness, is_late, overdue, spells, strip, uptime

NOON = pd.Timestamp("2026-02-10T12:00Z")
EVERY = {"x": timedelta(hours=1)}


def tries(ok: list[bool], step: str = "1h", end: pd.Timestamp = NOON) -> pd.DataFrame:
    at = pd.date_range(end=end - pd.Timedelta(step), periods=len(ok), freq=step)
    return pd.DataFrame({"network": "x", "city": "y", "at": at, "ok": ok})


def test_all_well_is_one_and_all_failed_is_zero() -> None:
    for ok, share in ((True, 1.0), (False, 0.0)):
        found = uptime(spells(tries([ok] * 200), EVERY, NOON), NOON, 7)
        assert found["up"].tolist() == [share]
        assert found["known"].tolist() == pytest.approx([1.0])


def test_an_outage_of_six_hours_is_seen_in_its_hours() -> None:
    ok = [True] * 40
    ok[10:16] = [False] * 6
    known = spells(tries(ok), EVERY, NOON)
    hours = strip(known, pd.date_range(end=NOON, periods=41, freq="h").to_list())
    assert hours["up"].tolist() == [float(x) for x in ok]
    assert uptime(known, NOON, 40 / 24)["up"].iloc[0] == pytest.approx(34 / 40)


def test_time_in_which_nobody_looked_is_not_held_against_the_network() -> None:
    night = pd.concat([tries([True] * 5, end=NOON - pd.Timedelta("20h")), tries([True] * 5)])
    known = spells(night, EVERY, NOON)
    found = uptime(known, NOON, 1).iloc[0]
    assert found["up"] == 1.0
    assert found["known"] == pytest.approx((4 + 2 + 5 / 60 + 5 - 1) / 24, abs=0.05)
    assert np.isnan(strip(known, [NOON - pd.Timedelta("12h"), NOON - pd.Timedelta("10h")])["up"].iloc[0])


def test_a_value_is_overdue_only_after_its_usual_way() -> None:
    hour = timedelta(hours=1)
    assert overdue(NOON - 3 * hour, 120, hour, NOON) == timedelta(0)
    assert overdue(NOON - 5 * hour, 120, hour, NOON) == timedelta(hours=2)
    assert overdue(NOON - 5 * hour, float("nan"), hour, NOON) == timedelta(hours=4)
    assert not is_late(timedelta(hours=2), hour)
    assert is_late(timedelta(hours=3), hour)
    assert not is_late(timedelta(hours=30), timedelta(days=1))


def hourly(
    station: str, hours: int, flag: str = "ok", checks: tuple[str, ...] = (), end: pd.Timestamp = NOON
) -> pd.DataFrame:
    start = pd.date_range(end=end - pd.Timedelta("1h"), periods=hours, freq="h")
    return pd.DataFrame({
        "source": "x", "station": station, "city": "astana", "parameter": "pm25", "start": start, "minutes": 60,
        "value": 10.0, "kind": "reference", "flag": flag, "checks": [checks] * hours,
    })  # fmt: skip


def test_completeness_is_what_came_of_what_was_due(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    half = hourly("x:half", 240).iloc[::2]
    doubted = hourly("x:doubted", 24, "suspect", ("level:485,4,39.7", "spike:9,1"))
    rows = pd.concat([hourly("x:full", 240), half, doubted, hourly("x:gone", 20, end=NOON - pd.Timedelta("9D"))])
    store.append(conform(rows, NOON.to_pydatetime()).rows)
    start = (NOON - pd.Timedelta("7D")).to_pydatetime()
    tally, spans = store.tally(start=start, end=NOON.to_pydatetime()), store.spans()
    found = completeness(tally, spans, start, NOON.to_pydatetime()).set_index("station")
    assert found.loc["x:full", ["due", "came", "completeness"]].tolist() == [168, 168, 1.0]
    assert found.loc["x:half", "completeness"] == pytest.approx(0.5, abs=0.01)
    assert found.loc["x:gone", "completeness"] == 0.0
    assert np.isnan(found.loc["x:gone", "flagged"])
    assert found.loc["x:doubted", ["due", "completeness", "flagged"]].tolist() == [24, 1.0, 1.0]
    checks = by_check(tally, ["station"]).set_index(["station", "check"])["rows"]
    assert checks.to_dict() == {("x:doubted", "level"): 24, ("x:doubted", "spike"): 24}


def test_a_flag_of_the_network_itself_counts_under_its_own_name() -> None:
    said = [("network", "level"), ("channels", "network"), ()]
    tally = pd.DataFrame({"source": "x", "flag": "suspect", "checks": said, "rows": [3, 2, 1]})
    assert by_check(tally, ["source"])[["check", "rows"]].to_numpy().tolist() == [["level", 3], ["network", 3]]


def test_the_history_of_attempts_is_summed_by_day_and_nothing_is_lost(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    assert len(attempts.history(store)) == len(attempts.totals(store)) == 0
    assert attempts.tidy(store, NOON.to_pydatetime()) == 0
    for day in (100, 95, 2):
        at = (NOON - pd.Timedelta(days=day)).to_pydatetime()
        said = [Outcome("openaq", "astana", 5, error="" if day != 95 else "broken", at=at, seconds=1.5)]
        attempts.write(store, [*said, Outcome("metar", "astana", 2, rejected=1, at=at)], at)
    attempts.write(store, [], NOON.to_pydatetime())
    before = attempts.totals(store)
    assert attempts.tidy(store, NOON.to_pydatetime()) == 4
    assert attempts.tidy(store, NOON.to_pydatetime()) == 0
    assert len(attempts.history(store)) == 2
    pd.testing.assert_frame_equal(attempts.totals(store), before)
    assert before["rows"].tolist() == [6, 15]
    assert before["failed"].tolist() == [0, 1]
    days = attempts.days(store).set_index(["network", "day"])["up"]
    assert days.groupby("network").mean().to_dict() == {"metar": 1.0, "openaq": 0.5}
