"""Building the demo world up to a moment, and keeping a store filled with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.city import City, city
from data.city import cities as every
from data.demo import places
from data.demo.emissions import Air, air, fire_list, stamps
from data.demo.gases import true_air
from data.demo.noise import Floats, Hours, salts, white
from data.demo.sensors import Reported, report
from data.demo.weather import Weather, weather
from data.schema import Conformed, conform, conform_stations
from data.times import interval_end

if TYPE_CHECKING:
    from data.store import Appended, Store

Check = Callable[[pd.DataFrame], pd.DataFrame]

SOURCE = "demo"
RUN_UP = 96  # hours simulated before the first kept one, longer than any memory of the model [h]
LOOK_BACK = timedelta(days=2)
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
        ``city, station, parameter, kind, start, end`` (UTC, both hours included) of what was put in.
    """

    measurements: pd.DataFrame
    stations: pd.DataFrame
    truth: pd.DataFrame
    sources: pd.DataFrame
    hotspots: pd.DataFrame
    true_sites: pd.DataFrame
    faults: pd.DataFrame


def build(
    now: datetime, days: int = 90, seed: int = 1, cities: Iterable[str] | None = None, stations: int | None = None
) -> Demo:
    """
    The demo world from `days` before a moment up to it.

    Parameters
    ----------
    now : datetime
        Aware. Hours that ended a quarter of an hour before it are known.
    days : int
        Length of the history. [d]
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
        what it kept once in 30 days.

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
    last = int((now.astimezone(UTC) - DELAY).timestamp() // 3600) - 1
    parts = [_one(city(key), last, days, seed, stations) for key in cities or every()]

    def joined(name: str) -> pd.DataFrame:
        return pd.concat([getattr(part, name) for part in parts], ignore_index=True)

    return Demo(**{name: joined(name) for name in Demo.__dataclass_fields__})


def fill(store: "Store", now: datetime, days: int = 90, seed: int = 1, check: Check | None = None) -> "Appended":
    """
    Bring a store of the demo world up to a moment; to be called as often as wanted.

    Parameters
    ----------
    store : Store
        One that holds nothing but the demo world.
    now : datetime
        Aware.
    days, seed : int
        As for `build`.
    check : callable, optional
        Quality checks, rows in and the same rows with flags out; without it every row stays ``ok``.

    Returns
    -------
    Appended
        What the store took. Offered are the rows it lacks and, as checks look back, the two days before them.
    """
    world = build(now, days, seed)
    store.put_stations(world.stations, known_at=world.measurements["known_at"].min())
    rows = world.measurements if check is None else check(world.measurements)
    taken = store.append(_fresh(rows, store.spans()))
    for key, mine in rows.groupby("city"):
        newest = interval_end(mine["start"].max(), 60)
        fields = {"rows": len(mine), "rejected": 0, "error": "", "next": now + timedelta(hours=1), "newest": newest}
        store.put_status(SOURCE, str(key), attempted=now, succeeded=now, **fields)
    return taken


def _fresh(rows: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Rows that are newer than two days before the newest of their series in the store."""
    if spans.empty:
        return rows
    series = ["source", "station", "parameter"]
    newest = spans.groupby(series)["last"].max().rename("newest")
    known = rows[series].merge(newest.reset_index(), on=series, how="left")["newest"] - LOOK_BACK
    return rows[(known.isna() | (rows["start"].reset_index(drop=True) > known)).to_numpy()]


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
    place = city(key)
    first, last = (int(moment.timestamp() // 3600) for moment in (start, end))
    fires = fire_list(seed, key, first - RUN_UP, last, place.lat, place.lon, places.climate(key))
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
    hours = np.arange(last + 1 - days * 24 - RUN_UP, last + 1, dtype=np.int64)
    climate, keep = places.climate(place.key), slice(RUN_UP, None)
    table = places.stations(place.key, place.lat, place.lon, count or 10)
    posts = table[table["stoves"].notna()].reset_index(drop=True)
    sites = places.sites(place.key, place.lat, place.lon)
    sky = weather(seed, place.key, hours, place.lat, place.lon, climate)
    fires = fire_list(seed, place.key, int(hours[0]), last, place.lat, place.lon, climate)
    true = air(seed, place.key, hours, sky, sites, posts, climate, place.zone, fires)
    levels = true_air(seed, place.key, hours, sky, true, sites, posts, climate)
    said = {name: report(seed, name, hours, levels, sky, posts, last) for name in PARAMETERS if name in levels}
    rows = _rows(place.key, hours, said, sky, posts, keep, everywhere=count is not None)
    return Demo(
        measurements=rows,
        stations=conform_stations(table.drop(columns=["reference", "stoves", "cars"])),
        truth=_truth(place.key, hours[keep], true, posts, keep),
        sources=_published(place.key, seed, sites),
        hotspots=_hotspots(place.key, fires, int(hours[RUN_UP]), last),
        true_sites=_true_sites(place.key, sites, true, keep),
        faults=_faults(place.key, hours[keep], said, posts, keep),
    )


def _rows(
    key: str,
    hours: Hours,
    said: dict[str, Reported],
    sky: Weather,
    posts: pd.DataFrame,
    keep: slice,
    *,
    everywhere: bool,
) -> pd.DataFrame:
    parts = []
    for name, heard in said.items():
        for j, post in enumerate(posts.itertuples()):
            if everywhere or name in EVERYWHERE or post.reference:
                parts.append(_series(str(post.station), name, hours[keep], heard.values[keep, j]))
    for attribute, name in MAST.items():
        parts.append(_series(f"demo:{key}-weather", name, hours[keep], getattr(sky, attribute)[keep]))
    table = pd.concat(parts, ignore_index=True)
    shared = {"source": SOURCE, "minutes": 60, "kind": "simulated", "city": key}
    known = interval_end(table["start"], 60) + DELAY
    conformed: Conformed = conform(table.assign(**shared, known_at=known))
    return conformed.rows


def _series(station: str, parameter: str, hours: Hours, values: Floats) -> pd.DataFrame:
    there = np.isfinite(values)
    frame = {"start": stamps(hours[there]), "value": values[there]}
    return pd.DataFrame(frame).assign(station=station, parameter=parameter)


def _truth(key: str, hours: Hours, true: Air, posts: pd.DataFrame, keep: slice) -> pd.DataFrame:
    columns = {name: part[keep].T.ravel() for name, part in true.parts.items()}
    station = np.repeat(posts["station"].to_numpy(), len(hours))
    start = np.tile(stamps(hours), len(posts))
    return pd.DataFrame({"city": key, "station": station, "start": pd.DatetimeIndex(start), **columns})


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


def _true_sites(key: str, sites: pd.DataFrame, true: Air, keep: slice) -> pd.DataFrame:
    mean = true.by_site[keep].mean(axis=(0, 1))
    return sites[["site", "category", "active", "listed"]].assign(city=key, pm25_mean_ugm3=mean)


def _faults(key: str, hours: Hours, said: dict[str, Reported], posts: pd.DataFrame, keep: slice) -> pd.DataFrame:
    found = []
    for name, heard in said.items():
        for kind in ("stuck", "spike"):
            marks = getattr(heard, kind)[keep]
            for j in np.flatnonzero(marks.any(axis=0)):
                edges = np.flatnonzero(np.diff(np.concatenate([[0], marks[:, j].astype(int), [0]])))
                post = posts["station"].iloc[j]
                found += [(key, post, name, kind, hours[a], hours[b - 1]) for a, b in edges.reshape(-1, 2)]
    table = pd.DataFrame(found, columns=["city", "station", "parameter", "kind", "start", "end"])
    return table.assign(**{side: stamps(table[side].to_numpy(np.int64)) for side in ("start", "end")})
