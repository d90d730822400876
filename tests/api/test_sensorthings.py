"""SensorThings as public clients use it: sets, links, filters on time, expansion, pages that lose nothing."""

import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from api.sensorthings import filters, observations
from api.sensorthings.options import read
from api.sensorthings.paths import NoSuchPath, parse
from api.sensorthings.vocabulary import SETS
from data.store import Store
from jobs.arguments import ArgumentError
from tests.conftest import NOW, hourly

ROOT = "/sta/v1.1"
STREAM = "demo:1:pm25:60"


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    store.append(
        pd.concat([
            hourly([float(v) for v in range(54)]),
            hourly([20.0] * 10, parameter="no2", kind="model"),
            hourly([30.0] * 12, station="demo:2", kind="simulated", city="astana"),
            hourly([9.0] * 5, station="kazhydromet:1", source="kazhydromet"),
        ])
    )  # fmt: skip
    about = {"source": "demo", "kind": "reference", "licence": "CC BY 4.0", "coord_quality": "exact"}
    store.put_stations(pd.DataFrame([
        {**about, "station": "demo:1", "city": "tashkent", "name": "O'Zbekiston / 1", "lat": 41.3, "lon": 69.2},
        {**about, "station": "demo:2", "city": "astana", "name": "Two", "lat": 51.1, "lon": 71.4},
    ]))  # fmt: skip
    return store


@pytest.fixture
def client(filled: Store) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=routes())) as made:
        yield made


def test_the_root_names_the_sets_and_every_set_answers(client: TestClient) -> None:
    listed = client.get(ROOT).json()["value"]
    assert [row["name"] for row in listed] == list(SETS)
    for row in listed:
        first = client.get(row["url"]).json()["value"][0]
        again = client.get(first["@iot.selfLink"]).json()
        assert again["@iot.id"] == first["@iot.id"], "the self link leads to the entity"
        for name, link in first.items():
            if name.endswith("@iot.navigationLink"):
                assert client.get(link).status_code == 200, link


def test_a_datastream_says_unit_place_kind_licence_and_credit(client: TestClient) -> None:
    stream = client.get(f"{ROOT}/Datastreams('{STREAM}')").json()
    assert stream["unitOfMeasurement"]["symbol"] == "ug.m-3"
    assert stream["observedArea"] == {"type": "Point", "coordinates": [69.2, 41.3]}
    assert stream["phenomenonTime"] == "2026-01-08T00:00:00Z/2026-01-10T06:00:00Z"
    about = stream["properties"]
    assert (about["kind"], about["simulated"], about["modelled"]) == ("reference", False, False)
    assert about["licence"] == "CC BY 4.0"
    assert about["credit"]
    marks = {
        s["@iot.id"]: (s["properties"]["modelled"], s["properties"]["simulated"])
        for s in client.get(f"{ROOT}/Datastreams").json()["value"]
    }
    assert marks == {STREAM: (False, False), "demo:1:no2:60": (True, False), "demo:2:pm25:60": (False, True)}


def test_what_may_not_be_passed_on_is_nowhere(client: TestClient) -> None:
    for name in SETS:
        assert "kazhydromet" not in client.get(f"{ROOT}/{name}?$top=1000").text
    assert client.get(f"{ROOT}/Things('kazhydromet:1')").status_code == 404
    assert client.get(f"{ROOT}/Observations('kazhydromet:1:pm25:60@20260108T000000Z')").status_code == 404


def test_an_observation_has_interval_quality_and_origin(client: TestClient) -> None:
    (row,) = client.get(f"{ROOT}/Datastreams('{STREAM}')/Observations?$top=1&$expand=FeatureOfInterest").json()["value"]
    assert row["phenomenonTime"] == "2026-01-08T00:00:00Z/2026-01-08T01:00:00Z"
    assert row["result"] == 0.0
    assert row["resultQuality"] == "ok"
    assert row["parameters"]["kind"] == "reference"
    assert row["FeatureOfInterest"]["feature"]["type"] == "Point"


