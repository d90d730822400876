"""Words of the feeds page that several of its parts share: moments, shares, lengths of time, names."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from data.city import cities
from pages.ui.reader import language
from pages.ui.reader.language import number, t


def moment(value: object, zone: ZoneInfo) -> str:
    """A moment on a clock, a dash where there is none."""
    return language.MISSING if pd.isna(value) else language.at(pd.Timestamp(value).to_pydatetime(), zone)


def share(value: object, digits: int = 0) -> str:
    """A share as per cent; what is there is never rounded to nothing, what lacks a little never to all."""
    if value is None or value != value:
        return language.MISSING
    rounded = round(100 * float(value), digits)  # type: ignore[arg-type]
    if rounded == 0 < float(value):  # type: ignore[arg-type]
        return f"< {number(10.0**-digits, digits)} %"
    full = rounded >= 100 and float(value) < 1  # type: ignore[arg-type]
    return f"{'> ' if full else ''}{number(99 if full else rounded, digits)} %"


def span(delay: timedelta) -> str:
    """A length of time in its coarsest unit that still says something."""
    minutes = int(delay.total_seconds() // 60)
    unit, size = next((u, s) for u, s in (("days", 1440), ("hours", 60), ("minutes", 1)) if minutes >= 2 * s or s == 1)
    return t(f"feeds.length.{unit}", n=minutes // size)


def named(row: pd.Series) -> str:
    """`openaq · Astana`."""
    place = cities().get(row["city"])
    return f"{row['source']} · {place.name(language.language()) if place else row['city']}"
