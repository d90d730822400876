"""True PM10 and gases at the stations, from the PM2.5 of each source and what comes with it."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.demo.dispersion import mixing
from data.demo.emissions import Air
from data.demo.happenings import STORM_PM10
from data.demo.noise import Floats, Hours, salt, salts, smooth, uniform
from data.demo.places import Climate
from data.demo.weather import Weather

# What each emitter really gives per µg of its PM2.5: pm10, so2, nox, co. Round figures of ours, on purpose not those
# of the published table in data/attribution, as a real city never matches a handbook.
TRUE_RATIOS: Mapping[str, tuple[float, float, float, float]] = MappingProxyType(
    {
        "chp": (1.8, 7.0, 4.5, 3),
        "stove": (1.25, 1.6, 0.6, 15),
        "traffic": (2.1, 0.15, 8.0, 34),
        "smelter": (1.5, 14.0, 1.6, 3),
        "kiln": (1.7, 3.4, 1.0, 13),
        "cement": (2.7, 0.9, 2.6, 3),
        "metal": (1.8, 1.3, 1.8, 14),
        "dust": (4.2, 0.0, 0.0, 0),
        "storm": (STORM_PM10, 0.0, 0.0, 0),
        "fire": (1.25, 0.1, 0.4, 12),
        "regional": (1.5, 0.2, 0.35, 7),
    }
)
NAMES = ("pm10", "so2", "nox", "co")
CLEAN_CO = 180.0  # of the northern hemisphere's air, about 150 ppb [µg/m³]


def true_air(
    seed: int,
    city: str,
    hours: Hours,
    weather: Weather,
    air: Air,
    sites: pd.DataFrame,
    stations: pd.DataFrame,
    climate: Climate,
) -> dict[str, Floats]:
    """
    True concentrations of everything the demo stations measure.

    Returns
    -------
    dict of str to array, (hours, stations)
        ``pm25 pm10 so2 no2 co o3`` and, where the climate has a source of it, ``h2s``. [µg/m³]

    Notes
    -----
    NO2 is the part of NOx that the ozone at hand can make, in the photostationary spirit of Leighton (1961) but
    without its kinetics; ozone follows sun, warmth and what NO leaves of it.
    """
    flows = _flows(air, sites)
    sums = _own_mix(seed, {name: _brought(flows, i) for i, name in enumerate(NAMES)}, air, sites)
    ozone = _ozone(seed, city, hours, weather)[:, None]
    nox = sums["nox"] * 0.8
    no2 = 0.12 * nox + 0.88 * nox * ozone / (ozone + 0.9 * nox + 1.0)
    made = {
        "pm25": np.sum(list(air.parts.values()), axis=0),
        "pm10": sums["pm10"] + 2.0,
        "so2": sums["so2"] * 0.55 + 1.0,  # most of a tall plume's SO2 turns or settles on its way
        "no2": no2 + 3.0,
        "co": sums["co"] * 1.2 + CLEAN_CO,
        "o3": np.maximum(ozone - 0.75 * (no2 - 0.12 * nox), 2.0),
    }
    if climate.h2s:
        made["h2s"] = _h2s(seed, city, hours, weather, stations, climate)
    return made


def _flows(air: Air, sites: pd.DataFrame) -> dict[str, Floats]:
    flows = {name: air.parts[name] for name in ("traffic", "regional", "fire")}
    flows |= {"stove": air.stoves, "storm": air.storm, "dust": air.parts["dust"] - air.storm}
    for subtype in sorted(set(sites["subtype"]) - {"dust"}):
        flows[str(subtype)] = air.by_site[:, :, (sites["subtype"] == subtype).to_numpy()].sum(axis=2)
    return flows


def _brought(flows: dict[str, Floats], column: int) -> Floats:
    return np.asarray(np.sum([TRUE_RATIOS[kind][column] * flow for kind, flow in flows.items()], axis=0))


def _own_mix(seed: int, sums: dict[str, Floats], air: Air, sites: pd.DataFrame) -> dict[str, Floats]:
    """Each site departs from the ratio of its kind, by up to a third."""
    for i, name in enumerate(NAMES):
        ratios = np.array([TRUE_RATIOS[str(kind)][i] for kind in sites["subtype"]])
        keys = salts(seed, f"mix {name}", list(sites["key"]))
        shift = 0.66 * uniform(keys, np.zeros(len(keys), dtype=np.int64)) - 0.33
        sums[name] = sums[name] + air.by_site @ (ratios * shift)
    return sums


def _ozone(seed: int, city: str, hours: Hours, weather: Weather) -> Floats:
    warm = np.clip((weather.temperature + 5) / 35, 0, 1.2)
    lagged = np.convolve(weather.sun, np.ones(4) / 4)[: len(weather.sun)]
    level = 38 + 22 * warm + 75 * lagged * warm
    return np.asarray(level * np.exp(0.15 * smooth(salt(seed, city, "o3"), hours, 50)))


def _h2s(seed: int, city: str, hours: Hours, weather: Weather, stations: pd.DataFrame, climate: Climate) -> Floats:
    warm = np.clip((weather.temperature + 8) / 25, 0.05, 1.2)
    near = 0.3 + 1.4 * uniform(salts(seed, "lake", list(stations["station"])), np.zeros(len(stations), dtype=np.int64))
    level = climate.h2s * 0.25 * warm * mixing(weather) * np.exp(0.6 * smooth(salt(seed, city, "h2s"), hours, 12))
    return np.asarray(level[:, None] * near[None, :] + 0.4)
