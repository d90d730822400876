"""What the basemap of a city holds: which file it is, the lines of the ground, and names in the page's language."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from data.city import City

STATIC = Path(__file__).resolve().parents[2] / "static"
FOLDERS = ("basemap", "basemap/osm")  # what an operator built comes before the layer that ships
NAME = "name:"  # layer of a point that only carries a name
ORDER = {"district": 0, "airport": 1, "place": 2, "rail": 3, "metro": 4}  # of kinds of names, the most telling first
Feature = dict[str, Any]


def style(city: City, theme: str = "light") -> Path | None:
    """
    The file of a city's basemap; None where there is none.

    Parameters
    ----------
    city : City
        Whose.
    theme : str
        `light` or `dark`.
    """
    names = [f"{city.key}-{theme}.json", f"{city.key}.json"]
    tried = (STATIC / folder / name for folder in FOLDERS for name in names)
    return next((path for path in tried if path.exists()), None)


def features(city: City) -> list[Feature]:
    """GeoJSON features of a city's basemap, each with its ``layer``."""
    path = style(city)
    return [] if path is None else _inside(path, path.stat().st_mtime_ns)


@cache
def _inside(path: Path, stamp: int) -> list[Feature]:
    sources = orjson.loads(path.read_bytes()).get("sources", {})
    data = [source.get("data") for source in sources.values()]
    return [f for d in data if isinstance(d, dict) for f in d.get("features", ())]


def names(city: City, language: str) -> pd.DataFrame:
    """
    Names that stand on the map of a city.

    Parameters
    ----------
    city : City
        Whose; without a layer that carries names there are none.
    language : str
        Two letters.

    Returns
    -------
    DataFrame
        ``name``, ``kind`` (of `ORDER`), ``lat``, ``lon``; the most telling kinds first.
    """
    path = STATIC / FOLDERS[1] / f"{city.key}.geojson"
    return _names(path, path.stat().st_mtime_ns, language) if path.exists() else _table([])


@cache
def _names(path: Path, stamp: int, language: str) -> pd.DataFrame:
    return _table(
        [
            {
                "name": feature["properties"].get(f"name_{language}", ""),
                "kind": str(feature["properties"]["layer"]).removeprefix(NAME),
                "lon": feature["geometry"]["coordinates"][0],
                "lat": feature["geometry"]["coordinates"][1],
            }
            for feature in orjson.loads(path.read_bytes())["features"]
            if str(feature["properties"]["layer"]).startswith(NAME)
        ]
    )


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["name", "kind", "lat", "lon"])
    return table[table["name"] != ""].sort_values("kind", key=lambda kinds: kinds.map(ORDER), kind="stable")
