"""The store keeps, revises, answers as of a moment, and counts."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from data.store import Store, StoreBusy, StoreError, open_store
from data.store.tables.layout import writing
from tests.conftest import NOW, hourly


def test_nothing_is_written_before_the_first_append(store: Store) -> None:
    assert store.is_empty()
    assert not store.folder.exists()
    assert store.measurements("tashkent").empty
    assert store.latest(now=NOW).empty
    assert store.stations().empty
    assert store.spans().empty


def test_the_same_batch_twice_changes_nothing(store: Store) -> None:
    rows = hourly([1, 2, 3])
    assert store.append(rows).stored == 3
    version = store.version()
    again = store.append(rows)
    assert (again.stored, again.revised, again.unchanged) == (0, 0, 3)
    assert store.version() == version


def test_a_revision_keeps_what_was_known(store: Store) -> None:
    store.append(hourly([1, 2, 3]))
    later = NOW + timedelta(days=1)
    done = store.append(hourly([1, 20, 3, 4], known_at=later))
    assert (done.stored, done.revised, done.unchanged) == (1, 1, 2)
    assert store.measurements().value.tolist() == [1, 20, 3, 4]
    assert store.measurements(as_of=later - timedelta(hours=1)).value.tolist() == [1, 2, 3]
    assert store.measurements(as_of=NOW - timedelta(hours=1)).empty


def test_a_revision_at_the_same_moment_still_follows(store: Store) -> None:
    store.append(hourly([1]))
    store.append(hourly([2]))
    rows = store.measurements()
    assert rows.value.tolist() == [2]
    assert (rows.known_at > NOW).all()
    assert store.measurements(as_of=NOW).value.tolist() == [1]


def test_a_changed_flag_is_a_revision(store: Store) -> None:
    store.append(hourly([1]))
    done = store.append(hourly([1], flag="suspect", checks=[("stuck:5",)]))
    assert done.revised == 1
    assert store.measurements(flags=["ok"]).empty


def test_history_survives_compaction(store: Store) -> None:
    store.append(hourly([1, 2]))
    store.append(hourly([1, 3], known_at=NOW + timedelta(hours=1)))
    before = store.measurements(as_of=NOW)
    store.compact()
    pd.testing.assert_frame_equal(store.measurements(as_of=NOW), before)


def test_filters_narrow_the_answer(store: Store) -> None:
    store.append(pd.concat([hourly([1, 2]), hourly([3], station="demo:2", parameter="pm10", kind="indicative")]))
    assert store.measurements(parameters=["pm10"]).station.tolist() == ["demo:2"]
    assert store.measurements(kinds=["reference"]).value.tolist() == [1, 2]
    assert store.measurements(stations=[]).empty
    assert store.measurements("astana").empty
    start = datetime(2026, 1, 8, 1, tzinfo=UTC)
    assert store.measurements(start=start, parameters=["pm25"]).value.tolist() == [2]
    assert store.measurements(end=start, parameters=["pm25"]).value.tolist() == [1]


def test_latest_is_the_newest_row_whose_interval_is_over(store: Store) -> None:
    store.append(hourly([1, 2, 3]))
    moment = datetime(2026, 1, 8, 1, 30, tzinfo=UTC)
    assert store.latest(now=moment).value.tolist() == [1]


def test_days_are_local_and_know_their_length(store: Store) -> None:
    # Astana left UTC+6 for UTC+5 at the end of 29 February 2024: that day had 25 hours.
    rows = hourly([5.0] * 100, first="2024-02-27", city="astana")
    store.append(rows)
    days = store.daily("astana", ["pm25"], None, None, zone="Asia/Almaty").set_index("day")
    assert days.loc[date(2024, 2, 29), "n"] == 25
    assert days.loc[date(2024, 2, 29), "coverage"] == 1
    assert days.loc[date(2024, 2, 27), "n"] == 18


def test_batches_are_sorted_and_complete(store: Store) -> None:
    store.append(hourly([1.0] * 2000, first="2025-11-20"))
    store.append(hourly([2.0] * 2000, station="demo:0", first="2025-11-20"))
    frame = pd.concat([b.to_pandas() for b in store.batches(rows=512)])
    assert len(frame) == 4000
    assert frame.start.is_monotonic_increasing


def test_a_second_writer_waits_and_is_then_refused(store: Store) -> None:
    store.append(hourly([1]))
    impatient = Store(store.uri, wait=0.2)
    with writing(store.uri), pytest.raises(StoreBusy, match="another process"):
        impatient.append(hourly([2]))
    assert impatient.append(hourly([2])).revised == 1


def test_rejects_are_kept_once(store: Store) -> None:
    bad = pd.DataFrame(
        {"source": "x", "at": [pd.Timestamp(NOW)], "reason": "no value", "excerpt": "{}", "origin": "f.csv"}
    )
    store.append(hourly([1]), rejects=bad)
    store.append(hourly([1]), rejects=bad)
    assert store.rejects().reason.tolist() == ["no value"]


def test_a_changed_station_leaves_its_older_description(store: Store) -> None:
    first = pd.DataFrame(
        [{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference", "name": "A"}]
    )
    assert store.put_stations(first, known_at=NOW) == 1
    assert store.put_stations(first) == 0
    later = NOW + timedelta(days=2)
    assert store.put_stations(first.assign(name="B"), known_at=later) == 1
    assert store.stations()["name"].tolist() == ["B"]
    assert store.stations(as_of=NOW)["name"].tolist() == ["A"]


def test_status_keeps_fields_that_are_not_named(store: Store) -> None:
    store.put_status("metar", "astana", rows=5, succeeded=NOW)
    store.put_status("metar", "astana", error="no answer")
    row = store.status().iloc[0]
    assert (row["rows"], row["error"], row["succeeded"]) == (5, "no answer", pd.Timestamp(NOW))


def test_small_tables_replace_by_key(store: Store) -> None:
    store.replace("events", pd.DataFrame({"id": ["a", "b"], "v": [1.0, 2.0]}), key=["id"])
    store.replace("events", pd.DataFrame({"id": ["b", "c"], "v": [3.0, 4.0]}), key=["id"])
    assert store.table("events").set_index("id").v.to_dict() == {"a": 1, "b": 3, "c": 4}


def test_version_moves_only_with_a_commit(store: Store) -> None:
    seen = [store.version()]
    store.append(hourly([1]))
    seen.append(store.version())
    store.put_status("metar", "astana", rows=1)
    seen.append(store.version())
    assert len(set(seen)) == 3
    assert open_store(store.uri).version() == seen[-1]
    assert store.version("measurements") == "measurements=0"


def test_a_place_that_is_not_known_is_refused_with_a_sentence() -> None:
    with pytest.raises(StoreError, match="name a folder") as refused:
        open_store("ftp://someone:secret@host/path")
    assert "secret" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: object) -> None:
    store = Store(__import__("pathlib").Path("/proc/cleanair-store"))
    with pytest.raises(StoreError, match="CLEANAIR_STORE"):
        store.append(hourly([1]))


def test_a_log_only_grows(store: Store) -> None:
    first = pd.DataFrame({"at": [pd.Timestamp("2026-01-01", tz="UTC")], "who": ["a"], "until": [None]})
    store.extend("notes", first)
    store.extend("notes", pd.DataFrame({"who": ["b"]}))
    store.extend("notes", first.iloc[:0])
    kept = store.table("notes").sort_values("who")
    assert kept["who"].tolist() == ["a", "b"]
    assert kept["at"].isna().tolist() == [False, True]
    store.extend("notes", pd.DataFrame({"colour": ["red"]}))  # nobody declared it: kept as it comes
    assert store.table("notes")["colour"].dropna().tolist() == ["red"]
    assert len(store.table("notes")) == 3
