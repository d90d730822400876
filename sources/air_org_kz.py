"""Almaty Air Initiative (air.org.kz): hours of Almaty's stations, gathered there from seven networks. Keyless."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from data.times import ZONED
from sources.airgradient import AirGradient
from sources.base import Answer, BadPayload, Credit, Denied, Quota, understood
from sources.network import Network, moments, number, shape, within
from sources.purpleair import PurpleAir
from sources.sensor_community import SensorCommunity

PARAMETERS: Mapping[str, str] = MappingProxyType({"pm25": "pm25", "pm10": "pm10", "no2": "no2", "pm25_avg": "pm25"})
ASKED = ("pm25", "pm10", "no2")
UNIT = "µg/m³"  # of particles by every client of it; of NO2 nobody says it
UNSTATED = make("network", "unit_unstated")
DOUBTFUL = ("no2",)
# Networks that this centre reads itself, by their name in ``origin`` without case, blanks and dots.
DIRECT: Mapping[str, type[Network]] = MappingProxyType(
    {"sensorcommunity": SensorCommunity, "airgradient": AirGradient, "purpleair": PurpleAir}
)
OFFICIAL = "reference"
HOUR = pd.Timedelta(hours=1)
WORLD = (-90.0, -180.0, 90.0, 180.0)
BACKEND, KEYED = "https://backend.air.org.kz", "backend"
COLUMNS = ("station", "parameter", "start", "raw_value", "kind")


@understood("air_org_kz")
def parse(
    payload: Any,
    city: str = "",
    box: Sequence[float] = WORLD,
    direct: Collection[str] = (),
    zone: str = "",
) -> pd.DataFrame:
    """
    Hours of an answer.

    Parameters
    ----------
    payload : object
        The decoded array of ``/api/{pm25|pm10|no2}/hourly/latest``, or what holds it as ``value``, ``items`` or
        ``data``.
    city : str
        Written into every row.
    box : sequence of float
        South, west, north, east. [°]
    direct : collection of str
        Origins (keys of `DIRECT`) that are read without a go-between: their records make no row here.
    zone : str
        Of stamps without a zone; empty = such a stamp is no time.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. A value that is null makes no row. NO2 is suspect: its unit is nowhere stated.

    Raises
    ------
    BadPayload
        When the answer is no list of stations.

    Notes
    -----
    ``datetime`` is read as the beginning of its hour, as hours that a database groups are stamped; where only
    ``created_at`` or ``last_measurement`` stands, the hour is the one that was full by then. Neither is documented.
    """
    rows = pd.DataFrame(
        [
            (_station(r), PARAMETERS[name], *_stamp(r), number(r[name]), _kind(r))
            for r in _records(payload, box, direct)
            for name in PARAMETERS
            if r.get(name) is not None
        ],
        columns=["station", "parameter", "start", "late", "raw_value", "kind"],
    )
    hours = _moments(rows["start"], zone).dt.floor("h")
    rows["start"] = hours.where(~rows.pop("late").astype(bool), hours - HOUR)
    doubted = rows["parameter"].isin(DOUBTFUL)
    rows["checks"] = checks.single(UNSTATED, doubted, rows.index)
    rows["flag"] = pd.Series("ok", index=rows.index).mask(doubted, "suspect")
    return rows.astype({"raw_value": "float64"}).assign(source="air_org_kz", city=city, minutes=60, raw_unit=UNIT)


def _records(payload: Any, box: Sequence[float], direct: Collection[str] = ()) -> list[dict[str, Any]]:
    listed = payload
    if isinstance(payload, dict):
        listed = next((payload[n] for n in ("value", "items", "data") if isinstance(payload.get(n), list)), None)
    if not isinstance(listed, list) or not all(isinstance(r, dict) for r in listed):
        raise BadPayload("sources.answer.no_list", network="air_org_kz", found=shape(payload))
    if listed and not any(_station(r) for r in listed):
        raise BadPayload("sources.answer.incomplete", network="air_org_kz", parts=["id"])
    south, west, north, east = box
    return [
        r
        for r in listed
        if _origin(r) not in direct and south <= _place(r)[0] <= north and west <= _place(r)[1] <= east
    ]


def _station(record: Mapping[str, Any]) -> str | None:
    named = record.get("id", record.get("location_id"))
    return f"air_org_kz:{named}" if isinstance(named, str | int) and str(named).strip() else None


def _place(record: Mapping[str, Any]) -> tuple[float, float]:
    return number(record.get("lat", record.get("latitude"))), number(record.get("lon", record.get("longitude")))


def _origin(record: Mapping[str, Any]) -> str:
    """
    Whose station it is, in one spelling.

    Examples
    --------
    >>> _origin({"origin": "Sensor.Community"}), _origin({"origin": None})
    ('sensorcommunity', '')
    """
    return re.sub(r"[\W_]+", "", str(record.get("origin") or "").casefold())


def _kind(record: Mapping[str, Any]) -> str:
    return "reference" if _origin(record).startswith(OFFICIAL) else "indicative"


def _stamp(record: Mapping[str, Any]) -> tuple[Any, bool]:
    """Its stamp, and whether that says when the hour was over and not when it began."""
    if record.get("datetime"):
        return record["datetime"], False
    return record.get("created_at") or record.get("last_measurement"), True


def _moments(stamps: pd.Series, zone: str) -> pd.Series:
    if not zone:
        return moments(stamps)
    bare = stamps.map(lambda t: isinstance(t, str) and not ZONED.search(t)).astype(bool)
    local = pd.to_datetime(stamps.where(bare), errors="coerce", format="ISO8601").astype("datetime64[us]")
    return moments(stamps).fillna(local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC"))


@understood("air_org_kz")
def parse_stations(
    payload: Any, city: str = "", box: Sequence[float] = WORLD, direct: Collection[str] = ()
) -> pd.DataFrame:
    """
    Stations of an answer.

    Parameters
    ----------
    payload, city, box, direct
        As for `parse`.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`. Of several at one place (to about 10 m) the official one, else the first,
        counts: the others carry it as ``same_as``, because two networks often list one device.
    """
    listed = [
        {
            "source": "air_org_kz",
            "station": _station(r),
            "city": city,
            "name": str(r.get("name") or r.get("location_name") or _station(r)).strip(),
            "lat": _place(r)[0],
            "lon": _place(r)[1],
            "kind": _kind(r),
            "owner": str(r.get("origin") or "Almaty Air Initiative"),
            "licence": "",
            "coord_quality": "exact",
        }
        for r in _records(payload, box, direct)
        if _station(r)
    ]
    found = pd.DataFrame(listed).drop_duplicates("station") if listed else pd.DataFrame()
    if len(found):
        found = found.sort_values("kind", key=lambda kind: kind != "reference", kind="stable")
        first = found.groupby([found["lat"].round(4), found["lon"].round(4)])["station"].transform("first")
        found["same_as"] = first.where(first != found["station"], "")
    return found


class AirOrgKz(Network):
    """
    Stations in the city's box, but for those of networks that the same city reads directly.

    In the city file: ``zone`` of stamps without one; ``backend``, the path of the keyed service's list.
    """

    name = "air_org_kz"
    host = "https://api.air.org.kz"
    credit = Credit("Almaty Air Initiative and the networks it gathers", "https://air.org.kz", "none stated", False)
    every = timedelta(minutes=15)
    revises = timedelta(hours=3)
    first = timedelta(hours=6)
    reach: ClassVar[timedelta | None] = timedelta(hours=6)
    quota = Quota(60, timedelta(minutes=1))  # a client of it speaks of 100 a minute
    key = "AIR_ORG_KZ_KEY"

    def missing(self) -> Denied | None:
        """Nothing: the key is for the keyed service alone."""
        return None

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the newest hour of every pollutant."""

        def get(path: str, _: datetime) -> pd.DataFrame:
            return parse_stations(self._list(path, city), city.key, city.box, read_directly(city))

        found = self.each(self._lists(city), get, datetime.min, {}).rows
        return found.drop_duplicates("station") if len(found) else found

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """The newest hours, where they begin in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """The newest hours by pollutant, and the pollutants that did not come."""
        zone = str(city.networks.get(self.name, {}).get("zone", ""))

        def get(path: str, start: datetime) -> pd.DataFrame:
            answer = self._list(path, city, anew=True)
            return within(parse(answer, city.key, city.box, read_directly(city), zone), start, until)

        return self.each(self._lists(city), get, since, {})

    def _lists(self, city: City) -> list[tuple[str, str]]:
        """Name and path of each list that is asked for: one with the key, else one a pollutant."""
        backend = city.networks.get(self.name, {}).get("backend")
        if backend and self.client.secret():
            return [(KEYED, str(backend))]
        return [(name, f"api/{name}/hourly/latest") for name in ASKED]

    def _list(self, path: str, city: City, anew: bool = False) -> Any:
        if self._lists(city) == [(KEYED, path)]:
            key = {"X-API-Key": self.client.secret()}
            return self.held(path, lambda: self.client.get_json(path, headers=key, base=BACKEND), anew)
        asked = {"city": city.name("en")}
        return self.held((path, city.key), lambda: self.client.get_json(path, asked), anew)


def read_directly(city: City) -> frozenset[str]:
    """Origins whose network the city file names and which can be asked: their stations come without a go-between."""
    return frozenset(
        origin
        for origin, network in DIRECT.items()
        if network.name in city.networks and (not network.key or os.environ.get(network.key, "").strip())
    )
