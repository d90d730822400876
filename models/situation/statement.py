"""A statement: one value of a city or a station, with exactly the rows it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import PARAMETERS
from data.standards.limits import Limit
from models.limits.in_force import Comparison
from models.stations.freshness import Freshness, freshness
from models.trends.level import Level as PeriodLevel

Kind = Literal["now", "day", "period"]
Averaging = Literal["1h", "24h", "daily_mean", "daily_median", "period"]
Arrow = Literal["up", "down", "steady"]
Verdict = Literal["within", "above", "not_checked", "not_comparable"]

HOUR, DAY = 60, 1440
# Columns of a statement's rows; `end` beside those that leave by the API.
ROWS = ("station", "start", "minutes", "kind", "flag", "value")
FEW = 3  # a verdict of a city from fewer stations is provisional

# Why there is no value, or why it was not held to a limit; the catalogs carry the sentence.
NO_ROWS, ALL_STALE, NO_BACKGROUND, TOO_FEW_HOURS = "no_rows", "all_stale", "no_background", "too_few_hours"
STANDS_ALONE = "stands_alone"  # hourly stations that are too few beside those with daily values
NO_FIGURE, STALE, NO_LIMIT, MEDIAN = "no_figure", "stale", "no_limit", "daily_median"
ONE_HOUR = "one_hour"  # an hour is never held to a limit for 24 hours
STRADDLES = "range_straddles"  # the limit lies within the range that humidity leaves open

# What a value rests on, where it is less than it seems.
UNKNOWN_CLASS, DAILY_ONLY, MEDIANS = "unknown_class", "daily_only", "daily_medians"
LOW_COST, SIMULATED, WET = "low_cost", "simulated", "humidity_unknown"

# What `lower` and `upper` are.
BY_STATION, BY_HUMIDITY = "leave_one_station_out", "humidity"


Places = npt.NDArray[np.intp]
NOWHERE: Places = np.zeros(0, dtype=np.intp)
LEFT_OUT = ("station", "why", "rows")


class Level(NamedTuple):
    """One of the values that a statement is the median of, its newest end, its kind and the rows behind it."""

    station: str
    value: float
    end: pd.Timestamp
    kind: str
    n: int


@dataclass(frozen=True, eq=False)
class Basis:
    """
    Where a statement's rows lie.

    Attributes
    ----------
    frame : DataFrame
        Prepared rows: ``station, start, minutes, kind, flag, value, end``.
    at, earlier : ndarray of int
        Places of the rows of the value, and of earlier ones of the same stations.
    omitted : callable
        Gives the table of what was left out; asked for only when somebody opens the statement.
    """

    frame: pd.DataFrame
    at: Places = field(default_factory=lambda: NOWHERE)
    earlier: Places = field(default_factory=lambda: NOWHERE)
    omitted: Callable[[], pd.DataFrame] = lambda: pd.DataFrame(columns=list(LEFT_OUT))

    def cut(self, places: Places) -> pd.DataFrame:
        """Rows at these places."""
        return self.frame.iloc[places][[*ROWS, "end"]].reset_index(drop=True)


@dataclass(frozen=True)
class IndexValue:
    """
    An air-quality index with the name of its scale.

    Attributes
    ----------
    scale : str
        Key of `models.indices.aqi.STANDARDS`.
    value : int
        Never beyond the scale; `beyond` says that the air is.
    basis : str
        ``nowcast``, ``hour``, ``8h`` or ``24h``: what was put into the scale.
    """

    scale: str
    value: int
    band: int
    category: str
    colour: str
    colour_assist: str
    parameter: str
    basis: str
    beyond: bool = False


@dataclass(frozen=True)
class Held:
    """
    A value beside a limit: the verdict, why there is none, and how far it is from the limit.

    Attributes
    ----------
    compared : float or None
        The value at the limit's own temperature, where that is another than the 20 °C of the statement. [µg/m³]
    """

    verdict: Verdict
    reason: str = ""
    ratio: float | None = None
    limit: Limit | None = None
    indicative: bool = False
    beside: tuple[Comparison, ...] = ()
    compared: float | None = None


@dataclass(frozen=True, eq=False)
class Statement:
    """
    One value with its rows; nothing a screen says beside it comes from other rows.

    Attributes
    ----------
    station : str
        Empty for the city.
    start, end : Timestamp or None
        What the value is of, UTC; both None where there is no value.
    moment : Timestamp
        When it is said, UTC.
    value, lower, upper : float or None
        In the parameter's unit; `interval` says what the range is.
    arrow : {"up", "down", "steady"} or None
        Where this value is heading, from `rows` and `before`.
    basis : Basis
        Its rows, earlier rows of the same stations, and what was left out.
    levels : tuple of Level
        What the value is the median of, highest first.
    of : int
        Stations that could have entered.
    heard : Timestamp or None
        End of the newest sound row that could have entered if it were young enough, UTC: "nothing since".
    held : Held
        Against the limit that is law there.
    level : PeriodLevel or None
        Of a period: days, days over the 24-h limit with their range, what left-out values would change.
    """

    kind: Kind
    city: str
    station: str
    parameter: str
    averaging: Averaging
    moment: pd.Timestamp
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    value: float | None
    basis: Basis
    levels: tuple[Level, ...]
    of: int
    heard: pd.Timestamp | None = None
    lower: float | None = None
    upper: float | None = None
    interval: str = ""
    arrow: Arrow | None = None
    change: float | None = None
    share: float | None = None
    indices: Mapping[str, IndexValue] = field(default_factory=lambda: MappingProxyType({}))
    held: Held = field(default_factory=lambda: Held("not_checked", NO_FIGURE))
    notes: tuple[str, ...] = ()
    missing: str = ""
    unknown_class: int = 0
    provisional: bool = False
    level: PeriodLevel | None = None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows that make the value: ``station, start, minutes, kind, flag, value, end``."""
        return self.basis.cut(self.basis.at)

    @cached_property
    def before(self) -> pd.DataFrame:
        """Earlier sound rows of the same stations, for the arrow and for indices that look back."""
        return self.basis.cut(self.basis.earlier)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """``station, why, rows``: rows of the same time that do not speak, and stations that were silent."""
        return self.basis.omitted()

    @property
    def unit(self) -> str:
        """Of the value."""
        return PARAMETERS[self.parameter].unit

    @property
    def n(self) -> int:
        """Stations behind the value."""
        return len(self.levels)

    @property
    def daily(self) -> bool:
        """Whether it rests on delivered daily values: it names its day, and no hour speaks in it."""
        return self.averaging in ("daily_mean", "daily_median")

    @property
    def verdict(self) -> Verdict:
        """`within`, `above`, `not_checked` or `not_comparable`."""
        return self.held.verdict

    @property
    def newest(self) -> pd.Timestamp | None:
        """End of the newest of its rows, UTC."""
        return max((level.end for level in self.levels), default=None)

    @property
    def age_minutes(self) -> float | None:
        """From the end of the newest of its rows to the moment, never below zero. [min]"""
        if self.newest is None:
            return None
        return round(max(float((self.moment - self.newest).total_seconds()) / 60, 0.0), 1)

    @property
    def freshness(self) -> Freshness:
        """Of the newest of its rows; grey without any."""
        if self.newest is None:
            return "grey"
        return freshness(self.newest, DAY if self.daily else HOUR, self.moment)

    @property
    def highest(self) -> Level | None:
        """The highest of the values that this one is the median of."""
        return self.levels[0] if self.levels else None
