"""From tables to maps: colour, symbol and number for each station, on our own basemap."""

from math import cos, log2, radians

import pandas as pd
import pydeck as pdk

from data.city import City
from pages.ui.look import ground, labels
from pages.ui.look.palette import KINDS, ink_on, rgba

INKS = {"light": [27, 36, 45, 255], "dark": [232, 236, 240, 255]}
RIMS = {"light": [255, 255, 255, 255], "dark": [20, 24, 29, 255]}
SOFT = {"light": [86, 98, 110, 255], "dark": [150, 160, 170, 255]}
NEEDED = ("lat", "lon", "name", "number", "colour", "kind")
SCALE_KM = 5
SEEN = (620, 500)  # of the picture that every screen shows at least, a phone's upright one apart [px]
MARK = 17  # radius of a station [px]
LABEL, GROUND = 12, 11  # sizes of a station's name and of the ground's [px]
BESIDE = ((0, 27), (0, -27), (22, 0), (-22, 0))  # where a station's name may stand [px]
WRITTEN = ("district", "airport", "place", "rail")  # kinds of names of the ground; of metro stations there are too many
FONT = '"Source Sans", "DejaVu Sans", sans-serif'


def style(city: City, theme: str) -> str:
    """
    Address of the basemap: the city's own where it was built, else plain ground. Never another host.

    Parameters
    ----------
    theme : str
        `light` or `dark`.
    """
    path = ground.style(city, theme)
    return f"/app/static/{path.relative_to(ground.STATIC) if path else f'ground-{theme}.json'}"


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
    language: str = "en",
    under: list[pdk.Layer] | None = None,
    seen: pdk.ViewState | None = None,
) -> pdk.Deck:
    """
    A deck of stations.

    Parameters
    ----------
    table : DataFrame
        Columns ``lat, lon, name, number`` (as drawn), ``colour`` (#rrggbb), ``kind``, and ``tip`` (text) or whatever
        `tooltip` names; ``drawn`` (optional) is the value that the highest of is drawn on top; ``dated`` (optional) is
        a date that stands behind the name. Rows without coordinates are left out.
    theme : str
        `light` or `dark`.
    language : str
        Of the names on the ground.
    under : list of Layer
        Drawn below the stations: inventory, footprints.
    seen : ViewState, optional
        Where the map looks at first; at the stations by default.

    Returns
    -------
    Deck
        Colour by category, symbol by kind, number by value; give `st.pydeck_chart` a key so that zoom survives.
    """
    rows = worst_last(table.dropna(subset=["lat", "lon"]))
    seen = seen or view(city, rows)
    frame = labels.Frame(seen.latitude, seen.longitude, seen.zoom, *SEEN)
    drawn = rows.assign(
        fill=[rgba(c, 235) for c in rows["colour"]],
        ink=[rgba(ink_on(c)) for c in rows["colour"]],
        symbol=[KINDS.get(k, "●") for k in rows["kind"]],
        **{name: rows[name].map(plain) for name in ("name", "tip") if name in rows.columns},
        number=rows["number"].astype(str),
        label=[dated(*pair) for pair in zip(rows["name"], rows.get("dated", [""] * len(rows)), strict=True)],
    )
    drawn = drawn[[c for c in drawn.columns if c not in ("colour",)]].round({"lat": 5, "lon": 5})
    drawn, taken = _labelled(drawn, frame)
    names = _names(ground.names(city, language), frame, taken, theme)
    return pdk.Deck(
        layers=[*names, *scale_bar(city, rows, theme), *(under or []), *_markers(drawn, theme)],
        initial_view_state=seen,
        map_style=style(city, theme),
        map_provider="carto",
        tooltip={"text": tooltip, "style": {"fontFamily": FONT, "fontSize": "14px", "maxWidth": "320px"}}
        if tooltip.strip("{}") in drawn.columns or tooltip != "{tip}"
        else False,
    )


def worst_last(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order in which they are drawn: the highest value on top; those without one below all."""
    return rows.sort_values("drawn", kind="stable", na_position="first") if set(rows) & {"drawn"} else rows


def plain(text: str) -> str:
    """A text that deck.gl draws as it is; what begins with @@ it would take for an expression or a name of its own."""
    return f"\u2060{text}" if text.startswith("@@") else text


def _labelled(rows: pd.DataFrame, frame: labels.Frame) -> tuple[pd.DataFrame, list[labels.Box]]:
    """Stations with the place of their name, "" where there is no room for it; and what is taken by then."""
    taken = []
    for lat, lon in zip(rows["lat"], rows["lon"], strict=True):
        x, y = frame.at(lat, lon)
        taken.append(labels.Box(x - MARK, y - MARK, x + MARK, y + MARK))
    points = list(zip(rows["lat"], rows["lon"], rows["label"], strict=True))
    found = labels.placed(frame, points[::-1], LABEL, taken, BESIDE)[::-1]
    told = [text if at is not None else "" for text, at in zip(rows["label"], found, strict=True)]
    return rows.assign(label=told, beside=[list(at or (0, 0)) for at in found]), taken


def _names(table: pd.DataFrame, frame: labels.Frame, taken: list[labels.Box], theme: str) -> list[pdk.Layer]:
    """Names of districts and places where nothing else stands."""
    rows = table[table["kind"].isin(WRITTEN)]
    points = list(zip(rows["lat"], rows["lon"], rows["name"], strict=True))
    there = [at is not None for at in labels.placed(frame, points, GROUND, taken)]
    return [texts(rows[there], "ground", "name", GROUND, SOFT[theme], [0, 0])] if any(there) else []


def dated(name: str, date: str) -> str:
    """A station's name, with the date of a value that is of another day than the rest."""
    return f"{name} · {date}" if date else name


def texts(
    rows: pd.DataFrame,
    name: str,
    column: str,
    size: int,
    colour: object,
    offset: list[int] | str,
    at: str | None = None,
    **more: object,
) -> pdk.Layer:
    """A text at every row's place (``lat, lon``, or column `at`), in the page's own fonts; `name` is the layer's id."""
    return pdk.Layer(
        "TextLayer",
        rows.assign(**{c: rows[c].map(plain) for c in (column, "tip") if c in rows.columns}),
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
            radius_min_pixels=MARK,
            radius_max_pixels=MARK,
            pickable=True,
            auto_highlight=True,
        ),
        texts(rows, "numbers", "number", 14, "ink", [0, 0], **bold),
        texts(rows, "symbols", "symbol", 13, ink, [18, -14], **bold, **off),
        texts(rows, "names", "label", LABEL, ink, "beside", **bold, **off),
    ]
