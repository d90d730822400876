"""Planted secrets are in nothing that the centre writes, answers or says, whatever fails."""

import ast
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from api import routes
from api.http.hosts import Hosts
from cli import main as cli
from data.store import Store
from jobs import logs
from sources import SOURCES
from tests.conftest import hourly

ROOT = Path(__file__).resolve().parents[2]
CODE = [p for top in ("api", "cli", "data", "jobs", "models", "pages", "sources") for p in (ROOT / top).rglob("*.py")]
PLANT = "planted-7f3e9a"
NAMED = re.compile(r"\b(?:CLEANAIR|[A-Z]+[A-Z0-9]*)_[A-Z0-9_]*[A-Z0-9]\b")
# Variables that are no secret by name and may yet hold one.
ADDRESSES = ("CLEANAIR_NOTIFY_WEBHOOK_URL",)


def variables() -> set[str]:
    """Names of variables that the code and its documentation know, whatever they hold."""
    found: set[str] = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
                found.add(node.value)
    notify = (ROOT / "jobs" / "notify" / "channels.py").read_text("utf-8")
    found |= {f"CLEANAIR_NOTIFY_{word}" for word in re.findall(r'"([A-Z]+_[A-Z]+)"', notify)}
    for page in [*(ROOT / "docs").glob("*.md"), ROOT / "README.md"]:
        found |= set(NAMED.findall(page.read_text("utf-8")))
    return found | {SOURCES[name]().client.key for name in SOURCES if getattr(SOURCES[name](), "client", None)} - {""}


def secret_variables() -> list[str]:
    return sorted(name for name in variables() if logs.SECRET_NAME.search(name))


class Failing(BaseHTTPRequestHandler):
    """Refuses everything and repeats what it was asked, as some networks do."""

    turn = 0

    def _told(self) -> None:
        Failing.turn += 1
        length = int(self.headers.get("content-length") or 0)
        body = f"refused: {self.path} {dict(self.headers)} {self.rfile.read(length)!r}".encode()
        self.send_response((401, 403, 400, 500, 404)[Failing.turn % 5])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_HEAD = _told

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def failing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def planted(store: Store, failing: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A secret in every variable that can hold one, and a network that fails behind every address."""
    values = {name: f"{PLANT}-{number}-{name.lower()[-6:]}" for number, name in enumerate(secret_variables())}
    for name in values:
        monkeypatch.setenv(name, values[name])
    del values["CLEANAIR_NOTIFY_TELEGRAM_TOKEN"]
    monkeypatch.setenv("CLEANAIR_OPERATORS", f"Aigul:{PLANT}-operator:Shift A")
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_TOKEN", f"123456:{PLANT}-telegram")
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_CHAT", "1")
    monkeypatch.setenv("CLEANAIR_NOTIFY_TELEGRAM_URL", failing)
    monkeypatch.setenv("CLEANAIR_NOTIFY_WEBHOOK_URL", f"{failing}/hook?token={PLANT}-query")
    host, port = failing.removeprefix("http://").split(":")
    for name, value in (("HOST", host), ("PORT", port), ("FROM", "a@b.example"), ("TO", "c@d.example"), ("USER", "u")):
        monkeypatch.setenv(f"CLEANAIR_NOTIFY_SMTP_{name}", value)
    for name in SOURCES:
        monkeypatch.setenv(f"CLEANAIR_{name.upper()}_URL", failing)
    monkeypatch.setattr("sources.http.time.sleep", lambda _: None)
    return [*values.values(), f"{PLANT}-operator", f"{PLANT}-telegram", f"{PLANT}-query"]


def lines_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything in a folder as text: bytes of files, and the cells of tables."""
    for path in (p for p in folder.rglob("*") if p.is_file()):
        yield str(path), path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield str(path), str(pq.read_table(path).to_pylist())


def test_secrets_are_found_by_their_names() -> None:
    assert {"OPENAQ_API_KEY", "FIRMS_MAP_KEY", "CLEANAIR_NOTIFY_WEBHOOK_SECRET", "CLEANAIR_NOTIFY_SMTP_PASSWORD",
            "CLEANAIR_NOTIFY_TELEGRAM_TOKEN", "CLEANAIR_OPERATOR_PIN"} <= set(secret_variables())  # fmt: skip
    keys = {source.key for source in SOURCES.values() if getattr(source, "key", "")}
    assert keys <= set(secret_variables()), "a key whose name the redaction would not know"


@pytest.mark.slow
def test_nothing_that_is_written_or_said_holds_one(
    planted: list[str], store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store.append(hourly([12.0] * 20))
    store.put_stations(pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]))
    heard = []
    month = ["--city", "tashkent", "--from", "2026-01-01", "--to", "2026-02-01"]
    for words in (["collect", "--once"], ["doctor"], ["notify", "test"],
                  ["snapshot", *month, "--out", str(tmp_path / "out")]):  # fmt: skip
        cli.main([words[0], "--json", *words[1:]])
        said = capfd.readouterr()
        heard += [(" ".join(words), said.out), (" ".join(words), said.err)]
    with TestClient(
        Starlette(routes=routes.routes(), middleware=[Middleware(Hosts)]), base_url="http://localhost"
    ) as client:
        for path, item in client.get("/api/v1/openapi.json").json()["paths"].items():
            needed = {p["name"] for p in item["get"].get("parameters", []) if p.get("required") and p["in"] == "query"}
            asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
            answer = client.get(path, params={k: v for k, v in asked.items() if k in needed}, follow_redirects=False)
            heard.append((path, answer.text + str(dict(answer.headers))))
        assert any("/health" in where and "error" in said for where, said in heard)
    heard += [*lines_of(tmp_path)]
    attempted = store.status()
    assert (attempted["error"] != "").sum() > 5, "the networks did not fail"
    assert Failing.turn > 5
    for where, said in heard:
        found = [value for value in [*planted, PLANT] if value in said or json.dumps(value) in said]
        assert not found, f"{where}: {found[0]} … {said[max(said.find(found[0]) - 100, 0) :][:300]}"


def test_errors_of_the_command_line_hold_none(planted: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    for value in planted:
        cli.main(["import", f"/nowhere/{value}.csv", "--format", "tidy"])
        assert value not in capfd.readouterr().err
