"""Hourly weather of a demo city: sun and season by date and latitude, storms and inversions by the calendar."""

from dataclasses import dataclass

import numpy as np

from data.demo.noise import Floats, Hours, salt, smooth, uniform, white
from data.demo.places import Climate

STORM_EVERY, STORM_JITTER = 24 * 24, 48  # a storm starts every 22 to 26 days [h]
STILL_EVERY, STILL_JITTER = 6 * 24, 24  # an inversion starts every 5 to 7 days [h]
STILL_LASTS = 54  # [h]
CALM = 0.5  # below it the mast reports 0 and no direction [m/s]


@dataclass(frozen=True)
class Weather:
    """
    Hourly weather, arrays of one length.

    Attributes
    ----------
    u, v : array
        True wind, towards east and north. [m/s]
    speed, direction : array
        As the mast reports them; direction FROM, NaN in calms. [m/s, °]
    temperature, humidity, pressure, rain, mixing, sun : array
        [°C, %, hPa, mm, m, sine of the sun's height or 0]
    storm, still : array
        Hours since the storm and the inversion began. [h]
    """

    u: Floats
    v: Floats
    speed: Floats
    direction: Floats
    temperature: Floats
    humidity: Floats
    pressure: Floats
    rain: Floats
    mixing: Floats
    sun: Floats
    storm: Floats
    still: Floats


def since(key: np.uint64, hours: Hours, every: int, jitter: int) -> tuple[Floats, Hours]:
    """
    Hours since the last event of a lattice in time, and that event's number.

    Each span of `every` hours holds one start, up to `jitter` hours late; so a start depends on the calendar alone.

    Examples
    --------
    >>> age, number = since(salt(1, "storm"), np.arange(480000, 481000), 100, 10)
    >>> bool(age.min() == 0 and age.max() < 110 and len(set(number)) == 11)
    True
    """
    block = np.asarray(hours) // every
    start = block * every + np.floor(uniform(key, block) * jitter)
    earlier = (block - 1) * every + np.floor(uniform(key, block - 1) * jitter)
    begun = np.asarray(hours) >= start
    return np.where(begun, hours - start, hours - earlier), np.where(begun, block, block - 1)


def sun_height(hours: Hours, lat: float, lon: float) -> Floats:
    """
    Sine of the sun's height in the middle of the hour, 0 at night.

    References
    ----------
    Declination by Cooper 1969, doi:10.1016/0038-092X(69)90047-4; the equation of time (±16 min) is left out.
    """
    day, hour = _day_of_year(hours), np.asarray(hours) % 24 + 0.5 + lon / 15.0
    tilt = np.radians(23.45 * np.sin(2 * np.pi * (284 + day) / 365.25))
    turn = np.pi / 12 * (hour - 12.0)
    phi = np.radians(lat)
    return np.asarray(np.maximum(np.sin(phi) * np.sin(tilt) + np.cos(phi) * np.cos(tilt) * np.cos(turn), 0.0))


def _day_of_year(hours: Hours) -> Floats:
    days = np.asarray(hours).astype("datetime64[h]")
    return np.asarray((days - days.astype("datetime64[Y]")).astype(np.float64) / 24.0)


def weather(seed: int, city: str, hours: Hours, lat: float, lon: float, climate: Climate) -> Weather:
    """
    Simulate the weather over a city.

    Parameters
    ----------
    seed : int
        Of the world.
    city : str
        Key; cities have storms on different days.
    hours : array of int
        Consecutive hours since 1970-01-01 UTC.
    lat, lon : float
        [°]
    climate : Climate
        Of the place.

    Returns
    -------
    Weather
        Every number depends on seed, city and its own hour only.
    """
    sun = sun_height(hours, lat, lon)
    storm, _ = since(salt(seed, city, "storm"), hours, STORM_EVERY, STORM_JITTER)
    still, _ = since(salt(seed, city, "still"), hours, STILL_EVERY, STILL_JITTER)
    lid = _ramp(still, STILL_LASTS) * (1 - _ramp(storm, 30))  # 1 within an inversion; a storm breaks it
    u, v = _wind(seed, city, hours, sun, storm, lid, climate)
    temperature = _temperature(seed, city, hours, sun, lid, lon, climate)
    humidity, rain = _moisture(seed, city, hours, temperature, sun, storm, lid)
    speed, direction = _vane(seed, city, hours, u, v)
    return Weather(
        u=u,
        v=v,
        speed=speed,
        direction=direction,
        temperature=temperature,
        humidity=humidity,
        pressure=climate.pressure + 4.5 * smooth(salt(seed, city, "p"), hours, 70) + 4.0 * lid,
        rain=rain,
        mixing=_mixing(seed, city, hours, sun, np.hypot(u, v), lid),
        sun=sun,
        storm=storm,
        still=still,
    )


