"""What a reader of the API is told when something is wrong: problem documents (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from data.city import CityError
from data.errors import CentreError, sentence
from data.sharing import SharingError
from data.store import StoreError
from jobs.access.oidc import ProviderAway
from jobs.export.publish import Gone
from jobs.export.request import ExportError
from jobs.notify.cap import SenderError

TYPE = "application/problem+json"
# Any script of any site may read what anybody may read; nothing is sent along by a browser.
OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-As-Of, "
    "Content-Disposition",
}
# Errors that name places of this machine: a stranger is told what they mean for the answer, the log the rest.
INSIDE: tuple[tuple[type[Exception], str], ...] = (
    (StoreError, "api.http.store"),
    (SharingError, "api.http.sharing"),
)
# Status and parameter of errors whose classes do not say them yet; goes when `data` and `jobs` raise `CentreError`.
OLDER: tuple[tuple[type[Exception], int, str], ...] = (
    (CityError, 400, "city"),
    (ExportError, 400, "flags"),  # the only part of an export that is not looked at before
    (Gone, 410, ""),
    (SenderError, 503, ""),
    (ProviderAway, 503, ""),
    (SharingError, 503, ""),
    (StoreError, 503, ""),
)
log = logging.getLogger("cleanair.api")


class NotThere(CentreError, LookupError):
    """There is nothing at this address; who asked must ask for something else."""

    who, status = "asker", 404


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


def told(error: Exception, headers: Mapping[str, str] | None = None, *, path: str = "") -> Response:
    """
    What a reader is told of an error: its status, its parameter, and a sentence that names no place of this machine.

    Parameters
    ----------
    error : Exception
        Of this centre; anything else is a mistake of ours.
    headers : mapping, optional
        More headers.
    path : str, optional
        What was asked, for the log.

    Examples
    --------
    >>> told(NotThere("api.http.no_address", index="/api/v1/openapi.json")).status_code
    404
    """
    status, parameter = _fields(error)
    inside = next((key for kind, key in INSIDE if isinstance(error, kind)), "" if status != 500 else "api.http.mistake")
    if inside:
        log.warning("the API answers %d to %s: %s", status, path, error, exc_info=error if status == 500 else None)
    return problem(status, sentence(inside, {}, "en") if inside else str(error), parameter=parameter, headers=headers)


def _fields(error: Exception) -> tuple[int, str | None]:
    if isinstance(error, CentreError):
        return error.status, error.parameter or None
    known = ((status, parameter or None) for kind, status, parameter in OLDER if isinstance(error, kind))
    return next(known, (500, None))
