"""The client: time-outs, retries, pace, size, and no key in any message."""

import logging
import pickle
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sources import http
from sources.base import BadPayload, Denied, Quota, RateLimited, SourceError, TooMuch, Unavailable, Unreached
from sources.http import Client
from sources.redaction import redact

KEY = "k3y/with+odd=chars"


@pytest.fixture
def client(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setenv("TEST_KEY", KEY)
    return Client("testnet", httpserver.url_for(""), key="TEST_KEY", sleep=lambda _: None)


def test_json_comes_back_decoded(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a", query_string={"n": "1"}).respond_with_json({"x": 1})
    assert client.get_json("a", {"n": 1}) == {"x": 1}


def test_the_user_agent_carries_the_contact(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_CONTACT", "air@city.example\r\nX-Evil: 1 \u2603")
    httpserver.expect_request("/").respond_with_handler(lambda r: Response(f'"{r.user_agent}"'))
    said = Client("testnet", httpserver.url_for("")).get_json("/")
    assert said.startswith("clean-air-situation-centre/")
    assert "air@city.example" in said


def test_the_environment_moves_the_network(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_TESTNET_URL", httpserver.url_for("/stand-in/"))
    httpserver.expect_request("/stand-in/v1/x").respond_with_json(7)
    assert Client("testnet", "https://example.invalid").get_json("v1/x") == 7
    assert Client("testnet", "https://a.invalid").get_json("v1/x", base="https://b.invalid") == 7


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_is_asked_again(client: Client, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_ordered_request("/a").respond_with_data("", status)
    httpserver.expect_ordered_request("/a").respond_with_json(1)
    assert client.get_json("a") == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 410, 422, 500])
def test_all_else_is_asked_once(client: Client, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/a").respond_with_data("", status)
    with pytest.raises(SourceError):
        client.get_json("a")
    assert len(httpserver.log) == 1


def test_retry_after_is_honoured(httpserver: HTTPServer) -> None:
    slept: list[float] = []
    httpserver.expect_ordered_request("/a").respond_with_data("", 429, headers={"Retry-After": "7"})
    httpserver.expect_ordered_request("/a").respond_with_json(1)
    Client("testnet", httpserver.url_for(""), sleep=slept.append).get_json("a")
    assert slept == [7.0]


def test_a_long_retry_after_is_handed_on_at_once(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", 429, headers={"Retry-After": "900"})
    with pytest.raises(RateLimited) as caught:
        client.get_json("a")
    assert caught.value.retry_after == 900
    assert len(httpserver.log) == 1


def test_retries_without_advice_grow_and_differ(httpserver: HTTPServer) -> None:
    slept: list[float] = []
    httpserver.expect_request("/a").respond_with_data("", 503)
    for _ in range(4):
        with pytest.raises(Unavailable):
            Client("testnet", httpserver.url_for(""), sleep=slept.append).get_json("a")
    first, second = slept[::2], slept[1::2]
    assert all(0.5 <= s <= 1.5 for s in first)
    assert all(1.0 <= s <= 3.0 for s in second)
    assert len(set(slept)) == len(slept)


def test_no_content_is_none(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", 204)
    httpserver.expect_request("/b").respond_with_data("no such day", 404)
    assert client.get_json("a") is None
    assert client.get_bytes("b", absent=(404,)) is None


@pytest.mark.parametrize("status", [401, 403, 429, 500, 400, 200, 302])
def test_no_key_in_any_message(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    client = Client("testnet", httpserver.url_for(""), key="TEST_KEY", sleep=lambda _: None)
    httpserver.expect_request(f"/p/{KEY}/x").respond_with_data(f"not json: token={KEY} {KEY}", status)
    with pytest.raises(SourceError) as caught:
        client.get_json(f"p/{KEY}/x", {"key": KEY})
    ours = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]  # that is the far end's own log
    text = "".join([*traceback.format_exception(caught.value), *ours, repr(caught.value.fields())])
    assert KEY not in text
    assert quote(KEY, safe="") not in text
    assert "127.0.0.1" in str(caught.value) or "localhost" in str(caught.value)


def test_an_error_is_clean_before_it_is_kept() -> None:
    error = BadPayload("sources.http.not_json", network="n", where=f"h/x?token={KEY}", said=[f"api_key={KEY}", "b"])
    assert KEY not in repr(error.__dict__)
    assert (error.words["where"], error.words["said"]) == ("h/x?token=***", ["api_key=***", "b"])


def test_who_must_act_and_on_what_are_fields(client: Client, httpserver: HTTPServer) -> None:
    found = {}
    for status in (400, 401, 429, 500):
        httpserver.expect_request(f"/{status}").respond_with_data("wrong", status)
        with pytest.raises(SourceError) as caught:
            client.get_json(str(status))
        found[status] = (caught.value.who, caught.value.parameter)
    assert found == {400: ("developer", ""), 401: ("operator", "TEST_KEY"), 429: ("nobody", ""), 500: ("nobody", "")}


def test_a_patience_asked_for_crosses_processes() -> None:
    error = RateLimited("sources.answer.used_up", retry_after=7.0, network="testnet")
    assert pickle.loads(pickle.dumps(error)).retry_after == 7.0


def test_a_key_refused_with_a_word_is_denied(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("Invalid MAP_KEY.", 400)
    with pytest.raises(Denied):
        client.get_bytes("a", refusal=b"map_key")
    with pytest.raises(BadPayload):
        client.get_bytes("a")


def test_no_key_when_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    client = Client("testnet", "http://127.0.0.1:9", key="TEST_KEY")
    with pytest.raises(Unavailable, match="no connection") as caught:
        client.get_json("a", {"api_key": KEY})
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert not client.reachable()


def test_denied_names_the_key_to_set(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", 401)
    with pytest.raises(Denied, match="TEST_KEY"):
        client.get_json("a")


def test_a_redirect_is_not_followed(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data("", 302, headers={"Location": "http://127.0.0.1:9/steal"})
    with pytest.raises(BadPayload, match="302"):
        client.get_json("a", headers={"X-API-Key": KEY})


def test_a_flood_is_cut(client: Client, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST", 2**20)
    httpserver.expect_request("/a").respond_with_data(b"x" * (3 * 2**20))
    with pytest.raises(BadPayload, match="more than 1 MiB"):
        client.get_bytes("a")


def test_a_gzip_bomb_is_cut(client: Client, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setattr(http, "LARGEST", 2**20)
    packed = gzip.compress(b"0" * (8 * 2**20))
    httpserver.expect_request("/a").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(BadPayload, match="more than"):
        client.get_bytes("a")


def test_broken_compression_is_unavailable(client: Client, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(b"\x1f\x8bnot", headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unavailable):
        client.get_bytes("a")


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that sends a byte now and then, for ever."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        other, _ = listening.accept()
        with other:
            other.recv(4096)
            other.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not over.wait(0.05):
                try:
                    other.sendall(b"x")
                except OSError:
                    return

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    over.set()
    listening.close()


def test_a_byte_a_second_does_not_hold_the_collector(dripping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "DEADLINE", 0.4)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="too slow"):
        Client("testnet", dripping).get_bytes("a")
    assert time.monotonic() - began < 5


def test_a_cut_answer_is_unavailable(client: Client, httpserver: HTTPServer) -> None:
    def cut(_: Request) -> Response:
        return Response(iter([b"{"]), headers={"Content-Length": "5000"})

    httpserver.expect_request("/a").respond_with_handler(cut)
    with pytest.raises(SourceError):
        client.get_json("a")


@pytest.mark.parametrize("how", ["unknown name", "nobody listens", "proxy away"])
def test_a_connection_that_was_never_made_is_told_from_one_that_broke(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    if how == "proxy away":
        monkeypatch.setenv("HTTP_PROXY", nobody)
        monkeypatch.setenv("NO_PROXY", "")
    base = {"unknown name": "http://x.invalid", "nobody listens": nobody, "proxy away": "http://x.example"}[how]
    with pytest.raises(Unreached) as caught:
        Client("testnet", base).get_json("a")
    assert caught.value.key == "sources.http.unreached"


@pytest.mark.parametrize("status", [408, 413, 504])
def test_a_question_too_large_is_told_from_a_network_that_is_down(
    client: Client, httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request("/a").respond_with_data("", status)
    with pytest.raises(TooMuch):
        client.get_json("a")


def test_the_quota_is_kept() -> None:
    moment, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        moment[0] += seconds

    client = Client(
        "testnet", "https://x.invalid", Quota(3, timedelta(seconds=60)), sleep=sleep, tick=lambda: moment[0]
    )
    times = []
    for _ in range(10):
        client._pace(1.0)
        times.append(moment[0])
    for i in range(len(times) - 3):
        assert times[i + 3] - times[i] >= 60
    client._pace(50.0)  # dearer than the quota itself: alone, but not for ever
    assert moment[0] < 1000


def test_an_address_that_is_none_says_what_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_TESTNET_URL", "nonsense")
    with pytest.raises(Denied, match="CLEANAIR_TESTNET_URL"):
        Client("testnet", "https://x.invalid").get_json("a")


@settings(deadline=None)
@given(secret=st.text(min_size=4, max_size=20), before=st.text(max_size=20), after=st.text(max_size=20))
def test_redaction_leaves_no_secret(secret: str, before: str, after: str) -> None:
    assert (
        secret not in redact(before + secret + after, [secret]).replace("***", "")[len(before) :]
        or secret in before + after
    )
