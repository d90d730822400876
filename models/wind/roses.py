"""Roses: how often the wind blows from each sector, how strongly, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.trends.trends import Refused
from models.wind.polar import sectors

CALM = -999.0  # openair's sector of hours without speed


@dataclass(frozen=True)
class Rose:
    """
    A rose as a table.

    Attributes
    ----------
    table : DataFrame
        One row per sector: ``wd`` (middle; 360 = north, −999 = calm), one column per class with the share
        of all hours up to that class (cumulative), ``hours``. [% of hours with wind speed]
    classes : tuple of str
        Names of the class columns, in rising order.
    calm : float
        Share of hours without speed or without direction. [%]
    mean : float
        Mean of what is classed. [its unit]
    direction : float
        Direction of the mean unit vector of the sectors, calms left out. [°]
    """

    table: pd.DataFrame
    classes: tuple[str, ...]
    calm: float
    mean: float
    direction: float


def wind_rose(wide: pd.DataFrame, *, sector: float = 30.0, breaks: Sequence[float] = (0, 2, 4, 6)) -> Rose:
    """
    How often the wind blows from where, and how strongly.

    Parameters
    ----------
    wide : DataFrame
        Columns ``ws`` [m/s] and ``wd`` [° it blows from].
    sector : float
        Width of the sectors. Take a multiple of the step in which the network reports directions, or some
        sectors will catch more steps than others. [°]
    breaks : sequence of float
        Edges of the classes of speed; above the last there is one more. [m/s]

    Returns
    -------
    Rose

    Notes
    -----
    openair's ``windRose``. Calm is a speed of exactly zero or a missing direction.

    Examples
    --------
    >>> wide = pd.DataFrame({"ws": [0.0, 1.0, 3.0, 9.0], "wd": [0.0, 90.0, 90.0, 180.0]})
    >>> rose = wind_rose(wide)
    >>> rose.calm, rose.table.loc[rose.table["wd"] == 90, list(rose.classes)].values.tolist()
    (25.0, [[25.0, 50.0, 50.0, 50.0]])
    """
    return _rose(wide, "ws", sector, breaks)


def pollution_rose(
    wide: pd.DataFrame, parameter: str, *, sector: float = 30.0, breaks: Sequence[float] | None = None
) -> Rose:
    """
    How often the wind blows from where, split by what concentration it brings.

    Parameters
    ----------
    wide : DataFrame
        Columns ``ws`` [m/s], ``wd`` [°] and `parameter`.
    parameter : str
        Column to class.
    sector : float
        As in `wind_rose`. [°]
    breaks : sequence of float, optional
        Edges of the classes; by default round steps towards the 95th percentile, the last class
        open. [its unit]

    Returns
    -------
    Rose

    Notes
    -----
    openair's ``pollutionRose``. As there, a class holds what is above its lower edge: values equal to the
    lowest edge (zeros, mostly) are in no class, while ``hours`` counts every hour with wind.
    """
    if breaks is None:
        values = wide[parameter].dropna()
        if values.empty:
            raise Refused("models.wind.no_value", named=parameter)
        breaks = pretty(float(min(values.min(), 0.0)), float(values.quantile(0.95)), 6)[:-1]
    return _rose(wide, parameter, sector, breaks)


def percentile_rose(
    wide: pd.DataFrame,
    parameter: str,
    percentiles: Sequence[float] = (25, 50, 75, 90, 95),
    *,
    sector: float = 10.0,
    calm: float = 0.0,
) -> pd.DataFrame:
    """
    Percentiles of a concentration by wind sector.

    Parameters
    ----------
    wide, parameter
        As in `pollution_rose`.
    percentiles : sequence of float
        Which. [0–100]
    sector : float
        Width of the sectors. [°]
    calm : float
        Hours up to this speed stay out. [m/s]

    Returns
    -------
    DataFrame
        ``wd, n`` and one column ``p<percentile>`` each. [unit of the parameter]

    Examples
    --------
    >>> wide = pd.DataFrame({"ws": 2.0, "wd": [90.0] * 3, "so2": [1.0, 2.0, 3.0]})
    >>> percentile_rose(wide, "so2", [50]).values.tolist()
    [[90.0, 3.0, 2.0]]
    """
    hours = wide[["ws", "wd", parameter]].dropna()
    hours = hours[hours["ws"] > calm]
    grouped = hours[parameter].groupby(pd.Index(sectors(hours["wd"].to_numpy(dtype=float), sector), name="wd"))
    columns = {f"p{p:g}": grouped.quantile(p / 100) for p in percentiles}
    return pd.DataFrame({"n": grouped.size()} | columns).reset_index()


def pretty(low: float, high: float, steps: int) -> list[float]:
    """
    Round edges that cover a range in about so many steps.

    Parameters
    ----------
    low, high : float
        Range to cover.
    steps : int
        Wanted number of steps.

    Notes
    -----
    Steps are 1, 2, 5 or 10 times a power of ten, with the preference for larger ones of R's ``pretty``
    (Becker, Chambers & Wilks 1988, The New S Language).

    Examples
    --------
    >>> pretty(0.0, 11.3, 6)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0]
    """
    raw = (high - low) / steps
    if raw <= 0:
        return [low, low + 1.0]
    base = 10.0 ** np.floor(np.log10(raw))
    unit = base
    for factor, nearer in ((2.0, 1.5), (5.0, 2.75), (10.0, 1.5)):
        if factor * base - raw < nearer * (raw - unit):
            unit = factor * base
    first, last = np.floor(low / unit + 1e-7), np.ceil(high / unit - 1e-7)
    return [float(edge * unit) for edge in np.arange(first, last + 1)]


def _rose(wide: pd.DataFrame, classed: str, sector: float, breaks: Sequence[float]) -> Rose:
    missing = {"ws", "wd", classed} - set(wide)
    if missing:
        needed, lacking = ["ws", "wd", classed], sorted(missing)
        raise Refused("models.wind.rose_columns", who="asker", parameter=lacking[0], needed=needed, missing=lacking)
    hours = wide[wide["ws"].notna()]
    if hours.empty:
        raise Refused("models.wind.no_speed")
    speed, values = hours["ws"].to_numpy(dtype=float), hours[classed].to_numpy(dtype=float)
    middle = sectors(hours["wd"].to_numpy(dtype=float), sector)
    still = (speed == 0.0) & ~np.isnan(middle)
    middle[still] = CALM
    directed = ~np.isnan(middle)
    table, classes = _classes(middle[directed], values[directed], breaks, 100.0 / len(hours))
    return Rose(
        table=table,
        classes=classes,
        calm=100.0 * float(np.mean(still | ~directed)),
        mean=float(np.nanmean(values)),
        direction=_mean_direction(middle[directed & ~still]),
    )


def _classes(
    middle: npt.NDArray[np.float64], values: npt.NDArray[np.float64], breaks: Sequence[float], unit: float
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Share of the hours up to each class, sector by sector."""
    edges = [float(edge) for edge in breaks]
    wd, row = np.unique(middle, return_inverse=True)
    level = np.searchsorted(edges, values, side="left") - 1  # above its edge; −1 is in no class
    seen = ~np.isnan(values) & (level >= 0)
    size = len(edges)
    counts = np.bincount(row[seen] * size + level[seen], minlength=len(wd) * size).reshape(len(wd), size)
    names = (*(f"{a:g} to {b:g}" for a, b in pairwise(edges)), f"above {edges[-1]:g}")
    table = pd.DataFrame(np.cumsum(counts, axis=1) * unit, columns=list(names))
    table.insert(0, "wd", wd)
    return table.assign(hours=np.bincount(row, minlength=len(wd))), names


def _mean_direction(middle: npt.NDArray[np.float64]) -> float:
    if not len(middle):
        return float("nan")
    angle = np.radians(middle)
    return float(np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean())) % 360.0)
