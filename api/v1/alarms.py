"""Alarms over HTTP: one CAP message of all that stands, a feed of messages, and each message by itself."""

import os
from collections.abc import Callable, Mapping

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http.problems import NotThere
from data import clock
from data.city import LANGUAGES, city
from data.store.served import served
from jobs.alarms.reports import reports
from jobs.arguments import ArgumentError
from jobs.notify.cap import Message, messages, recent, sender, situation
from jobs.notify.cap_xml import alert, bulletin, feed
from jobs.notify.channels import PUBLIC_URL

HEADERS = {"cache-control": "max-age=30", "access-control-allow-origin": "*"}
CAP_XML, ATOM_XML = "application/cap+xml", "application/atom+xml"


def cap(request: HttpRequest) -> Response:
    """Everything that stands, as one CAP message."""
    key, (found, exercise) = _city(request), _said(_city(request))
    return _xml(bulletin(situation(found, clock.now(), key), sender(), exercise=exercise), CAP_XML)


def atom(request: HttpRequest) -> Response:
    """The messages of the last 48 hours as an Atom feed."""
    language = request.query_params.get("lang") or "en"
    if language not in LANGUAGES:
        raise ArgumentError("lang", "api.arguments.no_choice", known=LANGUAGES)
    found, exercise = _said(_city(request))
    now = clock.now()
    shown = recent(found, now)
    return _xml(feed(shown, sender(), _base(request), language, now, exercise=exercise), ATOM_XML)


def one(request: HttpRequest) -> Response:
    """One CAP message; its address holds for ever."""
    found, exercise = _said("")
    wanted = request.path_params["identifier"]
    for message in found:
        if message.identifier == wanted:
            return _xml(alert(message, sender(), exercise=exercise), CAP_XML)
    raise NotThere("api.alarms.no_message", index="/api/v1/alarms.atom")


ROUTES: Mapping[str, Callable[[HttpRequest], Response]] = {
    "/api/v1/alarms.cap": cap,
    "/api/v1/alarms.atom": atom,
    "/api/v1/alarms/{identifier}.cap": one,
}


def _said(key: str) -> tuple[list[Message], bool]:
    """Messages of a city or of all, and whether they are an exercise."""
    shown = served("download")
    store = shown.store.for_export()
    log = reports(store.table("alarm_log"), store.table("alarms"))
    found = messages([report for report in log if key in ("", report.city)], clock.now())
    return found, shown.demo or clock.replaying()


def _city(request: HttpRequest) -> str:
    key = request.query_params.get("city")
    return city(key[:60]).key if key else ""


def _base(request: HttpRequest) -> str:
    """Where readers reach the API: as whoever runs the server says, else as this reader did."""
    public = os.environ.get(PUBLIC_URL, "").strip().rstrip("/")
    return f"{public or str(request.base_url).rstrip('/')}/api/v1"


def _xml(body: bytes, kind: str) -> Response:
    return Response(body, headers=HEADERS, media_type=kind)
