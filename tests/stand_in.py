"""A loopback server that stands in for every network: recorded shapes, invented numbers, times moved to now.

`python -m tests.stand_in --port 8600` serves it for people and prints the variables that point the centre to it.
"""

import argparse
import gzip
import json
import logging
import math
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

KEY = "stand-in"
HOUR = timedelta(hours=1)
# Variable → path below the server.
PATHS = {
    "CLEANAIR_OPENMETEO_URL": "/openmeteo",
    "CLEANAIR_OPENMETEO_AIR_URL": "/openmeteo_air",
    "CLEANAIR_OPENAQ_URL": "/openaq/v3",
    "CLEANAIR_OPENAQ_ARCHIVE_URL": "/openaq_archive",
    "CLEANAIR_SENSOR_COMMUNITY_URL": "/sensor_community",
    "CLEANAIR_AIRGRADIENT_URL": "/airgradient",
    "CLEANAIR_AIRDATA_KZ_URL": "/airdata_kz",
    "CLEANAIR_METAR_URL": "/metar",
    "CLEANAIR_OVERPASS_URL": "/overpass",
}
LEVELS = {
    "pm2_5": (48, "μg/m³"), "pm10": (83, "μg/m³"), "nitrogen_dioxide": (37, "μg/m³"), "sulphur_dioxide": (12, "μg/m³"),
    "ozone": (41, "μg/m³"), "carbon_monoxide": (620, "μg/m³"), "dust": (9, "μg/m³"), "aerosol_optical_depth": (0.4, ""),
    "temperature_2m": (4, "°C"), "relative_humidity_2m": (61, "%"), "surface_pressure": (962, "hPa"),
    "precipitation": (0.2, "mm"), "wind_speed_10m": (2.4, "m/s"), "wind_direction_10m": (140, "°"),
    "wind_gusts_10m": (5.1, "m/s"), "boundary_layer_height": (420, "m"), "cloud_cover": (50, "%"),
}  # fmt: skip
# Location id → city centre, sensors (id, name, units, level), monitor, licence, alive.
PLACES = {
    910001: (
        41.33,
        69.28,
        [(81, "pm25", "µg/m³", 52), (82, "pm10", "µg/m³", 90), (83, "pm25", "µg/m³", 49)],
        False,
        True,
    ),
    910002: (41.28, 69.21, [(84, "no2", "ppb", 21), (85, "temperature", "c", 5)], True, True),
    910003: (51.16, 71.43, [(86, "pm25", "µg/m³", 33), (87, "relativehumidity", "%", 70)], False, True),
    910004: (51.12, 71.47, [(88, "pm25", "µg/m³", 30)], True, False),
}
BOXES = {810001: (41.35, 69.25, 55.0), 810002: (41.29, 69.30, 61.0), 810003: (51.15, 71.40, 29.0)}


def wave(level: float, moment: datetime, shift: float = 0.0) -> float:
    """An invented value: a daily swing about a level, the same for the same hour for ever."""
    swing = math.sin(2 * math.pi * (moment.timestamp() / 86400 + shift))
    jitter = math.sin(moment.timestamp() / 3600 * 1.7 + shift * 9)
    return round(level * (1 + 0.4 * swing + 0.08 * jitter), 2)


