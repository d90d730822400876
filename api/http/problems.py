"""What a reader of the API is told when something is wrong: problem documents (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from data.errors import CentreError
from data.sharing import SharingError
from data.store import StoreBusy, StoreError
from jobs.access.oidc import ProviderAway
from jobs.notify.cap import SenderError

TYPE = "application/problem+json"
# Any script of any site may read what anybody may read; nothing is sent along by a browser.
OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-As-Of, "
    "Content-Disposition",
}
# What went wrong inside may name places of this machine: a stranger is told what it means for the answer, the log all.
INSIDE: tuple[tuple[type[CentreError], str], ...] = (
    (StoreBusy, "api.http.busy"),
    (StoreError, "api.http.store"),
    (SharingError, "api.http.sharing"),
)
OUTSIDE = (SenderError, ProviderAway)  # but for these: they name a setting at most
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
    if isinstance(error, CentreError) and (error.status < 500 or isinstance(error, OUTSIDE)):
        return problem(error.status, str(error), parameter=error.parameter or None, headers=headers)
    shown = _meaning(error)
    ours = None if isinstance(error, CentreError) else error
    log.warning("the API answers %d to %s: %s", shown.status, path, error, exc_info=ours)
    return problem(shown.status, str(shown), headers=headers)


def _meaning(error: Exception) -> CentreError:
    """What trouble inside means for who asked."""
    if not isinstance(error, CentreError):
        return CentreError("api.http.mistake", who="developer")
    known = next((key for kind, key in INSIDE if isinstance(error, kind)), "")
    if not known:
        known = "api.http.operator" if error.who == "operator" else "api.http.mistake"
    return CentreError(known, who=error.who, status=error.status)
