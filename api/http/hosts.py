"""Which host names the server answers to: a page of another site cannot make a browser read it by a name of its own."""

import ipaddress
import os
import re
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import told
from data.errors import CentreError
from jobs.notify.channels import PUBLIC_URL

VARIABLE, ADDRESS = "CLEANAIR_HOSTS", "CLEANAIR_ADDRESS"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")  # a server that listens on every address of its machine
HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}))(?::([0-9]{1,5}))?")
LONGEST_ADDRESS, LONGEST_HEADERS = 8 << 10, 32 << 10  # bytes


def name_of(authority: str) -> str:
    """
    Name in a Host header or an address' authority, lower case and without port; empty where it is none.

    Examples
    --------
    >>> name_of("Air.Example.org:8501"), name_of("[::1]:80"), name_of("a b"), name_of("x@y")
    ('air.example.org', '::1', '', '')
    """
    found = HOST.fullmatch(authority)
    return found.group(1).strip("[]").rstrip(".").lower() if found else ""


def allowed(name: str) -> bool:
    """
    Whether the server answers to a name.

    Parameters
    ----------
    name : str
        As `name_of` gives it.

    Notes
    -----
    Loopback names, the address it listens on (`CLEANAIR_ADDRESS`), the host of `CLEANAIR_PUBLIC_URL` and the names of
    `CLEANAIR_HOSTS`, where ``*.example.org`` stands for every name below and ``*`` for all. A server that listens on
    every address also answers to plain addresses and its machine's name: a name that somebody else's name server gives
    out can be neither.
    """
    return _allowed(name, *(os.environ.get(v, "").strip() for v in (VARIABLE, ADDRESS, PUBLIC_URL)))


@lru_cache(256)
def _allowed(name: str, listed: str, address: str, public: str) -> bool:
    if not name:
        return False
    words = [w.strip().lower() for w in listed.split(",") if w.strip()]
    exact = {*LOOPBACK, address.lower().strip("[]"), (urlsplit(public).hostname or ""), *map(_bare, words)} - {""}
    if name in exact or "*" in words or any(w.startswith("*.") and name.endswith(w[1:]) for w in words):
        return True
    return address in EVERYWHERE and (_numeric(name) or name == socket.gethostname().lower())


def _bare(word: str) -> str:
    return word if word.startswith("*") else name_of(word) or word.strip("[]")


def _numeric(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Hosts:
    """ASGI middleware that refuses requests to unknown names, and sessions opened by pages of other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":  # before it is accepted: the browser is told 403
            await send({"type": "websocket.close", "code": 1008, "reason": str(refused)[:120]})
        else:
            await told(refused)(scope, receive, send)


def refusal(scope: Scope) -> CentreError | None:
    """Why a request is refused; None where it may pass."""
    headers = Headers(scope=scope)
    if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > LONGEST_ADDRESS:
        return CentreError("api.hosts.long_address", who="asker", status=414, most=LONGEST_ADDRESS >> 10)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
        return CentreError("api.hosts.long_headers", who="asker", status=431, most=LONGEST_HEADERS >> 10)
    if len(headers.getlist("host")) != 1 or not allowed(name_of(headers["host"])):
        return CentreError("api.hosts.unknown", status=400, variable=VARIABLE)
    origin = headers.get("origin")
    if scope["type"] == "websocket" and origin is not None:
        there = urlsplit(origin).netloc
        if there != headers["host"] and not allowed(name_of(there)):
            return CentreError("api.hosts.foreign", who="asker", status=403)
    return None