def _ramp(age: Floats, lasts: float) -> Floats:
    """Between 0 and 1: up within four hours of the start, down within four after the end."""
    return np.asarray(np.clip(age / 4.0, 0, 1) * np.clip((lasts + 4.0 - age) / 4.0, 0, 1))


def gust(age: Floats) -> Floats:
    """Strength of a storm by its age: a sharp front, then a decay over half a day."""
    rise = np.clip((age + 1.0) / 3.0, 0.0, 1.0)
    return np.asarray(np.where(age < 60, rise * np.exp(-age / 9.0), 0.0))


def _wind(
    seed: int, city: str, hours: Hours, sun: Floats, storm: Floats, lid: Floats, climate: Climate
) -> tuple[Floats, Floats]:
    keys = {name: salt(seed, city, name) for name in ("turn", "veer", "force", "puff")}
    wander = 75 * smooth(keys["turn"], hours, 44) + 22 * smooth(keys["veer"], hours, 5)
    origin = np.radians(climate.prevailing + wander * (1 - 0.8 * gust(storm)))
    force = climate.breeze * np.exp(0.42 * smooth(keys["force"], hours, 30) + 0.28 * smooth(keys["puff"], hours, 3))
    force = force * (0.75 + 0.55 * sun) * (1 - 0.72 * lid) + 11.0 * gust(storm)
    night = climate.slope * np.clip(1 - 3.0 * sun, -0.5, 1.0) * (1 - 0.5 * lid)
    slope = np.radians(climate.drainage)
    u = -force * np.sin(origin) - night * np.sin(slope)
    return u, -force * np.cos(origin) - night * np.cos(slope)


def _vane(seed: int, city: str, hours: Hours, u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """What one mast reports: rounded, off by some degrees, without direction in calms."""
    speed = np.round(np.hypot(u, v) * np.exp(0.08 * white(salt(seed, city, "cup"), hours)), 1)
    direction = np.degrees(np.arctan2(-u, -v)) + 9.0 * smooth(salt(seed, city, "vane"), hours, 2)
    direction = np.round(direction / 10.0) * 10.0 % 360.0
    calm = speed < CALM
    return np.where(calm, 0.0, speed), np.where(calm, np.nan, np.where(direction == 0, 360.0, direction))


def _temperature(seed: int, city: str, hours: Hours, sun: Floats, lid: Floats, lon: float, climate: Climate) -> Floats:
    middle, half = (climate.warm + climate.cold) / 2, (climate.warm - climate.cold) / 2
    season = middle + half * np.cos(2 * np.pi * (_day_of_year(hours) - 201) / 365.25)  # warmest about 20 July
    daily = np.cos(2 * np.pi * (np.asarray(hours) % 24 + 0.5 + lon / 15.0 - 15.0) / 24)  # warmest at 15 h by the sun
    swing = 2.5 + 5.0 * np.clip((season + 5) / 30, 0, 1)
    wander = climate.spread * smooth(salt(seed, city, "t"), hours, 60)
    return np.asarray(np.round(season + swing * daily + wander - 3.0 * lid * (1 - sun), 1))


def _moisture(
    seed: int, city: str, hours: Hours, temperature: Floats, sun: Floats, storm: Floats, lid: Floats
) -> tuple[Floats, Floats]:
    wet = smooth(salt(seed, city, "wet"), hours, 40) - 0.8 * lid
    shower = np.clip(wet - 0.9, 0, None) * np.clip(0.4 + white(salt(seed, city, "shower"), hours), 0, None)
    rain = np.where(storm < 60, 0.0, np.round(2.2 * shower, 1))
    humid = 74 - 1.15 * (temperature - 2) - 18 * sun + 9 * wet + 8 * (rain > 0) + 6 * lid - 30 * gust(storm)
    return np.clip(np.round(humid), 8, 100), rain


def _mixing(seed: int, city: str, hours: Hours, sun: Floats, speed: Floats, lid: Floats) -> Floats:
    grown = np.convolve(sun, np.ones(4) / 4)[: len(sun)]  # the layer lags the sun by some hours
    depth = (110 + 1500 * grown**1.3 + 85 * speed) * np.exp(0.2 * smooth(salt(seed, city, "blh"), hours, 8))
    return np.asarray(np.clip(np.round(depth * (1 - 0.6 * lid)), 40, 3500))
