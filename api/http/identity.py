"""Who asks the API: the bearer of a token of this centre or of the identity provider, else the public."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import OPEN, problem, told
from data import clock
from data.errors import CentreError
from data.sharing import reading
from data.store.served import real_store
from jobs.access import oidc, tokens
from jobs.access.roles import members, role_of
from jobs.access.tokens import Grant, NotValid

BELOW = ("/api", "/sta")
# What tells of the centre and its stock, not of the air: the purpose `see` suffices; all else is taken away.
SEEN = ("/api/v1/health", "/api/v1/cities", "/api/v1/openapi.json")
REALM = "Clean Air Situation Centre"


class Identity:
    """
    ASGI middleware that sets who reads for the length of a request, streamed answers included.

    A token that does not hold is an error, never the public: who sends one must learn that it failed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(BELOW):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist("authorization")
        add = _varied(send, own=bool(given))
        if not given or scope["method"] == "OPTIONS":
            await self.app(scope, receive, add)
            return
        try:
            grant = await run_in_threadpool(granted, given)
        except NotValid as error:
            await _refusal(error.status, str(error), "invalid_token")(scope, receive, add)
            return
        except Exception as error:
            wait = {"retry-after": "30"} if isinstance(error, oidc.ProviderAway) else {}
            await told(error, {**wait, **OPEN}, path=scope["path"])(scope, receive, add)
            return
        purpose = "see" if scope["path"] in SEEN else "download"
        if purpose not in grant.purposes:
            refused = CentreError("api.identity.purpose", who="asker", status=403, purpose=purpose)
            await _refusal(refused.status, str(refused), "insufficient_scope")(scope, receive, add)
            return
        before = reading.set(grant.reader)
        try:
            await self.app(scope, receive, add)
        finally:
            reading.reset(before)


def granted(given: list[str]) -> Grant:
    """
    What the Authorization header of a request grants.

    Parameters
    ----------
    given : list of str
        Every such header; more than one is refused.

    Raises
    ------
    NotValid
        When it holds no token that stands.
    ProviderAway
        When the identity provider's keys cannot be had just now.
    """
    scheme, _, token = given[0].strip().partition(" ")
    token = token.strip()
    if len(given) > 1 or scheme.casefold() != "bearer" or not token or " " in token:
        raise NotValid("api.identity.no_bearer")
    if token.count(".") == 2:
        return Grant(role_of(oidc.verify(token, clock.machine()), members()))
    return tokens.check(real_store(), token, clock.machine())


def _refusal(status: int, detail: str, code: str) -> Any:
    plain = detail.replace("\\", "").replace('"', "'").encode("ascii", "replace").decode()
    said = f'Bearer realm="{REALM}", error="{code}", error_description="{plain}"'
    return problem(status, detail, headers={"www-authenticate": said, "cache-control": "no-store", **OPEN})


def _varied(send: Send, *, own: bool) -> Send:
    """No cache between may hand one reader's answer to another."""

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Authorization")
            if own:
                kept = headers.get("cache-control", "")
                headers["cache-control"] = kept if "no-store" in kept else "private, no-cache"
        await send(message)

    return add
