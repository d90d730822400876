"""One figure per local day for a city: the median of its background stations, means and medians kept apart."""

from __future__ import annotations

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.temperature import exact
from models.stations.freshness import BACKGROUND, described
from models.stations.monitors import once, standing_for_air

COLUMNS = ("parameter", "basis", "day", "value", "stations", "low_cost")
STATION_COLUMNS = ("parameter", "basis", "day", "station", "kind", "value", "mixing")
BASES = ("mean", "median")


def city_days(
    daily: pd.DataFrame, stations: pd.DataFrame, *, min_coverage: float = MIN_COVERAGE, every_class: bool = False
) -> pd.DataFrame:
    """
    Figure of each local day and parameter.

    Parameters
    ----------
    daily : DataFrame
        As `Store.daily` answers: ``source, station, parameter, kind, minutes, day`` (local)``, value, coverage,
        median``.
    stations : DataFrame
        ``station, station_class, same_as``.
    min_coverage : float
        Share of its hours a station's day needs. [0–1]
    every_class : bool
        Stations of any class: for one station by itself.

    Returns
    -------
    DataFrame
        `COLUMNS`, by parameter, basis and day (midnight, without a zone). ``basis``: ``mean`` of hours or ``median``
        as delivered; the two are never mixed. ``stations`` that entered, ``low_cost`` of them.

    Examples
    --------
    >>> days = pd.DataFrame({"source": "a", "station": ["a:1", "a:2"], "parameter": "pm25", "kind": "reference",
    ...     "minutes": 60, "day": pd.to_datetime(["2025-01-01"] * 2).date, "value": [10.0, 30.0], "coverage": [1, 0.9],
    ...     "median": False})
    >>> places = pd.DataFrame({"station": ["a:1", "a:2"], "name": "", "station_class": "", "same_as": ""})
    >>> city_days(days, places)[["basis", "value", "stations"]].values.tolist()
    [['mean', 20.0, 2]]
    """
    return of_stations(station_days(daily, stations, min_coverage=min_coverage, every_class=every_class))


def of_stations(rows: pd.DataFrame) -> pd.DataFrame:
    """The same figures from `station_days`: the median over the stations of each day."""
    grouped = rows.assign(low=rows["kind"] == "indicative").groupby(["parameter", "basis", "day"], observed=True)
    made = grouped.agg(value=("value", "median"), stations=("station", "size"), low_cost=("low", "sum"))
    return made.reset_index()[list(COLUMNS)]


def station_days(
    daily: pd.DataFrame, stations: pd.DataFrame, *, min_coverage: float = MIN_COVERAGE, every_class: bool = False
) -> pd.DataFrame:
    """
    The days of stations that a city's figure rests on.

    Parameters
    ----------
    daily, stations, min_coverage, every_class
        As in `city_days`.

    Returns
    -------
    DataFrame
        `STATION_COLUMNS`, one row per parameter, basis, day and monitor; each is one value in the median of its day.
        ``mixing``: a gas delivered as a mixing ratio (`data.standards.temperature`).
    """
    air = once(standing_for_air(daily.assign(start=pd.to_datetime(daily["day"]))), stations)
    _, classes = described(stations)
    median = air["median"].astype(bool)
    enough = median | (air["coverage"] >= min_coverage)
    counted = air["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND) | every_class
    used = air.assign(basis=median.map({False: "mean", True: "median"}))[enough & counted]
    # A station's own hours stand before a daily value that was delivered beside them.
    used = used.sort_values("minutes", kind="stable").drop_duplicates(["parameter", "basis", "start", "station"])
    return used.assign(day=used["start"], mixing=exact(used))[list(STATION_COLUMNS)].reset_index(drop=True)


def basis_of(days: pd.DataFrame) -> str:
    """The basis with more city days, the mean where there are as many; the one rule of every screen."""
    counts = days.drop_duplicates(["basis", "day"])["basis"].value_counts()
    return "median" if counts.get("median", 0) > counts.get("mean", 0) else "mean"


def as_series(days: pd.DataFrame) -> pd.Series:
    """
    Days of one parameter and basis as a series whose index carries each local date as midnight UTC.

    Trends and calendars count dates, not instants; the label keeps a 25-hour day from shifting them.
    """
    index = pd.DatetimeIndex(days["day"]).tz_localize("UTC")
    return pd.Series(days["value"].to_numpy(dtype=float), index=index, name="value").sort_index()


def monthly(series: pd.Series, min_coverage: float = MIN_COVERAGE) -> pd.DataFrame:
    """
    Months of a series of days.

    Parameters
    ----------
    series : Series
        As `as_series` gives it.
    min_coverage : float
        Share of a month's days that its mean needs. [0–1]

    Returns
    -------
    DataFrame
        Index = first day of each month, UTC label; ``value`` (missing below `min_coverage`), ``days``, ``of``,
        ``coverage``.

    Examples
    --------
    >>> days = pd.Series(3.0, index=pd.date_range("2025-01-01", "2025-02-10", tz="UTC"))
    >>> monthly(days)[["value", "days", "of"]].values.tolist()
    [[3.0, 31.0, 31.0], [nan, 10.0, 28.0]]
    """
    grouped = series.dropna().resample("MS")
    made = pd.DataFrame({"value": grouped.mean(), "days": grouped.count()})
    made["of"] = pd.DatetimeIndex(made.index).days_in_month
    made["coverage"] = made["days"] / made["of"]
    return made.assign(value=made["value"].where(made["coverage"] >= min_coverage))
