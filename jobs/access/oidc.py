"""Tokens of an identity provider (OpenID Connect) at the API: signature, issuer, audience, times, and no replay."""

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from data.errors import CentreError
from data.store.served import real_store
from jobs.access.sign_ins import Once
from jobs.access.tokens import NotValid
from sources.base import SourceError
from sources.http import Client

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ISSUER = "CLEANAIR_OIDC_ISSUER"
AUDIENCE = "CLEANAIR_OIDC_AUDIENCE"
# Signatures with a public key only: none would be no signature, and a provider's HMAC secret is not ours to hold.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY = 30  # between two clocks [s]
FRESH = 3600.0  # keys are asked for again after this [s]
PAUSE = 30.0  # an unknown key may ask for new ones this often, so that forged tokens make no traffic [s]
LONGEST = 16 * 1024  # of a token [characters]
ACCESS = "at+jwt"  # `typ` of an access token (RFC 9068); it may be used until it ends
SIGN_INS = "sign-ins"  # folder beside the tables of the store
LOCAL = ("localhost", "127.0.0.1", "::1")


class ProviderAway(CentreError, RuntimeError):
    """The identity provider cannot be reached or asked; nobody is let in on its word until it can."""

    status = 503


@dataclass
class Provider:
    """
    An identity provider and its public keys.

    Parameters
    ----------
    issuer : str
        As in the claim ``iss``; its keys are found by OpenID Connect Discovery.
    tick : callable
        A clock that never goes back. [s]
    """

    issuer: str
    tick: Callable[[], float] = time.monotonic
    _keys: "KeySet | None" = None
    _at: float = float("-inf")
    _guard: Lock = field(default_factory=Lock)

    def keys(self, *, again: bool = False) -> "KeySet":
        """The provider's keys; asked for anew after an hour, or where a token is signed by one not known yet."""
        with self._guard:
            age = self.tick() - self._at
            if self._keys is None or age > FRESH or (again and age > PAUSE):
                self._keys, self._at = self._fetch(), self.tick()
            return self._keys

    def _fetch(self) -> "KeySet":
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            about = Client("oidc", self.issuer).get_json(".well-known/openid-configuration")
            if about["issuer"].rstrip("/") != self.issuer.rstrip("/"):
                raise ProviderAway("jobs.sign_in.other_name", parameter=ISSUER, variable=ISSUER)
            at = urlsplit(_guarded(about["jwks_uri"]))
            return KeySet.import_key_set(Client("oidc", f"{at.scheme}://{at.netloc}").get_json(at.path.lstrip("/")))
        except (SourceError, KeyError, TypeError, AttributeError, ValueError, JoseError) as error:
            raise ProviderAway("jobs.sign_in.away", who="nobody") from error


def configured() -> bool:
    """Whether tokens of an identity provider are taken: `CLEANAIR_OIDC_ISSUER` and `CLEANAIR_OIDC_AUDIENCE`."""
    return bool(os.environ.get(ISSUER, "").strip() and _audiences())


def verify(token: str, now: datetime) -> Mapping[str, Any]:
    """
    The claims of a token that holds (RFC 7519, RFC 8725; ID tokens by OpenID Connect Core §3.1.3.7).

    Parameters
    ----------
    token : str
        A JWT of the provider.
    now : datetime
        Aware; the machine's own time.

    Returns
    -------
    mapping
        What the provider says of the person.

    Raises
    ------
    NotValid
        When the signature, issuer, audience or times do not hold, or a sign-in is replayed.
    ProviderAway
        When the provider's keys cannot be had.
    """
    if not configured():
        raise NotValid("jobs.sign_in.not_taken")
    try:
        from joserfc import jwt
        from joserfc.errors import JoseError
    except ImportError as error:
        raise ProviderAway("jobs.sign_in.no_extra") from error
    if len(token) > LONGEST:
        raise NotValid("jobs.sign_in.long")
    issuer = _guarded(os.environ[ISSUER].strip().rstrip("/"))
    decoded = _decoded(_provider(issuer), token)
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()), leeway=LEEWAY, iss={"essential": True, "values": [issuer, f"{issuer}/"]},
        sub={"essential": True}, exp={"essential": True}, aud={"essential": True, "values": _audiences()},
    )  # fmt: skip
    try:
        registry.validate(decoded.claims)
    except JoseError as error:
        raise NotValid(_key(error.error)) from error
    except (TypeError, ValueError) as error:
        raise NotValid("jobs.sign_in.form") from error
    _first_use(token, decoded.header, decoded.claims, now)
    return dict(decoded.claims)


def _decoded(provider: Provider, token: str) -> Any:
    """The token under a known key; keys are asked for once more, for the provider may have changed them."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    for again in (False, True):
        try:
            return jwt.decode(token, provider.keys(again=again), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, UnicodeDecodeError):
            continue
    raise NotValid("jobs.sign_in.not_signed")


def _first_use(token: str, header: Mapping[str, Any], claims: Mapping[str, Any], now: datetime) -> None:
    kind = str(header.get("typ", "")).casefold().removeprefix("application/")
    if kind == ACCESS or not ({"nonce", "at_hash", "c_hash"} & set(claims)):
        return
    signed = token.rpartition(".")[0]  # a signature may be spelled in more ways than one
    what = str(claims.get("jti") or claims.get("nonce") or hashlib.sha256(signed.encode()).hexdigest())
    try:
        first = _used(real_store().folder).use(f"{claims['iss']} {what}", float(claims["exp"]), now.timestamp())
    except OSError as error:
        raise ProviderAway("jobs.sign_in.not_kept", cause=error.strerror) from error
    if not first:
        raise NotValid("jobs.sign_in.used")


def _key(code: str) -> str:
    known = {"expired_token": "jobs.sign_in.expired", "missing_claim": "jobs.sign_in.lacks"}
    return known.get(code, "jobs.sign_in.misfit")


def _guarded(address: str) -> str:
    """The address itself, where nobody between can change what it answers."""
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise ProviderAway("jobs.sign_in.no_tls", parameter=ISSUER, variable=ISSUER)
    return address


def _audiences() -> list[str]:
    return [a.strip() for a in os.environ.get(AUDIENCE, "").split(",") if a.strip()]


@lru_cache(maxsize=4)
def _used(store: Path) -> Once:
    return Once(store / SIGN_INS, LEEWAY)


@lru_cache(maxsize=4)
def _provider(issuer: str) -> Provider:
    return Provider(issuer)
