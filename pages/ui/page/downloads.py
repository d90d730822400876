"""Tables to take away: every number a figure shows, as CSV with plain column names."""

import pandas as pd
import streamlit as st

from data.store.narrow import names_stations, only
from jobs.export.csv_lines import safe
from pages.ui.city import tables as city_tables
from pages.ui.reader.language import t


def as_csv(table: pd.DataFrame) -> bytes:
    r"""
    UTF-8 with byte-order mark, comma and point; text that would run as a formula begins with an apostrophe.

    Examples
    --------
    >>> as_csv(pd.DataFrame({"name": ["=1+1"], "value": [2.5]})).decode("utf-8-sig")
    "name,value\n'=1+1,2.5\n"
    """
    words = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    plain = table.assign(**{str(name): table[name].map(_plain) for name in words})
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def _plain(value: object) -> object:
    return safe(value) if isinstance(value, str) else value


def kept_in(station: str) -> bool:
    """Whether a rule of sharing or a licence keeps rows of a station in, as the gate for exports says."""
    return bool(station) and station not in city_tables.leaves()


def offer(table: pd.DataFrame, stem: str, *, of: str = "") -> None:
    """A button that gives the table shown, as far as it may leave; nothing where it is empty or all `of` a station
    that is kept in.
    """
    table = table.iloc[:0] if kept_in(of) else table
    table = only(table, city_tables.leaves()) if names_stations(table) else table
    if len(table):
        st.download_button(
            t("station.take", n=len(table)),
            data=lambda: as_csv(table),
            file_name=f"{stem}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"take.{stem}",
            icon=":material/download:",
            type="tertiary",
        )
