"""The years before the demo world's hours: means of local days, from the same simulated truth and instruments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.city import City
from data.demo.calendar import stamps
from data.demo.happenings import KEPT, judged
from data.demo.noise import Floats
from data.demo.places import CATEGORIES
from data.demo.simulation import LONGEST, Stretch, stretches
from data.demo.weather import Weather
from data.demo.world import DELAY, MAST, SOURCE, measured, newest
from data.schema import conform
from data.standards.coverage import MIN_COVERAGE
from data.times import local_days, midnights

MONTHS = 49  # at least: with 48 whole months a usual year can be told from a trend
YEAR_BEFORE = timedelta(days=396)  # a year before the measure that can be judged, and a month more
DAY = 1440  # [min]


@dataclass(frozen=True)
class Days:
    """
    Some consecutive days of one city.

    Attributes
    ----------
    measurements : DataFrame
        Conforming rows of 1440 minutes, local midnight to local midnight.
    truth : DataFrame
        ``city, station, start`` and one column per category: true PM2.5, mean of the day. [µg/m³]
    share : float
        How much of the city's history is done with them. [0–1]
    """

    measurements: pd.DataFrame
    truth: pd.DataFrame
    share: float


def beginning(place: City, now: datetime) -> date:
    """
    First day of a city's history: 49 months back, and a year before the newest measure that can be judged.

    Parameters
    ----------
    place : City
        Whose clock counts.
    now : datetime
        Aware.
    """
    today = place.local(now)
    months = today.year * 12 + today.month - 1 - MONTHS
    return min(date(months // 12, months % 12 + 1, 1), judged(today) - YEAR_BEFORE)


def earlier_days(place: City, first: date, until: datetime, now: datetime, seed: int = 1) -> Iterator[Days]:
    """
    The days of a city from `first` to the last that begins before a moment, oldest first.

    Parameters
    ----------
    place : City
        Where.
    first : date
        Local day.
    until : datetime
        Aware; from here on the hours themselves are kept.
    now : datetime
        Aware; days that are not over are left out.
    seed : int
        Of the world.

    Yields
    ------
    Days
        A day's mean rests on at least three quarters of its hours, faults left out as a network that checks its data
        before it publishes means leaves them out. Wind direction is that of the mean wind vector.
    """
    days = pd.date_range(first, place.local(until).date(), freq="D")
    edges = [int(m.timestamp() // 3600) for m in midnights(days.union([days[-1] + pd.Timedelta(days=1)]), place.zone)]
    edges = [edge for edge in edges if edge <= newest(now) + 1]
    size = LONGEST // 24
    for at in range(0, len(edges) - 1, size):
        end = min(at + size, len(edges) - 1)
        parts = list(stretches(place, edges[at], edges[end] - 1, newest=newest(now), seed=seed))
        rows = pd.concat([_rows(place, one) for one in parts], ignore_index=True)
        truth = pd.concat([_truth(place, one) for one in parts], ignore_index=True)
        yield Days(conform(rows).rows, truth, end / (len(edges) - 1))


def measure_effect(truth: pd.DataFrame, day: date, zone: ZoneInfo) -> float:
    """
    What a measure of the demo world truly did to a city's PM2.5 in the year after it. [µg/m³]

    Parameters
    ----------
    truth : DataFrame
        Of `Days`, of one city and the stations that make its figure, for the year from `day` on at least.
    day : date
        When the measure began.
    zone : ZoneInfo
        Of the city.

    Returns
    -------
    float
        Mean over the days of the stations' median less the median that would have been with heating as before.
    """
    begins = midnights(pd.DatetimeIndex([day, day + timedelta(days=365)]), zone)
    year = truth[(truth["start"] >= begins[0]) & (truth["start"] < begins[1])]
    real = year[list(CATEGORIES)].sum(axis=1)
    without = real + (1 / KEPT - 1) * year["heating"]
    medians = (part.groupby(year["start"]).median() for part in (real, without))
    return float((next(medians) - next(medians)).mean())


@dataclass(frozen=True)
class _Bins:
    """Where the local days of a stretch begin, which are they, and how long. [h]"""

    at: list[int]
    start: pd.DatetimeIndex
    length: Floats

    def sums(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, self.at, axis=0))


def _bins(place: City, one: Stretch) -> _Bins:
    days = local_days(stamps(one.hours), place.zone)
    at = np.flatnonzero(np.concatenate([[True], days[1:] != days[:-1]]))
    return _Bins(at.tolist(), stamps(one.hours[at]), np.diff([*at, len(days)]).astype(np.float64))


def _mean(bins: _Bins, values: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
    """Means of days; NaN where less than three quarters of the hours are known."""
    count = bins.sums(known.astype(np.float64))
    length = bins.length.reshape(-1, *[1] * (values.ndim - 1))
    mean = bins.sums(np.where(known, values, 0.0)) / np.maximum(count, 1.0)
    return np.asarray(np.where(count >= MIN_COVERAGE * length, mean, np.nan))


def _rows(place: City, one: Stretch) -> pd.DataFrame:
    bins, parts = _bins(place, one), []
    for name, heard in one.said.items():
        means = np.round(_mean(bins, heard.values, heard.sound), 1)
        for j in measured(one, name):
            parts.append(_series(bins, str(one.posts["station"].iloc[j]), name, means[:, j]))
    for name, values in _weather(bins, one.sky).items():
        parts.append(_series(bins, f"demo:{place.key}-weather", name, values))
    shared = {"source": SOURCE, "minutes": DAY, "kind": "simulated", "city": place.key}
    return pd.concat(parts, ignore_index=True).assign(**shared)


def _series(bins: _Bins, station: str, parameter: str, values: Floats) -> pd.DataFrame:
    there = np.isfinite(values)
    known = bins.start + pd.to_timedelta(bins.length, unit="h") + DELAY
    frame = {"start": bins.start[there], "value": values[there], "known_at": known[there]}
    return pd.DataFrame(frame).assign(station=station, parameter=parameter)


def _weather(bins: _Bins, sky: Weather) -> dict[str, Floats]:
    """Means of the day; rain as its sum, the wind's direction from its mean vector."""
    every = np.ones(len(sky.speed), dtype=bool)
    made = {name: np.round(_mean(bins, getattr(sky, field), every), 1) for field, name in MAST.items()}
    made["precipitation"] = np.round(bins.sums(sky.rain), 1)
    angle = np.radians(np.where(np.isnan(sky.direction), 0.0, sky.direction))
    east, north = bins.sums(sky.speed * np.sin(angle)), bins.sums(sky.speed * np.cos(angle))
    turned = np.round(np.degrees(np.arctan2(east, north))) % 360.0
    made["wind_direction"] = np.where(turned == 0, 360.0, turned)
    return made


def _truth(place: City, one: Stretch) -> pd.DataFrame:
    bins, posts = _bins(place, one), one.posts["station"].to_numpy()
    length = bins.length[:, None]
    columns = {name: (bins.sums(part) / length).T.ravel() for name, part in one.true.parts.items()}
    start = pd.DatetimeIndex(np.tile(bins.start, len(posts)))
    return pd.DataFrame({"city": place.key, "station": np.repeat(posts, len(bins.at)), "start": start, **columns})
