"""The bar that says how far the demo world is, as long as it is being built."""

import streamlit as st

from data.demo import progress
from data.store.served import demo_store, served
from pages.ui.city import tables as city_tables
from pages.ui.reader import once
from pages.ui.reader.language import t

EVERY = 2  # between looks [s]


def share() -> float | None:
    """How much of the demo world is built; None where it is whole, or real data are shown. [0–1]"""
    return progress.share(demo_store().uri) if served().demo else None


def words(part: float) -> str:
    """What the bar says."""
    return t("frame.building", share=int(100 * part))


def building() -> None:
    """Show the bar while there is something to wait for; the page is drawn anew when the world is whole."""
    if share() is not None:
        st.fragment(_bar, run_every=EVERY)(city_tables.empty())


def _bar(was_empty: bool) -> None:  # as a fragment takes it
    once.begin()
    part = share()
    if part is None or (was_empty and not city_tables.empty()):
        st.rerun()
    st.progress(part, text=words(part))
