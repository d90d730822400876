"""Tokens of a real identity provider, started here: who holds one reads with their role; a forged one opens nothing."""

import base64
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.http.identity import Identity
from data.sharing import reading
from data.store.served import served
from jobs.access import oidc, roles
from jobs.access.oidc import ProviderAway
from jobs.access.roles import Member, MembersError, members, role_of
from jobs.access.tokens import NotValid

mock = pytest.importorskip("oidc_provider_mock", reason="the identity provider of the tests is in the extra dev")
BACK = "https://centre.example.org/back"
MEMBERS = """
[[member]]
organisation = "Institute"
role = "member"
when = { groups = "air" }
"""


def provider(port: int = 0, **more: Any) -> AbstractContextManager[Any]:
    return mock.run_server_in_thread(port, **more)


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    with provider() as server:
        yield told(server, monkeypatch, tmp_path)


def told(server: Any, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    address = f"http://localhost:{server.server_port}"
    path = folder / "members.toml"
    path.write_text(MEMBERS)
    for name, value in ((oidc.ISSUER, address), (oidc.AUDIENCE, "centre-api"), (roles.VARIABLE, str(path))):
        monkeypatch.setenv(name, value)
    oidc._provider.cache_clear()
    return address


def sign_in(issuer: str, *, client: str = "centre-api", nonce: str = "", **claims: Any) -> str:
    """The ID token of somebody who signs in: the authorization code flow, as a browser and a program do it."""
    who = {"name": "A. B.", "groups": ["air"], **claims}
    requests.put(f"{issuer}/users/7", json=who, timeout=10).raise_for_status()
    query = {"client_id": client, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile email",
             **({"nonce": nonce} if nonce else {})}  # fmt: skip
    went = requests.post(
        f"{issuer}/oauth2/authorize", params=query, data={"sub": "7"}, allow_redirects=False, timeout=10
    )
    code = parse_qs(urlsplit(went.headers["location"]).query)["code"][0]
    wanted = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = requests.post(f"{issuer}/oauth2/token", data=wanted, auth=(client, "secret"), timeout=10)
    answer.raise_for_status()
    return str(answer.json()["id_token"])


def now() -> datetime:
    return datetime.now(UTC)


def packed(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    head, body, sign = token.split(".")
    one, two = (json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in (head, body))
    return one, two, sign


def test_who_signed_in_is_known(issuer: str) -> None:
    claims = oidc.verify(sign_in(issuer), now())
    assert role_of(claims, members()).role == "member"
    assert role_of(claims, members()).organisation == "Institute"


def test_who_fits_no_row_is_the_public(issuer: str) -> None:
    assert role_of(oidc.verify(sign_in(issuer, groups=["cars"]), now()), members()).role == "public"


def test_a_token_for_another_program_is_refused(issuer: str) -> None:
    with pytest.raises(NotValid, match="audience"):
        oidc.verify(sign_in(issuer, client="another"), now())


def test_a_token_of_another_issuer_is_refused(issuer: str) -> None:
    with provider() as other, pytest.raises(NotValid, match="not signed"):
        oidc.verify(sign_in(f"http://localhost:{other.server_port}"), now())


def test_a_token_ends_and_does_not_begin_before_its_time(issuer: str) -> None:
    token = sign_in(issuer)
    with pytest.raises(NotValid, match="expired"):
        oidc.verify(token, now() + timedelta(hours=1, minutes=1))
    with pytest.raises(NotValid, match="time"):
        oidc.verify(token, now() - timedelta(minutes=5))


def test_an_early_end_of_the_provider_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with provider(access_token_max_age=timedelta(seconds=1)) as server:
        token = sign_in(told(server, monkeypatch, tmp_path))
        with pytest.raises(NotValid, match="expired"):
            oidc.verify(token, now() + timedelta(seconds=2 + oidc.LEEWAY))


def test_a_changed_token_is_refused(issuer: str) -> None:
    head, body, sign = parts(sign_in(issuer))
    changed = {
        "another role": f"{packed(head)}.{packed({**body, 'groups': ['air', 'admin']})}.{sign}",
        "no signature": f"{packed(head)}.{packed(body)}.",
        "alg none": f"{packed({**head, 'alg': 'none'})}.{packed(body)}.",
        "alg None": f"{packed({**head, 'alg': 'None'})}.{packed(body)}.{sign}",
        "no alg": f"{packed({'typ': 'JWT'})}.{packed(body)}.{sign}",
        "no JSON": f"{packed(head)}.e30x.{sign}",
        "empty": "..",
    }
    for name, token in changed.items():
        with pytest.raises(NotValid):
            pytest.fail(f"{name}: {oidc.verify(token, now())}")


def test_the_public_key_is_no_secret_to_sign_with(issuer: str) -> None:
    from joserfc import jwk, jws

    head, body, _ = parts(sign_in(issuer))
    (key,) = requests.get(f"{issuer}/jwks", timeout=10).json()["keys"]
    secret = jwk.OctKey.import_key(jwk.RSAKey.import_key(key).as_pem(private=False).hex())
    forged = jws.serialize_compact({**head, "alg": "HS256"}, json.dumps(body), secret, algorithms=["HS256"])
    with pytest.raises(NotValid, match="not signed"):
        oidc.verify(forged, now())


def test_a_sign_in_is_taken_once(issuer: str) -> None:
    token = sign_in(issuer, nonce="n-1")
    oidc.verify(token, now())
    with pytest.raises(NotValid, match="used before"):
        oidc.verify(token, now())
    oidc.verify(sign_in(issuer, nonce="n-2"), now())
    oidc._used.cache_clear()  # as after a restart, or in a second process that shares the store
    with pytest.raises(NotValid, match="used before"):
        oidc.verify(token, now())


def test_where_sign_ins_cannot_be_kept_nobody_is_let_in(issuer: str, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir(exist_ok=True)
    (tmp_path / "store" / oidc.SIGN_INS).write_text("no folder")
    with pytest.raises(ProviderAway, match="operator"):
        oidc.verify(sign_in(issuer, nonce="n-3"), now())


def test_keys_that_the_provider_changed_are_learned(
    issuer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with provider() as server:
        address, port = told(server, monkeypatch, tmp_path), server.server_port
        old = sign_in(address)
        oidc.verify(old, now())
    with provider(port):
        token = sign_in(address)
        with pytest.raises(NotValid):
            oidc.verify(token, now())  # asked a moment ago: forged tokens make no traffic
        monkeypatch.setattr(oidc, "PAUSE", 0.0)
        assert oidc.verify(token, now())["sub"] == "7"
        with pytest.raises(NotValid):
            oidc.verify(old, now())


def test_a_provider_that_is_away_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with provider() as server:
        token = sign_in(told(server, monkeypatch, tmp_path))
    monkeypatch.setattr(oidc, "Client", lambda *a: _Gone())
    with pytest.raises(ProviderAway, match="later"):
        oidc.verify(token, now())
    monkeypatch.setenv(oidc.ISSUER, "http://id.example.org")
    with pytest.raises(ProviderAway, match="https"):
        oidc.verify(token, now())


class _Gone:
    def get_json(self, path: str) -> Any:
        from sources.base import Unavailable

        raise Unavailable("sources.http.late", network="oidc", where=path)


def test_the_api_takes_it_and_says_no_aloud(issuer: str) -> None:
    routes = [Route("/api/v1/x", lambda r: answer(r))]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Identity)])) as client:
        good = client.get("/api/v1/x", headers={"authorization": f"Bearer {sign_in(issuer)}"})
        assert (good.status_code, good.text) == (200, "member member")
        bad = client.get("/api/v1/x", headers={"authorization": f"Bearer {sign_in(issuer, client='another')}"})
        assert bad.status_code == 401
        assert "invalid_token" in bad.headers["www-authenticate"]


