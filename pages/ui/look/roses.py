"""Roses as figures: how often the wind comes from each sector, and what it brings."""

import plotly.graph_objects as go

from models.wind.roses import CALM, Rose
from pages.ui.look.palette import GROUND
from pages.ui.reader.language import number, t, t_unit

SHADES = ("#5b7fa6", "#7fa3a6", "#b8b07a", "#d98f2b", "#c4623a", "#8f3d5c", "#5a3560")
POINTS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
EDGES = tuple(range(0, 360, 45))


def shade(place: int, of: int) -> str:
    """Colour of a class: the whole ramp is used however many classes there are."""
    return SHADES[round(place * (len(SHADES) - 1) / max(of - 1, 1))]


def rose(found: Rose, unit: str, *, height: int = 380) -> go.Figure:
    """
    Sectors as stacked bars, calm hours in words.

    Parameters
    ----------
    found : Rose
        Cumulative shares of hours. [%]
    unit : str
        Of the classes.
    """
    made = go.Figure()
    rows = found.table[found.table["wd"] != CALM]
    below = rows["wd"] * 0.0
    for i, name in enumerate(found.classes):
        share = rows[name] - below
        made.add_barpolar(
            theta=rows["wd"],
            r=share.round(2),
            name=f"{_spoken(name)} {t_unit(unit)}",
            marker={"color": shade(i, len(found.classes)), "line": {"color": "rgba(255,255,255,.35)", "width": 0.6}},
            hovertemplate="%{theta:.0f}° · <b>%{r:.1f} %</b>",
        )
        below = rows[name]
    made.update_layout(
        height=height,
        margin={"l": 30, "r": 30, "t": 30, "b": 10},
        showlegend=True,
        legend={"orientation": "h", "y": -0.08, "yanchor": "top", "x": 0.5, "xanchor": "center"},
        polar={
            "bgcolor": "rgba(0,0,0,0)",
            "angularaxis": {
                "direction": "clockwise", "rotation": 90, "gridcolor": GROUND, "tickmode": "array",
                "tickvals": list(EDGES), "ticktext": [t(f"quantity.wind.{p}") for p in POINTS],
            },
            "radialaxis": {"ticksuffix": " %", "gridcolor": GROUND, "nticks": 4, "angle": 22.5, "tickangle": 0,
                           "tickfont": {"size": 10}},
        },
    )  # fmt: skip
    return made


def _spoken(name: str) -> str:
    """A class of the models in the reader's words."""
    low, to, high = name.partition(" to ")
    if to:
        return f"{number(float(low), _places(low))}–{number(float(high), _places(high))}"
    return f"> {number(float(name.removeprefix('above ')), _places(name))}"


def _places(figure: str) -> int:
    return len(figure.partition(".")[2])
