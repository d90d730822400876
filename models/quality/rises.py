"""Checks of sudden rises: single spikes, plumes that one station alone sees, values that nothing else supports."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks import make
from models.quality.batch import DAY, Batch, Booleans, Floats, Integers, firsts, lengths
from models.quality.row_checks import Found, found_at

REACH = 6  # intervals either side that make the usual level
FLOOR = {"co": 100.0, "h2s": 1.0, "pm1": 3.0, "o3": 20.0}  # keeps ratios of small values apart [µg/m³]; others 5
LEAST = {"co": 300.0, "h2s": 5.0, "o3": 40.0}  # smallest step that counts [µg/m³]; others 15
# (spreads above the level, factor): with a witness; when nothing else could confirm; against the network alone.
WITNESSED, ALONE, NETWORK = (3.0, 2.0), (8.0, 4.0), (8.0, 8.0)
LATER = 3  # rows that must have come after a row before the mild rule judges it
SPREAD_LEAST = 0.1  # of the logarithm: 10 %
SPREAD_DAYS, SPREAD_INTERVALS = 30, 60  # days that make the usual spread, the row's own and those before; or intervals

# An hour beside a rise carries it when it has this share of it, and itself stands above the level by so many spreads.
SHARE, CARRIED = 0.2, 1.5
NEAR = 3  # intervals to the row beside: two may be missing
PARTICLES = ("pm1", "pm25", "pm10", "tsp")  # what is no gas

SUPPORT_REACH = 24  # intervals either side that make the usual level of a value without support
SUPPORT_TIMES = 4.0  # times the highest of the other stations, and times the usual level
SUPPORT_SHARED = 2.0  # the station's other channels have risen by less than this factor
OTHERS = 2  # other stations that must have reported the same interval


@dataclass(frozen=True)
class Rise:
    """
    How far each row stands above the hours around it, and who else does.

    Attributes
    ----------
    usual : ndarray
        Level of the intervals around. [unit]
    alone : ndarray
        Rise that neither the network nor the station's other channels share. [logarithm]
    apart : ndarray
        Rise that the network does not share. [logarithm]
    spread : ndarray
        Usual size of a rise of the series in the days up to the row's: 1.4826 × median absolute deviation, median of
        those of the days. [logarithm]
    own : ndarray
        Rise over the series' level. [logarithm]
    stations, channels : ndarray of int
        How many report this parameter in the city, and this station's parameters, at that moment.
    """

    usual: Floats
    own: Floats
    alone: Floats
    apart: Floats
    spread: Floats
    stations: Integers
    channels: Integers


def rises(batch: Batch) -> Found:
    """
    Rises that nothing else confirms: what lasts one interval is a spike, what swells and ebbs is no spike.

    The logarithm of a value minus the median of the thirteen intervals around it, set against what the other
    stations of the network and the other pollutants of the same station do at that time: a rise that either of them
    shares is real. What remains must exceed several spreads of the series and a factor. A jump far above the whole
    network counts even when the station's other channels follow.

    Of such a rise ``spike`` are the intervals that stand alone: the interval before and the one after carry nothing
    of it. Where an interval beside carries it too, no instrument's jump is seen but a cloud that passes: of a gas
    that is a ``plume`` of one station; of particles, which reach further and have other fractions to witness them,
    it is ``unsupported``; where there is no other station nor channel at all it is nothing. The newest interval of a
    series, and one beside a gap, may be part of either and is ``unsupported``.

    ``unsupported`` is also any value at least `SUPPORT_TIMES` × the highest of two or more other stations and its
    own level of the two days around, which no other channel of the station shares: seen in the newest interval too.
    """
    if not len(batch.value):
        return []
    floor, least = batch.each(FLOOR, 5.0), batch.each(LEAST, 15.0)
    logs = np.log(np.maximum(batch.value, 0.0) + floor)
    rise = _rise(batch, logs, floor)
    high = _high(batch, rise) & (batch.value - rise.usual > least)
    lasting, closed = _course(batch, rise)
    high &= ~lasting | (rise.stations >= 2) | (rise.channels >= 2)  # where nobody could bear it out, nobody is asked
    unsupported, usual = _unsupported(batch, logs, floor, least, rise)
    gas = ~batch.of(*PARTICLES)
    spike, plume = high & ~lasting & closed, high & lasting & gas
    rest = high & ~spike & ~plume
    usual = np.where(rest, rise.usual, usual)
    unsupported = (unsupported & ~spike & ~plume) | rest
    return [
        *_told(batch, "spike", spike, rise.usual),
        *_told(batch, "plume", plume, rise.usual),
        *_told(batch, "unsupported", unsupported, usual),
    ]


def _told(batch: Batch, name: str, rows: Booleans, usual: Floats) -> Found:
    return found_at(np.flatnonzero(rows), lambda i: make(name, f"{batch.value[i]:.4g}", f"{max(usual[i], 0.0):.3g}"))


def _rise(batch: Batch, logs: Floats, floor: Floats) -> Rise:
    level = _level(batch, logs, np.arange(len(logs)), REACH)
    own = logs - level
    spread = np.maximum(1.4826 * _usual(batch, np.abs(own)), SPREAD_LEAST)
    network, stations = _network(batch.network_then, own)
    sibling, channels = _sibling(batch.site_then, own)
    shared = np.maximum(np.maximum(network, sibling), 0.0)
    return Rise(np.exp(level) - floor, own, own - shared, own - np.maximum(network, 0.0), spread, stations, channels)


def _usual(batch: Batch, size: Floats) -> Floats:
    """Median over the days up to each row's own of the days' medians."""
    day = batch.start // DAY
    key = batch.series * (int(day.max()) + 1 - int(day.min())) + (day - day.min())
    begins = firsts(key)
    daily = pd.Series(_middle(key, size)[0][begins], index=pd.to_datetime(day[begins], unit="D"))
    middle = np.empty(len(begins))
    minutes, series = batch.minutes[begins], batch.series[begins]
    for length in np.unique(minutes):
        mine = minutes == length
        window = f"{spread_days(int(length))}D"
        middle[mine] = daily[mine].groupby(series[mine], sort=False).rolling(window).median().to_numpy(np.float64)
    return np.repeat(middle, lengths(begins, len(key)))


def spread_days(minutes: int) -> int:
    """
    Days that make the usual spread of a series of such intervals, the row's own among them.

    Examples
    --------
    >>> spread_days(60), spread_days(1440)
    (30, 60)
    """
    return max(SPREAD_DAYS, SPREAD_INTERVALS * minutes // DAY)


def _high(batch: Batch, rise: Rise) -> Booleans:
    """Rises that nothing shares, by the stricter measures where little could confirm them."""
    witnessed = (rise.stations >= 3) | (rise.channels >= 2)
    settled = _settled(batch)
    high = _beyond(rise.alone, rise.spread, WITNESSED) & witnessed & settled
    high |= _beyond(rise.alone, rise.spread, ALONE) & (witnessed | settled)
    high |= _beyond(rise.apart, rise.spread, NETWORK) & (rise.stations >= 3)
    return high


def _course(batch: Batch, rise: Rise) -> tuple[Booleans, Booleans]:
    """Whether the interval before or after carries a part of a row's rise, and whether both of them are known."""
    excess = batch.value - rise.usual
    above = (rise.own > CARRIED * rise.spread) & (excess > 0)
    carried = np.zeros(len(excess), dtype=np.bool_)
    before, after = np.zeros((2, len(excess)), dtype=np.bool_)
    if len(excess) > 1:
        beside = (np.diff(batch.start) <= NEAR * batch.minutes[1:]) & (np.diff(batch.series) == 0)
        # Each row's excess is over its own level; the level of the higher of two is taken for both.
        over = np.minimum(batch.value[1:] - rise.usual[:-1], excess[1:])
        under = np.minimum(batch.value[:-1] - rise.usual[1:], excess[:-1])
        carried[:-1] |= beside & above[1:] & (over >= SHARE * excess[:-1])
        carried[1:] |= beside & above[:-1] & (under >= SHARE * excess[1:])
        after[:-1], before[1:] = beside, beside
    return carried, before & after


