"""Checks of days against weeks, years and neighbours: dead, flat, full scale, wrong level, break, disagreement."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.checks import make
from data.standards.coverage import least
from models.quality.batch import DAY, Batch, Booleans, Floats, Integers, firsts, joined, lengths
from models.quality.day_table import CHANNEL, Channel
from models.quality.row_checks import Found, found_at

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
CEILINGS = (985.0, 999.9, 1999.9)  # printed full scales that are no multiple of 500 (BAM 1020, SDS011)
CEILING_STEP, CEILING_TIMES = 500.0, 3


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


@dataclass(frozen=True)
class Told:
    """
    What the days of channels say.

    Attributes
    ----------
    entries : dict
        Channel → day since 1970 → entries of `checks` for all of its rows.
    scales : dict
        Channel → full scale that it reached, and how often.
    """

    entries: dict[Channel, dict[int, tuple[str, ...]]]
    scales: dict[Channel, tuple[float, int]]

    def of(self, channel: Channel, day: int) -> tuple[str, ...]:
        """Entries for the rows of a day that are no full scale."""
        return self.entries.get(channel, {}).get(day, ())

    def with_scale(self, channel: Channel, day: int, highest: float) -> tuple[str, ...]:
        """Entries of a day with that of its rows at full scale, if its highest value is one."""
        top, times = self.scales.get(channel, (np.nan, 0))
        return (*self.of(channel, day), *([make("ceiling", f"{top:g}", times)] if highest == top else []))


def told(days: pd.DataFrame) -> Told:
    """
    Every doubt about days.

    Parameters
    ----------
    days : DataFrame
        `day_table.COLUMNS`, the whole history of some networks, one line per channel and day; pollutants only.
    """
    entries: dict[Channel, dict[int, tuple[str, ...]]] = {}
    for names, part in _networks(days):
        for column, day, entry in _judged(part):
            mine = entries.setdefault(names[column], {})
            mine[day] = (*mine.get(day, ()), entry)
    return Told(entries, _scales(days))


def levels(batch: Batch, days: Told, names: dict[int, Channel]) -> Found:
    """Day-wise doubts about the rows of a batch, and the rows at full scale; `names` the channel of each series."""
    day = batch.start // DAY
    begins = firsts(joined(batch.series, day))  # ascending along the batch: it is sorted by series and start
    ends = begins + lengths(begins, len(day))
    found: Found = []
    for name, when, begin, end in zip(
        batch.series[begins].tolist(), day[begins].tolist(), begins.tolist(), ends.tolist(), strict=True
    ):
        for entry in days.of(names[name], when):
            found += [(i, entry) for i in range(begin, end)]
    return found


def ceiling(batch: Batch, days: Told, names: dict[int, Channel]) -> Found:
    """The highest value of a series, met several times and a round full scale."""
    scale = {series: days.scales[channel] for series, channel in names.items() if channel in days.scales}
    if not scale:
        return []
    top = np.array([scale.get(series, (np.nan, 0))[0] for series in range(max(names) + 1)])
    rows = np.flatnonzero(batch.value == top[batch.series])
    return found_at(rows, lambda i: make("ceiling", f"{batch.value[i]:g}", scale[int(batch.series[i])][1]))


def _scales(days: pd.DataFrame) -> dict[Channel, tuple[float, int]]:
    """Full scales that channels reached `CEILING_TIMES` and more."""
    names = list(CHANNEL)
    top = days.groupby(names, sort=False, observed=True)["highest"].transform("max")
    full = (top >= CEILING_STEP) & ((top % CEILING_STEP == 0) | top.isin(CEILINGS)) & (days["highest"] == top)
    met = days[full].groupby(names, observed=True, sort=False).agg(top=("highest", "max"), times=("times", "sum"))
    met = met[met["times"] >= CEILING_TIMES]
    return dict(zip(met.index, zip(met["top"].tolist(), met["times"].tolist(), strict=True), strict=True))


def _networks(days: pd.DataFrame) -> Iterator[tuple[list[Channel], Days]]:
    """Channels of each network, and its days with a column for each of them."""
    for (parameter, _, _), part in days.groupby(["parameter", "place", "minutes"], sort=True, observed=True):
        known = pd.MultiIndex.from_frame(part[list(CHANNEL)])
        column, names = pd.factorize(known, sort=True)
        first, last = int(part["day"].min()), int(part["day"].max())
        line = (part["day"] - first).to_numpy(np.int64)
        span = np.arange(first, last + 1)
        wide = {}
        for figure in ("middle", "low", "high", "count"):
            grid = np.full((len(span), len(names)), np.nan)
            grid[line, column] = part[figure].to_numpy(np.float64)
            wide[figure] = pd.DataFrame(grid, index=span)
        yield list(names), Days(**wide, parameter=str(parameter))


def _judged(days: Days) -> Iterator[tuple[int, int, str]]:
    """Column of the channel, day and entry of `checks`."""
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
