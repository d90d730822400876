"""What a brief states of one pollutant: days over limits, years, trend, episodes; numbers and keys, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from data.times import midnights
from models.averages.averages import coverage, time_average
from models.averages.yearly import annual
from models.limits.exceedance_days import COLUMNS, exceedance_days
from models.stations.freshness import BACKGROUND, described
from models.stations.monitors import once, standing_for_air

TREND_MONTHS = 60  # the last five years
SEED = 2
LEAST = 24  # months a trend needs
SAME = 0.75  # of the stations must be there in the first and in the last year: our choice, of stations and not of time
EPISODES = 3
Facts = dict[str, Any]


@dataclass(frozen=True)
class CityDays:
    """
    A pollutant's days in a city.

    Attributes
    ----------
    means, medians : Series
        Median over the background stations of their daily means, and of the daily medians that some networks
        deliver instead; index = local midnight without zone. [µg/m³]
    stations : DataFrame
        ``start, station, kind, value, median``: the days of every station that enter, traffic and industrial ones too.
    """

    means: pd.Series
    medians: pd.Series
    stations: pd.DataFrame

    @property
    def basis(self) -> str:
        """``median`` where more days have medians than means."""
        return "median" if len(self.medians) > len(self.means) else "mean"

    @property
    def series(self) -> pd.Series:
        """The days of the `basis`."""
        return self.medians if self.basis == "median" else self.means

    def within(self, first: date, last: date) -> CityDays:
        """The same, from the first to the last day."""
        cut = slice(pd.Timestamp(first), pd.Timestamp(last))
        inside = self.stations["start"].between(cut.start, cut.stop)
        return CityDays(self.means[cut], self.medians[cut], self.stations[inside])


def city_days(daily: pd.DataFrame, places: pd.DataFrame, min_coverage: float = MIN_COVERAGE) -> CityDays:
    """
    The city's days, as `models.limits.exceedance_days` counts them.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers, of one pollutant.
    places : DataFrame
        ``station, name, station_class, same_as``.
    min_coverage : float
        Share of its hours a station's day needs. [0–1]
    """
    air = once(standing_for_air(daily.assign(start=pd.to_datetime(daily["day"]))), places)
    median = air["median"].astype(bool)
    enough = air[median | (air["coverage"] >= min_coverage)].assign(median=median)
    _, classes = described(places)
    mine = enough[enough["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)]
    means, medians = (
        mine[mine["median"] == flag].groupby("start")["value"].median().sort_index() for flag in (False, True)
    )
    return CityDays(means, medians, enough[["start", "station", "kind", "value", "median"]])


def held(daily: pd.DataFrame, limits: Sequence[Limit], places: pd.DataFrame, first: date, last: date) -> Facts | None:
    """
    24-h limits in a period: days over them of days checked, days not checked, medians that only stand beside.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers, of the limits' pollutant, within the period.
    limits : sequence of Limit
        Of 24 h; one after the other in time, each held to its own days.
    first, last : date
        Local days, both inside.

    Returns
    -------
    dict or None
        ``over`` and ``over_any`` are None where nothing was checked; ``limit`` is the last one in force. None without
        a limit.
    """
    if not limits:
        return None
    newest = limits[-1]
    table = exceedance_days(daily, limits, places) if len(daily) else pd.DataFrame(columns=list(COLUMNS))
    spans = [(max(first, x.start or first), min(last, x.until or last)) for x in limits]
    days, checked = sum((end - begin).days + 1 for begin, end in spans), int(table["days_checked"].sum())
    counted = ("days_over", "days_over_any", "indicative_over", "indicative_of")
    total = {name: int(table[name].sum()) for name in counted}
    begin = min(begin for begin, _ in spans)
    return {
        "limit": newest.concentration,
        "indicative": any(x.indicative for x in limits),
        "acts": [x.act for x in limits],
        "days": days,
        "since": begin.isoformat() if begin > first else None,
        "checked": checked,
        "not_checked": days - checked,
        "over": total["days_over"] if checked else None,
        "over_any": total["days_over_any"] if checked else None,
        "medians": total["indicative_of"],
        "medians_over": total["indicative_over"] if total["indicative_of"] else None,
    }


def highest_day(days: CityDays) -> Facts | None:
    """Highest city figure and its day."""
    if not len(days.series):
        return None
    return {"value": float(days.series.max()), "day": days.series.idxmax().date().isoformat()}


def single(daily: pd.DataFrame, limits: Sequence[Limit]) -> Facts | None:
    """
    Highest hour or shorter sample against the single maximum (20–30 min) that was in force on its day.

    Returns
    -------
    dict or None
        ``limit, value, ratio, day, station, minutes, indicative`` (its limit)``, days_over``; None without such a
        limit or sample.
    """
    short = daily[(daily["minutes"].between(1, 60)) & ~daily["median"].astype(bool)]
    parts = [short[[limit.in_force(day) for day in short["day"]]].assign(limit=limit.concentration) for limit in limits]
    rows = pd.concat(parts) if parts else short.iloc[:0].assign(limit=0.0)
    if rows.empty:
        return None
    ratios = rows["highest"] / rows["limit"]
    top = rows.loc[ratios.idxmax()] if ratios.index.is_unique else rows.iloc[int(ratios.to_numpy().argmax())]
    return {
        "limit": float(top["limit"]),
        "value": float(top["highest"]),
        "ratio": float(top["highest"] / top["limit"]),
        "day": top["day"].isoformat(),
        "station": str(top["station"]),
        "minutes": int(top["minutes"]),
        "indicative": any(limit.indicative for limit in limits),
        "days_over": int(rows.loc[(ratios > 1).to_numpy(), "day"].nunique()),
    }


def years(days: CityDays, zone: str, until: date, limits: Sequence[Limit]) -> list[Facts]:
    """
    Mean of every calendar year on record, annual only where the year is over and complete.

    Parameters
    ----------
    days : CityDays
        All that is known up to `until`.
    zone : str
        The city's clock.
    until : date
        Last day known.
    limits : sequence of Limit
        Annual ones, law and yardsticks.

    Returns
    -------
    list of dict
        ``year, mean, coverage, complete, missing`` (months)``, basis, law`` and ``who``: limit, ratio, verdict.
    """
    found: list[Facts] = []
    for year in sorted({*days.means.index.year, *days.medians.index.year}):
        mine = days.within(date(year, 1, 1), date(year, 12, 31))
        row = annual(_utc(mine.series, zone), tz=zone).iloc[-1]
        complete = bool(row["complete"]) and until >= date(year, 12, 31)
        found.append(
            {
                "year": int(year),
                "mean": float(row["mean"]),
                "coverage": float(row["coverage"]),
                "complete": complete,
                "missing": [int(m) for m in str(row["missing"]).split()],
                "basis": mine.basis,
                "law": _against(limits, True, int(year), float(row["mean"]), complete and mine.basis == "mean"),
                "who": _against(limits, False, int(year), float(row["mean"]), complete and mine.basis == "mean"),
            }
        )
    return found


def _against(limits: Sequence[Limit], law: bool, year: int, mean: float, comparable: bool) -> Facts | None:
    """A year held to a limit in force on all its days, else to one in force at its end, which is then no verdict."""
    mine = [x for x in limits if x.law == law and x.level in ("limit", "aqg") and x.in_force(date(year, 12, 31))]
    if not mine:
        return None
    whole = mine[0].in_force(date(year, 1, 1))
    verdict = "above" if mean > mine[0].concentration else "within"
    return {
        "limit": mine[0].concentration,
        "indicative": mine[0].indicative,
        "ratio": mean / mine[0].concentration,
        "verdict": verdict if comparable and whole else "not_checked",
        "whole": whole,
    }


def _utc(series: pd.Series, zone: str) -> pd.DataFrame:
    """Local days as a table on UTC, as the averages want it."""
    moments = midnights(series.index, zone)
    return pd.DataFrame({"city": series.to_numpy(dtype=float)}, index=moments)


def trend(days: CityDays, zone: str, until: date) -> Facts:
    """
    Theil–Sen slope of the monthly means of the last five years, with its block-bootstrap interval.

    Returns
    -------
    dict
        ``refused`` (a key) with ``n`` and ``needed``, or ``slope, lower, upper`` [µg/m³ a year]``, percent, p, n,
        first, last`` (months)``, distinct, comparable`` (enough of the stations are the same)``,
        deseasonalised, basis`` and how many stations the first and the last year, both and either have.

    Notes
    -----
    The season is taken out as the mean of each calendar month, not by STL: of series without a trend (40 each, season
    and persistence like ours) the interval excluded zero in 0–10 % at 30 to 60 months, after STL in 33–88 %.
    """
    from models.trends.trends import Refused, anomalies, theil_sen  # only where a brief is made

    begin = (pd.Timestamp(until) + timedelta(days=1)).to_period("M") - TREND_MONTHS
    recent = days.within(begin.start_time.date(), until)
    months = _months(recent.series, zone)
    known = months.dropna()
    if len(known) < LEAST:
        return {"refused": "short", "n": len(known), "needed": LEAST, "seed": SEED}
    try:
        made = theil_sen(anomalies(known), seed=SEED)
    except Refused:
        return {"refused": "short", "n": len(known), "needed": LEAST, "seed": SEED}
    ends = [known.index[0].tz_convert(zone), known.index[-1].tz_convert(zone)]
    early, late = (_reporting(recent, moment) for moment in ends)
    return {
        "slope": made.slope,
        "lower": made.lower,
        "upper": made.upper,
        "percent": made.percent,
        "p": made.p,
        "n": made.n,
        "first": f"{ends[0]:%Y-%m}",
        "last": f"{ends[1]:%Y-%m}",
        "distinct": made.lower > 0 or made.upper < 0,
        "comparable": len(early & late) >= SAME * len(early | late),
        "deseasonalised": "calendar month means",
        "basis": recent.basis,
        "seed": SEED,
        "stations_first": len(early),
        "stations_last": len(late),
        "stations_both": len(early & late),
        "stations_either": len(early | late),
    }


def _months(series: pd.Series, zone: str) -> pd.Series:
    """Monthly means of months with enough days, on the first of each month as UTC."""
    if not len(series):
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC"))
    wide = _utc(series, zone)
    shares = coverage(wide, "month", tz=zone, span="calendar", minutes=1440)
    means = time_average(wide, "month", 0.0, tz=zone, span="calendar", minutes=1440)
    months = means.where(shares >= MIN_COVERAGE)["city"]
    names = pd.DatetimeIndex(months.index).tz_convert(zone).tz_localize(None)
    return months.set_axis(names.tz_localize("UTC"))


def _reporting(days: CityDays, moment: pd.Timestamp) -> set[str]:
    """Stations with a day in the calendar year of a month."""
    at = days.stations["start"]
    mine = days.stations[(at.dt.year == moment.year) & (days.stations["median"] == (days.basis == "median"))]
    return set(mine["station"])


def episodes(days: CityDays, limits: Sequence[Limit], names: dict[str, str], count: int = EPISODES) -> list[Facts]:
    """
    The worst runs of consecutive days over the 24-h limit; the highest days where none lay over it.

    Parameters
    ----------
    days : CityDays
        Of the period.
    limits : sequence of Limit
        24-h law limits of the pollutant.
    names : dict
        Of the stations.
    count : int
        How many at most, by their highest day.

    Returns
    -------
    list of dict
        ``first, last, days, peak, peak_day, station, station_value, over, basis``, in the order of their highest day.
    """
    series = days.series
    over = pd.Series([any(x.in_force(d.date()) and v > x.concentration for x in limits) for d, v in series.items()],
                     index=series.index, dtype=bool)  # fmt: skip
    chosen = series[over] if over.any() else series.nlargest(count)
    steps = pd.Series(chosen.index, index=chosen.index).sort_index().diff() != timedelta(days=1)
    runs = [run for _, run in chosen.sort_index().groupby(steps.cumsum())]
    if not over.any():
        runs = [chosen.iloc[[i]] for i in range(len(chosen))]
    return [_episode(run, days, names, bool(over.any())) for run in sorted(runs, key=lambda r: -r.max())[:count]]


def _episode(run: pd.Series, days: CityDays, names: dict[str, str], over: bool) -> Facts:
    inside = days.stations[days.stations["start"].isin(run.index)]
    inside = inside[inside["median"] == (days.basis == "median")]
    top = inside.loc[inside["value"].idxmax()]
    return {
        "first": run.index[0].date().isoformat(),
        "last": run.index[-1].date().isoformat(),
        "days": len(run),
        "peak": float(run.max()),
        "peak_day": run.idxmax().date().isoformat(),
        "station": names.get(str(top["station"]), str(top["station"])),
        "station_value": float(top["value"]),
        "over": over,
        "basis": days.basis,
    }
