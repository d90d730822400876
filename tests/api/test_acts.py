"""The register of acts over HTTP: every act with whether it stands on the centre's day, as JSON and as CSV."""

from importlib import import_module
from io import StringIO

import pandas as pd
import pytest

from api import routes
from data.store import Store


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch):
    testing = pytest.importorskip("starlette.testclient", reason="starlette's test client needs httpx")
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    return testing.TestClient(import_module("starlette.applications").Starlette(routes=routes.routes()))


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        ("2026-12-11T12:00:00Z", {"eu-2008-50": True, "eu-2024-2881": False, "uz-up-229-2025": False}),
        ("2026-12-12T12:00:00Z", {"eu-2008-50": False, "eu-2024-2881": True, "uz-pf-46-2026": True}),
        ("2026-04-01T12:00:00Z", {"uz-up-229-2025": None, "uz-pf-46-2026": None, "kz-nmu-rules": None}),
    ],
)
def test_acts_stand_by_the_clock(client, monkeypatch: pytest.MonkeyPatch, now: str, stands: dict[str, bool]) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", now)
    said = client.get("/api/v1/acts").json()
    assert said["on"] == now[:10]
    found = {row["act"]: row for row in said["acts"]}
    assert {key: found[key]["stands"] for key in stands} == stands
    assert found["order-10-2025"]["limits"] == [f"kz group {n}" for n in (1, 2, 3, 4, 5, 7, 8, 33, 40, 44)]
    assert set(found["dsm-70-2022"]["names"]) == {"en", "ru", "uz", "kk"}


def test_acts_as_a_table(client) -> None:
    answer = client.get("/api/v1/acts?format=csv")
    table = pd.read_csv(StringIO(answer.text))
    assert (len(table), answer.headers["content-type"].partition(";")[0]) == (24, "text/csv")
    assert {"act", "stands", "limits", "name_uz"} <= set(table)
    assert client.get("/api/v1/acts?format=xml").status_code == 400
