"""Where an event was seen: the hull of its stations with a margin, as GeoJSON."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

MARGIN = 1.5  # a station stands for about so much around it [km]
CORNERS = 12  # of the circle around each station
KM_PER_DEGREE = 111.32

Point = tuple[float, float]


def hull(points: Sequence[Point]) -> list[Point]:
    """
    Convex hull, counter-clockwise, without the closing point.

    References
    ----------
    A. M. Andrew 1979, Information Processing Letters 9, 216, DOI 10.1016/0020-0190(79)90072-3.

    Examples
    --------
    >>> hull([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)])
    [(0, 0), (2, 0), (2, 2), (0, 2)]
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _half(ordered)[:-1] + _half(ordered[::-1])[:-1]


def _half(ordered: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for p in ordered:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], p) <= 0:
            chain.pop()
        chain.append(p)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def footprint(stations: pd.DataFrame, inside: Sequence[str], margin: float = MARGIN) -> str:
    """
    The area an event was seen over.

    Parameters
    ----------
    stations : DataFrame
        Index station: ``lat, lon``. [°]
    inside : sequence of str
        Stations of the event; those without a place do not count.
    margin : float
        Around each. [km]

    Returns
    -------
    str
        A GeoJSON polygon, its ring counter-clockwise and closed; empty where no station has a place. It says where the
        event was measured, not where it ended.

    Examples
    --------
    >>> table = pd.DataFrame({"lat": [41.3], "lon": [69.2]}, index=["a"])
    >>> footprint(table, ["a"])[:33], footprint(table, [])
    ('{"type":"Polygon","coordinates":[', '')
    """
    rows = stations[stations.index.isin(list(inside))].dropna(subset=["lat", "lon"])
    if not len(rows):
        return ""
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    lat = rows["lat"].to_numpy(np.float64)[:, None] + margin / KM_PER_DEGREE * np.sin(angle)[None, :]
    wide = margin / KM_PER_DEGREE / np.cos(np.radians(rows["lat"].to_numpy(np.float64)))[:, None]
    lon = rows["lon"].to_numpy(np.float64)[:, None] + wide * np.cos(angle)[None, :]
    ring = hull([(round(float(x), 4), round(float(y), 4)) for x, y in zip(lon.ravel(), lat.ravel(), strict=True)])
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, separators=(",", ":"))
