"""Calendar periods in a place's own zone: where hours, days, months, seasons and years begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.times import local_days, midnights

Every = Literal["hour", "day", "month", "year", "season"]

# pandas' own words for the same steps; a season begins in December, March, June and September.
_STEPS: dict[str, str] = {"day": "D", "month": "MS", "season": "QS-DEC", "year": "YS"}


@dataclass(frozen=True)
class Periods:
    """
    Consecutive periods: edge ``i`` opens period ``i`` and edge ``i + 1`` closes it.

    Attributes
    ----------
    edges : DatetimeIndex
        In UTC, one more than there are periods.
    """

    edges: pd.DatetimeIndex

    @property
    def starts(self) -> pd.DatetimeIndex:
        """Start of each period, in UTC."""
        return self.edges[:-1].rename("date")

    @property
    def nanoseconds(self) -> npt.NDArray[np.int64]:
        """Edges as nanoseconds since 1970."""
        return nanoseconds(self.edges)


def nanoseconds(index: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """
    Times as nanoseconds since 1970 in UTC.

    Examples
    --------
    >>> nanoseconds(pd.DatetimeIndex(["1970-01-01T00:00:01Z"])).tolist()
    [1000000000]
    """
    return np.asarray(index.as_unit("ns").asi8, dtype=np.int64)


def step(index: pd.DatetimeIndex) -> int:
    """
    The commonest distance between neighbouring times. [ns]

    A single time counts as one hour, the usual averaging of the networks.
    """
    if len(index) < 2:
        return 3_600_000_000_000
    gaps, counts = np.unique(np.diff(nanoseconds(index)), return_counts=True)
    return int(gaps[counts.argmax()])


def periods(first: pd.Timestamp, last: pd.Timestamp, every: Every, tz: str = "UTC") -> Periods:
    """
    All periods that touch the time from `first` to `last`, both inside.

    Parameters
    ----------
    first, last : Timestamp
        With their zone.
    every : {"hour", "day", "month", "year", "season"}
        Seasons are December–February and so on, as meteorologists count them.
    tz : str
        Zone whose midnight opens a day. A day may last 23, 24 or 25 hours.

    Raises
    ------
    ValueError
        If `every` is none of these words.

    Examples
    --------
    Astana put its clocks back by an hour when 1 March 2024 began; the day before lasted 25 hours.

    >>> days = periods(pd.Timestamp("2024-02-28T18:00Z"), pd.Timestamp("2024-03-01T12:00Z"),
    ...                "day", "Asia/Almaty")
    >>> (days.edges[1:] - days.edges[:-1]).total_seconds().tolist()
    [90000.0, 86400.0]
    """
    if every not in get_args(Every):
        raise ValueError(f"every must be one of {', '.join(get_args(Every))}, not {every!r}")
    if every == "hour":
        return Periods(pd.date_range(first.floor("h"), last.floor("h") + pd.Timedelta(hours=1), freq="h"))
    begin, end = local_days([first, last], tz)
    offset = pd.tseries.frequencies.to_offset(_STEPS[every])
    wall = pd.date_range(offset.rollback(begin), end + pd.Timedelta(days=1) + offset, freq=offset)
    edges = midnights(wall, tz)
    return Periods(edges[: int(edges.searchsorted(last, side="right")) + 1])
