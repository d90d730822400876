"""The one trend that screens and sheets state of a city: its window, its season rule, its stations, its refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.averages.city_days import as_series, basis_of, monthly, of_stations
from models.trends.trends import Refused, Trend, anomalies, theil_sen

MONTHS = 60  # the last five years: what a measure or a network of today can have to do with
SPAN = 48  # months from first to last: four of each calendar month, else the season taken out is the noise itself
KNOWN = 36  # of them with three quarters of their days: three quarters of four years
SAME = 0.75  # of the stations must report in the first and in the last year: our choice, of stations and not of time
SEED = 2


@dataclass(frozen=True)
class Stated:
    """
    A trend, or why none is stated.

    Attributes
    ----------
    refused : str
        ``short`` (less than four years), ``few`` (months with enough days), ``season`` (a calendar month was never
        measured), or empty.
    trend : Trend or None
        Theil–Sen slope of the months without their usual course, with its block-bootstrap interval.
    months : Series
        Monthly means of the window, UTC labels; missing below three quarters of their days.
    shown : Series
        The same without the mean of each calendar month; as `months` where refused.
    basis : str
        ``mean`` or ``median``: what the days are.
    first, last : Timestamp or None
        First and last month known.
    stations_first, stations_last, stations_both, stations_either : int
        Stations with a day in the calendar year of the first and of the last month.
    """

    refused: str
    trend: Trend | None
    months: pd.Series
    shown: pd.Series
    basis: str
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    stations_first: int
    stations_last: int
    stations_both: int
    stations_either: int

    @property
    def known(self) -> int:
        """Months that are known."""
        return int(self.months.notna().sum())

    @property
    def comparable(self) -> bool:
        """Whether enough of the stations are the same at both ends, so that a change may be the air's."""
        return bool(self.stations_both) and self.stations_both >= SAME * self.stations_either

    @property
    def direction(self) -> str:
        """``rise``, ``fall``, ``none`` (the interval holds no change), ``moved`` (other stations), empty if refused."""
        if self.trend is None:
            return ""
        if not self.comparable:
            return "moved"
        if self.trend.lower <= 0 <= self.trend.upper:
            return "none"
        return "rise" if self.trend.slope > 0 else "fall"


def stated(days: pd.DataFrame, until: date, *, basis: str | None = None, seed: int = SEED) -> Stated:
    """
    The trend of the five years before a day.

    Parameters
    ----------
    days : DataFrame
        ``parameter, basis, day, station, kind, value``: station-days of one parameter (see
        `models.averages.city_days.station_days`).
    until : date
        First day that no longer counts; months are counted back from its own, so that a period's end decides.
    basis : str, optional
        That of most days where not given.

    Notes
    -----
    The season is taken out as the mean of each calendar month (`models.trends.trends.anomalies`), not by STL: of
    series without a trend (40 each, season and persistence like ours) the interval excluded zero in 0–10 % at 30 to 60
    months, after STL in 33–88 %. Below four years the share was 10 %, so nothing is stated there.
    """
    end = (pd.Timestamp(until) - pd.Timedelta(days=1)).to_period("M") + 1
    begin = (end - MONTHS).start_time
    recent = days[(days["day"] >= begin) & (days["day"] < pd.Timestamp(until))]
    used = basis or basis_of(recent)
    recent = recent[recent["basis"] == used]
    months = _months(recent)
    known = months.dropna()
    first, last = (known.index[0], known.index[-1]) if len(known) else (None, None)
    early, late = (_reporting(recent, moment) for moment in (first, last))
    refused, shown, trend = _trend(months, seed)
    return Stated(
        refused, trend, months, shown, used, first, last, len(early), len(late), len(early & late), len(early | late)
    )


def _months(days: pd.DataFrame) -> pd.Series:
    if days.empty:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC"))
    return monthly(as_series(of_stations(days)))["value"]


def _trend(months: pd.Series, seed: int) -> tuple[str, pd.Series, Trend | None]:
    known = months.dropna()
    span = len(months.loc[known.index[0] : known.index[-1]]) if len(known) else 0
    if span < SPAN:
        return "short", months, None
    if len(known) < KNOWN:
        return "few", months, None
    try:
        shown = anomalies(months)
        return "", shown, theil_sen(shown, seed=seed)
    except Refused:
        return "season", months, None


def _reporting(days: pd.DataFrame, month: pd.Timestamp | None) -> set[str]:
    """Stations with a day in the calendar year of a month."""
    if month is None:
        return set()
    return set(days.loc[np.asarray(pd.DatetimeIndex(days["day"]).year == month.year), "station"])
