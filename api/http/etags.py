"""Entity tags of the API: a reader who has the answer already is told so, and it is not made again."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from data import clock
from data.release import release
from data.sharing import rules
from data.store.served import served

# Tables that an answer follows from. A table of the whole answer follows from these, the address and the reader.
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "/api/v1/stations": ("stations",),
    "/api/v1/measurements": ("measurements", "stations"),
    "/api/v1/measurements.csv": ("measurements", "stations"),
    "/api/v1/attribution.csv": ("attribution",),
    "/api/v1/events.csv": ("events", "events_looked", "stations"),
    "/api/v1/forecast.csv": ("forecasts", "stations"),
    "/api/v1/station_verdicts.csv": ("station_verdicts", "stations"),
    "/sta/v1.1/{rest:path}": ("measurements", "stations"),
}
FIXED = ("/api/v1/measurements", "/api/v1/measurements.csv")  # have a tag where `as_of` is given only
MINUTELY = ("/sta/v1.1/{rest:path}",)  # a rule of sharing may let one more interval out as time goes on


def tag(request: Request, path: str) -> str | None:
    """
    The weak entity tag that the answer to a request will have, found without making it.

    Parameters
    ----------
    request : Request
        Who asks for what.
    path : str
        Of the route.

    Returns
    -------
    str or None
        None where the answer changes with the clock, or is not worth it.
    """
    asked = request.query_params
    if path not in FOLLOWS or (path in FIXED and not (asked.get("as_of") or asked.get("cursor"))):
        return None
    shown = served("download")
    parts = [
        release(), rule_state(), shown.store.version(*FOLLOWS[path]), str(shown.demo), str(request.base_url),
        request.url.path, *sorted(f"{k}={v}" for k, v in asked.multi_items()),
    ]  # fmt: skip
    if path in MINUTELY:
        parts.append(f"{clock.now():%Y%m%d%H%M}")
    return weak("\x00".join(parts).encode("utf-8", "replace"))


def weak(content: bytes) -> str:
    """A weak tag of content: equal in meaning, whatever it is packed in."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def known(request: Request, found: str | None) -> bool:
    """Whether the reader has the answer with this tag (RFC 9110: weak comparison)."""
    said = request.headers.get("if-none-match", "")
    if found is None or not said:
        return False
    bare = {word.strip().removeprefix("W/") for word in said.split(",")}
    return "*" in bare or found.removeprefix("W/") in bare


def unchanged(found: str) -> Response:
    """The answer to such a reader."""
    return Response(status_code=304, headers={"etag": found})


def rule_state() -> str:
    """Changes with the rules of sharing."""
    return _digest(rules())


@lru_cache(maxsize=4)
def _digest(known_rules: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(known_rules).encode()).hexdigest()[:16]
