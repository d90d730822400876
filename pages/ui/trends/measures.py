"""Dated measures beside a trend: their marks in the figure, and what is said of each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby

import streamlit as st

from data.city import City
from data.measures.measures import Measure, status_on
from pages.ui.page import frame as page_frame
from pages.ui.reader import language
from pages.ui.reader.language import markdown, t
from pages.ui.trends.charts import Mark


def by_day(measures: Sequence[Measure]) -> list[tuple[date, list[Measure]]]:
    """Measures of each day: one mark stands for those that began together and cannot be told apart."""
    known = sorted((one for one in measures if one.day is not None), key=lambda one: one.day or date.max)
    return [(day, list(some)) for day, some in groupby(known, key=lambda one: one.day or date.max)]


def marks(measures: Sequence[Measure]) -> list[Mark]:
    """Their marks for a figure, in the order of the numbers in the list below it."""
    return [Mark(day, "; ".join(name(one) for one in some)) for day, some in by_day(measures)]


def name(one: Measure) -> str:
    """A measure in the reader's language."""
    return one.names.get(language.language(), one.names["en"])


def named(one: Measure, on: date) -> str:
    """Name, kind and status on a day."""
    said = {"name": markdown(name(one)), "kind": t(f"measures.kind.{one.kind}")}
    return t("measures.named", **said, status=t(f"measures.status.{status_on(one, on)}"))


def told(measures: Sequence[Measure], effect: Mapping[str, str], city: City, today: date) -> None:
    """Measures with their source; no claim that they worked."""
    dated = by_day(measures)
    if not measures:
        page_frame.caption(t("measures.none"))
        return
    st.markdown(f"**{t('trends.measures')}**")
    for place, (_, some) in enumerate(dated, 1):
        for one in some:
            words = f"{place}. {moment(one, city)}: {named(one, today)} ({markdown(one.source)}). "
            st.markdown(f"{words}{effect.get(one.key, '')}")
    if loose := [one for one in measures if one.day is None and one.begins.first is not None]:
        listed = "; ".join(f"{one.begins.first.year}: {named(one, today)}" for one in loose if one.begins.first)
        page_frame.caption(t("measures.undated", measures=listed))
    if any(len(some) > 1 for _, some in dated):
        page_frame.caption(t("measures.together"))
    if not effect:
        page_frame.caption(t("trends.measures_caveat"))


def moment(one: Measure, city: City) -> str:
    """Its day, or its month where no more is known."""
    day = one.day or date.max
    if one.begins.last is not None and one.begins.last != day:
        return t("brief.month", month=t(f"brief.months.{day.month}"), year=str(day.year))
    return language.day(datetime.combine(day, time(12), city.zone), city.zone)