def _unsupported(batch: Batch, logs: Floats, floor: Floats, least: Floats, rise: Rise) -> tuple[Booleans, Floats]:
    """Values far above every other station and above their own days, that no other channel shares; their level."""
    other, count = _highest_other(batch.network_then, batch.value)
    far = (count >= OTHERS) & (batch.value > SUPPORT_TIMES * np.maximum(other, 0.0)) & (batch.value - other > least)
    rows = np.flatnonzero(far)
    usual = np.full(len(logs), np.nan)
    level = _level(batch, logs, rows, SUPPORT_REACH)
    usual[rows] = np.exp(level) - floor[rows]
    sibling = rise.own - rise.alone
    keep = logs[rows] - level > np.log(SUPPORT_TIMES)
    keep &= (sibling[rows] < np.log(SUPPORT_SHARED)) & (logs[rows] - level > ALONE[0] / 2 * rise.spread[rows])
    keep &= batch.value[rows] - usual[rows] > least[rows]
    found = np.zeros(len(logs), dtype=np.bool_)
    found[rows[keep]] = True
    return found, usual


def _settled(batch: Batch) -> Booleans:
    """Rows with enough later ones around them to tell a spike from the beginning of something that lasts."""
    later = np.arange(len(batch.start)) + LATER
    later[later >= len(later)] = 0
    near = (batch.start[later] - batch.start) <= REACH * batch.minutes
    return np.asarray(near & (later > 0) & (batch.series[later] == batch.series), dtype=np.bool_)


