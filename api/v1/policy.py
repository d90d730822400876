"""Measures and techniques over HTTP: the registers as JSON or CSV, chosen by city, kind, status and kind of site."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import Answer, json
from data import clock
from data.city import City, city
from data.measures import measures as register
from data.measures import techniques as registry
from jobs.arguments import ArgumentError, words
from jobs.export import policy as job

FORMATS = ("json", "csv")
REVALIDATED = {"cache-control": "no-cache"}  # asks for a tag of the body


def measures(request: HttpRequest) -> Response:
    """Measures with their status today."""
    now = clock.now()
    rows = job.measures_rows(
        now,
        city=_city(request),
        kind=_words(request, "kind", register.KINDS),
        status=_words(request, "status", register.STATUSES),
    )
    return _answer(request, "measures", rows, job.MEASURES, {"at": clock.iso(now)})


def techniques(request: HttpRequest) -> Response:
    """Techniques that cut emissions."""
    rows = job.techniques_rows(city=_city(request), source_type=_words(request, "source_type", registry.SOURCE_TYPES))
    return _answer(request, "techniques", rows, job.TECHNIQUES, {})


def _answer(
    request: HttpRequest,
    name: str,
    rows: Sequence[Mapping[str, str]],
    columns: Sequence[str],
    head: Mapping[str, Any],
) -> Response:
    chosen = request.query_params.get("format") or FORMATS[0]
    if chosen not in FORMATS:
        raise ArgumentError("format", "api.arguments.no_choice", known=FORMATS)
    if chosen == "csv":
        headers = {**REVALIDATED, "content-disposition": f'attachment; filename="{name}.csv"'}
        return Response(job.table_csv(rows, columns), media_type="text/csv", headers=headers)
    return json({**head, name: [job.typed(row) for row in rows]})


def _city(request: HttpRequest) -> City | None:
    key = request.query_params.get("city")
    return city(key[:60]) if key else None


def _words(request: HttpRequest, name: str, known: tuple[str, ...]) -> tuple[str, ...] | None:
    return words(name, request.query_params.get(name), known)


ROUTES: Mapping[str, Answer] = {"/api/v1/measures": measures, "/api/v1/techniques": techniques}
