"""World Air Quality Index (WAQI): what its stations show now, for display only. Needs a token."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Denied, Quota, RateLimited, understood
from sources.network import INDEX, Network, moments, number, pair, part, shape, within

# Wind and pressure are left out: the network does not say where they were measured, nor at which height.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "pm25": "pm25",
        "pm10": "pm10",
        "no2": "no2",
        "so2": "so2",
        "o3": "o3",
        "co": "co",
        "t": "temperature",
        "h": "relative_humidity",
    }
)
# Of the pollutants the network gives sub-indices (US EPA), never a concentration: they are rejected at the door.
UNITS: Mapping[str, str] = MappingProxyType({"t": "°C", "h": "%"})
COLUMNS = ("station", "parameter", "start", "raw_value", "raw_unit")
UNKNOWN = ("unknown station", "no such station")


@understood("waqi")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    What a station shows.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/feed/@…``.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, at ``time.iso`` (``minutes`` 0); ``time.v`` is local time dressed as an epoch. A
        pollutant's row holds its sub-index and the unit `INDEX`: the door rejects it and counts it.

    Raises
    ------
    Denied, RateLimited
        When the answer says so; its status is 200 all the same.
    BadPayload
        When the answer is no station.
    """
    data = _data(payload)
    shown = data["iaqi"] if data else {}
    rows = pd.DataFrame(
        [
            {
                "station": f"waqi:{data['idx']}",
                "parameter": PARAMETERS[name],
                "start": data["time"].get("iso"),
                "raw_value": number(part(shown, name).get("v")),
                "raw_unit": UNITS.get(name, INDEX),
            }
            for name in shown
            if name in PARAMETERS
        ],
        columns=list(COLUMNS),
    )
    rows["start"] = moments(rows["start"])
    return rows.astype({"raw_value": "float64"}).assign(source="waqi", city=city, kind="indicative", minutes=0)


def _data(payload: Any) -> dict[str, Any]:
    """The station of an answer; empty when the network does not know it."""
    answer = _answer(payload)
    if answer is None:
        return {}
    if not isinstance(answer, dict) or not isinstance(answer.get("iaqi"), dict) or "idx" not in answer:
        raise BadPayload("sources.answer.lacks", network="waqi", part="data.iaqi", found=shape(answer))
    return answer


def _answer(payload: Any) -> Any:
    """What stands behind the status, which HTTP does not show; None for a station that is not there."""
    status = payload.get("status") if isinstance(payload, dict) else None
    said = str(payload.get("data")).lower() if isinstance(payload, dict) else ""
    if status == "ok":
        return payload["data"]
    if status == "error" and "key" in said:
        raise Denied("sources.setup.key_refused", network="waqi", parameter=Waqi.key)
    if status == "error" and "quota" in said:
        raise RateLimited("sources.answer.used_up", retry_after=3600.0, network="waqi")
    if status == "error" and said in UNKNOWN:
        return None
    raise BadPayload("sources.answer.lacks", network="waqi", part="status", found=shape(payload))


@understood("waqi")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    The station of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`. A negative number is a citizen's or a private network's station.
    """
    data = _data(payload)
    if not data:
        return pd.DataFrame()
    place = part(data, "city")
    lat, lon = pair(place.get("geo"))
    names = [str(a.get("name")) for a in data.get("attributions") or () if isinstance(a, dict)]
    return pd.DataFrame(
        {
            "source": "waqi",
            "station": f"waqi:{data['idx']}",
            "city": city,
            "name": str(place.get("name") or data["idx"]),
            "lat": [lat],
            "lon": lon,
            "kind": "indicative",
            "owner": "; ".join(names) or "World Air Quality Index Project",
            "licence": "no redistribution",
            "coord_quality": "rounded",
        }
    )


@understood("waqi")
def numbers(payload: Any) -> list[int]:
    """Numbers of the stations in an answer of ``/map/bounds/``."""
    found = _answer(payload)
    if not isinstance(found, list) or not all(isinstance(s, dict) and "uid" in s for s in found):
        raise BadPayload("sources.answer.lacks", network="waqi", part="data", found=shape(payload))
    return [int(s["uid"]) for s in found]


class Waqi(Network):
    """The stations of the city file, or all in the box where it names none."""

    name = "waqi"
    host = "https://api.waqi.info"
    credit = Credit(
        "World Air Quality Index Project and the agencies named at each station",
        "https://aqicn.org",
        "no redistribution",
        False,
    )
    every = timedelta(minutes=30)
    revises = timedelta(hours=2)
    first = timedelta(hours=3)
    reach: ClassVar[timedelta | None] = timedelta(hours=3)
    quota = Quota(60, timedelta(minutes=1))  # far below the 1,000 a second it allows
    key = "WAQI_TOKEN"

    def stations(self, city: City) -> pd.DataFrame:
        """Those asked."""
        return _all([parse_stations(answer, city.key) for answer in self._feeds(city)])

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """What is shown now, where its stamp is in [since, until): a dead station keeps showing its last values."""
        return within(_all([parse(answer, city.key) for answer in self._feeds(city)]), since, until)

    def _feeds(self, city: City) -> list[Any]:
        named: Sequence[int] = city.networks.get(self.name, {}).get("stations", ())
        return [self._get(f"feed/{'@' if n > 0 else 'A'}{abs(n)}/") for n in named or self._inside(city)]

    def _inside(self, city: City) -> list[int]:
        south, west, north, east = city.box
        return numbers(self._get("map/bounds/", latlng=f"{south},{west},{north},{east}", networks="all"))

    def _get(self, path: str, **query: str) -> Any:
        return self.client.get_json(path, {**query, "token": self.client.secret()})


def _all(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([p for p in parts if len(p)] or [pd.DataFrame()], ignore_index=True)
