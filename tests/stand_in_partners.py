"""The loopback server's answers for agencies, indices and satellites: recorded shapes, invented numbers."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from scipy.io import netcdf_file
from werkzeug import Request, Response

from sources.uzhydromet_bulletin import MONTHS
from tests.stand_in import HOUR, KEY, as_json, stamp, wave

# Variable → path below the server; then the keys it asks for.
PATHS = {
    "CLEANAIR_WAQI_URL": "/waqi",
    "CLEANAIR_IQAIR_URL": "/iqair",
    "CLEANAIR_PURPLEAIR_URL": "/purpleair",
    "CLEANAIR_AIRNOW_URL": "/airnow",
    "CLEANAIR_UZHYDROMET_URL": "/uzhydromet",
    "CLEANAIR_DATA_METEO_UZ_URL": "/data_meteo_uz",
    "CLEANAIR_AIR_ORG_KZ_URL": "/air_org_kz",
    "CLEANAIR_UZHYDROMET_BULLETIN_URL": "/uzhydromet_bulletin",
    "CLEANAIR_WIS2_URL": "/wis2",
    "CLEANAIR_FIRMS_URL": "/firms",
    "CLEANAIR_SENSORTHINGS_URL": "/sensorthings",
    "CLEANAIR_CAMS_ADS_URL": "/cams_ads",
    "CLEANAIR_UNEP_IMEO_MARS_URL": "/unep_imeo_mars",
}
KEYS = dict.fromkeys(
    ("WAQI_TOKEN", "IQAIR_API_KEY", "PURPLEAIR_API_KEY", "AIRNOW_API_KEY", "ADS_API_KEY", "DATA_METEO_UZ_TOKEN"), KEY
)
TASHKENT = ZoneInfo("Asia/Tashkent")


def hour(now: datetime) -> datetime:
    """The full hour before a moment."""
    return now.replace(minute=0, second=0, microsecond=0)


def waqi(request: Request, now: datetime) -> Response:
    """One station: sub-indices, and the weather beside them."""
    if request.args.get("token") != KEY:
        return as_json({"status": "error", "data": "Invalid key"})
    name = request.path.rstrip("/").split("/")[-1]
    number = int(name[1:]) if name[0] == "@" else -int(name[1:])
    at = hour(now)
    shown = {"pm25": wave(120, at), "pm10": wave(70, at), "t": wave(4, at), "h": 61}
    data = {
        "aqi": int(shown["pm25"]), "idx": number, "attributions": [{"url": "https://x", "name": "Stand-in"}],
        "city": {"geo": [41.29, 69.2], "name": f"Stand-in {number}", "url": "https://x", "location": ""},
        "dominentpol": "pm25", "iaqi": {k: {"v": v} for k, v in shown.items()}, "time": {"iso": stamp(at), "v": 0},
    }  # fmt: skip
    return as_json({"status": "ok", "data": data})


def iqair(request: Request, now: datetime) -> Response:
    """The nearest city with its index alone, as the free plan gives it."""
    if request.args.get("key") != KEY:
        return as_json({"status": "fail", "data": {"message": "incorrect_api_key"}}, 403)
    at = f"{hour(now):%Y-%m-%dT%H:%M:%S}.000Z"
    current = {
        "pollution": {"ts": at, "aqius": 151, "mainus": "p2", "aqicn": 80, "maincn": "p2"},
        "weather": {"ts": at, "tp": 4, "pr": 1020, "hu": 60, "ws": 1.5, "wd": 90, "ic": "01d"},
    }
    point = [float(request.args["lon"]), float(request.args["lat"])]
    place = {
        "city": f"Stand-in {point[1]:.0f}",
        "state": "x",
        "country": "y",
        "location": {"type": "Point", "coordinates": point},
    }
    return as_json({"status": "success", "data": place | {"current": current}})


def purpleair(request: Request, now: datetime) -> Response:
    """Two sensors a box, the channels of one apart."""
    if request.headers.get("X-API-Key") != KEY:
        return as_json({"api_version": "V1.2.3", "error": "ApiKeyInvalidError", "description": "no"}, 403)
    lat = (float(request.args["nwlat"]) + float(request.args["selat"])) / 2
    lon = (float(request.args["nwlng"]) + float(request.args["selng"])) / 2
    seen = int((now - timedelta(seconds=70)).timestamp())
    level = wave(40, now, lat)
    fields = request.args["fields"].split(",")
    plain = {
        "name": "Stand-in", "latitude": lat, "longitude": lon, "altitude": 1400, "location_type": 0, "last_seen": seen,
        "pm1.0_cf_1": level * 0.6, "pm2.5_cf_1": level, "pm10.0_cf_1": level * 1.2, "pressure": 960.0,
        "pm2.5_cf_1_a": level - 1, "pm2.5_cf_1_b": level + 1, "confidence": 100,
    }  # fmt: skip
    first = int(lat * 1000)
    rows = [plain | {"sensor_index": first}, plain | {"sensor_index": first + 1, "pm2.5_cf_1_b": level * 3}]
    return as_json({"api_version": "V1.2.3", "fields": fields, "data": [[r[f] for f in fields] for r in rows]})


def airnow(request: Request, now: datetime) -> Response:
    """Nothing: no monitor reports any more from either city."""
    if request.args.get("API_KEY") != KEY:
        return as_json({"WebServiceError": [{"Message": "Invalid API key"}]})
    return as_json([])


def uzhydromet(request: Request, now: datetime) -> Response:
    """Two posts of today and one of long ago; values are text in mg/m³."""
    today = f"{now.astimezone(TASHKENT):%d.%m.%Y}"
    posts = [
        {
            "id": number, "lat": lat, "lon": "69.25", "alias": f"stand-in-{number}", "title": "a:0:{}", "region_id": 1,
            "is_horiba": True, "date": day, "Si": "0.4", "PM2.5": f"{wave(0.05, hour(now), number):.3f}", "PM10": "-",
            "SO2": "", "NO2": f"{wave(0.03, hour(now), number):.3f}",
        }
        for number, lat, day in ((9901, "41.31", today), (9902, "41.35", today), (9903, "41.25", "27.12.2024"))
    ]  # fmt: skip
    return as_json({"data": [{"id": 1, "stations": posts}]})


def uzhydromet_page(request: Request, now: datetime) -> Response:
    """The page of a post: its last full hour, in µg/m³; the page of the third is away."""
    number = int(request.path.rsplit("/", 1)[1])
    if number == 9903:
        return Response("", 404)
    shown = {"PM 2.5": wave(50, hour(now), number), "PM 10": wave(80, hour(now), number), "Озон (O3)": -9999}
    items = "".join(
        f'<li class="col-xl-6"><span>{name}:</span> <span>{value}</span></li>' for name, value in shown.items()
    )
    at = f"{hour(now).astimezone(TASHKENT):%d.%m.%Y %H:%M}"
    return Response(f"<html><p>Обновлено: {at}</p><ul>{items}</ul></html>", content_type="text/html; charset=utf-8")


def data_meteo_uz(request: Request, now: datetime) -> Response:
    """The present weather of the regions, which opens a session, or ten minutes of one station."""
    if request.path.endswith("getcurrent"):
        return as_json([])
    if request.form.get("token") != KEY:
        return Response("", 401)
    at = {"Value": wave(4, hour(now)), "Meastime": stamp(hour(now))}
    sources = {"Variables": [{"VariableName": "Temp.Dry.10min.Average", "Value": at}]}
    return as_json({"Stations": {"StationName": "Stand-in", "Sources": sources}})


def air_org_kz(request: Request, now: datetime) -> Response:
    """The last full hour of two stations, one of them of a network that is read directly."""
    name = request.path.split("/")[-3]
    at = stamp(hour(now) - HOUR)
    places = ((1, 43.24, 76.94, "AirKaz"), (2, 43.25, 76.9, "Reference"), (3, 43.21, 76.82, "AirGradient"))
    return as_json(
        [
            {"id": f"st-{n}", "name": f"Stand-in {n}", "lat": lat, "lon": lon, "origin": origin, "datetime": at}
            | {name: wave(40, hour(now), n)}
            for n, lat, lon, origin in places
        ]
    )


def _comma(level: float, now: datetime, shift: float) -> str:
    return f"{wave(level, hour(now), shift):g}".replace(".", ",")


def uzhydromet_bulletin(request: Request, now: datetime) -> Response:
    """The bulletin of today: two posts of Tashkent and another city, with decimal commas."""
    at = now.astimezone(TASHKENT)
    posts = "".join(
        f"<tr><td>{place}</td><td>{name}</td><td>{_comma(0.8, now, n)}</td><td>{_comma(60, now, n)}</td></tr>"
        for n, (place, name) in enumerate((("1.1", "Post A"), ("1.2", "Post B"), ("2", "Нукус")))
    )
    heads = "<tr><td>№</td><td>Города (мг/м3)</td></tr><tr><td>Оксид углерода</td><td>РМ2,5 (мкг/м3)</td></tr>"
    table = f"<table>{heads}<tr><td>1</td><td>Ташкент</td><td></td></tr>{posts}</table>"
    page = f"<p>{at.day} {MONTHS[at.month - 1]} {at.year} г.</p>{table}"
    return Response(page, content_type="text/html; charset=utf-8")


def wis2(request: Request, now: datetime) -> Response:
    """Reports of three hours apart of one station, one feature a variable."""
    since, until = request.args.get("datetime", f"{stamp(now - 24 * HOUR)}/{stamp(now)}").split("/")
    units = {"air_temperature": ("K", 270.0), "relative_humidity": ("%", 70.0), "wind_speed": ("m s-1", 3.0)}
    features = []
    at = hour(now)
    while at >= datetime.fromisoformat(since) and not request.args.get("offset", "0").strip("0"):
        for name, (unit, level) in units.items():
            said = {
                "wigos_station_identifier": "0-20000-0-99188", "reportTime": stamp(at), "phenomenonTime": stamp(at),
                "name": name, "value": level, "units": unit,
            }  # fmt: skip
            point = {"type": "Point", "coordinates": [71.37, 51.13, 350]}
            features.append({"type": "Feature", "geometry": point, "properties": said})
        at -= 3 * HOUR
    kept = [f for f in features if f["properties"]["phenomenonTime"] < until]
    return as_json({"type": "FeatureCollection", "features": kept, "links": []})


def firms(request: Request, now: datetime) -> Response:
    """A region's public file: three hot-spots, one in each city's surroundings and one far away."""
    head = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp"
    at = now - timedelta(hours=5)
    word = "N20" if "J1" in request.path else "N21" if "J2" in request.path else "N"
    when = f"{at:%Y-%m-%d},{at:%H%M}"
    places = ((41.105, 69.405, 4.1), (51.205, 71.305, 2.2), (1.0, 103.0, 9.0))
    lines = [f"{y},{x},330.1,0.4,0.4,{when},{word},nominal,2.0NRT,280.0,{power}" for y, x, power in places]
    return Response("\n".join([head, *lines]) + "\n", content_type="text/csv")


def sensorthings(request: Request, now: datetime) -> Response:
    """One datastream with its last hours."""
    at = hour(now)
    seen = [
        {"@iot.id": n, "phenomenonTime": f"{stamp(at - n * HOUR)}/{stamp(at - (n - 1) * HOUR)}", "result": wave(30, at)}
        for n in (2, 1)
    ]
    place = {"@iot.id": 1, "location": {"type": "Point", "coordinates": [69.3, 41.3]}}
    stream = {
        "@iot.id": 1, "name": "PM2.5", "unitOfMeasurement": {"name": "x", "symbol": "ug.m-3"},
        "Thing": {"@iot.id": "s1", "name": "Stand-in", "Locations": [place]},
        "ObservedProperty": {"@iot.id": 1, "name": "PM2.5", "definition": "x/pollutant/6001"}, "Observations": seen,
    }  # fmt: skip
    return as_json({"value": [stream]})


def ads(request: Request, now: datetime) -> Response:
    """The data store: a process, a job that is done at once, and its file."""
    here, part = request.url_root.rstrip("/") + "/cams_ads", request.path.split("/cams_ads/")[1]
    if request.headers.get("PRIVATE-TOKEN") != KEY and not part.startswith(("file", "catalogue")):
        return as_json({"title": "not authenticated", "detail": "no"}, 401)
    if part.startswith("file"):
        return Response(forecasts(now, part.split("/")[1]), content_type="application/netcdf")
    if part.endswith("/execution"):
        north, west, south, east = request.get_json()["inputs"]["area"]
        cell = f"{(north + south) / 2:.1f}_{(west + east) / 2:.1f}"
        links = [{"rel": "monitor", "href": f"{here}/retrieve/v1/jobs/{cell}"}]
        return as_json({"jobID": "1", "status": "accepted", "links": links}, 201)
    cell = part.removesuffix("/results").split("/")[-1]
    if part.endswith("/results"):
        size = len(forecasts(now, cell))
        asset = {"href": f"{here}/file/{cell}/data.nc", "file:size": size, "type": "application/netcdf"}
        return as_json({"asset": {"value": asset}})
    if "/jobs/" in part:
        links = [{"rel": "results", "href": f"{here}/retrieve/v1/jobs/{cell}/results"}]
        return as_json({"jobID": "1", "status": "successful", "links": links})
    return as_json({"messages": [], "id": part.rsplit("/", 1)[-1], "links": []})


def forecasts(now: datetime, cell: str) -> bytes:
    """Two days of PM2.5 in one cell, as classic NetCDF."""
    hours = 48
    content = io.BytesIO()
    file = netcdf_file(content, "w")
    for name, size in (("time", hours), ("latitude", 1), ("longitude", 1)):
        file.createDimension(name, size)
    lat, lon = (float(x) for x in cell.split("_"))
    columns = {
        "latitude": [lat],
        "longitude": [lon],
        "time": [int(now.timestamp()) // 3600 - 20 + n for n in range(hours)],
    }
    for name, values in columns.items():
        made = file.createVariable(name, "i4" if name == "time" else "f4", (name,))
        made[:] = values
        made.units = "hours since 1970-01-01" if name == "time" else "degrees"
    pm = file.createVariable("pm2p5", "f8", ("time", "latitude", "longitude"))
    pm[:] = np.full((hours, 1, 1), 3.1e-8)
    pm.units = "kg m**-3"
    file.flush()
    return content.getvalue()


def mars(request: Request, now: datetime) -> Response:
    """Two plumes near either city, 40 days old, in a zip like the publisher's."""
    at = (now - timedelta(days=40)).replace(tzinfo=None, microsecond=0)
    head = "id_plume,satellite,tile_date,lat,lon,sector,ch4_fluxrate,ch4_fluxrate_std,source_name,last_update"
    places = ((41.2, 69.4), (41.4, 69.1), (51.3, 71.2), (50.9, 71.6))
    lines = [f"stand-in-{n},EMIT - NASA,{at.isoformat()},{lat},{lon},Waste,{1000 + n},{400 + n},,{at.isoformat()}"
             for n, (lat, lon) in enumerate(places)]  # fmt: skip
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("unep_methanedata_detected_plumes.csv", "\n".join([head, *lines]))
        packed.writestr("unep_methanedata_detected_sources.csv", "id_source\n1")
    return Response(content.getvalue(), content_type="application/zip")


ROUTES: dict[str, Callable[[Request, datetime], Response]] = {
    "/waqi/feed/.*": waqi,
    "/iqair/nearest_.*": iqair,
    "/purpleair/sensors": purpleair,
    "/airnow/aq/data/": airnow,
    "/uzhydromet/api/maps": uzhydromet,
    "/data_meteo_uz/map/(getcurrent|awd/getStation)": data_meteo_uz,
    "/air_org_kz/api/(pm25|pm10|no2)/hourly/latest": air_org_kz,
    "/uzhydromet_bulletin/ru/menu/ekologicheskij-bjulleten": uzhydromet_bulletin,
    r"/uzhydromet/ru/map/view/\d+": uzhydromet_page,
    "/wis2/oapi/collections/.*/items": wis2,
    "/firms/data/active_fire/.*": firms,
    "/sensorthings/Datastreams": sensorthings,
    "/cams_ads/.*": ads,
    "/unep_imeo_mars/public/.*": mars,
}