def stamp(moment: datetime) -> str:
    """As OpenAQ writes a moment."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def answers(server: HTTPServer, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> dict[str, str]:
    """
    Put every network on a server.

    Returns
    -------
    dict
        The variables that point the centre to it.
    """
    routes: dict[str, Callable[[Request, datetime], Response]] = {
        "/openmeteo/v1/(forecast|archive)": open_meteo,
        "/openmeteo_air/v1/air-quality": open_meteo,
        "/openaq/v3/locations": openaq_locations,
        r"/openaq/v3/sensors/\d+/measurements": openaq_measurements,
        "/openaq_archive/records/.*": openaq_archive,
        "/sensor_community/airrohr/v1/filter/.*": sensor_community,
        "/airgradient/public/api/v1/world/locations/measures/current": airgradient,
        r"/airdata_kz/.*\.csv\.gz": airdata_kz,
        "/metar/api/data/metar": metar,
        "/overpass/?(api/interpreter)?": overpass,
    }
    from tests import stand_in_partners as partners  # it takes its tools from here

    for path, make in (routes | partners.ROUTES).items():
        pattern = re.compile(f"^{path}$")
        server.expect_request(pattern).respond_with_handler(lambda r, make=make: make(r, now()))
    paths = {name: server.url_for(path) for name, path in (PATHS | partners.PATHS).items()}
    return paths | {"OPENAQ_API_KEY": KEY} | partners.KEYS


def as_json(payload: object, status: int = 200) -> Response:
    return Response(json.dumps(payload, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def open_meteo(request: Request, now: datetime) -> Response:
    """Hours of whole days, as epoch seconds; several places make an array."""
    names = request.args["hourly"].split(",")
    odd = [n for n in names if n not in LEVELS]
    if odd:
        return as_json({"reason": f"Invalid value {odd[0]}", "error": True}, 400)
    first = datetime.fromisoformat(request.args["start_date"]).replace(tzinfo=UTC)
    last = datetime.fromisoformat(request.args["end_date"]).replace(tzinfo=UTC) + timedelta(hours=23)
    hours = [first + i * HOUR for i in range(int((last - first) / HOUR) + 1)]
    places = []
    lats, lons = request.args["latitude"].split(","), request.args["longitude"].split(",")
    for i, (lat, lon) in enumerate(zip(lats, lons, strict=True)):
        series = {n: [_bounded(n, wave(LEVELS[n][0], h, i / 7)) for h in hours] for n in names}
        place = {
            "latitude": float(lat) + 0.01, "longitude": float(lon) - 0.01, "generationtime_ms": 0.3,
            "utc_offset_seconds": 0, "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 400.0,
            "hourly_units": {"time": "unixtime"} | {n: LEVELS[n][1] for n in names},
            "hourly": {"time": [int(h.timestamp()) for h in hours], **series},
        }  # fmt: skip
        places.append(place | ({"location_id": i} if i else {}))
    return as_json(places if len(places) > 1 else places[0])


def _bounded(name: str, value: float) -> float:
    """Directions below 360, nothing but temperature below zero."""
    if name == "wind_direction_10m":
        return value % 360
    return value if name == "temperature_2m" else max(value, 0.0)


def openaq_locations(request: Request, now: datetime) -> Response:
    """Locations in the box, one of them dead; one page."""
    if request.headers.get("X-API-Key") != KEY:
        return as_json({"message": "Unauthorized. A valid API key must be provided in the X-API-Key header."}, 401)
    west, south, east, north = (float(x) for x in request.args["bbox"].split(","))
    results = [
        _location(number, now)
        for number, (lat, lon, *_) in PLACES.items()
        if south <= lat <= north and west <= lon <= east
    ]
    return _openaq(results, request)


def _location(number: int, now: datetime) -> dict[str, object]:
    lat, lon, sensors, monitor, alive = PLACES[number]
    last = now.replace(minute=0, second=0, microsecond=0) if alive else now - timedelta(days=400)
    free = {"id": 41, "name": "CC BY 4.0", "attribution": {"name": "Stand-in", "url": None}, "dateFrom": "2025-01-01"}
    return {
        "id": number, "name": f"Stand-in {number}", "locality": None, "timezone": "Asia/Tashkent",
        "country": {"id": 1, "code": "UZ", "name": "Uzbekistan"}, "owner": {"id": 1, "name": "Stand-in"},
        "provider": {"id": 1, "name": "Stand-in"}, "isMobile": False, "isMonitor": monitor, "instruments": [],
        "sensors": [
            {"id": i, "name": f"{p} {u}", "parameter": {"id": i, "name": p, "units": u, "displayName": p}}
            for i, p, u, _ in sensors
        ],
        "coordinates": {"latitude": lat, "longitude": lon},
        "licenses": [free | {"dateTo": None}] if alive else None,
        "bounds": [lon, lat, lon, lat], "distance": None, "datetimeFirst": None,
        "datetimeLast": {"utc": stamp(last), "local": stamp(last)},
    }  # fmt: skip


def _openaq(results: list[dict[str, object]], request: Request) -> Response:
    limit, page = int(request.args.get("limit", 100)), int(request.args.get("page", 1))
    part = results[(page - 1) * limit : page * limit]
    found = f">{limit}" if len(part) == limit else len(part)
    return as_json(
        {"meta": {"name": "openaq-api", "website": "/", "page": page, "limit": limit, "found": found}, "results": part}
    )


def openaq_measurements(request: Request, now: datetime) -> Response:
    """Hourly periods that end in (from, to]."""
    if request.headers.get("X-API-Key") != KEY:
        return as_json({"detail": "Invalid credentials"}, 401)
    number = int(request.path.split("/")[-2])
    _, name, units, level = next(s for p in PLACES.values() for s in p[2] if s[0] == number)
    since, until = (datetime.fromisoformat(request.args[n]) for n in ("datetime_from", "datetime_to"))
    end = since.replace(minute=0, second=0) + HOUR
    results = []
    while end <= min(until, now):
        period = {"label": "raw", "interval": "01:00:00"} | {
            k: {"utc": stamp(t), "local": stamp(t)} for k, t in (("datetimeFrom", end - HOUR), ("datetimeTo", end))
        }
        results.append(
            {
                "value": wave(level, end, number / 11),
                "flagInfo": {"hasFlags": False},
                "parameter": {"id": number, "name": name, "units": units, "displayName": None},
                "period": period,
                "coordinates": None,
                "summary": None,
                "coverage": None,
            }
        )
        end += HOUR
    return _openaq(results, request)


def openaq_archive(request: Request, now: datetime) -> Response:
    """A day's file of one location, three days late; a file that is not there is 404."""
    number, day = re.search(r"location-(\d+)-(\d{8})", request.path).groups()  # type: ignore[union-attr]
    first = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) - timedelta(hours=5)
    if number != "4902926" or first + timedelta(days=4) > now:
        return Response("<Error><Code>NoSuchKey</Code></Error>", 404, content_type="application/xml")
    lines = ['"location_id","sensors_id","location","datetime","lat","lon","parameter","units","value"']
    for i in range(1, 25):
        end = first + i * HOUR
        local = f"{end + timedelta(hours=5):%Y-%m-%dT%H:%M:%S}+05:00"
        lines.append(f'{number},13465748,"Sputnik-4",{local},41.204655,69.232522,pm25,µg/m³,{wave(47, end)}')
    return Response(gzip.compress("\n".join(lines).encode()), content_type="application/gzip")


