"""Fault codes: numbers that a logger or an instrument writes in place of a value, found among values."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from data.checks import make
from models.quality.batch import DAY, Batch, Booleans, Floats, Integers, block_length, firsts, lengths
from models.quality.row_checks import Found
from models.quality.series_checks import CEILING_STEP

# Written for a fault or "no value" by loggers (nines), by counters at the end of their range (985 and 995 of the beta
# attenuation monitors, 999.9 and 1999.9 of the SDS011) and as the end of a binary number.
CODES = (985.0, 995.0, 999.0, 999.9, 1999.0, 1999.9, 9999.0, 9999.9, 99999.0, 32767.0, 65535.0, 3276.7, 6553.5)
LEVEL_HOURS = 72  # hours either side that make a series' own recent level
LEVEL_DAYS = 30  # days before, and the blocks around, that make it where those hours hold codes alone
LEVEL_KNOWN = 6  # other values of the series needed to know it
LEVEL_HIGH = 0.95  # quantile of them
NEAR = 6  # values either side of a code that a real rise would show in
FAR_LEVEL, FAR_NEAR, FAR_OTHERS = 4.0, 2.0, 3.0  # times the level, the highest value near, the highest elsewhere
PARTS = ("pm1", "pm25", "pm10", "tsp")  # fractions of one dust: a high one bears the other out
ORDINARY = {"co": 5000.0}  # codes up to here are usual values of this parameter [µg/m³]; others: none

REPEAT_GAP = 3.0  # a repeated value is far outside its series at this many times the next lower one
REPEAT_LEVEL = 10.0  # and this many times the series' median
REPEAT_KNOWN = 6  # other values needed
REPEAT_TIMES = 2
REPEAT_ROUNDS = 3  # distinct codes of one series
REPEAT_LEAST = {"co": 3000.0, "h2s": 50.0}  # [µg/m³]; others 200: below, rounding repeats values


@dataclass(frozen=True)
class Codes:
    """
    Places in the batch of rows that hold a fault code.

    Attributes
    ----------
    sure : list of (int, str)
        Far above everything around them.
    open : list of (int, str)
        Known codes with nothing to compare them with: the first rows of a lone station.
    """

    sure: Found
    open: Found


def fillers(batch: Batch) -> Codes:
    """
    Known codes and exactly repeated values that stand far above their own series and everything beside them.

    A value is taken for a code when it is one of `CODES`, as delivered or in our unit, or the highest value of its
    series, met at least twice, `REPEAT_GAP` × the next lower one and `REPEAT_LEVEL` × the median. Either must stand
    far above the values of the three days around and the rows next to it, in the newest interval as in any other, and
    no other station nor another fraction of the same dust may come near it. A real storm passes through the values
    between, or is shared; then the value stays.

    Where neither the series nor other stations tell a level, a known code is left open.
    """
    known, repeated = _known(batch), _repeated(batch)
    suspected = known | repeated
    look = _Look(batch, suspected, *_elsewhere(batch, suspected))
    sure: Found = []
    unsure: Found = []
    for i in np.flatnonzero(suspected).tolist():
        entry = make("fault_code", f"{batch.raw[i] if batch.raw[i] in CODES else batch.value[i]:g}")
        answer = look.far(i)
        if answer is None and known[i] and batch.value[i] > ORDINARY.get(batch.names[batch.parameter[i]], 0.0):
            unsure.append((i, entry))
        elif answer:
            sure.append((i, entry))
    return Codes(sure, unsure)


def _known(batch: Batch) -> Booleans:
    return np.asarray((np.isin(batch.raw, CODES) | np.isin(batch.value, CODES)) & batch.examined, dtype=np.bool_)


def _repeated(batch: Batch) -> Booleans:
    """The highest values of a series in a block and the two beside it, each met several times, with a gap below."""
    found = np.zeros(len(batch.value), dtype=np.bool_)
    if not len(batch.value):
        return found
    least, block = batch.each(REPEAT_LEAST, 200.0), batch.block
    begins = firsts(np.r_[0, np.cumsum((np.diff(batch.series) != 0) | (np.diff(block) != 0))])
    ends = begins + lengths(begins, len(block))
    high = np.maximum.reduceat(batch.value, begins) >= least[begins]
    for k in np.flatnonzero(high & batch.examined[begins]).tolist():
        begin, end = int(begins[k]), int(ends[k])
        first = int(begins[k - 1]) if _beside(batch, block, begin, begin - 1) else begin
        last = int(ends[k + 1]) if _beside(batch, block, begin, end) else end
        if last - first < REPEAT_KNOWN + REPEAT_TIMES:
            continue
        values, counts = np.unique(batch.value[first:last], return_counts=True)
        middle = float(np.median(batch.value[first:last]))
        for top in list(_outside(values, counts, middle, float(least[begin]))):
            found[begin:end] |= batch.value[begin:end] == top
    return found


def _beside(batch: Batch, block: Integers, at: int, other: int) -> bool:
    """Whether another row is of the same series and of a block beside."""
    there = 0 <= other < len(block)
    return there and bool(batch.series[other] == batch.series[at] and abs(int(block[other] - block[at])) == 1)


def _outside(values: Floats, counts: Integers, middle: float, least: float) -> Iterator[float]:
    """Repeated values from the highest down, each with a gap below it."""
    for k in range(len(values) - 1, max(len(values) - 1 - REPEAT_ROUNDS, 0), -1):
        top, below = float(values[k]), max(float(values[k - 1]), 0.0)
        if int(counts[:k].sum()) < REPEAT_KNOWN or counts[k] < REPEAT_TIMES:
            return
        if top < max(REPEAT_GAP * below, REPEAT_LEVEL * middle, least) or top % CEILING_STEP == 0:
            return  # a printed full scale may be the air: `row_checks.ceiling`
        yield top


def _elsewhere(batch: Batch, suspected: Booleans) -> tuple[Floats, Integers, Floats]:
    """Highest value of the other stations at each row's moment, their number, highest other fraction of its dust."""
    plain = ~suspected
    others = _highest(batch.network_then, batch.value, plain)
    number = _count(batch.network_then, plain)
    dust = batch.of(*PARTS)
    fraction = _highest(batch.site_then, batch.value, plain & dust)
    return others, number, np.where(dust, fraction, np.nan)


