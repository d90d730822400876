"""Signs of a source that nobody listed: excess from an empty sector, and ratios that no fingerprint explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution.panel import Array
from models.attribution.regional import others
from models.attribution.tables import POLLUTANTS

SECTORS = 16
LEAST_HOURS = 20
"""A sector with fewer hours says nothing (the same rule as for CBPF)."""
CERTAIN = 4.0
"""Standard errors (by day) that the excess of a sector must exceed."""
LARGE = 0.5
"""The excess must be this part of the network's mean to matter."""
OPEN = 30.0
"""A listed site within this angle of the sector's middle could be the cause. [°]"""
HUGE = 2.0
"""Where a listed site could be the cause, only an excess of this many network means, left over after its plume has been
fitted, is laid to another one."""
CLOSE = 3.0
"""A listed site nearer than this in the same direction takes any excess: plume formulas fail so near. [km]"""
REACH = 40.0
"""Sites farther than this cannot explain the excess of one station. [km]"""
ODD, ODD_HOURS = 3.0, 6
"""A ratio is unexplained when its residual exceeds three standard errors for six hours."""


@dataclass(frozen=True)
class Sign:
    """Station number, bearing [°] (NaN for a ratio), mean excess [µg/m³], hours, and the pollutant of a ratio."""

    station: int
    bearing: float
    excess: float
    hours: int
    pollutant: str


def excess(pm25: Array, explained: Array) -> Array:
    """What a station reads above the median of the others, beyond what listed plumes explain; (T, S). [µg/m³]"""
    return np.asarray(pm25 - others(pm25, 0.5) - explained)


def daily_error(values: Array, day: np.ndarray) -> float:
    """Standard error of a mean whose facts are days. [as values]"""
    means = pd.Series(values).groupby(day).mean()
    return float(means.std() / np.sqrt(len(means))) if len(means) > 2 else np.inf


def sectors(
    left: Array, direction: Array, day: np.ndarray, listed: list[tuple[Array, Array]], level: float
) -> list[Sign]:
    """
    Stations that read more when the wind comes from where nothing is listed.

    Parameters
    ----------
    left : array (T, S)
        Of :func:`excess`. [µg/m³]
    direction : array (T,)
        Wind from; NaN in calms. [°]
    day : array (T,)
        Number of the day.
    listed : list of pairs of arrays
        For each station the bearings [°] and distances [km] of listed sites within `REACH`.
    level : float
        Mean PM2.5 of the network. [µg/m³]
    """
    sector = np.where(
        np.isfinite(direction), np.nan_to_num(np.round(direction / (360 / SECTORS))) % SECTORS, -1
    ).astype(int)
    signs = []
    for station in range(left.shape[1]):
        known = np.isfinite(left[:, station])
        for number in range(SECTORS):
            inside, outside = known & (sector == number), known & (sector >= 0) & (sector != number)
            middle = number * 360 / SECTORS
            gap = np.abs((listed[station][0] - middle + 180) % 360 - 180)
            if inside.sum() < LEAST_HOURS or outside.sum() < LEAST_HOURS:
                continue
            if (listed[station][1][gap < OPEN] < CLOSE).any():
                continue
            enough = (HUGE if (gap < OPEN).any() else LARGE) * level
            # Medians: a dust storm or a single plume must not look like a source that is always there.
            surplus = float(np.median(left[inside, station]) - np.median(left[outside, station]))
            if surplus > enough and surplus > CERTAIN * daily_error(left[inside, station], day[inside]):
                signs.append(Sign(station, middle, surplus, int(inside.sum()), ""))
    return signs


def lasting(flag: np.ndarray, hours: int) -> np.ndarray:
    """
    Only the runs of `flag` (T, S) that last at least `hours`.

    Examples
    --------
    >>> lasting(np.array([[True], [True], [False], [True]]), 2).ravel().tolist()
    [True, True, False, False]
    """
    frame = pd.DataFrame(flag.astype(float))
    ends = frame.rolling(hours, min_periods=hours).min().fillna(0.0)
    return np.asarray(ends[::-1].rolling(hours, min_periods=1).max()[::-1].to_numpy() > 0)


def odd_ratios(residual: Array) -> dict[str, np.ndarray]:
    """Hours (T, S) in which SO2 or CO is far above what any mixture of the fingerprints gives, for six hours."""
    found = {}
    for name in ("so2", "co"):
        above = np.nan_to_num(residual[..., POLLUTANTS.index(name)]) > ODD
        found[name] = lasting(above, ODD_HOURS)
    return found


def unexplained(pm25: Array, left: Array, direction: Array, signs: list[Sign], odd: dict[str, np.ndarray]) -> Array:
    """Part (T, S) of the observation that is called undetermined, at most 90 % of it. [µg/m³]"""
    part = np.zeros_like(pm25)
    for sign in signs:
        near = np.abs((direction - sign.bearing + 180) % 360 - 180) <= 360 / SECTORS
        part[:, sign.station] = np.where(
            near, np.fmax(part[:, sign.station], left[:, sign.station]), part[:, sign.station]
        )
    strange = np.logical_or.reduce(list(odd.values())) if odd else np.zeros(pm25.shape, dtype=bool)
    part = np.where(strange, np.fmax(part, left), part)
    return np.clip(np.nan_to_num(part), 0.0, 0.9 * np.nan_to_num(np.maximum(pm25, 0.0)))


def ratio_signs(odd: dict[str, np.ndarray], left: Array) -> list[Sign]:
    """One sign per station and pollutant whose ratio stayed unexplained."""
    return [
        Sign(
            station,
            float("nan"),
            float(np.nanmean(np.fmax(left[flag[:, station], station], 0.0))),
            int(flag[:, station].sum()),
            name,
        )
        for name, flag in odd.items()
        for station in range(flag.shape[1])
        if flag[:, station].any()
    ]
