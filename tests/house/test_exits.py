"""Every way out of the centre, walked by every role: what a rule of sharing keeps in appears nowhere."""

import asyncio
import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pypdfium2
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from api.routes import routes
from api.v1.openapi import document
from data import sharing
from data.sharing import ROLES, Reader
from data.store import Store, served
from data.store.narrow import narrowed
from data.store.shared import SharedStore
from jobs.access.operators import Operator
from jobs.attribution.export import attribution_csv
from jobs.brief import facts as brief_facts
from jobs.brief.page import draw
from jobs.events import export as events_export
from jobs.export import measurements, publish, request, snapshot
from jobs.forecast import export as forecast_export
from tests.conftest import NOW, hourly
from tests.data.test_sharing import LAST, rule

MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"
FORMS = ("csv", "parquet", "xlsx")
# What must not be seen, in the only spelling that counts: letters, digits and points.
OLD, FRESH, GAS, PLACE, NAME = "98765", "76543", "87654", "69.654321", "SECRETPOST"
SECRETS = (OLD, FRESH, GAS, PLACE, NAME)
ASKED = request.Request(city="tashkent", start=NOW - timedelta(days=9), end=NOW, as_of=NOW + timedelta(minutes=1))
# What is said where an address of the API asks for it; a moment to come must end no delay.
SAID = {"city": "tashkent", "from": "2026-01-01", "to": "2026-01-11", "as_of": "2030-01-01T00:00:00Z",
        "identifier": "x", "name": "x"}  # fmt: skip
MAY_FAIL = ("alarms", "snapshots/newest", "{")  # nothing rings here, nothing is published
STA = ("Things?$expand=Locations,Datastreams", "Locations", "Datastreams?$expand=Observations", "Observations",
       "ObservedProperties", "Sensors", "FeaturesOfInterest", "HistoricalLocations")  # fmt: skip


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def write(**row: object) -> None:
        path = tmp_path / "sharing.toml"
        path.write_text(rule(**row) + LAST)
        monkeypatch.setenv(sharing.VARIABLE, str(path))

    return write


@pytest.fixture
def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three open stations and a secret one, with tables that were derived from all of them."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_CAP_SENDER", "centre@example.org")
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    for number in (1, 2, 3):
        store.append(hourly([10.0 + number] * 48, station=f"demo:{number}"))
    old, fresh = [98765.4] * 24, [76543.2] * 24
    secret: dict[str, Any] = {"station": "tidy:SECRETPOST", "source": "tidy"}
    rejects = pd.DataFrame([{"source": "tidy", "at": pd.Timestamp(NOW), "reason": "no unit", "origin": "a.csv",
                             "excerpt": "SECRETPOST 98765.4 76543.2 87654.3 69.654321", "count": 1}])  # fmt: skip
    store.append(pd.concat([hourly(old + fresh, **secret), hourly([87654.3] * 48, parameter="no2", **secret)]), rejects)
    plain = {"city": "tashkent", "kind": "reference", "licence": "CC0 1.0"}
    places = [{"source": "demo", "station": f"demo:{n}", "name": f"Post {n}", "lat": 41.3 + n / 100, "lon": 69.2,
               "same_as": "tidy:SECRETPOST" if n == 3 else "", **plain} for n in (1, 2, 3)]  # fmt: skip
    places.append({"source": "tidy", "station": "tidy:SECRETPOST", "name": "SECRETPOST", "lat": 41.3,
                   "lon": 69.654321, **plain})  # fmt: skip
    store.put_stations(pd.DataFrame(places), known_at=NOW)
    _derived(store)
    return store


