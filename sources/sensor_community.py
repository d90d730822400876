"""Sensor.Community: citizens' low-cost sensors, the last five minutes of an area. Keyless."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, number, numbers, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "P0": "pm1",
        "P1": "pm10",
        "P2": "pm25",
        "temperature": "temperature",
        "humidity": "relative_humidity",
        "pressure": "pressure",
    }
)
UNITS: Mapping[str, str] = MappingProxyType(
    {"pm1": "µg/m³", "pm10": "µg/m³", "pm25": "µg/m³", "temperature": "°C", "relative_humidity": "%", "pressure": "Pa"}
)


@understood("sensor_community")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Readings of an answer; indoor sensors are left out.

    Parameters
    ----------
    payload : object
        The decoded array; an empty one is an area without sensors.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. One box is one station (``location.id``), whichever sensors it holds; a second
        sensor of the same quantity in it is a station of its own. What cannot be read stays in the row as
        missing, so that the door counts it.

    Raises
    ------
    BadPayload
        When the answer is not an array of records.

    Notes
    -----
    A sensor averages a few seconds out of its cycle of about 145 s, so a reading holds at its stamp.
    """
    rows = pd.DataFrame(
        [row for record in _records(payload) for row in _readings(record, city)],
        columns=["box", "sensor", "parameter", "start", "raw_value", "raw_unit"],
    )
    rows = rows.assign(source="sensor_community", city=city, kind="indicative", minutes=0, statistic="instant")
    texts = rows["start"].where(rows["start"].map(lambda t: isinstance(t, str)))
    rows["start"] = pd.to_datetime(texts, utc=True, errors="coerce", format="%Y-%m-%d %H:%M:%S")  # UTC, unsaid
    rows["raw_value"] = numbers(rows["raw_value"])
    rows["station"] = _stations(rows)
    return rows.drop(columns=["box", "sensor"]).drop_duplicates(["station", "parameter", "start"], keep="last")


def _records(payload: Any) -> list[dict[str, Any]]:
    """Outdoor records. Those of before 2020 do not say where they hang and count as outdoor."""
    if not isinstance(payload, list) or not all(isinstance(r, dict) for r in payload):
        raise BadPayload("sources.answer.no_list", network="sensor_community", found=shape(payload))
    if payload and not any("sensordatavalues" in r for r in payload):
        raise BadPayload("sources.answer.incomplete", network="sensor_community", parts=["sensordatavalues"])
    return [r for r in payload if str(_part(r, "location").get("indoor", 0)) != "1"]


def _part(record: dict[str, Any], name: str) -> dict[str, Any]:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def _readings(record: dict[str, Any], city: str) -> list[dict[str, Any]]:
    values = record.get("sensordatavalues")
    return [
        {
            "box": _part(record, "location").get("id"),
            "sensor": _part(record, "sensor").get("id"),
            "parameter": PARAMETERS[v["value_type"]],
            "start": record.get("timestamp"),
            "raw_value": v.get("value"),
            "raw_unit": UNITS[PARAMETERS[v["value_type"]]],
        }
        for v in (values if isinstance(values, list) else [])
        if isinstance(v, dict) and v.get("value_type") in PARAMETERS
    ]


def _stations(rows: pd.DataFrame) -> pd.Series:
    """Station per row: the box; for all but its lowest-numbered sensor of one quantity, the box and the sensor."""
    first = rows.groupby(["box", "parameter"])["sensor"].transform("min")
    box = "sensor_community:" + rows["box"].astype("str")
    return box.where((rows["sensor"] == first) | rows["sensor"].isna(), box + "." + rows["sensor"].astype("str")).where(
        rows["box"].notna()
    )


@understood("sensor_community")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Boxes of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`; positions are rounded by the network unless it says exact.
    """
    boxes = {
        place["id"]: {
            "source": "sensor_community",
            "station": f"sensor_community:{place['id']}",
            "city": city,
            "name": f"Sensor.Community {place['id']}",
            "lat": number(place.get("latitude")),
            "lon": number(place.get("longitude")),
            "altitude": number(place.get("altitude")),
            "kind": "indicative",
            "owner": "Sensor.Community contributor",
            "licence": "ODbL 1.0",
            "coord_quality": "exact" if str(place.get("exact_location")) == "1" else "rounded",
        }
        for place in (_part(r, "location") for r in _records(payload))
        if place.get("id") is not None
    }
    seconds = (name for name in parse(payload, city)["station"].dropna().unique() if "." in name)
    doubles = [
        place | {"station": name, "same_as": place["station"]}
        for name in seconds
        for place in boxes.values()
        if name.startswith(f"{place['station']}.")
    ]
    return pd.DataFrame([*boxes.values(), *doubles])


class SensorCommunity(Network):
    """Every outdoor sensor in the city's box; often there is none."""

    name = "sensor_community"
    host = "https://data.sensor.community"
    credit = Credit("Sensor.Community contributors", "https://sensor.community", "ODbL 1.0", True)
    every = timedelta(minutes=5)
    revises = timedelta(minutes=5)
    first = timedelta(minutes=5)
    reach: ClassVar[timedelta | None] = timedelta(minutes=10)
    quota = Quota(60, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Boxes that spoke in the last five minutes."""
        return parse_stations(self._answer(city), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Readings in [since, until); the network keeps five minutes only."""
        return within(parse(self._answer(city, anew=True), city.key), since, until)

    def _answer(self, city: City, anew: bool = False) -> Any:
        south, west, north, east = city.box
        path = f"airrohr/v1/filter/box={south:g},{west:g},{north:g},{east:g}"
        return self.held(path, lambda: self.client.get_json(path), anew)
