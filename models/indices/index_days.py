"""Days per category of an air-quality index: of a city by its highest station, and of every station."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.times import local_days
from models.averages.averages import time_average
from models.averages.limit_averages import DAY, NOBODY, checks
from models.indices.aqi import averagings, bands, index_frame
from models.stations.monitors import once, standing_for_air

ALL = "all"  # the worst of the pollutants that were measured
COLUMNS: tuple[str, ...] = (
    "city", "standard", "parameter", "band", "category", "from", "to", "days", "days_checked", "days_not_checked",
    "completeness", "station_days", "station_days_checked", "stations", "indicative_days", "indicative_of", "of",
)  # fmt: skip


_NOTHING = pd.DataFrame(
    {
        "day": pd.DatetimeIndex([], tz="UTC"),
        "station": pd.Series(dtype="str"),
        "value": pd.Series(dtype="float64"),
        "parameter": pd.Series(dtype="str"),
        "minutes": pd.Series(dtype="int32"),
        "median": pd.Series(dtype="bool"),
    }
)


def daily_bands(
    rows: pd.DataFrame,
    standard: str,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    stations: pd.DataFrame | None = None,
    flags: Sequence[str] = ("ok",),
    min_coverage: float = MIN_COVERAGE,
) -> pd.DataFrame:
    """
    Band of every station, pollutant and local day.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city.
    standard : str
        Key of `models.indices.aqi.STANDARDS`.
    start, end : datetime
        Half-open; aware.
    zone : str
        The city's clock.

    Returns
    -------
    DataFrame
        ``station, parameter, day`` (UTC start)``, value`` [µg/m³]``, index, band, median``. Only what the standard
        can index: the day's mean (1440 min), its highest 8-h mean (480) or its highest hour (60), as the standard
        asks, from at least `min_coverage` of the day; the worst where it asks for two. ``median`` marks delivered
        daily medians, which stand beside and are never counted.
    """
    air = once(standing_for_air(rows), stations)
    there = set(air["parameter"])
    parts = [
        _daily(air[air["parameter"] == parameter], parameter, minutes, start, end, zone, flags, min_coverage)
        for parameter, accepted in averagings(standard).items()
        for minutes in accepted
        if parameter in there
    ]
    found = [part for part in parts if len(part)]
    table = pd.concat(found, ignore_index=True) if found else _NOTHING
    indexed = table.join(index_frame(table, standard)[["index", "band"]]).dropna(subset=["band"])
    ordered = indexed.sort_values(["station", "parameter", "day", "median", "index"], kind="stable")
    best = ordered.drop_duplicates(["station", "parameter", "day", "median"], keep="last")
    return best.drop(columns="minutes").reset_index(drop=True)


def _daily(
    rows: pd.DataFrame,
    parameter: str,
    minutes: int,
    start: datetime,
    end: datetime,
    zone: str,
    flags: Sequence[str],
    min_coverage: float,
) -> pd.DataFrame:
    averaging = {60: "1h", 480: "8h", DAY: "24h"}[minutes]
    made = checks(rows, averaging, start, end, zone=zone, flags=flags, min_coverage=min_coverage)
    values = made.values
    if averaging == "1h":
        values = time_average(values, "day", min_coverage, tz=zone, statistic="max", span="calendar")
    parts = [_long(values, parameter, minutes, median=False)]
    if averaging == "24h":
        parts.append(_long(made.medians, parameter, minutes, median=True))
    return pd.concat(parts, ignore_index=True)


def _long(wide: pd.DataFrame, parameter: str, minutes: int, *, median: bool) -> pd.DataFrame:
    index = wide.rename_axis(index="day", columns="station")
    table = index.reset_index().melt(id_vars="day", value_name="value").dropna(subset=["value"])
    table = table[table["station"] != NOBODY]
    return table.assign(parameter=parameter, minutes=np.int32(minutes), median=median)


def category_days(
    found: pd.DataFrame, standard: str, start: datetime, end: datetime, *, city: str, zone: str
) -> pd.DataFrame:
    """
    How many days fell into each category.

    Parameters
    ----------
    found : DataFrame
        As `daily_bands` gives it.
    standard, start, end, zone
        As there.
    city : str
        Key.

    Returns
    -------
    DataFrame
        `COLUMNS`, a line per pollutant (and ``all``) and category. ``days``: local days on which the highest station
        fell into it, of ``days_checked``; empty where no day was checked. ``indicative_days``: the same from daily
        medians. ``of`` names the pollutants that entered.
    """
    sound, medians = found[~found["median"].astype(bool)], found[found["median"].astype(bool)]
    total = len(days_of(start, end, zone))
    lines: list[dict[str, Any]] = []
    for parameter in (*averagings(standard), ALL):
        mine, beside = (part if parameter == ALL else part[part["parameter"] == parameter] for part in (sound, medians))
        lines += _lines(mine, beside, standard, parameter, total)
    clock = [pd.Timestamp(moment).tz_convert(zone).isoformat() for moment in (start, end)]
    table = pd.DataFrame(lines).assign(city=city, standard=standard, **{"from": clock[0], "to": clock[1]})
    whole = [name for name in COLUMNS if "days" in name or name in ("band", "stations", "indicative_of")]
    return table.astype(dict.fromkeys(whole, "Int64"))[list(COLUMNS)]


def days_of(start: datetime, end: datetime, zone: str) -> pd.DatetimeIndex:
    """Every local day that the period touches."""
    return pd.date_range(*local_days([pd.Timestamp(start), pd.Timestamp(end) - pd.Timedelta(1, "us")], zone))


def _lines(mine: pd.DataFrame, beside: pd.DataFrame, standard: str, parameter: str, total: int) -> list[dict[str, Any]]:
    city, place = mine.groupby("day")["band"].max(), mine.groupby(["station", "day"])["band"].max()
    median = beside.groupby("day")["band"].max()
    of: Mapping[str, Any] = {
        "days_checked": len(city),
        "days_not_checked": total - len(city),
        "completeness": len(city) / total,
        "station_days_checked": len(place),
        "stations": mine["station"].nunique(),
        "indicative_of": len(median) or None,
        "of": " ".join(name for name in averagings(standard) if name in set(mine["parameter"])),
    }
    return [
        {
            "parameter": parameter,
            "band": number,
            "category": band.category,
            "days": int((city == number).sum()) if len(city) else None,
            "station_days": int((place == number).sum()) if len(place) else None,
            "indicative_days": int((median == number).sum()) if len(median) else None,
            **of,
        }
        for number, band in bands(standard).items()
    ]
