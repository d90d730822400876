"""World Air Quality Index (WAQI): what its stations show now, for display only. Needs a token."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import Answer, BadPayload, Credit, Denied, Gone, Quota, RateLimited, SourceError, understood
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
UNKNOWN = ("unknown station", "no such station", "unknown id")


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
    Denied, RateLimited, Gone
        When the answer says so; its status is 200 all the same. `Gone`: the network does not know the station.
    BadPayload
        When the answer is no station.
    """
    data = _data(payload)
    shown = data["iaqi"]
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
    return rows.astype({"raw_value": "float64"}).assign(
        source="waqi", city=city, kind="indicative", minutes=0, statistic="instant"
    )


def _data(payload: Any) -> dict[str, Any]:
    """The station of an answer."""
    answer = _answer(payload)
    if not isinstance(answer, dict) or not isinstance(answer.get("iaqi"), dict) or "idx" not in answer:
        raise BadPayload("sources.answer.lacks", network="waqi", part="data.iaqi", found=shape(answer))
    return answer


def _answer(payload: Any) -> Any:
    """What stands behind the status, which HTTP does not show."""
    status = payload.get("status") if isinstance(payload, dict) else None
    if status == "ok":
        return payload["data"]
    if status == "error":
        raise _error(str(payload.get("data") or payload.get("msg") or payload.get("message") or ""))
    raise BadPayload("sources.answer.lacks", network="waqi", part="status", found=shape(payload))


def _error(words: str) -> SourceError:
    """The error that the network's own words mean; they stand under a name that has changed before."""
    said = words.strip().lower()
    if "key" in said or "token" in said:
        return Denied("sources.setup.key_refused", network="waqi", parameter=Waqi.key)
    if "quota" in said:
        return RateLimited("sources.answer.used_up", retry_after=3600.0, network="waqi")
    if said in UNKNOWN:
        return Gone("sources.answer.gone", network="waqi")
    return BadPayload("sources.answer.says_error", network="waqi", said=words[:120] or "–")


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
        """Those that answer; what was fetched before with this object is not asked again."""
        return self._each(city, lambda n, _: parse_stations(self._feed(n), city.key)).rows

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """What is shown now, where its stamp is in [since, until): a dead station keeps showing its last values."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """What is shown now by station, and the stations that show nothing."""
        return self._each(city, lambda n, start: within(parse(self._feed(n, anew=True), city.key), start, until), since)

    def _each(self, city: City, get: Callable[[int, datetime], pd.DataFrame], since: datetime = datetime.min) -> Answer:
        named: Sequence[int] = city.networks.get(self.name, {}).get("stations", ()) or self._inside(city)
        return self.each([(f"waqi:{n}", n) for n in named], get, since, {})

    def _feed(self, station: int, anew: bool = False) -> Any:
        path = f"feed/{'@' if station > 0 else 'A'}{abs(station)}/"
        return self.held(path, lambda: self._get(path), anew)

    def _inside(self, city: City) -> list[int]:
        south, west, north, east = city.box
        box = f"{south},{west},{north},{east}"
        return self.held(box, lambda: numbers(self._get("map/bounds/", latlng=box, networks="all")))  # type: ignore[no-any-return]

    def _get(self, path: str, **query: str) -> Any:
        return self.client.get_json(path, {**query, "token": self.client.secret()})
