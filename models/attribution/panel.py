"""Tidy tables to aligned arrays of hours by stations, with a light check of the sensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import CentreError
from models.attribution.tables import POLLUTANTS
from models.quality.columns import half_circles, impossible

Array = npt.NDArray[np.float64]
WEATHER = ("wind_speed", "wind_direction", "temperature", "relative_humidity", "precipitation", "boundary_layer_height")
CALM = 0.5
"""Below this wind speed a direction means nothing. [m/s]"""


class InputError(CentreError, ValueError):
    """A table that cannot be used; ``parameter`` is its column, or the table where no column is at fault."""

    who = "asker"
    status = 400


@dataclass(frozen=True)
class Panel:
    """Observations and weather on one grid: `hours` (T) by `stations` (S)."""

    hours: pd.DatetimeIndex
    stations: pd.DataFrame
    observed: dict[str, Array]
    faulty: npt.NDArray[np.bool_]
    weather: dict[str, Array]

    @property
    def reference(self) -> npt.NDArray[np.bool_]:
        """Which stations are of reference grade; shape (S,)."""
        return np.asarray(self.stations["kind"].eq("reference"))

    def local(self, zone: tzinfo | str) -> pd.DatetimeIndex:
        """The hours on the clock of the city."""
        return self.hours.tz_convert(zone)

    def tail(self, hours: int) -> Panel:
        """The last `hours` hours."""
        return self.slice(slice(-hours, None))

    def slice(self, part: slice) -> Panel:
        """The same panel over a part of its hours."""
        return Panel(
            self.hours[part],
            self.stations,
            {k: v[part] for k, v in self.observed.items()},
            self.faulty[part],
            {k: v[part] for k, v in self.weather.items()},
        )


def require(table: pd.DataFrame, columns: tuple[str, ...], name: str) -> pd.DataFrame:
    """The table itself, or `InputError` naming the columns it lacks."""
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise InputError("models.attribution.columns", parameter=missing[0], table=name, columns=missing)
    return table


def instants(column: pd.Series, name: str) -> pd.Series:
    """Times as UTC; `InputError` when unreadable or without a zone."""
    try:
        times = (
            pd.to_datetime(column, format="ISO8601")
            if column.dtype == object or str(column.dtype) in ("str", "string")
            else pd.to_datetime(column)
        )
    except (ValueError, TypeError) as error:
        raise InputError("models.attribution.no_time", parameter="start", table=name, said=error) from error
    if times.dt.tz is None:
        raise InputError("models.attribution.no_zone", parameter="start", table=name)
    return times.dt.tz_convert("UTC")


def numbers(column: pd.Series, name: str) -> pd.Series:
    """Values as floats; `InputError` when a cell is not a number."""
    try:
        return pd.to_numeric(column).astype(float)
    except (ValueError, TypeError) as error:
        at = str(column.name)
        raise InputError("models.attribution.no_number", parameter=at, table=name, column=at) from error


def codes(column: pd.Series, wanted: Sequence[str]) -> npt.NDArray[np.intp]:
    """Place of every cell in `wanted`, −1 where it is not there."""
    code, found = pd.factorize(column)
    place = pd.Index(wanted).get_indexer(pd.Index([str(name) for name in found]))
    return np.asarray(np.where(code < 0, -1, place[np.maximum(code, 0)] if len(found) else -1))


def hourly(measurements: pd.DataFrame, stations: Sequence[str]) -> pd.DataFrame:
    """
    Hourly means of the pollutants: station and parameter as numbers, start, value; one row per hour.

    Rows longer than an hour are left out; shorter ones are averaged when they cover at least 45 minutes; rows flagged
    `invalid` are left out.
    """
    table = require(measurements, ("station", "parameter", "start", "value"), "measurements")
    station, parameter = codes(table["station"], stations), codes(table["parameter"], POLLUTANTS)
    wanted = (station >= 0) & (parameter >= 0)
    if "flag" in table:
        wanted &= table["flag"].ne("invalid").to_numpy()
    chosen = table[wanted]
    frame = pd.DataFrame(
        {
            "station": station[wanted],
            "parameter": parameter[wanted],
            "start": pd.DatetimeIndex(instants(chosen["start"], "measurements")).floor("h"),
            "value": numbers(chosen["value"], "measurements").to_numpy(),
            "minutes": numbers(chosen["minutes"], "measurements").to_numpy() if "minutes" in chosen else 60.0,
        }
    )
    frame = frame[np.isfinite(frame["value"]) & (frame["minutes"] <= 60)]
    key = ["station", "parameter", "start"]
    if (frame["minutes"] == 60).all() and not frame.duplicated(key).any():
        return frame
    means = frame.groupby(key, as_index=False).agg(value=("value", "mean"), minutes=("minutes", "sum"))
    return means[means["minutes"] >= 45]


def wide_weather(weather: pd.DataFrame | None, hours: pd.DatetimeIndex) -> dict[str, Array]:
    """
    Weather as one array per parameter over `hours`; parameters that are absent are all NaN.

    Accepts a wide table (`start` and one column per parameter) or the tidy one (`parameter`, `value`); several
    stations are averaged, the wind as a vector. What cannot have been measured is missing.
    """
    empty = np.full(len(hours), np.nan)
    if weather is None or not len(weather):
        return {name: empty.copy() for name in WEATHER}
    require(weather, ("start",), "weather")
    table = weather.assign(start=instants(weather["start"], "weather"))
    if "parameter" in table:  # by the time itself: directions within an hour are averaged as vectors
        table = table.pivot_table(index=["start", "station"], columns="parameter", values="value").reset_index()
    table["start"] = table["start"].dt.floor("h")
    for name in set(WEATHER) & set(table):
        table[name] = _possible(numbers(table[name], "weather").to_numpy(dtype=float), name)
    if {"wind_speed", "wind_direction"} <= set(table):
        angle = np.deg2rad(table["wind_direction"].where(table["wind_speed"].ge(CALM)))
        table = table.assign(_u=np.sin(angle), _v=np.cos(angle))
    mean = table[[c for c in (*WEATHER, "_u", "_v") if c in table]].groupby(table["start"]).mean()
    if "_u" in mean:
        mean["wind_direction"] = np.rad2deg(np.arctan2(mean["_u"], mean["_v"])) % 360
    mean = mean.reindex(hours)
    return {name: mean[name].to_numpy(float).copy() if name in mean else empty.copy() for name in WEATHER}


def _possible(values: Array, name: str) -> Array:
    """Weather that can have been measured: −999, and 990 for a variable wind, are none, −90° is 270°."""
    if name == "wind_direction" and half_circles(values):
        values = np.where((values < 0) & (values >= -180), values + 360.0, values)
    for gone in impossible(values, name).values():
        values = np.where(gone, np.nan, values)
    return values


def suspicious(values: Array, network: Array) -> npt.NDArray[np.bool_]:
    """
    Hours that a stuck or spiking sensor made up; shape (T, S).

    Notes
    -----
    Stuck: five or more equal values in a row above one unit. Spike: more than eight scaled median deviations above
    the running median of 25 h, and above 3.5 times the network's median of the hour, and back within three hours; a
    rise of the whole network is therefore never a spike. Thresholds: rules compared on eight simulated runs, in which
    they found 95 % of stuck and 76 % of spiking hours (docs/method-attribution.md).
    """
    change = np.ones_like(values, dtype=bool)
    change[1:] = ~(values[1:] == values[:-1])
    run = np.cumsum(change, axis=0)
    length = np.zeros_like(run)
    for column in range(values.shape[1]):
        length[:, column] = np.bincount(run[:, column])[run[:, column]]
    stuck = (length >= 5) & (values > 1)
    frame = pd.DataFrame(values)
    middle = frame.rolling(25, center=True, min_periods=8).median().to_numpy()
    deviation = (
        1.4826 * pd.DataFrame(np.abs(values - middle)).rolling(73, center=True, min_periods=24).median().to_numpy()
    )
    floor = 0.5 * np.nanmedian(values) if np.isfinite(values).any() else 0.0
    level = 3.5 * (network + floor)[:, None] * np.ones_like(values)
    spike = (values > middle + 8 * deviation + floor) & (values > level)
    return np.asarray(stuck | spike)


def build(
    measurements: pd.DataFrame, weather: pd.DataFrame | None, stations: pd.DataFrame, light: bool = False
) -> Panel:
    """
    Align the tables; hours run without a hole from the first to the last measurement.

    With `light` (a few new hours at fitted stations) all stations are kept and the sensors are not checked.

    Raises
    ------
    InputError
        A column is missing, a time has no zone, no station is known, or there is no PM2.5.
    """
    require(stations, ("station", "lat", "lon"), "stations")
    known = stations.assign(station=[str(name) for name in stations["station"]]).drop_duplicates("station")
    known = known.sort_values("station", ignore_index=True)
    if "kind" not in known:
        known = known.assign(kind="indicative")
    table = hourly(measurements, list(known["station"]))
    if not table["parameter"].eq(POLLUTANTS.index("pm25")).any():
        raise InputError("models.attribution.no_pm25", parameter="measurements")
    hours = pd.date_range(table["start"].min(), table["start"].max(), freq="h")
    row = hours.get_indexer(pd.DatetimeIndex(table["start"]))
    column, parameter, value = (table[name].to_numpy() for name in ("station", "parameter", "value"))
    observed, faulty = {}, np.zeros((len(hours), len(known)), dtype=bool)
    for number, name in enumerate(POLLUTANTS):
        grid = np.full((len(hours), len(known)), np.nan)
        chosen = parameter == number
        grid[row[chosen], column[chosen]] = value[chosen]
        grid[grid < -5] = np.nan
        if chosen.any() and not light:
            bad = suspicious(grid, pd.DataFrame(grid).median(axis=1).to_numpy())
            faulty |= bad if name == "pm25" else False
            grid[bad] = np.nan
        observed[name] = grid
    if not light:
        measuring = np.unique(column)
        known = known.iloc[measuring].reset_index(drop=True)
        observed = {name: grid[:, measuring] for name, grid in observed.items()}
        faulty = faulty[:, measuring]
    return Panel(hours, known, observed, faulty, wide_weather(weather, hours))


def join(past: Panel, fresh: Panel) -> tuple[Panel, int]:
    """New hours behind the past ones where they follow within three days, and how many rows in front are past."""
    gap = (fresh.hours[0] - past.hours[-1]) / pd.Timedelta(hours=1)
    if not 0 < gap <= 72:
        return fresh, 0
    hours = pd.date_range(past.hours[0], fresh.hours[-1], freq="h")

    def place(old: Array, new: Array) -> Array:
        grid = np.full((len(hours), *old.shape[1:]), np.nan)
        grid[: len(old)] = old
        grid[len(hours) - len(new) :] = new
        return grid

    observed = {name: place(past.observed[name], fresh.observed[name]) for name in POLLUTANTS}
    weather = {name: place(past.weather[name], fresh.weather[name]) for name in WEATHER}
    faulty = np.zeros((len(hours), len(past.stations)), dtype=bool)
    return Panel(hours, past.stations, observed, faulty, weather), len(hours) - len(fresh.hours)


def hotspot_table(hotspots: pd.DataFrame | None) -> pd.DataFrame | None:
    """Hot-spots as hour (since 1970, UTC), lat, lon, frp_mw [MW]; None when there is no feed."""
    if hotspots is None:
        return None
    table = hotspots.rename(columns={"start": "time"})
    require(table, ("time", "lat", "lon", "frp_mw"), "hot-spots")
    if not len(table):
        return pd.DataFrame(columns=["hour", "lat", "lon", "frp_mw"], dtype=float)
    seconds = instants(table["time"], "hot-spots").dt.tz_localize(None).to_numpy("datetime64[s]").astype(np.int64)
    found = {name: numbers(table[name], "hot-spots").to_numpy() for name in ("lat", "lon", "frp_mw")}
    return pd.DataFrame({"hour": seconds / 3600.0, **found}).dropna()
