"""Tables to take away: every number a figure shows, as CSV with plain column names."""

import pandas as pd
import streamlit as st

from jobs.export.csv_lines import safe
from pages.ui.city import tables as city_tables
from pages.ui.reader.language import t

# Columns that tell the value of the one station they name.
WORST = ("worst_station", "worst_value", "worst_start")


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


def kept_in(*stations: str) -> bool:
    """Whether a rule of sharing or a licence keeps the rows of one of these stations in."""
    return any(s and s not in city_tables.leaves() for s in stations)


def leaving(table: pd.DataFrame) -> pd.DataFrame:
    """A table without rows of stations, and without worst values, that may be seen here and may not leave."""
    if "station" in table:
        table = table[[not kept_in(str(s)) for s in table["station"]]]
    if WORST[0] in table:
        stays = [kept_in(str(s)) for s in table[WORST[0]]]
        table = table.assign(**{name: table[name].mask(stays) for name in WORST if name in table})
    return table


def offer(table: pd.DataFrame, stem: str, *, of: str = "") -> None:
    """A button that gives the table shown, as far as it may leave; nothing where it is empty or all `of` a station
    that is kept in.
    """
    table = table.iloc[:0] if kept_in(of) else leaving(table)
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
