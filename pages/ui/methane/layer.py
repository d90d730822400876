"""Plumes of methane on a map: a ring as wide as the position is known, with date and rate, off until asked for."""

from zoneinfo import ZoneInfo

import pandas as pd
import pydeck as pdk

from jobs.methane.answer import Methane
from pages.ui.look.basemap import INKS, halo, texts
from pages.ui.look.palette import rgba
from pages.ui.methane import words
from pages.ui.reader.language import html, t

MARK = ("✺", "#8a2f6b")
SURE_KM = 0.5  # drawn radius where the publisher states no error of the position: a mark, no statement [km]


def layers(found: Methane, zone: ZoneInfo, theme: str) -> list[pdk.Layer]:
    """
    What lies below the stations.

    Parameters
    ----------
    found : Methane
        Plumes near the city.
    zone : ZoneInfo
        Clock of the tips.
    theme : str
        `light` or `dark`.

    Returns
    -------
    list of Layer
        Rings, marks and dates of those whose position is not coarse; none where there is no plume.
    """
    rows = drawn(found, zone)
    if not len(rows):
        return []
    return [
        pdk.Layer(
            "ScatterplotLayer", rows, id="plumes", get_position=["lon", "lat"], get_radius="radius",
            radius_min_pixels=7, get_fill_color=rgba(MARK[1], 26), get_line_color=rgba(MARK[1], 210), stroked=True,
            line_width_min_pixels=1.5, pickable=True,
        ),
        texts(rows, "plume-marks", "mark", 18, rgba(MARK[1]), [0, 0]),
        texts(rows, "plume-dates", "label", 11, INKS[theme], [0, 18], **halo(theme)),
    ]  # fmt: skip


def drawn(found: Methane, zone: ZoneInfo) -> pd.DataFrame:
    """Positions, radii [m], labels and tips of the plumes; a coarse position has no label: dates would lie on dates."""
    made = []
    for row in found.plumes.to_dict("records"):
        km = row["position_km"] if pd.notna(row["position_km"]) else SURE_KM
        lines = [t("methane.tip_title", rate=words.rate(row)), words.dated(row, zone), words.seen(row),
                 words.position(row), words.nearest(row), t("methane.tip_origin")]  # fmt: skip
        made.append({"lat": round(row["lat"], 5), "lon": round(row["lon"], 5), "radius": 1000 * km, "mark": MARK[0],
                     "label": "" if km > SURE_KM else words.dated(row, zone, short=True),
                     "tip": "\n".join(line for line in lines if line)})  # fmt: skip
    return pd.DataFrame(made, columns=["lat", "lon", "radius", "mark", "label", "tip"])


def legend(found: Methane) -> str:
    """A chip that says what the mark is; nothing where none is drawn."""
    if not len(found.plumes):
        return ""
    return (f'<div class="ca-chips"><span class="ca-chip"><i style="color:{MARK[1]};font-style:normal">{MARK[0]}</i> '
            f"{html(t('methane.mark'))}</span></div>")  # fmt: skip
