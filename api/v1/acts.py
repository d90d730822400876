"""The register of acts over HTTP: as JSON, or as a table."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import json
from data import clock
from jobs.arguments import ArgumentError
from jobs.export import acts as job

FORMATS = ("json", "csv")


def answer(request: HttpRequest) -> Response:
    """Every act that limits and triggers rest on, with whether it stands today."""
    chosen = request.query_params.get("format", FORMATS[0])
    if chosen not in FORMATS:
        raise ArgumentError("format", "api.arguments.no_choice", known=FORMATS)
    today = clock.now().date()
    if chosen == "csv":
        headers = {"content-disposition": 'attachment; filename="acts.csv"'}
        return Response(job.acts_csv(today), media_type="text/csv", headers=headers)
    return json({"on": str(today), "acts": job.rows(today)})