def _beyond(rise: Floats, spread: Floats, rule: tuple[float, float]) -> Booleans:
    return np.asarray((rise > rule[0] * spread) & (rise > np.log(rule[1])), dtype=np.bool_)


def _level(batch: Batch, logs: Floats, rows: Integers, reach: int) -> Floats:
    """Median of the intervals around some rows, themselves included."""
    level = np.empty(len(rows))
    for begin in range(0, len(rows), 200_000):  # in pieces, to bound memory
        part = slice(begin, begin + 200_000)
        level[part] = _around(batch, logs, rows[part], reach)
    return level


def _around(batch: Batch, logs: Floats, rows: Integers, reach: int) -> Floats:
    window = np.full((len(rows), 2 * reach + 1), np.nan)
    for shift in range(-reach, reach + 1):
        other = rows + shift
        other[(other < 0) | (other >= len(logs))] = 0
        near = np.abs(batch.start[other] - batch.start[rows]) <= reach * batch.minutes[rows]
        known = near & (batch.series[other] == batch.series[rows]) & ((other == rows) == (shift == 0))
        window[known, shift + reach] = logs[other[known]]
    window.sort(axis=1)  # unknown ones go last
    count = (~np.isnan(window)).sum(axis=1)
    line = np.arange(len(window))
    return np.asarray((window[line, (count - 1) // 2] + window[line, count // 2]) / 2, dtype=np.float64)


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
    highest, others = _highest_other(key, rise)
    return np.where(others > 0, highest, 0.0), others + 1


def _highest_other(key: Integers, values: Floats) -> tuple[Floats, Integers]:
    """Highest among the other rows with the same key, NaN for a row alone, and the number of these others."""
    order = np.argsort(key, kind="stable")
    begins = firsts(key[order])
    count = lengths(begins, len(key))
    group = np.repeat(np.arange(len(begins)), count)
    rest = values[order]
    top = np.maximum.reduceat(rest, begins)
    leading = np.flatnonzero(rest == top[group])
    leading = leading[firsts(group[leading])]  # one of each group, and it looks at the second
    other = top[group]
    rest[leading] = -np.inf
    other[leading] = np.maximum.reduceat(rest, begins)
    others = np.repeat(count, count) - 1
    highest, number = np.empty(len(key)), np.empty(len(key), dtype=np.int64)
    highest[order] = np.where(others > 0, other, np.nan)
    number[order] = others
    return highest, number
