"""A demo store of another release is emptied and filled again; nothing that is not of the demo world ever is."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from data import demo
from data.demo import edition
from data.schema import conform
from data.store import Store, open_store

NOW = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_WATCH", "astana")
    return open_store(tmp_path / "demo")


def old(source: str = "demo") -> pd.DataFrame:
    """Hours of a station that today's world does not have."""
    start = pd.date_range(end=NOW, periods=48, freq="h").floor("h")
    rows = pd.DataFrame({"start": start, "value": 1.0, "minutes": 60, "parameter": "pm25", "kind": "simulated"})
    return conform(rows.assign(source=source, station=f"{source}:gone", city="astana"), NOW).rows


def test_a_world_of_another_release_is_built_anew_with_what_was_derived(store: Store) -> None:
    store.append(old())
    store.extend("alarm_log", pd.DataFrame({"at": [pd.Timestamp(NOW)], "station": ["demo:gone"]}))
    version = store.version("measurements")
    demo.fill(store, NOW, days=2)
    assert "demo:gone" not in set(store.spans()["station"])
    assert len(store.spans())
    assert store.table("alarm_log").empty
    assert store.version("measurements") != version
    assert set(open_store(store.place.uri).spans()["station"]) == set(store.spans()["station"])


def test_a_world_of_this_release_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.fill(store, NOW, days=2)
    store.append(old())
    demo.fill(store, NOW, days=2)
    assert "demo:gone" in set(store.spans()["station"])
    monkeypatch.setattr(edition, "edition", lambda: "another")
    demo.fill(store, NOW, days=2)
    assert "demo:gone" not in set(store.spans()["station"])


def test_a_store_with_other_rows_is_never_emptied_nor_marked(store: Store) -> None:
    store.append(old("openaq"))
    assert edition.of_this_release(store, store.spans())
    assert "openaq:gone" in set(store.spans()["station"])
    assert store.place.read(edition.MARKER) is None
