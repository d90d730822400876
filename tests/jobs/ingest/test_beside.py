"""A verdict does not depend on the batch: however rows are divided and in whatever order they come, they end alike."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import checks
from data.schema import KEY, conform
from data.store import Store, open_store
from jobs.ingest import files
from jobs.ingest.held import note_assessed
from jobs.ingest.quality import beside, checked

FIRST = pd.Timestamp("2026-01-01", tz="UTC")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 40


def channel(station: str, parameter: str, values: Sequence[float], first: pd.Timestamp = FIRST) -> pd.DataFrame:
    start = first + pd.to_timedelta(np.arange(len(values)), unit="h")
    return pd.DataFrame({"source": "net", "station": f"net:{station}", "city": "astana", "kind": "reference",
                         "parameter": parameter, "start": start, "minutes": 60, "value": values})  # fmt: skip


@cache
def city() -> pd.DataFrame:
    """Five stations, two parameters, forty days; every kind of fault somewhere."""
    chance = np.random.default_rng(12)
    hours = DAYS * 24
    air = np.exp(0.4 * np.sin(np.arange(hours) * 2 * np.pi / 24))
    made = {(s, p): (level * air * np.exp(chance.normal(0, 0.12, hours))).round(2)
            for s in "abcde" for p, level in (("pm25", 40.0), ("so2", 30.0))}  # fmt: skip
    made["a", "pm25"][[100, 101, 500]] = 9999.0
    made["a", "so2"][300], made["a", "so2"][600:604] = 700.0, [700.0, 861.0, 458.0, 197.0]
    made["b", "pm25"][200:330] = 33.3  # longer than a block
    made["b", "so2"][[50, 400, 800]] = 4321.0  # a code that nobody knows
    made["c", "pm25"][400:] *= 12  # out of level from then on
    made["d", "so2"][:] = made["d", "so2"] / 40 + 5
    made["d", "so2"][300:500] = 5 + 0.01 * (np.arange(200) % 2)  # flat
    made["e", "pm25"][[10, 70, 500, 900]] = 1000.0  # full scale
    made["e", "pm25"][200] = -50.0
    return pd.concat([channel(s, p, list(v)) for (s, p), v in made.items()], ignore_index=True)


def rows_of(table: pd.DataFrame) -> pd.DataFrame:
    return conform(table, NOW).rows


def bring(store: Store, table: pd.DataFrame, *, exact: bool = True) -> int:
    """Keep some rows; how many of those kept before are seen otherwise now."""
    fresh, amended = beside(store, rows_of(table), NOW, exact=exact)
    store.append(pd.concat([amended, fresh], ignore_index=True))
    return len(amended)


def end(store: Store, *, figures: bool = True) -> pd.DataFrame:
    rows = store.measurements("astana", judged=False)[[*KEY, "value", "flag", "checks"]]
    told = [tuple(sorted(e if figures else checks.names(e))) for e in rows["checks"]]
    return rows.assign(checks=told).sort_values(list(KEY), ignore_index=True)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(str(tmp_path_factory.mktemp("once") / "store"))
    bring(store, city())
    return store


def test_every_kind_of_fault_is_in_the_city(once: Store) -> None:
    found = {name for name, _ in checks.by_name(end(once)["checks"])}
    assert found >= {"fault_code", "spike", "plume", "stuck", "flat", "ceiling", "negative", "level"}


@pytest.mark.parametrize("name", ["start", "station", "parameter"])
def test_divided_by_time_station_or_parameter_in_any_order(name: str, once: Store, tmp_path: Path) -> None:
    table = city()
    cut = pd.qcut(table["start"].rank(), 3, labels=False) if name == "start" else table[name]
    parts = [part for _, part in table.groupby(cut)]
    for number, order in enumerate((parts, parts[::-1])):
        store = open_store(str(tmp_path / str(number)))
        for part in order:
            bring(store, part)
        pd.testing.assert_frame_equal(end(store), end(once))
        assert bring(store, parts[0]) == 0  # again: nothing is news
        pd.testing.assert_frame_equal(end(store), end(once))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32 - 1), st.integers(2, 5))
def test_any_division_of_the_rows_ends_alike(
    once: Store, tmp_path_factory: pytest.TempPathFactory, seed: int, count: int
) -> None:
    chance, table = np.random.default_rng(seed), city()
    series = table.groupby(["station", "parameter"]).ngroup().to_numpy()
    week = ((table["start"] - FIRST) // pd.Timedelta(days=int(chance.integers(1, 12)))).to_numpy()
    part = chance.integers(0, count, (int(series.max()) + 1, int(week.max()) + 1))[series, week]
    store = open_store(str(tmp_path_factory.mktemp("divided") / "store"))
    for number in chance.permutation(count).tolist():
        if (part == number).any():
            bring(store, table[part == number])
    pd.testing.assert_frame_equal(end(store), end(once))


def test_hour_by_hour_ends_with_the_flags_of_all_at_once(once: Store, tmp_path: Path) -> None:
    table, live = city(), FIRST + pd.Timedelta(days=12)
    until = FIRST + pd.Timedelta(days=13, hours=6)
    store = open_store(str(tmp_path / "live"))
    bring(store, table[table["start"] < live])
    for _, hour in table[table["start"].between(live, until, inclusive="left")].groupby("start"):
        store.append(checked(store, rows_of(hour), NOW))
    whole = open_store(str(tmp_path / "whole"))
    bring(whole, table[table["start"] < until])
    pd.testing.assert_frame_equal(end(store, figures=False), end(whole, figures=False))
    bring(store, table[table["start"] >= until])
    pd.testing.assert_frame_equal(end(store, figures=False), end(once, figures=False))


def test_what_somebody_else_said_of_a_row_stays(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    table = city()[lambda t: t["station"] == "net:a"]
    told = rows_of(table)
    at = told.index[(told["parameter"] == "so2") & (told["start"] == FIRST + pd.Timedelta(hours=300))]
    told.loc[at, "flag"] = "suspect"
    told.loc[at, "checks"] = pd.Series([("network:flagged",)], index=at)
    fresh, _ = beside(store, told, NOW)
    store.append(fresh)
    assert checks.names(fresh[fresh["start"] == told.loc[at[0], "start"]]["checks"].max()) == ("network", "spike")
    # The other stations rise in the same hour: nothing is wrong with it any more but what the network said.
    other = pd.concat([channel(s, "so2", list(30.0 + 670.0 * (np.arange(600) == 300))) for s in "bc"])
    bring(store, other)
    row = end(store)[lambda t: (t["station"] == "net:a") & (t["parameter"] == "so2")].iloc[300]
    assert (row["flag"], row["checks"]) == ("suspect", ("network:flagged",))


def test_flags_of_a_centre_are_not_made_anew(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    told = rows_of(city()[lambda t: (t["station"] == "net:a") & (t["parameter"] == "so2")])
    fresh, _ = beside(store, told, NOW, judged=np.ones(len(told), dtype=bool))
    note_assessed(store, told)
    store.append(fresh)
    assert bring(store, city()[lambda t: t["station"] != "net:a"]) == 0
    mine = end(store)[lambda t: t["station"] == "net:a"]
    assert (mine["flag"] == "ok").all()


def test_a_full_scale_that_is_passed_later_is_none(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    values = np.random.default_rng(5).uniform(200, 900, 24 * 10).round(1)
    values[[5, 50, 150]] = 1000.0
    bring(store, channel("a", "co", list(values)))
    assert checks.has(end(store)["checks"], "ceiling").sum() == 3
    later = channel("a", "co", [700.0, 1040.0, 650.0], FIRST + pd.Timedelta(days=300))
    assert bring(store, later) >= 3
    assert not checks.has(end(store)["checks"], "ceiling").any()


@pytest.mark.slow
def test_the_nine_files_of_astana_end_alike(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data/airdata-kz/astana"
    paths = sorted(folder.glob("*.csv.gz"))
    whole, single = (open_store(str(tmp_path / name)) for name in ("whole", "single"))
    files.run(paths, "airdata-kz", "astana", whole)
    for path in (*paths[5:], *paths[:5]):
        files.run([path], "airdata-kz", "astana", single)
    again = files.run([folder / "pm25.csv.gz"], "airdata-kz", "astana", whole)
    assert (again["revised"], again["amended"]) == (0, 0)
    pd.testing.assert_frame_equal(end(single), end(whole))
