"""Ranked sites as diamonds with their rank on the map, and as lines beside it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pydeck as pdk

from pages.ui.city.city import Picture
from pages.ui.city.sites import fuel
from pages.ui.look import basemap
from pages.ui.look import cards as look_cards
from pages.ui.look.palette import CALM, SOURCES, rgba
from pages.ui.reader import language
from pages.ui.reader.language import html, number, t, t_unit

MARGIN = 0.12  # of the extent, left free on each side for names
FAR = 0.6  # sites farther from the stations than this are named in the list and not zoomed to [°]


def named(sites: pd.DataFrame) -> pd.Series:
    """Names in the reader's language, English where the register has none."""
    own = f"name_{language.language()}"
    english = sites["name"].where(sites["name"] != "", sites["site"])
    return sites[own].where(sites[own] != "", english) if own in sites else english


def stations(picture: Picture) -> pd.DataFrame:
    """Stations as the map takes them, without a tip of their own."""
    rows = picture.placed()
    return rows.assign(drawn=rows["day"], tip=[f"{basemap.dated(n, d)}\n{v} {t_unit(picture.unit)}"
                            for n, v, d in zip(rows["name"], rows["number"], rows["dated"], strict=True)])  # fmt: skip


def extent(picture: Picture, sites: pd.DataFrame) -> pd.DataFrame:
    """Points that the map is to show at first."""
    points = picture.stations[["lat", "lon"]].dropna()
    if len(sites) and len(points):
        apart = (sites["lat"] - points["lat"].mean()).abs() + (sites["lon"] - points["lon"].mean()).abs()
        points = pd.concat([points, sites.loc[apart < FAR, ["lat", "lon"]]])
    if not len(points):
        return points
    low, high = points.min(), points.max()
    return pd.DataFrame([low - MARGIN * (high - low), high + MARGIN * (high - low)])


def layers(sites: pd.DataFrame, theme: str) -> list[pdk.Layer]:
    """Diamonds in the colour of the category, the rank on them, name and probability beside."""
    if not len(sites):
        return []
    drawn = pd.DataFrame(
        {
            "lat": sites["lat"].round(5), "lon": sites["lon"].round(5), "mark": "◆",
            "rank": sites["rank"].astype(str), "fill": [rgba(SOURCES.get(c, CALM)) for c in sites["category"]],
            "name": named(sites),
            "tip": ["\n".join((name, *told(row)))
                    for name, row in zip(named(sites), sites.to_dict("records"), strict=True)],
        }
    )  # fmt: skip
    return [
        basemap.texts(drawn, "ranked", "mark", 46, "fill", [0, 0], font_weight=700, pickable=True),
        basemap.texts(drawn, "rank", "rank", 14, [255, 255, 255, 255], [0, 1], font_weight=700),
        basemap.texts(
            drawn, "ranked-names", "name", 12, basemap.INKS[theme], [0, 24], font_weight=700, **basemap.halo(theme)
        ),
    ]


def told(row: Mapping[Any, Any]) -> list[str]:
    """What the hover tells of a ranked site: category and what it burned, probability, quality of its place."""
    category, burned = t(f"frame.source.{row['category']}"), fuel(str(row["fuel"]))
    quality = row["coord_quality"]
    return [
        f"{category} · {burned}" if burned else category,
        t("origins.top3", share=chance(row["top3"])),
        *([t(f"map.quality.{quality}")] if quality else []),
    ]


def chance(probability: float) -> str:
    """
    A probability from draws in words of per cent; draws can show neither certainty nor impossibility.

    Examples
    --------
    >>> chance(1.0), chance(0.714), chance(0.0)
    ('> 99', '71', '< 1')
    """
    if 0.01 <= probability <= 0.99:
        return number(100 * probability)
    return "> 99" if probability > 0.5 else "< 1"


def wind(picture: Picture) -> str:
    """An arrow that flies with the newest wind, and its words."""
    now = picture.situation.wind
    if now is None:
        return look_cards.chip(t("map.no_wind"))
    turned = (
        ""
        if now.direction is None
        else f'<i style="display:inline-block;transform:rotate({now.direction + 180:.0f}deg)">↑</i> '
    )
    model = " ca-model" if now.kind == "model" else ""
    return f'<span class="ca-chip{model}">{turned}{html(picture.wind())}</span>'


def table(sites: pd.DataFrame) -> str:
    """The ranked sites as lines: probability, what they bring, how far the measurements decided, what weakens it."""
    rows = []
    for row, name in zip(sites.to_dict("records"), named(sites), strict=True):
        colour = SOURCES.get(row["category"], CALM)
        burned = fuel(str(row["fuel"]))
        said = [
            t(f"frame.source.{row['category']}"),
            *([burned] if burned else []),
            t("origins.top3", share=chance(row["top3"])),
            t("origins.brings", score=number(row["score"], 1), lower=number(row["lower"], 1),
              upper=number(row["upper"], 1), unit=t_unit("µg/m³")),
            t("origins.learned", share=number(100 * row["learned"])),
        ]  # fmt: skip
        if row["coord_quality"] in ("town", "approximate"):
            said.append(t(f"map.quality.{row['coord_quality']}"))
        if row["reason"] != "ok":
            key = f"origins.reason.{row['reason']}"
            said.append(t(key) if language.has(key) else str(row["reason"]))
        rows.append(
            f'<div style="display:grid;grid-template-columns:1.6rem 1fr;gap:.5rem;margin:.45rem 0">'
            f'<b style="background:{colour};color:#fff;border-radius:.25rem;text-align:center;height:1.5rem">'
            f"{row['rank']}</b>"
            f"<div><b>{html(name)}</b><br><small>{html(' · '.join(said))}</small></div></div>"
        )
    return "".join(rows)
