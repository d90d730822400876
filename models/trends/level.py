"""A level over a period and how sure it is: every station left out in turn, what the left-out values would change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.standards.limits import Limit
from data.standards.rounding import above
from data.standards.temperature import held_at

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Level:
    """
    Mean of a city's days, with what it rests on.

    Attributes
    ----------
    value : float
        Mean over the days of the median over the stations. [unit of the days]
    lower, upper : float or None
        Least and greatest mean if any one station had not been there; None with one station. [unit of the days]
    days : int
        Days with a figure.
    over : int or None
        Days above the limit in force; None without a limit.
    over_lower, over_upper : int or None
        Least and greatest count if any one station had not been there.
    stations : int
        That entered on any day.
    stations_typical : float
        Median number of stations of a day.
    left_out_share : float or None
        Of the delivered values, those that checks left out; None where it is not known. [0–1]
    with_left_out : float or None
        The mean if they had counted. [unit of the days]
    """

    value: float
    lower: float | None
    upper: float | None
    days: int
    over: int | None
    over_lower: int | None
    over_upper: int | None
    stations: int
    stations_typical: float
    left_out_share: float | None = None
    with_left_out: float | None = None


def level(
    days: pd.DataFrame,
    limits: Sequence[Limit] = (),
    *,
    values: tuple[int, int] | None = None,
    everything: pd.DataFrame | None = None,
    without: Iterable[date] = (),
) -> Level | None:
    """
    The level of a period.

    Parameters
    ----------
    days : DataFrame
        ``day`` (midnight without a zone)``, station, value``: station-days of one parameter and basis (see
        `models.averages.city_days.station_days`), of the period alone; ``mixing`` where it is known. [µg/m³]
    limits : sequence of Limit
        Of 24 h; a day is held to the one that is in force on it. Leave out where the days are medians.
    values : tuple of int
        Values delivered in the period, and those of them that were left out.
    everything : DataFrame
        The same station-days if no value had been left out.
    without : iterable of date
        Days taken out, such as those of dust.

    Returns
    -------
    Level or None
        None without any day.

    Notes
    -----
    The range is that of the jackknife's values (Tukey 1958), not its interval: with two stations a day no interval has
    a meaning, while "if this post had not been there" has.

    Examples
    --------
    >>> rows = pd.DataFrame({"day": pd.to_datetime(["2025-01-01"] * 3 + ["2025-01-02"]), "station": list("abca"),
    ...                      "value": [10.0, 20.0, 60.0, 30.0]})
    >>> made = level(rows)
    >>> made.value, made.lower, made.upper, made.days, made.stations_typical
    (25.0, 22.5, 40.0, 2, 2.0)
    """
    wide = _wide(days, without)
    if wide.empty:
        return None
    table, whole = wide.to_numpy(dtype=float), _medians(wide.to_numpy(dtype=float))
    less = _less(table)
    means = [float(np.nanmean(part)) for part in less if np.isfinite(part).any()]
    value = float(np.nanmean(whole))
    over, counts = _over(days, wide, limits, without)
    return Level(
        value=value,
        lower=min(value, *means) if means else None,
        upper=max(value, *means) if means else None,
        days=len(whole),
        over=over,
        over_lower=min([*counts, over]) if counts and over is not None else None,
        over_upper=max([*counts, over]) if counts and over is not None else None,
        stations=table.shape[1],
        stations_typical=float(np.median(np.isfinite(table).sum(axis=1))),
        left_out_share=values[1] / values[0] if values and values[0] else None,
        with_left_out=_mean(everything, without),
    )


def yearly_levels(
    days: pd.DataFrame, limits: Sequence[Limit] = (), *, without: Iterable[date] = ()
) -> dict[int, Level]:
    """`level` of each calendar year that has a day."""
    known, out = pd.DatetimeIndex(days["day"]).year, list(without)
    found = {int(year): level(days[known == year], limits, without=out) for year in sorted(set(known))}
    return {year: made for year, made in found.items() if made is not None}


def concentrations(days: pd.DatetimeIndex, limits: Sequence[Limit]) -> Array:
    """The 24-h limit in force on each day; NaN where there is none. [µg/m³]"""
    held = np.full(len(days), np.nan)
    for limit in (x for x in limits if x.averaging == "24h"):
        held[[limit.in_force(day.date()) for day in days]] = limit.concentration
    return held


def _over(
    days: pd.DataFrame, wide: pd.DataFrame, limits: Sequence[Limit], without: Iterable[date]
) -> tuple[int | None, list[int]]:
    """Days above the limit in force, at its own temperature; and as many counts as stations that may be left out."""
    held = concentrations(pd.DatetimeIndex(wide.index), limits)
    if not np.isfinite(held).any():
        return None, []
    there = held_at(days, next((x.temperature for x in limits if x.averaging == "24h"), None))
    table = (wide if there is days else _wide(there, without)).to_numpy(dtype=float)
    counts = [int(np.sum(above(part, held))) for part in _less(table) if np.isfinite(part).any()]
    return int(np.sum(above(_medians(table), held))), counts


def _less(table: Array) -> list[Array]:
    """Figures of the days with each station left out in turn; none with a single station."""
    return [_medians(np.delete(table, i, axis=1)) for i in range(table.shape[1])] if table.shape[1] > 1 else []


def _wide(days: pd.DataFrame, without: Iterable[date]) -> pd.DataFrame:
    """Days by stations, without days that are taken out or empty."""
    wide = days.pivot_table(index="day", columns="station", values="value", observed=True)
    return wide[~wide.index.isin([pd.Timestamp(day) for day in without])].dropna(how="all").dropna(how="all", axis=1)


def _medians(table: Array) -> Array:
    """Median over the stations of each day; NaN where none is left."""
    made = np.full(len(table), np.nan)
    known = np.isfinite(table).any(axis=1)
    if known.any():
        made[known] = np.nanmedian(table[known], axis=1)
    return made


def _mean(days: pd.DataFrame | None, without: Iterable[date]) -> float | None:
    wide = pd.DataFrame() if days is None else _wide(days, without)
    return None if wide.empty else float(np.nanmean(_medians(wide.to_numpy(dtype=float))))
