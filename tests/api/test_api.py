"""The open API answers with data, or with JSON that says which parameter is wrong."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from api.sensorthings.vocabulary import SETS
from data.store import Store
from jobs.attribution import refit
from jobs.export import measurements
from jobs.export import request as export_request
from tests.conftest import NOW, hourly

JANUARY = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    # 55 hours from 2026-01-08 00:00 UTC: the last ends at 2026-01-10 07:00, half an hour after now.
    store.append(pd.concat([hourly([12.0] * 54), hourly([9.0] * 5, station="kazhydromet:1", source="kazhydromet")]))
    store.put_stations(pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]))
    with TestClient(Starlette(routes=routes())) as made:
        yield made


def test_health_says_what_there_is(client: TestClient) -> None:
    answer = client.get("/api/v1/health").json()
    assert answer["status"] == "ok"
    assert answer["replay"] is True
    assert answer["demo"] is False
    assert answer["rows"] == 59


def test_cities_are_those_of_the_files(client: TestClient) -> None:
    keys = [c["key"] for c in client.get("/api/v1/cities").json()["cities"]]
    assert keys == ["tashkent", "astana"]


def test_latest_carries_age_and_freshness(client: TestClient) -> None:
    answer = client.get("/api/v1/latest", params={"city": "tashkent"}).json()
    (row,) = answer["latest"]
    assert row["value"] == 12
    assert row["unit"] == "µg/m³"
    assert row["freshness"] == "fresh"
    age = (pd.Timestamp(answer["now"]) - pd.Timestamp(row["end"])) / pd.Timedelta("1min")
    assert row["age_minutes"] == pytest.approx(age, abs=1)
    assert age == pytest.approx(30, abs=20)  # the moved clock goes on with the process
    assert row["station"] == "demo:1", "a source that must not be passed on stays in"


def test_csv_equals_the_export(client: TestClient, store: Store) -> None:
    asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01", "as_of": "2026-01-12T00:00:00Z"}
    answer = client.get("/api/v1/measurements.csv", params=asked)
    request = export_request.Request(
        city="tashkent",
        start=pd.Timestamp("2026-01-01", tz="Asia/Tashkent").to_pydatetime(),
        end=pd.Timestamp("2026-02-01", tz="Asia/Tashkent").to_pydatetime(),
        as_of=pd.Timestamp("2026-01-12", tz="UTC").to_pydatetime(),
    )
    assert answer.content == b"".join(measurements.measurements_csv(store, request))
    assert len(pd.read_csv(io.BytesIO(answer.content))) == 54
    assert "attachment" in answer.headers["content-disposition"]


def test_the_newest_is_known_now_although_the_clock_is_moved(client: TestClient) -> None:
    asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
    assert client.get("/api/v1/measurements.csv", params=asked).content.count(b"\n") == 55


@pytest.mark.parametrize(
    ("path", "params", "parameter"),
    [
        ("/api/v1/latest", {}, "city"),
        ("/api/v1/latest", {"city": "'; DROP TABLE kept; --"}, "city"),
        ("/api/v1/latest", {"city": "tashkent", "parameters": "pm25' OR 1=1"}, "parameters"),
        ("/api/v1/measurements.csv", {"city": "tashkent"}, "from"),
        ("/api/v1/measurements.csv", {"city": "tashkent", "from": "yesterday", "to": "2026-01-01"}, "from"),
        ("/api/v1/measurements.csv", {"city": "tashkent", "from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ("/api/v1/measurements.csv", {**JANUARY, "as_of": "2026-01-01T00:00"}, "as_of"),
        ("/api/v1/measurements.csv", {**JANUARY, "flags": "x"}, "flags"),
        ("/api/v1/measurements.csv", {**JANUARY, "limit": "5"}, "limit"),
        ("/api/v1/measurements.csv", {**JANUARY, "bom": "maybe"}, "bom"),
    ],
)  # fmt: skip
def test_a_bad_parameter_gets_400_and_its_name(
    client: TestClient, path: str, params: dict[str, str], parameter: str
) -> None:
    answer = client.get(path, params=params)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert answer.json()["error"]


def test_metrics_are_prometheus_lines(client: TestClient) -> None:
    lines = client.get("/metrics").text.splitlines()
    assert 'cleanair_rows{flag="ok",kind="reference",source="demo"} 54.0' in lines


def test_openapi_names_every_route(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    named = {r.path for r in routes() if "{rest:path}" not in r.path} - {"/api", "/sta"}
    assert {p for p in document["paths"] if not p.startswith("/sta/v1.1/")} == named
    assert {p.rpartition("/")[2] for p in document["paths"] if p.startswith("/sta/v1.1/")} == set(SETS)


@pytest.mark.parametrize("path", ["/api", "/api/v1/nope", "/api/v2/latest", "/api/v1/snapshots/x.tar"])
def test_an_address_that_is_not_there_is_a_404_in_json(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "openapi.json" in answer.json()["error"]


def test_other_methods_are_refused_in_json_and_preflight_passes(client: TestClient) -> None:
    refused = client.post("/api/v1/latest", params={"city": "tashkent"})
    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]
    assert refused.json()["error"]
    assert client.options("/api/v1/latest").headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("city=tashkent&city=astana", "city"),
        ("city=tashkent&bogus=1", "bogus"),
        ("city=tashkent&parameters=,", "parameters"),
    ],
)
def test_nothing_in_an_address_is_passed_over_in_silence(client: TestClient, query: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/latest?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter


def test_an_old_value_is_grey(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", (NOW + timedelta(hours=9)).isoformat())
    assert client.get("/api/v1/latest", params={"city": "tashkent"}).json()["latest"][0]["freshness"] == "grey"


def test_attribution_is_a_csv_of_days(client: TestClient, store: Store) -> None:
    asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
    empty = client.get("/api/v1/attribution.csv", params=asked)
    assert empty.status_code == 200
    assert empty.text.count("\n") == 1, "a header alone before the first attribution"
    refit.refit(store, "tashkent", NOW)
    table = pd.read_csv(io.BytesIO(client.get("/api/v1/attribution.csv", params=asked).content))
    assert table["start"].nunique() == 3
    assert set(table["category"]) >= {"heating", "dust"}


@pytest.mark.parametrize(("more", "named"), [({"to": ""}, "to"), ({"city": "x"}, "city"), ({"lang": "en"}, "lang")])
def test_attribution_says_which_parameter_is_wrong(client: TestClient, more: dict[str, str], named: str) -> None:
    asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01", **more}
    answer = client.get("/api/v1/attribution.csv", params=asked)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == named
