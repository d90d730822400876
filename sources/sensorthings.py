"""OGC SensorThings (v1.1): observations that another centre publishes. Keyless, an address per city."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from data.checks import NONE, Entries
from data.city import City
from data.clock import iso, now
from data.schema import KINDS
from data.times import whole_minutes
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, moments, number, pair, part, shape, within
from sources.validity import judged

# Last word of an observed property's definition, or its name, in lower case; the numbers are the EEA's.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "6001": "pm25", "pm2.5": "pm25", "pm25": "pm25", "pm2p5": "pm25", "5": "pm10", "pm10": "pm10", "pm1": "pm1",
        "8": "no2", "no2": "no2", "38": "no", "no": "no", "9": "nox", "nox": "nox", "1": "so2", "so2": "so2",
        "7": "o3", "o3": "o3", "10": "co", "co": "co", "h2s": "h2s", "nh3": "nh3", "tsp": "tsp",
        "temperature": "temperature", "air_temperature": "temperature", "relative_humidity": "relative_humidity",
        "relativehumidity": "relative_humidity", "wind_speed": "wind_speed", "wind_direction": "wind_direction",
        "pressure": "pressure", "precipitation": "precipitation",
    }
)  # fmt: skip
# Validity as the EEA's vocabulary numbers it (`sources.validity`), wherever in the quality its address stands.
VALIDITY = re.compile(r"observationvalidity/([^/'\"\s,}\])]*)")
PAGE, PAGES = 1000, 100
MISSING = (-999.0, -9999.0)
COLUMNS = ("station", "parameter", "start", "end", "raw_value", "raw_unit", "flag", "checks")
EXPAND = (
    "Thing($expand=Locations),ObservedProperty,Observations($filter={when};$orderby=phenomenonTime asc;$top={page})"
)


@understood("sensorthings")
def parse(payload: Any, city: str = "", kind: str = "indicative") -> pd.DataFrame:
    """
    Observations of datastreams.

    Parameters
    ----------
    payload : object
        The decoded page of ``/Datastreams`` with things, observed properties and observations expanded.
    city : str
        Written into every row.
    kind : str
        Of `data.schema.KINDS`; nobody vouches for more than ``indicative`` unless the city file does.

    Returns
    -------
    DataFrame
        For `data.schema.conform`; ``phenomenonTime`` is the interval or the moment, the unit is the datastream's own
        symbol. A quantity the centre does not know is rejected at the door under its own name.

    Raises
    ------
    BadPayload
        When the answer is no list of datastreams.
    """
    rows = pd.DataFrame(
        [row for station, stream in _series(_streams(payload)) for row in _observations(station, stream)],
        columns=list(COLUMNS),
    ).astype({"raw_value": "float64"})
    closed = rows["end"].isna()
    for name in ("start", "end"):
        rows[name] = moments(rows[name])
    rows["minutes"] = whole_minutes(rows["start"], rows["end"]).where(~closed, 0.0)
    rows["statistic"] = pd.Series("", index=rows.index, dtype="str").mask(rows["minutes"] == 0, "instant")
    return rows.drop(columns="end").assign(source="sensorthings", city=city, kind=kind)


def _streams(payload: Any) -> list[dict[str, Any]]:
    found = payload.get("value") if isinstance(payload, dict) else None
    if not isinstance(found, list) or not all(isinstance(s, dict) for s in found):
        raise BadPayload("sources.answer.lacks", network="sensorthings", part="value", found=shape(payload))
    if any(not isinstance(s.get("Observations"), list) or not isinstance(s.get("Thing"), dict) for s in found):
        raise BadPayload("sources.answer.incomplete", network="sensorthings", parts=["Thing", "Observations"])
    return found


def _series(streams: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str | None, Mapping[str, Any]]]:
    """
    Every datastream with its station: two of one quantity at one thing are two instruments, never one series. The
    first by its number keeps the thing's id; each other adds its own number, whatever the order of the answer. One
    without a number goes by its name, and by its place among those of that name.
    """
    marks: dict[tuple[str, str], list[str]] = {}
    for stream in sorted(streams, key=_rank):
        station, named, mark = _station(stream["Thing"]), _named(stream), _mark(stream)
        if station is None:
            yield None, stream
            continue
        known = marks.setdefault((station, _parameter(stream)), [])
        if not named:
            mark = f"{mark}.{len(known) + 1}"
        if mark not in known:
            known.append(mark)
        yield (station if known[0] == mark else f"{station}.{mark}"), stream


def _named(stream: Mapping[str, Any]) -> bool:
    return stream.get("@iot.id") not in (None, "")


def _mark(stream: Mapping[str, Any]) -> str:
    """What tells a datastream from the others of its thing."""
    return str(stream["@iot.id"] if _named(stream) else stream.get("name") or "")


def _rank(stream: Mapping[str, Any]) -> tuple[float, str, str]:
    """Numbers by their size, then texts; what has neither by all it says."""
    mark = _mark(stream)
    number_of = float(mark) if mark.isdecimal() and len(mark) < 20 else float("inf")
    return number_of, mark, "" if _named(stream) else repr(stream)


def _observations(station: str | None, stream: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    parameter = _parameter(stream)
    unit = stream.get("unitOfMeasurement")
    symbol = str(unit.get("symbol") or unit.get("name") or "") if isinstance(unit, dict) else ""
    for seen in stream["Observations"]:
        time = seen.get("phenomenonTime")
        start, _, end = time.partition("/") if isinstance(time, str) else (None, "", None)
        value = number(seen.get("result"))
        flag, told = _judged(seen.get("resultQuality"))
        yield station, parameter, start, end or None, None if value in MISSING else value, symbol, flag, told


def _station(thing: Mapping[str, Any]) -> str | None:
    named = thing.get("@iot.id")
    return f"sensorthings:{named}" if named not in (None, "") else None


def _parameter(stream: Mapping[str, Any]) -> str:
    observed = stream.get("ObservedProperty")
    said = observed if isinstance(observed, dict) else {}
    last = str(said.get("definition") or "").rstrip("/").rpartition("/")[2].lower()
    name = str(said.get("name") or stream.get("name") or "").strip().lower().replace(" ", "_")
    return PARAMETERS.get(last) or PARAMETERS.get(name) or name


def _judged(quality: Any) -> tuple[str, Entries]:
    """Flag and checks by the EEA's validity, where the quality states one."""
    found = VALIDITY.findall(str(quality or ""))
    return judged(found[-1])[:2] if found else ("ok", NONE)


