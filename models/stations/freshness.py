"""How old the newest value of each station is, and whether it may still speak for the city."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.times import interval_end

Freshness = Literal["fresh", "amber", "grey"]


class Step(NamedTuple):
    """Age from the END of the interval: at least so many hours, and so many intervals."""

    hours: float
    intervals: int


AMBER, GREY = Step(3.0, 2), Step(6.0, 4)  # nobody else reads them: ask amber_after and grey_after
BACKGROUND = ("background", "")  # a station of unknown class counts, and the figure says so
AHEAD = timedelta(minutes=10)  # a clock may run ahead by this much


@overload
def amber_after(minutes: float) -> float: ...
@overload
def amber_after(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...
def amber_after(minutes: Any) -> Any:
    """Age after which a value is shown as old: 3 h, and 2 intervals of so many minutes. [h]"""
    return _longest(AMBER, minutes)


@overload
def grey_after(minutes: float) -> float: ...
@overload
def grey_after(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]: ...
def grey_after(minutes: Any) -> Any:
    """
    Age after which a value speaks for nobody any more: 6 h, and 4 intervals.

    Parameters
    ----------
    minutes : float, array or Series
        Length of the interval; 0 = instantaneous. [min]

    Returns
    -------
    float, array or Series
        From the END of the interval. [h]

    Examples
    --------
    >>> grey_after(60), grey_after(1440), grey_after(np.array([0.0, 1440.0])).tolist()
    (6.0, 96.0, [6.0, 96.0])
    """
    return _longest(GREY, minutes)


def _longest(step: Step, minutes: Any) -> Any:
    hours = np.maximum(step.hours, step.intervals * minutes / 60)
    return float(hours) if np.ndim(hours) == 0 else hours


def freshness(end: datetime, minutes: int, now: datetime) -> Freshness:
    """
    How old a value may look.

    Parameters
    ----------
    end : datetime
        END of its interval.
    minutes : int
        Length of the interval; 0 = instantaneous. [min]
    now : datetime

    Returns
    -------
    {"fresh", "amber", "grey"}
        Amber after the longer of 3 h and 2 intervals, grey (and out of the city's figure) after 6 h and 4 intervals.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> [freshness(noon - timedelta(hours=h), 60, noon) for h in (3, 3.1, 6.1)]
    ['fresh', 'amber', 'grey']
    >>> freshness(noon - timedelta(hours=48), 1440, noon)
    'fresh'
    """
    hours = (now - end).total_seconds() / 3600
    if hours > grey_after(minutes):
        return "grey"
    return "amber" if hours > amber_after(minutes) else "fresh"


def ended(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Rows whose interval is over, with its end."""
    closed = rows.assign(end=interval_end(rows["start"], rows["minutes"]))
    return closed[closed["end"] <= pd.Timestamp(now) + AHEAD]


def not_grey(rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Rows (with their `end`) that may still speak for the city."""
    hours = (pd.Timestamp(now) - rows["end"]) / pd.Timedelta(hours=1)
    return rows[(hours <= grey_after(rows["minutes"])).to_numpy(dtype=bool)]


def described(stations: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """Name and class of every station; the class is empty where nobody gave it."""
    known = stations.drop_duplicates("station")
    names, classes = (dict(zip(known["station"], known[column], strict=True)) for column in ("name", "station_class"))
    return names, classes
