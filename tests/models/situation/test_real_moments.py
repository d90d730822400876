"""
Real Astana and Tashkent at three moments: what is said rests on the rows of its own time, also when they have stopped.

The files of Astana are cut to the weeks around the moments; Tashkent's are whole. Verdicts on spans need years and are
not looked for, but for one of Tashkent, whose files hold them.
"""

import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data import clock
from data.city import city
from data.store import Store, open_store
from jobs.alarms.evaluate import evaluate
from jobs.ingest import files, replay, verdicts
from jobs.statements.gather import gather
from models.situation.situation import Situation

SMOG = datetime.fromisoformat("2026-01-18T20:00:00+05:00")
LATER = datetime.fromisoformat("2026-01-21T08:00:00+05:00")
BEFORE = datetime.fromisoformat("2024-12-07T12:00:00+05:00")
WEEKS = (("2024-11-25", "2024-12-09"), ("2026-01-05", "2026-01-22"))  # dates as the file has them, UTC-8
PARTICLES = ("pm25", "pm10")
SENSORS = {f"airdata-kz:oaq_{n}" for n in (14969424, 14969429, 14971240, 15151744)}
SPUTNIK = "tashkent-open:sputnik-4"


def cut(shared: Path, folder: Path, until: datetime | None = None) -> list[Path]:
    """Astana's particles of a few weeks, up to a moment."""
    made = []
    for name in PARTICLES:
        source = shared / f"data/airdata-kz/astana/{name}.csv.gz"
        if not source.is_file():
            pytest.skip(f"{source} is not among the shared data")
        with gzip.open(source, "rt", encoding="utf-8") as text:
            head = next(text)
            lines = [line for line in text if any(a <= line[:10] < b for a, b in WEEKS)]
        if until is not None:
            lines = [line for line in lines if datetime.fromisoformat(line[:25]) <= until]
        made.append(folder / f"{name}.csv")
        made[-1].write_text(head + "".join(lines), encoding="utf-8")
    return made


def tashkent(shared: Path, store: Store) -> None:
    patterns = next(patterns for form, _, patterns in replay.IMPORTS if form == "tashkent-open")
    paths = [path for pattern in patterns for path in sorted((shared / "data").glob(pattern))]
    if not paths:
        pytest.skip("the files of Tashkent are not among the shared data")
    files.run(paths, "tashkent-open", "tashkent", store)


