"""Kazakh indices of air pollution by month and year."""

import pandas as pd
import streamlit as st

from models.indices.kz_indices import EXPONENTS
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import number, t
from pages.ui.trends import tables as trends_tables
from pages.ui.trends.view import (
    View,
)  # fmt: skip


def indices(shown: View) -> None:
    """СИ, НП and ИЗА5; outside Kazakhstan computed by us."""
    home = shown.city.law == "kz"
    st.subheader(t("trends.indices_title" if home else "trends.indices_title_ours"), anchor=False)
    left, right = st.columns([2, 2], vertical_alignment="bottom")
    if not left.toggle(t("trends.indices_show"), key="trends.indices"):
        return
    chosen = choices.pick("exponents", list(EXPONENTS), t("trends.exponents"), widget=right.selectbox)
    with st.spinner(t("trends.indices_wait")):
        months, years = trends_tables.indices(shown.city, chosen, shown.first, shown.last)
    if not len(months) or months["si"].isna().all():
        st.info(t("trends.indices_none"), icon=":material/inbox:")
        return
    known = months.dropna(subset=["si"]).sort_values("month", ascending=False)
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(months_of_indices(known), hide_index=True, width="stretch", height=300)
        downloads.offer(months, f"{shown.city.key}-si-np-{shown.first}-{shown.last}")
    with right:
        st.dataframe(
            pd.DataFrame(
                {
                    t("trends.column.year"): years["year"].astype(str),
                    t("trends.iza5"): [number(v, 1) for v in years["iza5"]],
                    t("trends.grade_label"): [
                        grade(g) if done or not g else t("trends.at_least", grade=grade(g))
                        for g, done in zip(years["grade"], years["complete"], strict=True)
                    ],
                    t("trends.parts"): years["parts"],
                    t("trends.left_out"): years["left_out"],
                }
            ),
            hide_index=True, width="stretch",
        )  # fmt: skip
        downloads.offer(years, f"{shown.city.key}-iza5-{shown.first}-{shown.last}")
    page_frame.caption(t("trends.indices_caption", exponents=chosen))
    if not home:
        st.warning(t("trends.indices_ours"), icon=":material/edit_note:")


def months_of_indices(known: pd.DataFrame) -> pd.DataFrame:
    """СИ and НП by month, in words."""
    return pd.DataFrame(
        {
            t("trends.column.month"): known["month"],
            t("trends.si"): [number(v, 1) for v in known["si"]],
            t("trends.si_of"): [t(f"quantity.parameter.{p}") for p in known["si_parameter"]],
            t("trends.np"): [number(v, 1) for v in known["np"]],
            t("trends.np_of"): [
                t(f"quantity.parameter.{p}") if isinstance(p, str) and p else language.MISSING
                for p in known.get("np_parameter", pd.Series("", index=known.index))
            ],
            t("trends.grade_label"): [grade(g) for g in known["grade"]],
        }
    )


def grade(key: str) -> str:
    """A grade in words."""
    return t(f"trends.grade.{key}") if key else language.MISSING
