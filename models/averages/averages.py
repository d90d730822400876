"""Means over hours, days, months, seasons and years, with their coverage; wind as a vector."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import CentreError
from data.standards.coverage import MIN_COVERAGE
from models.averages.intervals import overlapped
from models.averages.periods import Every, Periods, nanoseconds, periods, step

Statistic = Literal["mean", "median", "min", "max", "sum", "percentile"]
Span = Literal["data", "calendar"]
Lengths = int | Sequence[float] | None
Array = npt.NDArray[np.float64]

# The tidy table's words for wind and the ones a wide frame uses.
WIND = {"wind_speed": "ws", "wind_direction": "wd"}


class TimesError(CentreError, ValueError):
    """Rows cannot be placed in time; who gave them must mend them."""

    who = "asker"
    status = 400


def time_average(
    wide: pd.DataFrame,
    every: Every = "day",
    min_coverage: float = MIN_COVERAGE,
    *,
    vector_wind: bool = False,
    tz: str = "UTC",
    statistic: Statistic = "mean",
    percentile: float = 95.0,
    span: Span = "data",
    minutes: Lengths = None,
) -> pd.DataFrame:
    """
    One row per period: the statistic of each column, empty where too little was measured.

    Parameters
    ----------
    wide : DataFrame
        UTC DatetimeIndex (start of each interval), one column per parameter; ``ws`` and ``wd`` are wind
        speed and the direction it blows from. [units of the columns; wd in °]
    every : {"hour", "day", "month", "year", "season"}
        Length of the periods, counted in `tz`.
    min_coverage : float
        Least share of a period's intervals with a value. [0–1]
    vector_wind : bool
        Speed of the mean wind vector instead of the mean speed. The direction is always that of the
        mean vector.
    tz : str
        Zone whose midnight opens a day.
    statistic : {"mean", "median", "min", "max", "sum", "percentile"}
        Wind direction is the mean vector's under each of them.
    percentile : float
        Which one, for ``statistic="percentile"``. [0–100]
    span : {"data", "calendar"}
        What a first or last, incomplete period is measured against: its part between the first and the
        last row (openair's way), or the whole of it.
    minutes : int or sequence of float, optional
        Length of the intervals, of each row where they differ: a mean then weighs each row by it. By default the
        commonest distance between rows. [min]

    Returns
    -------
    DataFrame
        UTC DatetimeIndex ``date`` (start of each period), the columns of `wide`. Periods without data
        are rows of their own.

    Raises
    ------
    ValueError
        If the index is no UTC time or has duplicates, or an argument is none of those above.

    Notes
    -----
    Named after openair's ``timeAverage`` (Carslaw & Ropkins 2012, doi:10.1016/j.envsoft.2011.09.008) and, with
    ``span="data"``, equal to that of version 2.18.2. Wind directions are weighed by their speed, as there; later
    versions weigh all hours alike unless ``vector.ws`` is set, which a frame without ``ws`` does here. A coverage of
    75 % is what Directive (EU) 2024/2881, annex V, asks of aggregated values.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=48, freq="h", tz="UTC")
    >>> wide = pd.DataFrame({"pm25": range(48)}, index=hours, dtype=float)
    >>> wide.iloc[24:40] = float("nan")
    >>> time_average(wide, "day")["pm25"].tolist()
    [11.5, nan]
    """
    checked(wide, minutes)
    if wide.empty:
        return wide.rename_axis("date").astype(float)
    blocks = _Blocks.of(wide, every, tz, span, minutes)
    columns = _with_vectors(wide)
    values = columns.to_numpy(dtype=float)
    filled = blocks.count(values)
    out = pd.DataFrame(_STATISTICS[statistic](blocks, values, filled, percentile), columns=columns.columns)
    if {"_u", "_v"} <= set(columns):
        vectors = [columns.columns.get_loc("_u"), columns.columns.get_loc("_v")]
        means = _mean(blocks, values[:, vectors], filled[:, vectors], 0.0)
        _mean_wind(out, means, filled, vector_wind)
    enough = filled >= min_coverage * blocks.expected[:, None] - 1e-9
    out = out.where(enough & (filled > 0))
    out.index = blocks.periods.starts
    return out[list(wide.columns)]


def coverage(
    wide: pd.DataFrame,
    every: Every = "day",
    *,
    tz: str = "UTC",
    span: Span = "data",
    minutes: Lengths = None,
) -> pd.DataFrame:
    """
    Share of each period's intervals that hold a value, column by column. [0–1]

    Parameters are those of `time_average`.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=12, freq="h", tz="UTC")
    >>> wide = pd.DataFrame({"pm25": 1.0}, index=hours)
    >>> coverage(wide, "day", span="calendar")["pm25"].tolist()
    [0.5]
    """
    checked(wide, minutes)
    if wide.empty:
        return wide.rename_axis("date").astype(float)
    blocks = _Blocks.of(wide, every, tz, span, minutes)
    shares = blocks.count(wide.to_numpy(dtype=float)) / blocks.expected[:, None]
    return pd.DataFrame(shares, columns=wide.columns, index=blocks.periods.starts)


def tidy_average(
    table: pd.DataFrame,
    every: Every = "day",
    min_coverage: float = MIN_COVERAGE,
    *,
    flags: Collection[str] = ("ok", "suspect"),
    vector_wind: bool = False,
    tz: str = "UTC",
    span: Span = "data",
) -> pd.DataFrame:
    """
    `time_average` of a measurement table: the same for every station and parameter in it.

    Parameters
    ----------
    table : DataFrame
        Columns ``station, parameter, start, minutes, value`` and, if there, ``flag``; each row counts by its own
        interval, and one over shorter rows of its series not at all: a daily mean never enters a mean of hours.
    flags : collection of str
        Which rows count. Suspect values stay by default: real dust storms are among them.
    every, min_coverage, vector_wind, tz, span
        As in `time_average`.

    Returns
    -------
    DataFrame
        Columns ``station, parameter, start, minutes, value, coverage``; `minutes` is the length of the
        period, `value` is missing where the coverage is too low, `coverage` is a share [0–1].
    """
    out = [
        _long(station, frame, every, min_coverage, vector_wind, tz, span, length)
        for station, frame, length in framed(table, flags=flags)
    ]
    if not out:
        return pd.DataFrame(columns=["station", "parameter", "start", "minutes", "value", "coverage"])
    return pd.concat(out, ignore_index=True)


def wides(
    table: pd.DataFrame, *, minutes: int = 60, flags: Collection[str] = ("ok", "suspect")
) -> list[tuple[str, pd.DataFrame]]:
    """
    Measurement table → one wide frame per station of the rows of one averaging, wind columns ``ws`` and ``wd``.

    Parameters
    ----------
    table, flags
        As in `tidy_average`.
    minutes : int
        Rows of this averaging only. [min]
    """
    rows = _counting(table[table["minutes"] == minutes], flags)
    return [(str(station), _wide(group)) for station, group in rows.groupby("station", observed=True, sort=True)]


def framed(
    table: pd.DataFrame, *, flags: Collection[str] = ("ok", "suspect")
) -> list[tuple[str, pd.DataFrame, Lengths]]:
    """
    Measurement table → station, wide frame of all its rows that count, and the length of each. [min]

    The length is one number where all rows are alike; else a time may stand in the frame once for each length.

    Raises
    ------
    TimesError
        When a station, parameter, time and length stand in the table twice: no mean of two values is anybody's.
    """
    rows = _counting(table, flags)
    rows = rows[rows["minutes"] > 0]
    rows = rows[~overlapped(rows)]
    if rows.duplicated(["station", "parameter", "start", "minutes"]).any():
        raise TimesError("models.averages.order")
    return [(str(station), *_frame(group)) for station, group in rows.groupby("station", observed=True, sort=True)]


def _counting(rows: pd.DataFrame, flags: Collection[str]) -> pd.DataFrame:
    if "flag" in rows:
        rows = rows[rows["flag"].isin(list(flags))]
    if "known_until" in rows:
        rows = rows[rows["known_until"].isna()]
    return rows


def _frame(group: pd.DataFrame) -> tuple[pd.DataFrame, Lengths]:
    """Rows of one station, each time once for each length, and the lengths."""
    key = ["start", "minutes", "parameter"]
    frame = group.set_index(key)["value"].unstack("parameter").sort_index()  # noqa: PD010  nothing is averaged
    frame.columns = pd.Index([WIND.get(str(name), str(name)) for name in frame.columns])
    minutes = frame.index.get_level_values("minutes").to_numpy(dtype=float)
    frame.index = frame.index.get_level_values("start")
    if len(minutes) and (minutes == minutes[0]).all() and minutes[0].is_integer():
        return frame, int(minutes[0])
    return frame, minutes.tolist()


def checked(wide: pd.DataFrame, minutes: Lengths = None) -> None:
    """
    Refuse a frame whose rows cannot be placed in time.

    Parameters
    ----------
    wide : DataFrame
        By its index.
    minutes : int or sequence of float, optional
        Where each row has a length of its own, a time may come once for each.

    Raises
    ------
    TimesError
        If the index is no time in UTC, is not in order, or has a time twice.
    """
    index = wide.index
    if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
        raise TimesError("models.averages.zone")
    each = minutes is None or isinstance(minutes, int)
    if not index.is_monotonic_increasing or (each and not index.is_unique):
        raise TimesError("models.averages.order")


def _wide(group: pd.DataFrame) -> pd.DataFrame:
    frame = group.pivot_table(index="start", columns="parameter", values="value", observed=True)
    frame.columns = pd.Index([WIND.get(str(name), str(name)) for name in frame.columns])
    return frame.sort_index()


def _long(
    station: str,
    wide: pd.DataFrame,
    every: Every,
    min_coverage: float,
    vector_wind: bool,
    tz: str,
    span: Span,
    minutes: Lengths,
) -> pd.DataFrame:
    mean = time_average(wide, every, min_coverage, vector_wind=vector_wind, tz=tz, span=span, minutes=minutes)
    share = coverage(wide, every, tz=tz, span=span, minutes=minutes)
    found = periods(wide.index[0], wide.index[-1], every, tz)
    lengths = (np.diff(found.nanoseconds) // 60_000_000_000).astype(int)
    names = {short: long for long, short in WIND.items()}
    columns = {
        "station": station,
        "parameter": np.repeat([names.get(c, c) for c in wide.columns], len(mean)),
        "start": np.tile(mean.index, len(wide.columns)),
        "minutes": np.tile(lengths, len(wide.columns)),
        "value": mean.to_numpy().ravel(order="F"),
        "coverage": np.minimum(share.to_numpy().ravel(order="F"), 1.0),
    }
    return pd.DataFrame(columns)


class _Blocks:
    """Rows of one frame cut into periods, with the number of rows each should have."""

    def __init__(
        self, found: Periods, cuts: npt.NDArray[np.int64], expected: Array, weights: Array | None = None
    ) -> None:
        self.periods, self.cuts, self.expected, self.weights = found, cuts, expected, weights

    @classmethod
    def of(cls, wide: pd.DataFrame, every: Every, tz: str, span: Span, minutes: Lengths) -> _Blocks:
        index = pd.DatetimeIndex(wide.index)
        found = periods(index[0], index[-1], every, tz)
        times, edges = nanoseconds(index), found.nanoseconds
        weights = None if minutes is None or isinstance(minutes, int) else np.asarray(minutes, dtype=float)[:, None]
        each = 1 if weights is not None else minutes  # weighed rows are counted in minutes
        length = each * 60_000_000_000 if isinstance(each, int) and each else step(index)
        opens, closes = edges[:-1], edges[1:]
        if span == "data":
            opens, closes = np.maximum(opens, times[0]), np.minimum(closes, times[-1] + length)
        return cls(found, np.searchsorted(times, edges), np.maximum((closes - opens) / length, 1.0), weights)

    def add(self, values: Array) -> Array:
        """Sum of the rows of each period, zero where there is none."""
        sums = np.add.reduceat(values, self.cuts[:-1], axis=0)  # the last row lies in the last period
        sums[self.cuts[:-1] == self.cuts[1:]] = 0.0
        return np.asarray(sums, dtype=float)

    def count(self, values: Array) -> Array:
        """Return the number of values in each period."""
        filled = (~np.isnan(values)).astype(float)
        return self.add(filled if self.weights is None else filled * self.weights)

    def codes(self) -> npt.NDArray[np.int64]:
        """Return the period that each row belongs to."""
        return np.repeat(np.arange(len(self.cuts) - 1), np.diff(self.cuts))

    def grouped(self, values: Array, ask: Callable[..., pd.DataFrame]) -> Array:
        """Answer by pandas' group-by, with a row for every period."""
        groups = pd.DataFrame(values).groupby(self.codes())
        return np.asarray(ask(groups).reindex(range(len(self.expected))), dtype=float)


