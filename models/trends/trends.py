"""Trends of monthly means: Theil–Sen slope with a bootstrap interval, Mann–Kendall test, deseasonalising."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import CentreError
from models.averages.periods import nanoseconds
from models.averages.resample import Bootstrap, resamples

DAYS_PER_YEAR = 365.0  # openair's year of a slope
LEAST_MONTHS = 6  # of a trend
LEAST_SEASONS = 24  # months in which a usual year can be seen
LEAST_RANKED = 4  # values of a rank test
Array = npt.NDArray[np.float64]


class Refused(CentreError, ValueError):
    """The data do not carry the answer asked for; where a column is at fault, it is ``parameter``."""

    who = "nobody"
    status = 422


@dataclass(frozen=True)
class Trend:
    """
    A straight trend with its interval.

    Attributes
    ----------
    slope, lower, upper : float
        Theil–Sen slope and the ends of its 95 % interval. [unit of the series/year]
    p : float
        Two-sided bootstrap probability of no trend. [0–1]
    n : int
        Values that entered.
    level : float
        Median of the values, which the line meets at `middle`. [unit]
    middle : Timestamp
        Median time.
    """

    slope: float
    lower: float
    upper: float
    p: float
    n: int
    level: float
    middle: pd.Timestamp

    def at(self, times: pd.DatetimeIndex) -> pd.DataFrame:
        """Line and band at `times`: columns ``estimate, lower, upper``; the band turns about its middle."""
        years = np.asarray((times - self.middle) / pd.Timedelta(days=DAYS_PER_YEAR), dtype=float)
        ends = np.sort(np.outer(years, [self.lower, self.upper]), axis=1)
        columns = {"estimate": years * self.slope, "lower": ends[:, 0], "upper": ends[:, 1]}
        return pd.DataFrame(columns, index=times) + self.level

    @property
    def percent(self) -> float:
        """Slope as a share of the level. [%/year]"""
        return 100.0 * self.slope / self.level if self.level else math.nan


@dataclass(frozen=True)
class Monotone:
    """Mann–Kendall: ``tau`` [−1–1], ``s``, ``z`` and the two-sided ``p`` [0–1] of ``n`` values."""

    tau: float
    s: float
    z: float
    p: float
    n: int


def theil_sen(
    series: pd.Series,
    *,
    deseason: bool = False,
    bootstrap: Bootstrap = "block",
    seed: int = 2,
    times: int = 599,
    alpha: float = 0.05,
) -> Trend:
    """
    Median of the slopes between all pairs of values, with a bootstrap interval.

    Parameters
    ----------
    series : Series
        Monthly means, UTC DatetimeIndex (start of each month). Gaps are left out.
    deseason : bool
        Take the months' usual course out first (`deseasonalise`).
    bootstrap : {"block", "plain"}
        Blocks keep the likeness of neighbouring months, so the interval is honest about it; plain is
        openair's default and often too narrow.
    seed : int
        2 is openair's own, with which the interval equals openair's.
    times : int
        Number of resamples.
    alpha : float
        The interval holds 1 − alpha. [0–1]

    Returns
    -------
    Trend
        Slope per year of 365 days.

    Raises
    ------
    Refused
        With fewer than six values.

    Notes
    -----
    Sen 1968, doi:10.1080/01621459.1968.10480934; interval and p as in openair's ``TheilSen``: the
    bootstrapped slopes' order statistics (Wilcox 2012, doi:10.1016/C2010-0-67044-1).

    Examples
    --------
    >>> months = pd.date_range("2020-01-01", periods=48, freq="MS", tz="UTC")
    >>> swings = 20 * np.sin(np.arange(48) ** 2)
    >>> trend = theil_sen(pd.Series(80 - np.arange(48) + swings, index=months))
    >>> print(f"{trend.slope:.1f} ({trend.lower:.1f} to {trend.upper:.1f}), n = {trend.n}")
    -11.7 (-14.2 to -7.5), n = 48
    """
    values = (deseasonalise(series) if deseason else series).dropna()
    if len(values) < LEAST_MONTHS:
        raise Refused("models.trends.values", least=LEAST_MONTHS, found=len(values))
    days = nanoseconds(pd.DatetimeIndex(values.index)) / 86_400e9
    pairs = _Slopes(days, values.to_numpy(dtype=float))
    slopes = np.sort(pairs.medians(resamples(len(values), times, seed, bootstrap)))
    tail = round(alpha / 2 * times)
    below = np.mean(slopes < 0) + np.mean(slopes == 0) / 2
    lower, slope, upper = DAYS_PER_YEAR * np.array([slopes[tail], pairs.median(), slopes[times - tail - 1]])
    return Trend(
        slope=float(slope),
        lower=float(lower),
        upper=float(upper),
        p=float(2 * min(below, 1 - below)),
        n=len(values),
        level=float(values.median()),
        middle=pd.Timestamp(round(float(np.median(days)) * 86_400e9), tz="UTC"),
    )


def anomalies(months: pd.Series) -> pd.Series:
    """
    Monthly means without the mean of their calendar month, at their own level.

    Parameters
    ----------
    months : Series
        Monthly means, DatetimeIndex; a gap stays a gap.

    Returns
    -------
    Series
        The same months.

    Raises
    ------
    Refused
        With fewer than 24 months from first to last, or a calendar month never measured.

    Notes
    -----
    What the screens state a trend from. The STL of `deseasonalise` follows a few years so closely that intervals made
    of what it leaves are too sure of themselves: of 40 series without a trend, with season and persistence like ours,
    its 95 % interval excluded zero in 88, 53, 33 and 33 % at 30, 36, 48 and 60 months; this one's in 10, 10, 0 and 5 %.

    Examples
    --------
    >>> times = pd.date_range("2023-01-01", periods=24, freq="MS", tz="UTC")
    >>> anomalies(pd.Series([40.0, *[10.0] * 11, 44.0, *[10.0] * 11], index=times)).iloc[[0, 12]].round(2).tolist()
    [10.67, 14.67]
    """
    span = months.loc[months.first_valid_index() : months.last_valid_index()]
    known = pd.DatetimeIndex(months.dropna().index)
    if len(span) < LEAST_SEASONS:
        raise Refused("models.trends.months", least=LEAST_SEASONS, found=len(span))
    if known.month.nunique() < 12:
        raise Refused("models.trends.calendar_month")
    usual = months.groupby(pd.DatetimeIndex(months.index).month).transform("mean")
    return months - usual + float(months.mean())


def deseasonalise(series: pd.Series) -> pd.Series:
    """
    Monthly means without the months' usual course: trend and remainder of an STL decomposition.

    Parameters
    ----------
    series : Series
        Monthly means, UTC DatetimeIndex (start of each month).

    Returns
    -------
    Series
        The same months without leading and trailing gaps; inner gaps stay gaps (they are bridged inside
        only, by their month's usual deviation from the line between their neighbours).

    Raises
    ------
    Refused
        With fewer than 24 months from first to last, or a calendar month never measured.

    Notes
    -----
    Cleveland et al. 1990, "STL: A seasonal-trend decomposition procedure based on loess", J. Official
    Statistics 6, 3–73: robust, seasonal window 11, jumps of a tenth of each window, as openair asks of
    R's ``stl``.
    """
    months = series.loc[series.first_valid_index() : series.last_valid_index()].asfreq("MS")
    known = pd.DatetimeIndex(months.dropna().index)
    if len(months) < LEAST_SEASONS:
        raise Refused("models.trends.months", least=LEAST_SEASONS, found=len(months))
    if known.month.nunique() < 12:
        raise Refused("models.trends.calendar_month")
    from statsmodels.tsa.seasonal import STL  # slow to import, so only where it is needed

    decomposed = STL(
        _bridged(months),
        period=12,
        seasonal=11,
        seasonal_deg=1,
        robust=True,
        seasonal_jump=2,
        trend_jump=3,
        low_pass_jump=2,
    ).fit(inner_iter=1, outer_iter=15)
    return (decomposed.trend + decomposed.resid).where(months.notna()).rename(series.name)


def mann_kendall(series: pd.Series, *, seasonal: bool = False) -> Monotone:
    """
    Test for a monotone trend, ties accounted for.

    Parameters
    ----------
    series : Series
        Values in time order; gaps are left out.
    seasonal : bool
        Compare only the same calendar months with each other (needs a DatetimeIndex).

    Raises
    ------
    Refused
        With fewer than four values.

    Notes
    -----
    Mann 1945, doi:10.2307/1907187; Kendall 1975, Rank Correlation Methods; seasonal: Hirsch et al. 1982,
    doi:10.1029/WR018i001p00107. Neighbouring months are alike: read p beside the block bootstrap's.

    Examples
    --------
    >>> result = mann_kendall(pd.Series([1.0, 2.0, 4.0, 3.0, 5.0, 6.0]))
    >>> print(f"tau = {result.tau:.2f}, p = {result.p:.3f}")
    tau = 0.87, p = 0.024
    """
    known = series.dropna()
    if len(known) < LEAST_RANKED:
        raise Refused("models.trends.mann_kendall", least=LEAST_RANKED, found=len(known))
    groups = [known]
    if seasonal:
        groups = [group for _, group in known.groupby(pd.DatetimeIndex(known.index).month)]
    parts = np.array([_kendall(group.to_numpy(dtype=float)) for group in groups])
    s, variance, pairs = parts.sum(axis=0)
    z = (s - np.sign(s)) / math.sqrt(variance) if variance > 0 else 0.0
    tau = float(s / pairs) if pairs else 0.0
    return Monotone(tau=tau, s=float(s), z=float(z), p=math.erfc(abs(z) / math.sqrt(2)), n=len(known))


def _kendall(values: Array) -> tuple[float, float, float]:
    """Kendall's S, its variance under no trend, and the number of pairs."""
    n = len(values)
    s = float(np.sign(values[None, :] - values[:, None])[np.triu_indices(n, 1)].sum())
    ties = np.unique(values, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    return s, float(variance), n * (n - 1) / 2


def _bridged(months: pd.Series) -> pd.Series:
    """Fill inner gaps with the line between their neighbours plus the month's usual deviation from it."""
    line = months.interpolate()
    calendar = pd.DatetimeIndex(months.index).month
    smooth = line.rolling(13, center=True, min_periods=6).mean()
    usual = (months - smooth).groupby(calendar).mean()
    deviation = pd.Series(usual.reindex(calendar).to_numpy(), index=months.index)
    base = (months - deviation).interpolate()
    return months.fillna(base + deviation)


class _Slopes:
    """Slopes between all pairs of points in rising order, so that a resample's median is a look-up."""

    def __init__(self, days: Array, values: Array) -> None:
        first, second = np.triu_indices(len(days), 1)
        slopes = (values[second] - values[first]) / (days[second] - days[first])
        order = np.argsort(slopes, kind="stable")
        self.slopes, self.first, self.second = slopes[order], first[order], second[order]
        self.n = len(days)

    def median(self) -> float:
        """Return the median of all slopes."""
        return float(np.median(self.slopes))

    def medians(self, rows: npt.NDArray[np.int64]) -> Array:
        """Median slope of each resample; a pair counts as often as its two points were drawn together."""
        chunk = max(1, 20_000_000 // len(self.slopes))
        parts = [self._medians(rows[at : at + chunk]) for at in range(0, len(rows), chunk)]
        return np.concatenate(parts)

    def _medians(self, rows: npt.NDArray[np.int64]) -> Array:
        offsets = self.n * np.arange(len(rows))[:, None]
        drawn = np.bincount((rows + offsets).ravel(), minlength=self.n * len(rows)).astype(np.float32)
        drawn = drawn.reshape(len(rows), self.n)
        weights = drawn[:, self.first]
        weights *= drawn[:, self.second]
        return np.array([self._weighted(row) for row in np.cumsum(weights, axis=1, dtype=float)])

    def _weighted(self, reached: Array) -> float:
        """Median of the slopes where `reached` counts them; the middle two are averaged."""
        total = reached[-1]
        low, high = np.searchsorted(reached, [(total + 1) // 2, (total + 2) // 2])
        return float(self.slopes[low] + self.slopes[high]) / 2