@understood("sensorthings")
def parse_stations(
    payload: Any, city: str = "", kind: str = "indicative", owner: str = "", licence: str = ""
) -> pd.DataFrame:
    """
    Things of datastreams.

    Parameters
    ----------
    payload, city, kind
        As for `parse`.
    owner, licence : str
        Of the other centre; without a licence its rows stay here.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`; a second instrument of one quantity names its thing in ``same_as``.
    """
    rows = []
    for station, stream in _series(_streams(payload)):
        thing = stream["Thing"]
        (lon, lat), main = _point(thing.get("Locations")), _station(thing)
        named = str(thing.get("name") or thing.get("@iot.id"))
        second = station != main
        named = f"{named} ({stream.get('name') or _mark(stream)})" if second else named
        rows.append({"station": station, "name": named, "lat": lat, "lon": lon, "same_as": main if second else ""})
    names = ["station", "name", "lat", "lon", "same_as"]
    table = pd.DataFrame(rows, columns=names).dropna(subset=["station"])
    return table.drop_duplicates("station").assign(
        source="sensorthings", city=city, kind=kind, owner=owner, licence=licence, coord_quality="exact"
    )


def _point(locations: Any) -> tuple[float, float]:
    """Longitude and latitude of the first location that is a point."""
    shapes = [part(place, "location") for place in (locations if isinstance(locations, list) else ())]
    points = [pair((part(s, "geometry") or s).get("coordinates")) for s in shapes]
    return next((p for p in points if p[0] == p[0]), (float("nan"), float("nan")))


