"""The wall: both cities for a screen five metres away; no input, rotates, tells by itself when it is old."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import streamlit as st

from data import clock
from data.city import cities
from pages.ui import choices, frame, load, panels, text
from pages.ui.picture import Picture
from pages.ui.text import t

HERE = Path(__file__).parent / "ui"
EVERY = 10  # seconds between looks; the picture itself changes by the minute or with the store
PATIENCE = 40  # seconds without a look after which the screen calls itself old
WALL = st.components.v2.component(
    "wall",
    html='<div class="wall dark">\n<div class="stage"></div></div>',
    css=(HERE / "wall.css").read_text("utf-8"),
    js=(HERE / "wall.js").read_text("utf-8"),
)


def chosen() -> list[str]:
    """Cities by `?city=`: one, or all."""
    key = choices.asked("city", [*cities(), "all"], "all")
    return list(cities()) if key == "all" else [key]


def seconds() -> int:
    """Length of a view by `?rotate=`; 0 = no rotation."""
    asked = st.query_params.get("rotate", "20")
    return min(int(asked), 3600) if asked.isdecimal() and len(asked) <= 6 else 20


def first_view() -> int:
    """The view to begin with by `?view=`, counted from 1; with `rotate=0` it stays."""
    asked = st.query_params.get("view", "1")
    return max(int(asked) - 1, 0) if asked.isdecimal() and len(asked) <= 3 else 0


def days(moment: datetime, zone_of: Picture) -> dict[str, str]:
    """Dates around now in words, so that the browser's clock can turn the page at midnight by itself."""
    zone = zone_of.city.zone
    around = [moment + timedelta(days=d) for d in (-1, 0, 1, 2)]
    return {f"{d.astimezone(zone):%Y-%m-%d}": f"{text.weekday(d, zone)} {text.day(d, zone)}" for d in around}


def words() -> dict[str, object]:
    """What the browser says by itself."""
    known = text.catalog(text.language())
    return {
        "updated": known["wall.updated"],
        "lost": known["wall.lost"],
        "next": known["wall.next"],
        "age": {name: known[f"time.age.{name}"] for name in ("now", "minutes", "hours", "days")},
    }


def alarms(pictures: list[Picture]) -> list[str]:
    """Standing alarms in words, once they are evaluated and kept."""
    rows = load.table("alarms")
    if not {"city", "text", "state", "since"} <= set(rows):
        return []
    names = {p.city.key: p.name for p in pictures}
    standing = rows[rows["city"].isin(list(names)) & rows["state"].isin(["unacknowledged", "acknowledged"])]
    return [f"{names[r.city]}: {r.text}" for r in standing.sort_values("since", ascending=False).itertuples()]


@st.fragment(run_every=EVERY)
def wall() -> None:
    """Draw, and tell the browser when."""
    try:
        pictures = [load.picture(key) for key in chosen()]
        status, simulated, replay = load.status(), load.simulated(), clock.replaying()
        moment, first = load.now(), pictures[0]
        body = (
            panels.top(pictures, status, simulated=simulated, replay=replay)
            + f'<div class="views">{panels.views(pictures, status)}</div>'
            + panels.foot(pictures, alarms(pictures))
            + (panels.water(t("frame.demo_mark")) if simulated else "")
        )
        offset = moment.astimezone(first.city.zone).utcoffset() or timedelta(0)
        WALL(
            key="wall",
            data=json.loads(json.dumps({
                "html": body,
                "stamp": moment.timestamp(),
                "now": moment.timestamp() * 1000,
                "offset": offset.total_seconds() / 60,
                "zone": text.offset(moment, first.city.zone),
                "days": days(moment, first),
                "rotate": seconds(),
                "first": first_view(),
                "patience": PATIENCE,
                "theme": choices.asked("theme", choices.THEMES, "dark"),
                "language": text.language(),
                "words": words(),
            }, default=dict)),
        )  # fmt: skip
    except frame.SPOKEN as error:
        st.error(text.markdown(error))
    except Exception:
        frame.log.exception("the wall could not be drawn")
        st.error(t("frame.broken"))


st.html(
    "<style>[data-testid=stHeader],[data-testid=stSidebar],[data-testid=stToolbar],[data-testid=stStatusWidget],"
    "[data-testid=stSidebarCollapsedControl],[data-testid=stExpandSidebarButton],[data-testid=stDecoration],"
    "[data-testid=stConnectionStatus],[data-testid=stSkeleton],body>div[role=dialog],[data-testid=stDialog]"
    "{display:none!important} .stApp{overflow:hidden;background:#14181c}</style>"
)
wall()
