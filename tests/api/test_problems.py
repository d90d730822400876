"""What a reader of the API is told of an error: status, parameter and a sentence without places of this machine."""

import logging
import pickle
from typing import Any

import orjson
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.http.identity import Identity
from api.http.problems import NotThere, told
from api.routes import routes
from api.sensorthings.paths import NoSuchPath
from data.clock import ClockError
from data.errors import CentreError
from jobs.arguments import ArgumentError, quoted

SECRET = "/srv/air/store-7c2b"


def said(error: Exception) -> tuple[int, dict[str, Any]]:
    answer = told(error, path="/api/v1/x")
    return answer.status_code, orjson.loads(bytes(answer.body))


@pytest.mark.parametrize(
    ("error", "status", "parameter", "words"),
    [
        (NotThere("api.http.no_address", index="/i"), 404, None, "no such address; /i lists those there are"),
        (NoSuchPath("api.paths.nothing"), 404, None, "no such address"),
        (ArgumentError("limit", "api.arguments.no_number", least=1, most=10), 400, "limit",
         "limit: choose a whole number from 1 to 10"),
        (CentreError("api.http.too_often", who="asker", status=429, limit=600), 429, None,
         "more than 600 requests a minute from this address; ask again later"),
    ],
)  # fmt: skip
def test_an_error_of_ours_says_its_own_fields(
    error: CentreError, status: int, parameter: str | None, words: str
) -> None:
    answered, document = said(error)
    assert (answered, document["status"]) == (status, status)
    assert document["detail"] == document["error"] == words
    assert document.get("parameter") == parameter


def test_what_lies_inside_is_told_to_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    unsaid = ClockError("data.clock.no_zone", variable=SECRET, text="2026")  # no status of its own: 500
    operator = "the centre cannot answer: the operator must act, the log says why"
    ours = "the centre made a mistake; the operator finds it in the log"
    for error, words in ((unsaid, operator), (RuntimeError(SECRET), ours)):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "cleanair.api"):
            status, document = said(error)
        assert status == 500
        assert document["detail"] == words
        assert SECRET in caplog.text, "the operator finds it there"


def test_a_store_that_cannot_be_read_names_no_place_to_a_stranger(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "store-7c2b"
    folder.write_text("no folder")
    monkeypatch.setenv("CLEANAIR_STORE", str(folder))
    client = TestClient(Starlette(routes=routes()), raise_server_exceptions=False)
    answer = client.get("/api/v1/latest?city=tashkent")
    assert answer.status_code == 503, answer.text
    assert answer.json()["detail"] == "the store cannot be read: the operator must act, the log says why"
    assert "store-7c2b" in caplog.text


def test_a_wrong_list_of_members_is_no_silent_500(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def refuse(given: list[str]) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("api.http.identity.granted", refuse)
    client = TestClient(Identity(Starlette(routes=routes())))
    answer = client.get("/api/v1/cities", headers={"authorization": "Bearer x.y.z"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text


def test_two_headers_of_authorization_are_refused_by_name() -> None:
    client = TestClient(Identity(Starlette(routes=routes())))
    answer = client.get("/api/v1/cities", headers={"authorization": "Basic abc"})
    assert answer.status_code == 401
    assert "one `Bearer <token>`" in answer.json()["detail"]
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_an_argument_that_is_wrong_says_so_in_four_languages_and_crosses_processes() -> None:
    error = ArgumentError("from", "api.arguments.not_a_time", text=quoted("gestern\x1b[31m" + "x" * 99))
    assert "\x1b" not in str(error)
    assert len({error.sentence(language) for language in ("en", "ru", "uz", "kk")}) == 4
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.parameter, again.status, again.exit_status) == (str(error), "from", 400, 2)
