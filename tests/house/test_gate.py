"""One gate: no module outside it asks whether a licence lets rows leave, and a new way out needs to know nothing."""

import ast
from argparse import Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import sources  # states the licences  # noqa: F401
from cli.commands.events import events
from data.sharing import PUBLIC, Reader
from data.store import Store
from data.store.reader import StoreReader
from data.store.served import served
from jobs.events.export import COLUMNS
from tests.conftest import NOW, hourly
from tests.house.test_exits import told  # noqa: F401
from tests.house.test_layers import OURS, ROOT, files

TESTS = {"redistributable", "licensed", "permits", "passes_on", "may_redistribute", "Licensed"}
# The gate itself; who states the facts; and the page that shows them in a table of licences.
GATE = {"data/licences.py", "data/store/export.py", "data/store/sql.py"}
STATES = {"sources/credits.py"}
SHOWS = {"pages/method.py": {"passes_on"}}
VIEWS = {"SharedStore", "ExportStore"}
MAKES_VIEWS = {"data/store/store.py", "data/store/shared.py", "data/store/served.py"}


def used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that a module reads, calls or imports; a keyword that is given is no question."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield (node.attr if isinstance(node, ast.Attribute) else node.id), node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "attrgetter"):
            yield from ((str(a.value), node.lineno) for a in node.args if isinstance(a, ast.Constant))


def asks(source: str, name: str = "jobs/export/other.py") -> list[str]:
    """Where a module asks what only the gate may ask."""
    if name in GATE | STATES:
        return []
    return [f"{name}:{line} {word}" for word, line in used(ast.parse(source))
            if word in TESTS - SHOWS.get(name, set())]  # fmt: skip


def test_no_module_outside_the_gate_asks_for_a_licence() -> None:
    every = {str(p.relative_to(ROOT)): p.read_text("utf-8") for p in files(*OURS)}
    # `Credit.may_redistribute` is stated by the class that has it, network by network.
    found = [hit for name, text in every.items() for hit in asks(text, name)]
    assert [hit for hit in found if not hit.startswith("sources/base.py")] == []
    assert every.keys() >= GATE | STATES | SHOWS.keys() | MAKES_VIEWS, "the lists above name files that are there"


@pytest.mark.parametrize(
    "code",
    [
        "rows[[credit(s).may_redistribute for s in rows['source']]]",
        "from sources.credits import redistributable",
        "licences.licensed(stations, licences.terms()).mask(rows)",
        "[known[s].passes_on for s in rows['source']]",
        "getattr(credit(s), 'may_redistribute')",
    ],
)
def test_the_search_finds_a_question_by_hand(code: str) -> None:
    assert asks(code)
    assert not asks("Credit('x', '', 'CC0', may_redistribute=True)")


def test_nobody_builds_a_view_past_the_gate() -> None:
    """A view comes from `served` or `for_export`: who builds one by hand chooses reader and purpose by memory."""
    made = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(*OURS)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in VIEWS
        and str(path.relative_to(ROOT)) not in MAKES_VIEWS
    ]  # fmt: skip
    assert made == []


# --- a way out that nobody has built yet ------------------------------------------------------------------------------


def new_exit(store: StoreReader) -> str:
    """What somebody writes who knows nothing of rules and licences: ask the gate for rows, write them."""
    rows = store.for_export()
    return "".join(
        table.to_csv()
        for table in (
            rows.measurements("tashkent"), rows.latest("tashkent", now=NOW, days=9), rows.stations(), rows.rejects(),
            rows.daily("tashkent", None, None, None, zone="Asia/Tashkent", flags=None), rows.spans(),
            rows.table("forecasts"), rows.table("events"), *(b.to_pandas() for b in rows.batches()),
            rows.narrowed(pd.DataFrame({"station": ["demo:1", "tidy:1", "kazhydromet:1", "openaq:1"]})),
        )
    )  # fmt: skip


@pytest.fixture
def four(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """One source that may leave; one that a rule can keep; one whose licence, and one whose stations' does not."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served.__globals__["_opened"].cache_clear()
    words = {"demo": "CC0 1.0", "tidy": "CC BY 4.0", "kazhydromet": "", "openaq": "Some Private Terms"}
    for source in words:
        rejects = pd.DataFrame([{"source": source, "at": pd.Timestamp(NOW), "reason": "no unit", "origin": "a",
                                 "excerpt": f"{source}:1", "count": 1}])  # fmt: skip
        store.append(hourly([1.0] * 9, source=source, station=f"{source}:1"), rejects if source != "openaq" else None)
    store.put_stations(pd.DataFrame([{"source": s, "station": f"{s}:1", "city": "tashkent", "kind": "reference",
                                      "licence": licence, "lat": 41.3, "lon": 69.2, "same_as": "openaq:1"}
                                     for s, licence in words.items()]), NOW)  # fmt: skip
    store.replace("forecasts", pd.DataFrame({"station": ["", *(f"{s}:1" for s in words)], "value": 1.0}))
    events = [
        {
            "stations": f'[{{"station": "{s}:1", "peak": 1.0}}, {{"station": "demo:1", "peak": 2.0}}]',
            "evidence": f'[{{"values": {{"station": "{s}:1"}}}}]',
            "peak": 2.0,
            "footprint": s,
        }
        for s in words
    ]
    store.replace("events", pd.DataFrame(events))
    return store


def seen(text: str) -> set[str]:
    return {source for source in ("demo", "tidy", "kazhydromet", "openaq") if source in text}


def test_a_new_way_out_gives_only_what_may_leave(four: Store, told: Callable[..., None]) -> None:  # noqa: F811
    told(see="public", download="operator")
    assert seen(new_exit(four.for_export(PUBLIC))) == {"demo"}
    assert seen(new_exit(served().store)) == {"demo"}
    assert seen(new_exit(served("download", Reader("member")).store)) == {"demo"}
    assert seen(new_exit(served("derive").store)) == {"demo"}
    assert seen(new_exit(served("download", Reader("operator")).store)) == {"demo", "tidy"}
    assert seen(new_exit(four.for_export(Reader("admin")))) == {"demo", "tidy"}


def test_the_walk_sees_what_it_looks_for(four: Store) -> None:
    class Open:
        """The store without a gate: what an exit would give that forgot it."""

        def for_export(self) -> Store:
            return four

    assert seen(new_exit(Open())) == {"demo", "tidy", "kazhydromet", "openaq"}  # type: ignore[arg-type]


def test_the_command_that_writes_events_passes_the_gate(
    four: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, file = pd.Timestamp(NOW), tmp_path / "events.csv"
    found = four.table("events").assign(id="x", city="tashkent", start=now, end=now, computed_at=now)
    found = found.reindex(columns=[c for c in COLUMNS if c not in ("hours", "stations_reached")])
    found = found.assign(kind="smog", parameter="pm25", unit="", confidence=1.0)
    monkeypatch.setattr("jobs.events.detect.history", lambda *_: found)
    period = {"from": "2026-01-01", "to": "2026-01-11"}
    events(Namespace(city="tashkent", store=None, out=str(file), keep=False, **period))
    assert seen(file.read_text("utf-8")) == {"demo", "tidy"}
