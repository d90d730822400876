"""How much of the regional part came from which side of the border, from the wind of the past day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution.panel import CALM, Array

HISTORY = 24
"""Hours of wind that carried the air in. [h]"""
STILL = 0.5
"""With more calm hours than this part of the history the way of the air is not known."""
BEARING_ERROR = 30.0
"""Error of the bearing: one vane stands for the way of a day (published trajectories differ by about 20 % of the way
travelled; Stohl 1998, doi:10.1016/S1352-2310(97)00457-3). [°]"""


@dataclass(frozen=True)
class Neighbour:
    """A country as seen from the city: bearings clockwise `start` to `end`. [°]"""

    country: str
    start: float
    end: float

    def holds(self, bearing: Array) -> np.ndarray:
        """
        Whether bearings lie in the sector, which may pass through north.

        Examples
        --------
        >>> Neighbour("KZ", 300, 60).holds(np.array([10.0, 180.0])).tolist()
        [True, False]
        """
        return np.asarray(
            (bearing - self.start) % 360 < (self.end - self.start) % 360
            if self.end != self.start
            else bearing == bearing
        )


def origin(speed: Array, direction: Array) -> tuple[Array, np.ndarray]:
    """
    Bearing from which the air of each hour came over the past day, and whether it is known; each (T,). [°]

    The hourly wind vectors are added; more than half of the history calm or missing makes the bearing unknown.
    """
    moving = np.isfinite(direction) & (speed >= CALM)
    angle = np.deg2rad(np.where(moving, direction, 0.0))
    run = np.where(moving, np.nan_to_num(speed), 0.0)
    east = pd.Series(run * np.sin(angle)).rolling(HISTORY, min_periods=1).sum()
    north = pd.Series(run * np.cos(angle)).rolling(HISTORY, min_periods=1).sum()
    still = 1 - pd.Series(moving.astype(float)).rolling(HISTORY, min_periods=6).mean()
    known = still.le(STILL).to_numpy() & (np.hypot(east, north) > 0).to_numpy()
    return np.rad2deg(np.arctan2(east, north)).to_numpy() % 360, known


def transboundary(
    regional: Array,
    total: Array,
    bearing: Array,
    known: np.ndarray,
    day: np.ndarray,
    neighbours: Sequence[Neighbour],
    seed: int,
) -> pd.DataFrame:
    """
    Share of PM2.5 that came in from the side of each neighbour, with a 90 % interval; status says where not known.

    Parameters
    ----------
    regional, total : array (T,)
        Network means. [µg/m³]
    bearing, known : array (T,)
        Of :func:`origin`.
    day : array (T,)
        Number of the day.
    neighbours : sequence of Neighbour
        Sectors of the city file.
    seed : int
        Of the draws: days with replacement, one common error of the bearing, and a factor on the regional part
        (log-standard deviation 0.4, its own spread).
    """
    usable = known & np.isfinite(regional) & np.isfinite(total)
    rng = np.random.default_rng(seed)
    if not np.isfinite(total).any() or usable.mean() < 0.5:
        rows = [(n.country, np.nan, np.nan, np.nan, "not identifiable") for n in neighbours]
        return pd.DataFrame(rows, columns=["country", "share", "lower", "upper", "status"])
    days = np.unique(day[usable])
    rows = []
    for neighbour in neighbours:
        best = float(regional[usable & neighbour.holds(bearing)].sum() / total[usable].sum())
        draws = []
        for _ in range(200):
            turned = neighbour.holds((bearing + BEARING_ERROR * rng.standard_normal()) % 360)
            weight = np.bincount(rng.choice(days, len(days)), minlength=int(day.max()) + 1)[day] * usable
            mass = float((np.nan_to_num(total) * weight).sum())
            part = float((np.nan_to_num(regional) * turned * weight).sum()) * np.exp(0.4 * rng.standard_normal())
            draws.append(min(part / max(mass, 1e-9), 1.0))
        low, high = np.quantile(draws, [0.05, 0.95])
        rows.append((neighbour.country, best, min(float(low), best), max(float(high), best), "from wind history"))
    return pd.DataFrame(rows, columns=["country", "share", "lower", "upper", "status"])
