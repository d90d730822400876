"""A reader's view has the verbs that are declared for readers, each narrowed, and nothing that writes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

import sources  # states the licences  # noqa: F401
from data import sharing
from data.sharing import ROLES, Reader
from data.store import Store, StoreError
from data.store.derived import DERIVED, DerivedStore
from data.store.export import ExportStore
from data.store.reader import DerivingStore, ExportReader, StoreReader
from data.store.shared import SharedStore
from data.store.view import View
from tests.conftest import NOW, hourly
from tests.data.test_sharing import LAST, rule

WRITES = {"append", "put_stations", "put_status", "replace", "extend", "forget", "compact", "clear"}
OWN = {"place", "wait", "size", "station_history", "undeclared"}  # of the store itself, of no concern to a reader
SECRET = "tidy:1"


def declared(protocol: type) -> set[str]:
    return {n for kind in protocol.__mro__ for n in (*vars(kind), *vars(kind).get("__annotations__", ()))
            if not n.startswith("_")}  # fmt: skip


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def views(store: Store) -> dict[str, View]:
    return {
        **{f"{role} {purpose}": SharedStore(store, Reader(role), purpose)  # type: ignore[arg-type]
           for role in ROLES for purpose in ("see", "download", "derive")},
        "export": store.for_export(Reader()), "export of the owner": store.for_export(),
    }  # fmt: skip


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """One station that everybody may have and one to be kept in."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    rejects = pd.DataFrame([{"source": s, "at": pd.Timestamp(NOW), "reason": "no unit", "origin": f"{s}.csv",
                             "excerpt": f"{s}:1", "count": 1} for s in ("demo", "tidy")])  # fmt: skip
    for source, batch in (("demo", None), ("tidy", rejects)):
        store.append(hourly([1.0, 2.0, 3.0], source=source, station=f"{source}:1"), batch)
    plain = {"city": "tashkent", "kind": "reference", "licence": "CC0 1.0", "lat": 41.3, "lon": 69.2}
    store.put_stations(pd.DataFrame([{"source": s, "station": f"{s}:1", **plain} for s in ("demo", "tidy")]), NOW)
    store.extend("alarm_log", pd.DataFrame({"at": [pd.Timestamp(NOW)] * 2, "station": ["demo:1", SECRET]}))
    return store


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def write(**row: object) -> None:
        path = tmp_path / "sharing.toml"
        path.write_text(rule(**row) + LAST)
        monkeypatch.setenv(sharing.VARIABLE, str(path))

    return write


# --- what there is ----------------------------------------------------------------------------------------------------


def test_a_verb_of_the_store_reads_by_declaration_or_is_no_readers_matter() -> None:
    assert public(Store(Path("nowhere"))) == declared(StoreReader) | WRITES | OWN
    assert declared(StoreReader) & (WRITES | OWN) == set()


def test_a_view_has_what_is_declared_and_nothing_else(store: Store) -> None:
    for name, view in views(store).items():
        own = {"reader"} | (declared(ExportReader) if isinstance(view, ExportStore) else {"purpose"})
        assert public(view) == declared(StoreReader) | own, name


def test_the_next_verb_of_the_store_is_not_public(store: Store) -> None:
    class Next(Store):
        def erase(self) -> int:
            return 1

        def overwrite(self) -> int:
            return 1

    for name, view in views(Next(store.place)).items():
        for verb in ("erase", "overwrite", *WRITES, *OWN, "whole", "anything"):
            assert not hasattr(view, verb), (name, verb)
            with pytest.raises(StoreError, match="view"):
                getattr(view, verb)


def test_no_reader_takes_anything_away(filled: Store) -> None:
    before, size = filled.version(), len(filled.table("alarm_log"))
    for view in views(filled).values():
        for call in (
            lambda v: v.forget("alarm_log", "at", NOW.replace(year=2030)),
            lambda v: v.compact(),
            lambda v: v.replace("alarm_log", pd.DataFrame({"at": []})),
            lambda v: v.put_status("demo", "tashkent", error="x"),
        ):
            with pytest.raises(StoreError):
                call(view)
    assert (filled.version(), len(filled.table("alarm_log"))) == (before, size)