@pytest.mark.parametrize(
    ("condition", "results"),
    [
        ("phenomenonTime ge 2026-01-10T04:00:00Z", [52, 53]),
        ("phenomenonTime lt 2026-01-08T07:00:00+05:00", [0, 1]),
        ("2026-01-10T05:00:00Z le phenomenonTime", [53]),
        ("phenomenonTime eq 2026-01-08T03:00:00Z or result gt 52", [3, 53]),
        ("result ge 10 and not (result gt 11)", [10, 11]),
        ("id eq 'demo:1:pm25:60@20260108T050000Z'", [5]),
        ("resultQuality ne 'ok' or result eq 7", [7]),
        ("Datastream/properties/city eq 'tashkent' and result lt 1", [0]),
        ("resultTime lt 2026-01-01T00:00:00Z", []),
        ("result eq 'ten'", []),
    ],
)
def test_filters(client: TestClient, condition: str, results: list[int]) -> None:
    asked = {"$filter": condition, "$count": "true"}
    answer = client.get(f"{ROOT}/Datastreams('{STREAM}')/Observations", params=asked).json()
    assert [row["result"] for row in answer["value"]] == results
    assert answer["@iot.count"] == len(results)


@pytest.mark.parametrize("order", ["phenomenonTime asc", "phenomenonTime desc", "result desc", "resultTime"])
@pytest.mark.parametrize("top", [1, 7, 54])
def test_pages_neither_lose_nor_repeat(client: TestClient, order: str, top: int) -> None:
    if top == 1 and order != "phenomenonTime desc":
        pytest.skip("one order by single rows is enough")
    link = f"{ROOT}/Datastreams('{STREAM}')/Observations?$top={top}&$orderby={order}"
    found: list[float] = []
    while link:
        answer = client.get(link).json()
        found += [row["result"] for row in answer["value"]]
        link = answer.get("@iot.nextLink", "")
    assert sorted(found) == [float(v) for v in range(54)]
    assert found == sorted(found, reverse=order.endswith("desc"))


def test_pages_over_several_datastreams_with_the_same_moments(client: TestClient) -> None:
    link, found = f"{ROOT}/Observations?$top=2&$skip=3", []
    while link:
        answer = client.get(link).json()
        found += [row["@iot.id"] for row in answer["value"]]
        link = answer.get("@iot.nextLink", "")
    assert len(found) == len(set(found)) == 54 + 10 + 12 - 3


def test_expansion_selection_order_and_count(client: TestClient) -> None:
    inner = "Datastreams($select=name,id;$orderby=name desc;$expand=Observations($top=1;$orderby=phenomenonTime desc))"
    answer = client.get(f"{ROOT}/Things?$count=true&$top=1&$expand=Locations,{inner}").json()
    assert answer["@iot.count"] == 2
    assert "%24" not in answer["@iot.nextLink"]
    (thing,) = answer["value"]
    assert thing["Locations"][0]["location"]["coordinates"] == [69.2, 41.3]
    streams = thing["Datastreams"]
    assert [s["@iot.id"] for s in streams] == [STREAM, "demo:1:no2:60"]
    assert set(streams[0]) == {"name", "@iot.id", "Observations", "Observations@iot.nextLink"}
    assert streams[0]["Observations"][0]["result"] == 53.0
    follow = client.get(streams[0]["Observations@iot.nextLink"]).json()
    assert follow["value"][0]["result"] == 52.0


