"""Running means over hours, and the highest one of each day."""

from __future__ import annotations

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from models.averages.averages import checked, time_average
from models.averages.periods import step


def regular(wide: pd.DataFrame, minutes: int | None = None) -> pd.DataFrame:
    """
    The same frame with a row for every interval between its first and its last, empty where it had none.

    Parameters
    ----------
    wide : DataFrame
        UTC DatetimeIndex, in order.
    minutes : int, optional
        Length of the intervals; by default the commonest distance between rows. [min]

    Examples
    --------
    >>> index = pd.DatetimeIndex(["2024-01-01T00Z", "2024-01-01T01Z", "2024-01-01T03Z"])
    >>> regular(pd.DataFrame({"o3": [1.0, 2.0, 4.0]}, index=index))["o3"].tolist()
    [1.0, 2.0, nan, 4.0]
    """
    checked(wide)
    index = pd.DatetimeIndex(wide.index)
    if len(index) < 2:
        return wide
    every = pd.Timedelta(minutes * 60_000_000_000 if minutes else step(index), unit="ns")
    if (index[-1] - index[0]) == every * (len(index) - 1):
        return wide
    return wide.reindex(pd.date_range(index[0], index[-1], freq=every, name=index.name))


def running_mean(
    wide: pd.DataFrame, hours: int = 8, min_coverage: float = MIN_COVERAGE, *, minutes: int | None = None
) -> pd.DataFrame:
    """
    Mean of the last `hours` hours, written at the start of the window's last interval.

    Parameters
    ----------
    wide : DataFrame
        UTC DatetimeIndex (start of each interval), one column per parameter; wind direction has no
        place here.
    hours : int
        Width of the window: 8 for ozone and CO, 24 for particles. [h]
    min_coverage : float
        Least share of the window's intervals with a value. [0–1]
    minutes : int, optional
        Length of the intervals; by default the commonest distance between rows. [min]

    Returns
    -------
    DataFrame
        Rows at every interval between the first and the last, the columns of `wide`.

    Notes
    -----
    openair's ``rollingMean(align = "right")``.

    Examples
    --------
    >>> index = pd.date_range("2024-01-01", periods=4, freq="h", tz="UTC")
    >>> running_mean(pd.DataFrame({"o3": [1.0, 2.0, None, 6.0]}, index=index), 3, 0.6)["o3"].tolist()
    [nan, 1.5, 1.5, 4.0]
    """
    full = regular(wide, minutes)
    length = minutes or step(pd.DatetimeIndex(full.index)) // 60_000_000_000
    width = max(hours * 60 // length, 1)
    needed = max(-int(-(min_coverage * width - 1e-9) // 1), 1)
    return full.rolling(width, min_periods=needed).mean()


def daily_max_running(
    wide: pd.DataFrame, hours: int = 8, min_coverage: float = MIN_COVERAGE, *, tz: str = "UTC"
) -> pd.DataFrame:
    """
    Highest running mean of each local day; a window counts for the day in which it ends.

    Parameters
    ----------
    wide, hours
        As in `running_mean`.
    min_coverage : float
        For the window and for the day: a day needs this share of its running means. [0–1]
    tz : str
        Zone whose midnight opens a day.

    Returns
    -------
    DataFrame
        UTC DatetimeIndex ``date`` (start of each local day).

    Notes
    -----
    Directive (EU) 2024/2881, annex I: the first window of a day begins at 17:00 of the day before, the
    last at 16:00; annex V: three quarters of the hours and of the windows must be there.

    Examples
    --------
    >>> index = pd.date_range("2024-01-01", periods=24, freq="h", tz="UTC")
    >>> daily_max_running(pd.DataFrame({"o3": range(24)}, index=index, dtype=float))["o3"].tolist()
    [19.5]
    """
    means = running_mean(wide, hours, min_coverage)
    return time_average(means, "day", min_coverage, tz=tz, statistic="max", span="calendar")
