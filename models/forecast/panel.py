"""The hours a forecast knows and the hours it speaks of, as one regular table per pollutant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.times import local_days

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

AHEAD = 72  # greatest lead [h]
HOUR = pd.Timedelta(hours=1)
WEATHER = (
    "wind_speed",
    "wind_direction",
    "temperature",
    "relative_humidity",
    "pressure",
    "precipitation",
    "boundary_layer_height",
)


@dataclass(frozen=True)
class Panel:
    """
    One pollutant at its stations, hour by hour, from the first value to three days after the last.

    Attributes
    ----------
    hours : DatetimeIndex
        Every hour, UTC.
    values : array, shape (hours, stations)
        Hourly means, NaN where nothing is known. [µg/m³]
    day, hour, weekday, yearday : array, shape (hours,)
        Local clock: days counted from the first, hour 0–23, Monday = 0, day of the year.
    weather : mapping of str to array, shape (hours,)
        What was forecast for each hour, by parameter.
    cams : array, shape (hours,)
        The same pollutant by the CAMS model. [µg/m³]
    """

    parameter: str
    hours: pd.DatetimeIndex
    stations: tuple[str, ...]
    values: Array
    day: Whole
    hour: Whole
    weekday: Whole
    yearday: Whole
    weather: Mapping[str, Array]
    cams: Array

    def index(self, moment: pd.Timestamp) -> int:
        """Row of the first hour that is not over at `moment`: the hour of lead 1."""
        return int((moment.floor("h") - self.hours[0]) / HOUR)

    def before(self, row: int) -> Panel:
        """Only the hours before `row`: nothing later can then be learned from."""
        clock = {name: getattr(self, name)[:row] for name in ("day", "hour", "weekday", "yearday", "values", "cams")}
        weather = {name: column[:row] for name, column in self.weather.items()}
        return replace(self, hours=self.hours[:row], weather=weather, **clock)

    def tail(self, row: int) -> Panel:
        """Only the hours from `row` on; days keep their count."""
        clock = {name: getattr(self, name)[row:] for name in ("day", "hour", "weekday", "yearday", "values", "cams")}
        weather = {name: column[row:] for name, column in self.weather.items()}
        return replace(self, hours=self.hours[row:], weather=weather, **clock)


def panels(
    history: pd.DataFrame,
    weather: pd.DataFrame | None = None,
    cams: pd.DataFrame | None = None,
    *,
    zone: str = "UTC",
    until: pd.Timestamp | None = None,
) -> dict[str, Panel]:
    """
    Each pollutant of a long table as a `Panel`.

    Parameters
    ----------
    history : DataFrame
        ``station, parameter, start`` (UTC) and ``value``; several values of one hour are averaged. [µg/m³]
    weather, cams : DataFrame, optional
        Hourly: UTC index and one column per parameter, or long ``parameter, start, value``.
    zone : str
        Zone of the local clock.
    until : Timestamp, optional
        Only hours that are over at this moment are known.

    Examples
    --------
    >>> hours = pd.date_range("2026-01-01", periods=3, freq="h", tz="UTC")
    >>> table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": [1.0, 2.0, 3.0]})
    >>> panels(table, until=hours[2])["pm25"].values[:3, 0].tolist()
    [1.0, 2.0, nan]
    """
    known = history[history["value"].notna()]
    if until is not None:
        known = known[known["start"] <= until - HOUR]
    met, model = hourly(weather), hourly(cams)
    return {
        str(name): _panel(str(name), rows, met, model, zone, until)
        for name, rows in known.groupby("parameter", observed=True, sort=True)
    }


def hourly(table: pd.DataFrame | None) -> pd.DataFrame:
    """
    Hours × parameters of a wide or long table; empty when there is none.

    Raises
    ------
    ValueError
        If the table carries neither a UTC index nor ``parameter, start, value``.
    """
    if table is None or table.empty:
        return pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC"))
    if {"parameter", "start", "value"} <= set(table):
        rows = table.assign(start=pd.DatetimeIndex(table["start"]).floor("h"))
        return rows.pivot_table(index="start", columns="parameter", values="value", aggfunc="mean")
    if not isinstance(table.index, pd.DatetimeIndex) or table.index.tz is None:
        raise ValueError("weather and model fields need a UTC index of hours, or the columns parameter, start, value")
    return table[~table.index.duplicated(keep="last")]


def _panel(
    name: str, rows: pd.DataFrame, met: pd.DataFrame, model: pd.DataFrame, zone: str, until: pd.Timestamp | None
) -> Panel:
    start = pd.DatetimeIndex(rows["start"]).floor("h").as_unit("s")
    last = start.max() if until is None else max(start.max(), until.floor("h"))
    hours = pd.date_range(start.min(), last + AHEAD * HOUR, freq="h").as_unit("s")
    code, stations = pd.factorize(rows["station"], sort=True)
    row = (start.asi8 - hours.asi8[0]) // 3600
    local = hours.tz_convert(zone)
    day = local_days(hours, zone).to_numpy().astype("datetime64[D]").astype(np.int64)
    columns = {w: met[w].reindex(hours).to_numpy(dtype=float) for w in WEATHER if w in met}
    return Panel(
        parameter=name,
        hours=hours,
        stations=tuple(map(str, stations)),
        values=_means(row, code, rows["value"].to_numpy(dtype=float), (len(hours), len(stations))),
        day=day - day[0],
        hour=local.hour.to_numpy(dtype=np.int64),
        weekday=local.day_of_week.to_numpy(dtype=np.int64),
        yearday=local.day_of_year.to_numpy(dtype=np.int64),
        weather=columns,
        cams=model[name].reindex(hours).to_numpy(dtype=float) if name in model else np.full(len(hours), np.nan),
    )


def _means(row: Whole, code: Whole, value: Array, shape: tuple[int, int]) -> Array:
    place, size = row * shape[1] + code, shape[0] * shape[1]
    with np.errstate(invalid="ignore"):
        mean = np.bincount(place, value, size) / np.bincount(place, minlength=size)
    return np.asarray(mean, dtype=float).reshape(shape)
