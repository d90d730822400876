"""A batch of rows as arrays, sorted by series and time, as quality control looks at it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import PARAMETERS, POLLUTANTS
from data.place import NOWHERE

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
DAY = 1440  # minutes
# What is usual of a series is counted over blocks of the calendar: the row's own, the one before and the one after.
BLOCK = 5 * DAY  # at least [min]
BLOCK_INTERVALS = 120  # and so many intervals


@dataclass(frozen=True)
class Batch:
    """
    Rows in the order of series, then start; every array has one entry per row.

    Attributes
    ----------
    order : ndarray of int
        Place of each sorted row in the delivered table.
    value : ndarray
        In the unit of the parameter.
    raw : ndarray
        As delivered, in whatever unit; the value where that is not told.
    start : ndarray of int
        Start of the interval since 1970. [min]
    minutes : ndarray of int
        Length of the interval. [min]
    series : ndarray of int
        One number per source, station, parameter and minutes.
    site : ndarray of int
        One number per source, station and minutes.
    network : ndarray of int
        One number per city, parameter and minutes: what can be compared with each other.
    moment : ndarray of int
        One number per interval of the clock; stations that stamp within the hour meet those that stamp at its start.
    parameter : ndarray of int
        Place in `names`.
    names : list of str
        The parameters that occur.
    modelled : ndarray of bool
        Rows of kind ``model``.
    """

    order: Integers
    value: Floats
    raw: Floats
    start: Integers
    minutes: Integers
    series: Integers
    site: Integers
    network: Integers
    moment: Integers
    parameter: Integers
    names: list[str]
    modelled: Booleans

    def each(self, table: dict[str, float], default: float) -> Floats:
        """A number of each row's parameter, from a table by parameter."""
        return np.array([table.get(name, default) for name in self.names], dtype=np.float64)[self.parameter]

    def of(self, *parameters: str) -> Booleans:
        """Rows of these parameters."""
        wanted = np.array([name in parameters for name in self.names], dtype=np.bool_)
        return np.asarray(wanted[self.parameter], dtype=np.bool_)

    @cached_property
    def network_then(self) -> Integers:
        """One number per network and moment: rows that can be compared with each other."""
        return joined(self.network, self.moment)

    @cached_property
    def site_then(self) -> Integers:
        """One number per site and moment: the other channels of a station."""
        return joined(self.site, self.moment)

    @cached_property
    def block(self) -> Integers:
        """Number of the calendar block that each row begins in, counted in blocks of its interval since 1970."""
        return np.asarray(self.start // block_length(self.minutes), dtype=np.int64)

    @property
    def examined(self) -> Booleans:
        """Rows whose course in time is judged: pollutants that are measured, or simulated as if."""
        return np.asarray(self.of(*POLLUTANTS) & ~self.modelled & (self.minutes > 0), dtype=np.bool_)

    @property
    def possible(self) -> Booleans:
        """Rows within the physical range of their parameter; a model has no noise below zero."""
        low = self.each({name: p.lowest for name, p in PARAMETERS.items()}, -np.inf)
        low = np.where(self.modelled, self.each({name: p.low for name, p in PARAMETERS.items()}, -np.inf), low)
        high = self.each({name: p.high for name, p in PARAMETERS.items()}, np.inf)
        return np.asarray((self.value >= low) & (self.value <= high), dtype=np.bool_)

    def take(self, rows: Booleans) -> "Batch":
        """A part of the batch."""
        arrays = (
            "order",
            "value",
            "raw",
            "start",
            "minutes",
            "series",
            "site",
            "network",
            "moment",
            "parameter",
            "modelled",
        )
        return Batch(names=self.names, **{name: getattr(self, name)[rows] for name in arrays})


def batch(rows: pd.DataFrame) -> Batch:
    """
    Sort a measurement table for quality control.

    Parameters
    ----------
    rows : DataFrame
        ``source, station, parameter, start, minutes, value, kind``; ``city`` if known.

    Returns
    -------
    Batch
        Independent of the order of the rows.
    """
    parameter, names = pd.factorize(rows["parameter"], sort=True)
    start = np.asarray(pd.DatetimeIndex(rows["start"]).as_unit("us").asi8, dtype=np.int64) // 60_000_000
    minutes = rows["minutes"].to_numpy(np.int64)
    city = pd.factorize(rows["city"], sort=True)[0] if "city" in rows else np.zeros(len(rows), dtype=np.int64)
    source, station = (pd.factorize(rows[name], sort=True)[0] for name in ("source", "station"))
    alone = (rows["city"] == NOWHERE).to_numpy(np.bool_) if "city" in rows else np.zeros(len(rows), dtype=np.bool_)
    place = np.where(alone, 1 + city.max(initial=0) + station, city)  # outside every city nobody is a neighbour
    length = pd.factorize(minutes, sort=True)[0]
    site = joined(source, station, length)
    series = joined(site, parameter)
    value = rows["value"].to_numpy(np.float64)
    order = np.lexsort((value, start, series))
    arrays = {
        "value": value,
        "raw": _raw(rows, value),
        "start": start,
        "minutes": minutes,
        "series": series,
        "site": site,
        "network": joined(place, parameter, length),
        "moment": pd.factorize(start // np.maximum(minutes, 1), sort=True)[0].astype(np.int64),
        "parameter": parameter.astype(np.int64),
        "modelled": (rows["kind"] == "model").to_numpy(np.bool_),
    }
    ordered = {name: array[order] for name, array in arrays.items()}
    return Batch(order=order, names=[str(name) for name in names], **ordered)


def _raw(rows: pd.DataFrame, value: Floats) -> Floats:
    if "raw_value" not in rows:
        return value
    told = rows["raw_value"].to_numpy(np.float64)
    return np.where(np.isnan(told), value, told)


def block_length(minutes: Integers) -> Integers:
    """
    Length of the blocks of intervals of a length. [min]

    Examples
    --------
    >>> block_length(np.array([10, 60, 1440])).tolist()
    [7200, 7200, 172800]
    """
    return np.asarray(np.maximum(BLOCK, BLOCK_INTERVALS * minutes), dtype=np.int64)


def around(key: Integers, block: Integers, *weights: npt.NDArray[np.generic]) -> list[Floats]:
    """
    Sums of weights over each row's key in its block, the one before and the one after.

    Parameters
    ----------
    key : ndarray of int
        0 and up.
    block : ndarray of int
        Number of the block.
    *weights : ndarray
        What is summed.

    Examples
    --------
    >>> around(np.array([0, 0, 0, 1]), np.array([3, 4, 9, 4]), np.array([1.0, 2.0, 4.0, 8.0]))[0].tolist()
    [3.0, 3.0, 4.0, 8.0]
    """
    if not len(key):
        return [np.zeros(0) for _ in weights]
    step = block - int(block.min()) + 1  # with an empty block between two keys
    code = key * (int(step.max()) + 2) + step
    if (np.diff(code) >= 0).all():
        begins = firsts(code)
        known, place = code[begins], np.repeat(np.arange(len(begins)), lengths(begins, len(code)))
    else:
        known, place = np.unique(code, return_inverse=True)
    sides = [(at, known[at] == side) for side in (known - 1, known + 1)
             for at in (np.minimum(np.searchsorted(known, side), len(known) - 1),)]  # fmt: skip
    totals: list[Floats] = []
    for weight in weights:
        own = np.bincount(place, weight.astype(np.float64))
        total = own.copy()
        for at, there in sides:
            total += np.where(there, own[at], 0.0)
        totals.append(np.asarray(total[place], dtype=np.float64))
    return totals


def joined(*codes: npt.NDArray[np.integer]) -> Integers:
    """One number per combination of codes (0 and up), in their order."""
    key = codes[0].astype(np.int64)
    for code in codes[1:]:
        span = int(code.max(initial=0)) + 1
        if int(key.max(initial=0) + 1) * span >= 2**62:
            key = pd.factorize(key, sort=True)[0].astype(np.int64)
        key = key * span + code
    return np.asarray(pd.factorize(key, sort=True)[0], dtype=np.int64)


def firsts(key: Integers) -> Integers:
    """Where each run of equal numbers begins."""
    if not len(key):
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.flatnonzero(np.r_[True, key[1:] != key[:-1]]), dtype=np.int64)


def lengths(begins: Integers, total: int) -> Integers:
    """How long each of these runs is."""
    return np.asarray(np.diff(np.r_[begins, total]), dtype=np.int64)
