"""Kazakh indices of air pollution by month and year."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data.city import City
from models.indices.kz_indices import EXPONENTS
from pages.ui.city import tables as city_tables
from pages.ui.page import downloads, ordered
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import number, t
from pages.ui.trends import groups
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
        st.dataframe(months_of_indices(known, shown.city), hide_index=True, width="stretch", height=300)
        downloads.offer(months, f"{shown.city.key}-si-np-{shown.first}-{shown.last}")
    with right:
        st.dataframe(years_of_indices(years), hide_index=True, width="stretch")
        downloads.offer(years, f"{shown.city.key}-iza5-{shown.first}-{shown.last}")
    page_frame.caption(t("trends.indices_caption", exponents=chosen))
    groups.show(shown)
    if not home:
        st.warning(t("trends.indices_ours"), icon=":material/edit_note:")
        ordered.scales(shown.city.law)


def months_of_indices(known: pd.DataFrame, city: City) -> pd.DataFrame:
    """СИ and НП by month, in words, with the post and the day behind each; from hours they are no grade."""
    names = city_tables.names(city.key)

    def of(column: str) -> list[str]:
        """A column of text that no month need have."""
        return [x if isinstance(x, str) else "" for x in known.get(column, pd.Series("", index=known.index))]

    def parameters(column: str) -> list[str]:
        return [t(f"quantity.parameter.{p}") if p else language.MISSING for p in of(column)]

    posts = {end: [names.get(s, s) or language.MISSING for s in of(f"{end}_station")] for end in ("si", "np")}
    days = [language.day(datetime.fromisoformat(at), city.zone) if at else "" for at in of("si_start")]
    bounds = known["lower_bound"].astype(bool)
    return pd.DataFrame(
        {
            t("trends.column.month"): known["month"],
            t("trends.si"): [
                f"{'≥ ' if bound else ''}{number(v, 1)}" for v, bound in zip(known["si"], bounds, strict=True)
            ],
            t("trends.si_of"): parameters("si_parameter"),
            t("trends.si_where"): [", ".join(x for x in pair if x) for pair in zip(posts["si"], days, strict=True)],
            t("trends.np"): [number(v, 1) for v in known["np"]],
            t("trends.np_of"): parameters("np_parameter"),
            t("trends.np_where"): posts["np"],
            t("trends.grade_label"): [
                t("trends.no_grade_hours") if bound else grade(g)
                for g, bound in zip(known["grade"], bounds, strict=True)
            ],
        }
    )


def years_of_indices(years: pd.DataFrame) -> pd.DataFrame:
    """ИЗА5 by year: a sum with missing terms is a bound, which has no grade; the missing ones are named."""
    marks = ["≥ " if bound else "" for bound in years["lower_bound"]]
    missing = [", ".join(t(f"quantity.parameter.{p}") for p in str(names).split()) for names in years["left_out"]]
    return pd.DataFrame(
        {
            t("trends.column.year"): years["year"].astype(str),
            t("trends.iza5"): [f"{mark}{number(v, 1)}" for mark, v in zip(marks, years["iza5"], strict=True)],
            t("trends.grade_label"): [
                t("trends.no_grade", missing=names or t("trends.no_grade_terms")) if bound else grade(g)
                for g, bound, names in zip(years["grade"], years["lower_bound"], missing, strict=True)
            ],
            t("trends.parts"): years["parts"],
            t("trends.left_out"): missing,
        }
    )


def grade(key: str) -> str:
    """A grade in words."""
    return t(f"trends.grade.{key}") if key else language.MISSING
