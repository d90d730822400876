"""A period with and without its dust days, on equal terms: the same stations on the same days, or not comparable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from models.trends.level import Level, level
from models.trends.matched import LEAST_DAYS


@dataclass(frozen=True)
class DustApart:
    """
    A period with its dust days and without them, at stations that measured on both kinds of days.

    Attributes
    ----------
    first, last : date
        The period, both inside.
    stations, of : int
        With three quarters of the dust days and three quarters of the others; and with any day.
    dust, dust_of : int
        Dust days on which these stations measured, and dust days of the period.
    full, without : Level or None
        Of these stations; None where none is left.
    comparable : bool
        Whether any station is left and enough days: three quarters of the period's, or a season of them.
    """

    first: date
    last: date
    stations: int
    of: int
    dust: int
    dust_of: int
    full: Level | None
    without: Level | None
    comparable: bool

    @property
    def adds(self) -> float | None:
        """What the dust days add to the mean. [unit of the days]"""
        if not self.comparable or self.full is None or self.without is None:
            return None
        return self.full.value - self.without.value


def dust_apart(
    days: pd.DataFrame, dust: Iterable[date], first: date, last: date, limits: Sequence[Limit] = ()
) -> DustApart:
    """
    Hold a period against itself without its dust days.

    Parameters
    ----------
    days : DataFrame
        ``day`` (midnight without a zone)``, station, value``: all station-days of one parameter and basis. [µg/m³]
    dust : iterable of date
        Local days of mostly coarse particles (`models.trends.seasons.dust_days`).
    first, last : date
        The period, both inside.
    limits : sequence of Limit
        Of 24 h, for the days over. Leave out where the days are medians.

    Notes
    -----
    A station that was silent on dust days, or measured on little else, would move the figure by where it stands: it
    enters neither of the two. Three quarters is the coverage that is asked of a year (`data.standards.coverage`).

    Examples
    --------
    >>> at = pd.date_range("2025-01-01", periods=100)
    >>> rows = pd.concat([pd.DataFrame({"day": at, "station": "a", "value": [200.0] * 10 + [20.0] * 90}),
    ...                   pd.DataFrame({"day": at[10:], "station": "b", "value": 90.0})])
    >>> made = dust_apart(rows, [day.date() for day in at[:10]], date(2025, 1, 1), date(2025, 4, 10))
    >>> made.stations, made.of, made.dust, made.full.value, made.without.value, made.adds
    (1, 2, 10, 38.0, 20.0, 18.0)
    """
    rows = days[days["day"].between(pd.Timestamp(first), pd.Timestamp(last))]
    rows = rows.dropna(subset=["value"]).reset_index(drop=True)
    out = sorted({day for day in dust if first <= day <= last})
    stormy = rows["day"].isin([pd.Timestamp(day) for day in out])
    kept = rows[rows["station"].isin(_on_both(rows, stormy, len(out)))]
    full = level(kept, limits)
    return DustApart(
        first=first,
        last=last,
        stations=kept["station"].nunique(),
        of=rows["station"].nunique(),
        dust=len({*kept["day"].dt.date} & {*out}),
        dust_of=len(out),
        full=full,
        without=level(kept, limits, without=out),
        comparable=full is not None and bool(out) and full.days >= _least(first, last),
    )


def yearly_apart(
    days: pd.DataFrame, dust: Iterable[date], until: date, limits: Sequence[Limit] = ()
) -> list[DustApart]:
    """`dust_apart` of each calendar year that has a dust day, oldest first; the running one up to `until`."""
    out, last = list(dust), (pd.Timestamp(until) - pd.Timedelta(days=1)).date()
    return [
        dust_apart(days, out, date(year, 1, 1), min(date(year, 12, 31), last), limits)
        for year in sorted({day.year for day in out if day <= last})
    ]


def _on_both(rows: pd.DataFrame, stormy: pd.Series, dust: int) -> list[str]:
    """Stations with enough of the dust days and of the others."""
    other = rows.loc[~stormy, "day"].nunique()
    return [
        str(station)
        for station, mine in stormy.groupby(rows["station"])
        if mine.sum() >= max(MIN_COVERAGE * dust, 1) and (~mine).sum() >= max(MIN_COVERAGE * other, 1)
    ]


def _least(first: date, last: date) -> float:
    return min(MIN_COVERAGE * ((last - first).days + 1), LEAST_DAYS)