def _sum(blocks: _Blocks, values: Array, _filled: Array, _percentile: float) -> Array:
    known = np.where(np.isnan(values), 0.0, values)
    return blocks.add(known if blocks.weights is None else known * blocks.weights)


def _mean(blocks: _Blocks, values: Array, filled: Array, percentile: float) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(_sum(blocks, values, filled, percentile) / filled)


_STATISTICS: dict[str, Callable[[_Blocks, Array, Array, float], Array]] = {
    "mean": _mean,
    "sum": _sum,
    "median": lambda blocks, values, _, __: blocks.grouped(values, lambda g: g.median()),
    "min": lambda blocks, values, _, __: blocks.grouped(values, lambda g: g.min()),
    "max": lambda blocks, values, _, __: blocks.grouped(values, lambda g: g.max()),
    "percentile": lambda blocks, values, _, p: blocks.grouped(values, lambda g: g.quantile(p / 100)),
}


def _with_vectors(wide: pd.DataFrame) -> pd.DataFrame:
    """Add the wind's components where there is a direction; without a speed they are unit vectors."""
    if "wd" not in wide:
        return wide
    speed = wide["ws"].to_numpy(dtype=float) if "ws" in wide else 1.0
    angle = np.radians(wide["wd"].to_numpy(dtype=float))
    return wide.assign(_u=speed * np.sin(angle), _v=speed * np.cos(angle))


def _mean_wind(out: pd.DataFrame, means: Array, filled: Array, vector_wind: bool) -> None:
    """Set direction, and speed if asked, to those of the mean vector; both need the vectors' coverage."""
    place = list(out.columns)
    angle = np.degrees(np.arctan2(means[:, 0], means[:, 1])) % 360.0
    out["wd"] = np.where(np.hypot(*means.T) > 1e-12, angle, np.nan)
    filled[:, place.index("wd")] = filled[:, place.index("_u")]
    if vector_wind and "ws" in out:
        out["ws"] = np.hypot(*means.T)
        filled[:, place.index("ws")] = filled[:, place.index("_u")]
