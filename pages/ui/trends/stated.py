"""What is stated of a view: its level, its trend, its years at the same stations, in the sentences of the brief."""

import pandas as pd
import streamlit as st

from data.words import Words, words
from jobs.brief import trend_words
from jobs.brief.figures import level_facts, matched_facts, trend_facts
from models.limits.in_force import applicable
from models.trends import level as levels
from models.trends import matched, stated
from models.trends.stated import Stated
from pages.ui.city import tables as city_tables
from pages.ui.reader import language
from pages.ui.reader.language import markdown
from pages.ui.trends import tables as trends_tables
from pages.ui.trends.view import View

YEARS = 5  # back from the chosen end, in which one year is held against the one before


def sheet() -> Words:
    """The catalog of the printed brief in the reader's language: page and sheet say the same."""
    return words("brief", language.language())


@st.cache_data(max_entries=48, show_spinner=False)
def _trend(version: str, rows: pd.DataFrame, end: object, basis: str) -> Stated:
    return stated.stated(rows, end, basis=basis)  # type: ignore[arg-type]


def trend(shown: View) -> Stated:
    """The trend of the five years up to the view's end."""
    return _trend(city_tables.settled(), shown.clean, shown.end, shown.basis)


@st.cache_data(max_entries=48, show_spinner=False)
def _steps(version: str, rows: pd.DataFrame, end: object, first: int) -> list[matched.Matched]:
    return matched.steps(rows, end, first)  # type: ignore[arg-type]


def steps(shown: View) -> list[matched.Matched]:
    """Each of the last years against the one before it, at the same stations on the same days."""
    last = (pd.Timestamp(shown.end) - pd.Timedelta(days=1)).year
    return _steps(city_tables.settled(), shown.clean, shown.end, last - YEARS)


def level(shown: View, year: int) -> levels.Level | None:
    """A year's level with its range, its stations and what the left-out values would change."""
    end = min(pd.Timestamp(year + 1, 1, 1).date(), shown.until)
    first = pd.Timestamp(year, 1, 1).date()
    limits = applicable(shown.city.law, shown.parameter, averaging="24h") if shown.basis == "mean" else ()
    rows = shown.rows[pd.DatetimeIndex(shown.rows["day"]).year == year]
    counts, every = trends_tables.left_out(shown.city, shown.parameter, first, end)
    return levels.level(
        rows, [x for x in limits if x.law], values=counts, everything=every[every["basis"] == shown.basis],
        without=shown.without,
    )  # fmt: skip


def level_words(shown: View, year: int) -> str:
    """How sure the level of a year is; nothing of one station, which is what was asked for."""
    if shown.station:
        return ""
    made = level(shown, year)
    said = trend_words.level(level_facts(made, 365), shown.basis, sheet())
    return markdown(" ".join(said[1:]))


def trend_sentences(shown: View) -> str:
    """The trend and the years at the same stations, the one that may be stated first in bold."""
    w = sheet()
    name, step = w.say(f"parameter.{shown.parameter}"), matched_facts(matched.answer(steps(shown)))
    _, said = trend_words.trend(trend_facts(trend(shown)), step, name, w)
    return " ".join([f"**{markdown(said[0])}**", *(markdown(x) for x in said[1:])]) if said else ""
