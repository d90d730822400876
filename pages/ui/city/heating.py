"""Heating seasons on the screens: the calendar of a city, its days in words, a sentence about the present."""

from datetime import date, datetime

import pandas as pd
import streamlit as st

from data.city import City
from data.city import city as city_of
from data.clock import local_date
from jobs.tables.heating import heating_calendar
from models.trends.heating import NONE, Calendar, Span
from pages.ui.city import tables as city_tables
from pages.ui.reader import language
from pages.ui.reader.language import t


@st.cache_data(max_entries=8, show_spinner=False)
def _calendar(version: str, key: str, first: int, until: date) -> Calendar:
    zone = city_of(key).zone
    # Seasons of the first year began in the autumn before it.
    start, end = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (date(first - 1, 9, 1), until))
    return heating_calendar(city_tables.store(), key, start, end, until)


def calendar(city: City, first: int, until: date) -> Calendar:
    """
    Heating seasons of a city.

    Parameters
    ----------
    first : int
        Year from which on they matter.
    until : date
        First day that is not known.
    """
    return _calendar(city_tables.settled(), city.key, first, until)


def said(day: date, how: str, city: City) -> str:
    """`3 Nov 2025, announced`."""
    written = language.day(datetime(day.year, day.month, day.day, tzinfo=city.zone), city.zone)
    return t("heating.day", day=written, how=t(f"heating.how.{how}"))


def present(city: City) -> str:
    """Whether the city heats now, since when or until when, and how that is known."""
    today = local_date(city_tables.now(), city.zone)
    known = calendar(city, today.year, today)
    year = int(known.seasons(pd.DatetimeIndex([city_tables.now()]))[0])
    if year != NONE:
        one = known.span(year)
        return t("heating.on", start=said(one.start, one.opened, city), end=said(one.end, one.closed, city))
    coming: Span = min((known.span(y) for y in (today.year, today.year + 1)), key=lambda s: (s.start <= today, s.start))
    return t("heating.off", start=said(coming.start, coming.opened, city))
