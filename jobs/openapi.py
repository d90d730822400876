"""The description of the open API in OpenAPI 3.1."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TIME = {"type": "string", "description": "ISO 8601; without a zone it is on the city's clock"}
_QUERY: Mapping[str, dict[str, Any]] = {
    "from": {"schema": _TIME, "required": True, "description": "Start of the period, inclusive, on interval starts."},
    "to": {"schema": _TIME, "required": True, "description": "End of the period, exclusive."},
    "as_of": {
        "schema": {"type": "string"},
        "description": "What was known at this moment; must carry its zone. Now by default.",
    },
    "flags": {"schema": {"type": "string", "enum": ["all", "ok"]}, "description": "All rows, or unflagged ones."},
    "excel": {"schema": {"type": "string", "enum": ["0", "1"]}, "description": "BOM, semicolons, decimal commas."},
    "lang": {
        "schema": {"type": "string", "enum": ["en", "ru", "uz", "kk"]},
        "description": "Of titles; en by default.",
    },
    "bom": {"schema": {"type": "string", "enum": ["0", "1"]}, "description": "UTF-8 byte-order mark."},
}
_ROUTES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "/api/v1/health": ("Whether the centre answers and how old its data are", "application/json", ()),
    "/api/v1/cities": ("Cities of the centre", "application/json", ()),
    "/api/v1/stations": ("Stations of a city", "application/json", ("city",)),
    "/api/v1/latest": ("Newest values of a city, with age and freshness", "application/json", ("city", "parameters")),
    "/api/v1/measurements.csv": (
        "Measurements of a period as CSV; columns are described in the data dictionary",
        "text/csv",
        ("city", "from", "to", "as_of", "parameters", "flags", "excel", "bom"),
    ),
    "/api/v1/attribution.csv": (
        "Daily shares of the sources of PM2.5 with 90 % intervals, as CSV; they prove no offence",
        "text/csv",
        ("city", "from", "to"),
    ),
    "/api/v1/events.csv": (
        "Events that overlap a period, with evidence, confidence and front, as CSV; computed by this centre",
        "text/csv",
        ("city", "from", "to"),
    ),
    "/api/v1/forecast.csv": (
        "The next 72 hours of a city and its stations with 90 % bands, the baselines beside, as CSV",
        "text/csv",
        ("city",),
    ),
    "/api/v1/alarms.cap": ("All alarms that stand, as one CAP 1.2 message", "application/cap+xml", ("city",)),
    "/api/v1/alarms.atom": (
        "CAP messages of the last 48 hours as an Atom feed; poll this or alarms.cap, not both",
        "application/atom+xml",
        ("city", "lang"),
    ),
    "/api/v1/alarms/{identifier}.cap": ("One CAP 1.2 message, the same for ever", "application/cap+xml", ()),
    "/api/v1/snapshots": ("Published snapshots, the newest first", "application/json", ("city",)),
    "/api/v1/snapshots.atom": ("Published snapshots as an Atom feed", "application/atom+xml", ()),
    "/api/v1/snapshots/newest.zip": ("Leads to the newest snapshot of a city", "application/zip", ("city",)),
    "/api/v1/snapshots/{name}.zip": ("One published snapshot, the same for ever", "application/zip", ()),
    "/api/v1/openapi.json": ("This document", "application/json", ()),
    "/metrics": ("Counters in the Prometheus text format", "text/plain", ()),
}
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "/api/v1/snapshots": ("city",),
    "/api/v1/alarms.cap": ("city",),
    "/api/v1/alarms.atom": ("city",),
}


def accepted(path: str) -> tuple[str, ...]:
    """Parameters that an address takes."""
    return _ROUTES[path][2]


def document(cities: Sequence[str], parameters: Sequence[str]) -> dict[str, Any]:
    """
    The OpenAPI document.

    Parameters
    ----------
    cities, parameters : sequence of str
        The keys that are accepted today.

    Returns
    -------
    dict
        JSON-ready.
    """
    known = {
        **_QUERY,
        "city": {"schema": {"type": "string", "enum": list(cities)}, "required": True, "description": "Key of a city."},
        "parameters": {
            "schema": {"type": "string"},
            "description": f"Comma-separated, of {', '.join(parameters)}; all by default.",
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clean Air Situation Centre",
            "version": "1",
            "description": "Times are UTC unless a column says local; values in µg/m³ with gases at 20 °C and "
            "1013.25 hPa. Rows of kind `model` or `simulated` are not measurements.",
        },
        "paths": {path: {"get": _operation(path, known)} for path in _ROUTES},
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


_PROBLEM = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "parameter": {"type": "string"}},
}


def _operation(path: str, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    summary, media, names = _ROUTES[path]
    schema = {"type": "object"} if media == "application/json" else {"type": "string"}
    problem = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    answers: dict[str, Any] = {"200": {"description": "The answer", "content": {media: {"schema": schema}}}}
    if names:
        answers["400"] = {"description": "A parameter is wrong; `parameter` says which", **problem}
    if "{" in path:
        answers["404"] = {"description": "There is no such thing", **problem}
    answers["503"] = {"description": "The store cannot be read", **problem}
    return {
        "summary": summary,
        "operationId": re.sub(r"[^a-z0-9]+", "_", path).strip("_"),
        "parameters": [*_in_path(path), *(_asked(path, n, known[n]) for n in names)],
        "responses": answers,
    }


def _in_path(path: str) -> list[dict[str, Any]]:
    named = {"in": "path", "required": True, "schema": {"type": "string"}}
    return [{"name": name, **named, "description": "As the feed gives it."} for name in re.findall(r"{(\w+)}", path)]


def _asked(path: str, name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    free = {"required": False} if name in _OPTIONAL.get(path, ()) else {}
    return {"name": name, "in": "query", **described, **free}
