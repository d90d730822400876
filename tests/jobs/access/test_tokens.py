"""Bearer tokens: shown once, kept as a digest, ended by time or a row; a reader holds to the last byte of an answer."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.http.identity import Identity
from cli.main import main
from data.sharing import PUBLIC, Reader, reading
from data.store import Store, served
from data.store.served import served as shown
from jobs.access import tokens
from jobs.access.tokens import NotValid, TokenError

AT = datetime(2026, 1, 10, tzinfo=UTC)
MEMBER: dict[str, Any] = {"name": "A. B.", "organisation": "Institute", "role": "member", "by": "admin"}
DAY = timedelta(days=1)


def issued(store: Store, **more: Any) -> str:
    return tokens.issue(store, **{**MEMBER, "lives": DAY, "now": AT, **more})


def test_a_token_is_its_bearer(store: Store) -> None:
    grant = tokens.check(store, issued(store), AT)
    assert grant.reader == Reader("member", "A. B.", "Institute")
    assert grant.purposes == ("see", "download")


def test_the_secret_is_kept_nowhere(store: Store) -> None:
    token = issued(store)
    secret = token.split("_", 2)[2]
    assert len(secret) >= 43, "256 bit"
    assert secret not in store.table("tokens").to_csv()
    assert "digest" not in tokens.listed(store)[0]
    for path in store.folder.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()


@pytest.mark.parametrize("wrong", [
    "", "ca", "ca__", "ca_0123456789abcdef_", "ca_0123456789abcdef_x", "Bearer", "x" * 5000, "ca_é_é", "..",
])  # fmt: skip
def test_what_was_never_issued_is_refused(store: Store, wrong: str) -> None:
    issued(store)
    with pytest.raises(NotValid):
        tokens.check(store, wrong, AT)


def test_a_changed_secret_is_refused(store: Store) -> None:
    token, other = issued(store), issued(store)
    mixed = "_".join([*token.split("_")[:2], other.split("_", 2)[2]])
    for wrong in (mixed, token[:-1], token + "A"):
        with pytest.raises(NotValid, match="no such"):
            tokens.check(store, wrong, AT)


def test_a_token_ends(store: Store) -> None:
    token = issued(store)
    tokens.check(store, token, AT + DAY - timedelta(seconds=1))
    with pytest.raises(NotValid, match="expired"):
        tokens.check(store, token, AT + DAY)


def test_a_revoked_token_ends_at_once_and_its_rows_stay(store: Store) -> None:
    token, other = issued(store), issued(store)
    tokens.check(store, token, AT)
    tokens.revoke(store, token.split("_")[1], by="admin", now=AT)
    with pytest.raises(NotValid, match="revoked"):
        tokens.check(store, token, AT)
    tokens.check(store, other, AT)
    tokens.revoke(store, token.split("_")[1], by="admin", now=AT)
    assert sorted(store.table("tokens")["action"]) == ["issued", "issued", "revoked"]
    with pytest.raises(TokenError):
        tokens.revoke(store, "nobody", by="admin", now=AT)


@pytest.mark.parametrize("more", [
    {"role": "king"}, {"name": " "}, {"organisation": ""}, {"lives": timedelta(0)}, {"lives": timedelta(days=400)},
    {"purposes": ()}, {"purposes": ("derive",)},
])  # fmt: skip
def test_a_token_that_cannot_be_granted(store: Store, more: dict[str, Any]) -> None:
    with pytest.raises(TokenError):
        issued(store, **more)


def test_commands_issue_list_and_revoke(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    uri = ["--store", str(store.folder)]
    assert main(["token", "issue", "--name", "x", "--organisation", "Institute", *uri]) == 0
    token = capsys.readouterr().out.split()[0]
    assert tokens.check(store, token, datetime.now(UTC)).reader.role == "member"
    assert main(["token", "list", *uri]) == 0
    assert token.split("_", 2)[2] not in capsys.readouterr().out
    assert main(["token", "revoke", token.split("_")[1], *uri]) == 0
    with pytest.raises(NotValid):
        tokens.check(store, token, datetime.now(UTC))
    assert main(["token", "issue", *uri]) == 2


# --- over HTTP --------------------------------------------------------------------------------------------------------


def whose(request: Request) -> PlainTextResponse:
    return PlainTextResponse(shown("download").store.reader.role)  # type: ignore[attr-defined]


async def pooled(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await run_in_threadpool(lambda: reading.get().role))


def streamed(request: Request) -> StreamingResponse:
    def pieces() -> Iterator[str]:
        for _ in range(3):
            time.sleep(0.01)
            yield f"{reading.get().role} "

    return StreamingResponse(pieces(), headers={"cache-control": "public, max-age=30"})


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    served._opened.cache_clear()
    routes = [Route("/api/v1/x", whose), Route("/api/v1/pooled", pooled), Route("/api/v1/streamed", streamed),
              Route("/api/v1/health", whose), Route("/page", whose)]  # fmt: skip
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Identity)])) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def live(store: Store, **more: Any) -> str:
    return issued(store, **{"now": datetime.now(UTC), **more})


@pytest.mark.parametrize("path", ["x", "pooled", "streamed"])
def test_the_reader_holds_in_threads_and_streams(client: TestClient, store: Store, path: str) -> None:
    own = bearer(live(store))
    assert set(client.get(f"/api/v1/{path}", headers=own).text.split()) == {"member"}
    assert set(client.get(f"/api/v1/{path}").text.split()) == {"public"}, "and not for the one who asks next"
    assert reading.get() == PUBLIC


def test_no_cache_hands_one_readers_answer_to_another(client: TestClient, store: Store) -> None:
    own = client.get("/api/v1/streamed", headers=bearer(live(store))).headers
    assert own["cache-control"] == "private, no-cache"
    assert "authorization" in own["vary"].lower()
    public = client.get("/api/v1/streamed").headers
    assert public["cache-control"] == "public, max-age=30"
    assert "authorization" in public["vary"].lower()


def test_a_token_that_does_not_hold_is_never_the_public(client: TestClient, store: Store) -> None:
    past = issued(store, now=datetime.now(UTC) - 2 * DAY)
    gone = live(store)
    tokens.revoke(store, gone.split("_")[1], by="admin", now=datetime.now(UTC))
    headers = [bearer("wrong"), bearer(past), bearer(gone), bearer(""), bearer("a b"), bearer("a.b.c"),
               {"authorization": "Basic dTpw"}, {"authorization": live(store)}]  # fmt: skip
    for header in headers:
        answer = client.get("/api/v1/x", headers=header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="Clean Air')
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert gone.split("_", 2)[2] not in answer.text
    twice = [("authorization", f"Bearer {live(store)}"), ("authorization", f"Bearer {live(store)}")]
    assert client.get("/api/v1/x", headers=twice).status_code == 401


def test_a_token_for_seeing_takes_nothing_away(client: TestClient, store: Store) -> None:
    own = bearer(live(store, purposes=("see",)))
    assert client.get("/api/v1/health", headers=own).status_code == 200
    answer = client.get("/api/v1/x", headers=own)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]


def test_pages_know_no_tokens(client: TestClient, store: Store) -> None:
    assert client.get("/page", headers=bearer(live(store, role="admin"))).text == "public"


def test_the_server_asks_who_it_is() -> None:
    from api.http.headers import MIDDLEWARE

    assert Identity in [m.cls for m in MIDDLEWARE]
