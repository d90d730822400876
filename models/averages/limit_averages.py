"""Every interval of every station held to what a limit averages over: its value, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checks import UNCONFIRMED, only
from data.standards.coverage import MIN_COVERAGE
from data.standards.rounding import decimals_of
from data.standards.temperature import exact
from data.times import interval_end, local_days, midnights
from models.averages.averages import time_average
from models.averages.periods import periods
from models.averages.running import daily_max_running

PEAK_MONTHS = 6  # WHO 2021: the six consecutive months with the highest mean of ozone
DAY = 1440
NO_MEANS = ("median", "max")  # statistics that no limit for a mean is held to
NOBODY = ""  # the one place, unmeasured, that stands in where no station delivered

# Why an interval was not checked, by its code in `Checks.why`; 0 = checked.
REASONS = ("", "missing", "incomplete", "flagged", "medians", "partial", "dominated", "entry", "unmeasured")
_CODE = {name: code for code, name in enumerate(REASONS)}

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Checks:
    """
    Intervals × stations.

    Attributes
    ----------
    values : DataFrame
        Index = UTC start of each interval, a column per station; NaN = not checked. [µg/m³]
    why : ndarray of int8
        Code into `REASONS`, same shape.
    medians : DataFrame
        Daily medians where they stand in for a mean; never compared, only shown beside. [µg/m³]
    ends : DatetimeIndex
        End of each interval.
    minutes : int
        Of the intervals that were measured.
    if_real : DataFrame or None
        The values if what nothing else supports (`data.checks.UNCONFIRMED`) is the air; None where the rows do not
        tell which these are. [µg/m³]
    measured : DataFrame or None
        Of a sum with members that were not measured in an interval: the part that was, where no member could be alone
        above its share whatever the others were; else NaN. [1]
    unmeasured : tuple of str
        Members of such a sum that no station measured in any interval.
    decimals : ndarray of int, optional
        In how many the data of each station are given: `data.standards.rounding.above`.
    """

    values: pd.DataFrame
    why: Codes
    medians: pd.DataFrame
    ends: pd.DatetimeIndex
    minutes: int
    if_real: pd.DataFrame | None = None
    decimals: npt.NDArray[np.int64] | None = None
    measured: pd.DataFrame | None = None
    unmeasured: tuple[str, ...] = ()


def is_median(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows are medians, not means."""
    return np.asarray(rows["statistic"] == "median", dtype=bool)


def checks(
    rows: pd.DataFrame,
    averaging: str,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    minutes: int = 60,
    flags: Sequence[str] = ("ok",),
    min_coverage: float = MIN_COVERAGE,
) -> Checks:
    """
    What can be compared with a limit of `averaging`, and what cannot.

    Parameters
    ----------
    rows : DataFrame
        Of one parameter: ``station, start, minutes, value, flag, statistic``; with ``checks``, or with ``if_real``
        as `from_daily` gives it, the answer has `Checks.if_real`.
    averaging : str
        Key of `data.standards.limits.AVERAGINGS`.
    start, end : datetime
        Half-open; aware.
    zone : str
        The city's clock: its midnights open days and years.
    minutes : int
        Which rows are the intervals of a limit for single samples. [min]
    flags : sequence of str
        Flags that count.
    min_coverage : float
        Share of a mean's intervals that must be there. [0–1]

    Returns
    -------
    Checks
        All intervals of the period for every station that has any row, else for the one place `NOBODY`.

    Notes
    -----
    24 h: mean of the local day, from hours, else a delivered daily mean. 8 h: highest running mean of the local
    day. Year: mean of a local calendar year that lies wholly in the period. Season: highest of the year's means of
    six consecutive months of daily 8-h maxima (WHO 2021).
    """
    asked = (averaging, pd.Timestamp(start), pd.Timestamp(end), zone, minutes, tuple(flags), min_coverage)
    made = _checks(rows, *asked)
    if "if_real" not in rows and "checks" not in rows:
        return made
    real = _as_real(rows, flags)
    return replace(made, if_real=made.values if real is None else _checks(real, *asked).values)


def _as_real(rows: pd.DataFrame, flags: Sequence[str]) -> pd.DataFrame | None:
    """The rows as if what nothing else supports were the air; None where no row is left out for that alone."""
    if "if_real" in rows:
        doubted = rows["if_real"].notna()
        value = rows["value"].mask(doubted, rows["if_real"])
    else:
        doubted = (rows["flag"] == "suspect") & only(rows["checks"], UNCONFIRMED)
        value = rows["value"]
    if "suspect" in flags or not doubted.any():
        return None
    return rows.assign(value=value, flag=rows["flag"].astype("str").mask(doubted, "ok"))


def _checks(
    rows: pd.DataFrame, averaging: str, start: pd.Timestamp, end: pd.Timestamp, zone: str, minutes: int,
    flags: Sequence[str], min_coverage: float,
) -> Checks:  # fmt: skip
    names = sorted(rows["station"].unique()) or [NOBODY]
    sound = rows[rows["flag"].isin(list(flags)) & ~rows["statistic"].isin(list(NO_MEANS))]
    made = _Maker(rows, sound, names, start, end, zone, min_coverage)
    if rows.empty:
        return made.nothing(averaging, minutes)
    if averaging in ("single", "1h"):
        found = made.samples(minutes)
    else:
        makers = {"24h": made.days, "8h": made.eight_hours, "year": made.years}
        found = makers.get(averaging, made.seasons)()
    return replace(found, decimals=_decimals(sound, found.values.columns))


