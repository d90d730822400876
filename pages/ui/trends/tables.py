"""Years of a city for the trends page, kept by the store's version: days, counts, courses, trends."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from data.city import City
from data.city import city as city_of
from data.clock import local_date
from data.schema import MEASURED
from data.times import local_days
from models.averages.city_days import as_series, city_days, monthly, of_stations, station_days
from models.limits.exceedance_days import exceedance_days
from models.limits.in_force import applicable, own
from models.stations.monitors import once, standing_for_air
from models.trends.seasons import dust_days, time_variation
from models.trends.trends import Refused, Trend, theil_sen
from pages.ui.city import heating
from pages.ui.city import tables as city_tables

KINDS = (*MEASURED, "simulated")
PARTICLES = ("pm10", "pm25")
LEAN = ("source", "station", "parameter", "start", "minutes", "value", "flag", "statistic", "kind")


def midnight(city: City, day: date) -> datetime:
    """Start of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=city.zone)


def today(city: City) -> date:
    """The city's date; trends rest on days that are over."""
    return local_date(city_tables.now(), city.zone)


@st.cache_data(max_entries=24, show_spinner=False)
def _daily(version: str, key: str, parameters: tuple[str, ...], until: date) -> pd.DataFrame:
    city = city_of(key)
    return city_tables.store().daily(key, parameters, None, midnight(city, until), zone=city.zone, kinds=KINDS)


def daily(city: City, parameter: str) -> pd.DataFrame:
    """Valid rows by station and local day; PM10 and PM2.5 come together, as dust days need both."""
    both = PARTICLES if parameter in PARTICLES else (parameter,)
    return _daily(city_tables.settled(), city.key, both, today(city))


@st.cache_data(max_entries=48, show_spinner=False)
def _rows(version: str, key: str, parameter: str, station: str, until: date) -> pd.DataFrame:
    rows = daily(city_of(key), parameter)
    rows = rows[rows["parameter"] == parameter]
    rows = rows if not station else rows[rows["station"] == station]
    return station_days(rows, city_tables.stations(key), every_class=bool(station))


def rows(city: City, parameter: str, station: str = "") -> pd.DataFrame:
    """Station-days of the city's figure, or of one station, by basis (see `models.averages.city_days`)."""
    return _rows(city_tables.settled(), city.key, parameter, station, today(city))


def days(city: City, parameter: str, station: str = "") -> pd.DataFrame:
    """Figures of the city's days, or of one station's, by basis (see `models.averages.city_days`)."""
    return of_stations(rows(city, parameter, station))


@st.cache_data(max_entries=24, show_spinner=False)
def _left_out(
    version: str, key: str, parameter: str, first: date, until: date
) -> tuple[tuple[int, int], pd.DataFrame]:  # fmt: skip
    city, store = city_of(key), city_tables.store()
    asked: dict[str, Any] = {"parameters": [parameter], "start": midnight(city, first), "end": midnight(city, until)}
    spans = store.spans(key, kinds=KINDS, **asked)
    every = store.daily(key, **asked, zone=city.zone, kinds=KINDS, flags=None)
    counts = (int(spans["rows"].sum()), int(spans["flagged"].sum()))
    return counts, station_days(every, city_tables.stations(key))


def left_out(city: City, parameter: str, first: date, until: date) -> tuple[tuple[int, int], pd.DataFrame]:
    """Values delivered in a period and those that checks left out; the station-days if none had been left out."""
    return _left_out(city_tables.settled(), city.key, parameter, first, until)


@st.cache_data(max_entries=24, show_spinner=False)
def _dusty(version: str, key: str, until: date) -> list[date] | None:
    city = city_of(key)
    made = city_days(daily(city, "pm25"), city_tables.stations(key))
    parts = {p: as_series(made[(made["parameter"] == p) & (made["basis"] == "mean")]) for p in PARTICLES}
    if any(part.empty for part in parts.values()):
        return None
    return dust_days(pd.DataFrame(parts).sort_index())


def dusty(city: City) -> list[date] | None:
    """Local days of mostly coarse particles; None where PM10 and PM2.5 are not both known as means."""
    return _dusty(city_tables.settled(), city.key, today(city))


@st.cache_data(max_entries=24, show_spinner=False)
def _over(version: str, key: str, parameter: str, station: str, until: date) -> pd.DataFrame:
    city, rows = city_of(key), daily(city_of(key), parameter)
    rows = rows[rows["parameter"] == parameter]
    rows = rows if not station else rows[rows["station"] == station]
    stations = city_tables.stations(key)
    if station:
        stations = stations.assign(station_class="")
    found = exceedance_days(rows, applicable(city.law, parameter, averaging="24h"), stations)
    return elapsed(found, until)


def elapsed(found: pd.DataFrame, until: date) -> pd.DataFrame:
    """Counts whose running year has only the days that are over: the coming ones are not unknown."""
    gone = (until - date(until.year, 1, 1)).days
    running = found["year"] == until.year
    days = found["days"].where(~running, found["days"].clip(upper=gone))
    kept = found.assign(days=days, completeness=found["days_checked"].astype(float) / days.astype(float).clip(lower=1))
    return kept[kept["days"] > 0].reset_index(drop=True)


def over(city: City, parameter: str, station: str = "") -> pd.DataFrame:
    """Days over each 24-h limit per year (see `models.limits.exceedance_days`)."""
    return _over(city_tables.settled(), city.key, parameter, station, today(city))


