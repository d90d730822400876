"""One station's tables for its page, kept by the store's version and the hour."""

from datetime import datetime, timedelta

import streamlit as st

from data.city import city as city_of
from pages.ui.city import tables as city_tables
from pages.ui.station.state import WIND, Place
from pages.ui.station.state import place as build

YEAR = timedelta(days=366)
MONTH = timedelta(days=32)
WEEK = timedelta(days=7)


@st.cache_resource(max_entries=24, show_spinner=False)
def _place(version: str, city: str, station: str, parameter: str, moment: datetime) -> Place:
    return build(
        city_of(city), moment, station, parameter,
        city_tables.measurements(city, [parameter], YEAR, stations=[station]),
        city_tables.measurements(city, list(WIND), YEAR),
        city_tables.measurements(city, ["relative_humidity"], MONTH),
        city_tables.measurements(city, [parameter], WEEK),
        city_tables.stations(city),
    )  # fmt: skip


def place(city: str, station: str, parameter: str) -> Place:
    """What the station page says, as of this minute, as every other page that tells an age; read-only."""
    moment = city_tables.now().replace(second=0, microsecond=0)
    return _place(city_tables.measured(city), city, station, parameter, moment)