# --- every declared verb is narrowed ----------------------------------------------------------------------------------

DAY = {"start": None, "end": None}
ROWS: Mapping[str, Callable[[Any], pd.DataFrame]] = MappingProxyType(
    {
        "measurements": lambda s: s.measurements("tashkent"),
        "latest": lambda s: s.latest("tashkent", now=NOW, days=30),
        "daily": lambda s: s.daily("tashkent", None, **DAY, zone="Asia/Tashkent", flags=None),
        "spans": lambda s: s.spans(),
        "counts": lambda s: s.counts(),
        "tally": lambda s: s.tally(),
        "lags": lambda s: s.lags(),
        "marks": lambda s: s.marks(),
        "intervals": lambda s: s.intervals(),
        "batches": lambda s: pd.concat([b.to_pandas() for b in s.batches(city="tashkent")]),
        "stations": lambda s: s.stations(),
        "rejects": lambda s: s.rejects(),
        "table": lambda s: s.table("alarm_log"),
        "narrowed": lambda s: s.narrowed(pd.DataFrame({"station": ["demo:1", SECRET]})),
    }
)
# Say nothing of a row: where the store lies, how it changed, how networks answered, what was kept back, the gate.
SILENT = {"uri", "folder", "version", "settled", "is_empty", "begun", "status", "kept_back", "for_export"}


def test_every_verb_is_tried_below() -> None:
    assert set(ROWS) | SILENT == declared(StoreReader)


def who(rows: pd.DataFrame) -> set[str]:
    return set(rows["source"] if "source" in rows else rows["station"].str.partition(":")[0])


@pytest.mark.parametrize("verb", ROWS)
def test_rules_of_sharing_hold_for_every_verb(filled: Store, told: Callable[..., None], verb: str) -> None:
    told(see="member", download="operator")
    ask = ROWS[verb]
    assert who(ask(filled)) == {"demo", "tidy"}, "the question would show it"
    assert who(ask(SharedStore(filled))) == {"demo"}
    assert who(ask(SharedStore(filled, Reader("member")))) == {"demo", "tidy"}
    assert who(ask(filled.for_export(Reader("member")))) == {"demo"}
    assert who(ask(SharedStore(filled, Reader("member")).for_export())) == {"demo"}
    assert who(ask(filled.for_export(Reader("operator")))) == {"demo", "tidy"}


@pytest.mark.parametrize("verb", sorted(set(ROWS) - {"rejects"}))
def test_licences_hold_for_every_verb_of_the_gate(filled: Store, verb: str) -> None:
    ask = ROWS[verb]
    assert who(ask(filled.for_export(Reader()))) == {"demo", "tidy"}
    closed = filled.stations().assign(licence="all rights reserved").query("source == 'tidy'")
    filled.put_stations(closed[["source", "station", "city", "kind", "licence", "lat", "lon"]], NOW)
    for role in (None, Reader(), Reader("admin")):
        assert who(ask(filled.for_export(role))) == {"demo"}
    assert who(ask(SharedStore(filled))) == {"demo", "tidy"}, "it may be seen"


def test_rejects_of_a_source_that_may_not_be_passed_on_stay(filled: Store) -> None:
    more = filled.rejects().assign(source="kazhydromet", excerpt="kazhydromet:1", origin="k.csv")
    filled.append(hourly([1.0]), more)
    assert who(filled.for_export().rejects()) == {"demo", "tidy"}
    assert len(filled.for_export().rejects(limit=1)) == 1


def test_a_station_nobody_described_is_told_in_no_table_that_leaves(filled: Store) -> None:
    filled.extend("alarm_log", pd.DataFrame({"at": [pd.Timestamp(NOW)], "station": ["kazhydromet:7"]}))
    assert who(filled.for_export(Reader()).table("alarm_log")) == {"demo", "tidy"}