def _derived(store: Store) -> None:
    at, station = pd.Timestamp(NOW), "tidy:SECRETPOST"
    hours = {"first": "2026-01-09T00:00Z", "last": "2026-01-09T06:00Z"}
    reached = [{"station": "demo:1", **hours, "peak": 13.0}, {"station": station, **hours, "peak": 98765.0}]
    store.replace("events", pd.DataFrame([
        {"id": "tashkent:dust_storm:2026-01-09", "city": "tashkent", "kind": "dust_storm",
         "start": at - timedelta(hours=30), "end": at - timedelta(hours=2), "degree": 0, "confidence": 0.9,
         "parameter": parameter, "peak": peak, "unit": "µg/m³", "stations": json.dumps(reached),
         "footprint": '{"type": "Point", "coordinates": [69.654321, 41.3]}',
         "evidence": json.dumps([{"key": "gas_peak", "values": {"peak": peak, "station": station}}]), "by": "centre",
         "modelled": False, "simulated": False, "computed_at": at, "method": "1"}
        for parameter, peak in (("pm25", 98765.0), ("no2", 87654.0))]))  # fmt: skip
    methods = dict.fromkeys(forecast_export.METHODS, 76543.2)
    store.replace("forecasts", pd.DataFrame([
        {"city": "tashkent", "station": station, "parameter": "pm25", "issued": at, "start": at, "lead": 1,
         "minutes": 60, "value": 76543.2, "lower": 1.0, "upper": 2.0, "method": "persistence", **methods,
         "weather": False, "simulated": False, "computed_at": at}]))  # fmt: skip
    store.replace("attribution_evidence", pd.DataFrame([
        {"station": station, "start": at, "key": "x", "params": "{}", "text": "SECRETPOST 98765.4", "city": "tashkent",
         "place": 1}]))  # fmt: skip
    store.extend("maintenance", pd.DataFrame([
        {"id": "1", "city": "tashkent", "station": station, "parameter": "", "start": at, "end": at, "by": "A",
         "why": "SECRETPOST cleaned", "at": at, "withdrawn": False}]))  # fmt: skip
    store.extend("tokens", pd.DataFrame([{"id": "1", "digest": "SECRETPOST"}]))


# --- the ways out -----------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Without what a language or a file puts between digits."""
    return re.sub(r"(?<=\d)[\s,'\u00a0\u202f\u2009]+(?=\d{3}\b)", "", text)


