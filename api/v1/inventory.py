"""The register of sources over HTTP: as JSON with its lines and areas, or as CSV."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import json
from data.city import City
from jobs.arguments import ArgumentError
from jobs.export.register import document, register_csv

FORMATS = ("json", "csv")
REVALIDATED = {"cache-control": "no-cache"}  # asks for a tag of the body: the register is a file, not of the store


def answer(request: HttpRequest, where: City) -> Response:
    """The register of a city."""
    chosen = request.query_params.get("format") or FORMATS[0]
    if chosen not in FORMATS:
        raise ArgumentError("format", "api.arguments.no_choice", known=FORMATS)
    if chosen == "csv":
        headers = {**REVALIDATED, "content-disposition": f'attachment; filename="inventory-{where.key}.csv"'}
        return Response(register_csv(where.key), media_type="text/csv", headers=headers)
    return json(document(where.key), headers=REVALIDATED)
