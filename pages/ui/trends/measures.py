"""Dated measures beside a trend: their marks in the figure, and what is said of each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby

import pandas as pd
import streamlit as st

from data.city import City
from data.measures.measures import Measure, status_on
from models.trends.trends import Refused
from pages.ui.page import frame as page_frame
from pages.ui.reader import language
from pages.ui.reader.language import markdown, number, t, t_unit
from pages.ui.trends.charts import Mark
from pages.ui.trends.same_stations import moved
from pages.ui.trends.view import View


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


def cited(one: Measure) -> str:
    """Who says it, and how sure that is."""
    return f"{markdown(one.source)}; {t(f'measures.sure.{one.sure}')}" if one.sure else markdown(one.source)


def unjudged(one: Measure) -> str:
    """Why a change of the air after a measure is not told as its effect; empty where it may be."""
    return "" if one.why_not in ("", "not_judged_yet") else t(f"measures.why_not.{one.why_not}")


def effects(shown: View, made: object) -> dict[str, str]:
    """Before and after each measure, as far as a year on both sides allows."""
    from models.trends.before_after import before_after

    said = {}
    for one in shown.measures():
        if one.day is None or unjudged(one):
            continue
        zone = UTC if made.daily else shown.city.zone  # type: ignore[attr-defined]  # days are labels in UTC
        day = pd.Timestamp(datetime.combine(one.day, time(), zone))
        if why := moved(shown, day.tz_localize(None)):
            said[one.key] = why
            continue
        try:
            found = before_after(made, day)  # type: ignore[arg-type]
        except Refused:
            said[one.key] = t("trends.effect_refused")
            continue
        key = {"fell": "fell", "rose": "rose"}.get(found.verdict, "unclear")
        said[one.key] = t(f"trends.effect_{key}", change=number(found.change, 1), lower=number(found.lower, 1),
                          upper=number(found.upper, 1), unit=t_unit(shown.unit), n=len(found.placebos))  # fmt: skip
    return said


def told(measures: Sequence[Measure], effect: Mapping[str, str], city: City, today: date) -> None:
    """Measures with their source; no claim that they worked."""
    dated = by_day(measures)
    if not measures:
        page_frame.caption(t("measures.none"))
        return
    st.markdown(f"**{t('trends.measures')}**")
    for place, (_, some) in enumerate(dated, 1):
        for one in some:
            words = f"{place}. {moment(one, city)}: {named(one, today)} ({cited(one)}). "
            st.markdown(f"{words}{effect.get(one.key) or unjudged(one)}")
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
