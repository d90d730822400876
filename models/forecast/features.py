"""What the learned forecast looks at, each figure from before the issue or from the weather forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast.baseline import Cases, Newest, newest, references
from models.forecast.climatology import Climate
from models.forecast.panel import Array, Panel, Whole
from models.trends.heating import Calendar

BACK = (3, 6, 12, 24, 72, 168)  # means of so many last hours
WIND = ("wind_speed", "u", "v")
STANDING = (6, 24)  # weather as the mean of so many hours up to the target
AIRS = ("temperature", "relative_humidity", "pressure", "boundary_layer_height")
LEAST_LEVEL = 1e-3  # a dead channel must not divide by nothing [µg/m³]
WEAK_WIND = 1.0  # below this air counts as calm [m/s]


@dataclass(frozen=True)
class Ground:
    """
    Everything that does not depend on the case: made once per panel, read for every case.

    Attributes
    ----------
    past : mapping of str to array, shape (hours, stations)
        What was known before each hour. [µg/m³]
    air : mapping of str to array, shape (hours,)
        Weather at each hour, wind as vector too.
    sums : mapping of str to (array, array), shape (hours + 1,)
        Running sums of the weather and of how many hours are known.
    heated : array, shape (hours,)
        Whether the city heats, NaN if the season is not given.
    """

    panel: Panel
    usual: Climate
    left: Array
    last: Newest
    past: Mapping[str, Array]
    air: Mapping[str, Array]
    sums: Mapping[str, tuple[Array, Array]]
    heated: Array


def ground(panel: Panel, usual: Climate, left: Array, season: Calendar | None = None) -> Ground:
    """Prepare a panel."""
    air = _air(panel.weather)
    heated = np.full(len(panel.hours), np.nan)
    if season is not None:
        heated = season.on(panel.hours).astype(float)
    sums = {name: _sums(column) for name, column in air.items()}
    return Ground(panel, usual, left, newest(panel), _past(panel.values), air, sums, heated)


def _past(values: Array) -> dict[str, Array]:
    """Means and extremes of the hours before each hour, and the same over all stations."""
    frame = pd.DataFrame(values).shift(1)
    out = {f"mean_{h}h": frame.rolling(h, min_periods=max(1, h // 3)).mean().to_numpy() for h in BACK}
    day = frame.rolling(24, min_periods=8)
    out |= {"max_24h": day.max().to_numpy(), "min_24h": day.min().to_numpy(), "sd_24h": day.std().to_numpy()}
    network = pd.DataFrame({0: frame.mean(axis=1)})
    wide = np.ones(values.shape[1])
    out |= {f"network_{h}h": network.rolling(h, min_periods=1).mean().to_numpy() * wide for h in (3, 24)}
    return out


def _air(weather: Mapping[str, Array]) -> dict[str, Array]:
    """Weather with the wind as a vector, calm hours, and ventilation."""
    air = {name: column for name, column in weather.items() if name != "wind_direction"}
    speed = air.get("wind_speed")
    if speed is not None:
        air["calm"] = np.where(np.isnan(speed), np.nan, speed < WEAK_WIND)
        if "wind_direction" in weather:
            angle = np.radians(weather["wind_direction"])
            air |= {"u": speed * np.sin(angle), "v": speed * np.cos(angle)}
        if "boundary_layer_height" in air:
            air["ventilation"] = speed * air["boundary_layer_height"]  # m²/s
    return air


def _sums(column: Array) -> tuple[Array, Array]:
    known = ~np.isnan(column)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, column, 0.0))])
    return total, np.concatenate([[0.0], np.cumsum(known)])


def _mean(sums: tuple[Array, Array], first: Whole, last: Whole) -> Array:
    """Mean of the hours in [first, last), NaN when fewer than half of them are known."""
    first = np.clip(first, 0, len(sums[0]) - 1)
    last = np.clip(last, 0, len(sums[0]) - 1)
    count = sums[1][last] - sums[1][first]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(2 * count >= last - first, (sums[0][last] - sums[0][first]) / count, np.nan)


def features(base: Ground, these: Cases, against: Mapping[str, Array], scale: Array) -> dict[str, Array]:
    """
    One column per figure, concentrations over the station's level.

    Parameters
    ----------
    base : Ground
        Of the panel.
    these : Cases
        What is to be forecast.
    against : mapping
        The cases' baselines. [µg/m³]
    scale : array
        The station's level at each issue. [µg/m³]
    """
    out = _values(base, these, scale)
    out |= {name: column / scale for name, column in against.items()}
    out |= _clock(base, these)
    for name in base.air:
        out |= _weather(base, these, name)
    out["level"] = np.log(scale)
    return out


def _values(base: Ground, these: Cases, scale: Array) -> dict[str, Array]:
    panel, place = base.panel, (these.issue, these.station)
    out = {name: column[place] / scale for name, column in base.past.items()}
    alike = these.target - 24 * np.ceil(these.lead / 24).astype(int)  # the same hour on the last known day
    out["same_hour"] = np.where(alike >= 0, panel.values[np.maximum(alike, 0), these.station], np.nan) / scale
    last = panel.values[base.last.row[place], these.station] / scale
    return out | {"rise": last - out["mean_6h"], "rise_day": out["mean_6h"] - out["mean_24h"]}


def _clock(base: Ground, these: Cases) -> dict[str, Array]:
    panel, target = base.panel, these.target
    turn = 2 * np.pi * panel.yearday[target] / 365.25
    return {
        "lead": these.lead.astype(float),
        "age": (these.issue - 1 - base.last.row[these.issue, these.station]).astype(float),
        "hour": panel.hour[target].astype(float),
        "hour_issued": panel.hour[these.issue].astype(float),
        "weekday": panel.weekday[target].astype(float),
        "winter": np.cos(turn),
        "spring": np.sin(turn),
        "heating": base.heated[target],
    }


def _weather(base: Ground, these: Cases, name: str) -> dict[str, Array]:
    """At the hour, over the hours up to it, from the issue to it, and against the day before the issue."""
    column, sums, target, issue = base.air[name], base.sums[name], these.target, these.issue
    before = _mean(sums, issue - 24, issue)
    out = {
        name: column[target],
        f"{name}_6h": _mean(sums, target - 5, target + 1),
        f"{name}_24h": _mean(sums, target - 23, target + 1),
        f"{name}_since": _mean(sums, issue, target + 1),
    }
    return out | {f"{name}_change": out[f"{name}_24h"] - before}


def prepared(base: Ground, these: Cases) -> tuple[dict[str, Array], Array]:
    """Baselines and level of the cases."""
    against = references(base.panel, base.usual, base.left, base.last, these)
    level = base.usual.scale(base.panel.day[these.issue], these.station)
    return against, np.maximum(level, LEAST_LEVEL)