# --- the gate ---------------------------------------------------------------------------------------------------------


def test_a_view_is_no_way_to_the_gate_of_another_reader(filled: Store) -> None:
    view = SharedStore(filled)
    for gate in (view.for_export(), view.for_export(Reader())):
        assert gate.reader == Reader()
        assert gate.for_export() is gate
    for reach in (view, view.for_export()):
        with pytest.raises(StoreError, match="another"):
            reach.for_export(Reader("admin"))


def test_the_account_adds_up_to_what_there_is(filled: Store, told: Callable[..., None]) -> None:
    filled.append(hourly([5.0] * 4, source="kazhydromet", station="kazhydromet:1"))
    filled.append(hourly([6.0] * 5, source="openaq", station="openaq:1"))
    told(download="nobody", basis="an agreement")
    leaves, stays = filled.for_export(Reader()).account(city="tashkent")
    assert set(leaves["source"]) == {"demo"}
    assert stays.to_dict("records") == [
        {"source": "kazhydromet", "rows": 4, "by": "licence", "status": "", "basis": ""},
        {"source": "openaq", "rows": 5, "by": "station", "status": "", "basis": ""},
        {"source": "tidy", "rows": 3, "by": "rule", "status": "indicative", "basis": "an agreement"},
    ]
    assert leaves["rows"].sum() + stays["rows"].sum() == filled.spans("tashkent")["rows"].sum()


def test_a_licence_holds_as_it_stood_at_the_moment_asked_for(filled: Store) -> None:
    later = NOW + timedelta(days=1)
    closed = filled.stations().assign(licence="all rights reserved").query("source == 'tidy'")
    filled.put_stations(closed[["source", "station", "city", "kind", "licence"]], later)
    gate = filled.for_export(Reader())
    assert who(gate.measurements("tashkent")) == {"demo"}
    assert who(gate.measurements("tashkent", as_of=NOW)) == {"demo", "tidy"}
    assert who(gate.stations(as_of=NOW)) == {"demo", "tidy"}
    assert gate.leaving() == {"demo:1"}


def test_caches_of_the_gate_and_of_the_view_never_meet(filled: Store) -> None:
    view = SharedStore(filled, purpose="download")
    assert view.version() != view.for_export().version()
    assert view.settled() != view.for_export().settled()


# --- the work that derives --------------------------------------------------------------------------------------------


def test_what_derives_reads_by_the_rules_and_writes_derived_tables_only(
    filled: Store, told: Callable[..., None]
) -> None:
    told(derive=False)
    work = DerivedStore(filled)
    assert who(work.measurements("tashkent")) == {"demo"}
    assert public(work) == declared(DerivingStore) | {"reader", "purpose"}
    work.replace("events", pd.DataFrame({"id": ["a"]}), key=("id",))
    work.extend("alarm_log", pd.DataFrame({"at": [pd.Timestamp(NOW)], "station": ["demo:1"]}))
    assert len(filled.table("events")) == 1
    before = filled.version()
    for name in ("measurements", "stations", "status", "tokens", "maintenance", "snapshots", "attempts"):
        assert name not in DERIVED
        with pytest.raises(StoreError, match="derived"):
            work.replace(name, pd.DataFrame({"a": [1]}))
        with pytest.raises(StoreError, match="derived"):
            work.extend(name, pd.DataFrame({"a": [1]}))
    for verb in ("append", "put_stations", "put_status", "forget", "compact"):
        assert not hasattr(work, verb)
    assert filled.version() == before


def test_what_is_shown_for_deriving_is_read_only(filled: Store) -> None:
    from data.store.served import deriving, served

    assert who(served("derive").store.measurements("tashkent")) == {"demo", "tidy"}
    assert not hasattr(served("derive").store, "replace")
    deriving().replace("events", pd.DataFrame({"id": ["a"]}))
    assert filled.table("events")["id"].tolist() == ["a"]