class SensorThings(Network):
    """
    Datastreams of another centre in the city's box. The city file names its ``server`` (address up to ``/v1.1``), and
    may name ``kind``, ``owner`` and ``licence``.
    """

    name = "sensorthings"
    host = "https://airquality-frost.k8s.ilt-dmz.iosb.fraunhofer.de/v1.1"  # the European profile, for trying out
    credit = Credit(
        "The centre named at each station, by OGC SensorThings",
        "https://www.ogc.org/standard/sensorthings/",
        "per station",
        True,
    )
    every = timedelta(minutes=30)
    revises = timedelta(hours=6)
    span = timedelta(days=7)
    quota = Quota(60, timedelta(minutes=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Things of the last fetch, or with observations of the last day."""
        asked = self._held.get(city.key) or self._streams(city, now() - timedelta(days=1), now())
        told = city.networks.get(self.name, {})
        return parse_stations(
            {"value": asked}, city.key, _kind(city), str(told.get("owner", "")), str(told.get("licence", ""))
        )

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Observations whose time begins in [since, until)."""
        self._held[city.key] = self._streams(city, since, until)
        return within(parse({"value": self._held[city.key]}, city.key, _kind(city)), since, until)

    def __init__(self, client: Any = None) -> None:
        super().__init__(client)
        self._held: dict[str, list[dict[str, Any]]] = {}

    def _streams(self, city: City, since: datetime, until: datetime) -> list[dict[str, Any]]:
        base = str(city.networks.get(self.name, {}).get("server", ""))
        south, west, north, east = city.box
        ring = f"{west} {south},{east} {south},{east} {north},{west} {north},{west} {south}"
        times = [iso(t, "seconds") for t in (since, until)]
        when = f"phenomenonTime ge {times[0]} and phenomenonTime lt {times[1]}"
        query = {
            "$filter": f"st_within(Thing/Locations/location, geography'POLYGON(({ring}))')",
            "$expand": EXPAND.format(when=when, page=PAGE),
            "$top": 100,
        }
        streams = list(self._pages("Datastreams", query, base))
        for stream in _streams({"value": streams}):
            more = stream.get("Observations@iot.nextLink")
            stream["Observations"] += self._pages(*self._link(more, base), base) if more else []
        return streams

    def _pages(self, path: str, query: Mapping[str, Any] | None, base: str) -> Iterator[dict[str, Any]]:
        """Entities of all pages; a link to another host is not followed."""
        for _ in range(PAGES):
            answer = self.client.get_json(path, query, base=base)
            found = answer.get("value") if isinstance(answer, dict) else None
            if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
                raise BadPayload("sources.answer.lacks", network="sensorthings", part="value", found=shape(answer))
            yield from found
            more = answer.get("@iot.nextLink")
            if not more or not found:
                return
            path, query = self._link(more, base)

    def _link(self, link: Any, base: str) -> tuple[str, None]:
        """Path and query below our base of a link that the server gave."""
        home = self.client.override or base or self.client.base
        here, there = urlsplit(home), urlsplit(str(link))
        root = here.path.rstrip("/")
        if there.netloc not in ("", here.netloc) or not there.path.startswith(root):
            raise BadPayload(
                "sources.sensorthings.elsewhere", network="sensorthings", who="operator", parameter="server"
            )
        path = there.path[len(root) :].lstrip("/")
        return (f"{path}?{there.query}" if there.query else path), None


def _kind(city: City) -> str:
    named = str(city.networks.get("sensorthings", {}).get("kind", "indicative"))
    return named if named in KINDS else "indicative"
