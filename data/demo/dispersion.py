"""How far emissions dilute on their way to a station: plumes in a turning wind, and mixing of what is all around."""

import numpy as np
import pandas as pd

from data.demo.noise import Floats, Hours, salts, smooth, trailing
from data.demo.places import KM_PER_DEGREE
from data.demo.weather import Weather

RISE = {"chp": 90.0, "smelter": 60.0, "cement": 25.0}  # plume rise over the stack, a round figure of ours [m]
STEPS = 3  # winds within an hour that a plume is averaged over
MEMORY = 12  # hours that stagnant air remembers


def mixing(weather: Weather) -> Floats:
    """
    Factor by which low emissions pile up, 1 in ordinary air, with the hours before counted in.

    Returns
    -------
    array, (hours,)
        Larger in calm and shallow air.
    """
    speed = np.hypot(weather.u, weather.v)
    here = (2.6 / (speed + 0.6)) ** 0.75 * (500.0 / weather.mixing) ** 0.45
    washed = np.exp(-0.25 * weather.rain)
    return np.asarray(trailing(here, MEMORY) * washed)


def plumes(seed: int, hours: Hours, weather: Weather, sites: pd.DataFrame, stations: pd.DataFrame) -> Floats:
    """
    Concentration at each station per unit of each site's emission.

    Parameters
    ----------
    seed : int
        Of the world: the wind at a station differs from the mast's by a wandering angle.
    hours : array of int
        Consecutive hours.
    weather : Weather
        Of those hours.
    sites, stations : DataFrame
        With ``lat`` and ``lon``; sites with ``stack_m`` and ``subtype``.

    Returns
    -------
    array, (hours, stations, sites)
        [µg/m³ per g/s]

    Notes
    -----
    Gaussian plume with reflection at the ground and dispersion growing with distance; parameters are ours, in the
    range of Briggs' urban curves (doi:10.2172/5118833). Three winds an hour are averaged, so that plumes bend.
    """
    east, north = _offsets(sites, stations)
    turn = np.radians(12.0) * smooth(salts(seed, "turn", list(stations["station"]))[None, :], hours[:, None], 7.0)
    rise = sites["subtype"].map(RISE).fillna(8.0).to_numpy(np.float64)
    height = _single(sites["stack_m"].to_numpy(np.float64) + rise)
    total = np.zeros((len(hours), len(stations), len(sites)), dtype=np.float32)
    for step in range(STEPS):
        u, v = (_between(part, step / STEPS) for part in (weather.u, weather.v))
        ue = u[:, None] * np.cos(turn) - v[:, None] * np.sin(turn)
        vn = u[:, None] * np.sin(turn) + v[:, None] * np.cos(turn)
        total += _plume(_single(ue), _single(vn), _single(weather.mixing), east, north, height)
    return (total / STEPS).astype(np.float64)


def _offsets(sites: pd.DataFrame, stations: pd.DataFrame) -> tuple[Floats, Floats]:
    """Metres from each site to each station, (stations, sites)."""
    north = (stations["lat"].to_numpy()[:, None] - sites["lat"].to_numpy()[None, :]) * KM_PER_DEGREE * 1e3
    scale = np.cos(np.radians(stations["lat"].to_numpy()))[:, None]
    east = (stations["lon"].to_numpy()[:, None] - sites["lon"].to_numpy()[None, :]) * KM_PER_DEGREE * 1e3 * scale
    return _single(east), _single(north)


def _single(numbers: Floats) -> Floats:
    """In single precision, which halves the time."""
    return numbers.astype(np.float32)


def _between(series: Floats, part: float) -> Floats:
    """The series a part of an hour earlier."""
    earlier = np.concatenate([series[:1], series[:-1]])
    return np.asarray(series * (1 - part) + earlier * part)


def _plume(ue: Floats, vn: Floats, depth: Floats, east: Floats, north: Floats, height: Floats) -> Floats:
    speed = np.maximum(np.hypot(ue, vn), np.float32(0.4))[:, :, None]
    along = (east[None] * ue[:, :, None] + north[None] * vn[:, :, None]) / speed
    across = (north[None] * ue[:, :, None] - east[None] * vn[:, :, None]) / speed
    calm = np.exp(-speed / 0.8)  # in weak wind a plume meanders and part of it goes anywhere
    reach = np.maximum(along, np.float32(150.0))
    wide = reach * (0.16 + 0.30 * calm) + 150.0
    deep = np.minimum(0.9 * reach**0.75 + 10.0, 0.8 * depth[:, None, None])
    lofted = np.exp(-0.5 * (height[None, None, :] / np.maximum(deep, 0.35 * height[None, None, :])) ** 2)
    beam = np.where(along > 0, np.exp(-0.5 * (across / wide) ** 2) * lofted / (wide * deep), 0.0)
    away = np.hypot(east, north)[None] + 400.0
    pool = calm * 0.35 * lofted / (away * deep)
    return np.asarray(1e6 / (np.pi * speed) * ((1 - 0.5 * calm) * beam + pool), dtype=np.float32)
