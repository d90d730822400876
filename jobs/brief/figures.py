"""What a brief states of one pollutant: days over limits, years, trend, episodes; numbers and keys, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from data.standards.rounding import above
from data.standards.temperature import held_at
from models.averages.city_days import as_series, basis_of, of_stations, station_days
from models.limits.exceedance_days import COLUMNS, exceedance_days
from models.trends.level import Level
from models.trends.matched import Matched
from models.trends.stated import SEED, Stated
from models.trends.years import annual_limit, with_range, yearly

EPISODES = 3
Facts = dict[str, Any]


@dataclass(frozen=True)
class CityDays:
    """
    A pollutant's days in a city.

    Attributes
    ----------
    rows : DataFrame
        ``parameter, basis, day, station, kind, value``: the station-days that the city's figure is made of.
    stations : DataFrame
        The same of every class: traffic and industrial ones too.
    """

    rows: pd.DataFrame
    stations: pd.DataFrame

    @property
    def basis(self) -> str:
        """``median`` where more days have medians than means."""
        return basis_of(self.rows)

    @property
    def used(self) -> pd.DataFrame:
        """Station-days of the `basis`."""
        return self.rows[self.rows["basis"] == self.basis]

    @property
    def series(self) -> pd.Series:
        """Figure of each day of the `basis`; index = local midnight without zone. [µg/m³]"""
        return self.of(self.basis)

    def of(self, basis: str) -> pd.Series:
        """Figure of each day of a basis."""
        made = as_series(of_stations(self.rows[self.rows["basis"] == basis]))
        return made.set_axis(pd.DatetimeIndex(made.index).tz_localize(None))

    def within(self, first: date, last: date) -> CityDays:
        """The same, from the first to the last day."""
        ends = pd.Timestamp(first), pd.Timestamp(last)
        return CityDays(*(part[part["day"].between(*ends)] for part in (self.rows, self.stations)))


def city_days(daily: pd.DataFrame, places: pd.DataFrame, min_coverage: float = MIN_COVERAGE) -> CityDays:
    """
    The city's days, as every screen counts them.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers, of one pollutant.
    places : DataFrame
        ``station, name, station_class, same_as``.
    min_coverage : float
        Share of its hours a station's day needs. [0–1]
    """
    mine, every = (station_days(daily, places, min_coverage=min_coverage, every_class=whole) for whole in (False, True))
    return CityDays(mine, every)


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
        "entry_read": all(x.entry_read for x in limits if x.start == begin),
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
    parts = [
        held_at(short[[limit.in_force(day) for day in short["day"]]], limit.temperature, ("highest",)).assign(
            limit=limit.concentration
        )
        for limit in limits
    ]
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
        "days_over": int(rows.loc[above(ratios, 1.0), "day"].nunique()),
    }


def level_facts(made: Level | None, of: int) -> Facts | None:
    """A level with its range, and the share of the period's days it rests on."""
    return None if made is None else {**asdict(made), "coverage": made.days / of}


def years(days: CityDays, until: date, limits: Sequence[Limit]) -> list[Facts]:
    """
    Mean of every calendar year on record, annual only where the year is over and complete.

    Parameters
    ----------
    days : CityDays
        All that is known.
    until : date
        First day that is not over.
    limits : sequence of Limit
        Annual ones, law and yardsticks.

    Returns
    -------
    list of dict
        ``year, mean, lower, upper, stations_typical, coverage, complete, missing`` (months)``, basis, law`` and
        ``who``: limit, ratio, verdict.
    """
    found: list[Facts] = []
    for year in sorted(set(pd.DatetimeIndex(days.rows["day"]).year)):
        mine = days.within(date(year, 1, 1), min(date(year, 12, 31), until - timedelta(days=1)))
        rows = with_range(yearly(as_series(of_stations(mine.used)), until), mine.used)
        for row in rows.to_dict("records"):
            comparable = bool(row["complete"]) and mine.basis == "mean"
            found.append(
                {
                    **{name: row[name] for name in ("mean", "lower", "upper", "stations_typical")},
                    "year": int(year),
                    "coverage": float(row["days"] / row["of"]),
                    "complete": bool(row["complete"]),
                    "missing": [int(m) for m in str(row["missing"]).split()],
                    "basis": mine.basis,
                    "law": _against(limits, True, int(year), float(row["mean"]), comparable),
                    "who": _against(limits, False, int(year), float(row["mean"]), comparable),
                }
            )
    return found


def _against(limits: Sequence[Limit], law: bool, year: int, mean: float, comparable: bool) -> Facts | None:
    """A year held to a limit in force on all its days, else to one in force at its end, which is then no verdict."""
    found = annual_limit(limits, year, law=law)
    if not found:
        return None
    limit, whole = found
    said = "above" if above(mean, limit.concentration) else "within"
    return {
        "limit": limit.concentration,
        "indicative": limit.indicative,
        "ratio": mean / limit.concentration,
        "verdict": said if comparable and whole else "not_checked",
        "whole": whole,
    }


def trend_facts(made: Stated) -> Facts:
    """
    The trend that is stated, as numbers and keys.

    Returns
    -------
    dict
        ``refused`` (a key, or empty)``, n, direction, basis, seed`` and, with a trend, ``slope, lower, upper`` [µg/m³ a
        year]``, percent, p, first, last`` (months)``, deseasonalised`` and how many stations the first and the last
        year, both and either have.
    """
    plain = {"refused": made.refused, "n": made.known, "direction": made.direction, "basis": made.basis, "seed": SEED}
    if made.trend is None or made.first is None or made.last is None:
        return plain
    return plain | {
        **{name: getattr(made.trend, name) for name in ("slope", "lower", "upper", "percent", "p")},
        "first": f"{made.first:%Y-%m}",
        "last": f"{made.last:%Y-%m}",
        "deseasonalised": "calendar month means",
        **{f"stations_{end}": getattr(made, f"stations_{end}") for end in ("first", "last", "both", "either")},
    }


def matched_facts(made: Matched | None) -> Facts | None:
    """A comparison at the same stations on the same days."""
    if made is None:
        return None
    ends = {"first": made.first.isoformat(), "last": made.last.isoformat()}
    return {**asdict(made), **ends, "direction": made.direction}


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
    above_on = [any(x.in_force(d.date()) and above(v, x.concentration) for x in limits) for d, v in series.items()]
    over = pd.Series(above_on, index=series.index, dtype=bool)
    chosen = series[over] if over.any() else series.nlargest(count)
    steps = pd.Series(chosen.index, index=chosen.index).sort_index().diff() != timedelta(days=1)
    runs = [run for _, run in chosen.sort_index().groupby(steps.cumsum())]
    if not over.any():
        runs = [chosen.iloc[[i]] for i in range(len(chosen))]
    return [_episode(run, days, names, bool(over.any())) for run in sorted(runs, key=lambda r: -r.max())[:count]]


def _episode(run: pd.Series, days: CityDays, names: dict[str, str], over: bool) -> Facts:
    inside = days.stations[days.stations["day"].isin(run.index)]
    inside = inside[inside["basis"] == days.basis]
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
