"""The open API: what scripts and other centres read over HTTP."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.http import paging
from api.http.guard import Answer, elsewhere, json, route
from api.http.rows import plain, records
from api.sensorthings import service as sensorthings
from api.v1 import acts as v1_acts
from api.v1 import alarms, metrics, policy, snapshots
from api.v1 import inventory as v1_inventory
from api.v1 import latest as v1_latest
from api.v1 import plumes as v1_plumes
from api.v1 import statements as v1_statements
from api.v1.openapi import accepted, document
from data import clock
from data.city import City, cities, city, city_files
from data.parameters import PARAMETERS
from data.store.served import served
from jobs.arguments import ArgumentError, moment, period, switch, words
from jobs.attribution.export import attribution_csv
from jobs.events import export as events_export
from jobs.events.looked import looked
from jobs.export import measurements as export_measurements
from jobs.export import request as export_request
from jobs.export.verdicts import verdicts_csv
from jobs.forecast.export import forecast_csv
from sources.credits import credit

VERSION = "1"
PLACE = ("name", "lat", "lon", "valid_from", "valid_until")  # of a place where a station stands or stood
REVALIDATED = {"cache-control": "no-cache"}  # asks for a tag of the body


def health(request: HttpRequest) -> Response:
    """Whether the centre answers, what it holds and how old it is."""
    now, shown = clock.now(), served()
    spans = shown.store.spans()
    newest = spans["last"].max() if len(spans) else None
    status = shown.store.status()
    return json(
        {
            "status": "ok",
            "now": now,
            "replay": clock.replaying(),
            "demo": shown.demo,
            "store_version": shown.store.version(),
            "rows": int(spans["rows"].sum()) if len(spans) else 0,
            "newest_start": newest,
            "networks": records(status),
        }
    )


def list_cities(request: HttpRequest) -> Response:
    """Every city of the centre."""
    return json({"cities": [_city(c) for c in cities().values()]}, headers=REVALIDATED)


def list_stations(request: HttpRequest) -> Response:
    """Stations of a city whose rows may leave, with their source's licence and every place they had."""
    where = _known_city(request)
    every = served("download").store.for_export().stations(where.key, every_place=True).drop(columns=["known_until"])
    every["licence"] = [
        own or credit(source).licence for own, source in zip(every["licence"], every["source"], strict=True)
    ]
    places: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in records(every):
        places.setdefault((row["source"], row["station"]), []).append({name: row[name] for name in PLACE})
    rows = records(every[every["valid_until"].isna()].drop(columns=["valid_from", "valid_until"]))
    found = [{**row, "places": places[row["source"], row["station"]]} for row in rows]
    return json({"city": where.key, "stations": found})


def latest(request: HttpRequest) -> Response:
    """Newest value of every station and parameter of a city, with its age and freshness."""
    return v1_latest.latest(request, _known_city(request))


def stated(request: HttpRequest) -> Response:
    """What is said of a city or a station, each statement with the rows it rests on."""
    return v1_statements.answer(request, _known_city(request))


def pages(request: HttpRequest) -> Response:
    """Measurements of a city and period as JSON, page by page."""
    query = dict(request.query_params)
    where, text = _known_city(request), query.get("cursor")
    limit = paging.size(query.get("limit"))
    known, after = paging.opened(text, query) if text else (None, None)
    asked = _export_request(request, known)
    rows, more = paging.page(served("download").store, asked, limit, after)
    content: dict[str, Any] = {
        "city": where.key, "from": plain(asked.start), "to": plain(asked.end), "as_of": plain(asked.as_of),
        "count": len(rows), "measurements": records(rows), "next": None,
    }  # fmt: skip
    headers = {"x-as-of": asked.as_of.isoformat()}
    if more:
        cursor = paging.cursor(query, asked.as_of, rows.iloc[-1].to_dict())
        content["next"] = paging.link(request, query, cursor)
        headers["link"] = f'<{content["next"]}>; rel="next"'
    return json(content, headers=headers)


def measurements(request: HttpRequest) -> Response:
    """Measurements of a city and period as CSV, streamed."""
    asked = _export_request(request)
    store = served("download").store
    headers = {
        "content-disposition": f'attachment; filename="{asked.stem()}.csv"',
        "x-as-of": asked.as_of.isoformat(),
    }
    return StreamingResponse(
        _awake(export_measurements.measurements_csv(store, asked)), media_type="text/csv", headers=headers
    )


