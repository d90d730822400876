"""Verdicts on stations leave as CSV, by the rules that hold for their rows; measurements carry them in `checks`."""

import io
from datetime import UTC, datetime

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.city import city
from data.store import Store
from jobs.export.verdicts import COLUMNS
from jobs.ingest import verdicts
from tests.conftest import hourly


@pytest.fixture
def client(store: Store) -> TestClient:
    for source, station in (("demo", "demo:1"), ("kazhydromet", "kazhydromet:1")):
        values = [9.0 if n % 10 == 0 else 12.0 + n % 30 for n in range(700)]
        rows = hourly(values, parameter="h2s", first="2026-01-01", source=source, station=station)
        store.append(rows)
        plain = {"source": source, "station": station, "city": "tashkent", "kind": "reference"}
        store.put_stations(pd.DataFrame([{**plain, "lat": 41.3, "lon": 69.2}]))
    verdicts.refresh(store, city("tashkent"), datetime(2026, 2, 1, tzinfo=UTC))
    return TestClient(Starlette(routes=routes()))


def test_verdicts_leave_where_their_rows_may(client: TestClient) -> None:
    answer = client.get("/api/v1/station_verdicts.csv", params={"city": "tashkent"})
    table = pd.read_csv(io.StringIO(answer.text), keep_default_na=False)
    assert tuple(table.columns) == COLUMNS
    assert table[["station", "parameter", "check", "until"]].values.tolist() == [["demo:1", "h2s", "drifting_zero", ""]]
    assert table["start"].tolist() == ["2025-12-31T19:00:00Z"]
    again = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/api/v1/station_verdicts.csv", params={"city": "tashkent"}, headers=again).status_code == 304


def test_measurements_tell_the_verdict(client: TestClient) -> None:
    asked = {"city": "tashkent", "from": "2026-01-10", "to": "2026-01-11", "parameters": "h2s"}
    table = pd.read_csv(io.StringIO(client.get("/api/v1/measurements.csv", params=asked).text))
    assert set(table["flag"]) == {"suspect"}
    assert set(table["checks"]) == {"drifting_zero:9,9,9"}
