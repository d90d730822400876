"""Words about plumes of methane, in the reader's language."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data.city import City
from data.methane.pledges import pledges
from jobs.methane.answer import LAG, Methane
from pages.ui.reader import language
from pages.ui.reader.language import MISSING, number, t

Row = Mapping[Any, Any]
UTC_ZONE = ZoneInfo("UTC")


def answer(found: Methane, city: City) -> str:
    """How many plumes there are, or none, or that nobody looked: three different answers."""
    name = city.name(language.language())
    if not found.looked or found.file_date is None:
        return t("methane.not_looked", city=name)
    told = {"city": name, "radius": number(found.radius_km), "date": _day(found.file_date)}
    if not len(found.plumes):
        return t("methane.none", **told)
    return t("methane.some", n=len(found.plumes), **told)


def behind(found: Methane) -> str:
    """Since when nobody has looked; empty where nobody ever did."""
    if found.newest is None:
        return ""
    return t("methane.behind", low=LAG[0], high=LAG[1], newest=language.day(found.newest, UTC_ZONE))


def pledge(city: City) -> str:
    """Since when the country is in the pledge, and how far that is known."""
    known = pledges().get(city.country)
    if known is None:
        return t("methane.pledge_unknown")
    since = _day(date.fromisoformat(known.since)) if len(known.since) > 4 else known.since
    return t("methane.pledge", since=since, how=t(f"methane.read.{known.read}", source=known.source))


def dated(row: Row, zone: ZoneInfo, *, short: bool = False) -> str:
    """The overpass, with its time where the file knows it; a day alone is the satellite's, in UTC."""
    if row["precision"] == "day" or short:
        return language.day(row["observed_at"], UTC_ZONE if row["precision"] == "day" else zone)
    return language.at(row["observed_at"], zone)


def rate(row: Row) -> str:
    """Rate with its standard deviation, as far as they are stated."""
    if pd.isna(row["flux_t_h"]):
        return t("methane.no_rate")
    spread = "" if pd.isna(row["flux_std_t_h"]) else f" ± {number(row['flux_std_t_h'], 1)}"
    return f"{number(row['flux_t_h'], 1)}{spread} {t('methane.unit')}"


def seen(row: Row) -> str:
    """Sensor and sector, as the publisher names them."""
    return " · ".join(x for x in (str(row["sensor"]), sector(row)) if x)


def sector(row: Row) -> str:
    """The publisher's sector; its own word where the catalogs know none."""
    key = f"methane.sector.{str(row['sector']).lower().replace(' ', '_')}"
    return t(key) if language.has(key) else str(row["sector"])


def position(row: Row) -> str:
    """Where it was seen, with how far that may be off."""
    place = f"{number(row['lat'], 3)}, {number(row['lon'], 3)}"
    if pd.isna(row["position_km"]):
        return t("methane.position_unstated", place=place)
    return t("methane.position", place=place, km=number(row["position_km"]))


def nearest(row: Row) -> str:
    """The nearest mapped site; never where the plume came from."""
    if not row["nearest_site"]:
        return t("methane.no_site")
    words = t("methane.nearest", site=row["nearest_site_name"], km=number(row["nearest_site_km"], 1))
    coarse = row["nearest_site_quality"] in ("town", "approximate")
    quality = t(f"map.quality.{row['nearest_site_quality']}")
    return f"{words} ({quality})" if coarse else words


def read(found: Methane, zone: ZoneInfo) -> str:
    """When a file was last read."""
    return MISSING if found.read_at is None else language.at(found.read_at, zone)


def _day(day: date) -> str:
    return language.day(datetime(day.year, day.month, day.day, tzinfo=UTC), UTC_ZONE)
