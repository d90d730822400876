"""The forecast for the screens: the coming hours, tomorrow's probability, yesterday's issue, the skill by lead."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data.city import city as city_of
from data.clock import local_date
from data.parameters import PARAMETERS, POLLUTANTS
from data.times import interval_end
from models.situation.series import city_series
from pages.ui.city import tables as city_tables

METHODS = ("model", "damped_persistence", "persistence", "climatology", "cams_debiased", "cams")
"""Names of what can be shown; each is a column of the table `forecasts`."""
BASELINES = METHODS[1:]
OLD = timedelta(hours=6)  # a forecast that is older is no longer said to be one
HOURS = ("start", "lead", "value", "lower", "upper", "method")
SHOWN = timedelta(hours=96)  # measured hours: two days, the day before for their running mean, yesterday's issue
DAY_BEFORE = pd.Timedelta(hours=24)
NEAR = pd.Timedelta(hours=9)  # how far from 24 h the issue of yesterday may lie


@dataclass(frozen=True)
class Day:
    """
    One local day's 24-h mean as forecast.

    Attributes
    ----------
    value, lower, upper : float or None
        24-h mean with its 90 % interval. [µg/m³]
    probability : float or None
        That it lies above the city's own 24-h limit; None where no such limit is law. [0–1]
    limit : float or None
        [µg/m³]
    indicative : bool
        The limit is not verified.
    """

    day: date
    value: float | None
    lower: float | None
    upper: float | None
    probability: float | None
    limit: float | None
    indicative: bool


@dataclass(frozen=True)
class Outlook:
    """
    What is said of the coming hours of a city.

    Attributes
    ----------
    hours : DataFrame
        ``start`` (UTC)``, lead`` [h]``, value, lower, upper`` [µg/m³, 90 %]``, method`` (of `METHODS`); only hours that
        have not ended yet; one column per baseline too. Empty where there is no forecast.
    days : tuple of Day
        Today, tomorrow and the day after on the city's clock, those that are known.
    issued : Timestamp or None
        End of the newest measured hour that went in, UTC.
    age : float or None
        Since then. [min]
    refused : str
        Code of the reason why there is none (``forecast.reason.<code>`` in the catalogs); empty where there is one.
    weather, cams : bool
        Whether a weather forecast and CAMS went in.
    """

    city: str
    parameter: str
    hours: pd.DataFrame
    days: tuple[Day, ...] = ()
    issued: pd.Timestamp | None = None
    age: float | None = None
    refused: str = ""
    weather: bool = False
    cams: bool = False

    @property
    def unit(self) -> str:
        """Of every concentration."""
        return PARAMETERS[self.parameter].unit

    def day(self, ahead: int = 1) -> Day | None:
        """A local day counted from today: 1 is tomorrow; None where nothing is said of it."""
        today = local_date(city_tables.now(), city_of(self.city).zone)
        return next((d for d in self.days if d.day == today + timedelta(days=ahead)), None)

    @property
    def tomorrow(self) -> Day | None:
        """Tomorrow on the city's clock."""
        return self.day(1)


def status(city: str) -> dict[str, Any]:
    """The row of `forecast_status`; empty before the first forecast."""
    rows = of(city_tables.table("forecast_status"), city)
    return {str(k): v for k, v in rows.iloc[-1].to_dict().items()} if len(rows) else {}


def of(table: pd.DataFrame, city: str, parameter: str = "") -> pd.DataFrame:
    """Rows of a city, and of a parameter where one is named."""
    kept = table[table["city"] == city]
    return (kept[kept["parameter"] == parameter] if parameter else kept).reset_index(drop=True)


def parameters(city: str) -> list[str]:
    """Pollutants with a forecast, headline first."""
    rows = of(city_tables.table("forecasts"), city)
    known = set(rows["parameter"])
    return [p for p in POLLUTANTS if p in known] or ["pm25"]


def stations(city: str, parameter: str) -> list[str]:
    """Stations with a forecast of their own."""
    rows = of(city_tables.table("forecasts"), city, parameter)
    return sorted(set(rows["station"]) - {""})


