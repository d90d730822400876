"""The open API: what scripts and other centres read over HTTP."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson
import pandas as pd
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from data import clock
from data.city import City, CityError, cities, city
from data.parameters import PARAMETERS
from data.served import served
from data.store import StoreError
from jobs import alarm_feeds, api_snapshots, events_csv, export, metrics
from jobs.arguments import ArgumentError, moment, period, words
from jobs.attribution_csv import attribution_csv
from jobs.cap import SenderError
from jobs.forecast_csv import forecast_csv
from jobs.openapi import accepted, document
from models.situation import freshness
from sources.credits import credit

VERSION = "1"
LATEST_DAYS = 7.0
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Answer = Callable[[HttpRequest], Response]


def health(request: HttpRequest) -> Response:
    """Whether the centre answers, what it holds and how old it is."""
    now, shown = clock.now(), served()
    spans = shown.store.spans()
    newest = spans["last"].max() if len(spans) else None
    status = shown.store.status()
    return _json(
        {
            "status": "ok",
            "now": now,
            "replay": clock.replaying(),
            "demo": shown.demo,
            "store_version": shown.store.version(),
            "rows": int(spans["rows"].sum()) if len(spans) else 0,
            "newest_start": newest,
            "networks": _records(status),
        }
    )


def list_cities(request: HttpRequest) -> Response:
    """Every city of the centre."""
    return _json({"cities": [_city(c) for c in cities().values()]})


def list_stations(request: HttpRequest) -> Response:
    """Stations of a city with their source's licence."""
    where = _known_city(request)
    rows = served("download").store.stations(where.key).drop(columns=["known_until"])
    rows["licence"] = [
        own or credit(source).licence for own, source in zip(rows["licence"], rows["source"], strict=True)
    ]
    return _json({"city": where.key, "stations": _records(rows)})


def latest(request: HttpRequest) -> Response:
    """Newest value of every station and parameter of a city, with its age and freshness."""
    where, now = _known_city(request), clock.now()
    shown = served("download")
    chosen = words("parameters", request.query_params.get("parameters"), tuple(PARAMETERS))
    rows = shown.store.latest(where.key, chosen, now=now, days=LATEST_DAYS)
    described = shown.store.stations(where.key)
    known = described.set_index(["source", "station"])["licence"].to_dict()
    rows = rows[export.free(rows, described)]
    end = rows["start"] + pd.to_timedelta(rows["minutes"], unit="min")
    rows = rows.assign(
        end=end,
        age_minutes=((pd.Timestamp(now) - end).dt.total_seconds() / 60).round(1) if len(rows) else [],
        freshness=[freshness(e, int(m), now) for e, m in zip(end, rows["minutes"], strict=True)],
        unit=rows["parameter"].map({k: p.unit for k, p in PARAMETERS.items()}),
        credit=rows["source"].map(lambda s: credit(s).text),
        licence=[_licence(known, s, t) for s, t in zip(rows["source"], rows["station"], strict=True)],
    ).drop(columns=["known_until"])
    return _json(
        {
            "city": where.key,
            "time_zone": str(where.zone),
            "now": now,
            "demo": shown.demo,
            "replay": clock.replaying(),
            "window_days": LATEST_DAYS,
            "latest": _records(rows),
        }
    )


def measurements(request: HttpRequest) -> Response:
    """Measurements of a city and period as CSV, streamed."""
    asked = _export_request(request)
    store = served("download").store
    headers = {
        "content-disposition": f'attachment; filename="{asked.stem()}.csv"',
        "x-as-of": asked.as_of.isoformat(),
    }
    return StreamingResponse(_awake(export.measurements_csv(store, asked)), media_type="text/csv", headers=headers)


def attribution(request: HttpRequest) -> Response:
    """Daily shares of a city's sources with their intervals, and what is needed to compute them again, as CSV."""
    where, query = _known_city(request), request.query_params
    unknown = set(query) - {"city", "from", "to"}
    if unknown:
        raise ArgumentError(sorted(unknown)[0], "is not a parameter of this address")
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "is missing; write an ISO 8601 time")
    start, end = period(where, query["from"], query["to"])
    body = attribution_csv(served("download").store, where.key, start, end)
    name = f"attribution-{where.key}.csv"
    return Response(body, media_type="text/csv", headers={"content-disposition": f'attachment; filename="{name}"'})


