"""The Frictionless description of a snapshot: what its files are, column by column."""

from collections.abc import Mapping
from typing import Any

from data.city import city as city_of
from data.parameters import PARAMETERS
from jobs.export import measurements
from jobs.export import request as export_request
from jobs.export.snapshot_facts import Facts

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA: Mapping[str, str] = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NUMBERS = {"lat", "lon", "value", "raw_value"}
WHOLE = {"averaging_minutes", "eaqi_2024", "us_aqi_2024"}
MOMENTS = {"time_start_utc", "time_end_utc", "known_at_utc"}
CHOICES: Mapping[str, list[str]] = {
    "flag": ["ok", "suspect", "invalid"],
    "kind": ["reference", "indicative", "model", "simulated"],
}


def descriptor(
    request: export_request.Request, facts: Facts, form: str, files: Mapping[str, tuple[int, str]], title: str
) -> dict[str, Any]:
    """
    The content of ``datapackage.json``.

    Parameters
    ----------
    request : Request
        What was asked.
    facts : Facts
        What is known of it.
    form : str
        ``csv``, ``parquet`` or ``xlsx``.
    files : mapping
        Path in the zip → bytes and SHA-256.
    title : str
        In English.

    Returns
    -------
    dict
        JSON-ready, in a fixed order.
    """
    where = city_of(request.city)
    return {
        "$schema": PROFILE,
        "name": request.stem().lower().replace("_", "-"),
        "title": title,
        "version": facts.methods["release"],
        "created": request.as_of.isoformat(),
        "licenses": _licences(facts),
        "sources": [
            {k: v for k, v in (("title", r.credit), ("path", r.url)) if v} for r in facts.plan.sources.itertuples()
        ],
        "resources": [_resource(request, path, form, *about) for path, about in files.items()],
        "city": {"key": where.key, "names": dict(where.names), "country": where.country, "time_zone": str(where.zone)},
        "from": request.start.isoformat(),
        "to": request.end.isoformat(),
        "as_of": request.as_of.isoformat(),
        "parameters": list(request.parameters or PARAMETERS),
        "flags": request.flags,
        "reader": facts.role,
        "rows": facts.plan.rows,
        "rows_flagged": facts.plan.flagged,
        "rows_by_kind": dict(facts.plan.kinds),
        "rows_by_source_and_flag": facts.by_flag.to_dict("records"),
        "simulated": "simulated" in facts.plan.kinds,
        "credits": facts.plan.sources.to_dict("records"),
        "left_out": facts.plan.left_out[["source", "rows", "why"]].to_dict("records"),
        "gaps": [
            {"source": g.source, "from": g.start.isoformat(), "to": g.end.isoformat(), "hours": round(g.hours, 2)}
            for g in facts.gaps.itertuples()
        ],
        "standards": facts.limits,
        "methods": facts.methods,
        "units": {k: p.unit for k, p in PARAMETERS.items()},
    }


def _licences(facts: Facts) -> list[dict[str, str]]:
    """Each licence once; names are free text, as the sources state them."""
    known = dict.fromkeys(str(x) for x in facts.plan.sources["licence"])
    return [{"name": "".join(c if c.isalnum() or c in "-." else "-" for c in x), "title": x} for x in known] or [
        {"name": "none", "title": "nothing in this package"}
    ]


def _resource(request: export_request.Request, path: str, form: str, size: int, digest: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": path.split("/")[-1].replace(".", "-").lower(),
        "path": path,
        "format": form,
        "mediatype": MEDIA[form],
        "bytes": size,
        "hash": f"sha256:{digest}",
    }
    if form == "csv":
        made |= {
            "type": "table",
            "encoding": "utf-8-sig" if request.excel or request.bom else "utf-8",
            "dialect": {"delimiter": ";" if request.excel else ",", "lineTerminator": "\n"},
            "schema": {"fields": [_field(name, request.excel) for name in measurements.COLUMNS], "missingValues": [""]},
        }
    return made


def _field(name: str, comma: bool) -> dict[str, Any]:
    kind = "number" if name in NUMBERS else "integer" if name in WHOLE else "datetime" if name in MOMENTS else "string"
    made: dict[str, Any] = {"name": name, "type": kind, "description": measurements.COLUMNS[name]}
    if kind == "datetime":
        made["format"] = "%Y-%m-%dT%H:%M:%S.%fZ" if name == "known_at_utc" else "%Y-%m-%dT%H:%M:%SZ"
    if kind == "number" and comma:
        made["decimalChar"] = ","
    if name in CHOICES:
        made["constraints"] = {"required": True, "enum": CHOICES[name]}
    return made