@st.cache_resource(max_entries=32, show_spinner=False)
def _outlook(version: str, city: str, parameter: str, station: str, moment: datetime) -> Outlook:
    known = status(city)
    nothing = pd.DataFrame(columns=list(HOURS))
    if not known:
        return Outlook(city, parameter, nothing, refused="not_yet")
    if known.get("reason"):
        return Outlook(city, parameter, nothing, refused=str(known["reason"]))
    rows = of(city_tables.table("forecasts"), city, parameter)
    rows = rows[rows["station"] == station]
    if not len(rows):
        return Outlook(city, parameter, nothing, refused="no_parameter")
    issued = pd.Timestamp(rows["issued"].max())
    age = (pd.Timestamp(moment) - issued) / pd.Timedelta(minutes=1)
    if not -60 <= age <= OLD / timedelta(minutes=1):
        return Outlook(city, parameter, nothing, issued=issued, age=age, refused="old")
    coming = rows[interval_end(rows["start"], 60) > pd.Timestamp(moment)].sort_values("start")
    return Outlook(
        city, parameter, coming.reset_index(drop=True), days=() if station else _days(city, parameter, issued),
        issued=issued, age=age, weather=bool(rows["weather"].any()), cams=bool(rows["cams"].notna().any()),
    )  # fmt: skip


def _days(city: str, parameter: str, issued: pd.Timestamp) -> tuple[Day, ...]:
    rows = of(city_tables.table("forecast_warnings"), city, parameter)
    rows = rows[rows["issued"] == issued].sort_values("day")
    return tuple(
        Day(
            day=pd.Timestamp(r.day).date(), value=_known(r.value), lower=_known(r.lower), upper=_known(r.upper),
            probability=_known(r.probability), limit=_known(r.limit), indicative=str(r.status) != "verified",
        )
        for r in rows.itertuples()
    )  # fmt: skip


def _known(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def outlook(city: str, parameter: str = "pm25", station: str = "") -> Outlook:
    """
    The coming hours of a city as of this minute; read-only, light enough for the wall.

    Parameters
    ----------
    city : str
        Key.
    parameter : str
        Pollutant.
    station : str
        Id; empty for the city's figure.

    Returns
    -------
    Outlook
        With ``refused`` where there is none: ``not_yet``, ``old``, ``no_parameter`` or a code of the job.
    """
    moment = city_tables.now().replace(second=0, microsecond=0)
    return _outlook(
        city_tables.version_of("forecasts") + city_tables.version_of("forecast_status"),
        city,
        parameter,
        station,
        moment,
    )


def yesterday(city: str, parameter: str) -> pd.DataFrame:
    """The kept issue nearest to 24 h ago, rows as in `forecast_history`; empty without one."""
    rows = of(city_tables.table("forecast_history"), city, parameter)
    if not len(rows):
        return rows
    away = (pd.Timestamp(city_tables.now()) - DAY_BEFORE - rows["issued"]).abs()
    near = rows[away == away.min()]
    return near.sort_values("start").reset_index(drop=True) if away.min() <= NEAR else rows.iloc[:0]


def skill(city: str, parameter: str) -> pd.DataFrame:
    """Errors by lead and method, as in `forecast_skill`."""
    return of(city_tables.table("forecast_skill"), city, parameter)


def unit(parameter: str) -> str:
    """Of a pollutant."""
    return PARAMETERS[parameter].unit


def in_hindsight(issue: pd.DataFrame) -> bool:
    """Whether an issue was computed long after its moment, from what had been measured by then."""
    late = pd.to_datetime(issue["computed_at"], utc=True) - issue["issued"]
    return bool((late > OLD).any())


@st.cache_data(max_entries=32, show_spinner=False)
def _measured(version: str, city: str, parameter: str, station: str, moment: datetime) -> pd.DataFrame:
    rows = city_tables.measurements(city, [parameter], SHOWN, stations=[station] if station else None)
    described = city_tables.stations(city)
    return city_series(rows, described.assign(station_class="") if station else described, parameter)


def measured(city: str, parameter: str, station: str = "") -> pd.DataFrame:
    """The last days as measured: ``start, hour, day`` (24-h running mean), n; of the city's figure or one station."""
    return _measured(
        city_tables.measured(city), city, parameter, station, city_tables.now().replace(second=0, microsecond=0)
    )
