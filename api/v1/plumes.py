"""Plumes of methane over HTTP: what was looked at and how many there are; the rows where their licence lets them."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.guard import json
from data.city import City
from data.store.served import served
from jobs.methane.answer import methane


def answer(request: HttpRequest, where: City) -> Response:
    """The plumes near a city."""
    leaving = methane(served("download").store.for_export(), where)
    # The register of sources, which is a file, stands in the answer too: the tag is made of the answer itself.
    return json(methane(served("see").store, where).document(leaving), headers={"cache-control": "no-cache"})
