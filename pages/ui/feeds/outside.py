"""Stations that stand in no city: named and counted, so that nobody looks for their rows in a city's figures."""

import streamlit as st

from data.place import NOWHERE
from pages.ui.city import tables as city_tables
from pages.ui.reader.language import markdown, t


def stations() -> list[str]:
    """Names of stations that sent rows and lie in no city's box."""
    sending = set(city_tables.spans(NOWHERE)["station"])
    return sorted({name for station, name in city_tables.names(NOWHERE).items() if station in sending})


def told(most: int) -> None:
    """
    A line that counts them and names the first; nothing where there is none.

    Parameters
    ----------
    most : int
        How many are named.
    """
    away = stations()
    if away:
        more = [t("feeds.more", n=len(away) - most)] if len(away) > most else []
        st.caption(t("feeds.outside", n=len(away), names=markdown("; ".join([*away[:most], *more]))))
