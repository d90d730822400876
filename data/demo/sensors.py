"""What the demo instruments report of the true air: gain, humidity, blindness to dust, drift, faults and silence."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.demo.happenings import CODE, CODE_LATE, coded, copied
from data.demo.noise import Floats, Hours, salt, salts, smooth, uniform, white
from data.demo.places import CODED, COPIED, DEAD, STUCK
from data.demo.weather import Weather

Marks = NDArray[np.bool_]

NOISE = {"pm25": 1.2, "pm10": 2.5, "so2": 1.5, "no2": 1.5, "co": 15.0, "o3": 2.0, "h2s": 0.3}  # [µg/m³]
GAP_BLOCK, GAP_SHARE = 72, 0.10  # one in ten spans of 72 h has a gap
UPLOADS = 30 * 24  # the silent station hands in its memory once in 30 days [h]
SILENT = 5 * 24  # and of that hand-in the last days are missing [h]
STILL_BLOCK, STILL_FREE = 10 * 24, 2 * 24  # the stuck one stands still for eight days of ten [h]
SPIKES = 0.0006  # per hour and series


@dataclass(frozen=True)
class Reported:
    """
    What one parameter's instruments said.

    Attributes
    ----------
    values : array, (hours, stations)
        NaN where nothing was reported. [µg/m³]
    stuck, spike, code : array of bool, (hours, stations)
        Where a fault was put in; ``code`` is a logger's word for "no value", handed in late.
    """

    values: Floats
    stuck: Marks
    spike: Marks
    code: Marks

    @property
    def sound(self) -> Marks:
        """Where there is a reading and no fault was put in."""
        return np.asarray(np.isfinite(self.values) & ~self.stuck & ~self.spike & ~self.code)


def reports(
    seed: int,
    city: str,
    hours: Hours,
    true: dict[str, Floats],
    weather: Weather,
    stations: pd.DataFrame,
    last: int,
) -> dict[str, Reported]:
    """
    Readings of every parameter, in which one station at times hands in its PM2.5 as PM10 too.

    Parameters
    ----------
    city : str
        Key: fault codes come on other days in other cities.
    seed, hours, true, weather, stations, last
        As for `report`.

    Returns
    -------
    dict of str to Reported
        By parameter, as `true`.
    """
    said = {name: report(seed, city, name, hours, true, weather, stations, last) for name in true}
    if len(stations) > COPIED:
        said["pm10"] = _copy(said["pm25"], said["pm10"], copied(hours))
    return said


def _copy(source: Reported, target: Reported, during: Marks) -> Reported:
    parts = {}
    for name in Reported.__dataclass_fields__:
        mine = getattr(target, name).copy()
        mine[during, COPIED] = getattr(source, name)[during, COPIED]
        parts[name] = mine
    return Reported(**parts)


def report(
    seed: int,
    city: str,
    parameter: str,
    hours: Hours,
    true: dict[str, Floats],
    weather: Weather,
    stations: pd.DataFrame,
    last: int,
) -> Reported:
    """
    Readings of one parameter at every station.

    Parameters
    ----------
    seed : int
        Of the world.
    city, parameter : str
        Keys, the latter into `true`.
    hours : array of int
        Consecutive hours since 1970-01-01 UTC.
    true : dict of str to array, (hours, stations)
        The true air. [µg/m³]
    weather : Weather
        Of those hours; low-cost sensors swell with humidity.
    stations : DataFrame
        With ``station`` and ``reference``.
    last : int
        The newest hour that is over; it decides what the silent station has handed in.

    Returns
    -------
    Reported
        Each reading depends on seed, station and hour, the presence of the silent station's also on `last`.
    """
    names = list(stations["station"])
    reference = stations["reference"].to_numpy(bool)
    values = _seen(seed, parameter, hours, true, weather, names, reference)
    values = values + NOISE[parameter] * white(salts(seed, f"noise {parameter}", names)[None, :], hours[:, None])
    floor = 0.0 if parameter in ("pm25", "pm10") else 0.2
    values = np.maximum(values, floor + 0.1 * uniform(salts(seed, "floor", names)[None, :], hours[:, None]))
    values, stuck = _stuck(parameter, hours, values)
    spike = uniform(salts(seed, f"spike {parameter}", names)[None, :], hours[:, None]) < SPIKES
    size = 6 + 14 * uniform(salts(seed, f"size {parameter}", names)[None, :], hours[:, None])
    values = np.where(spike & ~stuck, values * size, values)
    values = np.where(silent(seed, hours, names, last), np.nan, values)
    values, code = _coded(seed, city, parameter, hours, values, last)
    there = np.isfinite(values) & ~code
    return Reported(np.round(values, 1), stuck & there, spike & ~stuck & there, code)


def _seen(
    seed: int,
    parameter: str,
    hours: Hours,
    true: dict[str, Floats],
    weather: Weather,
    names: list[str],
    reference: Marks,
) -> Floats:
    zero = np.zeros(len(names), dtype=np.int64)
    spread = np.where(reference, 0.03, 0.13)
    gain = np.exp(spread * white(salts(seed, f"gain {parameter}", names), zero))
    wander = smooth(salts(seed, f"drift {parameter}", names)[None, :], hours[:, None], 900)
    drift = np.where(reference, 0.01, 0.06) * wander
    swell = 1 + np.clip((weather.humidity - 55) / 45, 0, 1) ** 2 * 0.55  # optical counters read wet particles larger
    here = true[parameter]
    if parameter == "pm10":  # and see little of what is coarse (Ouimette et al. 2022, doi:10.5194/amt-15-655-2022)
        here = np.where(reference[None, :], here, true["pm25"] + 0.3 * (here - true["pm25"]))
    wet = np.where(reference[None, :], 1.0, swell[:, None]) if parameter in ("pm25", "pm10") else 1.0
    return np.asarray(here * gain[None, :] * (1 + drift) * wet)


def _stuck(parameter: str, hours: Hours, values: Floats) -> tuple[Floats, Marks]:
    stuck = np.zeros(values.shape, dtype=bool)
    if parameter != "pm25" or values.shape[1] <= STUCK:
        return values, stuck
    within = np.asarray(hours) % STILL_BLOCK
    stuck[:, STUCK] = within >= STILL_FREE
    held = np.round(18.0 + 31.0 * uniform(salt(0, "held"), np.asarray(hours) // STILL_BLOCK), 1)
    return np.where(stuck, held[:, None], values), stuck


def _coded(seed: int, city: str, parameter: str, hours: Hours, values: Floats, last: int) -> tuple[Floats, Marks]:
    code = np.zeros(values.shape, dtype=bool)
    if parameter != "pm25" or values.shape[1] <= CODED:
        return values, code
    code[:, CODED] = coded(seed, city, hours)
    late = code & (np.asarray(hours) > last - CODE_LATE)[:, None]
    return np.where(late, np.nan, np.where(code, CODE, values)), code & ~late


def silent(seed: int, hours: Hours, names: list[str], last: int) -> Marks:
    """
    Where nothing was reported by a whole station.

    Returns
    -------
    array of bool, (hours, stations)
        Gaps of hours to two days, single lost hours, and the silent station after its last hand-in.
    """
    keys, column = salts(seed, "gap", names)[None, :], np.asarray(hours)[:, None]
    block, within = column // GAP_BLOCK, column % GAP_BLOCK
    begin = 40 * uniform(salts(seed, "gap begin", names)[None, :], block)
    length = 3 + 29 * uniform(salts(seed, "gap length", names)[None, :], block) ** 2
    gone = (uniform(keys, block) < GAP_SHARE) & (within >= begin) & (within < begin + length)
    gone |= uniform(salts(seed, "lost", names)[None, :], column) < 0.008
    if len(names) > DEAD:
        gone[:, DEAD] |= np.asarray(hours) >= last // UPLOADS * UPLOADS - SILENT
    return np.asarray(gone)
