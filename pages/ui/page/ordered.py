"""Scales that an act ordered and whose table is not on file, in a sentence each."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from data.standards.ordered import ordered
from pages.ui.reader import language
from pages.ui.reader.language import t

UTC = ZoneInfo("UTC")  # a day of an act is a day, whatever the clock


def scales(country: str = "") -> None:
    """The scales of a country, of all where none is named."""
    for one in ordered():
        if country in ("", one.country):
            said = {
                "country": t(f"scales.country.{one.country}"), "act": t(f"scales.act.{one.act}"),
                "colours": ", ".join(t(f"scales.colour.{colour}") for colour in one.colours),
                "day": _day(one.ordered_on), "due": _day(one.draft_due),
            }  # fmt: skip
            st.caption(t("scales.read_row" if one.file else "scales.row", **said))


def _day(day: date) -> str:
    return language.day(datetime.combine(day, time(), UTC), UTC)
