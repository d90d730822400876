"""Sites of the register on a map: colour by category, symbol by status, a name; what is planned is hollow."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import pydeck as pdk

from data.city import City, cities
from jobs.register.figures import placed
from pages.ui.look import basemap
from pages.ui.look.palette import rgba
from pages.ui.reader.language import html, t
from pages.ui.registry import words

Row = Mapping[str, str]
NONE: Mapping[str, Any] = MappingProxyType({})
TIP = {"text": "{tip}", "style": {"fontFamily": basemap.FONT, "fontSize": "14px", "maxWidth": "320px"}}


def deck(rows: Sequence[Row], city: City | None, theme: str, shapes: Mapping[str, Any] = NONE) -> pdk.Deck:
    """
    The sites that have a point.

    Parameters
    ----------
    rows : sequence of mapping
        Of the register; those without coordinates are left out.
    city : City or None
        Whose basemap lies beneath; plain ground where several cities are shown.
    theme : str
        `light` or `dark`.
    shapes : mapping of str to dict
        GeoJSON geometry of the sites that are a line or an area.
    """
    table = points(rows)
    place = city or next(iter(cities().values()))
    seen = basemap.view(place, table)
    if city is None:
        seen.min_zoom = 3  # two cities lie a thousand kilometres apart
    return pdk.Deck(
        layers=[*_drawn(rows, shapes), *_layers(table, theme, named=city is not None)],
        initial_view_state=seen,
        map_style=basemap.style(place, theme) if city else f"/app/static/ground-{theme}.json",
        map_provider="carto",
        tooltip=TIP,
    )


def points(rows: Sequence[Row]) -> pd.DataFrame:
    """Place, name, mark, colour and words of the rows that have a point."""
    made = [
        {
            "lat": round(float(row["lat"]), 5), "lon": round(float(row["lon"]), 5), "name": words.name(row, "site"),
            "mark": words.mark(row["status"])[0], "fill": rgba(words.colour(row["category"]), 235), "tip": tip(row),
        }
        for row in rows if row["lat"] and row["lon"]
    ]  # fmt: skip
    return pd.DataFrame(made, columns=["lat", "lon", "name", "mark", "fill", "tip"])


def tip(row: Row) -> str:
    """What is said over a site: name, kind, fuel, status, time, quality of its place, day of the check."""
    kind = [words.cell("category", row["category"]), words.cell("subtype", row["subtype"]), row["fuel"]]
    time = f"{row['from'] or '…'} – {row['until'] or '…'}" if row["from"] or row["until"] else ""
    lines = (
        words.name(row, "site"), " · ".join(part for part in kind if part), f"{words.status(row['status'])} {time}",
        words.cell("coord_quality", row["coord_quality"]), t("registry.checked_on", day=row["checked"]),
    )  # fmt: skip
    return basemap.plain("\n".join(line.strip() for line in lines if line.strip()))


def legend(rows: Sequence[Row]) -> str:
    """Colours and symbols that the map shows, with their words."""
    on_map = [row for row in rows if placed(row)]
    colours = dict.fromkeys(row["category"] for row in on_map)
    marks = dict.fromkeys(row["status"] for row in on_map)
    chips = [
        *(_chip("⬤", words.cell("category", one), words.colour(one)) for one in colours),
        *(_chip(words.mark(one)[0], words.status(one)) for one in marks),
    ]
    return f'<div class="ca-chips">{"".join(chips)}</div>'


def _chip(symbol: str, said: str, colour: str = "inherit") -> str:
    return f'<span class="ca-chip"><i style="color:{colour}">{symbol}</i> {html(said)}</span>'


def _drawn(rows: Sequence[Row], shapes: Mapping[str, Any]) -> list[pdk.Layer]:
    """Lines and areas in the colour of their category."""
    features = [
        {"type": "Feature", "geometry": shapes[row["site"]], "tip": tip(row),
         "colour": rgba(words.colour(row["category"]), 235)}
        for row in rows if row["site"] in shapes
    ]  # fmt: skip
    made = {"type": "FeatureCollection", "features": features}
    look = {"filled": False, "stroked": True, "get_line_color": "colour", "line_width_min_pixels": 3, "pickable": True}
    return [pdk.Layer("GeoJsonLayer", made, id="registry-shapes", **look)] if features else []


def _layers(table: pd.DataFrame, theme: str, *, named: bool) -> list[pdk.Layer]:
    """Marks, and their names where one city is shown: those of several would lie over each other."""
    ink, halo = basemap.INKS[theme], basemap.halo(theme)
    layers = [
        basemap.texts(table, "registry-marks", "mark", 27, "fill", [0, 0], pickable=True, auto_highlight=True, **halo),
    ]
    if named:
        layers.append(basemap.texts(table, "registry-names", "name", 12, ink, [0, 21], pickable=False, font_weight=700))
    return layers
