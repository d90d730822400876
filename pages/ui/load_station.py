"""One station's tables for its page, kept by the store's version and the hour."""

from datetime import datetime, timedelta

import streamlit as st

from data.city import city as city_of
from pages.ui import load
from pages.ui.place import WIND, Place
from pages.ui.place import place as build

YEAR = timedelta(days=366)
MONTH = timedelta(days=32)
WEEK = timedelta(days=7)


@st.cache_resource(max_entries=24, show_spinner=False)
def _place(version: str, city: str, station: str, parameter: str, moment: datetime) -> Place:
    return build(
        city_of(city), moment, station, parameter,
        load.measurements(city, [parameter], YEAR, stations=[station]),
        load.measurements(city, list(WIND), YEAR),
        load.measurements(city, ["relative_humidity"], MONTH),
        load.measurements(city, [parameter], WEEK),
        load.stations(city),
    )  # fmt: skip


def place(city: str, station: str, parameter: str) -> Place:
    """What the station page says, as of these ten minutes; read-only."""
    moment = load.now().replace(second=0, microsecond=0)
    return _place(load.measured(city), city, station, parameter, moment - timedelta(minutes=moment.minute % 10))
