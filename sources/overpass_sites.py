"""OpenStreetMap by Overpass: places that may be sources of pollution, proposed for a person to accept. Keyless."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from sources.base import BadPayload, Quota, Unavailable, understood
from sources.http import Client
from sources.network import shape
from sources.overpass import HOST, PATIENCE

COLUMNS = ("osm", "name", "category", "subtype", "lat", "lon", "coord_quality", "fuel", "reference")
# Tag and value → category and subtype of the register that a person may give it; the first that fits counts.
KINDS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("power", "plant"): ("heating", "power_plant"),
        ("landuse", "landfill"): ("fire", "landfill"),
        ("landuse", "quarry"): ("dust", "quarry"),
        ("man_made", "tailings_pond"): ("dust", "tailings"),
        ("man_made", "kiln"): ("industry", "kiln"),
        ("industrial", "brickyard"): ("industry", "kiln"),
        ("man_made", "works"): ("industry", "industrial_zone"),
        ("landuse", "industrial"): ("industry", "industrial_zone"),
    }
)


def query(box: Sequence[float]) -> str:
    """
    What is asked of Overpass for a box: named places only, with their middle.

    Parameters
    ----------
    box : sequence of float
        South, west, north, east. [°]

    Examples
    --------
    >>> query((41.05, 68.9, 41.55, 69.75)).splitlines()[1]
    'nwr["power"="plant"]["name"](41.05,68.9,41.55,69.75);'
    """
    frame = ",".join(f"{x:g}" for x in box)
    lines = [f'nwr["{key}"="{value}"]["name"]({frame});' for key, value in KINDS]
    return "\n".join(("[out:json][timeout:90];(", *lines, ");out center tags;"))


@understood("overpass")
def parse(payload: Any) -> pd.DataFrame:
    """
    Places of an answer, one row each.

    Returns
    -------
    DataFrame
        `COLUMNS`, by category and name; nothing in it is known to emit anything. [°]

    Raises
    ------
    Unavailable
        When Overpass gave up and says so in ``remark``.
    BadPayload
        When the answer has no elements.
    """
    elements = payload.get("elements") if isinstance(payload, dict) else None
    if isinstance(payload, dict) and payload.get("remark"):
        raise Unavailable("sources.answer.gave_up", network="overpass", said=str(payload["remark"])[:160])
    if not isinstance(elements, list):
        raise BadPayload("sources.answer.lacks", network="overpass", part="elements", found=shape(payload))
    rows = [row for element in elements if (row := _row(element)) is not None]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates("osm")
    return table.sort_values(["category", "subtype", "name"]).reset_index(drop=True)


def _row(element: Mapping[str, Any]) -> tuple[Any, ...] | None:
    tags = element.get("tags") or {}
    kind = next((known for (key, value), known in KINDS.items() if tags.get(key) == value), None)
    point = element.get("center") or element
    if kind is None or "lat" not in point or "lon" not in point:
        return None
    osm = f"{element['type']}/{element['id']}"
    burned = str(tags.get("plant:source") or tags.get("generator:source") or "").replace("_", " ")
    fuel = "; ".join(part.strip() for part in burned.split(";") if part.strip())  # as the register writes it
    place = (round(float(point["lat"]), 5), round(float(point["lon"]), 5))
    return (osm, str(tags.get("name", "")), *kind, *place, "plant", fuel, f"https://www.openstreetmap.org/{osm}")


def candidates(city: City, client: Client | None = None) -> pd.DataFrame:
    """
    Places within a city's box that a person may take into the register; none is ever taken by itself.

    Raises
    ------
    SourceError
        As the client and `parse` raise them.
    """
    client = client or Client("overpass", HOST, Quota(10, timedelta(minutes=1)), timeout=PATIENCE)
    content = client.send("POST", "api/interpreter", data={"data": query(city.box)})
    return parse(client.decode(content or b"", "api/interpreter"))
