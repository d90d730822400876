"""Checks of whole days against weeks, years and neighbours: dead, flat, wrong level, level break, disagreement."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks import make
from data.standards.coverage import least
from models.quality.batch import DAY, Batch, Booleans, Floats, Integers, firsts, joined, lengths
from models.quality.row_checks import Found

# A median of two weeks below this is no city air: the channel is dead. [µg/m³]
DEAD_BELOW = {"pm1": 1.0, "pm25": 2.0, "pm10": 3.0, "tsp": 3.0}
DEAD_DAYS, DEAD_KNOWN = 15, 5
FLAT_DAYS, FLAT_KNOWN, FLAT_ROWS = 3, 2, least(24)  # rows a day
FLAT_SHARE = 0.04  # three days that vary by less than this share of their level
LEVEL_DAYS, LEVEL_KNOWN = 31, 7
LEVEL_FACTOR = {"no": 10.0, "so2": 10.0, "h2s": 10.0, "nh3": 10.0, "o3": 10.0}  # differ more within a city
LEVEL_DEFAULT = 6.0
APART_MORE = 1.5  # times these for one day against the station's usual ratio to its neighbours
STEP = {"co": 500.0, "h2s": 5.0}  # smaller differences are not worth a doubt [µg/m³]
STEP_DEFAULT = 15.0
USUAL_KNOWN = 300  # days that make a station's usual level one of all seasons
YEARS = 3  # other years needed to know a season's level
OTHERS = 3  # other stations needed to know a network's level


@dataclass(frozen=True)
class Days:
    """
    Daily figures of one network (city, parameter, minutes): days × series.

    Attributes
    ----------
    middle, low, high : DataFrame
        Median, 10th and 90th percentile of the day. [unit]
    count : DataFrame
        Rows of the day.
    parameter : str
        What is measured.
    """

    middle: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    count: pd.DataFrame
    parameter: str


def levels(batch: Batch) -> Found:
    """Every day-wise doubt about the rows of a batch (pollutants only)."""
    if not len(batch.value):
        return []
    day = batch.start // DAY
    key = joined(batch.series, day)  # ascending along the batch: it is sorted by series and start
    begins = firsts(key)
    ends = begins + lengths(begins, len(key))
    parts = (batch.series[begins].tolist(), day[begins].tolist(), begins.tolist(), ends.tolist())
    spans = {(name, when): range(begin, end) for name, when, begin, end in zip(*parts, strict=True)}
    found: Found = []
    for days in _networks(batch, day, key, begins):
        for name, when, entry in _judged(days):
            found += [(i, entry) for i in spans[name, when]]
    return found


def _networks(batch: Batch, day: Integers, key: Integers, begins: Integers) -> Iterator[Days]:
    count = lengths(begins, len(key))
    ranked = batch.value[np.lexsort((batch.value, key))]
    table = pd.DataFrame(
        {
            "network": batch.network[begins],
            "parameter": batch.parameter[begins],
            "series": batch.series[begins],
            "day": day[begins],
            "middle": (ranked[begins + (count - 1) // 2] + ranked[begins + count // 2]) / 2,
            "low": ranked[begins + (count - 1) // 10],
            "high": ranked[begins + count - 1 - (count - 1) // 10],
            "count": count.astype(np.float64),
        }
    )
    for _, part in table.groupby("network", sort=True):
        names, column = np.unique(part["series"].to_numpy(np.int64), return_inverse=True)
        line = (part["day"] - part["day"].min()).to_numpy(np.int64)
        span = np.arange(part["day"].min(), part["day"].max() + 1)
        wide = {}
        for figure in ("middle", "low", "high", "count"):
            grid = np.full((len(span), len(names)), np.nan)
            grid[line, column] = part[figure].to_numpy(np.float64)
            wide[figure] = pd.DataFrame(grid, index=span, columns=names)
        yield Days(**wide, parameter=batch.names[int(part["parameter"].iloc[0])])


def _judged(days: Days) -> Iterator[tuple[int, int, str]]:
    """Series, day and entry of `checks`."""
    middle = days.middle.to_numpy(np.float64)
    dead, dead_level = _dead(days)
    yield from _entries(days, dead, lambda i, j: make("dead_channel", f"{dead_level[i, j]:.2g}"))
    flat = _flat(days) & ~dead
    yield from _entries(days, flat, lambda i, j: make("flat", f"{middle[i, j]:.3g}"))
    alive = days.middle.mask(dead | flat)
    own = alive.rolling(LEVEL_DAYS, center=True, min_periods=LEVEL_KNOWN).median().where(alive.notna())
    month = own.to_numpy(np.float64)
    wrong, others, number = _wrong_level(days, own)
    yield from _entries(
        days, wrong, lambda i, j: make("level", f"{month[i, j]:.3g}", number[i, j], f"{others[i, j]:.3g}")
    )
    broken, before = _broken(days, own.mask(wrong))
    yield from _entries(
        days, broken & ~wrong, lambda i, j: make("level_break", f"{month[i, j]:.3g}", f"{before[i, j]:.3g}")
    )
    apart, expected = _apart(days, alive.mask(wrong | broken))
    yield from _entries(days, apart, lambda i, j: make("neighbours", f"{middle[i, j]:.3g}", f"{expected[i, j]:.3g}"))


def _entries(days: Days, bad: Booleans, entry: Callable[[int, int], str]) -> Iterator[tuple[int, int, str]]:
    for i, j in np.argwhere(bad).tolist():
        yield int(days.middle.columns[j]), int(days.middle.index[i]), entry(i, j)


def _dead(days: Days) -> tuple[Booleans, Floats]:
    """Days near nothing in a fortnight near nothing, and livelier days with dead weeks on both sides."""
    middle = days.middle
    bound = DEAD_BELOW.get(days.parameter, -np.inf)
    around = middle.rolling(DEAD_DAYS, center=True, min_periods=DEAD_KNOWN).median()
    before = middle.rolling(DEAD_DAYS, min_periods=DEAD_KNOWN).median()
    after = middle[::-1].rolling(DEAD_DAYS, min_periods=DEAD_KNOWN).median()[::-1]
    near_nothing = (middle < bound) | ((before < bound) & (after < bound))
    return ((around < bound) & near_nothing & middle.notna()).to_numpy(np.bool_), around.to_numpy(np.float64)


def _flat(days: Days) -> Booleans:
    window = {"window": FLAT_DAYS, "center": True, "min_periods": FLAT_KNOWN}
    full = days.count >= FLAT_ROWS
    high, low = days.high.where(full).rolling(**window).max(), days.low.where(full).rolling(**window).min()
    # Exactly equal values are no noise of a dead channel but a detection limit or a stuck one: another check's task.
    flat = (high > low) & (high - low < FLAT_SHARE * days.middle) & (days.middle > 1) & full
    return np.asarray(flat.to_numpy(np.bool_), dtype=np.bool_)


def _wrong_level(days: Days, own: pd.DataFrame) -> tuple[Booleans, Floats, Integers]:
    """
    Where the month's level is many times that of the other stations, or a small part of it.

    Judged twice: the second time without those that failed the first, so that one bad station does not make its
    neighbours look wrong.
    """
    mine = own.to_numpy(np.float64)
    factor = LEVEL_FACTOR.get(days.parameter, LEVEL_DEFAULT)
    trusted = mine
    for _ in range(2):
        others, number = _level_of_others(trusted)
        wrong = _differ(mine, others, factor, days.parameter) & (number >= OTHERS)
        trusted = np.where(wrong, np.nan, mine)
    return wrong, others, number


def _level_of_others(trusted: Floats) -> tuple[Floats, Integers]:
    """Median of the other stations; where too few report, the usual level of those known for a year stands in."""
    others, number = others_median(trusted)
    table = pd.DataFrame(trusted)
    usual = table.median().where(table.notna().sum() >= USUAL_KNOWN).to_numpy(np.float64)
    stand_ins, stand_number = others_median(np.where(np.isnan(trusted), usual, trusted))
    few = number < OTHERS
    return np.where(few, stand_ins, others), np.where(few, stand_number, number)


def _broken(days: Days, own: pd.DataFrame) -> tuple[Booleans, Floats]:
    """Where the weeks around are many times those of the same season in other years, or a small part of them."""
    mine = own.to_numpy(np.float64)
    date = pd.to_datetime(own.index.to_numpy(), unit="D")
    year, season = date.year.to_numpy() - date.year.min(), date.day_of_year.to_numpy()
    others, number = np.full(mine.shape, np.nan), np.zeros(mine.shape, dtype=np.int64)
    if year.max(initial=0) >= YEARS:
        for j in range(mine.shape[1]):
            table = np.full((367, int(year.max()) + 1), np.nan)
            table[season, year] = mine[:, j]
            rest, known = others_median(table)
            others[:, j], number[:, j] = rest[season, year], known[season, year]
    factor = LEVEL_FACTOR.get(days.parameter, LEVEL_DEFAULT)
    return _differ(mine, others, factor, days.parameter) & (number >= YEARS), others


def _apart(days: Days, alive: pd.DataFrame) -> tuple[Booleans, Floats]:
    """Where one day leaves the station's usual ratio to the others."""
    mine = alive.to_numpy(np.float64)
    others, number = others_median(mine)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = pd.DataFrame(np.log(mine / others)).replace([np.inf, -np.inf], np.nan)
    factor = APART_MORE * LEVEL_FACTOR.get(days.parameter, LEVEL_DEFAULT)
    usual = ratio.rolling(LEVEL_DAYS, center=True, min_periods=LEVEL_KNOWN).median().to_numpy(np.float64)
    expected = others * np.exp(usual)
    return _differ(mine, expected, factor, days.parameter) & (number >= OTHERS), expected


