"""The panel about methane near a city: answer, table, credit, and the file where the licence lets it out."""

import pandas as pd
import streamlit as st

from data.city import City
from jobs.methane.answer import Methane, methane
from pages.ui.city import tables as city_tables
from pages.ui.methane import words
from pages.ui.page import frame as page_frame
from pages.ui.reader import language
from pages.ui.reader.language import markdown, number, t


def found(city: City) -> Methane:
    """Plumes near a city as the reader may see them, with names of sites in the reader's language."""
    return methane(city_tables.store(), city, language.language(), city_tables.now())


def draw(city: City, lang: str | None = None) -> None:
    """
    The whole panel, for any page.

    Parameters
    ----------
    city : City
        Whose 150 km.
    lang : str, optional
        Language; the reader's by default.
    """
    if lang is None:
        _draw(city)
    else:
        with language.using(lang):
            _draw(city)


def _draw(city: City) -> None:
    told = found(city)
    st.subheader(t("methane.title"), anchor=False)
    st.markdown(markdown(words.answer(told, city)))
    for line in (words.behind(told), t("methane.origin") if len(told.plumes) else ""):
        if line:
            st.markdown(markdown(line))
    if len(told.plumes):
        st.dataframe(table(told, city), hide_index=True, width="stretch")
    page_frame.caption(markdown(f"{words.pledge(city)} {t('methane.credit', text=told.credit.text)} "
                                f"{told.credit.licence}, {told.credit.url}"))  # fmt: skip
    if len(told.plumes):
        _take(told, city)


def table(told: Methane, city: City) -> pd.DataFrame:
    """The plumes as rows of the screen, the newest first."""
    rows = told.plumes.to_dict("records")
    return pd.DataFrame(
        {
            t("methane.column.overpass"): [words.dated(r, city.zone) for r in rows],
            t("methane.column.rate"): [words.rate(r) for r in rows],
            t("methane.column.place"): [words.position(r) for r in rows],
            t("methane.column.distance"): [number(r["distance_km"]) for r in rows],
            t("methane.column.nearest"): [words.nearest(r) for r in rows],
            t("methane.column.sensor"): [r["sensor"] for r in rows],
            t("methane.column.sector"): [words.sector(r) for r in rows],
        }
    )


def _take(told: Methane, city: City) -> None:
    """A button with the rows that may leave; a sentence where the licence keeps all of them in."""
    leaving = methane(city_tables.taken(), city, language.language(), city_tables.now())
    if len(leaving.plumes):
        st.download_button(
            t("station.take", n=len(leaving.plumes)), data=leaving.csv(), file_name=f"plumes-{city.key}.csv",
            mime="text/csv", on_click="ignore", key=f"take.plumes.{city.key}", icon=":material/download:",
            type="tertiary",
        )  # fmt: skip
    if len(leaving.plumes) < len(told.plumes):
        page_frame.caption(markdown(t("methane.stays", licence=told.credit.licence, publisher=told.credit.url)))
