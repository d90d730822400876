"""Checks of single rows: impossible values, future times, ceilings, stuck runs, spikes and PM2.5 above PM10."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from data.checks import make
from data.parameters import PARAMETERS
from models.quality.batch import Batch, Booleans, Floats, Integers, firsts, joined, lengths

Found = list[tuple[int, str]]  # place in the sorted batch, entry of `checks`
Entry = Callable[[int], str]

SENTINELS = (-999.0, -9999.0, -99999.0)  # written by loggers for "no value"
CEILINGS = (985.0, 999.9, 1999.9)  # printed full scales that are no multiple of 500 (BAM 1020, SDS011)
CEILING_STEP, CEILING_TIMES = 500.0, 3
AHEAD = 2 * 24 * 60  # an interval may end this long after it was received: what lies ahead is hidden till then [min]

STUCK_LEAST = 5  # equal values in a row
STUCK_CHANCE = 1e-5  # a run must be this unlikely to come from rounding alone
STUCK_WITNESS = 24  # intervals of one run that count as evidence of what is usual: a stuck run is no detection limit
STUCK_GAP = 6  # intervals that may be missing within a run
STUCK_DOUBT = 10  # intervals that what is usual weighs against what was counted

SPIKE_REACH = 6  # intervals either side that make the usual level
SPIKE_FLOOR = {"co": 100.0, "h2s": 1.0, "pm1": 3.0, "o3": 20.0}  # keeps ratios of small values apart [µg/m³]; others 5
SPIKE_LEAST = {"co": 300.0, "h2s": 5.0, "o3": 40.0}  # smallest step that counts [µg/m³]; others 15
# (spreads above the level, factor): with a witness; when nothing else could confirm; against the network alone.
SPIKE_WITNESSED, SPIKE_ALONE, SPIKE_NETWORK = (3.0, 2.0), (8.0, 4.0), (8.0, 8.0)
SPIKE_LATER = 3  # rows that must have come after a row before the mild rule judges it
SPREAD_LEAST = 0.1  # of the logarithm: 10 %

# Finer fraction, coarser fraction: the finer is part of the coarser.
FRACTIONS = (("pm1", "pm25"), ("pm25", "pm10"), ("pm10", "tsp"))
FRACTION_FACTOR, FRACTION_STEP = 1.25, 10.0  # [1], [µg/m³]


def impossible(batch: Batch) -> Found:
    """Sentinel, negative and out-of-range values."""
    sentinel = np.isin(batch.value, SENTINELS)
    wrong = np.flatnonzero(~batch.possible | sentinel)

    def entry(i: int) -> str:
        value, known = batch.value[i], PARAMETERS.get(batch.names[batch.parameter[i]])
        if sentinel[i]:
            return make("sentinel", f"{value:g}")
        if known is None or np.isnan(value):
            return make("range")
        if value < 0 and known.low == 0:
            return make("negative", f"{value:.4g}")
        return make("range", f"{value:.6g}", f"{known.low:g}", f"{known.high:g}")

    return _found(wrong, entry)


def ahead(batch: Batch, now: pd.Timestamp | None) -> Integers:
    """How far the end of each interval lies after `now`, where that is more than `AHEAD`; else 0. [min]"""
    if now is None:
        return np.zeros(len(batch.start), dtype=np.int64)
    moment = pd.Timestamp(now).tz_convert("UTC").timestamp() / 60
    beyond = batch.start + batch.minutes - int(np.floor(moment))
    return np.where(beyond > AHEAD, beyond, 0).astype(np.int64)


def ceiling(batch: Batch) -> Found:
    """The highest value of a series, met several times and a round full scale."""
    begins = firsts(batch.series)
    if not len(begins):
        return []
    top = np.repeat(np.maximum.reduceat(batch.value, begins), lengths(begins, len(batch.value)))
    full = (batch.value == top) & (top >= CEILING_STEP) & ((top % CEILING_STEP == 0) | np.isin(top, CEILINGS))
    times = np.repeat(np.add.reduceat(full.astype(np.int64), begins), lengths(begins, len(batch.value)))
    rows = np.flatnonzero(full & (times >= CEILING_TIMES))
    return _found(rows, lambda i: make("ceiling", f"{batch.value[i]:g}", times[i]))


def stuck(batch: Batch) -> Found:
    """
    Runs of equal values, longer than rounding or a detection limit explain.

    How often a series repeats a value from one interval to the next is counted over the other runs of that very
    value, leaning on that of the whole series where it is rarely met. A run of n has the chance p^(n − 1); it is
    stuck when that is below `STUCK_CHANCE` and n is at least `STUCK_LEAST`. Values up to one unit are left out.
    """
    value, series = batch.value, batch.series
    if not len(value):
        return []
    near = np.diff(batch.start) <= STUCK_GAP * batch.minutes[1:]
    same = (series[1:] == series[:-1]) & near & (value[1:] == value[:-1])
    run = np.r_[0, np.cumsum(~same)]
    begins = firsts(run)
    long = lengths(begins, len(run))
    chance = _chance(series[begins], value[begins], long)
    needed = np.maximum(STUCK_LEAST, np.ceil(1 + np.log(STUCK_CHANCE) / np.log(chance)))
    size = np.repeat(long, long)
    rows = np.flatnonzero(np.repeat((long >= needed) & (value[begins] > 1), long))
    return _found(rows, lambda i: make("stuck", size[i]))


def _chance(series: Integers, value: Floats, long: Integers) -> Floats:
    """Chance that a value is followed by the same, for each run from the other runs of its series and value."""
    short = long < STUCK_LEAST
    equal = np.bincount(series, np.where(short, long - 1, 0))
    pairs = np.bincount(series, np.where(short, long, 0))
    usual = ((equal + 1) / (pairs + STUCK_DOUBT))[series]
    alike = joined(series, np.unique(value, return_inverse=True)[1])
    said = np.minimum(long, STUCK_WITNESS)
    own_equal = np.bincount(alike, said - 1)[alike] - (said - 1)
    own_pairs = np.bincount(alike, said)[alike] - said
    return np.asarray(np.clip((own_equal + STUCK_DOUBT * usual) / (own_pairs + STUCK_DOUBT), 1e-6, 0.99))


def spike(batch: Batch) -> Found:
    """
    Short jumps that nothing else confirms.

    The logarithm of a value minus the median of the thirteen intervals around it, set against what the other
    stations of the network and the other pollutants of the same station do at that time: a rise that either of them
    shares is real and never a spike. What remains must exceed several spreads of the series (1.4826 × median absolute
    deviation) and a factor. A jump far above the whole network counts even when the station's other channels follow.
    The newest rows of a series may be the beginning of an episode and are judged by the stricter measures only.
    """
    value = batch.value
    if not len(value):
        return []
    floor = batch.each(SPIKE_FLOOR, 5.0)
    level = _level(batch, np.log(np.maximum(value, 0.0) + floor))
    rise = np.log(np.maximum(value, 0.0) + floor) - level
    spread = np.maximum(_spread(batch.series, rise), SPREAD_LEAST)
    network, stations = _network(joined(batch.network, batch.moment), rise)
    sibling, channels = _sibling(joined(batch.site, batch.moment), rise)
    apart = rise - np.maximum(network, 0.0)
    unshared = rise - np.maximum(np.maximum(network, sibling), 0.0)
    witnessed = (stations >= 3) | (channels >= 2)
    settled = _settled(batch)
    bad = _beyond(unshared, spread, SPIKE_WITNESSED) & witnessed & settled
    bad |= _beyond(unshared, spread, SPIKE_ALONE) & (witnessed | settled)
    bad |= _beyond(apart, spread, SPIKE_NETWORK) & (stations >= 3)
    usual = np.exp(level) - floor
    bad &= value - usual > batch.each(SPIKE_LEAST, 15.0)
    return _found(np.flatnonzero(bad), lambda i: make("spike", f"{value[i]:.4g}", f"{usual[i]:.3g}"))


def _settled(batch: Batch) -> Booleans:
    """Rows with enough later ones around them to tell a spike from the beginning of something that lasts."""
    later = np.arange(len(batch.start)) + SPIKE_LATER
    later[later >= len(later)] = 0
    near = (batch.start[later] - batch.start) <= SPIKE_REACH * batch.minutes
    return np.asarray(near & (later > 0) & (batch.series[later] == batch.series), dtype=np.bool_)


def _beyond(rise: Floats, spread: Floats, rule: tuple[float, float]) -> Booleans:
    return np.asarray((rise > rule[0] * spread) & (rise > np.log(rule[1])), dtype=np.bool_)


def _level(batch: Batch, logs: Floats) -> Floats:
    """Median of the intervals around each row, itself included."""
    level = np.empty(len(logs))
    for begin in range(0, len(logs), 200_000):  # in pieces, to bound memory
        level[begin : begin + 200_000] = _around(batch, logs, begin, min(begin + 200_000, len(logs)))
    return level


def _around(batch: Batch, logs: Floats, begin: int, end: int) -> Floats:
    rows = np.arange(begin, end)
    window = np.full((end - begin, 2 * SPIKE_REACH + 1), np.nan)
    for shift in range(-SPIKE_REACH, SPIKE_REACH + 1):
        other = rows + shift
        other[(other < 0) | (other >= len(logs))] = 0
        near = np.abs(batch.start[other] - batch.start[rows]) <= SPIKE_REACH * batch.minutes[rows]
        known = near & (batch.series[other] == batch.series[rows]) & ((other == rows) == (shift == 0))
        window[known, shift + SPIKE_REACH] = logs[other[known]]
    window.sort(axis=1)  # unknown ones go last
    count = (~np.isnan(window)).sum(axis=1)
    line = np.arange(len(window))
    return np.asarray((window[line, (count - 1) // 2] + window[line, count // 2]) / 2, dtype=np.float64)


def _spread(series: Integers, rise: Floats) -> Floats:
    return 1.4826 * _middle(series, np.abs(rise))[0]


def _network(key: Integers, rise: Floats) -> tuple[Floats, Integers]:
    """Median rise of a network at a moment, the lower of two, and how many stations it has; 0 for one station."""
    middle, count = _middle(key, rise)
    return np.where(count > 1, middle, 0.0), count


def _middle(key: Integers, values: Floats) -> tuple[Floats, Integers]:
    """Lower median of the rows with the same key, and their number."""
    order = np.lexsort((values, key))
    begins = firsts(key[order])
    count = lengths(begins, len(key))
    middle = np.empty(len(key))
    middle[order] = np.repeat(values[order][begins + (count - 1) // 2], count)
    number = np.empty(len(key), dtype=np.int64)
    number[order] = np.repeat(count, count)
    return middle, number


def _sibling(key: Integers, rise: Floats) -> tuple[Floats, Integers]:
    """Highest rise among the other rows with the same key, and the number of all; 0 for a row alone."""
    order = np.lexsort((rise, key))
    begins = firsts(key[order])
    count = lengths(begins, len(key))
    last = begins + count - 1
    place = np.repeat(last, count)
    place[last] = np.maximum(last - 1, begins)  # the highest row looks at the second
    other = np.where(np.repeat(count, count) > 1, rise[order][place], 0.0)
    sibling, number = np.empty(len(key)), np.empty(len(key), dtype=np.int64)
    sibling[order], number[order] = other, np.repeat(count, count)
    return sibling, number


def fractions(batch: Batch, blamed: Booleans) -> Found:
    """
    A finer fraction of dust well above the coarser one it is part of, beyond 1.25 × + 10 µg/m³.

    Both rows are doubtful, unless another check already blames one of them: then only that one.
    """
    found: Found = []
    key = joined(batch.site, batch.moment)
    for fine, coarse in FRACTIONS:
        one, two = np.flatnonzero(batch.of(fine)), np.flatnonzero(batch.of(coarse))
        _, at, by = np.intersect1d(key[one], key[two], return_indices=True)
        one, two = one[at], two[by]
        above = batch.value[one] > FRACTION_FACTOR * batch.value[two] + FRACTION_STEP
        for i, j in zip(one[above].tolist(), two[above].tolist(), strict=True):
            entry = make("fractions", fine, f"{batch.value[i]:.4g}", coarse, f"{batch.value[j]:.4g}")
            found += [(k, entry) for k, other in ((i, j), (j, i)) if blamed[k] or not blamed[other]]
    return found


def _found(rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", entry: Entry) -> Found:
    return [(i, entry(i)) for i in rows.tolist()]