@dataclass(frozen=True)
class Course:
    """Months with their trend, or why there is none: ``few``, ``weather``."""

    months: pd.Series
    trend: Trend | None
    refused: str = ""


@st.cache_data(max_entries=48, show_spinner=False)
def _course(version: str, months: pd.Series) -> Course:
    try:
        return Course(months, theil_sen(months))
    except Refused:
        return Course(months, None, "few")


def course(months: pd.Series) -> Course:
    """Theil–Sen of monthly means as measured, the season still in."""
    return _course(city_tables.settled(), months)


def months_of(series: pd.Series) -> pd.DataFrame:
    """Months with coverage; those below 75 % of their days have no value."""
    return monthly(series) if len(series.dropna()) else pd.DataFrame(columns=["value", "days", "of", "coverage"])


# --- hours -------------------------------------------------------------------------------------------------------


@st.cache_data(max_entries=8, show_spinner=False)
def hours_until(version: str, key: str, parameter: str, station: str, first: int, until: date) -> pd.Series:
    """Hours of `hours` before a local day, of a version of the store."""
    city = city_of(key)
    rows = city_tables.store().measurements(
        key, [parameter], midnight(city, date(first, 1, 1)), midnight(city, until), columns=LEAN, flags=("ok",),
        kinds=KINDS, minutes=(60,), stations=(station,) if station else None,
    )  # fmt: skip
    if not len(rows):
        return pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC"))
    air = once(standing_for_air(rows), city_tables.stations(key))
    return air.groupby(air["start"].dt.floor("h"))["value"].median().sort_index()


def hours(city: City, parameter: str, station: str, first: int, last: int) -> pd.Series:
    """The city's hours (median of its stations), or one station's, of some years."""
    until = min(today(city), date(last + 1, 1, 1))
    return hours_until(city_tables.settled(), city.key, parameter, station, first, until)


@st.cache_data(max_entries=16, show_spinner=False)
def _weeks(
    version: str, key: str, parameter: str, station: str, first: int, last: int, without: tuple[date, ...], until: date
) -> dict[str, pd.DataFrame]:
    city = city_of(key)
    series = hours(city, parameter, station, first, last)
    if without:
        local = pd.Index(local_days(series.index, city.zone).date)
        series = series[~local.isin(list(without))]
    if series.empty:
        return {}
    warm = heating.calendar(city, first, until).on(pd.DatetimeIndex(series.index))
    parts = {"heating": series[warm], "other": series[~warm]}
    return {k: time_variation(v, "weekday_hour", tz=str(city.zone)) for k, v in parts.items() if len(v) >= 24 * 14}


def weeks(
    city: City, parameter: str, station: str, first: int, last: int, without: tuple[date, ...]
) -> dict[str, pd.DataFrame]:
    """Hours of the week in and out of the heating season; a season with less than two weeks of hours is left out."""
    return _weeks(city_tables.settled(), city.key, parameter, station, first, last, without, today(city))


# --- indices and ledger ------------------------------------------------------------------------------------------


@st.cache_data(max_entries=6, show_spinner=False)
def _indices(version: str, key: str, exponents: str, first: int, until: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    from models.indices.kz_indices import monthly as months
    from models.indices.kz_indices import yearly as years

    city = city_of(key)
    start, end = midnight(city, date(first, 1, 1)), midnight(city, until)
    asked = list(dict.fromkeys(x.parameter for x in own(city.law) if x.averaging in ("single", "24h")))
    rows = city_tables.store().measurements(
        key, asked, start, end, columns=(*LEAN, "raw_unit"), kinds=KINDS, flags=("ok",)
    )
    asked_of = {"zone": str(city.zone), "jurisdiction": city.law, "stations": city_tables.stations(key)}
    return months(rows, start, end, **asked_of), years(rows, start, end, exponents=exponents, **asked_of)


def indices(city: City, exponents: str, first: int, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """СИ and НП of each month, ИЗА5 of each year."""
    until = min(today(city), date(last + 1, 1, 1))
    return _indices(city_tables.settled(), city.key, exponents, first, until)


@st.cache_data(max_entries=12, show_spinner=False)
def _ledger_days(version: str, key: str, parameter: str, first: int, until: date) -> pd.DataFrame:
    from models.averages.limit_averages import from_daily
    from models.limits.ledger import ledger

    city, rows = city_of(key), daily(city_of(key), parameter)
    start, end = midnight(city, date(first, 1, 1)), midnight(city, until)
    doubted = city_tables.store().measurements(
        key, [parameter], start, end, columns=(*LEAN, "checks"), kinds=KINDS, flags=("suspect",)
    )
    rows = from_daily(rows[rows["parameter"] == parameter], str(city.zone), doubted=doubted)
    return ledger(
        rows, applicable(city.law, parameter, averaging="24h"), start, end, city=key, zone=str(city.zone),
        stations=city_tables.stations(key), by_year=True,
    )  # fmt: skip


def ledger_days(city: City, parameter: str, first: int, last: int) -> pd.DataFrame:
    """The ledger of station-days by year (see `models.limits.ledger`)."""
    until = min(today(city), date(last + 1, 1, 1))
    return _ledger_days(city_tables.settled(), city.key, parameter, first, until)
