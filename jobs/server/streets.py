"""The layer of streets, waters, railways, districts and places that ships: redrawn from OpenStreetMap's shapes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from data.city import City
from jobs.server.basemap_error import BasemapError

PARTS = ("areas", "lines", "places")  # <city>-<part>.geojson of the folder it is made from
DIGITS = 4  # decimals of a coordinate, about 10 m [°]
OSM = "© OpenStreetMap contributors"
LICENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"OurAirports/public domain": ("OurAirports", "public domain"), "given": ("common maps", "facts")}
)
LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "river": "river",
        "canal": "canal",
        "trunk": "artery",
        "primary": "artery",
        "secondary": "road",
        "rail": "rail",
        "metro": "metro",
        "airport": "runway",
        "district": "district",
    }
)
# How far a line may lie from where it is, as its source says (roads are simplified to 25 to 40 m, rivers to 20 m,
# districts to 15 to 25 m, Astana's railway by eye to 30 to 50 m); what is not here has no figure. [m]
ACCURACY: Mapping[str, float] = MappingProxyType(
    {"trunk": 40, "primary": 40, "secondary": 40, "river": 20, "district": 25, "rail": 50, "airport": 45}
)
INFERRED: Mapping[str, float] = MappingProxyType({"river": 116})  # the farthest that a border stood off the water [m]
# In which order the names of a thing are looked for; Latin letters for English and Uzbek, Cyrillic for the others.
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("name_en", "name_uz", "name"),
        "ru": ("name_ru", "name_kk", "name"),
        "uz": ("name_uz", "name_en", "name"),
        "kk": ("name_kk", "name_ru", "name"),
    }
)
_QUOTES = "'‘’`"
Feature = dict[str, Any]


def made(where: City, folder: Path) -> list[Feature]:
    """
    The layer of a city.

    Parameters
    ----------
    where : City
        Whose files are read.
    folder : Path
        Holds ``<city>-areas.geojson``, ``<city>-lines.geojson`` and ``<city>-places.geojson``; every feature names its
        ``kind`` and ``src``.

    Returns
    -------
    list of dict
        GeoJSON features with ``layer``, the name in four languages where it has one, ``source``, ``licence``,
        ``accuracy_m`` (None where the source gives no figure) and ``inferred``. Areas are drawn by their outlines,
        names by points of layer ``name:<kind>``.

    Raises
    ------
    BasemapError
        When a file is missing or no such file.
    """
    return [f for part in PARTS for f in _part(folder / f"{where.key}-{part}.geojson")]


def write(where: City, folder: Path, out: Path) -> Path:
    """
    Keep the layer of a city as ``<city>.geojson``.

    Raises
    ------
    BasemapError
        When it cannot be made.
    """
    credit = {"attribution": f"{OSM}, ODbL 1.0", "licence": "https://opendatacommons.org/licenses/odbl/1-0/"}
    content = orjson.dumps({"type": "FeatureCollection", **credit, "features": made(where, folder)})
    out.mkdir(parents=True, exist_ok=True)
    part = out / f"{where.key}.geojson.part"
    part.write_bytes(content)
    return part.replace(out / f"{where.key}.geojson")


def lines(path: Path) -> list[Feature]:
    """
    What is drawn of a layer: its lines, joined by kind, without their names.

    Parameters
    ----------
    path : Path
        A layer as `write` keeps it; without one there are none.
    """
    if not path.exists():
        return []
    joined: dict[str, list[Any]] = {}
    for feature in orjson.loads(path.read_bytes())["features"]:
        if feature["geometry"]["type"] != "Point":
            joined.setdefault(feature["properties"]["layer"], []).extend(feature["geometry"]["coordinates"])
    return [
        {
            "type": "Feature",
            "properties": {"layer": layer},
            "geometry": {"type": "MultiLineString", "coordinates": shape},
        }
        for layer, shape in joined.items()
    ]


def _part(path: Path) -> Iterator[Feature]:
    try:
        features = orjson.loads(path.read_bytes())["features"]
    except OSError as error:
        raise BasemapError("jobs.basemap.unreadable", file=path.name, cause=error.strerror) from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise BasemapError("jobs.basemap.no_geojson", file=path.name) from error
    for feature in features:
        yield from _redrawn(feature["properties"], feature["geometry"])


def _redrawn(told: Mapping[str, Any], shape: Mapping[str, Any]) -> Iterator[Feature]:
    kind, lines = str(told["kind"]), _lines(shape)
    if shape["type"] == "Point":
        yield _feature(f"name:{kind}", told, {"type": "Point", "coordinates": _rounded([shape["coordinates"]])[0]})
    elif kind in LAYERS and lines:
        yield _feature(LAYERS[kind], told, {"type": "MultiLineString", "coordinates": lines})


def _feature(layer: str, told: Mapping[str, Any], geometry: Feature) -> Feature:
    source, licence = LICENCES.get(str(told.get("src")), (OSM, "ODbL 1.0"))
    properties = {"layer": layer, **_names(told), "source": source, "licence": licence, "accuracy_m": _accuracy(told)}
    if told.get("inferred") or told.get("note"):
        properties["inferred"] = True
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _accuracy(told: Mapping[str, Any]) -> float | None:
    guessed = told.get("inferred") or told.get("note")
    return (INFERRED if guessed else ACCURACY).get(str(told["kind"]))


def _names(told: Mapping[str, Any]) -> dict[str, str]:
    if not told.get("name"):
        return {}
    found = {lang: next(str(told[n]) for n in order if told.get(n)) for lang, order in NAMES.items()}
    return {f"name_{lang}": uzbek(text) if lang in ("en", "uz") else text for lang, text in found.items()}


def uzbek(text: str) -> str:
    """
    Uzbek letters with the marks that Uzbek writes: ʻ in oʻ and gʻ, ʼ elsewhere.

    Examples
    --------
    >>> uzbek("Mirzo Ulug'bek"), uzbek("Qo‘yliq"), uzbek("Ma'rifat")
    ('Mirzo Ulugʻbek', 'Qoʻyliq', 'Maʼrifat')
    """
    return re.sub(f"[{_QUOTES}]", "ʼ", re.sub(f"([OoGg])[{_QUOTES}]", "\\1ʻ", text))


def _lines(shape: Mapping[str, Any]) -> list[list[list[float]]]:
    nested = {
        "LineString": lambda c: [c],
        "MultiLineString": lambda c: c,
        "Polygon": lambda c: c,
        "MultiPolygon": lambda c: [ring for area in c for ring in area],
    }
    if shape["type"] not in nested:
        return []
    lines = [_rounded(line) for line in nested[shape["type"]](shape["coordinates"])]
    return [line for line in lines if len(line) > 1]


def _rounded(points: Sequence[Sequence[float]]) -> list[list[float]]:
    kept: list[list[float]] = []
    for x, y, *_ in points:
        point = [round(x, DIGITS), round(y, DIGITS)]
        if not kept or point != kept[-1]:
            kept.append(point)
    return kept
