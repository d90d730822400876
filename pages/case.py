"""A case between neighbours: wind across the border, readings near it, what is not known; one page to print."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data.cases.cases import Case
from data.city import City
from data.city import city as city_of
from data.clock import local_date
from data.store.served import real_store
from data.times import midnights
from jobs.cases.facts import crossing, gather, hours_csv
from jobs.cases.page import draw
from jobs.cases.sentences import Text, lines, made, sentences
from jobs.register.cases import cases
from pages.ui.city import tables as city_tables
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import markdown, t

BACK = timedelta(days=365)  # what is looked at unless somebody says otherwise


@st.cache_data(max_entries=8, show_spinner=False)
def _gathered(
    version: str, key: str, start: datetime, end: datetime, moment: datetime, leaving: bool
) -> dict[str, Any]:
    store = city_tables.taken() if leaving else city_tables.store()
    return gather(store, cases(real_store())[key], start, end, moment, whole=city_tables.store())


@st.cache_data(max_entries=8, show_spinner=False)
def _hours(version: str, key: str, start: datetime, end: datetime) -> bytes:
    one = cases(real_store())[key]
    return hours_csv(crossing(city_tables.taken(), one, start, end), city_of(one.city))


def chosen(container: Any) -> Case:
    """The case that the address names, else the first; its name in the reader's language."""
    known = cases(real_store())
    names = {key: one.text("name", language.language()) for key, one in known.items()}
    key = choices.pick("case", list(known), t("frame.page.case"), show=names.__getitem__, widget=container.selectbox)
    return known[key]


def period(city: City, said: Any, left: Any, right: Any) -> tuple[datetime, datetime]:
    """First and last day on the city's clock; the last year by default."""
    now = city_tables.now()
    today = local_date(now, city.zone)
    first = left.date_input(said("page.first"), today - BACK, max_value=today, key="case.first")
    last = right.date_input(said("page.last"), today, max_value=today, key="case.last")
    start, end = midnights([min(first, last), max(first, last) + timedelta(days=1)], city.zone)
    return start.to_pydatetime(), min(end.to_pydatetime(), now)


def table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    """A table of the screen; nothing where there is no row."""
    if rows:
        st.dataframe(pd.DataFrame(rows, columns=list(head)), hide_index=True, width="stretch")


def section(heading: str, texts: tuple[str, ...]) -> None:
    """A heading with its lines."""
    st.subheader(heading, anchor=False)
    for words in texts:
        st.markdown(markdown(words))


def show(said: Text, one: Case) -> None:
    """Everything the printed page says."""
    st.markdown(markdown(said.about))
    section(said.section("wind"), said.wind)
    table(*said.months)
    section(said.section("measured"), said.measured)
    table(*said.readings)
    for heading, texts in lines(said):
        section(heading, texts)
    page_frame.caption(markdown(said.disclaimer))
    page_frame.caption(markdown(said.credits))


def downloads(one: Case, said: Text, version: str, start: datetime, end: datetime, moment: datetime) -> None:
    """The hours as a table and the page as PDF, as far as their rows may leave."""
    facts = _gathered(version, one.key, start, end, moment, leaving=True)
    code = language.language()
    left, right, _ = st.columns([1, 1, 2])
    stem = f"case-{one.key}-{start:%Y%m%d}-{end:%Y%m%d}"
    left.download_button(
        said.words.say("page.pdf"), data=draw(facts, one, code, moment), file_name=f"{stem}-{code}.pdf",
        mime="application/pdf", on_click="ignore", key="case.pdf", icon=":material/picture_as_pdf:",
    )  # fmt: skip
    if facts["wind"]["known"]:
        right.download_button(
            said.words.say("page.hours"), data=_hours(version, one.key, start, end), file_name=f"{stem}.csv",
            mime="text/csv", on_click="ignore", key="case.csv", icon=":material/download:",
        )  # fmt: skip


def page() -> None:
    """The page."""
    top = st.container()
    left, middle, right = st.columns([2, 1, 1])
    one, code = chosen(left), language.language()
    where, moment = city_of(one.city), city_tables.now().replace(minute=0, second=0, microsecond=0)
    start, end = period(where, language_words(code), middle, right)
    version = f"{city_tables.version(one.city)} {city_tables.version_of('plumes')} {city_tables.version_of('status')}"
    facts = _gathered(version, one.key, start, end, moment, leaving=False)
    said = sentences(facts, one, code)
    with top:
        chips = [*said.marks, made(facts, said, where.zone)]
        page_frame.head(said.title, f"**{markdown(said.answer)}**", chips)
    downloads(one, said, version, start, end, moment)
    show(said, one)


def language_words(code: str) -> Any:
    """The catalog of the printed page, which the screen shares."""
    from data.words import words

    return words("case", code).say


if city_tables.empty():
    page_frame.head(t("frame.page.case"))
    page_frame.nothing()
else:
    page()
