"""Statements over HTTP: as JSON, or as a table with the rows each was made from."""

from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import json
from data.city import City
from data.store.served import served
from jobs.arguments import ArgumentError, switch
from jobs.statements import answer as job
from jobs.statements.document import explained_csv

FORMATS = ("json", "csv")


def answer(request: HttpRequest, where: City) -> Response:
    """The statements asked for."""
    query = request.query_params
    chosen = query.get("format") or FORMATS[0]
    if chosen not in FORMATS:
        raise ArgumentError("format", "api.arguments.no_choice", known=FORMATS)
    explain = switch("explain", query.get("explain"))
    wanted = job.asked(where, {name: query.get(name) for name in ("station", "parameter", "at", "from", "to")})
    shown = served("download")
    store = shown.store.for_export()
    said = job.statements(store, wanted)
    if chosen == "csv":
        name = f'attachment; filename="statements-{where.key}.csv"'
        body = explained_csv(said, explain=explain)
        return Response(body, media_type="text/csv", headers={"content-disposition": name})
    made: dict[str, Any] = job.answer(
        said, wanted, explain=explain, demo=shown.demo, withheld=job.withheld(served("see").store, store, where)
    )
    return json(made)
