"""OpenStreetMap by Overpass: the lines of a base map: boundaries, rivers, main roads. Keyless."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from data.city import City
from sources.base import BadPayload, Credit, Quota, Unavailable, understood
from sources.http import Client
from sources.network import shape

CREDIT = Credit("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright", "ODbL 1.0", True)
HOST = "https://overpass-api.de"
PATIENCE = (5.0, 120.0)  # it computes for up to 90 s before its first byte [s]
# Tag and value → our layer; the first that fits counts.
LAYERS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("waterway", "river"): "river",
        ("waterway", "canal"): "river",
        ("highway", "motorway"): "road",
        ("highway", "trunk"): "road",
        ("highway", "primary"): "road",
        ("admin_level", "4"): "boundary",
        ("admin_level", "5"): "district",
        ("admin_level", "6"): "district",
    }
)
Feature = dict[str, Any]


def query(box: Sequence[float]) -> str:
    """
    What is asked of Overpass for a box.

    Parameters
    ----------
    box : sequence of float
        South, west, north, east. [°]

    Examples
    --------
    >>> query((41.05, 68.9, 41.55, 69.75)).splitlines()[1]
    'relation["boundary"="administrative"]["admin_level"~"^[456]$"](41.05,68.9,41.55,69.75);'
    """
    frame = ",".join(f"{x:g}" for x in box)
    return "\n".join(
        (
            "[out:json][timeout:90];(",
            f'relation["boundary"="administrative"]["admin_level"~"^[456]$"]({frame});',
            f'way["waterway"~"^(river|canal)$"]["name"]({frame});',
            f'way["highway"~"^(motorway|trunk|primary)$"]({frame});',
            f");out geom({frame});",
        )
    )


@understood("overpass")
def parse(payload: Any) -> list[Feature]:
    """
    Lines of an answer as GeoJSON features.

    Parameters
    ----------
    payload : object
        The decoded answer.

    Returns
    -------
    list of dict
        MultiLineStrings with ``layer`` and ``name``; what belongs to no layer is left out.

    Raises
    ------
    Unavailable
        When Overpass gave up and says so in ``remark``, with HTTP 200.
    BadPayload
        When the answer has no elements.
    """
    elements = payload.get("elements") if isinstance(payload, dict) else None
    if isinstance(payload, dict) and payload.get("remark"):
        raise Unavailable("sources.answer.gave_up", network="overpass", said=str(payload["remark"])[:160])
    if not isinstance(elements, list) or not all(isinstance(e, dict) and "type" in e for e in elements):
        raise BadPayload("sources.answer.lacks", network="overpass", part="elements", found=shape(payload))
    nodes = {e["id"]: e for e in elements if e["type"] == "node" and "id" in e}
    features = []
    for element in elements:
        layer, lines = _layer(element), _lines(element, nodes)
        if layer and lines:
            name = str(element["tags"].get("name", ""))
            geometry = {"type": "MultiLineString", "coordinates": lines}
            features.append({"type": "Feature", "properties": {"layer": layer, "name": name}, "geometry": geometry})
    return features


def _layer(element: Feature) -> str:
    tags = element.get("tags") or {}
    return next((layer for (key, value), layer in LAYERS.items() if tags.get(key) == value), "")


def _lines(element: Feature, nodes: Mapping[int, Feature]) -> list[list[list[float]]]:
    if element["type"] == "relation":
        members = element.get("members") or ()
        return [line for m in members if m.get("type") == "way" for line in _split(m.get("geometry") or ())]
    if element["type"] == "way":
        return _split(element.get("geometry") or [nodes.get(n) for n in element.get("nodes") or ()])
    return []


def _split(points: Sequence[Mapping[str, float] | None]) -> list[list[list[float]]]:
    """A line cut where Overpass left out points beyond the box."""
    lines: list[list[list[float]]] = [[]]
    for point in points:
        if point is None:
            lines.append([])
        else:
            lines[-1].append([float(point["lon"]), float(point["lat"])])
    return [line for line in lines if len(line) > 1]


def fetch(city: City, client: Client | None = None) -> list[Feature]:
    """
    The lines of a city's box.

    Parameters
    ----------
    city : City
        Its box counts.
    client : Client, optional
        Replaceable in tests.

    Raises
    ------
    SourceError
        As the client and `parse` raise them.
    """
    client = client or Client("overpass", HOST, Quota(10, timedelta(minutes=1)), timeout=PATIENCE)
    content = client.send("POST", "api/interpreter", data={"data": query(city.box)})
    return parse(client.decode(content or b"", "api/interpreter"))
