"""Levels freed of the weather for the trends page: hours or days with their weather, and the long reckoning."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import streamlit as st

from data.city import City
from data.city import city as city_of
from pages.ui.city import tables as city_tables
from pages.ui.trends.tables import LEAN, hours_until, midnight, today

WEATHER = (
    "wind_speed", "wind_direction", "temperature", "relative_humidity", "pressure", "precipitation",
    "boundary_layer_height",
)  # fmt: skip


@st.cache_data(max_entries=4, show_spinner=False)
def _with_weather(version: str, key: str, parameter: str, station: str, first: int, until: date) -> pd.DataFrame:
    city = city_of(key)
    rows = city_tables.store().measurements(
        key, list(WEATHER), midnight(city, date(first, 1, 1)), midnight(city, until), columns=LEAN, flags=("ok",)
    )
    level = hours_until(version, key, parameter, station, first, until).rename(parameter)
    rows = rows[rows["minutes"] <= 60]
    if not len(rows):
        return level.to_frame().assign(ws=float("nan"), wd=float("nan"))
    return pd.concat([level, _sky(rows)], axis=1).sort_index()


def _sky(rows: pd.DataFrame) -> pd.DataFrame:
    """Weather of one length as columns."""
    names = {"wind_speed": "ws", "wind_direction": "wd"}
    at = rows["start"].dt.floor("h")
    wind = rows[rows["parameter"].isin(list(names))]
    vane = wind[wind["parameter"] == "wind_direction"].groupby("station").size()
    wind = wind[wind["station"] == (vane.idxmax() if len(vane) else "")]  # directions of two vanes have no median
    parts = [
        wind.assign(at=at).pivot_table(index="at", columns="parameter", values="value", aggfunc="last"),
        rows[~rows["parameter"].isin(list(names))].assign(at=at).pivot_table(
            index="at", columns="parameter", values="value", aggfunc="median"
        ),
    ]  # fmt: skip
    return pd.concat(parts, axis=1).rename(columns=names).sort_index()


@st.cache_data(max_entries=4, show_spinner=False)
def _days_of_weather(version: str, key: str, first: int, until: date) -> pd.DataFrame:
    from models.trends.weather_days import weather_days

    city = city_of(key)
    rows = city_tables.store().measurements(
        key, list(WEATHER), midnight(city, date(first, 1, 1)), midnight(city, until), columns=LEAN, flags=("ok",)
    )
    parts = (rows[rows["minutes"] <= 60], rows[rows["minutes"] == 24 * 60])
    nothing = pd.DataFrame(columns=["ws", "wd"], index=pd.DatetimeIndex([], tz="UTC"), dtype=float)
    return weather_days(*(_sky(part) if len(part) else nothing for part in parts), str(city.zone))


def days_with_weather(city: City, parameter: str, series: pd.Series, first: int, last: int) -> pd.DataFrame:
    """Days of a series with the day's weather, `parameter` among the columns; only days on which something is known."""
    until = min(today(city), date(last + 1, 1, 1))
    sky = _days_of_weather(city_tables.settled(), city.key, first, until)
    return pd.concat([series.rename(parameter), sky], axis=1).sort_index()


@dataclass
class Job:
    """A long reckoning in its own thread; `share` says how far it is. [0–1]"""

    future: Future[object] | None = None
    share: float = 0.0
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "normalise"))

    def start(self, work: Callable[[Callable[[float], None]], object]) -> "Job":
        """Begin; readers of the same figures share the work."""
        self.future = self.pool.submit(work, self._said)
        self.pool.shutdown(wait=False)
        return self

    def _said(self, share: float) -> None:
        self.share = share


@st.cache_resource(max_entries=12, show_spinner=False)
def _normalised(version: str, key: str, parameter: str, station: str, first: int, until: date) -> Job:
    return _job(_with_weather(version, key, parameter, station, first, until), parameter)


@st.cache_resource(max_entries=12, show_spinner=False)
def _normalised_days(version: str, wide: pd.DataFrame, parameter: str) -> Job:
    return _job(wide, parameter)


def _job(wide: pd.DataFrame, parameter: str) -> Job:
    def work(said: Callable[[float], None]) -> object:
        from models.trends.weather_normalised import weather_normalised  # slow to import

        return weather_normalised(wide, parameter, progress=said)

    return Job().start(work)


def normalised(
    city: City, parameter: str, station: str, first: int, last: int, said: Callable[[float], None]
) -> object:
    """
    The level freed of the weather; waits for it and says how far it is.

    Raises
    ------
    Refused
        With too little weather, or where the model explains too little.
    """
    until = min(today(city), date(last + 1, 1, 1))
    return _waited(_normalised(city_tables.settled(), city.key, parameter, station, first, until), said)


def normalised_days(wide: pd.DataFrame, parameter: str, said: Callable[[float], None]) -> object:
    """The same of the days that `days_with_weather` gives."""
    return _waited(_normalised_days(city_tables.settled(), wide, parameter), said)


def _waited(job: Job, said: Callable[[float], None]) -> object:
    assert job.future is not None
    while not job.future.done():
        said(job.share)
        time.sleep(0.25)
    return job.future.result()


def windy_hours(city: City, parameter: str, station: str, first: int, last: int) -> int:
    """Hours with a value and wind, which the normalisation needs."""
    until = min(today(city), date(last + 1, 1, 1))
    wide = _with_weather(city_tables.settled(), city.key, parameter, station, first, until)
    return windy(wide, parameter)


def windy(wide: pd.DataFrame, parameter: str) -> int:
    """Rows with a value and wind."""
    if not {"ws", "wd"} <= set(wide):
        return 0
    return int(wide[[parameter, "ws", "wd"]].notna().all(axis=1).sum())
