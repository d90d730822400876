"""A city's stations as a plan that needs no graphics card: colour, number and symbol over our own lines."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from data.city import City
from pages.ui.events import footprints
from pages.ui.look import ground
from pages.ui.look.basemap import dated
from pages.ui.look.palette import KINDS
from pages.ui.reader.language import html

Place = Callable[[float, float], tuple[float, float]]
WIDTH, HEIGHT = 1320, 760
LESSER = ("road", "metro")  # lines of the ground that nobody reads from five metres
STEP = 3  # a bend smaller than this is not drawn [px]


def plan(
    table: pd.DataFrame,
    city: City,
    events: pd.DataFrame | None = None,
    *,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """
    An SVG plan.

    Parameters
    ----------
    table : DataFrame
        Columns ``lat, lon, name, number, dated, colour, kind, faded``.
    city : City
        Gives the ground: its box, and its own basemap where one was built.
    events : DataFrame, optional
        Rows of the table `events`; those with a footprint are drawn below the stations.

    Returns
    -------
    str
        SVG with a scale bar; stations without coordinates are left out.
    """
    rows = table.dropna(subset=["lat", "lon"])
    place, per_km = _projection(rows, city, width, height)
    parts = [f'<svg viewBox="0 0 {width} {height}" class="plan" role="img">']
    drawn = [_shape(kind, points, place, (width, height)) for kind, points in _ground(city) if kind not in LESSER]
    parts += [shape for shape in drawn if shape] or _graticule(width, height, per_km)
    parts += _footprints(events, city, place, (width, height))
    parts += _stations(rows, place)
    parts.append(_scale(per_km, height))
    return "".join([*parts, "</svg>"])


def _projection(rows: pd.DataFrame, city: City, width: int, height: int) -> tuple[Place, float]:
    """Equal distances in both directions around the middle of the stations, with a margin for names."""
    south, west, north, east = city.box
    if len(rows):
        south, north = float(rows["lat"].min()), float(rows["lat"].max())
        west, east = float(rows["lon"].min()), float(rows["lon"].max())
    lat, lon = (south + north) / 2, (west + east) / 2
    shrink = math.cos(math.radians(lat))
    high, wide = max((north - south) * 111.2, 6.0), max((east - west) * 111.2 * shrink, 6.0)  # km
    per_km = min((width - 260) / wide, (height - 170) / high)

    def place(at_lat: float, at_lon: float) -> tuple[float, float]:
        return (
            width / 2 + (at_lon - lon) * 111.2 * shrink * per_km,
            height / 2 - 14 - (at_lat - lat) * 111.2 * per_km,
        )

    return place, per_km


def _footprints(events: pd.DataFrame | None, city: City, place: Place, size: tuple[int, int]) -> list[str]:
    """Outline, hatching at the kind's own angle, and its symbol and word, which one reads without any colour."""
    made = []
    areas = footprints.areas(events, city.zone) if events is not None else pd.DataFrame()
    for nth, row in enumerate(areas.itertuples()):
        corners = [place(lat, lon) for lon, lat in row.ring]
        strokes = "".join(_stroke(place, line) for line in footprints.hatch(row.ring, row.angle))
        x, y = _within(min(corners, key=lambda p: p[1]), size)
        made.append(
            f'<g class="foot-print" data-kind="{html(row.kind)}"><polygon points="{_points(corners)}"/>'
            f'<path d="{strokes}"/><text x="{x:.0f}" y="{y + 40 * nth:.0f}">{html(row.word)}</text></g>'
        )
    return made


def _points(corners: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)


def _stroke(place: Place, line: tuple[list[float], list[float]]) -> str:
    (ax, ay), (bx, by) = (place(lat, lon) for lon, lat in line)
    return f"M{ax:.0f},{ay:.0f}L{bx:.0f},{by:.0f}"


def _within(at: tuple[float, float], size: tuple[int, int]) -> tuple[float, float]:
    """Where a word stands that is to be read whole: the top of an area may lie beyond the plan."""
    return min(max(at[0], 220.0), size[0] - 220.0), min(max(at[1] - 12, 34.0), size[1] - 90.0)


