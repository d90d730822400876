"""Measures and techniques over HTTP: JSON and CSV, chosen, refused where a word is not known."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from data.measures import measures, techniques
from jobs.export.policy import MEASURES, TECHNIQUES


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANAIR_STORE", str(Path(tmp_path_factory.mktemp("policy")) / "store"))
        patch.setenv("CLEANAIR_NOW", "2026-12-01T00:00:00+00:00")
        with TestClient(Starlette(routes=routes())) as made:
            yield made


def test_every_measure_and_technique_leaves(client: TestClient) -> None:
    told = client.get("/api/v1/measures").json()
    assert told["at"].startswith("2026-12-01T")
    assert len(told["measures"]) == len(measures.seed())
    assert all(tuple(one) == MEASURES for one in told["measures"])
    listed = client.get("/api/v1/techniques").json()["techniques"]
    assert len(listed) == len(techniques.seed())
    assert all(tuple(one) == TECHNIQUES for one in listed)


def test_they_are_chosen(client: TestClient) -> None:
    mine = client.get("/api/v1/measures", params={"city": "tashkent", "kind": "ban,closure", "status": "unknown"})
    found = {one["measure"]: one for one in mine.json()["measures"]}
    assert found["tashkent-maxam-halt"]["status_today"] == "unknown"
    assert {one["kind"] for one in found.values()} == {"ban", "closure"}
    kiln = client.get("/api/v1/techniques", params={"source_type": "kiln"}).json()["techniques"]
    assert [one["technique"] for one in kiln] == ["kiln-zigzag"]
    assert (kiln[0]["low"], kiln[0]["high"], kiln[0]["unit"]) == (18.0, 51.0, "percent")


@pytest.mark.parametrize(("path", "columns"), [("measures", MEASURES), ("techniques", TECHNIQUES)])
def test_the_same_as_a_table(client: TestClient, path: str, columns: tuple[str, ...]) -> None:
    answer = client.get(f"/api/v1/{path}", params={"format": "csv", "city": "astana"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="{path}.csv"'
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert rows
    assert tuple(rows[0]) == columns
    again = client.get(
        f"/api/v1/{path}", params={"format": "csv", "city": "astana"}, headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "params", "parameter"),
    [
        ("measures", {"kind": "wish"}, "kind"), ("measures", {"status": "running"}, "status"),
        ("measures", {"city": "atlantis"}, "city"), ("measures", {"format": "xml"}, "format"),
        ("techniques", {"source_type": "volcano"}, "source_type"), ("techniques", {"kind": "ban"}, "kind"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused_by_its_name(
    client: TestClient, path: str, params: dict[str, str], parameter: str
) -> None:
    answer = client.get(f"/api/v1/{path}", params=params)
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)


def test_the_description_names_the_words_there_are(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    asked = {one["name"]: one for one in paths["/api/v1/measures"]["get"]["parameters"]}
    assert asked["kind"]["schema"]["items"]["enum"] == list(measures.KINDS)
    assert not asked["city"].get("required")
