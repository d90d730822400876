"""Made from these rows: what opens beside a number, the rows of its statement and what was left out."""

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from data.city import City
from jobs.statements.answer import Asked, statements
from jobs.statements.document import explained_csv
from models.situation.left_out import REASONS
from models.situation.statement import Statement
from pages.ui.city import tables as city_tables
from pages.ui.reader import doubts, language
from pages.ui.reader.language import has, markdown, number, t, t_unit

SHOWN = 500  # rows that a page lists; the file has all


def offer(
    said: Callable[[], Sequence[Statement]], city: City, wanted: Asked, stem: str, names: Mapping[str, str]
) -> None:
    """
    An expander that opens statements.

    Parameters
    ----------
    said : callable
        Gives the statements as the page shows them, once somebody opens them; those without a value tell what was
        left out.
    city : City
    wanted : Asked
        How whoever may take a file asks for the same: rules of sharing and licences may let less go than is shown.
    stem : str
        Of the file, and of the widgets' keys.
    names : mapping of str to str
        Station ids to names in the reader's language.
    """
    with st.expander(t("statement.title")):
        if not st.toggle(t("statement.open"), key=f"made.{stem}"):
            return
        for one in said():
            _shown(one, city.zone, names)
        store = city_tables.taken()  # asked for here: a button's own work is done where nobody is signed in
        st.download_button(
            t("statement.take"), data=lambda: explained_csv(statements(store, wanted)), file_name=f"{stem}.csv",
            mime="text/csv", on_click="ignore", key=f"take.made.{stem}", icon=":material/download:", type="tertiary",
        )  # fmt: skip


def of_period(city: City, wanted: Asked, stem: str, names: Mapping[str, str]) -> None:
    """The same for a period, whose statement is formed when it is opened."""
    offer(lambda: statements(city_tables.store(), wanted), city, wanted, stem, names)


def _shown(said: Statement, zone: ZoneInfo, names: Mapping[str, str]) -> None:
    st.markdown(f"**{t(f'statement.kind.{said.kind}')}**: {_sentence(said, zone)}")
    held = said.held.limit
    if held is not None:
        limit = {
            "limit": number(held.concentration),
            "unit": t_unit(said.unit),
            "act": markdown(held.source.names[language.language()]),
        }
        st.caption(t("statement.limit", status=t(f"method.statuses.{held.status}"), **limit))
    if len(said.rows):
        st.dataframe(_rows(said.rows.head(SHOWN), zone, names, said.unit), hide_index=True, width="stretch")
    if len(said.rows) > SHOWN:
        st.caption(t("statement.more", shown=SHOWN, n=len(said.rows)))
    out = said.left_out
    if len(out):
        st.markdown(t("statement.left_out"))
        st.dataframe(_out(out, names, said.parameter), hide_index=True, width="stretch")


def _sentence(said: Statement, zone: ZoneInfo) -> str:
    label = t(f"quantity.parameter.{said.parameter}")
    if said.value is None or said.start is None or said.end is None:
        return t("statement.nothing", parameter=label, n=said.of)
    span = {"start": language.at(said.start.to_pydatetime(), zone), "end": language.at(said.end.to_pydatetime(), zone)}
    words = t("statement.rests", parameter=label, value=language.level(said.value, 1), unit=t_unit(said.unit),
              used=said.n, n=said.of, rows=len(said.rows), **span)  # fmt: skip
    if said.lower is None or said.upper is None:
        return words
    edges = {"lower": language.level(said.lower, 1), "upper": language.level(said.upper, 1)}
    return f"{words} {t(f'statement.range.{said.interval}', **edges)}"


def _rows(rows: pd.DataFrame, zone: ZoneInfo, names: Mapping[str, str], unit: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            t("situation.column_station"): [names.get(s, s) for s in rows["station"]],
            t("statement.column.start"): [language.at(m.to_pydatetime(), zone) for m in rows["start"]],
            t("statement.column.minutes"): rows["minutes"].astype(int),
            f"{t('statement.column.value')}, {t_unit(unit)}": [language.level(v, 1) for v in rows["value"]],
            t("situation.column_kind"): [t(f"quantity.kind.{k}") for k in rows["kind"]],
            t("statement.column.flag"): [t(f"quantity.flag.{f}") for f in rows["flag"]],
        }
    )


def _out(rows: pd.DataFrame, names: Mapping[str, str], parameter: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            t("situation.column_station"): [names.get(s, s) for s in rows["station"]],
            t("statement.column.why"): [why(w, parameter) for w in rows["why"]],
            t("statement.column.rows"): rows["rows"].astype(int),
        }
    )


def why(reason: str, parameter: str) -> str:
    """
    Why rows were left out, in the reader's words.

    Parameters
    ----------
    reason : str
        Of `Statement.left_out`: one of `models.situation.left_out.REASONS`, a flag, or the name of a check.
    parameter : str
        Key.
    """
    if reason in REASONS or has(f"statement.why.{reason}"):
        return t(f"statement.why.{reason}")
    return doubts.sentence(reason, parameter)
