"""Sites of the register of sources on a map: points, lines and areas, and what the hover tells of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pydeck as pdk

from data.inventory import fuels
from data.inventory.capacities import capacities
from data.inventory.inventory import Inventory
from data.inventory.spans import BOUND, UNKNOWN
from pages.ui.look import basemap
from pages.ui.look.palette import SOURCES, rgba
from pages.ui.reader import language
from pages.ui.reader.language import number, t

PLAIN = "#3f4c58"  # of a category without a colour of its own
STRONG, PALE = 200, 70  # opacity of a site at work, of any other


def drawn(register: Inventory, day: date) -> pd.DataFrame:
    """
    The sites of a register that can be drawn and are not only planned.

    Parameters
    ----------
    register : Inventory
        As read.
    day : date
        What the sites burn on it is told.

    Returns
    -------
    DataFrame
        Columns of the register with ``name`` in the reader's language and ``tip`` (text).
    """
    rows = register.sites
    placed = rows["lat"].notna() | rows["site"].isin(list(register.shapes))
    rows = rows[placed & rows["status"].ne("planned")]
    own = f"name_{language.language()}"
    name = rows[own].where(rows[own] != "", rows["name_en"])
    tips = [
        "\n".join(x for x in (n, *told(row, day)) if x) for n, row in zip(name, rows.to_dict("records"), strict=True)
    ]
    return rows.assign(name=name, tip=tips)


def told(row: Mapping[Any, Any], day: date) -> list[str]:
    """
    What the register knows of a site, a line each: kind and fuel, size, status and period, quality of the place.

    Parameters
    ----------
    row : mapping
        Cells by column.
    day : date
        Decides what it burns.
    """
    category, subtype = row["category"], row["subtype"]
    kind = f"{t(f'frame.source.{category}')} · {subtype}"
    burned = fuel(str(row["fuel"]), day)
    return [
        f"{kind} · {burned}" if burned else kind,
        size(str(row["capacity"])),
        " · ".join([*([t(f"map.status.{row['status']}")] if row["status"] else []), *period(row)]),
        t(f"map.quality.{row['coord_quality']}") if row["coord_quality"] else "",
    ]


def fuel(text: str, day: date | None = None) -> str:
    """
    What a fuel cell says is burned on a day, in the reader's words; an unusual fuel as the register writes it.

    Parameters
    ----------
    text : str
        Of a register, or of an answer that an older release kept, which may be written in any way.
    day : date, optional
        Without it, what has no end.
    """
    said = []
    try:
        burned = fuels.fuels(text)
    except ValueError:
        return text
    for one in burned:
        if one.burned(day):
            name = t(f"sites.fuel.{one.name}") if language.has(f"sites.fuel.{one.name}") else one.name
            said.append(t("sites.with_part", fuel=name, part=t(f"sites.part.{one.part}")) if one.part else name)
    return "; ".join(said)


def size(text: str) -> str:
    """A capacity cell in the reader's numbers and units."""
    return "; ".join(
        f"{number(one.value, 0 if one.value.is_integer() else 1)} {t(f'sites.unit.{one.unit}')}"
        for one in capacities(text)
    )


def period(row: Mapping[Any, Any]) -> list[str]:
    """Start and end as far as they are known."""
    start, end = str(row["from"]), str(row["until"])
    said = []
    if start.startswith(BOUND):
        said.append(t("sites.at_latest", day=start.removeprefix(BOUND)))
    elif start not in ("", UNKNOWN):
        said.append(t("sites.since", day=start))
    return [*said, t("sites.until", day=end)] if end not in ("", UNKNOWN) else said


def layers(rows: pd.DataFrame, shapes: Mapping[str, Any], theme: str) -> list[pdk.Layer]:
    """Lines and areas, then diamonds with the colour of their category and their names."""
    points, made = rows[rows["lat"].notna()] if len(rows) else rows, _shapes(rows, shapes)
    if not len(points):
        return made
    marked = points.assign(fill=[_colour(c, s) for c, s in zip(points["category"], points["status"], strict=True)],
                           mark="◆")[["lat", "lon", "name", "tip", "fill", "mark"]]  # fmt: skip
    ink = basemap.INKS[theme]
    return [
        *made,
        basemap.texts(marked, "sites", "mark", 26, "fill", [0, 0], pickable=True),
        basemap.texts(marked, "site-names", "name", 11, ink, [0, 20], pickable=False),
    ]


def _shapes(rows: pd.DataFrame, shapes: Mapping[str, Any]) -> list[pdk.Layer]:
    features = [
        {"type": "Feature", "geometry": shapes[row["site"]], "tip": basemap.plain(row["tip"]),
         "colour": _colour(row["category"], row["status"])}
        for row in rows.to_dict("records") if row["site"] in shapes
    ]  # fmt: skip
    if not features:
        return []
    return [
        pdk.Layer(
            "GeoJsonLayer", {"type": "FeatureCollection", "features": features}, id="site-shapes", filled=False,
            stroked=True, get_line_color="colour", line_width_min_pixels=3, pickable=True,
        )
    ]  # fmt: skip


def _colour(category: str, status: str) -> list[int]:
    return rgba(SOURCES.get(category, PLAIN), STRONG if status == "active" else PALE)
