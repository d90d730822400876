"""JSON schemas of what the open API answers, for its description."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.inventory.inventory import COLUMNS as INVENTORY_COLUMNS
from data.inventory.rows import NUMBERS as INVENTORY_NUMBERS
from data.schema import COLUMNS, FLAGS, KINDS, STATION_CLASSES, STATION_COLUMNS
from data.standards.acts import CHOICES
from data.statistic import STATISTICS
from data.store.tables.schemas import STATUS_COLUMNS
from jobs.export import policy
from jobs.export.publish import COLUMNS as SNAPSHOT_COLUMNS
from jobs.methane.answer import COLUMNS as PLUME_COLUMNS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TIME: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
YES: Schema = {"type": "boolean"}
_TYPES: Mapping[str, Schema] = {"str": TEXT, "float64": NUMBER, "int32": WHOLE, "int64": WHOLE, "bool": YES}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def listed(schema: Schema) -> Schema:
    """A list of it."""
    return {"type": "array", "items": schema}


def closed(properties: Mapping[str, Schema]) -> Schema:
    """An object with exactly these members."""
    return {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def ref(name: str) -> Schema:
    """A schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _columns(columns: Mapping[str, str], without: Sequence[str] = ()) -> dict[str, Schema]:
    found = {k: _TYPES.get(t, TIME) for k, t in columns.items() if k not in without}
    return {k: s if s is TEXT else maybe(s) for k, s in found.items()}


_ROW = {
    **_columns(COLUMNS, ("known_until",)), "start": TIME, "end": TIME, "known_at": TIME, "minutes": WHOLE,
    "flag": {**TEXT, "enum": list(FLAGS)}, "kind": {**TEXT, "enum": list(KINDS)}, "unit": TEXT, "credit": TEXT,
    "licence": TEXT, "reason": TEXT, "statistic": {**TEXT, "enum": list(STATISTICS)}, "checks": listed(TEXT),
}  # fmt: skip
_SNAPSHOT = {
    **dict.fromkeys(SNAPSHOT_COLUMNS, TEXT), **dict.fromkeys(("from", "to", "as_of", "published_at"), TIME),
    "excel": YES, "rows": WHOLE, "bytes": WHOLE, "url": TEXT, "recipe": TEXT,
}  # fmt: skip
_SITE = {name: maybe(NUMBER if name in INVENTORY_NUMBERS else TEXT) for name in INVENTORY_COLUMNS}


def _register(columns: Sequence[str]) -> Schema:
    """A row of a register: figures, lists and texts; null where nothing is stated."""
    kinds = {**dict.fromkeys(policy.LISTS, listed(TEXT)), **dict.fromkeys(policy.NUMBERS, maybe(NUMBER))}
    return closed({name: kinds.get(name, maybe(TEXT)) for name in columns})


_ENTITIES = listed(ref("Entity"))

