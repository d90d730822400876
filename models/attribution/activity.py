"""How strong each kind of source is expected to be in an hour, relative to its mean over the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pandas as pd

from models.attribution.panel import Array, Panel

HEATING_BASE = 15.0
"""
Daily mean below which homes are heated: stoves are lit before the heating season, which opens at +8 °C in Tashkent
and at +10 °C in Astana over five days (`data.heating`). Heat grows with the cold, so no day of opening enters. [°C]
"""
ALL_YEAR = 0.15
"""Part of the heating activity that is hot water and power and does not follow the cold."""
TYPICAL_WIND, TYPICAL_LAYER = 2.5, 500.0
"""Hour in which dispersion is called 1. [m/s], [m]"""
DISPERSION_POWER = 0.6
SMOKE_HOURS, SMOKE_KM, SMOKE_MW = 6.0, 12.0, 10.0
"""A hot-spot of 10 MW within 12 km and 6 h lifts the fire activity by about ten."""

# Two working-day peaks and a quiet night; shape of urban traffic counts, mean 1 (EMEP/EEA guidebook 2023, 1.A.3.b).
TRAFFIC_HOURS = np.array(
    [
        0.45,
        0.3,
        0.25,
        0.25,
        0.35,
        0.6,
        1.0,
        1.5,
        1.6,
        1.4,
        1.2,
        1.15,
        1.15,
        1.15,
        1.15,
        1.2,
        1.35,
        1.55,
        1.6,
        1.4,
        1.15,
        0.95,
        0.75,
        0.6,
    ]
)
WEEKEND = 0.75
# Stoves are lit in the morning and the evening (EMEP/EEA guidebook 2023, 1.A.4), mean 1.
STOVE_HOURS = np.array(
    [
        1.1,
        0.95,
        0.85,
        0.8,
        0.8,
        0.9,
        1.1,
        1.2,
        1.1,
        0.9,
        0.75,
        0.7,
        0.7,
        0.7,
        0.7,
        0.75,
        0.9,
        1.1,
        1.25,
        1.35,
        1.4,
        1.4,
        1.35,
        1.25,
    ]
)
MEAN_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def degree_hours(temperature: Array) -> Array:
    """Cold below the heating base. [K]"""
    return np.maximum(HEATING_BASE - temperature, 0.0)


def yearly_cold(normals: Array) -> float:
    """
    Mean of the cold over a year from twelve monthly normals. [K]

    Days scatter about the normal of their month by about 5 K, which matters near the heating base; the mean over that
    scatter is taken at five points of the normal distribution.

    Examples
    --------
    >>> round(yearly_cold(np.full(12, -5.0)))
    20
    """
    scatter = 5.0 * np.array([-1.4, -0.53, 0.0, 0.53, 1.4])
    cold = degree_hours(np.asarray(normals)[:, None] + scatter).mean(axis=1)
    return float(np.average(cold, weights=MEAN_DAYS))


def dispersion(panel: Panel) -> Array:
    r"""
    Concentration per emission of a near-ground source, 1 in a typical hour; shape (T,).

    Notes
    -----
    :math:`D = ((u_0+0.6)\sqrt{h_0} / ((u+0.6)\sqrt{h}))^{0.6}`: a box model would have powers of one; city data show
    weaker ones because stable hours also keep smoke aloft (docs/method-attribution.md).
    """
    wind, layer = panel.weather["wind_speed"], panel.weather["boundary_layer_height"]
    wind = np.where(np.isfinite(wind), wind, TYPICAL_WIND)
    layer = np.clip(np.where(np.isfinite(layer), layer, TYPICAL_LAYER), 50.0, 3000.0)
    ratio = (TYPICAL_WIND + 0.6) * np.sqrt(TYPICAL_LAYER) / ((wind + 0.6) * np.sqrt(layer))
    return np.asarray(ratio**DISPERSION_POWER)


def typical(emission: Array, spread: Array) -> float:
    """
    Mean dispersion over the hours in which a source is active.

    An annual share already holds the poor mixing of the season in which the source burns; dividing by this mean keeps
    heating from being inflated in every winter.
    """
    return float(np.average(spread, weights=emission + 1e-9))


def temperature(panel: Panel, zone: tzinfo | str, normals: Array) -> Array:
    """Measured temperature smoothed over a day, the normal of the month where it is missing. [°C]"""
    month = panel.local(zone).month.to_numpy() - 1
    smooth = pd.Series(panel.weather["temperature"]).rolling(24, min_periods=6, center=True).mean().to_numpy()
    return np.asarray(np.where(np.isfinite(smooth), smooth, np.asarray(normals)[month]))


def dust(panel: Panel, warmth: Array) -> Array:
    """Wind-blown and traffic-raised dust: wind to the power 1.2 over dry, unfrozen ground; shape (T,)."""
    wind = np.where(np.isfinite(panel.weather["wind_speed"]), panel.weather["wind_speed"], TYPICAL_WIND)
    rain = pd.Series(np.nan_to_num(panel.weather["precipitation"])).rolling(36, min_periods=1).sum().to_numpy()
    humid = panel.weather["relative_humidity"]
    dry = np.clip((110.0 - np.where(np.isfinite(humid), humid, 55.0)) / 55.0, 0.1, 1.6)
    thawed = 1 / (1 + np.exp(-(warmth - 2.0) / 1.5))
    lift = 0.5 + 0.5 * (wind / TYPICAL_WIND) ** 1.2 + 0.15 * np.maximum(wind - 5.0, 0.0) ** 2
    return np.asarray(lift * dry * np.exp(-rain / 2.0) * (0.05 + 0.95 * thawed) * 1.5)


def smoke(panel: Panel, hotspots: pd.DataFrame | None) -> Array:
    """
    Open burning from satellite hot-spots near each station and hour; shape (T, S).

    Without hot-spots the activity is 1 throughout: fire is then the prior alone, and marked so.
    """
    size = (len(panel.hours), len(panel.stations))
    if hotspots is None:
        return np.ones(size)
    felt = np.zeros(size)
    clock = panel.hours.to_numpy("datetime64[s]").astype(np.int64) / 3600.0
    lat, lon = panel.stations["lat"].to_numpy(float), panel.stations["lon"].to_numpy(float)
    for when, where_lat, where_lon, power in hotspots[["hour", "lat", "lon", "frp_mw"]].to_numpy(float):
        near = np.hypot((lat - where_lat) * 111.2, (lon - where_lon) * 111.2 * np.cos(np.deg2rad(lat)))
        window = slice(*np.searchsorted(clock, [when - 24, when + 24]))
        age = np.abs(clock[window] - when)
        felt[window] += (power / SMOKE_MW) ** 0.5 * np.exp(-age / SMOKE_HOURS)[:, None] * np.exp(-near / SMOKE_KM)
    return 0.2 + 10.0 * felt


@dataclass(frozen=True)
class Climate:
    """What turns hours into activity: the clock, twelve monthly normals [°C], hot-spots, and the fitted dispersion."""

    zone: tzinfo | str
    normals: Array
    hotspots: pd.DataFrame | None
    dispersion: Mapping[str, float]


def emissions(panel: Panel, climate: Climate) -> dict[str, Array]:
    """Emission activity before dispersion, 1 in the mean over a year; each (T,). `chp` burns all day."""
    local = panel.local(climate.zone)
    hour, weekend = local.hour.to_numpy(), local.day_of_week.to_numpy() >= 5
    warmth = temperature(panel, climate.zone, climate.normals)
    cold = ALL_YEAR + (1 - ALL_YEAR) * degree_hours(warmth) / max(yearly_cold(climate.normals), 1.0)
    week = np.where(weekend, WEEKEND, (7 - 2 * WEEKEND) / 5)
    return {
        "chp": cold,
        "heating": cold * (STOVE_HOURS / STOVE_HOURS.mean())[hour],
        "traffic": (TRAFFIC_HOURS / TRAFFIC_HOURS.mean())[hour] * week,
        "industry": np.ones(len(hour)),
    }


def activities(panel: Panel, climate: Climate) -> tuple[dict[str, Array], dict[str, float]]:
    """
    Activity of each component, about 1 in the mean over a year, each (T, 1) or (T, S); and the dispersion norms used.

    The norms are those of `climate.dispersion` where given (a fitted model), else taken from the panel.
    """
    emitted, spread = emissions(panel, climate), dispersion(panel)
    norms = dict(climate.dispersion) or {name: typical(value, spread) for name, value in emitted.items()}
    found = {name: (value * spread / norms[name])[:, None] for name, value in emitted.items()}
    warmth = temperature(panel, climate.zone, climate.normals)
    found["dust"] = dust(panel, warmth)[:, None]
    found["regional"] = np.ones((len(panel.hours), 1))
    found["fire"] = smoke(panel, climate.hotspots) * (spread / norms["industry"])[:, None]
    return found, norms
