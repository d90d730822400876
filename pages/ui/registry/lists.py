"""Rows of the registers as the page lists them, and which of them the reader asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from data.city import cities
from data.facts import Due
from jobs.register.registers import Register
from jobs.register.spans import AHEAD, span
from pages.ui.reader import choices
from pages.ui.reader.language import t
from pages.ui.registry import words

Row = Mapping[str, str]
ALL, DUE = "all", "due"
FILTERS = ("category", "subtype", "status")
SHOWN = ("name", "city", "category", "subtype", "kind", "source_type", "fuel", "status", "from", "until", "start",
         "end", "expected_low", "expected_high", "act", "coord_quality", "reference", "address", "checked")  # fmt: skip
ADDRESSES = ("reference", "address")
PLANNED = ("name", "city", "category", "subtype", "kind", "from", "start", "reference", "address")


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see: the city's key (`all`), a cell for each filter, only what is due."""

    city: str
    cells: Mapping[str, str]
    due: bool

    def holds(self, row: Row, due: frozenset[str], key: str) -> bool:
        """Whether a row is asked for."""
        of_city = self.city == ALL or row.get("city", "") == self.city
        return (
            of_city
            and all(v in (ALL, row.get(k) or words.UNKNOWN) for k, v in self.cells.items())
            and (not self.due or row[key] in due)
        )


def asked(rows: Sequence[Row]) -> Asked:
    """The filters, kept in the URL; each offers what there is."""
    places = st.columns(len(FILTERS) + 2, vertical_alignment="bottom")
    # One city first: on a map of all of them each is a speck, a thousand kilometres from the next.
    known = [*(c for c in cities() if any(row.get("city") == c for row in rows)), ALL]
    city = choices.pick("of", known, t("frame.city"), show=lambda k: _all(k) or words.city(k),
                        widget=places[0].selectbox)  # fmt: skip
    cells = {}
    for place, name in zip(places[1:], FILTERS, strict=False):
        there = [ALL, *sorted({row[name] or words.UNKNOWN for row in rows})]
        cells[name] = choices.pick(name, there, words.column(name), widget=place.selectbox,
                                   show=lambda k, name=name: _all(k) or words.cell(name, k))  # fmt: skip
    due = choices.pick("due", [ALL, DUE], t("registry.review"), widget=places[-1].selectbox,
                       show=lambda k: _all(k) or t("registry.due_only"))  # fmt: skip
    return Asked(city, cells, due == DUE)


def _all(key: str) -> str:
    return t("registry.all") if key == ALL else ""


def table(book: Register, rows: Sequence[Row], shown: Sequence[str] = SHOWN) -> None:
    """Rows in words; addresses that a browser may open are links."""
    names = [name for name in shown if name == "name" or name in book.columns]
    full = [name for name in names if any(_text(book, row, name) for row in rows)]
    cells = pd.DataFrame([{words.column(n): _text(book, row, n) for n in full} for row in rows])
    opens = [next((at for n in ADDRESSES if (at := words.link(row.get(n, "")))), None) for row in rows]
    head = t("registry.opens")
    links = {head: st.column_config.LinkColumn(head)} if any(opens) else None
    if links:
        cells[head] = opens
    st.dataframe(cells, hide_index=True, width="stretch", column_config=links)


def _text(book: Register, row: Row, name: str) -> str:
    return words.name(row, book.key) if name == "name" else words.cell(name, row.get(name, ""))


def raw(book: Register, rows: Sequence[Row]) -> pd.DataFrame:
    """Every column as it is kept, to take away."""
    return pd.DataFrame([dict(row) for row in rows], columns=list(book.columns))


def ahead(rows: Sequence[Row], today: date) -> list[Row]:
    """What is planned or announced, or begins after today; in the order in which it begins."""
    begins = [(span(row).start, row) for row in rows]
    found = [(start, row) for start, row in begins if row.get("status") in AHEAD or (start and start > today)]
    return [row for _, row in sorted(found, key=lambda pair: pair[0] or date.max)]


def due_table(found: Sequence[tuple[Register, Due, Row]]) -> pd.DataFrame:
    """What is due for review, the longest due first."""
    return pd.DataFrame([
        {
            t("registry.which"): words.register(book.name),
            words.column("name"): words.name(row, book.key),
            t("registry.due_on"): words.day(due.on),
            words.column("checked"): row.get("checked", ""),
            words.column("owner"): due.owner,
        }
        for book, due, row in sorted(found, key=lambda three: three[1].on)
    ])  # fmt: skip
