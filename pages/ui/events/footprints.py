"""Footprints of events on a map: outline, hatching and a word, so that they are told without colour."""

import json
from collections.abc import Sequence
from math import cos, radians, sin
from zoneinfo import ZoneInfo

import pandas as pd
import pydeck as pdk

from pages.ui.events import words as event_words
from pages.ui.look.basemap import INKS, halo, texts
from pages.ui.look.palette import EVENTS, rgba
from pages.ui.reader.language import html, t

AIR = ("dust_storm", "stagnation", "smoke", "industrial")  # a fault has no place in the air
SPACING = 0.012  # between lines of the hatching [° of latitude]

Point = tuple[float, float]


def layers(events: pd.DataFrame, zone: ZoneInfo, theme: str) -> list[pdk.Layer]:
    """
    What lies below the stations.

    Parameters
    ----------
    events : DataFrame
        Rows of the table `events` that are going on.
    theme : str
        `light` or `dark`.

    Returns
    -------
    list of Layer
        Areas with their tooltip, hatching, names; none where no event has a footprint.
    """
    rows = areas(events, zone)
    if not len(rows):
        return []
    drawn = zip(rows["ring"], rows["line"], rows["angle"], strict=True)
    strokes = [{"from": a, "to": b, "line": c} for ring, c, angle in drawn for a, b in hatch(ring, angle)]
    lines = pd.DataFrame(strokes, columns=["from", "to", "line"])
    return [
        pdk.Layer(
            "PolygonLayer", rows[["ring", "fill", "line", "tip"]], id="footprints", get_polygon="ring",
            get_fill_color="fill", get_line_color="line", stroked=True, filled=True, line_width_min_pixels=3,
            pickable=True,
        ),
        pdk.Layer(
            "LineLayer", lines, id="footprint-hatch", get_source_position="from", get_target_position="to",
            get_color="line", get_width=1,
        ),
        texts(
            rows[["at", "word"]], "footprint-words", "word", 15, INKS[theme], [0, -14], "at", font_weight=700,
            **halo(theme),
        ),
    ]  # fmt: skip


def areas(events: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """Rings of the footprints with their colours and words."""
    made = []
    for row in events.itertuples():
        ring = _ring(str(row.footprint))
        if row.kind not in AIR or not ring:
            continue
        symbol, colour, angle = EVENTS[row.kind]
        title = event_words.title(row, zone)
        about = " · ".join(x for x in (event_words.sure(float(row.confidence)), event_words.peak(row)) if x)
        area = t("events.footprint", kind=event_words.kind(row.kind))
        top = max(ring, key=lambda p: p[1])
        made.append({"ring": ring, "fill": rgba(colour, 38), "line": rgba(colour, 230), "angle": angle, "at": list(top),
                     "word": f"{symbol} {event_words.kind(row.kind)}", "kind": row.kind,
                     "tip": f"{title}\n{about}\n{area}"})  # fmt: skip
    return pd.DataFrame(made)


def _ring(geometry: str) -> list[list[float]]:
    if not geometry:
        return []
    shape = json.loads(geometry)
    return shape["coordinates"][0] if shape.get("type") == "Polygon" else []


def hatch(
    ring: Sequence[Sequence[float]], angle: float, spacing: float = SPACING
) -> list[tuple[list[float], list[float]]]:
    """
    Parallel lines within a convex ring.

    Parameters
    ----------
    ring : sequence of (lon, lat)
        Closed. [°]
    angle : float
        Of the lines against east. [°]

    Examples
    --------
    >>> square = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    >>> hatch(square, 0, 0.5)
    [([1.0, 0.5], [0.0, 0.5])]
    """
    wide = cos(radians(sum(p[1] for p in ring) / len(ring)))
    along, across = (cos(radians(angle)), sin(radians(angle))), (-sin(radians(angle)), cos(radians(angle)))
    points = [(p[0] * wide, p[1]) for p in ring]
    depth = [p[0] * across[0] + p[1] * across[1] for p in points]
    made, place = [], (int(min(depth) / spacing) + 1) * spacing
    while place < max(depth) - 1e-12:
        cut = _cut(points, depth, place)
        if len(cut) == 2:
            cut.sort(key=lambda p: p[0] * along[0] + p[1] * along[1], reverse=True)
            first, last = ([round(x / wide, 5), round(y, 5)] for x, y in cut)
            made.append((first, last))
        place += spacing
    return made


def _cut(points: Sequence[Point], depth: Sequence[float], place: float) -> list[Point]:
    """Where the sides of a ring cross a line."""
    found = []
    for a, b, da, db in zip(points, points[1:], depth, depth[1:], strict=False):
        if (da < place) != (db < place):
            part = (place - da) / (db - da)
            found.append((a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])))
    return found


def words(events: pd.DataFrame) -> list[str]:
    """What each kind of area on a map means, with its symbol."""
    return [f"{EVENTS[k][0]} {t('events.footprint', kind=event_words.kind(k))}" for k in drawn(events)]


def drawn(events: pd.DataFrame) -> list[str]:
    """Kinds of event that have an area to draw."""
    placed = set(events.loc[events["footprint"] != "", "kind"])
    return [k for k in AIR if k in placed]


def legend(events: pd.DataFrame) -> str:
    """A chip for each kind that is drawn."""
    chips = zip(drawn(events), words(events), strict=True)
    return "".join(
        f'<span class="ca-chip" style="--ca:{EVENTS[k][1]}"><i aria-hidden="true">{said[0]}</i> {html(said[2:])}</span>'
        for k, said in chips
    )