def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{served().store.reader.role} {reading.get().role}")  # type: ignore[attr-defined]


def test_without_a_provider_its_tokens_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(oidc.ISSUER, raising=False)
    assert not oidc.configured()
    with pytest.raises(NotValid, match="takes no tokens"):
        oidc.verify("a.b.c", now())


# --- claims → role ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("when", "claims", "fits"), [
    ({"groups": ("a",)}, {"groups": ["a", "b"]}, True),
    ({"groups": ("a",)}, {"groups": "ab"}, False),
    ({"groups": ("a",), "hd": ("x",)}, {"groups": ["a"]}, False),
    ({"realm.roles": ("a",)}, {"realm": {"roles": ["a"]}}, True),
    ({"email_domain": ("example.org",)}, {"email": "q@Example.org", "email_verified": True}, True),
    ({"email_domain": ("example.org",)}, {"email": "q@example.org"}, False),
    ({"email_domain": ("example.org",)}, {"email": "q@example.org.evil.net", "email_verified": True}, False),
    ({"email": ("q@example.org",)}, {"email": "q@example.org", "email_verified": "true"}, False),
])  # fmt: skip
def test_a_row_fits_when_every_claim_does(when: Any, claims: dict[str, Any], fits: bool) -> None:
    assert Member("Institute", "member", when).fits(claims) is fits


def test_an_organisation_may_trust_one_provider_only() -> None:
    row = Member("Institute", "admin", {"groups": ("a",)}, issuer="https://id.example.org")
    assert row.fits({"iss": "https://id.example.org/", "groups": ["a"]})
    assert not row.fits({"iss": "https://other.example.org", "groups": ["a"]})


@pytest.mark.parametrize(("text", "says"), [
    ("[[member", "no TOML"), ('[[member]]\nrole = "member"', "organisation"), ('[[member]]\ncolour = 1', "colour"),
    ('[[member]]\norganisation = "x"\nrole = "king"', "role"),
    ('[[member]]\norganisation = "x"\nrole = "admin"', "everybody"),
])  # fmt: skip
def test_a_wrong_row_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    path = tmp_path / "members.toml"
    path.write_text(text)
    monkeypatch.setenv(roles.VARIABLE, str(path))
    with pytest.raises(MembersError, match=says):
        members()
