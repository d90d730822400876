"""Days of each year on which a city's 24-h figure lay over a limit, with how many days were known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from data.standards.rounding import above
from data.standards.temperature import held_at
from models.stations.freshness import BACKGROUND, described
from models.stations.monitors import once, standing_for_air

COLUMNS = (
    "parameter", "year", "standard", "level", "limit", "days_over", "days_over_any", "days_checked", "days",
    "completeness", "indicative_over", "indicative_of", "indicative",
)  # fmt: skip


def exceedance_days(
    daily: pd.DataFrame,
    limits: Sequence[Limit],
    stations: pd.DataFrame,
    *,
    min_coverage: float = MIN_COVERAGE,
) -> pd.DataFrame:
    """
    Days over each 24-h limit, per calendar year.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers: ``source, station, parameter, kind, minutes, day`` (local)``, value, coverage,
        median``; with ``mixing``, days of gases delivered as mixing ratios are held at a limit's own temperature.
    limits : sequence of Limit
        Those of other averagings are passed over: a day is held to 24-h limits only.
    stations : DataFrame
        ``station, station_class, same_as``.
    min_coverage : float
        Share of its hours a station's day needs. [0–1]

    Returns
    -------
    DataFrame
        `COLUMNS`, a line per parameter, year and limit in force on any of its days. ``days_over``: days on which the
        median of the background stations lay over it; ``days_over_any``: any station. Both are missing where
        ``days_checked`` is 0. ``days``: days of the year on which the limit was in force. Daily medians are only
        counted in ``indicative_over`` of ``indicative_of``.

    Examples
    --------
    >>> from models.limits import limits
    >>> days = pd.DataFrame({"source": "a", "station": "a:1", "parameter": "pm25", "kind": "reference",
    ...     "minutes": 60, "day": pd.date_range("2025-01-01", periods=4).date, "value": [70.0, 10.0, 61.0, 60.0],
    ...     "coverage": 1.0, "median": False})
    >>> places = pd.DataFrame({"station": ["a:1"], "name": "A", "station_class": "", "same_as": ""})
    >>> exceedance_days(days, limits("uz", "pm25"), places)[["days_over", "days_checked", "days"]].values.tolist()
    [[2, 4, 365]]
    """
    air = once(standing_for_air(daily.assign(start=pd.to_datetime(daily["day"]))), stations)
    _, classes = described(stations)
    lines = [
        line
        for limit in limits
        if limit.averaging == "24h"
        for line in _years(
            held_at(air[air["parameter"] == limit.parameter], limit.temperature), limit, classes, min_coverage
        )
    ]
    whole = [name for name in COLUMNS if name.startswith(("days", "indicative_")) or name == "year"]
    table = pd.DataFrame(lines, columns=list(COLUMNS)).astype(dict.fromkeys(whole, "Int64"))
    order = table.groupby(["parameter", "standard", "level"], sort=False).ngroup()
    return table.assign(order=order).sort_values(["order", "year"], kind="stable")[list(COLUMNS)].reset_index(drop=True)


def _years(rows: pd.DataFrame, limit: Limit, classes: dict[str, str], min_coverage: float) -> list[dict[str, object]]:
    held = rows[[limit.in_force(day.date()) for day in rows["start"]]]
    median = held["median"].astype(bool)
    means = held[~median & (held["coverage"] >= min_coverage)]
    background = means[means["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)]
    city, any_station = background.groupby("start")["value"].median(), means.groupby("start")["value"].max()
    beside = held[median].groupby("start")["value"].median()
    years = range(rows["start"].min().year, rows["start"].max().year + 1) if len(rows) else range(0)
    return [line for year in years if (line := _line(year, city, any_station, beside, limit))]


def _line(
    year: int, city: pd.Series, any_station: pd.Series, beside: pd.Series, limit: Limit
) -> dict[str, object] | None:
    days = int(np.sum([limit.in_force(day.date()) for day in pd.date_range(f"{year}-01-01", f"{year}-12-31")]))
    if not days:
        return None
    mine, other, median = (
        pd.Series(above(part[part.index.year == year], limit.concentration), dtype=bool)
        for part in (city, any_station, beside)
    )
    return {
        "parameter": limit.parameter,
        "year": year,
        "standard": limit.jurisdiction,
        "level": limit.level,
        "limit": limit.concentration,
        "days_over": int(mine.sum()) if len(mine) else None,
        "days_over_any": int(other.sum()) if len(other) else None,
        "days_checked": len(mine),
        "days": days,
        "completeness": len(mine) / days,
        "indicative_over": int(median.sum()) if len(median) else None,
        "indicative_of": len(median) or None,
        "indicative": limit.indicative,
    }
