"""The invented stations and sites of the demo world; no name stands for a real plant or instrument."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

CATEGORIES = ("heating", "traffic", "industry", "dust", "regional", "fire")
REFERENCE = "Demo world: simulated reference monitor"
INDICATIVE = "Demo world: simulated low-cost sensor"
MAST = "Demo world: simulated weather mast"
KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km


@dataclass(frozen=True)
class Climate:
    """What distinguishes the weather and the air of one demo city; all round figures of our own."""

    warm: float  # mean of July [°C]
    cold: float  # mean of January [°C]
    spread: float  # day-to-day standard deviation [°C]
    breeze: float  # median wind [m/s]
    prevailing: float  # direction the wind comes FROM [°]
    drainage: float  # night wind of the slope, FROM [°]
    slope: float  # its speed [m/s]
    pressure: float  # at the station [hPa]
    regional: float  # PM2.5 from beyond the agglomeration [µg/m³]
    stoves: float  # PM2.5 of small boilers and stoves at 20 degrees of heating need [µg/m³]
    traffic: float  # PM2.5 of traffic in ordinary mixing [µg/m³]
    soil: float  # PM2.5 of everyday dust [µg/m³]
    fire_months: tuple[int, ...]
    h2s: float  # of a shallow lake on a warm calm night [µg/m³]


CLIMATES: Mapping[str, Climate] = MappingProxyType(
    {
        "tashkent": Climate(28.5, 2.0, 3.5, 1.7, 260, 50, 1.3, 963, 8.0, 15.0, 6.0, 6.0, (3, 6, 7, 8, 9, 10, 11), 0.0),
        "astana": Climate(20.5, -14.5, 5.5, 4.2, 220, 40, 0.4, 974, 5.5, 8.0, 5.5, 3.0, (4, 5, 6, 7, 8, 9), 7.0),
    }
)
ANYWHERE = Climate(24.0, -4.0, 4.5, 2.2, 240, 120, 0.8, 960, 7.0, 16.0, 6.0, 4.0, (4, 6, 7, 8, 9), 0.0)

# direction word → (bearing [°], ru, uz, kk)
_WORDS: Mapping[str, tuple[float, str, str, str]] = MappingProxyType(
    {
        "Centre": (0, "Центр", "Markaz", "Орталық"),
        "North": (0, "Север", "Shimol", "Солтүстік"),
        "North-East": (45, "Северо-восток", "Shimoli-sharq", "Солтүстік-шығыс"),
        "East": (90, "Восток", "Sharq", "Шығыс"),
        "South-East": (135, "Юго-восток", "Janubi-sharq", "Оңтүстік-шығыс"),
        "South": (180, "Юг", "Janub", "Оңтүстік"),
        "South-West": (225, "Юго-запад", "Janubi-g‘arb", "Оңтүстік-батыс"),
        "West": (270, "Запад", "G‘arb", "Батыс"),
        "North-West": (315, "Северо-запад", "Shimoli-g‘arb", "Солтүстік-батыс"),
        "Ring": (20, "Кольцо", "Halqa", "Айналма"),
    }
)
# word, distance from the centre [km], class, reference monitor, stoves around, traffic around
_STATIONS: tuple[tuple[str, float, str, bool, float, float], ...] = (
    ("Centre", 0.8, "traffic", True, 0.6, 2.2),
    ("North", 6.0, "background", True, 1.0, 0.8),
    ("East", 7.5, "industrial", True, 0.9, 0.9),
    ("South-West", 8.0, "background", True, 1.1, 0.7),
    ("North-East", 9.0, "background", False, 1.4, 0.6),
    ("South", 6.5, "background", False, 1.3, 0.9),
    ("West", 5.0, "background", False, 0.8, 1.1),
    ("South-East", 10.0, "industrial", False, 1.5, 0.5),
    ("North-West", 9.5, "background", False, 1.7, 0.5),
    ("Ring", 4.0, "traffic", False, 0.7, 1.9),
)
# Rows of the table above: the silent station, the one whose PM2.5 stands still, the one that moves, the one whose
# logger writes fault codes, the one that hands in one channel twice.
DEAD, STUCK, MOVER, CODED, COPIED = 8, 5, 4, 3, 6
ELSEWHERE = (75.0, 5.0)  # the other place of the one that moves: bearing [°], distance from the centre [km]

# name, category, subtype, bearing [°], distance [km], stack [m], PM2.5 [g/s], works, in the published inventory
_SITES: tuple[tuple[str, str, str, float, float, float, float, bool, bool], ...] = (
    ("Demo heat plant East", "heating", "chp", 80, 6.0, 150, 75.0, True, True),
    ("Demo heat plant North", "heating", "chp", 350, 8.0, 180, 60.0, True, True),
    ("Demo boiler house South", "heating", "chp", 185, 5.0, 60, 10.0, True, True),
    ("Demo boiler house West", "heating", "chp", 280, 7.0, 50, 6.0, True, True),
    ("Demo foundry South-East", "industry", "metal", 140, 9.0, 40, 12.0, True, True),
    ("Demo cement works South", "industry", "cement", 200, 12.0, 60, 20.0, True, True),
    ("Demo brick kilns West", "industry", "kiln", 255, 9.5, 15, 7.0, True, True),
    ("Demo smelter East", "industry", "smelter", 105, 17.0, 120, 40.0, True, True),
    ("Demo idle works North-East", "industry", "metal", 40, 5.5, 30, 10.0, False, True),
    ("Demo unlisted kiln North-West", "industry", "kiln", 310, 7.0, 12, 5.0, True, False),
    ("Demo quarry North-East", "dust", "dust", 55, 11.0, 3, 3.0, True, True),
    ("Demo building site South-West", "dust", "dust", 230, 5.0, 3, 2.0, True, True),
)


def climate(city: str) -> Climate:
    """Climate of a demo city; one without a row of its own gets `ANYWHERE`."""
    return CLIMATES.get(city, ANYWHERE)


def at(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    """
    The point at a bearing and distance, on a flat map about the start.

    Examples
    --------
    >>> at(41.0, 69.0, 0, 111.195)
    (42.0, 69.0)
    """
    north, east = km * np.cos(np.radians(bearing)), km * np.sin(np.radians(bearing))
    shift = east / (KM_PER_DEGREE * np.cos(np.radians(lat)))
    return round(float(lat + north / KM_PER_DEGREE), 4), round(float(lon + shift), 4)


def stations(city: str, lat: float, lon: float, count: int = 10, *, at_home: bool = True) -> pd.DataFrame:
    """
    The stations of a demo city, its weather mast last.

    Parameters
    ----------
    city : str
        Key.
    lat, lon : float
        Its centre. [°]
    count : int
        Air stations. Beyond ten, further low-cost ones stand on a widening ring.
    at_home : bool
        Whether the one that moves stands at the first of its two places.

    Returns
    -------
    DataFrame
        Columns of the station table and, for the simulator only, ``reference``, ``stoves`` and ``cars``.
    """
    rows = [_station(city, lat, lon, number) for number in range(count)]
    if not at_home and count > MOVER:
        rows[MOVER] |= dict(zip(("lat", "lon"), at(lat, lon, *ELSEWHERE), strict=True))
    mast = dict(zip(("name", "name_ru", "name_uz", "name_kk"), _names("Demo", "weather mast"), strict=True))
    rows.append({"station": f"demo:{city}-weather", "lat": lat, "lon": lon, "owner": MAST} | mast)
    shared = {"source": "demo", "city": city, "kind": "simulated", "coord_quality": "generic"}
    return pd.DataFrame(rows).assign(**shared, altitude=np.nan, licence="", same_as="").fillna({"station_class": ""})


def move_km(lat: float, lon: float) -> float:
    """
    Distance between the two places of the station that moves. [km]

    Examples
    --------
    >>> move_km(41.3, 69.3)
    5.3
    """
    here = _station("", lat, lon, MOVER)
    there = at(lat, lon, *ELSEWHERE)
    north = (float(str(here["lat"])) - there[0]) * KM_PER_DEGREE
    east = (float(str(here["lon"])) - there[1]) * KM_PER_DEGREE * np.cos(np.radians(lat))
    return round(float(np.hypot(north, east)), 1)


def _station(city: str, lat: float, lon: float, number: int) -> dict[str, object]:
    word, km, kind, reference, stoves, cars = _STATIONS[number % len(_STATIONS)]
    turn, extra = divmod(number, len(_STATIONS))[0] * 25.0, 1 + 0.35 * (number // len(_STATIONS))
    reference = reference and number < len(_STATIONS)
    place = at(lat, lon, _WORDS[word][0] + turn, km * extra)
    names = dict(zip(("name", "name_ru", "name_uz", "name_kk"), _names(f"Demo {number + 1}", word), strict=True))
    return {
        "station": f"demo:{city}-{number + 1}",
        "lat": place[0],
        "lon": place[1],
        "station_class": kind,
        "owner": REFERENCE if reference else INDICATIVE,
        "reference": reference,
        "stoves": stoves,
        "cars": cars,
    } | names


def _names(prefix: str, word: str) -> tuple[str, str, str, str]:
    if word == "weather mast":
        return "Demo · weather mast", "Демо · метеомачта", "Demo · meteomachta", "Демо · метеомачта"
    _, ru, uz, kk = _WORDS[word]
    cyrillic = prefix.replace("Demo", "Демо")
    return f"{prefix} · {word}", f"{cyrillic} · {ru}", f"{prefix} · {uz}", f"{cyrillic} · {kk}"


def sites(city: str, lat: float, lon: float) -> pd.DataFrame:
    """
    The true emitters of a demo city.

    Returns
    -------
    DataFrame
        ``site, category, subtype, lat, lon, stack_m, pm25_gps`` (true mean rate [g/s]), ``active``, ``listed``, and
        ``key``, which tells apart the sites of one name in two cities.
    """
    names = ["site", "category", "subtype", "bearing", "km", "stack_m", "pm25_gps", "active", "listed"]
    table = pd.DataFrame(_SITES, columns=names)
    points = [at(lat, lon, b, d) for b, d in zip(table["bearing"], table["km"], strict=True)]
    places = {"lat": [p[0] for p in points], "lon": [p[1] for p in points], "key": f"{city}/" + table["site"]}
    return table.assign(**places).drop(columns=["bearing", "km"])
