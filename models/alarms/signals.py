"""What an alarm listens to: one number per step for enough stations, and how long it has been above or below."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.rounding import above, clean
from data.times import interval_end
from models.averages.limit_averages import DAY, is_median
from models.averages.running import running_mean
from models.indices.nowcast import WINDOW, nowcast
from models.indices.scales import scales
from models.situation.statement import HOUR
from models.stations.freshness import BACKGROUND, described, grey_after
from models.stations.monitors import once, standing_for_air

Floats = npt.NDArray[np.float64]
Basis = Literal["single", "24h", "nowcast"]

INDEX = "us-epa-2024"
BASES = ("hour", "day")  # what a step's value was made of
CARRIED = int(grey_after(HOUR))  # a silent station speaks for the city until it is grey [h]
COLUMNS = ("at", "minutes", "value", "standing", "rank", "n", "of", "basis")
SPANS: Mapping[str, int] = {"single": 1, "24h": 24, "nowcast": WINDOW}  # hours that a step of hourly rows rests on


def quorum(values: npt.ArrayLike, reference: npt.ArrayLike, stations: int = 2, references: int = 1) -> Floats:
    """
    The level that enough stations reach: above a limit exactly when enough of them are.

    Parameters
    ----------
    values : array_like, shape (steps, stations)
        NaN where a station has none.
    reference : array_like of bool, shape (stations,)
        Which of them are reference instruments.
    stations : int
        So many of any kind are enough; 0 = no number of them is.
    references : int
        So many reference instruments are enough; 0 = they count like any other.

    Returns
    -------
    ndarray, shape (steps,)
        The higher of the `stations`-th highest of all and the `references`-th highest of the reference instruments;
        NaN where neither is there.

    Examples
    --------
    >>> quorum([[90.0, 20.0, 10.0]], [False, False, False]).tolist()  # one low-cost sensor is not enough
    [20.0]
    >>> quorum([[90.0, 20.0, 10.0]], [True, False, False]).tolist()
    [90.0]
    >>> quorum([[90.0, float("nan")]], [False, False]).tolist()
    [nan]
    """
    table = np.asarray(values, dtype=np.float64)
    kind = np.asarray(reference, dtype=bool)
    several = _nth_highest(table, stations)
    if not references:
        return several
    return np.fmax(several, _nth_highest(table[:, kind], references))


def _nth_highest(table: Floats, n: int) -> Floats:
    if n < 1 or table.shape[1] < n:
        return np.full(table.shape[0], np.nan)
    low = np.where(np.isnan(table), -np.inf, table)
    nth = -np.partition(-low, n - 1, axis=1)[:, n - 1]
    return np.asarray(np.where(np.isfinite(nth), nth, np.nan))


def prepared(rows: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """Sound rows of background and unclassed stations, each monitor once, no model."""
    sound = rows[rows["flag"] == "ok"]
    _, classes = described(stations) if len(stations) else ({}, {})
    sound = sound[sound["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND).to_numpy(dtype=bool)]
    return once(standing_for_air(sound), stations if len(stations) else None)


def station_levels(
    rows: pd.DataFrame, stations: pd.DataFrame, averaging: Basis, needs: tuple[int, int] = (2, 1)
) -> pd.DataFrame:
    """
    The signal of one parameter: hour by hour the level that enough stations reach.

    Parameters
    ----------
    rows : DataFrame
        Of one parameter, as `prepared` gives them.
    stations : DataFrame
        ``station, kind``.
    averaging : {"single", "24h", "nowcast"}
        ``single``: hourly means; ``24h``: running means of 24 hours with 18 of them known; ``nowcast``: the US AQI of
        the NowCast, and of delivered daily means on days without hours. A median has no index and is held to no limit.
    needs : tuple of int
        Stations of any kind, reference instruments.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per step that enough stations measured: ``at`` (end, UTC), ``value`` from what this step
        measured, ``standing`` with silent stations carried on for six hours (a fall is believed only there),
        ``rank`` of the station that it is the value of (1 = the highest), ``n`` stations at or above ``value`` of
        ``of`` that count in it.
    """
    hours = rows[(rows["minutes"] == HOUR) & ~is_median(rows)]
    made = _hourly(hours, averaging, needs)
    if averaging != "nowcast":
        return made
    days = _daily(rows[(rows["minutes"] == DAY) & ~is_median(rows)], needs)
    return _without_hours(days, made)


def _hourly(hours: pd.DataFrame, averaging: Basis, needs: tuple[int, int]) -> pd.DataFrame:
    if hours.empty:
        return nothing()
    wide = _wide(hours, HOUR)
    full = _averaged(wide, averaging, _parameter(hours))
    carried = full if averaging == "24h" else full.ffill(limit=CARRIED)  # a running mean carries by itself
    return _signal(HOUR, _speaking(full, wide.notna(), averaging), carried, hours, needs, "hour")


def _speaking(full: pd.DataFrame, there: pd.DataFrame, averaging: Basis) -> pd.DataFrame:
    """
    What counts in each step: of stations that measured it.

    A mean of 24 hours also where the newest of its hours is not grey, as in the statement of the day; such a step needs
    one station with a mean that measured its last hour.
    """
    if averaging != "24h":
        return full.where(there)
    lately = there.where(there).ffill(limit=CARRIED).notna()
    step = (full.notna() & there).any(axis=1).to_numpy()[:, None]
    return full.where(lately & step)


def _averaged(full: pd.DataFrame, averaging: Basis, parameter: str) -> pd.DataFrame:
    """Hourly means per station in the averaging that is compared."""
    if averaging == "24h":
        return running_mean(full, 24, MIN_COVERAGE, minutes=HOUR)
    return _aqi(full, parameter, nowcast(_windows(full))) if averaging == "nowcast" else full


def station_values(rows: pd.DataFrame, averaging: Basis, step: Mapping[str, Any]) -> pd.Series:
    """
    What the stations measured of one step of a signal.

    Parameters
    ----------
    rows : DataFrame
        That `station_levels` made the signal of.
    averaging : {"single", "24h", "nowcast"}
    step : mapping
        A row of the signal.

    Returns
    -------
    Series
        In the unit of the signal, by station, the highest first; only those that the step counts.
    """
    end, minutes = pd.Timestamp(step["at"]), int(step["minutes"])
    hourly = step["basis"] == "hour"
    span = pd.Timedelta(hours=SPANS[averaging] if hourly else 24)
    inside = (rows["minutes"] == minutes) & (rows["start"] < end) & (rows["start"] >= end - span)
    mine = rows[inside & ~is_median(rows)]
    if mine.empty:
        return pd.Series(dtype=float)
    full = _wide(mine, minutes)
    if hourly:
        made = _speaking(_averaged(full, averaging, _parameter(mine)), full.notna(), averaging)
    else:
        made = _aqi(full, _parameter(mine), full.to_numpy(dtype=float))
    return made.iloc[-1].dropna().sort_values(ascending=False, kind="stable")


def _daily(days: pd.DataFrame, needs: tuple[int, int]) -> pd.DataFrame:
    if days.empty:
        return nothing()
    wide = _wide(days, DAY)
    wide = _aqi(wide, _parameter(days), wide.to_numpy(dtype=float))
    return _signal(DAY, wide, wide, days, needs, "day")


def _parameter(rows: pd.DataFrame) -> str:
    return str(rows["parameter"].iloc[0])


def _windows(full: pd.DataFrame) -> Floats:
    """The twelve hours that end with each step, newest last, per station."""
    before = np.full((WINDOW - 1, full.shape[1]), np.nan)
    return np.lib.stride_tricks.sliding_window_view(np.vstack([before, full.to_numpy(dtype=float)]), WINDOW, axis=0)


def _aqi(like: pd.DataFrame, parameter: str, values: Floats) -> pd.DataFrame:
    """US AQI of concentrations that stand for a day, steps times stations."""
    numbers, _ = scales(INDEX)[parameter, DAY].index(values)
    return pd.DataFrame(np.where(numbers < 0, np.nan, numbers), index=like.index, columns=like.columns)


def _wide(rows: pd.DataFrame, minutes: int) -> pd.DataFrame:
    """Starts of the steps times stations: every hour between the first and the last, or the days there are."""
    at = pd.DatetimeIndex(rows["start"]).floor("h").as_unit("us")
    if minutes == HOUR:
        index = pd.date_range(at.min(), at.max(), freq="h").as_unit("us")
        row = (at.asi8 - index.asi8[0]) // 3_600_000_000
    else:
        index = pd.DatetimeIndex(at.unique()).sort_values()
        row = index.searchsorted(at)
    column, names = pd.factorize(rows["station"].to_numpy(dtype=object))
    table = np.full((len(index), len(names)), np.nan)
    table[row, column] = rows["value"].to_numpy(dtype=float)
    return pd.DataFrame(table, index=index, columns=names)


def _signal(
    minutes: int,
    measured: pd.DataFrame,
    carried: pd.DataFrame,
    rows: pd.DataFrame,
    needs: tuple[int, int],
    basis: str,
) -> pd.DataFrame:
    kinds: Mapping[Any, Any] = dict(zip(rows["station"], rows["kind"], strict=True))
    reference = np.array([kinds.get(name) == "reference" for name in measured.columns], dtype=bool)
    now, kept = measured.to_numpy(dtype=float), carried.to_numpy(dtype=float)
    value = quorum(now, reference, *needs)
    table = pd.DataFrame(
        {
            "at": interval_end(pd.DatetimeIndex(measured.index), minutes),
            "minutes": minutes,
            "value": value,
            "standing": np.fmax(quorum(kept, reference, *needs), value),
            "rank": (now > value[:, None]).sum(axis=1) + 1,
            "n": (now >= value[:, None]).sum(axis=1),
            "of": np.isfinite(now).sum(axis=1),
            "basis": basis,
        }
    )
    return table[np.isfinite(value)].reset_index(drop=True)


def _without_hours(days: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """Daily steps that no hourly step lies in, and the hourly steps."""
    if days.empty or hours.empty:
        return hours if days.empty else days
    ends = np.sort(pd.DatetimeIndex(hours["at"]).as_unit("us").asi8)
    last = pd.DatetimeIndex(days["at"]).as_unit("us").asi8
    inside = np.searchsorted(ends, last, side="right") - np.searchsorted(ends, last - 86_400_000_000, side="right")
    return pd.concat([days[inside == 0], hours]).sort_values("at", kind="stable").reset_index(drop=True)


@cache
def nothing() -> pd.DataFrame:
    """A signal without a step; to be read, not written to."""
    empty = pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS})
    return empty.assign(at=pd.DatetimeIndex([], tz="UTC"), basis=pd.Series(dtype=object))


def lasting(signal: pd.DataFrame, threshold: npt.ArrayLike, deadband: float = 0.0) -> pd.DataFrame:
    """
    How long the level has been above the threshold, or below it by the deadband.

    Parameters
    ----------
    signal : DataFrame
        ``at, minutes, value, standing``, in order of ``at``.
    threshold : array_like
        One, or one per step; NaN where nothing holds on that day.
    deadband : float
        In the unit of the value. Between threshold minus deadband and threshold nothing is decided.

    Returns
    -------
    DataFrame
        The signal with ``on_for, off_for``: hours from the START of the first interval of the unbroken run; NaN
        outside one. A silence longer than four intervals and six hours breaks a run; a shorter one neither breaks
        nor lengthens it.

    Examples
    --------
    >>> at = pd.date_range("2026-01-01 01:00", periods=4, freq="h", tz="UTC")
    >>> steps = pd.DataFrame({"at": at, "minutes": 60, "value": [40.0, 41.0, 34.0, 20.0]})
    >>> lasting(steps.assign(standing=steps["value"]), 35.0, 5.0)[["on_for", "off_for"]].to_numpy().tolist()
    [[1.0, nan], [2.0, nan], [nan, nan], [nan, 1.0]]
    """
    value, standing = signal["value"].to_numpy(dtype=float), signal["standing"].to_numpy(dtype=float)
    bar = np.broadcast_to(np.asarray(threshold, dtype=float), value.shape)
    word = np.where(above(value, bar), 1, np.where(clean(standing) <= clean(bar - deadband), -1, 0))
    ends = pd.DatetimeIndex(signal["at"]).as_unit("us").asi8 / 3.6e9  # [h]
    since = _run_starts(word, ends, signal["minutes"].to_numpy(dtype=float))
    lasted = ends - since
    return signal.assign(on_for=np.where(word == 1, lasted, np.nan), off_for=np.where(word == -1, lasted, np.nan))


def _run_starts(word: npt.NDArray[Any], ends: Floats, minutes: Floats) -> Floats:
    """Start of the first interval of the run that each step belongs to. [h]"""
    if not len(word):
        return np.empty(0)
    length = minutes / 60
    silence = ends[1:] - length[1:] - ends[:-1]
    broken = silence > grey_after(minutes[:-1])
    new = np.concatenate([[True], (word[1:] != word[:-1]) | broken])
    return np.asarray((ends - length)[np.maximum.accumulate(np.where(new, np.arange(len(word)), 0))])


def latched(steps: pd.DataFrame, on_delay: float, off_delay: float, active: bool = False) -> npt.NDArray[np.bool_]:
    """
    Whether the alarm's condition stands at each step: set after the on-delay, reset after the off-delay.

    Parameters
    ----------
    steps : DataFrame
        From `lasting`.
    on_delay, off_delay : float
        [h]
    active : bool
        How it stood before the first step.

    Returns
    -------
    ndarray of bool
        Without a word either way it stays as it was.

    Examples
    --------
    >>> steps = pd.DataFrame({"on_for": [1, 2, None, None], "off_for": [None, None, None, 1.0]})
    >>> latched(steps, on_delay=2, off_delay=1).tolist()
    [False, True, True, False]
    """
    words = np.select(
        [steps["on_for"].to_numpy(dtype=float) >= on_delay, steps["off_for"].to_numpy(dtype=float) >= off_delay],
        [1, -1],
        0,
    )
    spoken = np.maximum.accumulate(np.where(words != 0, np.arange(1, len(words) + 1), 0))
    return np.asarray(np.concatenate([[1 if active else -1], words])[spoken] == 1)