def events(request: HttpRequest) -> Response:
    """Events of a city that overlap a period, with their evidence and the front from station to station, as CSV."""
    where, query = _known_city(request), request.query_params
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "is missing; write an ISO 8601 time")
    start, end = period(where, query["from"], query["to"])
    body = events_csv.events_csv(events_csv.between(served("download").store, where.key, start, end))
    headers = {"content-disposition": f'attachment; filename="events-{where.key}.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


def forecast(request: HttpRequest) -> Response:
    """The newest forecast of a city and its stations, every method beside what is shown, as CSV."""
    where = _known_city(request)
    headers = {"content-disposition": f'attachment; filename="forecast-{where.key}.csv"'}
    return Response(forecast_csv(served("download").store, where.key), media_type="text/csv", headers=headers)


def prometheus(request: HttpRequest) -> Response:
    """What a monitoring system asks, in the Prometheus text format."""
    return Response(metrics.text(), media_type=metrics.TYPE)


def openapi(request: HttpRequest) -> Response:
    """The description of this API."""
    return _json(document(tuple(cities()), tuple(PARAMETERS)))


def routes() -> list[Route]:
    """Every route of the API, for the server."""
    table: dict[str, Answer] = {
        "/api/v1/health": health,
        "/api/v1/cities": list_cities,
        "/api/v1/stations": list_stations,
        "/api/v1/latest": latest,
        "/api/v1/measurements.csv": measurements,
        "/api/v1/attribution.csv": attribution,
        "/api/v1/events.csv": events,
        "/api/v1/forecast.csv": forecast,
        **alarm_feeds.ROUTES,
        "/api/v1/snapshots": api_snapshots.listed,
        "/api/v1/snapshots.atom": api_snapshots.feed,
        "/api/v1/snapshots/newest.zip": api_snapshots.newest,
        "/api/v1/snapshots/{name}.zip": api_snapshots.zipped,
        "/api/v1/openapi.json": openapi,
        "/metrics": prometheus,
    }
    known = [Route(path, _guarded(answer, accepted(path)), methods=["GET"]) for path, answer in table.items()]
    rest = [Route(path, _elsewhere(tuple(table)), methods=METHODS) for path in ("/api", "/api/{rest:path}", "/metrics")]
    return known + rest


def _elsewhere(known: tuple[str, ...]) -> Any:
    """What an address that is not there, or a method that is not offered, is told; never a page for people."""

    async def elsewhere(request: HttpRequest) -> Response:
        if request.url.path not in known:
            return _json({"error": "no such address; /api/v1/openapi.json lists those there are"}, 404)
        allow = {"allow": "GET, HEAD, OPTIONS", "access-control-allow-methods": "GET, HEAD, OPTIONS"}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**allow, "access-control-allow-origin": "*"})
        answer = _json({"error": f"{request.method} is not offered; use GET"}, 405)
        answer.headers.update(allow)
        return answer

    return elsewhere


def _understood(request: HttpRequest, allowed: tuple[str, ...]) -> None:
    """Refuse a parameter that is not known or is written twice: neither may be passed over in silence."""
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in allowed:
            raise ArgumentError(
                name[:40], f"is not a parameter of this address; it takes {', '.join(allowed) or 'none'}"
            )
        if names.count(name) > 1:
            raise ArgumentError(name, "is given more than once; give it once")


def _guarded(answer: Answer, allowed: tuple[str, ...]) -> Any:
    async def guarded(request: HttpRequest) -> Response:
        try:
            _understood(request, allowed)
            return await run_in_threadpool(answer, request)
        except ArgumentError as error:
            return _json({"error": str(error), "parameter": error.name}, 400)
        except CityError as error:
            return _json({"error": str(error), "parameter": "city"}, 400)
        except SenderError as error:
            return _json({"error": str(error)}, 503)
        except export.ExportError as error:
            return _json({"error": str(error), "parameter": str(error).split(":")[0].split(" ")[0]}, 400)
        except StoreError as error:
            return _json({"error": f"the store cannot be read: the operator must act ({error})"}, 503)

    return guarded


def _export_request(request: HttpRequest) -> export.Request:
    query, where = request.query_params, _known_city(request)
    for name in ("from", "to"):
        if not query.get(name):
            raise ArgumentError(name, "is missing; write an ISO 8601 time")
    start, end = period(where, query["from"], query["to"])
    as_of = moment("as_of", query["as_of"], None) if query.get("as_of") else clock.known()
    return export.Request(
        city=where.key,
        start=start,
        end=end,
        as_of=as_of,
        parameters=words("parameters", query.get("parameters"), tuple(PARAMETERS)),
        flags=query.get("flags") or "all",
        excel=_switch(query.get("excel"), "excel"),
        bom=_switch(query.get("bom"), "bom"),
    )


def _switch(text: str | None, name: str) -> bool:
    if text not in (None, "", "0", "1", "true", "false"):
        raise ArgumentError(name, "choose 1 or 0")
    return text in ("1", "true")


def _known_city(request: HttpRequest) -> City:
    key = request.query_params.get("city")
    if not key:
        raise ArgumentError("city", f"is missing; choose one of {', '.join(cities())}")
    return city(key[:60])


def _awake(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Begin the answer at once, so that an error before the first row still becomes a status."""
    first = next(pieces, b"")

    def all_pieces() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_pieces()


def _licence(known: Mapping[tuple[str, str], str], source: str, station: str) -> str:
    return known.get((source, station)) or credit(source).licence


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


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: _plain(v) for k, v in row.items()} for row in rows.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp | datetime):
        return None if pd.isna(value) else value.isoformat().replace("+00:00", "Z")
    return None if (isinstance(value, float) and value != value) or value is pd.NaT else value


def _json(content: dict[str, Any], status: int = 200) -> Response:
    body = orjson.dumps(content, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, status, media_type="application/json", headers={"access-control-allow-origin": "*"})
