"""Summation groups of a law on the trends page: what was above one, for certain or with what is measured alone."""

from datetime import date

import pandas as pd
import streamlit as st

from data.city import City
from data.city import city as city_of
from data.parameters import PARAMETERS
from models.limits.in_force import groups
from pages.ui.city import tables as city_tables
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.page.law_tables import member, members
from pages.ui.reader.language import number, t
from pages.ui.trends.tables import KINDS, LEAN, midnight, today
from pages.ui.trends.view import View


@st.cache_data(max_entries=6, show_spinner=False)
def _summed(version: str, key: str, first: int, until: date) -> pd.DataFrame:
    from models.limits.summation import summation

    city, together = city_of(key), groups(city_of(key).law)
    start, end = midnight(city, date(first, 1, 1)), midnight(city, until)
    asked = sorted({name for group in together for name in group.parameters})
    rows = city_tables.store().measurements(
        key, asked, start, end, columns=(*LEAN, "raw_unit"), kinds=KINDS, flags=("ok",), minutes=(60,)
    )
    stations = city_tables.stations(key)
    return summation(rows, together, start, end, city=key, zone=str(city.zone), stations=stations)


def summed(city: City, first: int, last: int) -> pd.DataFrame:
    """Lines of the ledger for the groups of a city's law (see `models.limits.summation`)."""
    until = min(today(city), date(last + 1, 1, 1))
    return _summed(city_tables.settled(), city.key, first, until)


def show(shown: View) -> None:
    """The groups of the city's law over the years shown; nothing where the law on file has none."""
    if not groups(shown.city.law):
        return
    st.markdown(f"**{t('groups.title')}**")
    found = summed(shown.city, shown.first, shown.last)
    if found.empty:
        st.caption(t("groups.not_yet"))
        return
    named = {group.parameter: group for group in groups(shown.city.law)}
    rows = [
        {
            t("groups.column.group"): named[line["parameter"]].number,
            t("groups.column.members"): members(named[line["parameter"]]),
            t("groups.column.said"): said(line),
            t("groups.column.status"): t(f"method.statuses.{line['status']}"),
        }
        for line in found.to_dict("records")
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    downloads.offer(found, f"{shown.city.key}-summation-{shown.first}-{shown.last}")
    page_frame.caption(t("groups.caption"))


def said(line: dict[str, object]) -> str:
    """What a line of the ledger says of its group."""
    checked, over = (_count(line[name]) for name in ("checked", "exceeded"))
    part, highest = _count(line["exceeded_in_part"]), line["highest_part"]
    words = [t("groups.over", n=number(over), of=number(checked))] if over else []
    words += [t("groups.none", of=number(checked))] if checked and not over else []
    words += [t("groups.in_part", n=number(part), highest=number(highest, 2))] if part else []
    missing = ", ".join(member(name) for name in _split(str(line["unmeasured"])))
    if not checked and not part:
        words += [t("groups.not_checked", members=missing) if missing else t("groups.apart")]
        words += [t("groups.reaches", highest=number(highest, 2))] if pd.notna(highest) else []
    return "; ".join(words)


def _split(names: str) -> list[str]:
    """Members by name; those that are no pollutants of the centre have names of several words."""
    known = [name for name in names.split() if name in PARAMETERS]
    rest = " ".join(name for name in names.split() if name not in PARAMETERS)
    return [*known, *([rest] if rest else [])]


def _count(value: object) -> int:
    return 0 if pd.isna(value) else int(value)  # type: ignore[arg-type, call-overload]
