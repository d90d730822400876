"""What every answer of the API passes: the limit, the address, the entity tag, and errors as problem documents."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from api.http import etags, rate_limit
from api.http.problems import OPEN, NotThere, told
from api.http.rows import plain
from data.errors import CentreError
from jobs.arguments import ArgumentError

Answer = Callable[[Request], Response]
Quick = Callable[[Request], Response | None]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ALLOW = "GET, HEAD, OPTIONS"
CHOICES = ("city", "lang", "flags", "excel", "bom")
PACK = 4  # of gzip; 6 and more cost twice the time for a twentieth of the size
PREFLIGHT = {
    "allow": ALLOW, "access-control-allow-methods": ALLOW, "access-control-max-age": "86400",
    "access-control-allow-headers": "Authorization, If-None-Match, Accept",
}  # fmt: skip


def route(path: str, answer: Answer, allowed: Sequence[str] | None, quick: Quick | None = None) -> Route:
    """
    A guarded route.

    Parameters
    ----------
    path : str
        Of the address.
    answer : callable
        Makes the answer, in a thread.
    allowed : sequence of str or None
        Parameters that the address takes; None where `answer` looks itself.
    quick : callable, optional
        Gives the answer at once where it is kept, else None; runs in the event loop.
    """
    # What is kept is kept packed too.
    between = [] if quick else [packed()]
    return Route(path, _guarded(path, answer, allowed, quick), methods=["GET"], middleware=between)


def elsewhere(path: str, known: Callable[[str], bool], index: str) -> Route:
    """What an address that is not there, or a method that is not offered, is told; never a page for people."""

    async def refusal(request: Request) -> Response:
        if not known(request.url.path):
            return _dressed(request, told(NotThere("api.http.no_address", index=index)))
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**PREFLIGHT, **OPEN})
        refused = CentreError("api.http.method", who="asker", status=405, method=request.method)
        return _dressed(request, told(refused, {"allow": ALLOW}))

    return Route(path, refusal, methods=METHODS)


def packed() -> Middleware:
    """Gzip where the reader takes it; not for zips, which are packed already."""
    return Middleware(GZipMiddleware, minimum_size=500, compresslevel=PACK)


def _guarded(
    path: str, answer: Answer, allowed: Sequence[str] | None, quick: Quick | None
) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        verdict = rate_limit.limited(request, path)
        if verdict is not None and not verdict.allowed:
            ready = told(CentreError("api.http.too_often", who="asker", status=429, limit=verdict.limit))
        else:
            ready = _kept(request, quick) or await run_in_threadpool(_answered, request, path, answer, allowed)
        made = _dressed(request, ready)
        if verdict is not None:
            made.headers.update(verdict.headers())
        return made

    return guarded


def _kept(request: Request, quick: Quick | None) -> Response | None:
    try:
        return quick(request) if quick else None
    except Exception:  # the answer itself meets the same trouble and tells it
        return None


def _answered(request: Request, path: str, answer: Answer, allowed: Sequence[str] | None) -> Response:
    try:
        if allowed is not None:
            understood(request, allowed)
        found = etags.tag(request, path)
        if found is not None and etags.known(request, found):
            return etags.unchanged(found)
        made = answer(request)
    except Exception as error:
        return told(error, path=path)
    return _tagged(request, made, found)


def _tagged(request: Request, made: Response, found: str | None) -> Response:
    """With its entity tag: the one that was found, or that of the body where the answer asks for it by `no-cache`."""
    if made.status_code != 200 or "etag" in made.headers:
        return made
    if found is None and made.headers.get("cache-control") == "no-cache":
        found = etags.weak(bytes(made.body))
        if etags.known(request, found):
            return etags.unchanged(found)
    if found is not None:
        made.headers["etag"] = found
    return made


def _dressed(request: Request, made: Response) -> Response:
    """Headers that every answer carries; without its body for HEAD."""
    for name, value in OPEN.items():
        made.headers.setdefault(name, value)
    for word in ("Authorization", "Cookie"):  # other readers may get other rows
        made.headers.add_vary_header(word)
    made.headers.setdefault("cache-control", "no-cache" if "etag" in made.headers else "no-store")
    if request.method != "HEAD" or isinstance(made, FileResponse):
        return made
    bare = Response(status_code=made.status_code)
    bare.raw_headers = made.raw_headers
    return bare


def understood(request: Request, allowed: Sequence[str]) -> None:
    """Refuse a parameter that is not known or is written twice: neither may be passed over in silence."""
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in allowed:
            key = "api.arguments.not_taken" if allowed else "api.arguments.none_taken"
            raise ArgumentError(name[:40], key, known=allowed)
        if names.count(name) > 1:
            raise ArgumentError(name, "api.arguments.twice")
        if name in CHOICES and not request.query_params[name]:
            raise ArgumentError(name, "api.arguments.empty")


def json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Content as a JSON answer; moments end in Z."""
    body = orjson.dumps(content, default=plain, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, media_type="application/json", headers=headers)