@pytest.fixture(scope="module")
def history(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Both cities, imported as by a replay that begins at the latest moment."""
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_started", {})
        patch.setenv("CLEANAIR_NOW", LATER.isoformat())
        store = open_store(folder / "store")
        files.run(cut(shared, folder), "airdata-kz", "astana", store)
        tashkent(shared, store)
        yield store


@pytest.fixture(scope="module")
def stopped(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Astana whose data end with the smog."""
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "_started", {})
        patch.setenv("CLEANAIR_NOW", SMOG.isoformat())
        store = open_store(folder / "store")
        files.run(cut(shared, folder, SMOG), "airdata-kz", "astana", store)
        yield store


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The situation of a city in a store, with the clock at the moment."""

    def moved(store: Store, key: str, moment: datetime) -> Situation:
        monkeypatch.setattr(clock, "_started", {})
        monkeypatch.setenv("CLEANAIR_NOW", moment.isoformat())
        return gather(store, city(key), moment)

    return moved


def ringing(store: Store, moment: datetime, key: str) -> pd.DataFrame:
    """Alarms of a city that stand as of the present."""
    evaluate(store, moment)
    table = store.table("alarms")
    return table[(table["city"] == key) & (table["state"] != "normal") & ~table["no_data"]].set_index("rule")


def test_astana_in_smog_is_what_four_sensors_say(history: Store, at) -> None:  # type: ignore[no-untyped-def]
    found = at(history, "astana", SMOG)
    day, hour = found.figure, found.hour
    assert round(day.value, 2) == 64.04
    assert ({level.station for level in day.levels}, day.verdict, round(day.held.ratio, 2)) == (SENSORS, "above", 1.83)
    assert (found.index().value, found.index().basis, found.index().parameter) == (208, "nowcast", "pm25")
    assert (hour.value, hour.n, hour.age_minutes, hour.arrow) == (147.5, 4, 0.0, "up")
    assert hour.newest == day.newest == pd.Timestamp(SMOG)
    assert {level.kind for level in day.levels} == {"indicative"}


def test_astanas_alarm_states_one_of_the_days_values(history: Store, at) -> None:  # type: ignore[no-untyped-def]
    day = at(history, "astana", SMOG).figure
    row = ringing(history, SMOG, "astana").loc["pm25-24h-kz"]
    assert (row["value"], row["rank"], row["of"]) == (round(day.levels[1].value, 2), 2, day.n)
    assert (row["rests_on_from"], row["rests_on_to"]) == (day.start, day.end)


def test_tashkent_names_its_day_and_lets_no_hour_speak_for_it(history: Store, at) -> None:  # type: ignore[no-untyped-def]
    found = at(history, "tashkent", SMOG)
    day = found.figure
    assert (day.value, day.n, day.averaging, day.age_minutes) == (18.25, 8, "daily_median", 1200.0)
    assert day.start == pd.Timestamp("2026-01-17T00:00+05:00")
    assert (day.arrow, dict(day.indices), found.index(), found.lead) == (None, {}, None, day)
    assert (found.hour.value, found.hour.missing) == (None, "stands_alone")
    assert (day.verdict, day.held.reason, found.verdict) == ("not_checked", "daily_median", "not_checked")
    left = day.left_out.set_index("station")["why"]
    assert (left[SPUTNIK], set(left.index) & {level.station for level in day.levels}) == ("other_averaging", set())
    alone, _ = found.of_station(SPUTNIK)
    assert (round(alone.value, 1), alone.age_minutes, alone.arrow) == (36.1, 0.0, "down")
    assert ringing(history, SMOG, "tashkent").empty


def test_a_verdict_on_a_post_takes_it_out_and_says_so(history: Store, at, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    post = "tashkent-open:038112022"  # a fifth of its former level since September 2025
    assert post in {level.station for level in at(history, "tashkent", SMOG).figure.levels}
    rows = history.measurements("tashkent")
    store = open_store(tmp_path / "judged")
    store.append(rows)
    store.put_stations(history.stations("tashkent"), known_at=SMOG)
    assert verdicts.refresh(store, city("tashkent"), SMOG)["verdicts"] >= 1
    day = at(store, "tashkent", SMOG).figure
    assert (day.value, day.n) == (17.25, 7)
    assert day.left_out.set_index("station").loc[post, "why"] == "scale_break"


def test_a_later_moment_of_the_same_store_shows_its_own_hours(history: Store, at) -> None:  # type: ignore[no-untyped-def]
    found = at(history, "astana", LATER)
    assert (found.hour.newest, found.hour.n, found.hour.age_minutes) == (pd.Timestamp(LATER), 4, 0.0)
    assert found.figure.start == pd.Timestamp(LATER - timedelta(hours=24))
    day = at(history, "tashkent", LATER).figure
    assert (day.start, day.age_minutes) == (pd.Timestamp("2026-01-20T00:00+05:00"), 480.0)


def test_sixty_hours_after_the_last_row_nothing_is_current(stopped: Store, at) -> None:  # type: ignore[no-untyped-def]
    found = at(stopped, "astana", LATER)
    every = [*found.now.values(), *found.day.values(), *(one for pair in found.stations.values() for one in pair)]
    assert len(every) >= 10
    for said in every:
        assert (said.value, said.n, said.age_minutes, said.arrow, said.highest) == (None, 0, None, None, None)
        assert (dict(said.indices), said.verdict, said.freshness) == ({}, "not_checked", "grey")
    assert found.index() is None
    assert (found.verdict, found.leading) == ("not_checked", None)
    assert found.hour.missing == "all_stale"
    assert found.hour.heard == pd.Timestamp(SMOG)
    assert found.hour.of >= 4


def test_alarms_of_a_city_that_fell_silent_do_not_ring_as_present(stopped: Store, at) -> None:  # type: ignore[no-untyped-def]
    at(stopped, "astana", SMOG)
    assert "pm25-24h-kz" in ringing(stopped, SMOG, "astana").index
    at(stopped, "astana", LATER)
    assert set(ringing(stopped, LATER, "astana").index) == {"data-stale"}
    table = stopped.table("alarms")
    row = table[(table["city"] == "astana") & (table["rule"] == "pm25-24h-kz")].iloc[0]
    assert (row["no_data"], row["no_data_since"]) == (True, pd.Timestamp(SMOG))


def test_in_december_2024_each_city_speaks_by_its_own_rows(history: Store, at) -> None:  # type: ignore[no-untyped-def]
    day = at(history, "tashkent", BEFORE).figure
    assert (day.value, day.n, day.of, day.start) == (75.5, 10, 10, pd.Timestamp("2024-12-06T00:00+05:00"))
    found = at(history, "astana", BEFORE)
    assert found.hour.newest == pd.Timestamp(BEFORE)
    assert not SENSORS & {level.station for level in found.figure.levels}  # they came a year later
    assert found.figure.provisional == (found.figure.n < 3)
    assert all(said.value is None or said.newest <= pd.Timestamp(BEFORE) for said in found.now.values())
