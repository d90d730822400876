"""Licences decide row by row, in SQL as in Python, and where nobody stated one nothing leaves."""

import itertools

import pandas as pd
import pytest

from data import licences
from data.licences import LicencesUnknown, Terms, licensed, redistributable
from data.store import Store
from tests.conftest import NOW, hourly

KNOWN = {"free": Terms(True), "gathers": Terms(True, per_station=True), "shut": Terms(False), "idle": Terms(True)}
WORDS = {"1": "CC BY 4.0", "2": "", "3": "all rights reserved", "4": "cc by-nd 4.0"}
PAIRS = [(s, f"{s}:{n}") for s, n in itertools.product((*KNOWN, "unknown"), (*WORDS, "5")) if s != "idle"]


@pytest.fixture
def stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "_stated", [lambda: KNOWN])


@pytest.fixture
def described() -> pd.DataFrame:
    """Stations of every kind of source, with every kind of licence; the fifth of each is described nowhere."""
    rows = [(s, t, WORDS[t[-1]]) for s, t in PAIRS if t[-1] in WORDS]
    return pd.DataFrame(rows, columns=["source", "station", "licence"])


def expected() -> set[str]:
    return {t for s, t in PAIRS if redistributable(s, WORDS.get(t[-1], ""))}


@pytest.mark.usefixtures("stated")
def test_what_may_leave_by_source_and_station() -> None:
    assert expected() == {"free:1", "free:2", "free:5", "gathers:1"}


@pytest.mark.usefixtures("stated")
def test_the_store_and_the_table_say_what_each_row_says(store: Store, described: pd.DataFrame) -> None:
    for source, station in PAIRS:
        store.append(hourly([1.0], source=source, station=station))
    found = licensed(described, KNOWN)
    assert set(store.measurements(licensed=found)["station"]) == expected()
    rows = store.spans()
    assert set(rows[found.mask(rows)]["station"]) == expected()


@pytest.mark.usefixtures("stated")
def test_without_any_source_nothing_leaves(store: Store, described: pd.DataFrame) -> None:
    store.append(hourly([1.0], source="shut", station="shut:1"))
    none = licensed(described, {"shut": Terms(False)})
    assert none.clause() == ("FALSE", [])
    assert store.measurements(licensed=none).empty


def test_where_nobody_stated_a_licence_nothing_leaves(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "_stated", [])
    store.append(hourly([1.0]))
    store.put_stations(
        pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]), NOW
    )
    gate = store.for_export()
    for ask in (gate.measurements, gate.stations, gate.rejects, gate.leaving, gate.account):
        with pytest.raises(LicencesUnknown, match="sources"):
            ask()
