"""The wall's picture, drawn once for all screens that show the same cities in the same language."""

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from data import clock
from data.served import real_store
from pages.ui import load, panels, standing, text, watching
from pages.ui.text import t


@dataclass(frozen=True)
class Drawn:
    """
    What a screen shows.

    Attributes
    ----------
    html : str
        Fixed zone and every view.
    hold : dict or None
        View and city that an alarm nobody has acknowledged asks for.
    """

    html: str
    hold: dict[str, str] | None


@st.cache_data(max_entries=32, show_spinner=False)
def _wall(version: str, cities: tuple[str, ...], language: str, minute: datetime) -> Drawn:
    with text.using(language):
        pictures = [load.picture(key) for key in cities]
        status, simulated = load.status(), load.simulated()
        answering = panels.networks(status, minute)
        views = panels.views(pictures, status, answering)
        found = standing.alarms(load.table("alarms"), cities)
        html = (
            standing.top(answering, simulated=simulated, replay=clock.replaying())
            + f'<div class="views">{"".join(views)}</div>'
            + standing.foot(pictures, found, len(views), watching.short(pictures[0].city.zone))
            + (panels.water(t("frame.demo_mark")) if simulated else "")
        )
    return Drawn(html, found.hold())


def wall(cities: tuple[str, ...]) -> Drawn:
    """The picture of this minute in the reader's language; drawn anew with every commit to the store."""
    real = real_store()
    version = f"{load.version()} {real.folder} {real.version('status')}"
    return _wall(version, cities, text.language(), load.now().replace(second=0, microsecond=0))
