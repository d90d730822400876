"""The air of a demo city and what its instruments say of it, one stretch of time after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from data.city import City
from data.demo import places
from data.demo.calendar import stamps
from data.demo.emissions import Air, air, fire_list
from data.demo.gases import true_air
from data.demo.happenings import at_home, moves
from data.demo.noise import Hours
from data.demo.sensors import Reported, reports
from data.demo.weather import Weather, weather

RUN_UP = 96  # hours simulated before the first kept one, longer than any memory of the model [h]
LONGEST = 120 * 24  # of a stretch, which bounds memory [h]


@dataclass(frozen=True)
class Stretch:
    """
    Consecutive hours in which every station keeps its place.

    Attributes
    ----------
    hours : array of int
        Since 1970-01-01 UTC.
    sky : Weather
        Of those hours.
    true : Air
        PM2.5 by category and site at `posts`.
    said : dict of str to Reported
        Readings by parameter.
    table, posts : DataFrame
        Every station, and those that measure air.
    """

    hours: Hours
    sky: Weather
    true: Air
    said: dict[str, Reported]
    table: pd.DataFrame
    posts: pd.DataFrame


def stretches(
    place: City, first: int, last: int, *, newest: int, seed: int = 1, count: int | None = None
) -> Iterator[Stretch]:
    """
    Simulate the hours [first, last] of a city, oldest first.

    Parameters
    ----------
    place : City
        Where.
    first, last : int
        Hours since 1970-01-01 UTC.
    newest : int
        The newest hour that is over; it decides what was handed in late.
    seed : int
        Of the world.
    count : int, optional
        Air stations; ten by default.

    Yields
    ------
    Stretch
        Which hours stand in one is of no consequence: every number depends on its own hour.
    """
    edges = {first, last + 1, *moves(place.zone, first + 1, last), *range(first + LONGEST, last, LONGEST)}
    ordered = sorted(edges)
    for begin, end in pairwise(ordered):
        yield _stretch(place, begin, end, newest, seed, count)


def described(place: City, hour: int, count: int | None = None) -> pd.DataFrame:
    """The stations of a city where they stand in an hour, weather mast last."""
    month = stamps(np.array([hour])).tz_convert(place.zone)[0]
    home = at_home(month.year, month.month)
    return places.stations(place.key, place.lat, place.lon, count or 10, at_home=home)


def _stretch(place: City, begin: int, end: int, newest: int, seed: int, count: int | None) -> Stretch:
    hours = np.arange(begin - RUN_UP, end, dtype=np.int64)
    climate, table = places.climate(place.key), described(place, begin, count)
    posts = table[table["stoves"].notna()].reset_index(drop=True)
    sites = places.sites(place.key, place.lat, place.lon)
    sky = weather(seed, place.key, hours, place.lat, place.lon, climate)
    fires = fire_list(seed, place, int(hours[0]), end - 1)
    true = air(seed, place.key, hours, sky, sites, posts, climate, place.zone, fires)
    levels = true_air(seed, place.key, hours, sky, true, sites, posts, climate)
    said = reports(seed, place.key, hours, levels, sky, posts, newest)
    kept = {name: _kept(one) for name, one in said.items()}
    return Stretch(hours[RUN_UP:], _kept(sky), _kept(true), kept, table, posts)


def _kept(whole: Any) -> Any:
    """Weather, air or readings without the run-up."""
    names = type(whole).__dataclass_fields__
    parts = {name: getattr(whole, name) for name in names}
    cut = {
        name: {k: v[RUN_UP:] for k, v in part.items()} if isinstance(part, dict) else part[RUN_UP:]
        for name, part in parts.items()
    }
    return type(whole)(**cut)
