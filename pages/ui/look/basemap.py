"""From tables to maps: colour, symbol and number for each station, on our own basemap."""

from math import cos, log2, radians
from pathlib import Path

import pandas as pd
import pydeck as pdk

from data.city import City
from pages.ui.look.palette import KINDS, ink_on, rgba

STATIC = Path(__file__).resolve().parents[2] / "static"
INKS = {"light": [27, 36, 45, 255], "dark": [232, 236, 240, 255]}
RIMS = {"light": [255, 255, 255, 255], "dark": [20, 24, 29, 255]}
NEEDED = ("lat", "lon", "name", "number", "colour", "kind")
SCALE_KM = 5
FONT = '"Source Sans", "DejaVu Sans", sans-serif'


def style(city: City, theme: str) -> str:
    """
    Address of the basemap: the city's own where it was built, else plain ground. Never another host.

    Parameters
    ----------
    theme : str
        `light` or `dark`.
    """
    for name in (f"basemap/{city.key}-{theme}.json", f"basemap/{city.key}.json"):
        if (STATIC / name).exists():
            return f"/app/static/{name}"
    return f"/app/static/ground-{theme}.json"


def view(city: City, table: pd.DataFrame | None = None) -> pdk.ViewState:
    """Where the map looks at first: the stations where there are any, else the city's centre."""
    south, west, north, east = city.box
    lat, lon = city.lat, city.lon
    if table is not None and len(table):
        lat, lon = (table["lat"].min() + table["lat"].max()) / 2, (table["lon"].min() + table["lon"].max()) / 2
        wide = max(float(table["lon"].max() - table["lon"].min()), 0.02)
        high = max(float(table["lat"].max() - table["lat"].min()), 0.02)
    else:
        wide, high = east - west, north - south
    return pdk.ViewState(
        latitude=float(lat),
        longitude=float(lon),
        zoom=round(min(_zoom(wide, 620), _zoom(high / cos(radians(float(lat))), 400), 13.0), 2),
        min_zoom=6,
        max_zoom=16,
        pitch=0,
        bearing=0,
    )


def _zoom(degrees: float, pixels: float) -> float:
    """Zoom at which so many degrees of longitude take so many pixels (Web Mercator, tiles of 512)."""
    return log2(pixels * 360 / (512 * degrees))


def scale_bar(city: City, table: pd.DataFrame, theme: str) -> list[pdk.Layer]:
    """A line of five kilometres below the stations, with its length."""
    rows = table.dropna(subset=["lat", "lon"])
    lat = float(rows["lat"].min()) - 0.035 if len(rows) else city.lat
    lon = float(rows["lon"].min()) if len(rows) else city.lon
    east = lon + SCALE_KM / (111.32 * cos(radians(lat)))
    line = pd.DataFrame(
        [{"from": [lon, lat], "to": [east, lat], "at": [(lon + east) / 2, lat], "km": f"{SCALE_KM} km"}]
    )
    return [
        pdk.Layer(
            "LineLayer",
            line,
            id="scale",
            get_source_position="from",
            get_target_position="to",
            get_color=INKS[theme],
            get_width=3,
        ),
        pdk.Layer(
            "TextLayer",
            line,
            id="scale-words",
            get_position="at",
            get_text="km",
            get_size=13,
            get_color=INKS[theme],
            get_pixel_offset=[0, 12],
            font_family=pdk.types.String(FONT),
        ),
    ]


def stations(
    table: pd.DataFrame,
    city: City,
    *,
    theme: str = "light",
    tooltip: str = "{tip}",
    under: list[pdk.Layer] | None = None,
) -> pdk.Deck:
    """
    A deck of stations.

    Parameters
    ----------
    table : DataFrame
        Columns ``lat, lon, name, number`` (as drawn), ``colour`` (#rrggbb), ``kind``, and ``tip`` (escaped HTML)
        or whatever `tooltip` names; ``dated`` (optional) is a date that stands behind the name. Rows without
        coordinates are left out.
    theme : str
        `light` or `dark`.
    under : list of Layer
        Drawn below the stations: inventory, footprints.

    Returns
    -------
    Deck
        Colour by category, symbol by kind, number by value; give `st.pydeck_chart` a key so that zoom survives.
    """
    rows = table.dropna(subset=["lat", "lon"])
    drawn = rows.assign(
        fill=[rgba(c, 235) for c in rows["colour"]],
        ink=[rgba(ink_on(c)) for c in rows["colour"]],
        symbol=[KINDS.get(k, "●") for k in rows["kind"]],
        number=rows["number"].astype(str),
        label=[dated(*pair) for pair in zip(rows["name"], rows.get("dated", [""] * len(rows)), strict=True)],
    )
    drawn = drawn[[c for c in drawn.columns if c not in ("colour",)]].round({"lat": 5, "lon": 5})
    return pdk.Deck(
        layers=[*scale_bar(city, rows, theme), *(under or []), *_markers(drawn, theme)],
        initial_view_state=view(city, rows),
        map_style=style(city, theme),
        map_provider="carto",
        tooltip={"html": tooltip, "style": {"fontFamily": FONT, "fontSize": "14px", "maxWidth": "320px"}}
        if tooltip.strip("{}") in drawn.columns or tooltip != "{tip}"
        else False,
    )


def dated(name: str, date: str) -> str:
    """A station's name, with the date of a value that is of another day than the rest."""
    return f"{name} · {date}" if date else name


def texts(
    rows: pd.DataFrame,
    name: str,
    column: str,
    size: int,
    colour: object,
    offset: list[int],
    at: str | None = None,
    **more: object,
) -> pdk.Layer:
    """A text at every row's place (``lat, lon``, or column `at`), in the page's own fonts; `name` is the layer's id."""
    return pdk.Layer(
        "TextLayer",
        rows,
        id=name,
        get_position=at or ["lon", "lat"],
        get_text=column,
        get_size=size,
        get_color=colour,
        get_pixel_offset=offset,
        font_family=pdk.types.String(FONT),
        character_set=pdk.types.String("auto"),
        **more,
    )


def halo(theme: str) -> dict[str, object]:
    """What sets a text off the map below it."""
    return {"outline_width": 3, "outline_color": RIMS[theme], "font_settings": {"sdf": True}}


def _markers(rows: pd.DataFrame, theme: str) -> list[pdk.Layer]:
    ink, off = INKS[theme], halo(theme)
    bold = {
        "font_weight": 700,
        "get_text_anchor": pdk.types.String("middle"),
        "get_alignment_baseline": pdk.types.String("center"),
    }
    return [
        pdk.Layer(
            "ScatterplotLayer",
            rows,
            id="stations",
            get_position=["lon", "lat"],
            get_fill_color="fill",
            get_line_color=ink,
            stroked=True,
            line_width_min_pixels=1.4,
            get_radius=1,
            radius_min_pixels=17,
            radius_max_pixels=17,
            pickable=True,
            auto_highlight=True,
        ),
        texts(rows, "numbers", "number", 14, "ink", [0, 0], **bold),
        texts(rows, "symbols", "symbol", 13, ink, [18, -14], **bold, **off),
        texts(rows, "names", "label", 12, ink, [0, 27], **bold, **off),
    ]
