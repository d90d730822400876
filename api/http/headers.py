"""Headers that every answer of the server carries, and the order in which a request passes its guards."""

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers as Given
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.hosts import HOST, Hosts
from api.http.identity import Identity
from jobs.notify.channels import PUBLIC_URL

FRAMES = "CLEANAIR_FRAME_ANCESTORS"
ANCESTOR = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.\-]+(?::[0-9]{1,5})?")
# Nothing may be loaded from, or sent to, another host. Streamlit needs inline styles and evaluated scripts; maps need
# workers from blobs. Browsers disagree on whether 'self' names a web socket, so the host is written out.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self' data: blob:{sockets}; frame-src 'self' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors {ancestors}"
)
# What a page may ask a browser for: full screen for the wall, the clipboard for addresses and snippets.
NOT_ASKED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb",
)  # fmt: skip
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": ", ".join(f"{name}=()" for name in NOT_ASKED),
    "x-permitted-cross-domain-policies": "none",
}
# Only where the reader came by TLS: elsewhere browsers ignore them or complain.
SECURE = {
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
}


def headers(host: str, *, secure: bool) -> Mapping[str, str]:
    """
    Headers of an answer.

    Parameters
    ----------
    host : str
        As the request names it, with its port.
    secure : bool
        Whether the reader came by TLS.

    Returns
    -------
    mapping
        Name → value. Only pages of the centre itself may hold it in a frame, and those that
        `CLEANAIR_FRAME_ANCESTORS` names (origins separated by blanks, for walls shown by a signage program).
    """
    return dict(_headers(host, os.environ.get(FRAMES, ""), secure))


@lru_cache(maxsize=256)
def _headers(host: str, frames: str, secure: bool) -> tuple[tuple[str, str], ...]:
    others = [word for word in frames.split() if ANCESTOR.fullmatch(word)]
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    made = {"content-security-policy": POLICY.format(sockets=sockets, ancestors=" ".join(["'self'", *others]))}
    # The older header knows no list; browsers that know the newer one pass over it.
    made |= {} if others else {"x-frame-options": "SAMEORIGIN"}
    return tuple({**made, **HEADERS, **(SECURE if secure else {})}.items())


class Headers:
    """ASGI middleware that adds `headers` where they are not set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = Given(scope=scope).get("host", "")
        said = headers(host, secure=_secure(scope.get("scheme", "http"), host))
        wanted = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in said.items()]

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                known = {name.lower() for name, _ in given}
                message["headers"] = given + [pair for pair in wanted if pair[0] not in known]
            await send(message)

        await self.app(scope, receive, add)


def _secure(scheme: str, host: str) -> bool:
    """By TLS: as the server or its proxy says (`X-Forwarded-Proto` from this machine), or by the public address."""
    public = urlsplit(os.environ.get(PUBLIC_URL, "").strip())
    return scheme == "https" or (public.scheme == "https" and public.netloc.lower() == host.lower())


MIDDLEWARE: list[Any] = [Middleware(Headers), Middleware(Hosts), Middleware(Identity)]
