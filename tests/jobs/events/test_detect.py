"""Events in the store: one id while an event lasts, an end when it is over, nothing taken away, no needless commit."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data.schema import conform
from data.store import Store
from jobs.events import detect as job
from jobs.events.export import COLUMNS, events_csv

FIRST = pd.Timestamp("2026-03-01", tz="UTC")
STORM = range(300, 312)


def air(hours: int, storm: range = STORM) -> pd.DataFrame:
    """Three stations, an hourly PM10 and PM2.5 each, and a storm."""
    parts = []
    times = pd.date_range(FIRST, periods=hours, freq="h")
    for station in ("net:a", "net:b", "net:c"):
        for parameter, low, high in (("pm10", 50.0, 600.0), ("pm25", 30.0, 90.0)):
            value = low + np.arange(hours) % 5
            value[[h for h in storm if h < hours]] = high
            parts.append(pd.DataFrame({"start": times, "value": value, "station": station, "parameter": parameter}))
    table = pd.concat(parts).assign(source="net", minutes=60, kind="reference", city="tashkent")
    return conform(table, known_at=datetime(2026, 4, 1, tzinfo=UTC)).rows


def at(hour: int) -> datetime:
    return (FIRST + pd.Timedelta(hours=hour, minutes=20)).to_pydatetime()


@pytest.fixture
def filled(store: Store) -> Store:
    store.put_stations(pd.DataFrame({"source": "net", "station": ["net:a", "net:b", "net:c"], "city": "tashkent",
                                     "kind": "reference", "lat": [41.3, 41.31, 41.32], "lon": 69.2}))  # fmt: skip
    return store


def test_one_id_from_begin_to_end(filled: Store) -> None:
    filled.append(air(306))
    assert job.refresh(filled, at(306)) == 1
    going = job.events(filled).iloc[0]
    assert going["id"] == "tashkent:dust_storm:2026-03-13T12:00Z"
    assert pd.isna(going["end"])
    filled.append(air(330))
    assert job.refresh(filled, at(330)) == 1
    over = job.events(filled)
    assert list(over["id"]) == [going["id"]]
    assert over.iloc[0]["end"] == FIRST + pd.Timedelta(hours=312)


def test_nothing_changed_commits_nothing(filled: Store) -> None:
    filled.append(air(330))
    assert job.refresh(filled, at(330)) == 1
    before = filled.version()
    assert job.refresh(filled, at(330)) == 0
    assert filled.version() == before


def test_a_start_that_moves_keeps_the_id(filled: Store) -> None:
    filled.append(air(308, range(302, 312)))
    job.refresh(filled, at(308))
    first = job.events(filled).iloc[0]
    filled.append(air(308))
    job.refresh(filled, at(308))
    again = job.events(filled)
    assert list(again["id"]) == [first["id"]]
    assert again.iloc[0]["start"] == first["start"] - timedelta(hours=2)


def test_an_event_that_is_detected_no_more_has_ended_and_stays(filled: Store) -> None:
    filled.append(air(306))
    job.refresh(filled, at(306))
    filled.append(air(306, range(0)))
    job.refresh(filled, at(306))
    kept = job.events(filled)
    assert len(kept) == 1
    assert pd.notna(kept.iloc[0]["end"])
    assert kept.iloc[0]["end"] <= pd.Timestamp(at(306))


def test_the_past_is_never_taken_away(filled: Store) -> None:
    filled.append(air(330))
    job.refresh(filled, at(330))
    filled.append(air(460))
    job.refresh(filled, at(460))
    assert len(job.events(filled)) == 1


def test_a_long_event_keeps_what_it_saw_before_the_window(filled: Store) -> None:
    long = range(300, 400)
    filled.append(air(380, long))
    for hour in (306, 380):
        job.refresh(filled, at(hour))
    event = job.events(filled).iloc[0]
    assert event["start"] == FIRST + pd.Timedelta(hours=300)
    assert json.loads(event["stations"])[0]["first"] == "2026-03-13T12:00Z"


def test_history_finds_the_same_and_writes_only_when_recorded(filled: Store) -> None:
    filled.append(air(330))
    before = filled.version()
    found = job.history(filled, "tashkent", FIRST.to_pydatetime(), at(330))
    assert filled.version() == before
    assert job.record(filled, found, "tashkent", FIRST.to_pydatetime(), at(330)) == 1
    assert job.refresh(filled, at(330)) == 0
    told = [c for c in job.COLUMNS if c not in ("computed_at", "evidence")]
    assert found[told].equals(job.events(filled)[told])


def test_daily_rows_say_that_concentrations_are_all_there_is(filled: Store) -> None:
    days = pd.date_range("2026-01-01", periods=40, freq="D", tz="UTC") - timedelta(hours=5)
    value = np.where((np.arange(40) >= 30) & (np.arange(40) < 33), 150.0, 40.0)
    parts = [pd.DataFrame({"start": days, "value": value, "station": s}) for s in ("net:a", "net:b", "net:c")]
    rows = pd.concat(parts).assign(source="net", minutes=1440, kind="reference", city="tashkent", parameter="pm25")
    filled.append(conform(rows, known_at=datetime(2026, 4, 1, tzinfo=UTC)).rows)
    found = job.history(filled, "tashkent", days[5].to_pydatetime(), days[-1].to_pydatetime() + timedelta(days=1))
    event = found[found["kind"] == "stagnation"].iloc[0]
    assert event["start"] == days[30]
    assert event["confidence"] <= 0.5
    assert {"no_wind", "no_layer"} <= {one["key"] for one in json.loads(event["evidence"])}


def test_csv(filled: Store) -> None:
    filled.append(air(330))
    job.refresh(filled, at(330))
    text = events_csv(job.events(filled)).decode("utf-8").splitlines()
    assert text[0].split(",") == list(COLUMNS)
    assert text[1].startswith("tashkent:dust_storm:2026-03-13T12:00Z,tashkent,dust_storm,2026-03-13T12:00:00Z,")
    assert len(text) == 2


def test_an_empty_store_has_no_events(store: Store) -> None:
    assert job.refresh(store, at(0)) == 0
    assert not len(job.events(store))
    assert events_csv(job.events(store)).decode("utf-8").strip() == ",".join(COLUMNS)
