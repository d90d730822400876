"""What a reader of the API is told when something is wrong: problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

TYPE = "application/problem+json"
# Any script of any site may read what anybody may read; nothing is sent along by a browser.
OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-As-Of, "
    "Content-Disposition",
}


def problem(
    status: int, detail: str, *, parameter: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """
    A problem document.

    Parameters
    ----------
    status : int
        Of HTTP.
    detail : str
        One sentence that says who must act.
    parameter : str, optional
        Which parameter of the address is wrong.
    headers : mapping, optional
        More headers.

    Returns
    -------
    Response
        `type` is ``about:blank``: the status says all there is; `error` repeats `detail` for scripts written before.

    Examples
    --------
    >>> problem(404, "no such address").media_type
    'application/problem+json'
    """
    content = document(status, detail)
    if parameter is not None:
        content["parameter"] = parameter
    return Response(orjson.dumps(content, default=str), status, headers=dict(headers or {}), media_type=TYPE)


def document(status: int, detail: str) -> dict[str, Any]:
    """Members that every problem has."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "error": detail}


def as_problem(answer: Response) -> Response:
    """An error that an answer gave as plain JSON, as a problem document; any other answer as it is."""
    if answer.status_code < 400 or answer.media_type != "application/json":
        return answer
    said = orjson.loads(bytes(answer.body))
    kept = {k: v for k, v in answer.headers.items() if k not in ("content-length", "content-type")}
    return problem(answer.status_code, str(said.get("error", "")), parameter=said.get("parameter"), headers=kept)
