"""The attribution's tables for the screens, kept by the store's version."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from models.trends.trends import Refused
from models.wind.polar import polar_surface
from pages.ui.city import tables as city_tables
from pages.ui.station import tables as station_tables

TABLES = {"shares": "attribution", "hours": "attribution_hours", "sites": "attribution_sites",
          "evidence": "attribution_evidence"}  # fmt: skip


@dataclass(frozen=True)
class Origins:
    """
    What the last attribution said of a city; every table is empty where it said nothing.

    Attributes
    ----------
    status : dict
        Row of the table `attribution_status`, empty before the first attribution; ``transboundary``, ``unlisted`` and
        ``station_days`` are unpacked.
    shares, hours, sites, evidence : DataFrame
        Rows of the tables of the same names.
    """

    status: dict[str, Any]
    shares: pd.DataFrame
    hours: pd.DataFrame
    sites: pd.DataFrame
    evidence: pd.DataFrame

    def span(self, name: str) -> pd.DataFrame:
        """Shares of a span: `now`, `7d` … `60d`; highest first, the undetermined last; refused ones left out."""
        rows = self.shares[(self.shares["span"] == name) & self.shares["share"].notna()]
        rows = rows.assign(last=rows["category"] == "undetermined")
        return rows.sort_values(["last", "share"], ascending=[True, False]).reset_index(drop=True)

    @property
    def notes(self) -> list[str]:
        """Codes that hold for the whole answer."""
        return [code for code in str(self.status.get("notes", "")).split(",") if code]


@st.cache_resource(max_entries=8, show_spinner=False)
def _origins(version: str, city: str) -> Origins:
    rows = {name: _of(city_tables.table(table), city) for name, table in TABLES.items()}
    known = _of(city_tables.table("attribution_status"), city)
    status: dict[str, Any] = {} if not len(known) else {str(k): v for k, v in known.iloc[-1].to_dict().items()}
    for name in ("transboundary", "unlisted", "station_days"):
        status[name] = json.loads(status.get(name) or "[]")
    return Origins(status=status if len(known) else {}, **rows)


def _of(table: pd.DataFrame, city: str) -> pd.DataFrame:
    return table[table["city"] == city].reset_index(drop=True)


def origins(city: str) -> Origins:
    """The last attribution of a city; read-only."""
    return _origins(city_tables.version(city), city)


@st.cache_data(max_entries=16, show_spinner=False)
def _surface(version: str, city: str, station: str, parameter: str, moment: datetime) -> tuple[pd.DataFrame, str, str]:
    wind = station_tables.place(city, station, parameter).wind
    if wind is None:
        return pd.DataFrame(), "", ""
    try:
        return polar_surface(wind.wide, "value", min_bin=2), wind.station, wind.kind
    except Refused:
        return pd.DataFrame(), wind.station, wind.kind


def surface(city: str, station: str, parameter: str) -> tuple[pd.DataFrame, str, str]:
    """Polar surface of a station's hours, whose wind it is, and that wind's kind; empty where there is none."""
    moment = city_tables.now().replace(second=0, microsecond=0)
    return _surface(
        city_tables.measured(city), city, station, parameter, moment - timedelta(minutes=moment.minute % 10)
    )
