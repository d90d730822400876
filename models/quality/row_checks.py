"""Checks of single rows: impossible values, future times, stuck runs and PM2.5 above PM10."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks import make
from data.parameters import PARAMETERS
from data.possible import SENTINELS
from models.quality.batch import Batch, Booleans, Floats, Integers, around, firsts, joined, lengths

Found = list[tuple[int, str]]  # place in the sorted batch, entry of `checks`
Entry = Callable[[int], str]

AHEAD = 2 * 24 * 60  # an interval may end this long after it was received: what lies ahead is hidden till then [min]

STUCK_LEAST = 5  # equal values in a row
STUCK_CHANCE = 1e-5  # a run must be this unlikely to come from rounding alone
STUCK_WITNESS = 24  # intervals of one run that count as evidence of what is usual: a stuck run is no detection limit
STUCK_GAP = 6  # intervals that may be missing within a run
STUCK_DOUBT = 10  # intervals that what is usual weighs against what was counted

# Finer fraction, coarser fraction: the finer is part of the coarser.
FRACTIONS = (("pm1", "pm25"), ("pm25", "pm10"), ("pm10", "tsp"))
FRACTION_FACTOR, FRACTION_STEP = 1.25, 10.0  # [1], [µg/m³]


def impossible(batch: Batch) -> Found:
    """Sentinels, values below zero by more than an instrument's noise, and out-of-range values."""
    sentinel = np.isin(batch.value, SENTINELS) | (np.isin(batch.raw, SENTINELS) & (batch.value < 0))
    wrong = np.flatnonzero(~batch.possible | sentinel)

    def entry(i: int) -> str:
        value = batch.raw[i] if sentinel[i] and batch.raw[i] in SENTINELS else batch.value[i]
        known = PARAMETERS.get(batch.names[batch.parameter[i]])
        if sentinel[i]:
            return make("sentinel", f"{value:g}")
        if known is None or np.isnan(value):
            return make("range")
        if value < 0 and known.low == 0:
            return make("negative", f"{value:.4g}")
        return make("range", f"{value:.6g}", f"{known.low:g}", f"{known.high:g}")

    return found_at(wrong, entry)


def ahead(batch: Batch, now: pd.Timestamp | None) -> Integers:
    """How far the end of each interval lies after `now`, where that is more than `AHEAD`; else 0. [min]"""
    if now is None:
        return np.zeros(len(batch.start), dtype=np.int64)
    moment = pd.Timestamp(now).tz_convert("UTC").timestamp() / 60
    beyond = batch.start + batch.minutes - int(np.floor(moment))
    return np.where(beyond > AHEAD, beyond, 0).astype(np.int64)


def stuck(batch: Batch) -> Found:
    """
    Runs of equal values, longer than rounding or a detection limit explain.

    How often a series repeats a value from one interval to the next is counted over the other runs of that very
    value, leaning on that of the whole series where it is rarely met. A run of n has the chance p^(n − 1); it is
    stuck when that is below `STUCK_CHANCE` and n is at least `STUCK_LEAST`. Values within one unit of zero are left
    out. All is counted over the block of the calendar (`batch.BLOCK`), the one before and the one after, a longer run
    as far as it lies in them.
    """
    if not len(batch.value):
        return []
    begins, pieces = _runs(batch)
    size = pieces.long + pieces.before + pieces.after
    asked = (size >= STUCK_LEAST) & (np.abs(pieces.value) > 1)
    needed = np.ceil(1 + np.log(STUCK_CHANCE) / np.log(pieces.chance(asked)))
    found = np.flatnonzero(asked)[size[asked] >= needed]
    return [
        (i, make("stuck", int(size[k])))
        for k in found.tolist()
        for i in range(int(begins[k]), int(begins[k] + pieces.long[k]))
    ]


def _runs(batch: Batch) -> tuple[Integers, "_Pieces"]:
    """Runs of equal values, cut by block, and the first row of each piece."""
    value, series, block = batch.value, batch.series, batch.block
    near = np.diff(batch.start) <= STUCK_GAP * batch.minutes[1:]
    same = (series[1:] == series[:-1]) & near & (value[1:] == value[:-1])
    begins = firsts(np.r_[0, np.cumsum(~(same & (block[1:] == block[:-1])))])
    long = lengths(begins, len(value))
    goes_on = np.r_[False, same][begins]  # the piece before is of the same run
    before = np.where(goes_on, np.r_[0, long[:-1]], 0)
    after = np.where(np.r_[goes_on[1:], False], np.r_[long[1:], 0], 0)
    return begins, _Pieces(series[begins], block[begins], value[begins], long, before, after)


@dataclass(frozen=True)
class _Pieces:
    """Runs of equal values as far as they lie in one block, with the lengths of the pieces before and after."""

    series: Integers
    block: Integers
    value: Floats
    long: Integers
    before: Integers
    after: Integers

    def chance(self, asked: Booleans) -> Floats:
        """Chance that a value is followed by the same, for some runs from the other runs of its series and value."""
        short = self.long < STUCK_LEAST
        equal, pairs = around(self.series, self.block, np.where(short, self.long - 1, 0), np.where(short, self.long, 0))
        usual = ((equal + 1) / (pairs + STUCK_DOUBT))[asked]
        met = np.flatnonzero(np.isin(self.value, np.unique(self.value[asked])))  # no other value is asked about
        alike = joined(self.series[met], np.unique(self.value[met], return_inverse=True)[1])
        said = np.minimum(self.long[met], STUCK_WITNESS)
        sums = around(alike, self.block[met], said - 1, said)
        all_equal, all_pairs = (total[asked[met]] for total in sums)
        own = [np.minimum(n[asked], STUCK_WITNESS) for n in (self.long, self.before, self.after)]
        own_equal = all_equal - sum(np.maximum(n - 1, 0) for n in own)
        own_pairs = all_pairs - sum(own)
        return np.asarray(np.clip((own_equal + STUCK_DOUBT * usual) / (own_pairs + STUCK_DOUBT), 1e-6, 0.99))


def fractions(batch: Batch, blamed: Booleans) -> Found:
    """
    A finer fraction of dust well above the coarser one it is part of, beyond 1.25 × + 10 µg/m³.

    Both rows are doubtful, unless another check already blames one of them: then only that one.
    """
    found: Found = []
    key = batch.site_then
    for fine, coarse in FRACTIONS:
        one, two = np.flatnonzero(batch.of(fine)), np.flatnonzero(batch.of(coarse))
        _, at, by = np.intersect1d(key[one], key[two], return_indices=True)
        one, two = one[at], two[by]
        above = batch.value[one] > FRACTION_FACTOR * batch.value[two] + FRACTION_STEP
        for i, j in zip(one[above].tolist(), two[above].tolist(), strict=True):
            entry = make("fractions", fine, f"{batch.value[i]:.4g}", coarse, f"{batch.value[j]:.4g}")
            found += [(k, entry) for k, other in ((i, j), (j, i)) if blamed[k] or not blamed[other]]
    return found


def found_at(rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", entry: Entry) -> Found:
    """Rows of the batch with the entry of each."""
    return [(i, entry(i)) for i in rows.tolist()]
