"""The register of sources leaves as JSON and CSV with everything it states, and is described as it is answered."""

import io
import shutil
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.inventory.inventory import FOLDER, VARIABLE, load
from data.store import Store
from jobs.export.register import CSV_COLUMNS


@pytest.fixture
def client(store: Store) -> TestClient:
    return TestClient(Starlette(routes=routes()))


def test_the_table_is_the_register(client: TestClient) -> None:
    answer = client.get("/api/v1/inventory", params={"city": "tashkent", "format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="inventory-tashkent.csv"'
    table = pd.read_csv(io.StringIO(answer.text), dtype="str", keep_default_na=False)
    assert tuple(table) == CSV_COLUMNS
    halted = table.set_index("site").loc["maxam-chirchiq"]
    assert halted[["city", "status", "until", "asked"]].tolist() == ["tashkent", "halted", "2025-11-26", "not yet"]
    assert table.set_index("site").loc["novo-angren-tpp", "capacity_year"] == "2018"


def test_the_object_has_geometry_and_empty_cells_are_null(client: TestClient) -> None:
    told = client.get("/api/v1/inventory", params={"city": "tashkent"}).json()
    register = load("tashkent")
    assert (told["vintage"], told["sha256"]) == (register.vintage, register.sha256)
    sites = {site["site"]: site for site in told["sites"]}
    assert sites["tashkent-ring-road"]["geometry"] == register.shapes["tashkent-ring-road"]
    assert sites["tashkent-tpp"]["geometry"] == {"type": "Point", "coordinates": [69.3677, 41.3822]}
    assert sites["keles-landfill"]["geometry"] is None
    assert sites["keles-landfill"]["emission"] is None
    assert {site["owner"] for site in told["sites"]} <= set(told["parties"])


def test_it_follows_its_schema(client: TestClient) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    document = client.get("/api/v1/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Inventory", "components": document["components"]}
    for key in ("tashkent", "astana", "bishkek"):
        jsonschema.validate(client.get("/api/v1/inventory", params={"city": key}).json(), schema)


def test_an_edited_file_is_a_new_answer(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in FOLDER.glob("astana.*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    asked = {"city": "astana"}
    seen = {"if-none-match": client.get("/api/v1/inventory", params=asked).headers["etag"]}
    assert client.get("/api/v1/inventory", params=asked, headers=seen).status_code == 304
    edited = (tmp_path / "astana.csv").read_text("utf-8").replace("440 Gcal/h", "450 Gcal/h")
    (tmp_path / "astana.csv").write_text(edited, "utf-8")
    assert client.get("/api/v1/inventory", params=asked, headers=seen).status_code == 200


@pytest.mark.parametrize(
    ("params", "wrong"), [({}, "city"), ({"city": "tashkent", "format": "xml"}, "format"), ({"city": "x"}, "city")]
)
def test_wrong_questions_are_told(client: TestClient, params: dict[str, str], wrong: str) -> None:
    answer = client.get("/api/v1/inventory", params=params)
    assert answer.status_code in (400, 404)
    assert answer.json().get("parameter") == wrong
