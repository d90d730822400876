"""Statements leave by HTTP and by the command line as one document; what cannot be asked gets a sentence."""

import io
import json
from collections.abc import Iterator

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from cli import main as cli
from data.store import Store
from jobs.statements.document import COLUMNS
from tests.conftest import NOW, hourly

PATH = "/api/v1/statements"
AT = "2026-01-10T11:15+05:00"


@pytest.fixture
def client(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    store.append(pd.concat([hourly([40.0] * 54), hourly([60.0] * 54, station="demo:2"),
                            hourly([900.0] * 54, station="kazhydromet:1", source="kazhydromet")]))  # fmt: skip
    plain = {"city": "tashkent", "kind": "reference"}
    store.put_stations(pd.DataFrame([{**plain, "source": "demo", "station": "demo:1"},
                                     {**plain, "source": "demo", "station": "demo:2"},
                                     {**plain, "source": "kazhydromet", "station": "kazhydromet:1"}]))  # fmt: skip
    with TestClient(Starlette(routes=routes())) as made:
        yield made


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"at": AT, "explain": "1"}, ["--at", AT, "--explain"]),
        ({"at": AT, "station": "demo:2", "parameter": "pm25"},
         ["--at", AT, "--station", "demo:2", "--parameter", "pm25"]),
        ({"from": "2026-01-08", "to": "2026-01-10", "explain": "1"},
         ["--from", "2026-01-08", "--to", "2026-01-10", "--explain"]),
    ],
)  # fmt: skip
def test_the_command_prints_what_the_address_answers(
    client: TestClient, capsys: pytest.CaptureFixture[str], query: dict[str, str], words: list[str]
) -> None:
    answer = client.get(PATH, params={"city": "tashkent", **query})
    assert answer.status_code == 200
    capsys.readouterr()
    assert cli.main(["statement", "--city", "tashkent", *words]) == 0
    mine, other = json.loads(capsys.readouterr().out), answer.json()
    for one in (mine, other):
        one.pop("at") if "from" in query else None  # of a period: when it was asked
    assert mine == other
    assert mine["statements"][0]["value"] == (60.0 if "station" in query else 50.0)


def test_what_may_not_leave_is_in_no_statement_and_counted(client: TestClient) -> None:
    answer = client.get(PATH, params={"city": "tashkent", "at": AT, "explain": "1"})
    assert answer.json()["withheld_stations"] == 1
    assert "kazhydromet" not in answer.text


def test_as_a_table(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get(PATH, params={"city": "tashkent", "at": AT, "explain": "1", "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert "statements-tashkent.csv" in answer.headers["content-disposition"]
    assert tuple(pd.read_csv(io.StringIO(answer.text)).columns) == COLUMNS
    capsys.readouterr()
    assert cli.main(["statement", "--city", "tashkent", "--at", AT, "--explain", "--format", "csv"]) == 0
    assert capsys.readouterr().out == answer.text


@pytest.mark.parametrize(
    ("query", "which", "words"),
    [
        ({}, "city", "is missing"),
        ({"city": "tashkent", "at": "2026-01-12"}, "at", "ahead of the centre's clock"),
        ({"city": "tashkent", "at": AT, "from": "2026-01-01", "to": "2026-01-02"}, "at", "a period is given"),
        ({"city": "tashkent", "from": "2026-01-01"}, "to", "is missing"),
        ({"city": "tashkent", "station": "demo:9"}, "station", "no such station"),
        ({"city": "tashkent", "parameter": "soot"}, "parameter", "soot"),
        ({"city": "tashkent", "format": "xml"}, "format", "json"),
        ({"city": "tashkent", "explain": "perhaps"}, "explain", "1 or 0"),
    ],
)
def test_what_cannot_be_asked_is_said(client: TestClient, query: dict[str, str], which: str, words: str) -> None:
    answer = client.get(PATH, params=query)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == which
    assert words in answer.text


def test_the_command_ends_with_2_and_a_sentence(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["statement", "--city", "tashkent", "--at", "2026-01-12"]) == 2
    assert "ahead of the centre's clock" in capsys.readouterr().err