SCHEMAS: Mapping[str, Schema] = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "error"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"}, "title": TEXT, "status": WHOLE, "detail": TEXT,
            "error": {**TEXT, "description": "The same as `detail`, for older scripts."},
            "parameter": {**TEXT, "description": "Which parameter of the address is wrong."},
        },
    },
    "Network": closed(_columns(STATUS_COLUMNS)),
    "City": closed({
        "key": TEXT, "names": {"type": "object", "additionalProperties": TEXT}, "country": TEXT, "time_zone": TEXT,
        "lat": NUMBER, "lon": NUMBER, "box": {**listed(NUMBER), "minItems": 4, "maxItems": 4}, "law": TEXT,
        "networks": listed(TEXT),
    }),
    "Station": closed({
        **_columns(STATION_COLUMNS), "known_at": TIME, "station_class": {**TEXT, "enum": list(STATION_CLASSES)},
        "places": listed(ref("StationPlace")),
    }),
    "StationPlace": closed({
        "name": TEXT, "lat": maybe(NUMBER), "lon": maybe(NUMBER), "valid_from": maybe(TIME),
        "valid_until": maybe(TIME),
    }),
    "Measurement": closed(_ROW),
    "LatestRow": closed({**_ROW, "age_minutes": NUMBER, "freshness": {**TEXT, "enum": ["fresh", "amber", "grey"]}}),
    "FlaggedRow": closed({**_ROW, "age_minutes": NUMBER, "freshness": {**TEXT, "enum": ["flagged"]}}),
    "Snapshot": closed(_SNAPSHOT),
    "Health": closed({
        "status": {**TEXT, "enum": ["ok"]}, "now": TIME, "replay": YES, "demo": YES, "store_version": TEXT,
        "rows": WHOLE, "newest_start": maybe(TIME), "networks": listed(ref("Network")),
    }),
    "Acts": closed({"on": TEXT, "acts": listed(ref("Act"))}),
    "Act": closed({
        **dict.fromkeys(("act", "number", "address", "checked", "review_by", "note"), TEXT),
        **dict.fromkeys(("date", "in_force_from", "in_force_by", "in_force_until", "successor"), maybe(TEXT)),
        **{name: {**TEXT, "enum": list(CHOICES[name])} for name in ("country", "may_act", "figure", "read", "sure")},
        "stands": maybe(YES), "limits": listed(TEXT),
        "names": {"type": "object", "additionalProperties": TEXT},
    }),
    "Cities": closed({"cities": listed(ref("City"))}),
    "Stations": closed({"city": TEXT, "stations": listed(ref("Station"))}),
    "Latest": closed({
        "city": TEXT, "time_zone": TEXT, "now": TIME, "demo": YES, "replay": YES, "window_days": NUMBER,
        "latest": listed(ref("LatestRow")), "flagged": listed(ref("FlaggedRow")), "withheld_stations": WHOLE,
    }),
    "Statement": {
        "type": "object",
        "required": [
            "kind", "city", "station", "parameter", "unit", "averaging", "from", "to", "value", "lower", "upper",
            "interval", "arrow", "verdict", "reason", "provisional", "ratio", "limit", "index", "age_minutes", "n",
            "of", "notes",
        ],
        "properties": {
            "kind": {**TEXT, "enum": ["now", "day", "period"]}, "city": TEXT, "station": maybe(TEXT),
            "parameter": TEXT, "unit": TEXT, "averaging": TEXT, "from": maybe(TIME), "to": maybe(TIME),
            "value": maybe(NUMBER), "lower": maybe(NUMBER), "upper": maybe(NUMBER), "interval": maybe(TEXT),
            "arrow": {"enum": ["up", "down", "steady", None]},
            "verdict": {**TEXT, "enum": ["within", "above", "not_checked", "not_comparable"]},
            "reason": maybe(TEXT), "provisional": YES, "ratio": maybe(NUMBER), "limit": {"type": ["object", "null"]},
            "index": {"type": ["object", "null"]}, "age_minutes": maybe(NUMBER), "n": WHOLE, "of": WHOLE,
            "notes": listed(TEXT), "rows": listed({"type": "object"}), "left_out": listed({"type": "object"}),
        },
    },
    "Statements": closed({
        "version": TEXT, "city": TEXT, "time_zone": TEXT, "at": TIME, "demo": YES, "replay": YES,
        "withheld_stations": WHOLE, "statements": listed(ref("Statement")),
    }),
    "Measurements": closed({
        "city": TEXT, "from": TIME, "to": TIME, "as_of": TIME, "count": WHOLE,
        "measurements": listed(ref("Measurement")), "next": maybe({"type": "string", "format": "uri"}),
    }),
    "Plume": closed({
        **dict.fromkeys(PLUME_COLUMNS, TEXT), **dict.fromkeys(("observed_at", "known_at"), TIME),
        "changed_at": maybe(TIME), "precision": {**TEXT, "enum": ["moment", "day"]},
        **dict.fromkeys(("lat", "lon", "distance_km"), NUMBER),
        **dict.fromkeys(("position_km", "flux_t_h", "flux_std_t_h", "nearest_site_km"), maybe(NUMBER)),
    }),
    "Plumes": closed({
        "city": TEXT, "looked": YES, "file_date": maybe(DAY), "read_at": maybe(TIME), "newest_overpass": maybe(TIME),
        "file_plumes": WHOLE, "radius_km": NUMBER, "count": WHOLE, "withheld": WHOLE, "credit": TEXT, "licence": TEXT,
        "publisher": TEXT, "plumes": listed(ref("Plume")),
    }),
    "Site": closed({
        **_SITE, "site": TEXT, "name_en": TEXT, "category": TEXT, "subtype": TEXT, "reference": TEXT,
        "geometry": {"type": ["object", "null"]},
    }),
    "Inventory": closed({
        "city": TEXT, "vintage": maybe(TEXT), "sha256": TEXT, "sites": listed(ref("Site")),
        "credits": listed(closed(dict.fromkeys(("credit", "licence", "address", "of"), TEXT))),
        "parties": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": TEXT}},
    }),
    "Measure": _register(policy.MEASURES),
    "Measures": closed({"at": TIME, "measures": listed(ref("Measure"))}),
    "Technique": _register(policy.TECHNIQUES),
    "Techniques": closed({"techniques": listed(ref("Technique"))}),
    "Snapshots": closed({"snapshots": listed(ref("Snapshot"))}),
    "Description": {"type": "object", "required": ["openapi", "info", "paths"]},
    "ServiceRoot": {
        "type": "object", "required": ["value", "serverSettings"],
        "properties": {"value": listed(closed({"name": TEXT, "url": TEXT})), "serverSettings": {"type": "object"}},
    },
    "Entity": {
        "type": "object",
        "properties": {"@iot.id": TEXT, "@iot.selfLink": TEXT},
    },
    "Entities": {
        "type": "object", "required": ["value"],
        "properties": {"value": _ENTITIES, "@iot.count": WHOLE, "@iot.nextLink": TEXT},
    },
}  # fmt: skip
