"""The heating seasons of some years as a table: each day, how it is known, and its source."""

import pandas as pd
import streamlit as st

from data.city import City
from data.clock import local_date
from models.trends.heating import told
from pages.ui.city import tables as city_tables
from pages.ui.city.heating import calendar, said
from pages.ui.page.downloads import offer
from pages.ui.reader import language
from pages.ui.reader.language import t


def seasons(city: City, first: int, last: int) -> None:
    """A table of the seasons of some years, how each of their days is known, and its source."""
    known = calendar(city, first, local_date(city_tables.now(), city.zone))
    table = told([known.span(year) for year in range(first - 1, last + 1)], city.heating)
    with st.expander(t("heating.title")):
        shown = pd.DataFrame(
            {
                t("heating.season"): table["season"],
                t("heating.start"): [
                    said(day, how, city) for day, how in zip(table["start"], table["opened"], strict=True)
                ],
                t("heating.end"): [
                    said(day, how, city) for day, how in zip(table["end"], table["closed"], strict=True)
                ],
                t("heating.status"): [t(f"heating.read.{s}") if s else language.MISSING for s in table["status"]],
                t("heating.source"): table["source"],
                t("heating.address"): table["address"],
                t("heating.note"): table["note"],
            }
        )
        links = {t("heating.address"): st.column_config.LinkColumn()}
        st.dataframe(shown, hide_index=True, width="stretch", column_config=links)
        st.caption(rule(city))
        offer(table, f"heating-{city.key}")


def rule(city: City) -> str:
    """What opens and closes a season where no day was announced."""
    if city.heating.below is None:
        return t("heating.no_rule")
    return t("heating.rule", degrees=language.number(city.heating.below))
