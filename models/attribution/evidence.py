"""Why an hour was split as it was: evidence lines as a key with numbers, and an English sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.attribution.activity import TRAFFIC_HOURS, WEEKEND
from models.attribution.panel import CALM, Panel
from models.attribution.regional import WINDOW, envelope
from models.attribution.tables import CATEGORIES

SENTENCES: Final = {
    "calm": "Calm ({speed:.1f} m/s): pollution stays where it is made, no direction can be named.",
    "wind": "Wind from {bearing:.0f}° at {speed:.1f} m/s.",
    "upwind_site": "{site} lies upwind, {km:.1f} km away.",
    "mixing": "Mixing layer of {layer:.0f} m: {word} dilution.",
    "ratio_pm10": "PM10 is {ratio:.1f} times PM2.5: {word}.",
    "ratio_so2": "SO2 is {ratio:.1f} times PM2.5: {word}.",
    "ratio_no2": "NO2 is {ratio:.1f} times PM2.5: {word}.",
    "ratio_co": "CO is {ratio:.0f} times PM2.5: {word}.",
    "cold": "{temperature:.0f} °C: heating is {word}.",
    "hour": "{hour}:00 on a {kind}: traffic is expected at {percent:.0f} % of its mean.",
    "regional": "The lowest stations read {low:.0f} µg/m³: at most that came with the air.",
    "hotspots": "{count} satellite hot-spots within 50 km and 24 h.",
    "no_hotspots": "No satellite hot-spot within 50 km and 24 h.",
    "no_hotspot_feed": "No hot-spot feed: fire is the prior alone.",
    "prior": "Annual prior: {category} {percent:.0f} %.",
    "undetermined": "{value:.0f} µg/m³ fit no listed source.",
    "refused": "No PM2.5 that can be used in this hour.",
}
# Typical ratios to PM2.5 of city air between which nothing is said: from the default fingerprint table.
USUAL: Final = {"pm10": (1.3, 2.5), "so2": (0.5, 2.0), "no2": (0.5, 2.0), "co": (8.0, 20.0)}
MEANING: Final = {
    "pm10": ("mostly fine smoke", "usual", "coarse, dust or abrasion"),
    "so2": ("little coal or oil", "usual", "coal, oil or smelting"),
    "no2": ("little traffic", "usual", "fresh traffic exhaust"),
    "co": ("little incomplete burning", "usual", "stoves, kilns or old engines"),
}


@dataclass(frozen=True)
class Evidence:
    """One line: `key` and `params` for the catalogs, `text` in English."""

    key: str
    params: dict[str, float | int | str]
    text: str


def line(key: str, **params: float | int | str) -> Evidence:
    """
    An evidence line with its sentence.

    Examples
    --------
    >>> line("wind", bearing=90.0, speed=2.0).text
    'Wind from 90° at 2.0 m/s.'
    """
    return Evidence(key, params, SENTENCES[key].format(**params))


def grade(value: float, bounds: tuple[float, float], words: tuple[str, str, str]) -> str:
    """The word for a value below, between or above two bounds."""
    return words[0] if value < bounds[0] else words[2] if value > bounds[1] else words[1]


def weather(panel: Panel, row: int) -> list[Evidence]:
    """Wind, mixing and temperature of an hour, each only where measured."""
    found = []
    speed, bearing = panel.weather["wind_speed"][row], panel.weather["wind_direction"][row]
    layer, warmth = panel.weather["boundary_layer_height"][row], panel.weather["temperature"][row]
    if np.isfinite(speed) and (speed < CALM or not np.isfinite(bearing)):
        found.append(line("calm", speed=float(speed)))
    elif np.isfinite(speed):
        found.append(line("wind", bearing=float(bearing), speed=float(speed)))
    if np.isfinite(layer):
        found.append(line("mixing", layer=float(layer), word=grade(layer, (300, 1000), ("weak", "ordinary", "strong"))))
    if np.isfinite(warmth):
        found.append(line("cold", temperature=float(warmth), word=grade(warmth, (8, 15), ("on", "partly on", "off"))))
    return found


def ratios(panel: Panel, row: int, column: int) -> list[Evidence]:
    """Each pollutant against PM2.5, only where both are measured."""
    fine = panel.observed["pm25"][row, column]
    found = []
    for name, bounds in USUAL.items():
        value = panel.observed[name][row, column]
        if np.isfinite(value) and fine > 1:
            ratio = float(value / fine)
            found.append(line(f"ratio_{name}", ratio=ratio, word=grade(ratio, bounds, MEANING[name])))
    return found


def upwind(panel: Panel, row: int, column: int, sources: pd.DataFrame) -> list[Evidence]:
    """The up to three nearest listed sites within 20° of the wind's origin and 30 km."""
    speed, bearing = panel.weather["wind_speed"][row], panel.weather["wind_direction"][row]
    if not (np.isfinite(bearing) and speed >= CALM) or not len(sources):
        return []
    station = panel.stations.iloc[column]
    north = (sources["lat"] - station["lat"]) * 111.2
    east = (sources["lon"] - station["lon"]) * 111.2 * np.cos(np.deg2rad(station["lat"]))
    turn = np.abs((np.rad2deg(np.arctan2(east, north)) - bearing + 180) % 360 - 180)
    distance = np.hypot(north, east)
    near = distance[(turn <= 20) & (distance <= 30)].nsmallest(3)
    return [line("upwind_site", site=str(sources.loc[i, "site"]), km=float(km)) for i, km in near.items()]


def smoke(panel: Panel, row: int, column: int, hotspots: pd.DataFrame | None) -> list[Evidence]:
    """Hot-spots near in place and time, or that there is no feed."""
    if hotspots is None:
        return [line("no_hotspot_feed")]
    station = panel.stations.iloc[column]
    hour = panel.hours[row].timestamp() / 3600
    km = np.hypot(
        (hotspots["lat"] - station["lat"]) * 111.2,
        (hotspots["lon"] - station["lon"]) * 111.2 * np.cos(np.deg2rad(station["lat"])),
    )
    count = int(((km <= 50) & ((hotspots["hour"] - hour).abs() <= 24)).sum())
    return [line("hotspots", count=count)] if count else [line("no_hotspots")]


def prior(share: np.ndarray) -> list[Evidence]:
    """The annual prior of every category."""
    return [
        line("prior", category=name, percent=100 * float(value)) for name, value in zip(CATEGORIES, share, strict=True)
    ]


def traffic(hour: pd.Timestamp) -> Evidence:
    """What the clock says about traffic."""
    weekend = hour.day_of_week >= 5
    level = TRAFFIC_HOURS[hour.hour] / TRAFFIC_HOURS.mean() * (WEEKEND if weekend else (7 - 2 * WEEKEND) / 5)
    return line(
        "hour", hour=int(hour.hour), kind="weekend day" if weekend else "working day", percent=100 * float(level)
    )


def air(panel: Panel, row: int, column: int) -> list[Evidence]:
    """What the low envelope of the other stations allows the regional part to be."""
    window = slice(max(row - WINDOW // 2, 0), row + WINDOW // 2)
    low = envelope(panel.observed["pm25"][window])[min(row, WINDOW // 2), column]
    return [line("regional", low=float(low))] if np.isfinite(low) else []
