"""Uzhydromet: hours of the automatic posts of Uzbekistan, from its map and each post's page. Keyless."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from sources import uzhydromet_page
from sources.base import Answer, BadPayload, Credit, Failure, Quota, SourceError, understood
from sources.network import Network, number, shape, within

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
        "C6H6O": "phenol",
    }
)
INDEX = ("Si", "uz_si")  # Uzhydromet's own index of the post: kept as theirs, for posts with hours too
UNIT = "mg/m3"  # of the map's answer; its pages for people show µg/m³
ZONE = ZoneInfo("Asia/Tashkent")
MISSING = -999.0  # -9999 on its pages
DAY = make("network", "day_only")  # it states the day of the value, not the hour
MANUAL = ("false", "0", "none", "null", "")  # of ``is_horiba``
NUMBER = re.compile(r"\d{1,9}")
NAMES = re.compile(r's:\d+:"(ru|uz|oz|en)";s:\d+:"([^"]*)"')  # a title as PHP writes an array of languages
WORLD = (-90.0, -180.0, 90.0, 180.0)
COLUMNS = ("station", "parameter", "start", "raw_value", "raw_unit")


@understood("uzhydromet")
def parse(payload: Any, city: str = "", box: Sequence[float] = WORLD) -> pd.DataFrame:
    """
    Values of the map's posts in a box: days, for posts whose own page gave no hour.

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
        ("-", empty) makes no row. ``uz_si`` is Uzhydromet's own index of the post, as it prints it.

    Raises
    ------
    BadPayload
        When the answer is no list of regions with their posts.
    """
    posts = _posts(payload, box)
    given = [
        (f"uzhydromet:{post['id']}", ours, post.get("date"), _value(post[theirs]), UNIT)
        for post in posts
        for theirs, ours in PARAMETERS.items()
        if post.get(theirs) not in (None, "", "-")
    ]
    theirs, ours = INDEX
    # The field also holds words ("horiba"), which are no value that was lost.
    index = [(f"uzhydromet:{post['id']}", ours, post.get("date"), _value(post.get(theirs)), "1") for post in posts]
    known = [*given, *(row for row in index if not math.isnan(row[3]))]
    rows = pd.DataFrame(known, columns=list(COLUMNS)).astype({"raw_value": "float64"})
    texts = rows["start"].where(rows["start"].map(lambda t: isinstance(t, str)))
    days = pd.to_datetime(texts, format="%d.%m.%Y", errors="coerce")
    days = days.where((days.dt.year >= 1970) & (days.dt.year < 2200)).astype("datetime64[us]")
    rows["start"] = days.dt.tz_localize(ZONE, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    told = {"flag": "suspect", "minutes": 1440, "statistic": "instant"}
    rows["checks"] = checks.single(DAY, True, rows.index)
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
    """The posts in the city's box: hours from automatic ones' pages, the map's days where a page gave nothing."""

    name = "uzhydromet"
    host = "https://monitoring.meteo.uz"
    credit = Credit("Uzhydromet", "https://monitoring.meteo.uz", "none stated", False)
    every = timedelta(hours=1)
    revises = timedelta(days=2)
    quota = Quota(30, timedelta(minutes=1))  # none is stated; one page after the other, 28 automatic posts at most

    def stations(self, city: City) -> pd.DataFrame:
        """Posts in the box, silent ones too."""
        return parse_stations(self._map(), city.key, city.box)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Hours, and days of posts whose page gave nothing, that begin in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """As `fetch`, with the posts whose page could not be read; a page holds its newest hour alone."""
        shown = self._map(anew=True)
        pages = self._pages(city, automatic(shown, city.box), since)
        days = parse(shown, city.key, city.box)
        tables = [pages.rows, days[~days["station"].isin(_with_hours(pages.rows)) | days["parameter"].eq(INDEX[1])]]
        rows = within(pd.concat(tables, ignore_index=True), since, until)
        if pages.failed and len(pages.failed) == pages.asked and not len(rows):
            raise pages.failed[0].error
        return Answer(rows, pages.failed, pages.asked)

    def _pages(self, city: City, posts: Sequence[str], since: datetime) -> Answer:
        """What the page of each post says; where none could be read, each of them among the failures."""

        def get(post: str, _: datetime) -> pd.DataFrame:
            content = self.client.get_bytes(f"ru/map/view/{post}")
            return uzhydromet_page.parse(content or b"", f"uzhydromet:{post}", city.key)

        try:
            return self.each([(f"uzhydromet:{post}", post) for post in posts], get, since, {})
        except SourceError as error:
            lost = tuple(Failure(f"uzhydromet:{post}", error, since) for post in posts)
            return Answer(pd.DataFrame(), lost, len(posts))

    def _map(self, anew: bool = False) -> Any:
        return self.held("map", lambda: self.client.get_json("api/maps"), anew)


def automatic(payload: Any, box: Sequence[float] = WORLD) -> list[str]:
    """
    Numbers of the posts in a box that have a page of hours: all but those the map calls manual.

    Examples
    --------
    >>> posts = [{"id": 7, "lat": 1, "lon": 1, "is_horiba": True}, {"id": 8, "lat": 1, "lon": 1, "is_horiba": False}]
    >>> automatic({"data": [{"stations": posts}]})
    ['7']
    """
    posts = [p for p in _posts(payload, box) if str(p.get("is_horiba", True)).casefold() not in MANUAL]
    return list(dict.fromkeys(str(p["id"]) for p in posts if NUMBER.fullmatch(str(p["id"]))))


def _with_hours(pages: pd.DataFrame) -> set[str]:
    """Posts whose page gave a value with its hour."""
    return set(pages.loc[pages["raw_value"].notna() & pages["start"].notna(), "station"]) if len(pages) else set()
