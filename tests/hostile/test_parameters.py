"""Whatever stands in a parameter: never a failure of the centre, never a traceback, and the store stays as it was."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from api import routes
from api.http.hosts import Hosts
from cli import main as cli
from data.store import Store
from tests.conftest import NOW, hourly

PAYLOADS = [
    "' OR '1'='1", "'; DROP TABLE measurements; --", "x' UNION SELECT * FROM read_csv('/etc/passwd') --", "1; SELECT 1",
    "read_text('/etc/passwd')", "'); COPY (SELECT 1) TO '/tmp/evil-of-a-parameter'; --", "%27%20OR%201=1", "\\", "'",
    '"', "''", "$$", "{city}", "%s%s%n", "../../etc/passwd", "/etc/passwd", "\x00", "a\r\nset-cookie: x=y", "\u202e",
    "ÿ" * 9, "NaN", "-1", "1e999", "9" * 400, "0x10", "true", "[]", "{}", "null", "<script>alert(1)</script>",
    "{{7*7}}", "${7*7}",
    "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01", "2026-01-01T00:00:00+99:99", "(" * 500, "not " * 500 + "1 eq 1",
    "phenomenonTime gt 2026-01-01T00:00:00Z or '1' eq '1'", "id eq 'x' UNION SELECT 1", ",", ",,,,", " ", "pm25," * 300,
]  # fmt: skip
VALID = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
TELLTALE = ("Traceback", "duckdb", "Parser Error", "Binder Error", "site-packages", "root:x:", '.py"', "SELECT ")
LARGE = "x" * 60_000  # the test client sends no more; tests/hostile/test_headers.py sends 100 kB to the real server
SOUND = ("true", " ", "pm25," * 300, "9999-12-31T23:59:59Z")
COMMANDS = ("snapshot", "assess", "index", "aggregate", "trend", "polar")
GIVEN = {**VALID, "standard": "who-2021", "parameter": "pm25", "every": "day", "statistic": "mean", "format": "csv"}
KEPT = ("out", "store", "help", "input")


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_RATE_LIMIT", "0")
    store.append(hourly([12.0] * 20))
    store.put_stations(pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]))
    return store


@pytest.fixture
def client(filled: Store) -> Iterator[TestClient]:
    app = Starlette(routes=routes.routes(), middleware=[Middleware(Hosts)])
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as made:
        yield made


def places(client: TestClient) -> list[tuple[str, str, dict[str, str]]]:
    """Path, parameter and the rest of a sound request, for every parameter that the API describes."""
    found = []
    for path, item in client.get("/api/v1/openapi.json").json()["paths"].items():
        described = item["get"].get("parameters", [])
        needed = {p["name"]: VALID[p["name"]] for p in described if p.get("required") and p["in"] == "query"}
        found += [(path, p["name"] if p["in"] == "query" else "{" + p["name"] + "}", needed) for p in described]
        found.append((path, "unknown", needed))
    return found


def ask(client: TestClient, path: str, name: str, rest: dict[str, str], payload: str) -> tuple[int, str]:
    from urllib.parse import quote

    if name.startswith("{"):
        answer = client.get(path.replace(name, quote(payload, safe="")), follow_redirects=False)
    else:
        answer = client.get(path, params={**rest, name: payload}, follow_redirects=False)
    return answer.status_code, answer.text


def test_every_parameter_of_every_address(client: TestClient, filled: Store) -> None:
    before, asked = filled.version(), places(client)
    assert len(asked) > 60
    for number, (path, name, rest) in enumerate(asked):
        for payload in (PAYLOADS[(number * 7 + step) % len(PAYLOADS)] for step in range(7)):
            status, said = ask(client, path, name, rest, payload)
            where = f"{path} {name}={payload[:60]!r}: {status}"
            assert status < 500, f"{where} {said[:300]}"
            assert not [word for word in TELLTALE if word in said and word not in payload], f"{where} {said[:300]}"
    assert filled.version() == before
    assert len(filled.measurements("tashkent")) == 20
    assert not Path("/tmp/evil-of-a-parameter").exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_city_and_the_times_take_every_payload(client: TestClient, payload: str) -> None:
    for name in ("city", "from", "to", "as_of", "parameters", "flags", "excel"):
        status, said = ask(client, "/api/v1/measurements.csv", name, VALID, payload)
        # A blank list of parameters means all, a name may be written again, a truth is a switch.
        assert status == 400 or (status == 200 and payload in SOUND), f"{name} {said[:99]}"
        assert len(said) < 3000 or status == 200


def test_what_is_too_large_is_refused(client: TestClient) -> None:
    for path, name, rest in places(client):
        assert ask(client, path, name, rest, LARGE)[0] in (400, 404, 414), (path, name)
    assert client.get("/api/v1/cities", headers={"x-large": LARGE}).status_code == 431
    assert client.get("/api/v1/cities", headers={"cookie": "a=" + LARGE}).status_code == 431
    assert client.get("/api/v1/cities?" + "&".join(f"a{i}=1" for i in range(500))).status_code == 400


def test_only_reading_is_offered(client: TestClient, filled: Store) -> None:
    before = filled.version()
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/api/v1/latest", "/api/v1/measurements.csv", "/metrics", "/api/v1/nothing"):
            assert client.request(method, path, content=b"x" * 1000).status_code in (404, 405)
    assert filled.version() == before


def _options(command: str) -> Iterator[tuple[str, list[str]]]:
    """Every option that takes a text, with the other needed ones given soundly."""
    top = next(a for a in cli.parser()._actions if isinstance(a, argparse._SubParsersAction))
    actions = [a for a in top.choices[command]._actions if a.option_strings and a.dest not in KEPT and a.nargs != 0]
    for tried in actions:
        rest = [a for a in actions if a is not tried and a.dest in GIVEN and a.required]
        yield tried.option_strings[-1], [word for a in rest for word in (a.option_strings[-1], GIVEN[a.dest])]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command(
    command: str, filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, table = filled.version(), tmp_path / "in.csv"
    table.write_text("date,pm25,ws,wd\n2026-01-01T00:00:00Z,1,2,3\n")
    needs = ["--input", str(table)] if command in ("index", "aggregate", "trend", "polar") else []
    for number, (option, rest) in enumerate(_options(command)):
        for payload in (PAYLOADS[(number * 5 + step) % len(PAYLOADS)] for step in range(8)):
            words = [command, *needs, *rest, f"{option}={payload}", "--out", str(tmp_path / "out")]
            try:
                status = cli.main(words)
            except SystemExit as stop:
                status = int(stop.code or 0)
            said = capsys.readouterr().err
            assert status in (0, 1, 2), words
            assert "Traceback" not in said, words
            assert "internal error" not in said, f"{words} {said}"
    assert filled.version() == before
