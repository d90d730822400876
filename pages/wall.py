"""The wall: both cities for a screen five metres away; no input, rotates, tells by itself when it is old."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import streamlit as st

from data.city import City, cities
from data.errors import CentreError
from pages.ui.city import tables as city_tables
from pages.ui.page import building as page_building
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, errors, language, once
from pages.ui.reader.language import t
from pages.ui.wall import frame as wall_frame
from pages.ui.wall import wall as wall_wall

HERE = Path(__file__).parent / "ui" / "wall"
EVERY = max(float(os.environ.get("CLEANAIR_WALL_EVERY") or 10), 0.1)
# Between looks at the store; the picture itself changes by the minute or with the store. [s]
PATIENCE = max(4 * EVERY, 8.0)  # without a look after which the screen calls itself old [s]
SHIFT = 240  # between moves of the whole picture by a few pixels, so that none burns in [s]
QUIET = (4 * 60, 4 * 60 + 30)  # of the city's day, when the page starts afresh [min]
THEMES = (*choices.THEMES, "contrast")
EVERY_CITY = "all"
GROUNDS = {"light": "#f5f6f8", "dark": "#14181c", "contrast": "#000000"}
WALL = st.components.v2.component(
    "wall",
    html='<div class="wall dark">\n<div class="stage"></div></div>',
    css=(HERE / "wall.css").read_text("utf-8"),
    js=(HERE / "wall.js").read_text("utf-8"),
)


def chosen() -> list[str]:
    """Cities by `?city=`: one, or all."""
    key = choices.asked("city", [*cities(), EVERY_CITY], EVERY_CITY)
    return list(cities()) if key == EVERY_CITY else [key]


def stranger() -> str:
    """That there is no such city as `?city=` says; empty where there is."""
    asked = choices.stranger("city", [*cities(), EVERY_CITY])
    names = {key: one.name(language.language()) for key, one in cities().items()}
    return choices.no_such("city", asked, names) if asked else ""


def seconds() -> int:
    """Length of a view by `?rotate=`; 0 = no rotation."""
    asked = st.query_params.get("rotate", "20")
    return min(int(asked), 3600) if asked.isdecimal() and len(asked) <= 6 else 20


def first_view() -> int:
    """The view to begin with by `?view=`, counted from 1; with `rotate=0` it stays."""
    asked = st.query_params.get("view", "1")
    return max(int(asked) - 1, 0) if asked.isdecimal() and len(asked) <= 3 else 0


def theme() -> str:
    """Dark unless the address says otherwise."""
    return choices.asked("theme", THEMES, "dark")


def days(moment: datetime, city: City) -> dict[str, str]:
    """Dates around now in words, so that the browser's clock can turn the page at midnight by itself."""
    around = [moment + timedelta(days=d) for d in (-1, 0, 1, 2)]
    return {
        f"{d.astimezone(city.zone):%Y-%m-%d}": f"{language.weekday(d, city.zone)} {language.day(d, city.zone)}"
        for d in around
    }


def words() -> dict[str, object]:
    """What the browser says by itself."""
    known = language.catalog(language.language())
    return {
        **{name: known[f"wall.{name}"] for name in ("updated", "lost", "next")},
        "age": {name: known[f"time.age.{name}"] for name in ("now", "minutes", "hours", "days")},
    }


def built(shown: dict[str, object]) -> dict[str, object]:
    """The picture, with a bar under its head as long as the demo world is being built."""
    part = page_building.share()
    return shown if part is None else {**shown, "html": f"{shown['html']}{wall_frame.building(part)}"}


def drawn() -> dict[str, object]:
    """The picture of this moment, and the view that an alarm asks for."""
    made, old = wall_wall.wall(tuple(chosen()))
    return {"html": made.html, "hold": made.hold, "stamp": city_tables.now().timestamp() - old, "trouble": ""}


def failed(sentence: str) -> dict[str, object]:
    """The last picture that could be drawn, under the reason why there is no newer one; it ages by itself."""
    last = st.session_state.get("wall.last") or {"html": wall_frame.bare(), "hold": None, "stamp": 0}
    return {**last, "trouble": sentence}


def picture() -> dict[str, object]:
    """What is to be shown now; whatever goes wrong is a sentence."""
    try:
        unknown = stranger()
        if unknown:
            return {"html": wall_frame.bare(), "hold": None, "stamp": city_tables.now().timestamp(), "trouble": unknown}
        st.session_state["wall.last"] = made = drawn()
        st.session_state["wall.told"] = False
        return made
    except CentreError as error:
        return failed(errors.told(error))
    except Exception:
        if not st.session_state.get("wall.told"):
            page_frame.log.exception("the wall could not be drawn")
        st.session_state["wall.told"] = True
        return failed(t("frame.broken"))


def zone(moment: datetime) -> str:
    """The clock's distance from UTC; with the city's name where the cities' clocks differ."""
    shown = [cities()[key] for key in chosen()]
    offsets = [language.offset(moment, city.zone) for city in shown]
    return offsets[0] if len(set(offsets)) == 1 else f"{shown[0].name(language.language())} {offsets[0]}"


def settings(moment: datetime, city: City) -> dict[str, object]:
    """What the browser's own clockwork needs."""
    offset = moment.astimezone(city.zone).utcoffset() or timedelta(0)
    return {
        "now": moment.timestamp() * 1000,
        "offset": offset.total_seconds() / 60,
        "zone": zone(moment),
        "days": days(moment, city),
        "rotate": seconds(),
        "first": first_view(),
        "patience": PATIENCE,
        "shift": SHIFT,
        "quiet": QUIET,
        "theme": theme(),
        "language": language.language(),
        "words": words(),
    }


@st.fragment(run_every=EVERY)
def wall() -> None:
    """Draw, and tell the browser when."""
    once.begin()
    try:
        shown = built(picture())
        data = {
            **settings(city_tables.now(), cities()[chosen()[0]]),
            **shown,
        }  # the moment last: drawing takes its time
    except CentreError as error:  # the clock or a city's file cannot be read: not even a bare wall
        st.error(language.markdown(errors.told(error)))
        return
    WALL(key="wall", data=json.loads(json.dumps(data, default=dict)))


st.html(
    "<style>[data-testid=stHeader],[data-testid=stSidebar],[data-testid=stToolbar],[data-testid=stStatusWidget],"
    "[data-testid=stSidebarCollapsedControl],[data-testid=stExpandSidebarButton],[data-testid=stDecoration],"
    "[data-testid=stConnectionStatus],[data-testid=stSkeleton],body>div[role=dialog],[data-testid=stDialog]"
    f"{{display:none!important}} .stApp{{overflow:hidden;background:{GROUNDS[theme()]}}}</style>"
)
wall()
