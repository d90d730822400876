"""Lines and areas of the register: sites that are no point, as GeoJSON beside the table."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

Geometry = dict[str, Any]
# GeoJSON type → what the register calls the shape, and how deep its coordinates are nested (RFC 7946, 3.1).
KINDS: Mapping[str, tuple[str, int]] = {
    "LineString": ("line", 1),
    "MultiLineString": ("line", 2),
    "Polygon": ("area", 2),
    "MultiPolygon": ("area", 3),
}
SHAPES = ("line", "area")


def kind(geometry: Mapping[str, Any]) -> str:
    """
    What the register calls a geometry: `line` or `area`; empty for anything else and for wrong coordinates.

    Examples
    --------
    >>> kind({"type": "LineString", "coordinates": [[69.2, 41.3], [69.3, 41.3]]}), kind({"type": "Polygon"})
    ('line', '')
    """
    word, depth = KINDS.get(str(geometry.get("type")), ("", 0))
    return word if word and _nested(geometry.get("coordinates"), depth) else ""


def shapes(text: str) -> dict[str, Geometry]:
    """
    The lines and areas of a GeoJSON FeatureCollection by the `site` of each feature; points are passed over.

    Parameters
    ----------
    text : str
        Content of the file.

    Raises
    ------
    ValueError
        When it is no FeatureCollection, or a geometry is none of `KINDS`; its site is the argument.
    """
    found: dict[str, Geometry] = {}
    for site, geometry in _features(text):
        if not kind(geometry):
            raise ValueError(site)
        found[site] = geometry
    return found


def _features(text: str) -> Iterator[tuple[str, Geometry]]:
    try:
        features = json.loads(text)["features"]
        for feature in features:
            geometry = feature.get("geometry")
            if geometry is not None and geometry["type"] != "Point":
                yield str(feature["properties"]["site"]), geometry
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("features") from error


def _nested(part: Any, depth: int) -> bool:
    if depth == 0:
        return _position(part)
    return isinstance(part, list) and len(part) > 0 and all(_nested(one, depth - 1) for one in part)


def _position(part: Any) -> bool:
    if not (isinstance(part, list) and len(part) >= 2 and all(isinstance(x, int | float) for x in part[:2])):
        return False
    lon, lat = part[:2]
    return math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90
