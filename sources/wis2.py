"""WIS2: surface weather of Kazhydromet's stations, as its WIS2 node decodes their SYNOP reports. Keyless."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pandas as pd

from data import checks
from data.city import City
from data.clock import iso
from data.times import whole_minutes
from sources import humidity, present_weather
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, moments, number, pair, part, shape, within

# The node spells the names of the BUFR tables; pressure is that of the station, not the one reduced to sea level.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "air_temperature": "temperature",
        "relative_humidity": "relative_humidity",
        "wind_speed": "wind_speed",
        "wind_direction": "wind_direction",
        "maximum_wind_gust_speed": "wind_gust",
        "non_coordinate_pressure": "pressure",
        "total_precipitation_or_total_water_equivalent": "precipitation",
        "horizontal_visibility": "visibility",
        "cloud_cover_total": "cloud_cover",
        "present_weather": "present_weather",
    }
)
DEW_POINT = "dewpoint_temperature"  # not kept: humidity is derived from it where a report holds none
READ: Mapping[str, str] = MappingProxyType({**PARAMETERS, DEW_POINT: DEW_POINT})
SUMS = ("precipitation",)  # over a time: at a moment it says nothing
COLLECTION = "urn:wmo:md:kz-kazhydromet:core.surface-based-observations.synop"
PAGE, PAGES = 500, 40
PLACES = ("offset", "startindex", "cursor", "token")  # what names a page in an address
COLUMNS = ("station", "parameter", "start", "end", "raw_value", "raw_unit", "reject")
CODES = ("CODE TABLE", "CODE TABLE 0 20 003")  # in the place of a unit


@understood("wis2")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Observations of an answer, one feature per variable.

    Parameters
    ----------
    payload : object
        The decoded collection of features.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. ``phenomenonTime`` is the moment (``minutes`` 0) or the interval; a sum without an
        interval has no ``minutes`` and is rejected at the door. The unit is the one each feature states: some nodes
        give K, others °C. A report with a dew point and a temperature and no humidity gets one, with the check
        ``derived`` (`sources.humidity`). Present weather becomes its number in WMO code table 4677
        (`sources.present_weather`).

    Raises
    ------
    BadPayload
        When the answer is no collection of observations.
    """
    said = (_said(f) for f in _features(payload))
    rows = pd.DataFrame([_row(s) for s in said if s.name in READ], columns=list(COLUMNS))
    open_ended = rows["end"].isna()
    for name in ("start", "end"):
        rows[name] = moments(rows[name])
    minutes = whole_minutes(rows["start"], rows["end"])
    moment = open_ended & ~rows["parameter"].isin(SUMS)
    rows["minutes"] = minutes.mask(moment, 0.0).where(minutes.isna() | (minutes > 0) | ~rows["parameter"].isin(SUMS))
    highest = (rows["parameter"] == "wind_gust") & (rows["minutes"] > 0)  # BUFR: maximum wind gust speed of the time
    rows["statistic"] = pd.Series("", index=rows.index).mask(highest, "max")
    rows = rows.drop(columns="end").astype({"raw_value": "float64"})
    rows["checks"], rows["value"] = checks.none(rows.index), float("nan")
    rows = present_weather.numbered(humidity.derived(rows, DEW_POINT))
    return rows.assign(source="wis2", city=city, kind="reference")


def _features(payload: Any) -> list[dict[str, Any]]:
    found = payload.get("features") if isinstance(payload, dict) else None
    if not isinstance(found, list) or not all(isinstance(f, dict) for f in found):
        raise BadPayload("sources.answer.lacks", network="wis2", part="features", found=shape(payload))
    if any(not isinstance(f.get("properties"), dict) or not _NAMES & set(f["properties"]) for f in found):
        raise BadPayload("sources.answer.incomplete", network="wis2", parts=["properties.name"])
    return found


_NAMES = frozenset({"name", "observedProperty"})


