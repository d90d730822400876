"""Where a value is heading: the same stations now and a few hours earlier."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.standards.coverage import least
from models.situation.air import HOUR_NS, Floats, Stamps
from models.situation.statement import Arrow


class Heading(NamedTuple):
    """The arrow, the change behind it [µg/m³] and its share of the level before."""

    arrow: Arrow | None = None
    change: float | None = None
    share: float | None = None


class Band(NamedTuple):
    """What counts as steady: a share of the level before, and at least so much [µg/m³]."""

    share: float
    least: float


UNKNOWN = Heading()
HOURS, HOURS_LEAST = 3, 2  # the last three hours against the three before, two of each known
HOUR_BAND = Band(0.1, 2.0)
BACK = 6  # a mean of 24 hours against the one of so many hours earlier [h]
# A mean of 24 hours moves slowly and with little noise: in six hours a quarter of it is new.
DAY_BAND = Band(0.05, 1.0)


def of_the_hour(values: Floats, ends: Stamps, codes: Stamps) -> Heading:
    """
    The last three hours against the three before, station by station, median of the changes.

    Parameters
    ----------
    values, ends, codes : ndarray, shape (n,)
        Sound hours of the stations of the statement: value [µg/m³], end [ns], number of the station.

    Returns
    -------
    Heading
        Without an arrow where no station has two hours on both sides.

    Examples
    --------
    >>> ends = np.arange(6) * HOUR_NS
    >>> of_the_hour(np.array([50.0, 50, 50, 70, 70, 70]), ends, np.zeros(6, dtype=int))
    Heading(arrow='up', change=20.0, share=0.4)
    """
    age = (ends.max() - ends) // HOUR_NS
    late, early = _means(values, codes, age < HOURS), _means(values, codes, (age >= HOURS) & (age < 2 * HOURS))
    return _between(late, early, HOURS_LEAST, HOUR_BAND)


def of_the_day(values: Floats, ends: Stamps, codes: Stamps) -> Heading:
    """
    The mean of 24 hours against the one that ended six hours earlier, station by station.

    Parameters
    ----------
    values, ends, codes : ndarray, shape (n,)
        As for `of_the_hour`, of the last 30 hours.

    Examples
    --------
    >>> ends = np.arange(30) * HOUR_NS
    >>> of_the_day(np.array([40.0] * 24 + [0.0] * 6), ends, np.zeros(30, dtype=int)).arrow
    'down'
    """
    age = (ends.max() - ends) // HOUR_NS
    late, early = _means(values, codes, age < 24), _means(values, codes, (age >= BACK) & (age < 24 + BACK))
    return _between(late, early, least(24), DAY_BAND)


def _means(values: Floats, codes: Stamps, inside: npt.NDArray[np.bool_]) -> tuple[Floats, Stamps]:
    size = int(codes.max()) + 1
    counts = np.bincount(codes[inside], minlength=size)
    sums = np.bincount(codes[inside], weights=values[inside], minlength=size)
    return sums / np.maximum(counts, 1), counts


def _between(late: tuple[Floats, Stamps], early: tuple[Floats, Stamps], needed: float, band: Band) -> Heading:
    both = (late[1] >= needed) & (early[1] >= needed)
    if not both.any():
        return UNKNOWN
    change = float(np.median(late[0][both] - early[0][both]))
    level = float(np.median(early[0][both]))
    steady = abs(change) <= max(band.share * level, band.least)
    arrow: Arrow = "steady" if steady else "up" if change > 0 else "down"
    return Heading(arrow, change, change / level if level > 0 else None)
