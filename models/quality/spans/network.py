"""Daily levels of a network on a logarithmic scale, and what the others let expect at each of its stations."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.standards.coverage import MIN_COVERAGE

Floats = npt.NDArray[np.float64]

FLOOR = 1.0  # as `models.quality.drift`: smaller daily means say nothing as a ratio [µg/m³]
EARTH = 6371.0  # mean radius [km]
# Added to every distance: two posts of one street see different air too, and many places are a city's centre. [km]
NEAR = 3.0


@dataclass(frozen=True)
class Network:
    """
    Daily means of one parameter in a city.

    Attributes
    ----------
    level : ndarray
        Natural logarithm of the daily mean, days × stations; NaN where there is none.
    weight : ndarray
        Stations × stations: how much the column says of the row; 0 of itself.
    days : DatetimeIndex
        Every day from the first to the last.
    stations : list of str
        Ids.
    """

    level: Floats
    weight: Floats
    days: pd.DatetimeIndex
    stations: list[str]


def network(days: pd.DataFrame, places: pd.DataFrame) -> Network:
    """
    A network from daily means.

    Parameters
    ----------
    days : DataFrame
        ``station, day, value, coverage`` (0–1) of one parameter [µg/m³].
    places : DataFrame
        ``station, lat, lon`` [°]; `same_as` if known: one monitor under two ids speaks once.
    """
    good = days[(days["coverage"] >= MIN_COVERAGE) & (days["value"] > 0)]
    good = good[~good["station"].isin(_twins(places, set(good["station"])))]
    wide = good.pivot_table(index="day", columns="station", values="value", aggfunc="mean")
    wide.index = pd.DatetimeIndex(wide.index)
    every = pd.date_range(wide.index.min(), wide.index.max(), freq="D") if len(wide) else wide.index
    names = [str(n) for n in wide.columns]
    level = np.log(np.maximum(wide.reindex(every).to_numpy(np.float64), FLOOR))
    return Network(level, _weights(places, names), cast(pd.DatetimeIndex, every), names)


def laid(net: Network, days: pd.DataFrame) -> Floats:
    """Levels of other daily means on the days and stations of a network."""
    other = network(days, pd.DataFrame({"station": net.stations, "lat": np.nan, "lon": np.nan}))
    table = pd.DataFrame(other.level, index=other.days, columns=other.stations)
    return np.asarray(table.reindex(index=net.days, columns=net.stations), dtype=np.float64)


def _twins(places: pd.DataFrame, there: set[str]) -> set[str]:
    """Second ids of monitors that report under another one too."""
    if "same_as" not in places:
        return set()
    return set(places.loc[places["same_as"].isin(there) & places["station"].isin(there), "station"])


def _weights(places: pd.DataFrame, names: list[str]) -> Floats:
    """Inverse of the distance; a station without a place is as far from all others as the typical one."""
    known = places.drop_duplicates("station").set_index("station").reindex(names)
    lat, lon = np.radians(known["lat"].to_numpy(np.float64)), np.radians(known["lon"].to_numpy(np.float64))
    up, across = lat[:, None] - lat, lon[:, None] - lon
    half = np.sin(up / 2) ** 2 + np.cos(lat)[:, None] * np.cos(lat) * np.sin(across / 2) ** 2
    away = 2 * EARTH * np.arcsin(np.sqrt(half))
    away = np.where(np.isfinite(away), away, np.nanmedian(away) if np.isfinite(away).any() else 0.0)
    weight = 1 / (away + NEAR)
    np.fill_diagonal(weight, 0.0)
    return np.asarray(weight, dtype=np.float64)


def expected(level: Floats, weight: Floats, least: int) -> Floats:
    """
    What the others let expect at every station: their weighted median, which a minority of wrong ones does not move.

    Parameters
    ----------
    level : ndarray
        Days × stations.
    weight : ndarray
        Stations × stations, as `Network.weight`.
    least : int
        Others that must report on a day.

    Returns
    -------
    ndarray
        Days × stations; NaN where fewer report.

    Examples
    --------
    >>> expected(np.array([[1.0, 2.0, 3.0, 9.0]]), 1 - np.eye(4), 3)
    array([[3., 3., 2., 2.]])
    """
    order = np.argsort(np.where(np.isnan(level), np.inf, level), axis=1)
    ranked = np.take_along_axis(level, order, axis=1)
    answer = np.full(level.shape, np.nan)
    for j in range(level.shape[1]):
        share = np.where(np.isnan(ranked), 0.0, weight[j][order])
        run = np.cumsum(share, axis=1)
        half = run[:, -1] / 2
        known = ((share > 0).sum(axis=1) >= least) & (half > 0)
        at = (run < half[:, None] * (1 - 1e-9)).sum(axis=1)  # the first whose weight passes one half
        above = (run <= half[:, None] * (1 + 1e-9)).sum(axis=1)  # or, where it is met exactly, the next as well
        lines = np.flatnonzero(known)
        last = level.shape[1] - 1
        answer[lines, j] = (ranked[lines, at[lines]] + ranked[lines, np.minimum(above[lines], last)]) / 2
    return answer