def sensor_community(request: Request, now: datetime) -> Response:
    """Two readings a box in the last five minutes, all numbers as text; one indoor box."""
    south, west, north, east = (float(x) for x in request.path.split("box=")[1].split(","))
    records = []
    for number, (lat, lon, level) in BOXES.items():
        if south <= lat <= north and west <= lon <= east:
            for back in (30, 175):
                records += _box(number, lat, lon, level, now - timedelta(seconds=back), indoor=0)
    if records:
        records += _box(819999, south + 0.1, west + 0.1, 9.0, now, indoor=1)
    return as_json(records)


def _box(number: int, lat: float, lon: float, level: float, moment: datetime, indoor: int) -> list[dict[str, object]]:
    where = {
        "id": number, "latitude": str(lat), "longitude": str(lon), "altitude": "", "country": "UZ",
        "exact_location": 0, "indoor": indoor,
    }  # fmt: skip
    kinds = {
        "SDS011": {"P1": wave(level * 1.6, moment), "P2": wave(level, moment)},
        "BME280": {"temperature": 6.1, "humidity": 64.0, "pressure": 95700.0},
    }
    return [
        {
            "id": int(moment.timestamp()) * 10 + i, "timestamp": f"{moment:%Y-%m-%d %H:%M:%S}", "location": where,
            "sampling_rate": None,
            "sensor": {"id": number + i, "pin": "1", "sensor_type": {"id": 14, "name": name, "manufacturer": "x"}},
            "sensordatavalues": [{"id": 1, "value": f"{v:.2f}", "value_type": k} for k, v in values.items()],
        }
        for i, (name, values) in enumerate(kinds.items())
    ]  # fmt: skip


