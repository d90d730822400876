"""A browser is told what it may do with an answer, and a request by a strange name gets none."""

import http.client
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.http import headers, hosts
from sources import SOURCES

ROOT = Path(__file__).resolve().parents[2]
STRANGE = [
    "evil.example", "evil.example:8501", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.7", "[::2]", "", "a b",
    "user@localhost", "localhost:99999999", "localhost/evil", "http://localhost", "..", "localhost,evil.example",
]  # fmt: skip
SOCKET = "ws://localhost:8501/stream"
OWN = ["localhost", "LOCALHOST:8501", "127.0.0.1:8599", "[::1]:8501", "localhost."]


async def plain(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(request.base_url))


async def session(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    for name in (hosts.VARIABLE, hosts.ADDRESS, hosts.PUBLIC_URL, headers.FRAMES):
        monkeypatch.delenv(name, raising=False)
    routes = [Route("/", plain), WebSocketRoute("/stream", session)]
    return TestClient(Starlette(routes=routes, middleware=headers.MIDDLEWARE), base_url="http://localhost:8501")


def test_every_answer_carries_them(client: TestClient) -> None:
    for path in ("/", "/nothing"):
        answer = client.get(path).headers
        assert answer["x-content-type-options"] == "nosniff"
        assert answer["x-frame-options"] == "SAMEORIGIN"
        assert answer["referrer-policy"] == "same-origin"
        assert "geolocation=()" in answer["permissions-policy"]
        assert "fullscreen" not in answer["permissions-policy"], "the wall is shown in full screen"
        assert "strict-transport-security" not in answer


def test_the_policy_names_no_other_host(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    rules = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert rules["connect-src"] == ["'self'", "data:", "blob:", "ws://localhost:8501", "wss://localhost:8501"]
    assert rules["frame-ancestors"] == ["'self'"]
    assert rules["object-src"] == ["'none'"]
    for name, sources in rules.items():
        assert not {"*", "http:", "https:", "ws:", "wss:"} & set(sources), name


def test_a_signage_program_may_hold_the_wall(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(headers.FRAMES, "https://signage.example; script-src * https://wall.example:8443 *")
    answer = client.get("/").headers
    assert answer["content-security-policy"].endswith("frame-ancestors 'self' https://wall.example:8443")
    assert "x-frame-options" not in answer


def test_transport_security_only_behind_tls(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosts.PUBLIC_URL, "https://air.example.org")
    assert "strict-transport-security" not in client.get("/").headers
    public = client.get("/", headers={"host": "air.example.org"})
    assert public.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" in client.get("https://localhost:8501/").headers


@pytest.mark.parametrize("host", OWN)
def test_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", STRANGE)
def test_strange_names_are_not(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    assert answer.json()["error"] == answer.json()["detail"] != ""
    assert hosts.VARIABLE in answer.text
    assert answer.headers["content-security-policy"]
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(SOCKET, headers={"host": host}):
        pass
    assert refused.value.code == 1008


def test_two_host_headers_are_refused(client: TestClient) -> None:
    answer = client.get("/", headers=[("host", "localhost"), ("host", "evil.example")])
    assert answer.status_code == 400


def test_a_page_of_another_site_opens_no_session(client: TestClient) -> None:
    for origin in ("http://evil.example", "null", "http://localhost.evil.example:8501", "file://"):
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers={"origin": origin}):
            pass
    for more in ({}, {"origin": "http://localhost:8501"}, {"origin": "http://127.0.0.1:8501"}):
        with client.websocket_connect(SOCKET, headers=more) as opened:
            assert opened.receive_text() == "open"


def test_names_come_from_the_environment(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def status(host: str) -> int:
        return client.get("/", headers={"host": host}).status_code

    monkeypatch.setenv(hosts.VARIABLE, "air.example.org, *.city.example, [fd00::5]")
    monkeypatch.setenv(hosts.PUBLIC_URL, "https://public.example/centre")
    for host in ("air.example.org:8501", "AIR.EXAMPLE.ORG", "a.city.example", "[fd00::5]:1", "public.example"):
        assert status(host) == 200, host
    for host in ("city.example", "xcity.example", "air.example.org.evil.example", "10.0.0.7"):
        assert status(host) == 400, host
    monkeypatch.setenv(hosts.ADDRESS, "0.0.0.0")
    assert status("10.0.0.7:8501") == 200, "a server on every address answers to plain addresses"
    assert status("evil.example") == 400, "but not to a name somebody else gives out"
    monkeypatch.setenv(hosts.VARIABLE, "*")
    assert status("anything.example") == 200


def test_streamlits_own_protections_are_on() -> None:
    said = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert said["server"]["enableCORS"] is True
    assert said["server"]["enableXsrfProtection"] is True
    assert said["server"]["maxUploadSize"] <= 1
    assert said["client"]["allowedOrigins"] == []
    assert said["client"]["showErrorDetails"] == "none"
    assert "enableAgentApi" not in said["server"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The real server with an empty store, far from every network."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    deaf = {f"CLEANAIR_{name.upper()}_URL": "http://127.0.0.1:9" for name in SOURCES}
    env = {**os.environ, **deaf, "CLEANAIR_STORE": str(folder / "store"), "PYTHONPATH": str(ROOT)}
    env["CLEANAIR_NOW"] = "2026-01-10T06:30:00+00:00"  # a replay: nothing is collected
    words = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*words, "--server.address=127.0.0.1"], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(240):
        try:
            if ask(port, "GET", "/_stcore/health").status == 200:
                return
        except OSError:
            assert process.poll() is None
        time.sleep(0.25)
    raise AssertionError("the server does not answer")


def ask(port: int, method: str, path: str, **more: Any) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body=more.pop("body", None), headers=more)
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace") if answer.status != 101 else ""  # type: ignore[attr-defined]
    return answer


UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.mark.slow
def test_the_real_server(served: int) -> None:
    here = f"http://127.0.0.1:{served}"
    for path in ("/", "/wall", "/_stcore/health", "/_stcore/host-config", "/app/static/nothing", "/api/v1/cities"):
        assert "frame-ancestors 'self'" in str(ask(served, "GET", path).headers["content-security-policy"]), path
        assert ask(served, "GET", path, Host="evil.example").status == 400, path
    assert '"allowedOrigins":[]' in ask(served, "GET", "/_stcore/host-config").text.replace(" ", "")  # type: ignore[attr-defined]
    assert ask(served, "GET", "/_stcore/stream", **UPGRADE, Origin=here).status == 101
    assert ask(served, "GET", "/_stcore/stream", **UPGRADE, Origin="http://evil.example").status == 403
    assert ask(served, "GET", "/_stcore/stream", **UPGRADE, Host="evil.example").status == 403
    assert ask(served, "GET", f"/api/v1/latest?city={'x' * 100_000}").status in (400, 414, 431)
    assert ask(served, "GET", "/api/v1/cities", Cookie="a=" + "x" * 100_000).status in (400, 431)
    assert ask(served, "PUT", "/_stcore/upload_file/a/b", body=b"x").status in (400, 403), "no token, no upload"


@pytest.mark.slow
@pytest.mark.parametrize("place", ["/app/static/", "/static/", "/_stcore/component/", "/component/", "/media/", "/"])
def test_no_file_leaves_by_a_path(served: int, place: str) -> None:
    for way in ("../../../pyproject.toml", "..%2f..%2f..%2fpyproject.toml", "....//....//pyproject.toml",
                "%2e%2e/%2e%2e/pyproject.toml", "..%5c..%5cpyproject.toml", "%2fetc%2fpasswd", "..%252fpyproject.toml",
                "//etc/passwd", "x%00.svg"):  # fmt: skip
        answer = ask(served, "GET", place + way)
        assert "clean-air-situation-centre" not in answer.text, way  # type: ignore[attr-defined]
        assert "root:" not in answer.text, way  # type: ignore[attr-defined]
        assert answer.status < 500, way
