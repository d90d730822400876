"""Statements over HTTP: as JSON, or as a table with the rows each was made from."""

from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import json
from api.http.rows import plain
from data.city import City
from data.store.served import served
from jobs.arguments import ArgumentError
from jobs.statements import answer as job
from jobs.statements.document import explained_csv

FORMATS = ("json", "csv")


def answer(request: HttpRequest, where: City) -> Response:
    """The statements asked for."""
    query = request.query_params
    chosen = query.get("format") or FORMATS[0]
    if chosen not in FORMATS:
        raise ArgumentError("format", "api.arguments.no_choice", known=FORMATS)
    explain = _switch(query.get("explain"))
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
    return json(orjson.loads(orjson.dumps(made, default=plain)))


def _switch(text: str | None) -> bool:
    if text not in (None, "", "0", "1", "true", "false"):
        raise ArgumentError("explain", "api.arguments.no_switch")
    return text in ("1", "true")