def _highest(key: Integers, values: Floats, rows: Booleans) -> Floats:
    """Highest of some rows with the same key, for every row; NaN where there are none."""
    top = np.full(int(key.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(top, key[rows], values[rows])
    return np.where(np.isfinite(top), top, np.nan)[key]


def _count(key: Integers, rows: Booleans) -> Integers:
    return np.bincount(key[rows], minlength=int(key.max(initial=-1)) + 1)[key].astype(np.int64)


@dataclass(frozen=True)
class _Look:
    """What stands around a suspected row; other suspected rows tell nothing."""

    batch: Batch
    suspected: Booleans
    others: Floats
    number: Integers
    fraction: Floats
    levels: dict[tuple[int, int], float | None] = field(default_factory=dict)  # by series and day, asked once

    def far(self, i: int) -> bool | None:
        """Whether a row stands far above all that can be compared with it; None where nothing can."""
        value = self.batch.value[i]
        beside = np.array([self.others[i], self.fraction[i]])
        if bool((beside * FAR_OTHERS > value).any()):
            return False  # borne out
        key = int(self.batch.series[i]), int(self.batch.start[i]) // DAY
        if key not in self.levels:
            self.levels[key] = self._level(i)
        level = self.levels[key]
        if level is not None:
            return bool(value > FAR_LEVEL * level) and bool(value > FAR_NEAR * self._near(i))
        return True if self.number[i] >= 2 else None

    def _level(self, i: int) -> float | None:
        """High level of the series in the days around, else in the blocks; None where too few values are known."""
        own = self._plain(i, self.batch.start[i] + np.array([-1, 1]) * LEVEL_HOURS * 60)
        if len(own) < LEVEL_KNOWN:  # days of codes alone
            long = int(block_length(self.batch.minutes[i : i + 1])[0])
            first, last = (self.batch.start[i] // long + np.array([-1, 2])) * long
            own = self._plain(i, np.array([min(first, self.batch.start[i] - LEVEL_DAYS * DAY), last]))
        return float(np.quantile(own, LEVEL_HIGH)) if len(own) >= LEVEL_KNOWN else None

    def _plain(self, i: int, ends: Integers) -> Floats:
        """Values of the row's series from one moment to another that are not suspected themselves."""
        begin, end = np.searchsorted(self._starts(i), ends)
        part = slice(self._first(i) + int(begin), self._first(i) + int(end))
        return np.asarray(self.batch.value[part][~self.suspected[part]], dtype=np.float64)

    def _near(self, i: int) -> float:
        """Highest plain value among the rows next to this one."""
        first, last = self._first(i), self._first(i) + len(self._starts(i))
        part = slice(max(i - NEAR, first), min(i + NEAR + 1, last))
        close = np.abs(self.batch.start[part] - self.batch.start[i]) <= NEAR * self.batch.minutes[i]
        return float(self.batch.value[part][close & ~self.suspected[part]].max(initial=0.0))

    def _first(self, i: int) -> int:
        return int(np.searchsorted(self.batch.series, self.batch.series[i]))

    def _starts(self, i: int) -> Integers:
        last = int(np.searchsorted(self.batch.series, self.batch.series[i], side="right"))
        return self.batch.start[self._first(i) : last]
