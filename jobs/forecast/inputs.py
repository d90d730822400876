"""What a forecast works on: hours of the stations and of the city's figure, weather and CAMS ahead, from the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data import clock, demo
from data.city import City, city
from data.clock import local_date
from data.store.reader import StoreReader
from data.times import interval_end
from models.forecast.panel import WEATHER
from models.situation.series import city_series
from models.stations.freshness import freshness
from models.stations.monitors import once, standing_for_air
from models.trends.heating import Calendar, by_day, calendar

POLLUTANTS = ("pm25", "pm10", "no2", "o3", "so2")
HISTORY = timedelta(days=730)  # two of each season
AHEAD = timedelta(hours=72)
LEAST = timedelta(days=14)  # of hours: before that nothing is usual yet
SEEN = timedelta(days=60)  # that many days back the hours must lie
WEATHER_LEAST = 24  # hours ahead that a weather forecast must reach to count as one [h]
CITY = ""  # name of the city's figure among the stations

# Why a city has no forecast; the catalogs carry the sentence in four languages.
REASONS = {
    "no_rows": "no measurement of the last 60 days: collect or import some first.",
    "daily_only": "the networks deliver daily values only, and an hourly forecast learns from hourly ones: a network "
    "with hours (OpenAQ, AirGradient, Sensor.Community) must be set up for this city.",
    "stale": "the newest hourly value is more than six hours old: a forecast begins at the present; see the feeds.",
    "too_short": "fewer than 14 days of hourly values within the last 60 days: it begins by itself when there are.",
    "failed": "the computation failed; the operator of this centre must look into the log.",
}


@dataclass(frozen=True)
class Inputs:
    """
    One city's tables as `models.forecast` takes them.

    Attributes
    ----------
    issued : Timestamp
        Whole hour, UTC; nothing later was measured.
    history : DataFrame
        ``station, parameter, start, value``: hourly, each monitor once; station ``""`` is the city's figure. [µg/m³]
    weather, cams : DataFrame or None
        Hours × parameters with a UTC index, past and ahead; None where they do not reach ahead.
    refused : str
        Key of `REASONS`, empty where a forecast can be made.
    simulated : bool
        The demo world.
    """

    city: City
    issued: pd.Timestamp
    history: pd.DataFrame
    weather: pd.DataFrame | None
    cams: pd.DataFrame | None
    refused: str
    simulated: bool

    @property
    def zone(self) -> str:
        """IANA name of the city's clock."""
        return str(self.city.zone)

    @property
    def season(self) -> Calendar:
        """Heating as known at the issue: announced days up to it, the rule over the temperatures, the usual days."""
        sky = self.weather
        daily = by_day(sky["temperature"], self.zone) if sky is not None and "temperature" in sky else None
        return calendar(self.city.heating, self.zone, daily, local_date(self.issued, self.city.zone))

    def before(self, moment: pd.Timestamp) -> pd.DataFrame:
        """History that was over at a moment."""
        return self.history[self.history["start"] <= moment - pd.Timedelta(hours=1)]


def gather(store: StoreReader, key: str, now: datetime) -> Inputs:
    """
    Everything a forecast of a city may rest on.

    Parameters
    ----------
    store : StoreReader
        A real one or the demo world's.
    key : str
        Of the city.
    now : datetime
        Aware; the forecast is issued at its whole hour.

    Returns
    -------
    Inputs
        With ``refused`` where no pollutant has hours enough.
    """
    place, issued = city(key), pd.Timestamp(now).tz_convert("UTC").floor("h")
    rows = store.measurements(key, POLLUTANTS, issued - HISTORY, issued, flags=("ok",))
    known = standing_for_air(rows[interval_end(rows["start"], rows["minutes"]) <= issued])
    described, simulated = store.stations(key), demo.is_demo(known)
    hours = once(known[known["minutes"] == 60], described)
    parts = [_history(hours[hours["parameter"] == p], described, p) for p in POLLUTANTS]
    why = {p: _refused(known[known["parameter"] == p], part, now) for p, part in zip(POLLUTANTS, parts, strict=True)}
    good = [part for p, part in zip(POLLUTANTS, parts, strict=True) if not why[p]]
    history = pd.concat(good, ignore_index=True) if good else parts[0].iloc[:0]
    moved = clock.replaying() and not simulated
    return Inputs(
        city=place, issued=issued, history=history, refused="" if good else why["pm25"], simulated=simulated,
        weather=_ahead(_sky(store, key, issued, simulated=simulated), issued, moved=moved),
        cams=_ahead(_field(store, key, issued, ("openmeteo_air",), POLLUTANTS), issued, moved=moved),
    )  # fmt: skip


