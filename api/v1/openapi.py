"""The description of the open API in OpenAPI 3.1."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.http.rate_limit import PER_MINUTE
from api.v1.schemas import SCHEMAS, ref
from data.measures import measures, techniques

JSON, CSV, ZIP = "application/json", "text/csv", "application/zip"
ATOM, CAP = "application/atom+xml", "application/cap+xml"
PROBLEM = "application/problem+json"
STA = "/sta/v1.1"
SETS = (
    "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
    "FeaturesOfInterest",
)  # fmt: skip
_SWITCH = {"type": "string", "enum": ["0", "1", "false", "true"]}
_TIME = {"type": "string"}
_TEXT = {"type": "string"}


def _several(known: Sequence[str], what: str) -> dict[str, Any]:
    """A parameter that takes several of the words there are, joined by commas."""
    items = {"type": "array", "items": {"type": "string", "enum": list(known)}, "minItems": 1}
    return {"schema": items, "style": "form", "explode": False, "description": what}


class About(NamedTuple):
    """What an address answers."""

    summary: str
    media: str
    names: tuple[str, ...] = ()
    schema: str = ""
    optional: tuple[str, ...] = ()
    also: str = ""  # another media type that `format` may ask for, without a schema of its own


_QUERY: Mapping[str, dict[str, Any]] = {
    "from": {"schema": _TIME, "required": True,
             "description": "Start of the period, inclusive, on interval starts; ISO 8601 such as `2026-01-10`, "
                            "without a zone on the city's clock."},
    "to": {"schema": _TIME, "required": True, "description": "End of the period, exclusive; written like `from`."},
    "as_of": {"schema": _TIME,
              "description": "What was known at this moment, `2026-01-10T08:00:00+05:00`; must carry its zone. Now by "
                             "default."},
    "station": {"schema": {"type": "string"}, "description": "Id of a station; the city itself by default."},
    "parameter": {"schema": {"type": "string"},
                  "description": "Pollutants, joined by commas; by default all with rows."},
    "at": {"schema": _TIME, "description": "Moment of `now` and `day`; the centre's clock by default."},
    "explain": {"schema": _SWITCH, "description": "With the rows each statement was made from, and what was left out."},
    "format": {"schema": {"type": "string", "enum": ["json", "csv"]}, "description": "json by default."},
    "flags": {"schema": {"type": "string", "enum": ["all", "ok"]}, "description": "All rows, or unflagged ones."},
    "excel": {"schema": _SWITCH, "description": "BOM, semicolons, decimal commas."},
    "bom": {"schema": _SWITCH, "description": "UTF-8 byte-order mark."},
    "lang": {"schema": {"type": "string", "enum": ["en", "ru", "uz", "kk"]},
             "description": "Of titles; en by default."},
    "kind": _several(measures.KINDS, "Kinds of measure, separated by commas; all by default."),
    "status": _several(measures.STATUSES, "What a measure is today, separated by commas; all by default."),
    "source_type": _several(techniques.SOURCE_TYPES, "Kinds of site, separated by commas; all by default."),
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 1_000},
              "description": "Rows of a page."},
    "cursor": {"schema": {"type": "string"},
               "description": "From `next` of the page before; it pins `as_of`, leave the rest as it was."},
    "$filter": {"schema": {"type": "string"},
                "description": "Comparisons joined by and, or, not; times compare the start of the interval: "
                               "`phenomenonTime ge 2026-01-10T00:00:00Z and result gt 100`."},
    "$expand": {"schema": {"type": "string"},
                "description": "Related entities within the answer, up to three levels: "
                               "`Datastreams($select=name;$expand=ObservedProperty)`."},
    "$select": {"schema": {"type": "string"}, "description": "Members of entities: `name,description`."},
    "$orderby": {"schema": {"type": "string"}, "description": "`phenomenonTime desc`; asc by default."},
    "$top": {"schema": {"type": "integer", "minimum": 0, "maximum": 1_000, "default": 100},
             "description": "Entities of a page."},
    "$skip": {"schema": {"type": "integer", "minimum": 0, "maximum": 100_000, "default": 0},
              "description": "Entities to pass over; follow `@iot.nextLink` to go further."},
    "$count": {"schema": {"type": "string", "enum": ["true", "false"]}, "description": "Adds `@iot.count`."},
    "$skiptoken": {"schema": {"type": "string"}, "description": "From `@iot.nextLink`."},
}  # fmt: skip
_OPTIONS = ("$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken")
_PERIOD = ("city", "from", "to")
_ROUTES: Mapping[str, About] = {
    "/api/v1/health": About("Whether the centre answers and how old its data are", JSON, (), "Health"),
    "/api/v1/cities": About("Cities of the centre", JSON, (), "Cities"),
    "/api/v1/acts": About(
        "Acts that limits and national triggers rest on, with whether each stands today and how well it was read",
        JSON, ("format",), "Acts", also=CSV, optional=("format",),
    ),
    "/api/v1/stations": About("Stations of a city", JSON, ("city",), "Stations"),
    "/api/v1/latest": About(
        "Newest values of a city, with age and freshness", JSON, ("city", "parameters"), "Latest"
    ),
    "/api/v1/statements": About(
        "What is said of a city or a station: the newest hour and the day, or a period, each with its own rows",
        JSON, ("city", "station", "parameter", "at", "from", "to", "explain", "format"), "Statements",
        optional=("from", "to"), also=CSV,
    ),
    "/api/v1/measurements": About(
        "Measurements of a period, page by page; the cursor pins what was known",
        JSON, (*_PERIOD, "as_of", "parameters", "flags", "limit", "cursor"), "Measurements",
    ),
    "/api/v1/measurements.csv": About(
        "Measurements of a period as CSV; columns are described in the data dictionary",
        CSV, (*_PERIOD, "as_of", "parameters", "flags", "excel", "bom"),
    ),
    "/api/v1/attribution.csv": About(
        "Daily shares of the sources of PM2.5 with 90 % intervals, as CSV; they prove no offence", CSV, _PERIOD
    ),
    "/api/v1/events.csv": About(
        "Events that overlap a period, with evidence, confidence and front, as CSV; rows of kind looked or not_looked "
        "say where they were looked for; computed by this centre",
        CSV, _PERIOD,
    ),
    "/api/v1/forecast.csv": About(
        "The next 72 hours of a city and its stations with 90 % bands, the baselines beside, as CSV", CSV, ("city",)
    ),
    "/api/v1/station_verdicts.csv": About(
        "Spans in which stations of a city cannot be believed, with figure and band, as CSV", CSV, ("city",)
    ),
    "/api/v1/plumes": About(
        "Plumes of methane that satellites saw within 150 km of a city, each with the nearest mapped site, which is no "
        "claim of origin; rows whose licence keeps them in are counted, not shown",
        JSON, ("city",), "Plumes",
    ),
    "/api/v1/inventory": About(
        "Register of pollution sources of a city with position, period, fuel, size, reference and day of review",
        JSON, ("city", "format"), "Inventory", also=CSV,
    ),
    "/api/v1/measures": About(
        "Measures of air policy, announced, in force and ended, with act, sites, expected and observed effect",
        JSON, ("city", "kind", "status", "format"), "Measures", optional=("city",), also=CSV,
    ),
    "/api/v1/techniques": About(
        "Best available techniques: what cuts which emission, by how much, and where that is written",
        JSON, ("city", "source_type", "format"), "Techniques", optional=("city",), also=CSV,
    ),
    "/api/v1/alarms.cap": About("All alarms that stand, as one CAP 1.2 message", CAP, ("city",), optional=("city",)),
    "/api/v1/alarms.atom": About(
        "CAP messages of the last 48 hours as an Atom feed; poll this or alarms.cap, not both",
        ATOM, ("city", "lang"), optional=("city",),
    ),
    "/api/v1/alarms/{identifier}.cap": About("One CAP 1.2 message, the same for ever", CAP),
    "/api/v1/snapshots": About(
        "Published snapshots, the newest first", JSON, ("city",), "Snapshots", optional=("city",)
    ),
    "/api/v1/snapshots.atom": About("Published snapshots as an Atom feed", ATOM),
    "/api/v1/snapshots/newest.zip": About("Leads to the newest snapshot of a city", ZIP, ("city",)),
    "/api/v1/snapshots/{name}.zip": About("One published snapshot, the same for ever", ZIP),
    "/api/v1/openapi.json": About("This document", JSON, (), "Description"),
    "/metrics": About("Counters in the Prometheus text format", "text/plain"),
    STA: About("OGC SensorThings API 1.1: the service root", JSON, (), "ServiceRoot"),
    **{
        f"{STA}/{name}": About(
            f"OGC SensorThings API 1.1: {name}. One of them is `{name}('id')`; navigation paths follow its links",
            JSON, _OPTIONS, "Entities", optional=_OPTIONS,
        )
        for name in SETS
    },
}  # fmt: skip
BEARER = "bearer"
_BEARER = {
    "type": "http", "scheme": "bearer",
    "description": "A token that this centre issued (`ca_<id>_<secret>`) or a JWT of its identity provider. Without "
                   "one a request is the public's; one that does not hold is refused, never answered as the public's.",
}  # fmt: skip
_NAMELESS = ("/metrics",)  # the same for everybody
_SEVERAL = {"/api/v1/snapshots/{name}.zip": "410", "/api/v1/snapshots/newest.zip": "404"}
_PASSED = {"/api/v1/snapshots/newest.zip": "307"}


def accepted(path: str) -> tuple[str, ...]:
    """Parameters that an address takes."""
    return _ROUTES[path].names


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
            "schema": {"type": "array", "items": {"type": "string", "enum": list(parameters)}, "minItems": 1},
            "style": "form",
            "explode": False,
            "description": "Separated by commas; all by default.",
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Clean Air Situation Centre",
            "version": "1",
            "description": "Times are UTC unless a column says local; values in µg/m³ with gases at 20 °C and "
            "1013.25 hPa. Rows of kind `model` or `simulated` are not measurements. A client may ask "
            f"{PER_MINUTE} times a minute unless the operator says otherwise; large answers count more than once.",
        },
        "paths": {path: {"get": _operation(path, known)} for path in _ROUTES},
        "components": {"schemas": dict(SCHEMAS), "securitySchemes": {BEARER: _BEARER}},
    }


_SAYS = {
    "304": "You have this answer already (If-None-Match)",
    "307": "The address of the newest",
    "400": "A parameter is wrong; `parameter` says which",
    "401": "The token does not hold; `detail` says why",
    "403": "The token does not allow this purpose",
    "404": "There is no such thing",
    "410": "The file was taken away after its time; `detail` says how to make it again",
    "429": "Too many requests; Retry-After says how long to wait [s]",
    "500": "The centre made a mistake",
    "503": "The operator must act; `detail` says how",
}


def _operation(path: str, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    about = _ROUTES[path]
    schema = ref(about.schema) if about.schema else {"type": "string"}
    answers: dict[str, Any] = {
        "200": {
            "description": "The answer",
            "headers": _headers(about),
            "content": {
                about.media: {"schema": schema},
                **({about.also: {"schema": _TEXT}} if about.also else {}),
            },
        }
    }
    # A parameter that the address does not take is refused everywhere.
    more = ["304", "400", "429", "500", "503", _SEVERAL.get(path, "400"), _PASSED.get(path, "400")]
    by_token = [] if path in _NAMELESS else ["401", "403"]
    for status in sorted({*more, *by_token, *(["404"] if "{" in path else [])}):
        answers[status] = _other(status)
    return {
        "summary": about.summary,
        "security": [{}, {BEARER: []}] if by_token else [],
        "operationId": re.sub(r"[^A-Za-z0-9]+", "_", path).strip("_"),
        "parameters": [*_in_path(path), *(_asked(about, n, known[n]) for n in about.names)],
        "responses": answers,
    }


def _headers(about: About) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    made = {"ETag": {**text, "description": "Send it as If-None-Match; not where the answer changes with the clock."}}
    return {**made, "Link": {**text, "description": "The next page."}} if "cursor" in about.names else made


def _other(status: str) -> dict[str, Any]:
    made: dict[str, Any] = {"description": _SAYS[status]}
    if status == "307":
        made["headers"] = {"Location": {"required": True, "schema": {"type": "string", "format": "uri-reference"}}}
    if status >= "400":
        made["content"] = {PROBLEM: {"schema": ref("Problem")}}
    if status in ("401", "403"):
        made["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    if status == "429":
        made["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    return made


def _in_path(path: str) -> list[dict[str, Any]]:
    named = {"in": "path", "required": True, "schema": {"type": "string"}}
    return [{"name": name, **named, "description": "As the feed gives it."} for name in re.findall(r"{(\w+)}", path)]


def _asked(about: About, name: str, described: Mapping[str, Any]) -> dict[str, Any]:
    free = {"required": False} if name in about.optional else {}
    return {"name": name, "in": "query", **described, **free}