def attribution(request: HttpRequest) -> Response:
    """Daily shares of a city's sources with their intervals, and what is needed to compute them again, as CSV."""
    where, query = _known_city(request), request.query_params
    unknown = set(query) - {"city", "from", "to"}
    if unknown:
        raise ArgumentError(sorted(unknown)[0], "api.arguments.not_here")
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "api.arguments.no_moment")
    start, end = period(where, query["from"], query["to"])
    body = attribution_csv(served("download").store, where.key, start, end)
    name = f"attribution-{where.key}.csv"
    return Response(body, media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


def events(request: HttpRequest) -> Response:
    """Events of a city that overlap a period, with their evidence and the front from station to station, as CSV."""
    where, query = _known_city(request), request.query_params
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "api.arguments.no_moment")
    start, end = period(where, query["from"], query["to"])
    store = served("download").store
    seen = looked(store, where.key, start, end, clock.now())
    body = events_export.events_csv(events_export.between(store, where.key, start, end), where.key, seen)
    headers = {"content-disposition": f'attachment; filename="events-{where.key}.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


def verdicts(request: HttpRequest) -> Response:
    """Spans in which stations of a city cannot be believed, as CSV."""
    where = _known_city(request)
    headers = {"content-disposition": f'attachment; filename="station_verdicts-{where.key}.csv"'}
    body = verdicts_csv(served("download").store.for_export(), where.key)
    return Response(body, media_type="text/csv", headers=headers)


def inventory(request: HttpRequest) -> Response:
    """The register of sources of a city."""
    return v1_inventory.answer(request, _known_city(request))


def forecast(request: HttpRequest) -> Response:
    """The newest forecast of a city and its stations, every method beside what is shown, as CSV."""
    where = _known_city(request)
    headers = {"content-disposition": f'attachment; filename="forecast-{where.key}.csv"'}
    return Response(forecast_csv(served("download").store, where.key), media_type="text/csv", headers=headers)


def plumes(request: HttpRequest) -> Response:
    """Plumes of methane that satellites saw near a city, and in which file they were looked for."""
    return v1_plumes.answer(request, _known_city(request))


def prometheus(request: HttpRequest) -> Response:
    """What a monitoring system asks, in the Prometheus text format."""
    return Response(metrics.text(), media_type=metrics.TYPE)


def openapi(request: HttpRequest) -> Response:
    """The description of this API."""
    return json(document(tuple(city_files()), tuple(PARAMETERS)), headers=REVALIDATED)


def routes() -> list[Route]:
    """Every route of the API, for the server."""
    table: dict[str, Answer] = {
        "/api/v1/health": health,
        "/api/v1/cities": list_cities,
        "/api/v1/acts": v1_acts.answer,
        "/api/v1/stations": list_stations,
        "/api/v1/latest": latest,
        "/api/v1/statements": stated,
        "/api/v1/measurements": pages,
        "/api/v1/measurements.csv": measurements,
        "/api/v1/attribution.csv": attribution,
        "/api/v1/events.csv": events,
        "/api/v1/forecast.csv": forecast,
        "/api/v1/station_verdicts.csv": verdicts,
        "/api/v1/plumes": plumes,
        "/api/v1/inventory": inventory,
        **policy.ROUTES,
        **alarms.ROUTES,
        "/api/v1/snapshots": snapshots.listed,
        "/api/v1/snapshots.atom": snapshots.feed,
        "/api/v1/snapshots/newest.zip": snapshots.newest,
        "/api/v1/snapshots/{name}.zip": snapshots.zipped,
        "/api/v1/openapi.json": openapi,
        "/metrics": prometheus,
    }
    quick = {"/api/v1/latest": v1_latest.kept}
    known = [route(path, answer, accepted(path), quick.get(path)) for path, answer in table.items()]
    index = "/api/v1/openapi.json"
    rest = ("/api", "/api/{rest:path}", "/metrics")
    return known + [elsewhere(path, _known(known), index) for path in rest] + sensorthings.routes()


def _known(table: Sequence[Route]) -> Callable[[str], bool]:
    return lambda path: any(r.path_regex.match(path) for r in table)


def _export_request(request: HttpRequest, known: datetime | None = None) -> export_request.Request:
    query, where = request.query_params, _known_city(request)
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "api.arguments.no_moment")
    start, end = period(where, query["from"], query["to"])
    as_of = known or (moment("as_of", query["as_of"], None) if query.get("as_of") else clock.now())
    return export_request.Request(
        city=where.key,
        start=start,
        end=end,
        as_of=as_of,
        parameters=words("parameters", query.get("parameters"), tuple(PARAMETERS)),
        flags=query.get("flags") or "all",
        excel=switch("excel", query.get("excel")),
        bom=switch("bom", query.get("bom")),
    )


def _known_city(request: HttpRequest) -> City:
    key = request.query_params.get("city")
    if not key:
        raise ArgumentError("city", "api.arguments.no_city", known=list(cities()))
    return city(key[:60])


def _awake(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Begin the answer at once, so that an error before the first row still becomes a status."""
    first = next(pieces, b"")

    def all_pieces() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_pieces()


def _city(c: City) -> dict[str, Any]:
    return {
        "key": c.key,
        "names": dict(c.names),
        "country": c.country,
        "time_zone": str(c.zone),
        "lat": c.lat,
        "lon": c.lon,
        "box": c.box,
        "law": c.law,
        "networks": sorted(c.networks),
    }
