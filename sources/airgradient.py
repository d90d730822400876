"""AirGradient: low-cost sensors of its public list, the present reading of each. Keyless."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, moments, number, numbers, shape, within

# Particles are as the sensor reads them: a correction is a matter of `models`, and keeps both.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"pm01": "pm1", "pm02": "pm25", "pm10": "pm10", "atmp": "temperature", "rhum": "relative_humidity"}
)
UNITS: Mapping[str, str] = MappingProxyType(
    {"pm01": "µg/m³", "pm02": "µg/m³", "pm10": "µg/m³", "atmp": "°C", "rhum": "%"}
)
# Model names of the publisher's devices: O-1PST stands outdoors, I-9PSL, DIY-BASIC-I-4.0PS and DIY-PRO-I-4.2PS indoors.
INDOOR = re.compile(r"(?:^|-)I-", re.IGNORECASE)
WITHIN_DOORS = "measured indoors"
COLUMNS = ("station", "parameter", "start", "raw_value", "raw_unit", "reject")
WORLD = (-90.0, -180.0, 90.0, 180.0)


@understood("airgradient")
def parse(payload: Any, city: str = "", box: Sequence[float] = WORLD) -> pd.DataFrame:
    """
    Readings of the list's places in a box.

    Parameters
    ----------
    payload : object
        The decoded array.
    city : str
        Written into every row.
    box : sequence of float
        South, west, north, east. [°]

    Returns
    -------
    DataFrame
        For `data.schema.conform`, at ``timestamp`` (``minutes`` 0). A dead device stays in the network's list with
        its old time; whoever asks for a stretch of time gets it no more. What hangs indoors is no city's air: its
        readings carry ``reject``, and the door counts them.

    Raises
    ------
    BadPayload
        When the answer is not an array of places.
    """
    rows = pd.DataFrame(
        [
            {
                "station": _station(place),
                "parameter": ours,
                "start": place.get("timestamp"),
                "raw_value": place[theirs],
                "raw_unit": UNITS[theirs],
                "reject": WITHIN_DOORS if _indoors(place) else "",
            }
            for place in _places(payload, box)
            for theirs, ours in PARAMETERS.items()
            if place.get(theirs) is not None
        ],
        columns=list(COLUMNS),
    )
    rows["start"] = moments(rows["start"])
    rows["raw_value"] = numbers(rows["raw_value"])
    return rows.assign(source="airgradient", city=city, kind="indicative", minutes=0, statistic="instant")


def _places(payload: Any, box: Sequence[float]) -> list[dict[str, Any]]:
    if not isinstance(payload, list) or not all(isinstance(p, dict) for p in payload):
        raise BadPayload("sources.answer.no_list", network="airgradient", found=shape(payload))
    if payload and not any("locationId" in p and "latitude" in p for p in payload):
        raise BadPayload("sources.answer.incomplete", network="airgradient", parts=["locationId", "latitude"])
    south, west, north, east = box
    return [
        p
        for p in payload
        if "locationId" in p
        and south <= number(p.get("latitude")) <= north
        and west <= number(p.get("longitude")) <= east
    ]


def _station(place: Mapping[str, Any]) -> str | None:
    """Id by the number of the place, which stays when its owner renames it."""
    named = place["locationId"]
    known = isinstance(named, str | int | float) and not isinstance(named, bool) and named not in ("", None)
    return (
        f"airgradient:{named:.0f}" if known and isinstance(named, float) else f"airgradient:{named}" if known else None
    )


def _indoors(place: Mapping[str, Any]) -> bool:
    told = str(place.get("locationType") or "").strip().casefold() == "indoor"
    return told or INDOOR.search(str(place.get("model") or "")) is not None


@understood("airgradient")
def parse_stations(
    payload: Any, city: str = "", box: Sequence[float] = WORLD, same_as: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """
    Places of the list in a box, those indoors left out.

    Parameters
    ----------
    payload, city, box
        As for `parse`.
    same_as : mapping
        Number of a place (``locationId``), or its name where the number is not known, to the station id under which
        another network delivers it. The number stays when the owner renames the place.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    return pd.DataFrame(
        {
            "source": "airgradient",
            "station": _station(p),
            "city": city,
            "name": str(p.get("locationName") or p["locationId"]),
            "lat": number(p["latitude"]),
            "lon": number(p["longitude"]),
            "kind": "indicative",
            "owner": "AirGradient contributor",
            "licence": "CC BY-SA 4.0",
            "same_as": same_as.get(str(p["locationId"]), same_as.get(str(p.get("locationName")), "")),
            "coord_quality": "rounded",
        }
        for p in _places(payload, box)
        if _station(p) and not _indoors(p)
    )


class AirGradient(Network):
    """Every place of the public list in the city's box; a device that OpenAQ delivers too counts once."""

    name = "airgradient"
    host = "https://api.airgradient.com"
    credit = Credit("AirGradient and its contributors", "https://www.airgradient.com", "CC BY-SA 4.0", True)
    every = timedelta(minutes=10)
    revises = timedelta(minutes=20)
    first = timedelta(hours=1)
    reach: ClassVar[timedelta | None] = timedelta(hours=1)
    quota = Quota(30, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Places in the box, dead ones too."""
        return parse_stations(self._answer(), city.key, city.box, city.networks[self.name].get("same_as", {}))

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Readings in [since, until); the list holds the present ones only."""
        return within(parse(self._answer(), city.key, city.box), since, until)

    def _answer(self) -> Any:
        return self.client.get_json("public/api/v1/world/locations/measures/current")
