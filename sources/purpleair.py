"""PurpleAir: low-cost sensors with two channels, the present reading of each. Needs a key, paid by points."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, numbers, shape, within

# As the sensor counts (CF=1), the mean of its channels: a correction is a matter of `models`, and keeps both. The box's
# own humidity and temperature are left out: it is warmer and drier inside than the air is.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"pm1.0_cf_1": "pm1", "pm2.5_cf_1": "pm25", "pm10.0_cf_1": "pm10", "pressure": "pressure"}
)
UNITS: Mapping[str, str] = MappingProxyType({"pm1": "µg/m³", "pm25": "µg/m³", "pm10": "µg/m³", "pressure": "hPa"})
PLACE = ("sensor_index", "name", "latitude", "longitude", "altitude", "location_type", "last_seen")
FIELDS = (*PLACE, *PARAMETERS, "pm2.5_cf_1_a", "pm2.5_cf_1_b", "confidence")
PARTICLES = ("pm1", "pm25", "pm10")
# Two channels that differ by more than both are no pair: Barkjohn et al. 2021, DOI 10.5194/amt-14-4617-2021, 2.4.
APART, APART_SHARE = 5.0, 0.61  # [µg/m³], of their mean
DOUBTS = ("channels", "network")
DOUBTED = 50.0  # the network's own confidence in the two channels, of 100
FOOT = 0.3048  # [m]
OUTSIDE = 0.0  # `location_type`


@understood("purpleair")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Readings of an answer; sensors inside buildings are left out.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/sensors``: ``fields`` names the columns of ``data``, in its own order.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, at ``last_seen`` (``minutes`` 0). Where the two channels of PM2.5 disagree, or the
        network's confidence is low, particles are suspect and ``checks`` say so.

    Raises
    ------
    BadPayload
        When the answer is no table of sensors.
    """
    table = _table(payload)
    told = _doubts(table)
    parts = [
        pd.DataFrame(
            {
                "station": _ids(table),
                "parameter": ours,
                "start": pd.to_datetime(_numbers(table, "last_seen"), unit="s", utc=True, errors="coerce"),
                "raw_value": _numbers(table, theirs),
                "raw_unit": UNITS[ours],
                "checks": told if ours in PARTICLES else checks.none(table.index),
            }
        )
        for theirs, ours in PARAMETERS.items()
        if theirs in table
    ]
    rows = pd.concat(parts, ignore_index=True)
    rows["flag"] = pd.Series("ok", index=rows.index).mask(checks.has(rows["checks"], *DOUBTS), "suspect")
    return rows.assign(source="purpleair", city=city, kind="indicative", minutes=0, statistic="instant")


def _table(payload: Any) -> pd.DataFrame:
    fields = payload.get("fields") if isinstance(payload, dict) else None
    data = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(fields, list) or not isinstance(data, list) or "sensor_index" not in fields:
        raise BadPayload("sources.answer.lacks", network="purpleair", part="fields", found=shape(payload))
    if "last_seen" not in fields or not set(PARAMETERS) & {f for f in fields if isinstance(f, str)}:
        raise BadPayload("sources.answer.incomplete", network="purpleair", parts=["last_seen", "pm2.5"])
    if any(not isinstance(row, list) or len(row) != len(fields) for row in data):
        raise BadPayload("sources.answer.uneven", network="purpleair", part="data")
    table = pd.DataFrame(data, columns=pd.Index(fields), dtype="object")
    table = table.loc[:, ~table.columns.duplicated()]
    outside = _numbers(table, "location_type", OUTSIDE).fillna(OUTSIDE) == OUTSIDE
    return table[outside].reset_index(drop=True)


def _numbers(table: pd.DataFrame, name: str, absent: float = float("nan")) -> pd.Series:
    return numbers(table[name] if name in table else pd.Series(absent, index=table.index))


def _ids(table: pd.DataFrame) -> pd.Series:
    number = table["sensor_index"]
    return ("purpleair:" + number.astype("str")).where(number.map(lambda n: isinstance(n, int)))


def _doubts(table: pd.DataFrame) -> pd.Series:
    """Checks that doubt the particles of a sensor."""
    a, b, sure = (_numbers(table, n) for n in ("pm2.5_cf_1_a", "pm2.5_cf_1_b", "confidence"))
    apart = (a - b).abs()
    pair = (apart > APART) & (apart > APART_SHARE * (a + b) / 2)
    found = [
        (make("channels", f"{one:.1f}", f"{other:.1f}"),) if far
        else (make("network", "confidence", f"{confidence:.0f}"),) if confidence < DOUBTED
        else checks.NONE
        for one, other, far, confidence in zip(a, b, pair, sure, strict=True)
    ]  # fmt: skip
    return checks.column(found, table.index)


@understood("purpleair")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Sensors of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    table = _table(payload)
    names = table["name"] if "name" in table else table["sensor_index"]
    rows = pd.DataFrame(
        {
            "station": _ids(table),
            "name": names.astype("str"),
            "lat": _numbers(table, "latitude"),
            "lon": _numbers(table, "longitude"),
            "altitude": _numbers(table, "altitude") * FOOT,
        }
    ).dropna(subset=["station"])
    return rows.assign(
        source="purpleair", city=city, kind="indicative", owner="PurpleAir contributor",
        licence="PurpleAir data licence", coord_quality="rounded",
    )  # fmt: skip


class PurpleAir(Network):
    """Every outdoor sensor in the city's box that spoke within the hour."""

    name = "purpleair"
    host = "https://api.purpleair.com/v1"
    credit = Credit("PurpleAir and its contributors", "https://www.purpleair.com", "PurpleAir data licence", False)
    every = timedelta(minutes=30)  # each reading of the list costs points
    revises = timedelta(hours=1)
    first = timedelta(hours=1)
    reach: ClassVar[timedelta | None] = timedelta(hours=1)
    quota = Quota(10, timedelta(hours=1))
    key = "PURPLEAIR_API_KEY"

    def stations(self, city: City) -> pd.DataFrame:
        """Sensors in the box; what was fetched before with this object is not paid for again."""
        return parse_stations(self._answer(city), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Readings in [since, until); the list holds the present ones only."""
        return within(parse(self._answer(city, anew=True), city.key), since, until)

    def _answer(self, city: City, anew: bool = False) -> Any:
        south, west, north, east = city.box
        query = {
            "fields": ",".join(FIELDS), "location_type": 0, "max_age": 3600,
            "nwlng": west, "nwlat": north, "selng": east, "selat": south,
        }  # fmt: skip
        headers = {"X-API-Key": self.client.secret()}
        return self.held(city.key, lambda: self.client.get_json("sensors", query, headers=headers), anew)
