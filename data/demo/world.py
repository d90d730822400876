"""Building the hours of the demo world up to a moment, with the truth behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from data.city import City, city
from data.city import cities as every
from data.demo import places
from data.demo.calendar import stamps
from data.demo.emissions import fire_list
from data.demo.happenings import CODE, CODE_LATE, happened
from data.demo.noise import Floats, Hours, salts, white
from data.demo.simulation import RUN_UP, Stretch, described, stretches
from data.demo.weather import weather
from data.schema import Conformed, conform, conform_stations
from data.times import interval_end

SOURCE = "demo"
HOURS_OF = 120  # newest days that are kept hour by hour [d]
DELAY = timedelta(minutes=15)  # a reading is known so long after its hour ended
PARAMETERS = ("pm25", "pm10", "so2", "no2", "co", "o3", "h2s")
EVERYWHERE = ("pm25", "pm10")  # what low-cost stations measure
MAST = {
    "temperature": "temperature",
    "humidity": "relative_humidity",
    "speed": "wind_speed",
    "direction": "wind_direction",
    "pressure": "pressure",
    "rain": "precipitation",
    "mixing": "boundary_layer_height",
}


@dataclass(frozen=True)
class Demo:
    """
    A built demo world.

    Attributes
    ----------
    measurements : DataFrame
        Conforming rows of all cities, kind ``simulated``, source ``demo``.
    stations : DataFrame
        The station table.
    truth : DataFrame
        ``city, station, start`` and one column per category: true PM2.5 [µg/m³]; also where the station was silent.
    sources : DataFrame
        The inventory as an analyst would have it: ``city, site, category, subtype, lat, lon, stack_m, pm25_gps``;
        rates are off by a factor of about two, one entry is idle and one emitter is missing.
    hotspots : DataFrame
        Fires a satellite would have seen: ``city, time, lat, lon, frp_mw``.
    true_sites : DataFrame
        ``city, site, category, active, listed, pm25_mean_ugm3`` over the period.
    faults : DataFrame
        ``city, station, parameter, kind, start, end`` (UTC, both hours included) of what was put in: ``stuck spike
        code``.
    happenings : DataFrame
        What happened in the hours of the world, with its true figure: see `data.demo.happenings.happened`.
    """

    measurements: pd.DataFrame
    stations: pd.DataFrame
    truth: pd.DataFrame
    sources: pd.DataFrame
    hotspots: pd.DataFrame
    true_sites: pd.DataFrame
    faults: pd.DataFrame
    happenings: pd.DataFrame


def build(
    now: datetime, days: int = HOURS_OF, seed: int = 1, cities: Iterable[str] | None = None, stations: int | None = None
) -> Demo:
    """
    The hours of the demo world from `days` before a moment up to it; `data.demo.history` has the days before.

    Parameters
    ----------
    now : datetime
        Aware. Hours that ended a quarter of an hour before it are known.
    days : int
        How far back. [d]
    seed : int
        Of every random number.
    cities : iterable of str, optional
        City keys; every city of the centre by default. One without a climate of its own here gets a general one.
    stations : int, optional
        Air stations per city. Ten by default; when given, every station measures every parameter (for speed tests).

    Returns
    -------
    Demo
        Built again later, every row comes out the same and only newer ones join it; the silent station hands in
        what it kept once in 30 days, and fault codes come a day late.

    Raises
    ------
    ValueError
        When `now` has no zone.

    Examples
    --------
    >>> world = build(datetime(2026, 1, 20, 12, tzinfo=UTC), days=2, cities=["astana"])
    >>> sorted(world.measurements["kind"].unique()), len(world.stations)
    (['simulated'], 11)
    """
    if now.tzinfo is None:
        raise ValueError(f"{now} has no zone; give the moment with its zone")
    last = newest(now)
    parts = [_one(city(key), last, days, seed, stations) for key in cities or every()]

    def joined(name: str) -> pd.DataFrame:
        return pd.concat([getattr(part, name) for part in parts], ignore_index=True)

    return Demo(**{name: joined(name) for name in Demo.__dataclass_fields__})


def newest(now: datetime) -> int:
    """The last hour that is known at a moment, counted from 1970-01-01 UTC."""
    return int((now.astimezone(UTC) - DELAY).timestamp() // 3600) - 1


def is_demo(rows: pd.DataFrame) -> bool:
    """
    Whether a table holds anything simulated, so that it must be marked.

    Parameters
    ----------
    rows : DataFrame
        Measurements or stations, with ``kind``.

    Examples
    --------
    >>> is_demo(pd.DataFrame({"kind": ["reference", "simulated"]})), is_demo(pd.DataFrame({"kind": ["model"]}))
    (True, False)
    """
    return bool((rows["kind"] == "simulated").any())


def register(key: str, seed: int = 1) -> pd.DataFrame:
    """
    The inventory of a demo city as an analyst would have it, without building the world.

    Examples
    --------
    >>> register("astana").columns.tolist()[:4]
    ['city', 'site', 'category', 'subtype']
    """
    place = city(key)
    return _published(key, seed, places.sites(key, place.lat, place.lon))


def satellite(key: str, start: datetime, end: datetime, seed: int = 1) -> pd.DataFrame:
    """Fires of a demo city that a satellite would have seen in [start, end): ``city, time, lat, lon, frp_mw``."""
    first, last = (int(moment.timestamp() // 3600) for moment in (start, end))
    fires = fire_list(seed, city(key), first - RUN_UP, last)
    return _hotspots(key, fires, first, last - 1)


def sky(key: str, start: datetime, end: datetime, seed: int = 1) -> pd.DataFrame:
    """
    Hourly weather of a demo city in [start, end), the coming days too: what a perfect weather forecast would say.

    Examples
    --------
    >>> sky("astana", datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 1, 20, 3, tzinfo=UTC))["wind_speed"].size
    3
    """
    place = city(key)
    first, last = (int(moment.timestamp() // 3600) for moment in (start, end))
    hours = np.arange(first - RUN_UP, last, dtype=np.int64)
    simulated = weather(seed, key, hours, place.lat, place.lon, places.climate(key))
    columns = {name: getattr(simulated, attribute)[RUN_UP:] for attribute, name in MAST.items()}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(stamps(hours[RUN_UP:]), name="start"))


def _one(place: City, last: int, days: int, seed: int, count: int | None) -> Demo:
    first = last + 1 - days * 24
    parts = list(stretches(place, first, last, newest=last, seed=seed, count=count))
    sites = places.sites(place.key, place.lat, place.lon)
    table = described(place, last, count)
    return Demo(
        measurements=_rows(place.key, parts, everywhere=count is not None),
        stations=conform_stations(table.drop(columns=["reference", "stoves", "cars"])),
        truth=_truth(place.key, parts),
        sources=_published(place.key, seed, sites),
        hotspots=_hotspots(place.key, fire_list(seed, place, first - RUN_UP, last), first, last),
        true_sites=_true_sites(place.key, sites, parts),
        faults=_faults(place.key, parts),
        happenings=happened(seed, place, first, last),
    )


def _rows(key: str, stretches: Sequence[Stretch], *, everywhere: bool) -> pd.DataFrame:
    parts = []
    for one in stretches:
        for name, heard in one.said.items():
            for j in measured(one, name, everywhere=everywhere):
                parts.append(_series(str(one.posts["station"].iloc[j]), name, one.hours, heard.values[:, j]))
        for attribute, name in MAST.items():
            parts.append(_series(f"demo:{key}-weather", name, one.hours, getattr(one.sky, attribute)))
    table = pd.concat(parts, ignore_index=True)
    late = pd.to_timedelta(np.where(table["value"] == CODE, CODE_LATE, 0), unit="h")  # no simulated air reaches it
    shared = {"source": SOURCE, "minutes": 60, "kind": "simulated", "city": key}
    conformed: Conformed = conform(table.assign(**shared, known_at=interval_end(table["start"], 60) + DELAY + late))
    return conformed.rows


def measured(one: Stretch, parameter: str, *, everywhere: bool = False) -> list[int]:
    """Columns of the stations that measure a parameter; low-cost ones measure particles only."""
    every_post = everywhere or parameter in EVERYWHERE
    return [j for j, reference in enumerate(one.posts["reference"]) if every_post or reference]


def _series(station: str, parameter: str, hours: Hours, values: Floats) -> pd.DataFrame:
    there = np.isfinite(values)
    frame = {"start": stamps(hours[there]), "value": values[there]}
    return pd.DataFrame(frame).assign(station=station, parameter=parameter)


def _truth(key: str, stretches: Sequence[Stretch]) -> pd.DataFrame:
    hours = np.concatenate([one.hours for one in stretches])
    names = stretches[0].true.parts
    columns = {name: np.concatenate([one.true.parts[name] for one in stretches]).T.ravel() for name in names}
    posts = stretches[0].posts["station"].to_numpy()
    start = pd.DatetimeIndex(np.tile(stamps(hours), len(posts)))
    return pd.DataFrame({"city": key, "station": np.repeat(posts, len(hours)), "start": start, **columns})


def _published(key: str, seed: int, sites: pd.DataFrame) -> pd.DataFrame:
    listed = sites[sites["listed"]].reset_index(drop=True)
    zero = np.zeros(len(listed), dtype=np.int64)
    off = {name: white(salts(seed, f"inventory {name}", list(listed["key"])), zero) for name in ("rate", "lat", "lon")}
    return listed.assign(
        city=key,
        pm25_gps=(listed["pm25_gps"] * np.exp(0.6 * off["rate"])).round(2),
        lat=(listed["lat"] + 0.0018 * off["lat"]).round(4),  # 200 m each way
        lon=(listed["lon"] + 0.0025 * off["lon"]).round(4),
    )[["city", "site", "category", "subtype", "lat", "lon", "stack_m", "pm25_gps"]]


def _hotspots(key: str, fires: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    seen = fires[fires["seen"] & (fires["start"] >= first) & (fires["start"] <= last)]
    table = seen.assign(city=key, time=stamps(seen["start"].to_numpy(np.int64)))
    return table[["city", "time", "lat", "lon", "frp_mw"]].reset_index(drop=True)


def _true_sites(key: str, sites: pd.DataFrame, stretches: Sequence[Stretch]) -> pd.DataFrame:
    total = np.sum([one.true.by_site.mean(axis=1).sum(axis=0) for one in stretches], axis=0)
    mean = total / sum(len(one.hours) for one in stretches)
    return sites[["site", "category", "active", "listed"]].assign(city=key, pm25_mean_ugm3=mean)


def _faults(key: str, stretches: Sequence[Stretch]) -> pd.DataFrame:
    hours, posts, found = np.concatenate([one.hours for one in stretches]), stretches[0].posts, []
    for name in stretches[0].said:
        for kind in ("stuck", "spike", "code"):
            marks = np.concatenate([getattr(one.said[name], kind) for one in stretches])
            for j in np.flatnonzero(marks.any(axis=0)):
                edges = np.flatnonzero(np.diff(np.concatenate([[0], marks[:, j].astype(int), [0]])))
                post = posts["station"].iloc[j]
                found += [(key, post, name, kind, hours[a], hours[b - 1]) for a, b in edges.reshape(-1, 2)]
    table = pd.DataFrame(found, columns=["city", "station", "parameter", "kind", "start", "end"])
    return table.assign(**{side: stamps(table[side].to_numpy(np.int64)) for side in ("start", "end")})
