"""Which city a station belongs to: the one whose box its coordinates lie in, whatever its publisher calls it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from data.city import City, city_files

NOWHERE = ""  # the city of a station that lies in no city's box


@dataclass(frozen=True)
class Stray:
    """A station whose rows may carry the name of another city, and the city in which it stands."""

    station: str
    city: str


def home(station: str, kind: str, lat: float, lon: float, label: str) -> str:
    """
    The city of a station.

    Parameters
    ----------
    station, kind : str
        As in the station list.
    lat, lon : float
        Coordinates, NaN where unknown. [°]
    label : str
        City as delivered.

    Returns
    -------
    str
        Key of a city file; `NOWHERE` outside every box. The label itself where nothing is known better: no coordinates,
        a model's point, a city without a file, or a station that the city's own file names (an airport's weather).

    Examples
    --------
    >>> home("kgmt_96", "reference", 46.84, 74.97, "karaganda"), home("a:1", "indicative", 51.1, 71.4, "karaganda")
    ('', 'astana')
    >>> home("a:2", "reference", float("nan"), float("nan"), "karaganda")
    'karaganda'
    """
    return _home(station, kind, lat, lon, label, _boxes()) if lat == lat and lon == lon else label


def _boxes() -> tuple[tuple[str, tuple[float, float, float, float], frozenset[str]], ...]:
    return tuple((key, one.box, _named(one)) for key, one in city_files().items())


def _named(one: City) -> frozenset[str]:
    """Ids of the stations that a city's file names."""
    asked = {network: options.get("stations", ()) for network, options in one.networks.items()}
    return frozenset(f"{network}:{name}" for network, names in asked.items() for name in names)


@lru_cache(maxsize=8192)
def _home(
    station: str,
    kind: str,
    lat: float,
    lon: float,
    label: str,
    boxes: tuple[tuple[str, tuple[float, float, float, float], frozenset[str]], ...],
) -> str:
    own = {key: (box, named) for key, box, named in boxes}
    if kind == "model" or (label and label not in own) or (label and station in own[label][1]):
        return label
    holding = [key for key, (s, w, n, e), _ in boxes if s <= lat <= n and w <= lon <= e]
    return label if label in holding else next(iter(holding), NOWHERE)


def settled(stations: pd.DataFrame) -> pd.DataFrame:
    """A station list with the city each of them stands in."""
    if not len(stations):
        return stations
    names = ("station", "kind", "lat", "lon", "city")
    boxes = _boxes()
    homes = [
        _home(str(s), str(k), float(lat), float(lon), str(c), boxes) if lat == lat and lon == lon else c
        for s, k, lat, lon, c in zip(*(stations[name] for name in names), strict=True)
    ]
    return stations.assign(city=pd.Series(homes, index=stations.index, dtype="str"))


def placed(rows: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """
    Measurements with the city their station stands in.

    Parameters
    ----------
    rows : DataFrame
        Conforming; a model's rows stay as they are.
    stations : DataFrame
        What is known of their stations, the last description of each holds; a station not among them stays as labelled.
    """
    known = settled(stations[stations["station"].isin(set(rows["station"].unique()))]) if len(stations) else stations
    homes: Mapping[str, str] = dict(zip(known["station"], known["city"], strict=True)) if len(known) else {}
    if not homes or not len(rows):
        return rows
    labelled = rows[["station", "city", "kind"]].drop_duplicates().astype("str")  # few, and most stand where they say
    there = labelled["station"].map(homes)
    if not (there.notna() & (there != labelled["city"]) & (labelled["kind"] != "model")).any():
        return rows
    told = rows["station"].astype("str").map(homes)
    moved = told.notna() & (told != rows["city"].astype("str")) & (rows["kind"].astype("str") != "model")
    return rows.assign(city=rows["city"].astype("str").mask(moved, told))


def strays(history: pd.DataFrame) -> tuple[Stray, ...]:
    """
    Stations whose rows may lie under another city's name than the one they stand in.

    Parameters
    ----------
    history : DataFrame
        Every description there ever was, cities as delivered.
    """
    if not len(history):
        return ()
    now = history[history["known_until"].isna()]
    homes = settled(now)
    labels = history.groupby("station")["city"].agg(set)
    found = [
        Stray(str(station), str(city))
        for station, city in zip(homes["station"], homes["city"], strict=True)
        if city == NOWHERE or labels[station] != {city}
    ]
    return tuple(dict.fromkeys(found))