def test_single_members_values_and_references(client: TestClient) -> None:
    assert client.get(f"{ROOT}/Things('demo:1')/name").json() == {"name": "O'Zbekiston / 1"}
    assert client.get(f"{ROOT}/Things('demo:1')/name/$value").text == "O'Zbekiston / 1"
    assert client.get(f"{ROOT}/Things/$ref").json()["value"][0]["@iot.selfLink"].endswith("/Things('demo:1')")
    assert client.get(f"{ROOT}/Datastreams('{STREAM}')/Thing/Locations('demo:1')").json()["name"] == "O'Zbekiston / 1"
    names = client.get(f"{ROOT}/Things", params={"$filter": "name eq 'O''Zbekiston / 1'"}).json()["value"]
    assert len(names) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Nothing", 404), ("Things('x')", 404), ("Things(1)", 404), ("Things('demo:1')/Nothing", 404),
        ("Things('demo:1", 404), ("Things/Datastreams", 404), ("Datastreams('demo:1:pm25:60')/Thing/$value", 404),
        ("Things?$top=-1", 400), ("Things?$top=1001", 400), ("Things?$skip=99999999999", 400), ("Things?$top=٣", 400),
        ("Things?$filter=", 400), ("Things?$filter=name", 400), ("Things?$filter=name eq", 400),
        ("Things?$filter=name eq 'a' or", 400), ("Things?$filter=bogus eq 1", 400), ("Things?$filter=((((", 400),
        ("Things?$filter=1 eq 1; DROP TABLE kept", 400), ("Things?$expand=Observations", 400),
        ("Things?$expand=Datastreams($expand=Thing($expand=Datastreams($expand=Thing)))", 400),
        ("Things?$select=bogus", 400), ("Things?$orderby=name sideways", 400), ("Things?$bogus=1", 400),
        ("Observations?$skiptoken=x", 400), ("Observations?$orderby=result", 400), ("Things('demo:1')?$top=1", 200),
        ("Observations?$filter=phenomenonTime ge 2026-99-99T00:00:00Z", 400),
        ("Things?$count=maybe", 400), ("Things?$top=1&$top=2", 400), ("Things('demo:1')?$filter=name eq 'x'", 400),
    ],
)  # fmt: skip
def test_a_wrong_address_is_told_so(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"{ROOT}/{path}")
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_a_filter_on_values_needs_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observations, "MOST", 20)
    answer = client.get(f"{ROOT}/Observations?$filter=result gt 1")
    assert answer.status_code == 400
    assert "narrow phenomenonTime" in answer.json()["detail"]


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ArgumentError, match="nested"):
        filters.parse("(" * 50 + "a eq 1" + ")" * 50)
    with pytest.raises(ArgumentError, match="longer"):
        filters.parse("not " * 1000 + "a eq 1")
    with pytest.raises(NoSuchPath):
        parse("Things/Things")
    assert read("Things", {"$expand": "Datastreams/Observations"}).expand["Datastreams"].expand["Observations"].top


def test_writing_is_refused(client: TestClient) -> None:
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        assert client.request(method, f"{ROOT}/Things").status_code == 405
    assert client.head(f"{ROOT}/Things").content == b""


@pytest.fixture
def served_on_loopback(filled: Store) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes()), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}{ROOT}"
    server.should_exit = True
    thread.join(10)


def test_a_public_client_reads_it(served_on_loopback: str) -> None:
    sta = pytest.importorskip("frost_sta_client", reason="frost_sta_client is not installed")
    service = sta.SensorThingsService(served_on_loopback)
    things = service.things().query().count().top(1).list()
    assert things.count == 2
    assert [t.name for t in things] == ["O'Zbekiston / 1", "Two"], "the client follows nextLink"
    thing = service.things().find("demo:1")
    place = thing.get_locations().query().list().get(0)
    assert list(place.location["coordinates"]) == [69.2, 41.3]
    stream = service.datastreams().query().filter("ObservedProperty/name eq 'PM2.5'").expand("Thing").list().get(0)
    assert stream.unit_of_measurement.symbol == "ug.m-3"
    assert stream.thing.name == "O'Zbekiston / 1"
    asked = stream.get_observations().query().filter("phenomenonTime ge 2026-01-09T00:00:00Z")
    rows = list(asked.orderby("phenomenonTime", "asc").top(7).list())
    assert [r.result for r in rows] == [float(v) for v in range(24, 54)]
    assert all(a.phenomenon_time < b.phenomenon_time for a, b in pairwise(rows))
    assert service.observations().find(rows[0].id).result == 24.0
    newest = service.observations().query().orderby("phenomenonTime", "desc").top(1).list().get(0)
    assert newest.result == 53.0