def airgradient(request: Request, now: datetime) -> Response:
    """The whole public list: one place in each city, one far away, one dead for a year."""
    places = {
        720001: (41.27, 69.22, 44, 2),
        720002: (51.14, 71.42, 31, 3),
        720003: (1.3, 103.8, 12, 1),
        720004: (41.3, 69.3, 5, 525_600),
    }
    rows = []
    for number, (lat, lon, level, minutes) in places.items():
        at = now - timedelta(minutes=minutes)
        pm = wave(level, at, lat)
        rows.append(
            {
                "locationId": number,
                "locationName": f"Stand-in {number}",
                "latitude": lat,
                "longitude": lon,
                "offline": False,
                "pm01": round(pm * 0.6, 1),
                "pm02": pm,
                "pm10": round(pm * 1.3, 1),
                "pm003Count": 2000,
                "atmp": 4.0,
                "rhum": 60,
                "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            }
        )
    return as_json(rows)


def airdata_kz(request: Request, now: datetime) -> Response:
    """The newest files: stamps start the hour in UTC; two posts, to yesterday."""
    name = request.path.split("/")[-1].split(".")[0]
    levels = {"pm25": 0.034, "pm10": 0.071, "co": 0.61, "no2": 0.04, "so2": 0.02}
    if name not in levels:
        return Response("404: Not Found", 404)
    head = "datetime_utc,station_id,station_name,source,lat,lon,value_ugm3,"
    head += "raw_value,raw_unit,conversion_note,cluster_id,cluster_name"
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=8)
    lines = [head]
    for i in range(7 * 24):
        start = first + i * HOUR
        for post, lat, lon in (("kgmt_7", 51.1231, 71.4834), ("kgmt_8", 51.1861, 71.3437)):
            raw = round(wave(levels[name], start, lat) + 0.001, 4)
            at = f"{start:%Y-%m-%d %H:%M:%S}+00:00"
            lines.append(f"{at},{post},PCP {post},kgmt,{lat},{lon},{raw * 1000},{raw},mg/m3,exact_mg_to_ug,0,South")
    return Response(gzip.compress("\n".join(lines).encode()), content_type="application/octet-stream")


def metar(request: Request, now: datetime) -> Response:
    """Half-hourly reports of the asked airports in the redesigned form; wind in m/s in the report itself."""
    airports = {"UTTT": (41.2581, 69.2811, 432, "Tashkent Intl"), "UACC": (51.0222, 71.4669, 355, "Astana Intl")}
    ids = [i for i in request.args.get("ids", "").split(",") if i in airports]
    if not ids:
        return Response(status=204)
    last = now.replace(minute=30 * (now.minute // 30), second=0, microsecond=0)
    reports = []
    for i in ids:
        lat, lon, elevation, name = airports[i]
        for n in range(int(float(request.args.get("hours", 1)) * 2)):
            at = last - n * timedelta(minutes=30)
            speed, direction = max(round(wave(3, at, lat)), 0), int(wave(180, at, lon)) % 360 // 10 * 10
            report = {
                "icaoId": i, "receiptTime": stamp(at), "obsTime": int(at.timestamp()), "reportTime": stamp(at),
                "temp": round(wave(5, at)), "dewp": -1, "wspd": round(speed / 0.514444), "visib": "6+", "altim": 1024,
                "metarType": "METAR", "lat": lat, "lon": lon, "elev": elevation, "name": name, "cover": "FEW",
                "rawOb": f"METAR {i} {at:%d%H%M}Z {direction:03d}{speed:02d}MPS CAVOK 05/M01 Q1024 NOSIG",
                "clouds": [], "fltCat": "VFR",
            }  # fmt: skip
            reports.append(report | {"wdir": direction})
    return as_json(reports)


def overpass(request: Request, now: datetime) -> Response:
    """A boundary, a river and a road with their geometry inside."""
    line = [{"lat": 41.3, "lon": 69.2}, {"lat": 41.31, "lon": 69.3}]
    ring = [
        {"lat": 41.2, "lon": 69.1},
        {"lat": 41.4, "lon": 69.1},
        {"lat": 41.4, "lon": 69.4},
        {"lat": 41.2, "lon": 69.1},
    ]
    member = {"type": "way", "ref": 5, "role": "outer", "geometry": ring}
    elements = [
        {
            "type": "relation",
            "id": 1,
            "tags": {"boundary": "administrative", "admin_level": "4", "name": "City"},
            "members": [member],
        },
        {"type": "way", "id": 2, "tags": {"waterway": "river", "name": "River"}, "geometry": line},
        {"type": "way", "id": 3, "tags": {"highway": "trunk"}, "geometry": line},
    ]
    return as_json({"version": 0.6, "osm3s": {"copyright": "stand-in"}, "elements": elements})


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Stand in for every network, with invented numbers.")
    parser.add_argument("--port", type=int, default=8600)
    parser.add_argument("--host", default="127.0.0.1")
    chosen = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = HTTPServer(chosen.host, chosen.port, threaded=True)
    server.start()
    for name, value in answers(server).items():
        sys.stdout.write(f"export {name}={value}\n")
    sys.stdout.flush()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
