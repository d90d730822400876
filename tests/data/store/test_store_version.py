"""A store of an older release opens without losing a row; a newer one is refused; a new one says what it is."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from data.store import StoreError, open_store
from data.store.tables.layout import FILE, SCHEMA, fit, mark, written
from tests.conftest import NOW, hourly

UTC_US = pa.timestamp("us", "UTC")
# The layout that release 0.1.0 wrote, recorded here: nothing below follows the code of today.
FIRST_MEASUREMENTS = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("parameter", pa.string()), ("start", UTC_US),
     ("minutes", pa.int32()), ("value", pa.float64()), ("flag", pa.string()), ("reason", pa.string()),
     ("kind", pa.string()), ("raw_value", pa.float64()), ("raw_unit", pa.string()), ("known_at", UTC_US),
     ("known_until", UTC_US), ("city", pa.string()), ("month", pa.string())]
)  # fmt: skip
FIRST_STATIONS = pa.schema(
    [("source", pa.string()), ("station", pa.string()), ("city", pa.string()), ("name", pa.string()),
     ("name_ru", pa.string()), ("name_uz", pa.string()), ("name_kk", pa.string()), ("lat", pa.float64()),
     ("lon", pa.float64()), ("altitude", pa.float64()), ("station_class", pa.string()), ("kind", pa.string()),
     ("owner", pa.string()), ("licence", pa.string()), ("same_as", pa.string()), ("coord_quality", pa.string()),
     ("known_at", UTC_US), ("known_until", UTC_US)]
)  # fmt: skip
LEARNED = datetime(2026, 1, 9, tzinfo=UTC)
HOURS = 24


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A store as release 0.1.0 left it: a day of hours, the first of them revised once, one station."""
    folder, begin = tmp_path / "old", datetime(2026, 1, 8, tzinfo=UTC)
    plain = {
        "source": "demo", "station": "demo:1", "parameter": "pm25", "minutes": 60, "flag": "ok", "reason": "",
        "kind": "reference", "raw_unit": "µg/m³", "known_at": LEARNED, "known_until": None,
        "city": "tashkent", "month": "2026-01",
    }  # fmt: skip
    rows = [
        {**plain, "start": begin + timedelta(hours=n), "value": 10.0 + n, "raw_value": 10.0 + n} for n in range(HOURS)
    ]
    rows[0]["known_until"] = LEARNED + timedelta(hours=1)
    rows.append(
        {**rows[0], "value": 99.0, "raw_value": 99.0, "known_at": LEARNED + timedelta(hours=1), "known_until": None}
    )
    write_deltalake(
        str(folder / "measurements"), pa.Table.from_pylist(rows, FIRST_MEASUREMENTS), partition_by=["month"]
    )
    place = dict.fromkeys(FIRST_STATIONS.names, "") | {"source": "demo", "station": "demo:1", "city": "tashkent"}
    place |= {"lat": 41.3, "lon": 69.3, "altitude": None, "known_at": LEARNED, "known_until": None, "name": "One"}
    write_deltalake(str(folder / "stations"), pa.Table.from_pylist([place], FIRST_STATIONS))
    return folder


def test_the_first_releases_store_opens_takes_rows_and_knows_its_past(first: Path) -> None:
    assert written(first) == 1
    store = open_store(first)
    assert written(first) == SCHEMA
    assert store.measurements("tashkent")["value"].tolist() == [99.0, *(10.0 + n for n in range(1, HOURS))]
    then = store.measurements("tashkent", as_of=LEARNED + timedelta(minutes=30))
    assert then["value"].tolist() == [10.0 + n for n in range(HOURS)]
    assert store.stations()["name"].tolist() == ["One"]
    done = store.append(hourly([99.0, 55.0, *(12.0 + n for n in range(30))], known_at=NOW))
    assert (done.stored, done.revised, done.unchanged) == (8, 1, 23)
    again = store.measurements("tashkent", as_of=LEARNED + timedelta(minutes=30))
    told = [c for c in then if c != "known_until"]  # when it was replaced is learned later
    pd.testing.assert_frame_equal(again[told], then[told])


def test_a_column_that_came_later_is_added_and_empty(first: Path) -> None:
    without = FIRST_STATIONS.remove(FIRST_STATIONS.get_field_index("coord_quality"))
    rows = pa.table(DeltaTable(str(first / "stations")).to_pyarrow_table()).select(without.names)
    write_deltalake(str(first / "stations"), rows, mode="overwrite", schema_mode="overwrite")
    store = open_store(first)
    assert store.stations()["coord_quality"].tolist() == [""]
    assert store.stations()["name"].tolist() == ["One"]


def test_a_step_that_was_broken_off_is_done_again(first: Path) -> None:
    fit(first)
    (first / FILE).unlink()
    assert len(open_store(first).measurements()) == HOURS
    assert written(first) == SCHEMA


def test_a_newer_store_is_refused_and_says_who_must_act(first: Path) -> None:
    store = open_store(first)
    mark(first, SCHEMA + 1)
    before = sorted(p.name for p in first.rglob("*") if p.is_file())
    with pytest.raises(StoreError, match="the operator must install that release"):
        open_store(first)
    with pytest.raises(StoreError, match="newer release"):  # a server of the older release that was still running
        store.append(hourly([1.0], station="demo:2"))
    assert [n for n in sorted(p.name for p in first.rglob("*") if p.is_file()) if n != ".writer.lock"] == [
        n for n in before if n != ".writer.lock"
    ]


def test_a_new_store_says_its_layout_with_its_first_row_and_not_before(tmp_path: Path) -> None:
    store = open_store(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    store.append(hourly([1.0]))
    assert json.loads((tmp_path / "new" / FILE).read_text()) == {"schema": SCHEMA}


def test_a_broken_word_about_the_layout_is_a_sentence(first: Path) -> None:
    (first / FILE).write_text("{")
    with pytest.raises(StoreError, match="restore it from a backup"):
        open_store(first)