def _stations(rows: pd.DataFrame, place: Place) -> list[str]:
    made: list[str] = []
    leads: list[str] = []
    taken: list[tuple[float, float]] = []
    for row in rows.sort_values("lat", ascending=False).itertuples():
        true = place(row.lat, row.lon)
        x, y = _free(true, taken)
        taken.append((x, y))
        if (x, y) != true:
            leads.append(f'<line class="lead" x1="{true[0]:.0f}" y1="{true[1]:.0f}" x2="{x:.0f}" y2="{y:.0f}"/>')
            leads.append(f'<path class="spot" d="M{true[0]:.0f},{true[1]:.0f} h0"/>')
        made.append(
            f'<g class="st{" old" if row.faded else ""}">'
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="37" style="--of:{row.colour}"/>'
            f'<text class="no" x="{x:.0f}" y="{y + 13:.0f}">{html(row.number)}</text>'
            f'<text class="sy" x="{x + 50:.0f}" y="{y - 22:.0f}">{KINDS.get(row.kind, "")}</text>'
            f'<text class="na" x="{x:.0f}" y="{y + 70:.0f}">{html(dated(row.name, row.dated))}</text></g>'
        )
    return [*leads, *made]


def _free(at: tuple[float, float], taken: list[tuple[float, float]]) -> tuple[float, float]:
    """The place itself, or the nearest around it where a marker and its name hide no other; monitors share roofs."""
    for reach in (0, 120, 240, 360):
        for across, down in ((0, 0),) if reach == 0 else ((0, -1), (0, 1), (1.7, 0), (-1.7, 0), (1.7, -1), (-1.7, -1)):
            x, y = at[0] + across * reach, at[1] + down * reach
            if all(abs(x - a) > 150 or abs(y - b) > 116 for a, b in taken) or (
                reach == 0 and all(abs(x - a) > 96 or abs(y - b) > 116 for a, b in taken)
            ):
                return x, y
    return at


def _graticule(width: int, height: int, per_km: float) -> list[str]:
    step = 5 * per_km
    across = [width / 2 + i * step for i in range(-30, 31) if 0 <= width / 2 + i * step <= width]
    down = [height / 2 + i * step for i in range(-30, 31) if 0 <= height / 2 + i * step <= height]
    return [f'<line class="gr" x1="{x:.0f}" x2="{x:.0f}" y1="0" y2="{height}"/>' for x in across] + [
        f'<line class="gr" x1="0" x2="{width}" y1="{y:.0f}" y2="{y:.0f}"/>' for y in down
    ]


def _scale(per_km: float, height: int) -> str:
    km = next((k for k in (1, 2, 5, 10, 20) if k * per_km > 110), 20)
    end = 30 + km * per_km
    return (
        f'<path class="sc" d="M30,{height - 34} V{height - 22} H{end:.0f} V{height - 34}"/>'
        f'<text class="sct" x="{end + 14:.0f}" y="{height - 20}">{km} km</text>'
    )


def _ground(city: City) -> Iterator[tuple[str, list[list[float]]]]:
    """Layer (`boundary`, `district`, `river`, `artery`, `graticule` …) and points [lon, lat] of the ground's lines."""
    for feature in ground.features(city):
        for points in _paths(feature.get("geometry") or {}):
            yield str(feature.get("properties", {}).get("layer", "")), points


def _paths(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    for part in geometry.get("geometries", ()):
        yield from _paths(part)
    points = geometry.get("coordinates")
    match geometry.get("type"):
        case "LineString":
            yield points
        case "Polygon" | "MultiLineString":
            yield from points
        case "MultiPolygon":
            yield from (ring for polygon in points for ring in polygon)


def _shape(layer: str, points: list[list[float]], place: Place, size: tuple[int, int]) -> str:
    """A line of the ground in whole pixels; nothing where it lies beyond the plan."""
    at: list[tuple[int, int]] = []
    for i, point in enumerate(points):
        x, y = (round(v) for v in place(point[1], point[0]))
        if not at or i == len(points) - 1 or abs(x - at[-1][0]) + abs(y - at[-1][1]) >= STEP:
            at.append((x, y))
    if not any(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in at):
        return ""
    return f'<polyline class="li l-{html(layer)}" points="{" ".join(f"{x},{y}" for x, y in at)}"/>'
