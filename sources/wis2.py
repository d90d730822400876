"""WIS2: surface weather of Kazhydromet's stations, as its WIS2 node decodes their SYNOP reports. Keyless."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
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
    }
)
SUMS = ("precipitation",)  # over a time: at a moment it says nothing
COLLECTION = "urn:wmo:md:kz-kazhydromet:core.surface-based-observations.synop"
PAGE, PAGES = 500, 40
COLUMNS = ("station", "parameter", "start", "end", "raw_value", "raw_unit")


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
        give K, others °C.

    Raises
    ------
    BadPayload
        When the answer is no collection of observations.
    """
    rows = pd.DataFrame([_row(f) for f in _features(payload) if _name(f) in PARAMETERS], columns=list(COLUMNS))
    for name in ("start", "end"):
        rows[name] = moments(rows[name])
    minutes = (rows["end"] - rows["start"]).dt.total_seconds() / 60
    moment = rows["end"].isna() & ~rows["parameter"].isin(SUMS)
    rows["minutes"] = minutes.mask(moment, 0.0).where(minutes.isna() | (minutes > 0) | ~rows["parameter"].isin(SUMS))
    return rows.drop(columns="end").astype({"raw_value": "float64"}).assign(source="wis2", city=city, kind="reference")


def _features(payload: Any) -> list[dict[str, Any]]:
    found = payload.get("features") if isinstance(payload, dict) else None
    if not isinstance(found, list) or not all(isinstance(f, dict) for f in found):
        raise BadPayload("sources.answer.lacks", network="wis2", part="features", found=shape(payload))
    if any(not isinstance(f.get("properties"), dict) or "name" not in f["properties"] for f in found):
        raise BadPayload("sources.answer.incomplete", network="wis2", parts=["properties.name"])
    return found


def _name(feature: Mapping[str, Any]) -> str:
    return str(feature["properties"]["name"])


def _row(feature: Mapping[str, Any]) -> tuple[Any, ...]:
    said = feature["properties"]
    time = said.get("phenomenonTime") or said.get("reportTime")
    start, _, end = time.partition("/") if isinstance(time, str) else (None, "", None)
    return (
        _station(said), PARAMETERS[_name(feature)], start, end or None, number(said.get("value")),
        str(said.get("units") or ""),
    )  # fmt: skip


def _station(said: Mapping[str, Any]) -> str | None:
    named = said.get("wigos_station_identifier")
    return f"wis2:{named}" if isinstance(named, str) and named else None


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
        station, point = _station(feature["properties"]), part(feature, "geometry").get("coordinates")
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
        times = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}/{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        features = list(self._all({**_box(city), "datetime": times}))
        return within(parse({"features": features}, city.key), since, until)

    def _all(self, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Features of all pages: as long as one is full, or names a next one, the next is asked."""
        seen = 0
        for _ in range(PAGES):
            answer = self._page({**query, "offset": seen})
            found = _features(answer)
            yield from found
            seen += len(found)
            if not found or (len(found) < PAGE and not _goes_on(answer)):
                return

    def _page(self, query: Mapping[str, Any]) -> Any:
        return self.client.get_json(f"oapi/collections/{COLLECTION}/items", {"f": "json", "limit": PAGE, **query})


def _box(city: City) -> dict[str, str]:
    south, west, north, east = city.box
    return {"bbox": f"{west},{south},{east},{north}"}


def _goes_on(answer: Mapping[str, Any]) -> bool:
    links = answer.get("links")
    return any(isinstance(x, dict) and x.get("rel") == "next" for x in (links if isinstance(links, list) else ()))