def _differ(mine: Floats, others: Floats, factor: float, parameter: str) -> Booleans:
    with np.errstate(invalid="ignore"):
        far = (mine > factor * others) | (mine * factor < others)
        return np.asarray(far & (np.abs(mine - others) > STEP.get(parameter, STEP_DEFAULT)), dtype=np.bool_)


def others_median(table: Floats) -> tuple[Floats, Integers]:
    """
    Median of the other known entries of each row, and how many there are.

    Parameters
    ----------
    table : ndarray, shape (days, series)
        NaN = unknown.

    Returns
    -------
    (ndarray, ndarray)
        Of the same shape; NaN where there are no others.

    Examples
    --------
    >>> others_median(np.array([[1.0, 2.0, 9.0, np.nan]]))[0].tolist()
    [[5.5, 5.0, 1.5, 2.0]]
    """
    order = np.argsort(table, axis=1, kind="stable")
    ranked = np.take_along_axis(table, order, axis=1)
    rank = np.argsort(order, axis=1, kind="stable")
    known = ~np.isnan(table)
    number = known.sum(axis=1, keepdims=True) - known
    rank = np.where(known, rank, table.shape[1])  # an unknown entry takes nothing away
    low, high = np.maximum((number - 1) // 2, 0), number // 2
    last = table.shape[1] - 1
    pair = [np.take_along_axis(ranked, np.minimum(at + (at >= rank), last), axis=1) for at in (low, high)]
    return np.where(number > 0, (pair[0] + pair[1]) / 2, np.nan), number.astype(np.int64)
