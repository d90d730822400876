"""Whether a city heats: seasons by their announced days, else by the rule of five days, else by the usual days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.heating import Days, Heating
from data.standards.coverage import MIN_COVERAGE
from data.times import local_days

RUN = 5  # days in a row that open or close a season (Tashkent: Cabinet of Ministers no. 194; Astana: rules of 2014) [d]
OPENS, CLOSES = (9, 1), (3, 1)  # before these days a run opens or closes nothing; our choice, no act names one
LONGEST = 150  # so many days after `OPENS` or `CLOSES` a run is looked for [d]
DAY = timedelta(days=1)
NONE = -1


@dataclass(frozen=True)
class Span:
    """
    One season, both its days heated.

    Attributes
    ----------
    year : int
        In which it begins.
    opened, closed : str
        How the day is known: `announced`, `rule` or `usual`.
    """

    year: int
    start: date
    end: date
    opened: str
    closed: str

    @property
    def label(self) -> str:
        """``2025/26``, or ``2025`` where it does not cross New Year."""
        return str(self.year) if self.end.year == self.year else f"{self.year}/{self.end.year % 100:02d}"


@dataclass(frozen=True)
class Calendar:
    """
    The heating seasons of a city.

    Attributes
    ----------
    usual : pair of (month, day)
        Of seasons without a span.
    zone : str
        Zone of the days.
    spans : tuple of Span
        Of seasons of which more is known.

    Examples
    --------
    >>> usual = Calendar(((11, 7), (3, 31)), "UTC")
    >>> usual.on(pd.DatetimeIndex(["2024-01-10T00Z", "2024-07-10T00Z"])).tolist()
    [True, False]
    """

    usual: Days
    zone: str = "UTC"
    spans: tuple[Span, ...] = ()

    def span(self, year: int) -> Span:
        """The season that begins in a year."""
        return next((s for s in self.spans if s.year == year), _usual(self.usual, year))

    def seasons(self, index: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
        """Year in which the season began that each time (UTC) falls into; −1 outside of any."""
        days = local_days(index, self.zone).to_numpy().astype("datetime64[D]")
        found = np.full(len(days), NONE, dtype=np.int64)
        if len(days):
            first, last = (pd.Timestamp(day).year for day in (days.min(), days.max()))
            for one in map(self.span, range(first - 1, last + 1)):
                found[(days >= np.datetime64(one.start)) & (days <= np.datetime64(one.end))] = one.year
        return found

    def on(self, index: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
        """Whether the city heats at each time (UTC)."""
        return np.asarray(self.seasons(index) != NONE)


def calendar(heating: Heating, zone: str, daily: pd.Series | None = None, known: date | None = None) -> Calendar:
    """
    The seasons of a city, each end of a season by the best that is known of it.

    Parameters
    ----------
    heating : Heating
        What is on file.
    zone : str
        Of the city.
    daily : Series, optional
        Mean temperature by local day as `daily_means` gives it; may reach ahead as a forecast. [°C]
    known : date, optional
        Announced days after this one are not looked at: a forecast or a replay does not know them yet.

    Returns
    -------
    Calendar
        With a span for every announced season, and for every one that `daily` reaches where the city has a rule.

    Notes
    -----
    The rule looks back only: a day is heated because of the five days before it, so what is said of a day does not
    change when later days become known. Where a run has not come yet, the season opens (closes) on its usual day, but
    not before the first day of which the temperature is not known.
    """
    told = {s.year for s in heating.seasons}
    ruled = pd.Series(dtype=float) if daily is None or heating.below is None else _dated(daily)
    reached = {year - back for year in set(pd.DatetimeIndex(ruled.index).year) for back in (0, 1)}
    spans = [_span(heating, year, ruled, known) for year in sorted(told | reached)]
    return Calendar(heating.usual, zone, tuple(spans))


def daily_means(rows: pd.DataFrame, zone: str) -> pd.Series:
    """
    Mean temperature of each local day with three quarters of its hours.

    Parameters
    ----------
    rows : DataFrame
        Of temperature: ``start`` (UTC), ``minutes``, ``kind``, ``value``. An hour is the median of what was measured,
        a model's only where nothing was. [°C]
    zone : str
        Of the days.

    Returns
    -------
    Series
        By local date, without zone. [°C]
    """
    hours = rows[rows["minutes"] <= 60]
    at, model = hours["start"].dt.floor("h"), hours["kind"].eq("model")
    seen, guessed = (hours["value"][part].groupby(at[part]).median() for part in (~model, model))
    return by_day(seen.combine_first(guessed) if len(seen) else guessed, zone)


def by_day(hourly: pd.Series, zone: str) -> pd.Series:
    """Mean of each local day of hours (UTC index) of which three quarters are known; by date, without zone."""
    known = hourly.dropna()
    if known.empty:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([]))
    grouped = known.groupby(pd.DatetimeIndex(local_days(known.index, zone)))
    return grouped.mean()[grouped.count() >= MIN_COVERAGE * 24]


def told(spans: Iterable[Span], heating: Heating) -> pd.DataFrame:
    """
    Seasons as a table with what is on file of them.

    Returns
    -------
    DataFrame
        ``season, start, opened, end, closed, status, source, address, note``.
    """
    rows = [(one, heating.season(one.year)) for one in spans]
    return pd.DataFrame(
        [
            {
                "season": one.label, "start": one.start, "opened": one.opened, "end": one.end, "closed": one.closed,
                **{name: getattr(row, name, "") for name in ("status", "source", "address", "note")},
            }
            for one, row in rows
        ],
        columns=["season", "start", "opened", "end", "closed", "status", "source", "address", "note"],
    )  # fmt: skip


def _usual(usual: Days, year: int) -> Span:
    over = usual[0] > usual[1]
    return Span(year, date(year, *usual[0]), date(year + over, *usual[1]), "usual", "usual")


def _dated(daily: pd.Series) -> pd.Series:
    index = pd.DatetimeIndex(daily.index)
    return daily.set_axis(index.tz_localize(None) if index.tz is not None else index).dropna().sort_index()


def _span(heating: Heating, year: int, daily: pd.Series, known: date | None) -> Span:
    row, usual = heating.season(year), _usual(heating.usual, year)
    told = [day if day and (known is None or day <= known) else None for day in (row and row.start, row and row.end)]
    below = heating.below if heating.below is not None else float("nan")
    start, opened = _day(told[0], usual.start, daily[daily <= below], daily, date(year, *OPENS))
    end, closed = _day(told[1], usual.end, daily[daily > below], daily, date(usual.end.year, *CLOSES))
    return Span(year, start, end, opened, closed)


def _day(told: date | None, usual: date, hits: pd.Series, daily: pd.Series, first: date) -> tuple[date, str]:
    """One end of a season, and how it is known."""
    if told is not None:
        return told, "announced"
    window = pd.date_range(first, periods=LONGEST)
    seen = daily.reindex(window).notna()
    run = pd.Series(window.isin(hits.index), index=window).rolling(RUN).sum() == RUN
    last = run.idxmax() if run.any() else seen[seen].index.max() if seen.any() else None
    if last is None or seen[:last].mean() < MIN_COVERAGE:
        return usual, "usual"
    after = last.date() + DAY
    return (after, "rule") if run.any() else (max(usual, after), "usual")
