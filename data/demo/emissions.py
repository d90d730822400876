"""When the emitters of the demo world work, and what PM2.5 each category brings to each station."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.city import City
from data.demo import places
from data.demo.calendar import stamps
from data.demo.dispersion import mixing, plumes
from data.demo.happenings import FIRE_HEIGHT, PM25_PER_MW, SMOKE_LASTS, heating_left, smoke_fires, storm_peak
from data.demo.noise import Floats, Hours, salt, salts, smooth, trailing, uniform
from data.demo.places import CATEGORIES, Climate, at
from data.demo.weather import Weather

FIRE_EVERY, FIRE_JITTER = 9 * 24, 96  # in the season a fire starts every five to thirteen days [h]
FRONT = 9.0  # speed at which a dust front crosses the city [m/s]
SEEN = 0.6  # part of the fires a satellite reports


@dataclass(frozen=True)
class Air:
    """
    The true air at the stations.

    Attributes
    ----------
    parts : dict of str to array, (hours, stations)
        PM2.5 by category. [µg/m³]
    stoves : array, (hours, stations)
        Part of ``heating`` that comes from small boilers and stoves. [µg/m³]
    by_site : array, (hours, stations, sites)
        PM2.5 of each listed or unlisted site. [µg/m³]
    storm : array, (hours, stations)
        PM2.5 of the dust storm alone, part of ``dust``. [µg/m³]
    """

    parts: dict[str, Floats]
    stoves: Floats
    by_site: Floats
    storm: Floats


def need(temperature: Floats) -> Floats:
    """Heating need, 1 at 20 degrees below the heating limit of 15 °C, as a mean of the last day."""
    return trailing(np.clip(15.0 - temperature, 0, None) / 20.0, 24)


def _clock(hours: Hours, zone: ZoneInfo) -> tuple[Floats, Floats]:
    local = stamps(hours).tz_convert(zone)
    return local.hour.to_numpy(np.float64), local.day_of_week.to_numpy(np.float64)


def _bump(hour: Floats, middle: float, width: float) -> Floats:
    apart = (hour - middle + 12) % 24 - 12
    return np.asarray(np.exp(-0.5 * (apart / width) ** 2))


def air(
    seed: int,
    city: str,
    hours: Hours,
    weather: Weather,
    sites: pd.DataFrame,
    stations: pd.DataFrame,
    climate: Climate,
    zone: ZoneInfo,
    fires: pd.DataFrame,
) -> Air:
    """
    True PM2.5 by category at each station and hour.

    Parameters
    ----------
    seed, city, hours, weather, climate, zone
        As for the weather; `zone` is the clock that people live by.
    sites, stations : DataFrame
        The emitters and the air stations, weather mast left out.
    fires : DataFrame
        From `fire_list`.

    Returns
    -------
    Air
        Its parts add up to the true PM2.5.
    """
    hour, weekday = _clock(hours, zone)
    pile = mixing(weather)[:, None]
    cold = need(weather.temperature)
    left = heating_left(hours, zone)
    by_site = plumes(seed, hours, weather, sites, stations) * _rates(seed, hours, hour, cold, left, sites)[:, None, :]
    category = sites["category"].to_numpy()
    stoves = climate.stoves * (left * cold * (0.55 + 0.6 * _bump(hour, 8, 2) + 1.0 * _bump(hour, 20.5, 3)))[:, None]
    stoves = stoves * stations["stoves"].to_numpy()[None, :] * pile * _jitter(seed, "stove", hours, stations, 0.25)
    cars = 0.25 + 0.9 * _bump(hour, 8.5, 1.6) + 1.0 * _bump(hour, 18.5, 2.2) + 0.5 * _bump(hour, 13, 3)
    cars = climate.traffic * (cars * np.where(weekday >= 5, 0.7, 1.0))[:, None] * pile * 0.8
    cars = cars * stations["cars"].to_numpy()[None, :] * _jitter(seed, "cars", hours, stations, 0.2)
    storm = _storm(seed, city, hours, weather, stations)
    dust = _soil(seed, city, hours, weather, climate)[:, None] * _jitter(seed, "soil", hours, stations, 0.3)
    parts = {
        "heating": by_site[:, :, category == "heating"].sum(axis=2) + stoves,
        "traffic": cars,
        "industry": by_site[:, :, category == "industry"].sum(axis=2),
        "dust": by_site[:, :, category == "dust"].sum(axis=2) + dust + storm,
        "regional": _regional(seed, city, hours, weather, cold, climate)[:, None]
        * _jitter(seed, "far", hours, stations, 0.05),
        "fire": _smoke(seed, hours, weather, stations, fires),
    }
    return Air(parts={name: parts[name] for name in CATEGORIES}, stoves=stoves, by_site=by_site, storm=storm)


def _jitter(seed: int, name: str, hours: Hours, stations: pd.DataFrame, spread: float) -> Floats:
    keys = salts(seed, name, list(stations["station"]))
    return np.asarray(np.exp(spread * smooth(keys[None, :], hours[:, None], 9.0)))


def _rates(seed: int, hours: Hours, hour: Floats, cold: Floats, left: Floats, sites: pd.DataFrame) -> Floats:
    """Emission of each site and hour [g/s], (hours, sites)."""
    rates = np.empty((len(hours), len(sites)))
    work = {"metal": 0.7 + 0.6 * _bump(hour, 13, 5), "kiln": 0.8 + 0.4 * _bump(hour, 2, 6), "dust": _bump(hour, 13, 4)}
    for j, site in enumerate(sites.itertuples()):
        usual = work.get(str(site.subtype), np.ones(len(hours)))
        heat = left * (0.15 + 1.6 * cold) if site.category == "heating" else usual
        wander = np.exp(0.3 * smooth(salt(seed, "rate", site.key), hours, 90))
        rates[:, j] = float(site.active) * float(site.pm25_gps) * heat * wander
    return rates


def _soil(seed: int, city: str, hours: Hours, weather: Weather, climate: Climate) -> Floats:
    """Everyday dust: road and soil, more when dry, warm and windy."""
    speed = np.hypot(weather.u, weather.v)
    dry = np.exp(-3.0 * trailing(weather.rain, 36)) * np.clip(0.35 + weather.temperature / 40.0, 0.15, 1.1)
    lift = 0.5 + 0.5 * weather.sun + 0.02 * np.clip(speed - 4.0, 0, None) ** 2
    return np.asarray(climate.soil * dry * lift * np.exp(0.35 * smooth(salt(seed, city, "soil"), hours, 40)))


def _storm(seed: int, city: str, hours: Hours, weather: Weather, stations: pd.DataFrame) -> Floats:
    """A dust front that crosses the city from south-west; later where it arrives later."""
    lat, lon = stations["lat"].to_numpy(), stations["lon"].to_numpy()
    ahead = ((lat - lat.mean()) + (lon - lon.mean()) * 0.72) * 111e3 * 0.71
    age = weather.storm[:, None] - 2.0 - (ahead / FRONT / 3600.0)[None, :]
    number = (np.asarray(hours) - weather.storm).astype(np.int64)  # the hour the storm began stands for it
    peak = storm_peak(seed, city, number)
    rise = np.clip(age / 1.5, 0, 1)
    return np.asarray(np.where(age > 0, peak[:, None] * rise * np.exp(-age / 7.0) * (age < 70), 0.0))


def _regional(seed: int, city: str, hours: Hours, weather: Weather, cold: Floats, climate: Climate) -> Floats:
    """Air from beyond: by slow wind sector, season and wander; washed out by rain."""
    u, v = trailing(weather.u, 24), trailing(weather.v, 24)
    origin = np.arctan2(-u, -v)
    sector = 1 + 0.45 * np.cos(origin - np.radians(climate.prevailing))
    wander = np.exp(0.4 * smooth(salt(seed, city, "far"), hours, 80))
    settled = 1 + 0.9 * np.clip(weather.still < 60, 0, 1) * np.clip(weather.still / 40, 0, 1)
    washed = np.exp(-2.0 * trailing(weather.rain, 12))
    return np.asarray(climate.regional * sector * wander * (0.8 + 0.5 * cold) * settled * washed)


def fire_list(seed: int, place: City, first: int, last: int) -> pd.DataFrame:
    """
    Fires around a city that start between two hours, those of the smoke episodes among them.

    Returns
    -------
    DataFrame
        ``start`` (hour), ``hours`` (how long), ``lat, lon, frp_mw``, ``seen`` (by a satellite).
    """
    city, lat, lon = place.key, place.lat, place.lon
    key, lattice = salt(seed, city, "fire"), np.arange(first // FIRE_EVERY - 1, last // FIRE_EVERY + 1)
    starts = (lattice * FIRE_EVERY + np.floor(uniform(key, lattice) * FIRE_JITTER)).astype(np.int64)
    names = ("turn", "far", "power", "lasts", "seen")
    draw = {name: uniform(salt(seed, city, "fire", name), lattice) for name in names}
    points = [at(lat, lon, 360 * turn, 8 + 22 * far) for turn, far in zip(draw["turn"], draw["far"], strict=True)]
    table = pd.DataFrame(
        {
            "start": starts,
            "hours": np.int64(8 + 28 * draw["lasts"]),
            "lat": [p[0] for p in points],
            "lon": [p[1] for p in points],
            "frp_mw": np.round(12 * np.exp(2.2 * draw["power"]), 1),
            "seen": draw["seen"] < SEEN,
        }
    )
    season = table[stamps(starts).month.isin(places.climate(city).fire_months)]
    episodes = smoke_fires(seed, place, first - SMOKE_LASTS, last)
    every = pd.concat([season, episodes], ignore_index=True) if len(episodes) else season
    return every.sort_values("start", kind="stable").reset_index(drop=True)


def _smoke(seed: int, hours: Hours, weather: Weather, stations: pd.DataFrame, fires: pd.DataFrame) -> Floats:
    smoke = np.zeros((len(hours), len(stations)))
    for fire in fires.itertuples():
        lies = (hours >= fire.start - 4) & (hours < fire.start + fire.hours)
        if not lies.any():
            continue
        part = Weather(**{name: getattr(weather, name)[lies] for name in Weather.__dataclass_fields__})
        site = pd.DataFrame({"lat": [fire.lat], "lon": [fire.lon], "stack_m": [FIRE_HEIGHT], "subtype": ["fire"]})
        burning = (hours[lies] >= fire.start).astype(float) * PM25_PER_MW * fire.frp_mw  # [g/s]
        smoke[lies] += plumes(seed, hours[lies], part, site, stations)[:, :, 0] * burning[:, None]
    return smoke
