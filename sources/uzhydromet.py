"""Uzhydromet: what its public map (monitoring.meteo.uz) shows of the posts of Uzbekistan. Keyless."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, number, shape, within

# `Si` is an index and is left out.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "PM2.5": "pm25",
        "PM10": "pm10",
        "SO2": "so2",
        "CO": "co",
        "NO": "no",
        "NO2": "no2",
        "O3": "o3",
        "NH3": "nh3",
    }
)
UNIT = "mg/m3"  # of the map's answer; its pages for people show µg/m³
ZONE = ZoneInfo("Asia/Tashkent")
MISSING = -999.0  # -9999 on its pages
DAY = "network: it states the day of the value, not the hour"
NAMES = re.compile(r's:\d+:"(ru|uz|oz|en)";s:\d+:"([^"]*)"')  # a title as PHP writes an array of languages
WORLD = (-90.0, -180.0, 90.0, 180.0)
COLUMNS = ("station", "parameter", "start", "raw_value")


@understood("uzhydromet")
def parse(payload: Any, city: str = "", box: Sequence[float] = WORLD) -> pd.DataFrame:
    """
    Values of the map's posts in a box.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/api/maps``.
    city : str
        Written into every row.
    box : sequence of float
        South, west, north, east. [°]

    Returns
    -------
    DataFrame
        For `data.schema.conform`. A post states the day of its values alone, and some days are years old: the interval
        is that whole day on Tashkent's clock, and every row is suspect, because it is one reading of unknown hour and
        no mean of a day. Posts without a day have no start and are rejected at the door. A cell that says "no value"
        ("-", empty) makes no row.

    Raises
    ------
    BadPayload
        When the answer is no list of regions with their posts.
    """
    rows = pd.DataFrame(
        [
            (f"uzhydromet:{post['id']}", ours, post.get("date"), _value(post[theirs]))
            for post in _posts(payload, box)
            for theirs, ours in PARAMETERS.items()
            if post.get(theirs) not in (None, "", "-")
        ],
        columns=list(COLUMNS),
    ).astype({"raw_value": "float64"})
    texts = rows["start"].where(rows["start"].map(lambda t: isinstance(t, str)))
    days = pd.to_datetime(texts, format="%d.%m.%Y", errors="coerce")
    days = days.where((days.dt.year >= 1970) & (days.dt.year < 2200)).astype("datetime64[us]")
    rows["start"] = days.dt.tz_localize(ZONE, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    told = {"flag": "suspect", "reason": DAY, "minutes": 1440, "raw_unit": UNIT}
    return rows.assign(source="uzhydromet", city=city, kind="reference", **told)


def _value(given: Any) -> float:
    value = number(given)
    return float("nan") if value <= MISSING else value


def _posts(payload: Any, box: Sequence[float]) -> list[dict[str, Any]]:
    regions = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(regions, list) or not all(isinstance(r, dict) for r in regions):
        raise BadPayload("sources.answer.lacks", network="uzhydromet", part="data", found=shape(payload))
    posts = [p for r in regions if isinstance(r.get("stations"), list) for p in r["stations"] if isinstance(p, dict)]
    if not any("id" in p and "lat" in p for p in posts):
        raise BadPayload("sources.answer.incomplete", network="uzhydromet", parts=["id", "lat"])
    south, west, north, east = box
    placed = [(p, number(p.get("lat")), number(p.get("lon"))) for p in posts if p.get("id")]
    return [p for p, lat, lon in placed if south <= lat <= north and west <= lon <= east]


@understood("uzhydromet")
def parse_stations(payload: Any, city: str = "", box: Sequence[float] = WORLD) -> pd.DataFrame:
    """
    Posts of the map in a box.

    Parameters
    ----------
    payload, city, box
        As for `parse`.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`, with the names that the title gives in each language.
    """
    found = []
    for post in _posts(payload, box):
        names = dict(NAMES.findall(str(post.get("title") or "")))
        plain = str(post.get("alias") or post["id"])
        found.append(
            {
                "station": f"uzhydromet:{post['id']}",
                "name": names.get("en") or names.get("uz") or plain,
                "name_ru": names.get("ru", ""),
                "name_uz": names.get("uz") or names.get("oz", ""),
                "lat": number(post.get("lat")),
                "lon": number(post.get("lon")),
            }
        )
    return pd.DataFrame(found).assign(
        source="uzhydromet", city=city, kind="reference", owner="Uzhydromet", licence="", coord_quality="exact"
    )


class Uzhydromet(Network):
    """The posts in the city's box, automatic and manual; most of the map's values are old and drop out by their day."""

    name = "uzhydromet"
    host = "https://monitoring.meteo.uz"
    credit = Credit("Uzhydromet", "https://monitoring.meteo.uz", "none stated", False)
    every = timedelta(hours=1)
    revises = timedelta(days=2)
    quota = Quota(10, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Posts in the box, silent ones too."""
        return parse_stations(self._answer(), city.key, city.box)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Values whose day begins in [since, until)."""
        return within(parse(self._answer(), city.key, city.box), since, until)

    def _answer(self) -> Any:
        return self.client.get_json("api/maps")