class _Said(NamedTuple):
    """What a feature says, in whichever shape its node's decoder writes it."""

    station: str | None
    name: str
    time: Any
    value: Any
    unit: str


def _said(feature: Mapping[str, Any]) -> _Said:
    """bufr2geojson up to 0.6 writes ``name, value, units``, from 0.7 on ``observedProperty`` and ``result``."""
    told = feature["properties"]
    time = told.get("phenomenonTime") or told.get("reportTime")
    if "observedProperty" not in told:
        station, name, result = told.get("wigos_station_identifier"), told["name"], told
    else:
        station, name, result = told.get("host"), told["observedProperty"], part(told, "result")
    value = result.get("value")
    value = value.get("entry") if isinstance(value, dict) else value  # an entry of a code table
    named = f"wis2:{station}" if isinstance(station, str) and station else None
    return _Said(named, str(name), time, value, str(result.get("units") or ""))


def _row(said: _Said) -> tuple[Any, ...]:
    start, _, end = said.time.partition("/") if isinstance(said.time, str) else (None, "", None)
    unit = "1" if said.unit.upper() in CODES else said.unit
    return said.station, READ[said.name], start, end or None, number(said.value), unit, ""


@understood("wis2")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Stations of the observations of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`, at the position of their features.
    """
    found: dict[str, tuple[float, float, float]] = {}
    for feature in _features(payload):
        station, point = _said(feature).station, part(feature, "geometry").get("coordinates")
        lon, lat = pair(point)
        if station:
            found[station] = (lat, lon, pair(point[1:])[1] if isinstance(point, list) else float("nan"))
    rows = pd.DataFrame([(s, *p) for s, p in found.items()], columns=["station", "lat", "lon", "altitude"])
    return rows.assign(
        source="wis2", city=city, kind="reference", owner="Kazhydromet", licence="WMO core data", coord_quality="exact"
    )


class Wis2(Network):
    """Every weather station in the city's box."""

    name = "wis2"
    host = "https://wis2box.kazhydromet.kz"
    credit = Credit(
        "Kazhydromet, through the WMO Information System",
        "https://wis2box.kazhydromet.kz",
        "WMO core data",
        True,
    )
    every = timedelta(hours=1)
    revises = timedelta(hours=6)
    reach: ClassVar[timedelta | None] = timedelta(days=30)  # a node keeps its reports for about a month
    span = timedelta(days=7)
    quota = Quota(60, timedelta(minutes=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the newest page."""
        return parse_stations(self._page(_box(city)), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Observations whose time begins in [since, until)."""
        times = f"{iso(since, 'seconds')}/{iso(until, 'seconds')}"
        features = list(self._all({**_box(city), "datetime": times}))
        return within(parse({"features": features}, city.key), since, until)

    def _all(self, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """
        Features of all pages, the newest reports first, so that one that comes meanwhile pushes the others down and
        none is skipped. The next page is the one the answer names, or what follows a full one.
        """
        seen = 0
        asked: dict[str, Any] = {**query, "offset": seen}
        for _ in range(PAGES):
            answer = self._page(asked)
            found = _features(answer)
            yield from found
            seen += len(found)
            following = _next(answer)
            if not found or (len(found) < PAGE and following is None):
                return
            asked = {**query, "offset": seen, **(following or {})}

    def _page(self, query: Mapping[str, Any]) -> Any:
        fixed = {"f": "json", "limit": PAGE, "sortby": "-reportTime"}
        return self.client.get_json(f"oapi/collections/{COLLECTION}/items", {**fixed, **query})


def _box(city: City) -> dict[str, str]:
    south, west, north, east = city.box
    return {"bbox": f"{west},{south},{east},{north}"}


def _next(answer: Mapping[str, Any]) -> dict[str, str] | None:
    """Where the next page begins, by the address that the answer names; only its offset or token is taken from it."""
    links = answer.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next":
            given = parse_qsl(urlsplit(str(link.get("href") or "")).query)
            return {name: value for name, value in given if name in PLACES and len(value) < 200}
    return None
