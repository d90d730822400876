"""Did a measure work: the weather-normalised level before and after its date, and the same on dates without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.averages.resample import resamples
from models.trends.trends import Refused
from models.trends.weather_normalised import Normalised

LEAST_COVERAGE = 0.75
PLACEBO_STEP_DAYS = 15
LEAST_PLACEBOS = 8
TIMES = 599
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """
    What changed at a date.

    Attributes
    ----------
    change, lower, upper : float
        Level after less level before, with the 95 % interval. [unit of the series]
    before, after : float
        The two levels. [unit of the series]
    placebos : Series
        The same change on earlier dates without the measure, by date; may be empty.
    rank : float
        Share of the placebos whose change is at least as large; NaN where there are fewer than eight.
    verdict : str
        ``fell``, ``rose``, or ``not distinguishable``: the interval holds zero, or more than one
        placebo in ten did as much.
    note : str
        What the reader must know: how many placebo dates there were.
    """

    change: float
    lower: float
    upper: float
    before: float
    after: float
    placebos: pd.Series
    rank: float
    verdict: str
    note: str


def before_after(normalised: Normalised, day: pd.Timestamp, *, days: int = 365, seed: int = 0) -> Effect:
    """
    Difference of the weather-normalised level around the date of a measure.

    Parameters
    ----------
    normalised : Normalised
        From `weather_normalised`.
    day : Timestamp
        When the measure began, with its zone.
    days : int
        Length of the windows before and after; a year holds each season once. [d]
    seed : int
        Same seed, same interval.

    Returns
    -------
    Effect

    Raises
    ------
    Refused
        If a window lies outside the series or is measured on fewer than three quarters of its days.

    Notes
    -----
    The level of a day is its normalised mean plus what the model could not explain, so that the
    interval (moving-block bootstrap over days, Künsch 1989, doi:10.1214/aos/1176347265) carries the
    model's error too. Placebo dates lie so early that their window after ends before the measure: their
    spread shows how far the level swings by itself (Abadie et al. 2010, doi:10.1198/jasa.2009.ap08746).
    """
    level = (normalised.days["normalised"] + normalised.days["unexplained"]).rename("level")
    index = pd.DatetimeIndex(level.index)
    at = int(index.searchsorted(day.tz_convert("UTC").floor("D")))
    before, after = _windows(level.to_numpy(), at, days)
    change = float(np.nanmean(after) - np.nanmean(before))
    lower, upper = np.quantile(_resampled(before, after, seed), [0.025, 0.975])
    placebos = _placebos(level, at, days)
    enough = len(placebos) >= LEAST_PLACEBOS
    rank = float((placebos.abs() >= abs(change)).mean()) if enough else float("nan")
    clear = lower > 0 or upper < 0
    told = clear and not rank > 0.1
    return Effect(
        change=change,
        lower=float(lower),
        upper=float(upper),
        before=float(np.nanmean(before)),
        after=float(np.nanmean(after)),
        placebos=placebos,
        rank=rank,
        verdict=("fell" if change < 0 else "rose") if told else "not distinguishable",
        note=_note(len(placebos), enough),
    )


def _windows(level: Array, at: int, days: int) -> tuple[Array, Array]:
    """Days before and after; refused where they are not there."""
    if at < days or at + days > len(level):
        there = min(at, len(level))
        raise Refused("models.trends.sides", days=days, before=there, after=max(len(level) - at, 0))
    before, after = level[at - days : at], level[at : at + days]
    for key, window in (("models.trends.few_before", before), ("models.trends.few_after", after)):
        share = float(np.mean(~np.isnan(window)))
        if share < LEAST_COVERAGE:
            raise Refused(key, share=round(100 * share), least=round(100 * LEAST_COVERAGE))
    return before, after


def _resampled(before: Array, after: Array, seed: int) -> Array:
    """Change in each of many resamples of both windows."""
    parts = [
        np.nanmean(window[resamples(len(window), TIMES, seed + turn)], axis=1)
        for turn, window in enumerate((before, after))
    ]
    return np.asarray(parts[1] - parts[0], dtype=float)


def _placebos(level: pd.Series, at: int, days: int) -> pd.Series:
    """Change at every date early enough that the measure does not touch it."""
    found = {}
    for place in range(at - days, days - 1, -PLACEBO_STEP_DAYS):
        try:
            before, after = _windows(level.to_numpy(), place, days)
        except Refused:
            continue
        found[level.index[place]] = float(np.nanmean(after) - np.nanmean(before))
    return pd.Series(found, dtype=float, name="change").sort_index()


def _note(number: int, enough: bool) -> str:
    if enough:
        return f"compared with {number} earlier dates on which nothing was done"
    return f"only {number} earlier dates can be compared, too few to tell a usual swing from an effect"
