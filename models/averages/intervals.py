"""The interval that each row of a table stands for, told by its neighbours, and rows that lie over shorter ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.averages.periods import nanoseconds

MINUTE = 60_000_000_000  # [ns]
DAY = 1440.0  # no longer interval is told from the distance of rows alone [min]
HOUR = 60.0  # of a row that no other tells: the usual averaging of the networks [min]
HELD = 12  # equal distances in a row that make a step of their own: chance does not leave out every second hour so long
Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def lengths(index: pd.DatetimeIndex) -> Floats:
    """
    Length of the interval that each time opens. [min]

    Parameters
    ----------
    index : DatetimeIndex
        In order.

    Returns
    -------
    ndarray of float, shape (n,)
        The commonest distance up to a day. A shorter distance to the next time is a row's own; a longer one only where
        it is kept `HELD` times on end, so that a gap lengthens no row: hours stay hours when ten minutes follow, and
        an hour a month is an hour.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=24, freq="h", tz="UTC")
    >>> tens = pd.date_range("2024-01-02", periods=144, freq="10min", tz="UTC")
    >>> np.unique(lengths(hours.append(tens)), return_counts=True)
    (array([10., 60.]), array([144,  24]))
    >>> lengths(hours[[0, 1, 4, 5, 8]]).tolist()
    [60.0, 60.0, 60.0, 60.0, 60.0]
    """
    gaps = np.diff(nanoseconds(index)) / MINUTE
    gaps = np.where(gaps >= 1, np.round(gaps), gaps)
    steps, counts = np.unique(gaps[(gaps > 0) & (gaps <= DAY)], return_counts=True)
    usual = float(steps[counts.argmax()]) if len(steps) else HOUR
    if not len(gaps) or (gaps == usual).all():
        return np.full(len(index), usual)
    known = (gaps <= usual) | _held(gaps)
    own = pd.Series(np.append(np.where(known, gaps, np.nan), np.nan)).ffill().bfill().fillna(usual).to_numpy()
    after = np.append(gaps, np.inf)
    return np.asarray(np.where((own > after) & (after > 0), np.minimum(usual, after), own), dtype=float)


def overlapped(rows: pd.DataFrame) -> Booleans:
    """
    Rows over whose interval a shorter row of the same series lies: a daily mean beside its hours.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start`` (UTC), ``minutes``.

    Returns
    -------
    ndarray of bool, shape (n,)
        What must not enter a mean beside the shorter rows, lest the same air count twice.

    Examples
    --------
    >>> start = pd.to_datetime(["2024-01-01T00:00Z", "2024-01-01T00:00Z", "2024-01-02T00:00Z"])
    >>> rows = pd.DataFrame({"station": "a", "parameter": "pm25", "start": start, "minutes": [60, 1440, 1440]})
    >>> overlapped(rows).tolist()
    [False, True, False]
    """
    over = np.zeros(len(rows), dtype=np.bool_)
    minutes = rows["minutes"].to_numpy(dtype=float)
    if not len(rows) or (minutes == minutes[0]).all():
        return over
    start = nanoseconds(pd.DatetimeIndex(rows["start"])) / MINUTE
    for places in rows.groupby(["station", "parameter"], observed=True, sort=False).indices.values():
        if np.ptp(minutes[places]) > 0:
            over[places] = _over(start[places], minutes[places])
    return over


def _held(gaps: Floats) -> Booleans:
    """Distances that are kept for so long that they are a step of the table, not gaps in it."""
    begins = np.flatnonzero(np.r_[True, gaps[1:] != gaps[:-1]])
    times = np.diff(np.r_[begins, len(gaps)])
    return np.asarray(np.repeat(times >= HELD, times) & (gaps <= DAY), dtype=np.bool_)


def _over(start: Floats, minutes: Floats) -> Booleans:
    """The same for one series, the shortest rows first."""
    over = np.zeros(len(start), dtype=np.bool_)
    kept = np.empty(0, dtype=np.int64)
    for length in np.unique(minutes):
        mine = np.flatnonzero(minutes == length)
        if len(kept):
            begins = np.sort(start[kept])
            ends = np.maximum.accumulate((start + minutes)[kept][np.argsort(start[kept], kind="stable")])
            before = np.searchsorted(begins, start[mine] + length, side="left")  # rows that begin before mine end
            over[mine] = (before > 0) & (ends[np.maximum(before - 1, 0)] > start[mine])
        kept = np.concatenate([kept, mine[~over[mine]]])
    return over
