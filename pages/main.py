"""The router: which pages there are, and the frame around the one that is shown."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.ui.city import tables as city_tables
from pages.ui.page import building as page_building
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, once, sign_in, turns
from pages.ui.reader.language import t

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A page: its file beside this one, its place in the URL, its icon, its key in the catalogs, its section."""

    file: str
    slug: str
    icon: str
    key: str
    section: str
    bare: bool = False  # draws its own frame


PAGES = (
    Row("situation.py", "", "crisis_alert", "situation", "now"),
    Row("wall.py", "wall", "desktop_windows", "wall", "now", bare=True),
    Row("city_map.py", "map", "map", "map", "now"),
    Row("station.py", "station", "sensors", "station", "now"),
    Row("forecast.py", "forecast", "partly_cloudy_day", "forecast", "now"),
    Row("alarms.py", "alarms", "notifications", "alarms", "now"),
    Row("origins.py", "origins", "hub", "origins", "why"),
    Row("trends.py", "trends", "show_chart", "trends", "why"),
    Row("registry.py", "registry", "factory", "registry", "why"),
    Row("brief.py", "brief", "description", "brief", "why"),
    Row("case.py", "case", "gavel", "case", "why"),
    Row("records.py", "records", "table_view", "records", "data"),
    Row("feeds.py", "feeds", "rss_feed", "feeds", "data"),
    Row("consortium.py", "consortium", "handshake", "consortium", "data"),
    Row("method.py", "method", "menu_book", "method", "data"),
)


def pages() -> dict[str, list[st.Page]]:
    """The pages of `PAGES`, by section."""
    sections: dict[str, list[st.Page]] = {}
    for row in PAGES:
        made = st.Page(
            HERE / row.file,
            title=t(f"frame.page.{row.key}"),
            icon=f":material/{row.icon}:",
            url_path=row.slug or None,
            default=not row.slug,
            help=t(f"frame.page_help.{row.key}"),
        )
        sections.setdefault(t(f"frame.section.{row.section}"), []).append(made)
    return sections


once.begin()
st.set_page_config(page_title=t("frame.centre"), page_icon=str(HERE / "static" / "mark.svg"), layout="wide")
page = st.navigation(pages(), expanded=True)  # none of them hides behind "more"
if page.url_path in {row.slug for row in PAGES if row.bare}:
    page.run()
else:
    with turns.turn():
        with st.sidebar:
            st.caption(t("frame.centre"))
            with page_frame.spoken():
                sign_in.corner()
        choices.language()
        with page_frame.spoken():
            page_frame.dress()
            page_building.building()
        with page_frame.spoken():
            page.run()
        with page_frame.spoken():
            if not city_tables.empty():
                page_frame.foot()
