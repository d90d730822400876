"""Concentration by wind: means and conditional probabilities in bins of speed and direction, and their surface."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import CentreError
from models.trends.trends import Refused

SPEEDS, DIRECTIONS = 30, 36
GRID, COARSE = 201, 51  # openair's grid, and the one it is interpolated from
NEAR = 0.05  # cells farther from any bin than this share of the grid's width stay empty
FEW = {1: 0.25, 2: 0.5, 3: 0.75}  # weight of a bin with so few hours
LEAST_BINS = 30
Array = npt.NDArray[np.float64]


class StatisticError(CentreError, ValueError):
    """There is no such statistic; who asked must name another."""

    who = "asker"
    status = 400


@dataclass(frozen=True)
class Calms:
    """Hours with wind (``hours``), of them without speed or direction (``calm``) and the share [0–1]."""

    hours: int
    calm: int

    @property
    def share(self) -> float:
        """Share of calm hours. [0–1]"""
        return self.calm / self.hours if self.hours else float("nan")


def calms(wide: pd.DataFrame, below: float = 0.0) -> Calms:
    """
    How many hours have no usable direction: speed at most `below`, or no direction.

    Parameters
    ----------
    wide : DataFrame
        Columns ``ws`` [m/s] and ``wd`` [°].
    below : float
        Greatest speed of a calm. [m/s]

    Examples
    --------
    >>> calms(pd.DataFrame({"ws": [0.0, 2.0, 3.0], "wd": [10.0, 20.0, None]})).share.__round__(2)
    0.67
    """
    timed = wide[wide["ws"].notna()]
    return Calms(len(timed), int(((timed["ws"] <= below) | timed["wd"].isna()).sum()))


def polar_bins(wide: pd.DataFrame, parameter: str, statistic: str = "mean") -> pd.DataFrame:
    """
    Statistic in 30 bins of wind speed by 36 of direction.

    Parameters
    ----------
    wide : DataFrame
        Columns ``ws`` [m/s], ``wd`` [° it blows from] and `parameter`. Hours lacking one of them are left
        out; hours of zero speed that have a direction stay, at the centre.
    parameter : str
        Column to look at.
    statistic : {"mean", "cpf90", …}
        Mean, or the conditional probability of exceeding that percentile of all hours: openair's
        conditional bivariate probability (Uria-Tellaetxe & Carslaw 2014, doi:10.1016/j.envsoft.2014.05.032).

    Returns
    -------
    DataFrame
        ``ws, wd`` (where the bin is drawn), ``value`` (missing where no hour fell) and ``n``.

    Raises
    ------
    Refused
        Without the columns, or without wind.
    StatisticError
        For another statistic.

    Notes
    -----
    As in openair the speeds are drawn evenly from zero to the greatest, up to half a bin off the bins'
    middles. Direction 0 means 360.
    """
    missing = {"ws", "wd", parameter} - set(wide)
    if missing:
        needed, lacking = ["ws", "wd", parameter], sorted(missing)
        raise Refused("models.wind.polar_columns", who="asker", parameter=lacking[0], needed=needed, missing=lacking)
    columns = [wide[name].to_numpy(dtype=float) for name in ("ws", "wd", parameter)]
    whole = ~np.isnan(columns[0] + columns[1] + columns[2])
    speed, direction, values = (column[whole] for column in columns)
    if not len(speed) or speed.max() <= 0:
        raise Refused("models.wind.no_hour", named=parameter)
    cell = _direction_bin(direction) * SPEEDS + _speed_bin(speed)
    cells = SPEEDS * DIRECTIONS
    n = np.bincount(cell, minlength=cells)
    with np.errstate(invalid="ignore"):
        value = np.bincount(cell, _judged(values, statistic), cells) / n
    ws = np.linspace(0.0, speed.max(), SPEEDS)
    wd = np.arange(1, DIRECTIONS + 1) * 10.0
    return pd.DataFrame({"ws": np.tile(ws, DIRECTIONS), "wd": np.repeat(wd, SPEEDS), "value": value, "n": n})


def polar_surface(
    wide: pd.DataFrame, parameter: str, statistic: str = "mean", *, k: int = 100, min_bin: int = 1
) -> pd.DataFrame:
    """
    Smooth surface of a pollutant over wind speed and direction.

    Parameters
    ----------
    wide, parameter, statistic
        As in `polar_bins`.
    k : int
        Basis functions of the surface; fewer are smoother.
    min_bin : int
        Bins with fewer hours are left out: with 1 a single odd hour can make a hot spot.

    Returns
    -------
    DataFrame
        ``u, v`` (wind towards east and north if it blew outwards: where the air came from) [m/s]`` and
        z`` [unit of the parameter, or probability] on openair's 201 × 201 grid, `u` running fastest;
        missing where no wind of that kind was measured.

    Raises
    ------
    Refused
        With fewer than 30 bins.

    Notes
    -----
    openair's ``polarPlot`` (Carslaw & Ropkins 2012, doi:10.1016/j.envsoft.2011.09.008): thin plate regression spline
    of the square root, squared again so that nothing is negative, bins of one, two or three hours weighted ¼, ½, ¾,
    computed on a 51 × 51 grid and interpolated. A bin whose mean lies below zero counts as zero, as with openair's
    ``force.positive``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> wide = pd.DataFrame({"ws": rng.gamma(2, 2, 5000), "wd": rng.uniform(0, 360, 5000)})
    >>> wide["so2"] = 5 + 20 * (np.cos(np.radians(wide["wd"] - 90)) > 0.9)
    >>> top = polar_surface(wide, "so2").dropna().nlargest(50, "z")
    >>> bool((top["u"] > 0).all() and (top["v"].abs() < top["u"]).all())
    True
    """
    from models.wind.surface import ThinPlate

    bins = polar_bins(wide, parameter, statistic)
    used = bins[bins["value"].notna() & (bins["n"] >= min_bin)]
    if len(used) < LEAST_BINS:
        raise Refused("models.wind.few_winds", least=LEAST_BINS, found=len(used))
    points = towards(used["ws"].to_numpy(), used["wd"].to_numpy())
    weights = used["n"].map(FEW).fillna(1.0).to_numpy(dtype=float)
    fitted = ThinPlate(k).fit(points, np.sqrt(np.maximum(used["value"].to_numpy(dtype=float), 0.0)), weights)
    reach = float(bins["ws"].max())
    nodes, grid = _grid(reach, COARSE), _grid(reach, GRID)
    needed = _near(points, nodes, 2 * reach * (NEAR + 1.5 / (COARSE - 1)))
    heights = np.full(len(nodes), np.nan)
    heights[needed] = fitted.predict(nodes[needed]) ** 2
    shown = _near(points, grid, 2 * reach * NEAR)
    z = np.where(shown, _finer(heights.reshape(COARSE, COARSE)).ravel(), np.nan)
    return pd.DataFrame({"u": grid[:, 0], "v": grid[:, 1], "z": z})


def cpf(
    wide: pd.DataFrame, parameter: str, percentile: float = 90.0, *, sector: float = 10.0, calm: float = 0.0
) -> pd.DataFrame:
    """
    Conditional probability function: how often each wind sector brings a high concentration.

    Parameters
    ----------
    wide, parameter
        As in `polar_bins`.
    percentile : float
        High means above this percentile of all hours. [0–100]
    sector : float
        Width of the sectors. [°]
    calm : float
        Hours up to this speed have no direction and stay out. [m/s]

    Returns
    -------
    DataFrame
        ``wd`` (middle of the sector, 360 = north), ``n`` hours measured, ``high`` of them above,
        ``probability`` = high/n.

    Notes
    -----
    Ashbaugh et al. 1985, doi:10.1016/0004-6981(85)90256-2.
    """
    hours = wide[["ws", "wd", parameter]].dropna()
    high = hours[parameter] > hours[parameter].quantile(percentile / 100)
    windy = hours["ws"] > calm
    wd = pd.Series(sectors(hours["wd"].to_numpy(dtype=float), sector), index=hours.index, name="wd")[windy]
    grouped = high[windy].groupby(wd)
    out = pd.DataFrame({"n": grouped.size(), "high": grouped.sum()}).reset_index()
    return out.assign(probability=out["high"] / out["n"])


def sectors(direction: Array, width: float) -> Array:
    """
    Middle of the sector that each direction falls into; north is 360. [°]

    Examples
    --------
    >>> sectors(np.array([0.0, 15.0, 16.0, 350.0]), 30.0).tolist()
    [360.0, 360.0, 30.0, 360.0]
    """
    middle = width * np.ceil(direction / width - 0.5)
    return np.where(middle <= 0, 360.0, middle)


def towards(speed: Array, direction: Array) -> Array:
    """Points (east, north) at distance `speed` in the direction the wind came from. [m/s]"""
    angle = np.radians(direction)
    return np.column_stack([speed * np.sin(angle), speed * np.cos(angle)])


def _direction_bin(direction: Array) -> npt.NDArray[np.int64]:
    return (sectors(direction, 360.0 / DIRECTIONS) / (360.0 / DIRECTIONS)).astype(np.int64) - 1


def _speed_bin(speed: Array) -> npt.NDArray[np.int64]:
    """Bins are open below and closed above, the lowest closed on both sides."""
    edges = np.linspace(0.0, speed.max(), SPEEDS + 1)
    return np.clip(np.searchsorted(edges, speed, side="left") - 1, 0, SPEEDS - 1)


def _judged(values: Array, statistic: str) -> Array:
    """What is averaged in a bin: the value itself, or whether it exceeds the percentile."""
    if statistic == "mean":
        return values
    found = re.fullmatch(r"cpf(\d{1,2})", statistic)
    if not found:
        raise StatisticError("models.wind.statistic", parameter="statistic", statistic=statistic)
    return (values > np.quantile(values, int(found[1]) / 100)).astype(float)


def _grid(reach: float, size: int) -> Array:
    line = np.linspace(-reach, reach, size)
    return np.column_stack([np.tile(line, size), np.repeat(line, size)])


def _near(points: Array, grid: Array, distance: float) -> npt.NDArray[np.bool_]:
    """Whether a cell has a point within `distance`."""
    from scipy.spatial import cKDTree

    found = cKDTree(points).query(grid, distance_upper_bound=distance * (1 + 1e-12))[0]
    return np.asarray(np.isfinite(found))


def _finer(heights: Array) -> Array:
    """Bilinear interpolation from the coarse to the full grid."""
    step = (GRID - 1) // (COARSE - 1)
    place = np.arange(GRID) / step
    low = np.minimum(place.astype(int), COARSE - 2)
    part = place - low
    rows = heights[low] * (1 - part)[:, None] + heights[low + 1] * part[:, None]
    return np.asarray(rows[:, low] * (1 - part) + rows[:, low + 1] * part, dtype=float)
