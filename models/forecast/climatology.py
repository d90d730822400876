"""What is usual at an hour and season, from earlier days only, and how fast the unusual is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.forecast.panel import AHEAD, Array, Panel, Whole

SEASON_DAYS = 20.0  # standard deviation of the weight of days around the same day of any year
MEMORY_DAYS = 365.0  # a day's weight falls by e in so many days: levels drift
LEAST_DAYS = 3.0  # weight of days below which nothing is usual yet
STALE = 12  # a newest value older than this stands for nothing [h]


@dataclass(frozen=True)
class Climate:
    """
    What was usual at each station as known on each local day.

    Attributes
    ----------
    first : int
        Day of the first row.
    usual : array, shape (days, 24, stations)
        Mean by local hour, of the season, from days before. [µg/m³]
    level : array, shape (days, stations)
        Mean of all days before. [µg/m³]
    """

    first: int
    usual: Array
    level: Array

    def at(self, day: Whole, hour: Whole, station: Whole) -> Array:
        """Usual value as known on `day`."""
        return np.asarray(self.usual[day - self.first, hour, station])

    def scale(self, day: Whole, station: Whole) -> Array:
        """Mean level as known on `day`."""
        return np.asarray(self.level[day - self.first, station])


def climate(panel: Panel, first: int = 0) -> Climate:
    """
    Climatology of every day from `first` on, each from the days before it alone.

    Notes
    -----
    Weighted mean of the same local hour on all earlier days; the weight is Gaussian in the distance of the
    season (20 days) and falls by e per year of age. Both constants are judgement, rounded.
    """
    table, known = _days(panel)
    weight = _weights(len(table), first)
    shape = (len(weight), *table.shape[1:])
    flat = (len(table), -1)
    mass = (weight @ known.reshape(flat)).reshape(shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(mass >= LEAST_DAYS, (weight @ table.reshape(flat)).reshape(shape) / mass, np.nan)
        total, count = np.cumsum(table.sum(axis=1), axis=0), np.cumsum(known.sum(axis=1), axis=0)
        level = np.vstack([np.full((1, table.shape[2]), np.nan), (total / count)[:-1]])
    return Climate(first, usual, level[first:])


def _days(panel: Panel) -> tuple[Array, Array]:
    """Days × 24 × stations with zeros where nothing is known, and where something is."""
    shape = (int(panel.day[-1]) + 1, 24, len(panel.stations))
    table, known = np.zeros(shape), np.zeros(shape)
    there = ~np.isnan(panel.values)
    row, station = np.nonzero(there)
    place = (panel.day[row], panel.hour[row], station)
    table[place], known[place] = panel.values[row, station], 1.0
    return table, known


def _weights(days: int, first: int) -> Array:
    """Weight of each earlier day (column) for each day from `first` on (row)."""
    age = np.arange(first, days)[:, None] - np.arange(days)[None, :]
    season = (age + 1.5 + 182.625) % 365.25 - 182.625  # the middle of the three days ahead
    weight = np.exp(-0.5 * (season / SEASON_DAYS) ** 2 - age / MEMORY_DAYS)
    return np.where(age > 0, weight, 0.0)


def damping(panel: Panel, usual: Climate, step: int = 5) -> Array:
    """
    Share of an anomaly that is left after so many hours, by least squares over all stations.

    Returns
    -------
    array, shape (AHEAD + STALE + 1,)
        By hours from the newest value; 1 at 0, within [0, 1].

    Notes
    -----
    Lagged regression of the anomaly on itself, the reference forecast of climatology and persistence in one
    (Murphy 1992, doi:10.1175/1520-0434(1992)007<0692:CPALCO>2.0.CO;2).
    """
    left = np.ones(AHEAD + STALE + 1)
    top = len(panel.hours) - 1
    issue = np.arange(1, top, step)  # a step that no day's length divides meets every hour
    then = _anomaly(panel, usual, issue, issue - 1)
    for lag in range(1, len(left)):
        ahead = np.minimum(issue + lag - 1, top)
        now = np.where((issue + lag - 1 <= top)[:, None], _anomaly(panel, usual, issue, ahead), np.nan)
        both = ~np.isnan(then) & ~np.isnan(now)
        spread = float(np.sum(then[both] ** 2))
        left[lag] = np.clip(np.sum(then[both] * now[both]) / spread, 0.0, 1.0) if spread else left[lag - 1]
    return left


def _anomaly(panel: Panel, usual: Climate, issue: Whole, row: Whole) -> Array:
    """Value less what was usual as known on the day of issue."""
    return panel.values[row] - usual.usual[panel.day[issue] - usual.first, panel.hour[row]]