def opened(body: bytes, name: str) -> str:
    """The words in a file of any form that the centre writes."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return " ".join(opened(packed.read(n), n) for n in packed.namelist())
    if name.endswith(".parquet"):
        return str(pd.read_parquet(io.BytesIO(body)).to_csv())
    if name.endswith(".xlsx"):
        return " ".join(str(t.to_csv()) for t in pd.read_excel(io.BytesIO(body), sheet_name=None).values())
    if body.startswith(b"%PDF"):
        return " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))
    return body.decode("utf-8")


def files(store: Store, reader: Reader, folder: Path) -> dict[str, str]:
    """What leaves as a file."""
    view = SharedStore(store, reader, "download")
    zips = {form: Path(snapshot.write(view, ASKED, form, folder / form)["zip"]) for form in FORMS}
    out = {f"snapshot {form}": opened(path.read_bytes(), path.name) for form, path in zips.items()}
    excel = request.Request(**{**vars(ASKED), "excel": True})
    facts = brief_facts.gather(view, "tashkent", NOW - timedelta(days=3), NOW, NOW)
    return {
        **out,
        "csv": b"".join(measurements.measurements_csv(view, ASKED)).decode(),
        "excel": b"".join(measurements.measurements_csv(view, excel)).decode("utf-8-sig"),
        "events": events_export.events_csv(events_export.between(view, "tashkent")).decode(),
        "forecast": forecast_export.forecast_csv(view, "tashkent").decode(),
        "attribution": attribution_csv(view, "tashkent").decode(),
        "brief": opened(draw(facts, "en", NOW), "brief.pdf"),
    }


class As:
    """Asks as a reader: what the bearer of a token is, is tested where tokens are."""

    def __init__(self, app: Any, reader: Reader) -> None:
        self.app, self.reader = app, reader

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sharing.reading.set(self.reader)
        await self.app(scope, receive, send)


def answers(reader: Reader) -> dict[str, str]:
    """What the API says at every address that its description lists."""
    found: dict[str, str] = {}
    made = routes()
    with TestClient(As(Starlette(routes=made), reader)) as client:
        for path, offered in document(("tashkent",), ("pm25",))["paths"].items():
            asked = [p for p in offered["get"].get("parameters", []) if p["in"] == "query"]
            missing = [p["name"] for p in asked if p.get("required") and p["name"] not in SAID]
            assert not missing, f"{path}: a new way out; say here how it is asked"
            query = {p["name"]: SAID[p["name"]] for p in asked if p["name"] in SAID}
            answer = client.get(path.format_map(SAID), params=query)
            found[path] = opened(answer.content, ".zip" if answer.content.startswith(b"PK") else "")
            assert answer.status_code == 200 or any(part in path for part in MAY_FAIL), (path, answer.text)
        if any(getattr(r, "path", "").startswith("/sta") for r in made):
            for entity in STA:
                found[f"sta {entity}"] = client.get(f"/sta/v1.1/{entity}").text
    return found


def drawn(monkeypatch: pytest.MonkeyPatch, reader: Reader, *pages: str, **query: str) -> tuple[str, str]:
    """What pages show, and what their buttons give."""
    given: list[bytes] = []

    def button(*args: Any, data: Any = b"", file_name: str = "", **_: Any) -> bool:
        loop = asyncio.new_event_loop()  # a thread without the page's context, as Streamlit runs a button's work
        body = loop.run_until_complete(asyncio.to_thread(data)) if callable(data) else data
        loop.close()
        given.append(opened(body, file_name).encode())
        return False

    monkeypatch.setattr(st, "download_button", button)
    monkeypatch.setattr(DeltaGenerator, "download_button", lambda self, *a, **k: button(*a, **k))
    if reader.role == "operator":
        said = {"operator": (Operator("A. B."), time.monotonic())}
    else:
        assert reader.role == "public"
        said = {}
    shown = []
    for page in pages:
        app = AppTest.from_file(MAIN, default_timeout=90)
        for name, value in {"lang": "en", "city": "tashkent", **query}.items():
            app.query_params[name] = value
        for name, value in said.items():
            app.session_state[name] = value
        app.run()
        app.switch_page(page).run()
        assert not app.exception, (page, [e.message for e in app.exception])
        shown += [_words(element) for element in app]
    return " ".join(shown), b" ".join(given).decode()


def _words(element: Any) -> str:
    value = element.value.to_string() if isinstance(getattr(element, "value", None), pd.DataFrame) else ""
    return f"{getattr(element, 'proto', '')} {value}"


def leaks(found: dict[str, str], secrets: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(way, word) for way, text in found.items() for word in secrets if word in plain(text)]


# --- the rules --------------------------------------------------------------------------------------------------------

# Rule → what a reader below its role must not get in a file or by the API, the role from which on it is free, and
# what a page must not show either.
RULES: dict[str, tuple[dict[str, object], tuple[str, ...], str, tuple[str, ...]]] = {
    "seen by members": ({"see": "member", "download": "member"}, SECRETS, "member", SECRETS),
    "seen by operators, derived no": (
        {"see": "operator", "download": "operator", "derive": False}, SECRETS, "operator", SECRETS),
    "taken by nobody": ({"download": "nobody"}, SECRETS, "nobody", ()),
    "taken by operators": ({"download": "operator"}, SECRETS, "operator", ()),
    "a day late": ({"delay": 31 * 60}, (FRESH,), "operator", (FRESH,)),
    "without a gas": ({"withhold": ["no2"]}, (GAS,), "operator", (GAS,)),
    "rounded places": ({"decimals": 1}, (PLACE,), "operator", (PLACE,)),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_no_file_and_no_answer_tells_what_a_rule_keeps_in(
    world: Store, told: Callable[..., None], tmp_path: Path, name: str
) -> None:
    row, secrets, free, _ = RULES[name]
    told(**row)
    for role in ROLES:
        reader = Reader(role)
        if reader.reaches(free):
            rows = b"".join(measurements.measurements_csv(SharedStore(world, reader, "download"), ASKED)).decode()
            assert all(word in plain(rows) for word in SECRETS), "the walk sees what it looks for"
        else:
            assert leaks({**answers(reader), **files(world, reader, tmp_path / role)}, secrets) == [], role


@pytest.mark.parametrize("name", ["seen by members", "a day late"])
def test_what_is_published_is_what_the_public_may_have(world: Store, told: Callable[..., None], name: str) -> None:
    row, secrets, _, _ = RULES[name]
    told(**row)
    publish.publish(world, ASKED, "csv", by="A", now=NOW)
    (packed,) = publish.folder(world).glob("*.zip")
    assert leaks({"published": opened(packed.read_bytes(), ".zip")}, secrets) == []


def closed(store: Store) -> None:
    """The secret station states a licence that does not allow passing its rows on."""
    mine = store.stations().query("station == 'tidy:SECRETPOST'").assign(licence="all rights reserved")
    store.put_stations(mine.drop(columns=["known_at", "known_until"]), NOW)


def test_no_file_and_no_answer_tells_what_a_licence_keeps_in(world: Store, tmp_path: Path) -> None:
    rows = b"".join(measurements.measurements_csv(world.for_export(Reader()), ASKED)).decode()
    assert all(word in plain(rows) for word in SECRETS), "the walk sees what it looks for"
    closed(world)
    for role in ROLES:
        reader = Reader(role)
        assert leaks({**answers(reader), **files(world, reader, tmp_path / role)}, SECRETS) == [], role


PAGES = ("situation.py", "city_map.py", "station.py", "forecast.py", "alarms.py", "origins.py", "trends.py",
         "brief.py", "records.py", "feeds.py", "consortium.py", "wall.py", "case.py", "registry.py")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_or_gives_what_only_members_see(
    world: Store, told: Callable[..., None], monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    told(see="member", download="member")
    shown, given = drawn(monkeypatch, Reader(), page)
    assert len(shown) > 500
    assert leaks({"page": shown, "buttons": given}, SECRETS) == []


@pytest.mark.slow
@pytest.mark.parametrize(("page", "query"), [
    ("station.py", {"station": "tidy:SECRETPOST"}), ("records.py", {}), ("trends.py", {"place": "tidy:SECRETPOST"}),
    ("feeds.py", {}), ("brief.py", {}),
])  # fmt: skip
def test_what_a_page_may_show_its_buttons_need_not_give(
    world: Store, told: Callable[..., None], monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]
) -> None:
    told(download="nobody")
    shown, given = drawn(monkeypatch, Reader(), page, **query)
    if page == "station.py":
        assert OLD in plain(shown), "the walk sees what it looks for"
    assert leaks({"buttons": given}, (OLD, FRESH, GAS, PLACE)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("page", "query"), [
    ("station.py", {"station": "tidy:SECRETPOST"}), ("records.py", {}), ("trends.py", {"place": "tidy:SECRETPOST"}),
    ("brief.py", {}), ("forecast.py", {}),
])  # fmt: skip
def test_buttons_give_nothing_that_a_licence_keeps_in(
    world: Store, monkeypatch: pytest.MonkeyPatch, page: str, query: dict[str, str]
) -> None:
    closed(world)
    shown, given = drawn(monkeypatch, Reader(), page, **query)
    if page == "station.py":
        assert OLD in plain(shown), "the walk sees what it looks for"
    assert leaks({"buttons": given}, (OLD, FRESH, GAS, PLACE)) == []


@pytest.mark.slow
def test_an_operator_takes_from_the_page_what_the_public_does_not(
    world: Store, told: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(see="operator", download="operator")
    shown, given = drawn(monkeypatch, Reader("operator"), "records.py")
    assert OLD in plain(given), "a button's work is done as the reader for whom it was drawn"
    assert NAME in shown
    shown, given = drawn(monkeypatch, Reader(), "records.py")
    assert leaks({"page": shown, "buttons": given}, SECRETS) == [], "and no cache carries it over"


def test_every_page_is_walked() -> None:
    known = {p.name for p in MAIN.parent.glob("*.py")} - {"main.py", "__init__.py", "method.py"}
    assert known == set(PAGES)


def test_an_event_at_hidden_stations_alone_is_none(world: Store) -> None:
    rows = world.table("events")
    both = {"tidy:SECRETPOST": frozenset({"*"}), "demo:1": frozenset({"*"})}
    assert narrowed(rows, both).empty
    left = narrowed(rows, {"demo:1": frozenset({"*"})})
    assert left["peak"].tolist() == [98765.0, 87654.0]
    assert left["footprint"].tolist() == ["", ""]


def test_tokens_are_no_table_for_readers(world: Store) -> None:
    from data.store import StoreError

    with pytest.raises(StoreError):
        SharedStore(world, Reader("admin")).table("tokens")