def _history(hours: pd.DataFrame, described: pd.DataFrame, parameter: str) -> pd.DataFrame:
    """The stations' hours and the city's figure as one more station."""
    figure = city_series(hours, described, parameter)[["start", "hour"]].rename(columns={"hour": "value"})
    figure = figure.dropna().assign(station=CITY, parameter=parameter)
    columns = ["station", "parameter", "start", "value"]
    plain = hours.assign(start=hours["start"].dt.floor("h"))
    return pd.concat([figure[columns], plain[columns]], ignore_index=True) if len(figure) else plain[columns].iloc[:0]


def _refused(rows: pd.DataFrame, history: pd.DataFrame, now: datetime) -> str:
    """Why a pollutant has no forecast."""
    recent = rows[rows["start"] >= pd.Timestamp(now) - SEEN]
    figure = history[(history["station"] == CITY) & (history["start"] >= pd.Timestamp(now) - SEEN)]
    if not len(recent):
        return "no_rows"
    if not len(figure):
        return "daily_only" if (recent["minutes"] >= 1440).all() else "no_rows"
    if freshness(interval_end(figure["start"].max(), 60), 60, now) == "grey":
        return "daily_only" if (recent["minutes"] >= 1440).any() else "stale"
    return "too_short" if len(figure) < LEAST / timedelta(hours=1) else ""


def _sky(store: StoreReader, key: str, issued: pd.Timestamp, *, simulated: bool) -> pd.DataFrame:
    """Weather of the forecast model, past and ahead; in the demo world its own sky, which nobody forecasts better."""
    if simulated:
        return demo.sky(key, (issued - HISTORY).to_pydatetime(), (issued + AHEAD).to_pydatetime())
    return _field(store, key, issued, ("openmeteo",), WEATHER)


def _field(
    store: StoreReader, key: str, issued: pd.Timestamp, sources: tuple[str, ...], names: tuple[str, ...]
) -> pd.DataFrame:
    """Mean over a model's points by hour; winds as vectors."""
    rows = store.measurements(
        key, names, issued - HISTORY, issued + AHEAD, sources=sources, kinds=("model",), ahead=True
    )
    if not len(rows):
        return pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC"))
    rows = rows.assign(start=rows["start"].dt.floor("h"))
    wide = rows.pivot_table(index=["start", "station"], columns="parameter", values="value")
    if {"wind_speed", "wind_direction"} <= set(wide):
        turned = np.radians(wide["wind_direction"])
        wide = wide.assign(east=wide["wind_speed"] * np.sin(turned), north=wide["wind_speed"] * np.cos(turned))
    mean = wide.groupby(level="start").mean()
    if "east" in mean:
        mean["wind_direction"] = np.degrees(np.arctan2(mean["east"], mean["north"])) % 360.0
    return mean.drop(columns=["east", "north"], errors="ignore")


def _ahead(table: pd.DataFrame, issued: pd.Timestamp, *, moved: bool) -> pd.DataFrame | None:
    """A field that reaches ahead; in a replay what lies ahead was computed later, and nobody knew it then."""
    known = table[table.index < issued] if moved else table
    reach = (known.index.max() - issued) / pd.Timedelta(hours=1) if len(known) else -1.0
    past = (known.index < issued).sum()
    return known if reach >= WEATHER_LEAST and past >= LEAST / timedelta(hours=1) else None
