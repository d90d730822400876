"""Calendar years of a city: their means with their range, how complete they are, and what may be said of a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from models.averages.yearly import annual
from models.trends.level import yearly_levels

COLUMNS = ("year", "mean", "days", "of", "complete", "missing")
RANGE = ("lower", "upper", "stations_typical")


def yearly(series: pd.Series, until: date) -> pd.DataFrame:
    """
    Years of a series of days.

    Parameters
    ----------
    series : Series
        As `models.averages.city_days.as_series` gives it.
    until : date
        First day that is not over; the year it lies in is never complete.

    Returns
    -------
    DataFrame
        ``year, mean, days, of, complete, missing``.
    """
    known = series.dropna()
    if known.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    made = annual(known.to_frame("level"), tz="UTC")
    counts = known.groupby(pd.DatetimeIndex(known.index).year).count()
    spans = {y: 366 if pd.Timestamp(y, 1, 1).is_leap_year else 365 for y in made["year"]}
    return pd.DataFrame(
        {
            "year": made["year"],
            "mean": made["mean"],
            "days": made["year"].map(counts).fillna(0).astype(int),
            "of": made["year"].map(spans),
            "complete": made["complete"] & (made["year"] < until.year),
            "missing": made["missing"],
        }
    )


def with_range(years: pd.DataFrame, days: pd.DataFrame, *, without: Iterable[date] = ()) -> pd.DataFrame:
    """
    Years with the range of their mean if any one station had not been there, and the stations of their typical day.

    Parameters
    ----------
    years : DataFrame
        From `yearly`.
    days : DataFrame
        The station-days behind it (see `models.averages.city_days.station_days`), of its basis.
    without : iterable of date
        Days taken out of both.
    """
    levels = yearly_levels(days, without=without)
    columns = {name: [getattr(levels.get(int(y)), name, None) for y in years["year"]] for name in RANGE}
    return years.assign(**{name: pd.Series(v, index=years.index, dtype=float) for name, v in columns.items()})


def verdict(over: int | None, checked: int, days: int) -> str:
    """
    What counted days say of a whole period: nothing from fewer than three quarters of its days.

    A few checked days are a selected season: "above on 10 of 16" stands beside, and speaks for those days alone.

    Returns
    -------
    str
        ``above``, ``within`` or ``unknown``.

    Examples
    --------
    >>> verdict(1, 300, 365), verdict(0, 300, 365), verdict(10, 16, 365), verdict(None, 0, 365)
    ('above', 'within', 'unknown', 'unknown')
    """
    if over is None or not checked or checked < MIN_COVERAGE * days:
        return "unknown"
    return "above" if over else "within"


def annual_limit(limits: Sequence[Limit], year: int, *, law: bool) -> tuple[Limit, bool] | None:
    """The limit of a year's averaging in force at its end, of the law or the guideline, and whether all year."""
    mine = [x for x in limits if x.law == law and x.level in ("limit", "aqg") and x.in_force(date(year, 12, 31))]
    return (mine[0], mine[0].in_force(date(year, 1, 1))) if mine else None