def _decimals(sound: pd.DataFrame, stations: pd.Index) -> npt.NDArray[np.int64]:
    given = sound.groupby("station")["value"].agg(decimals_of)
    return np.asarray(given.reindex(stations).fillna(0), dtype=np.int64)


@dataclass(frozen=True)
class _Maker:
    rows: pd.DataFrame
    sound: pd.DataFrame
    names: list[Any]
    start: pd.Timestamp
    end: pd.Timestamp
    zone: str
    share: float

    def nothing(self, averaging: str, minutes: int) -> Checks:
        """All intervals of the one place that stands in where no station delivered."""
        if averaging in ("single", "1h"):
            grid = self.steps(minutes)
            blank = pd.DataFrame(np.nan, index=grid, columns=self.names)
            return _named(blank, blank, pd.DatetimeIndex(interval_end(grid, minutes)), minutes)
        every: Literal["day", "year"] = "year" if averaging in ("year", "season") else "day"
        blank = pd.DataFrame(np.nan, index=self.grid(every), columns=self.names)
        return self.whole(blank, blank) if every == "year" else _named(blank, blank, self.ends(every), minutes)

    def samples(self, minutes: int) -> Checks:
        values = self.wide(self.sound, minutes)
        ends = pd.DatetimeIndex(interval_end(values.index, minutes))
        seen = values if len(self.sound) == len(self.rows) else self.wide(self.rows, minutes)
        return _named(values, seen, ends, minutes, few="flagged")

    def days(self) -> Checks:
        means = self.average(self.sound_hours, "day").combine_first(self.daily(self.sound))
        return _named(means, self.seen("day"), self.ends("day"), 60, self.daily(self.rows[is_median(self.rows)]))

    def eight_hours(self) -> Checks:
        highest = daily_max_running(self.sound_hours, 8, self.share, tz=self.zone)
        return _named(self.placed(highest, "day"), self.seen("day"), self.ends("day"), 60)

    def years(self) -> Checks:
        hours = self.average(self.sound_hours, "year")
        values = hours.combine_first(self.average(self.daily(self.sound), "year", minutes=DAY))
        medians = self.average(self.daily(self.rows[is_median(self.rows)]), "year", minutes=DAY)
        return self.whole(values, self.seen("year"), medians)

    def seasons(self) -> Checks:
        highest = daily_max_running(self.sound_hours, 8, self.share, tz=self.zone)
        months = time_average(highest, "month", self.share, tz=self.zone, span="calendar", minutes=DAY)
        six = months.rolling(PEAK_MONTHS, min_periods=PEAK_MONTHS).mean()
        best = six.groupby(pd.DatetimeIndex(six.index).tz_convert(self.zone).year).max()
        grid = self.grid("year")
        return self.whole(best.reindex(grid.tz_convert(self.zone).year).set_axis(grid), self.seen("year"))

    # -- the parts ----------------------------------------------------------------------------------------------

    def wide(self, rows: pd.DataFrame, minutes: int) -> pd.DataFrame:
        """Interval starts × stations, the whole period; stamps off the grid are taken to its interval."""
        mine = rows[rows["minutes"] == minutes]
        table = _table(mine["start"].dt.floor(f"{minutes}min"), mine)
        return table.reindex(index=self.steps(minutes), columns=self.names).astype(float)

    @cached_property
    def sound_hours(self) -> pd.DataFrame:
        return self.wide(self.sound, 60)

    def steps(self, minutes: int) -> pd.DatetimeIndex:
        """Starts of the intervals of the period, in UTC."""
        every = f"{minutes}min"
        first, last = self.start.tz_convert("UTC").floor(every), self.end.tz_convert("UTC")
        return pd.date_range(first, last, freq=every, inclusive="left").as_unit("us")

    def daily(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of 1440 minutes on the local days in which they begin."""
        mine = rows[rows["minutes"] == DAY]
        day = midnights(local_days(mine["start"], self.zone), self.zone)
        return self.placed(_table(day, mine), "day")

    def average(
        self, table: pd.DataFrame, every: Literal["day", "year"], share: float | None = None, minutes: int | None = None
    ) -> pd.DataFrame:
        needed = self.share if share is None else share
        means = time_average(table, every, needed, tz=self.zone, span="calendar", minutes=minutes)
        return self.placed(means, every)

    def seen(self, every: Literal["day", "year"]) -> pd.DataFrame:
        """A value wherever anything came at all, sound or not."""
        hours = self.sound_hours if len(self.sound) == len(self.rows) else self.wide(self.rows, 60)
        return self.average(hours, every, 0.0).combine_first(self.average(self.daily(self.rows), every, 0.0, DAY))

    def grid(self, every: Literal["day", "year"]) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.edges(every)[:-1])

    def ends(self, every: Literal["day", "year"]) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.edges(every)[1:])

    def edges(self, every: Literal["day", "year"]) -> pd.DatetimeIndex:
        return periods(self.start, self.end - pd.Timedelta(1, "us"), every, self.zone).edges.as_unit("us")

    def placed(self, table: pd.DataFrame, every: Literal["day", "year"]) -> pd.DataFrame:
        return table.reindex(index=self.grid(every), columns=self.names).astype(float)

    def whole(self, values: pd.DataFrame, seen: pd.DataFrame, medians: pd.DataFrame | None = None) -> Checks:
        """Years that reach beyond the period are not checked, whatever was measured in it."""
        cut = np.asarray((values.index < self.start) | (self.ends("year") > self.end))
        values = values.mask(np.repeat(cut[:, None], values.shape[1], axis=1))
        made = _named(values, seen, self.ends("year"), 60, medians)
        made.why[cut, :] = _CODE["partial"]
        return made


def _table(at: pd.Series | pd.DatetimeIndex, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(at=at).pivot_table(index="at", columns="station", values="value", observed=True)


def _named(
    values: pd.DataFrame,
    seen: pd.DataFrame,
    ends: pd.DatetimeIndex,
    minutes: int,
    medians: pd.DataFrame | None = None,
    *,
    few: str = "incomplete",
) -> Checks:
    """Say, per interval and station, why there is no value: nothing came, too little, flagged, a median."""
    beside = seen * np.nan if medians is None else medians.where(values.isna())
    why = np.full(values.shape, _CODE["missing"], dtype=np.int8)
    why[seen.notna().to_numpy()] = _CODE[few]
    why[beside.notna().to_numpy()] = _CODE["medians"]
    why[values.notna().to_numpy()] = 0
    return Checks(values, why, beside, ends, minutes)


def from_daily(
    daily: pd.DataFrame, zone: str, min_coverage: float = MIN_COVERAGE, doubted: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    The store's daily means as rows of 1440 minutes, for a ledger of days and years without the hours.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers: ``source, station, parameter, kind, day, value, coverage, median``.
    zone : str
        The city's clock.
    min_coverage : float
        Days with less are marked, so that they count as not checked. [0–1]
    doubted : DataFrame, optional
        Flagged hours of the same stations: ``source, station, start, minutes, value, checks``. Of those that nothing
        else supports and nothing else doubts each day's mean with them becomes ``if_real``.

    Returns
    -------
    DataFrame
        Columns of a measurement table that `models.limits.ledger.ledger` needs.
    """
    if doubted is not None:
        daily = _with_doubted(daily, doubted, zone, min_coverage)
    median = daily["median"].astype(bool).to_numpy()
    enough = (daily["coverage"] >= min_coverage).to_numpy() | median
    rows = pd.DataFrame(
        {
            "source": daily["source"].to_numpy(),
            "station": daily["station"].to_numpy(),
            "parameter": daily["parameter"].to_numpy(),
            "start": midnights(pd.to_datetime(daily["day"]), zone).as_unit("us"),
            "minutes": np.full(len(daily), DAY, dtype=np.int32),
            "value": daily["value"].to_numpy(dtype=float),
            "flag": np.where(enough, "ok", "invalid"),
            "statistic": np.where(median, "median", "mean"),
            "kind": daily["kind"].to_numpy(),
            "mixing": exact(daily),
        }
    )
    return rows if doubted is None else rows.assign(if_real=daily["if_real"].to_numpy(dtype=float))


def _with_doubted(daily: pd.DataFrame, doubted: pd.DataFrame, zone: str, min_coverage: float) -> pd.DataFrame:
    """Days with their mean ``if_real``; days of which nothing sound is known are added, covered by nothing."""
    hours = doubted[(doubted["minutes"] == 60).to_numpy() & only(doubted["checks"], UNCONFIRMED)]
    hours = hours.assign(day=local_days(hours["start"], zone).date)
    keys = ["source", "station", "day"]
    sums = hours.groupby(keys, as_index=False).agg(
        parameter=("parameter", "last"), kind=("kind", "last"), more=("value", "sum"), k=("value", "size")
    )
    plain = daily[(daily["minutes"] == 60) & ~daily["median"].astype(bool)]
    both = sums.merge(plain[[*keys, "value", "hours", "coverage"]], on=keys, how="left")
    known = both["hours"].fillna(0.0)
    length = (known / both["coverage"]).where(known > 0, 24.0)
    mean = (both["value"].fillna(0.0) * known + both["more"]) / (known + both["k"])
    both["if_real"] = mean.where((known + both["k"]) / length >= min_coverage)
    new = both[both["value"].isna()].assign(minutes=60, coverage=0.0, median=False, value=mean)
    told = daily.merge(both.loc[both["value"].notna(), [*keys, "if_real"]], on=keys, how="left")
    told["if_real"] = told["if_real"].where((told["minutes"] == 60) & ~told["median"].astype(bool))
    return pd.concat([told, new.reindex(columns=told.columns)], ignore_index=True) if len(new) else told
