"""The consortium: members, rules of exchange, what was sent and received when, acts, promises kept, programmes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from data.consortium import register
from pages.ui.consortium import tables
from pages.ui.page import frame as page_frame
from pages.ui.page.downloads import offer
from pages.ui.reader import sign_in
from pages.ui.reader.language import t

# What leads to the data of the centre, by key of its words: addresses of the same server.
LINKS = (
    ("openapi", "/api/v1/openapi.json"),
    ("snapshots", "/api/v1/snapshots.atom"),
    ("alarms", "/api/v1/alarms.atom"),
    ("sensorthings", "/sta/v1.1"),
)
MOST = 460  # height of a table before it scrolls [px]


@dataclass(frozen=True)
class Part:
    """A part of the page: key of its words, its table, and whether it speaks of what may be withheld."""

    key: str
    table: Callable[[], pd.DataFrame]


PARTS = (
    Part("promises", tables.promises),
    Part("members", tables.members),
    Part("rules", tables.exchange),
    Part("sent", tables.sent),
    Part("received", tables.received),
    Part("acts", tables.acts),
    Part("programmes", tables.programmes),
)


def draw(part: Part) -> None:
    """Heading, what it is, the table or why there is none, and the file."""
    st.subheader(t(f"consortium.title.{part.key}"), anchor=part.key)
    page_frame.caption(t(f"consortium.says.{part.key}"))
    table = part.table()
    if not len(table):
        st.caption(t(f"consortium.none.{part.key}"))
        return
    links = {t("consortium.address"): st.column_config.LinkColumn()}
    height = min(38 + 35 * len(table), MOST)
    st.dataframe(table, hide_index=True, width="stretch", height=height, column_config=links)
    offer(table, f"consortium-{part.key}")
    if part.key == "sent" and sign_in.reader().reaches("operator"):
        st.caption(tables.bearers())


def answer() -> str:
    """The page in a sentence: how many promises are kept."""
    count = Counter(one.state for one in register.promises())
    return t("consortium.answer", done=count["done"], part=count["part"], none=count["none"])


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    page_frame.head(t("frame.page.consortium"), answer())
    st.markdown(" · ".join(f"[{t(f'consortium.link.{key}')}]({address})" for key, address in LINKS))
    for part in PARTS:
        with page_frame.spoken():
            draw(part)


page()
