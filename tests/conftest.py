"""What every test may ask for: a store of its own, a frozen moment, the shared real data where it is there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

from data import clock
from data.schema import conform
from data.store import Store, open_store

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)

# So many draws in the usual run, on a machine that may be busy; the large numbers stand behind the mark `slow`.
settings.register_profile("usual", max_examples=25, deadline=None)
settings.load_profile("usual")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with real data is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Path:
    folder = shared / "payloads"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/payloads with recorded answers is not on this machine")
    return folder


def answer(path: Path) -> Any:
    """A recorded answer, decoded where it is JSON."""
    return json.loads(path.read_text("utf-8")) if path.suffix == ".json" else path.read_bytes()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No test reads the store or the clock of the machine it runs on; pages find their settings from the root."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("CLEANAIR_NOW", raising=False)
    monkeypatch.delenv("CLEANAIR_ENGINE", raising=False)
    monkeypatch.setattr(clock, "_started", {})  # a replay begins with the test that asks for it
    return


def hourly(values: list[float], *, station: str = "demo:1", parameter: str = "pm25", **columns: object) -> pd.DataFrame:
    """Conforming hourly rows that begin at 2026-01-08 00:00 UTC."""
    known_at = columns.pop("known_at", NOW)
    start = pd.date_range(str(columns.pop("first", "2026-01-08")), periods=len(values), freq="h", tz="UTC")
    table = pd.DataFrame({"start": start, "value": values})
    plain = {"source": "demo", "kind": "reference", "minutes": 60, "city": "tashkent", **columns}
    return conform(table.assign(station=station, parameter=parameter, **plain), known_at=known_at).rows  # type: ignore[arg-type]
