"""Spans in which a station cannot be believed, as the feeds page shows them: figure, band, span, and as CSV."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from data.checks import name as check_name
from data.city import city
from data.schema import MEASURED
from data.store.verdicts import entry
from jobs.ingest import verdicts
from models.quality.agreement import LEAST, agreement
from models.quality.uptime import CHECKS
from pages.ui.city import tables as city_tables
from pages.ui.page import frame as page_frame
from pages.ui.page.downloads import offer
from pages.ui.reader import language
from pages.ui.reader.doubts import sentence
from pages.ui.reader.language import t

CSV = ("station", "parameter", "start", "until", "check", "figure", "lower", "upper", "other", "doubts", "known_at")
FIGURE = ("figure", "lower", "upper", "other")


def draw(key: str) -> None:
    """Verdicts on the stations of a city; where nobody looked it says so."""
    st.subheader(t("feeds.verdicts.title"), anchor=False)
    page_frame.caption(t("feeds.verdicts.says"))
    store = city_tables.store()
    looked, rows = verdicts.looked(store, key), verdicts.current(store, key)
    if not len(looked):
        st.caption(t("feeds.verdicts.not_looked"))
        return
    zone = city(key).zone
    at = language.at(looked["computed_at"].iloc[0].to_pydatetime(), zone)
    if not len(rows):
        st.caption(t("feeds.verdicts.none", moment=at))
        return
    st.caption(t("feeds.verdicts.looked", moment=at, n=len(rows)))
    shown = table(rows, city_tables.names(key), zone)
    wide = st.column_config.TextColumn(width="large")
    st.dataframe(
        shown, hide_index=True, width="stretch", height=min(38 + 35 * len(shown), 420),
        column_config={t("feeds.verdicts.seen"): wide},
    )  # fmt: skip
    offer(rows[list(CSV)], f"station-verdicts-{key}")


def overlap(key: str) -> None:
    """How low-cost sensors of a city agree with its reference stations, where both measured."""
    store = city_tables.store()
    rows = _agreement(f"{store.folder} {city_tables.settled()}", key)
    names = city_tables.names(key)
    if not len(rows):
        st.caption(t("feeds.verdicts.no_overlap", n=LEAST))
        return
    shown = pd.DataFrame(
        {
            t("feeds.station"): [names.get(s) or s for s in rows["station"]],
            t("feeds.from"): [str(d) for d in rows["first"]],
            t("feeds.until"): [str(d) for d in rows["last"]],
            t("feeds.verdicts.days"): [language.number(n) for n in rows["n"]],
            "r": [language.number(r, 2) for r in rows["r"]],
            t("feeds.verdicts.ratio"): [language.number(r, 2) for r in rows["ratio"]],
        }
    )
    page_frame.caption(t("feeds.verdicts.overlap"))
    st.dataframe(shown, hide_index=True, width="stretch")
    offer(rows, f"agreement-{key}")


@st.cache_data(max_entries=8, show_spinner=False)
def _agreement(version: str, key: str) -> pd.DataFrame:
    return agreement(city_tables.store().daily(key, ["pm25"], None, None, zone=city(key).zone, kinds=MEASURED))


def table(rows: pd.DataFrame, names: dict[str, str], zone: ZoneInfo) -> pd.DataFrame:
    """
    Verdicts in the reader's words.

    Parameters
    ----------
    rows : DataFrame
        Of the table `station_verdicts`.
    names : dict of str to str
        Name of a station by its id.
    zone : ZoneInfo
        Whose days the spans are told in.
    """
    entries = [entry(*v) for v in rows[["check", *FIGURE]].itertuples(index=False)]
    return pd.DataFrame(
        {
            t("feeds.station"): [names.get(s) or s for s in rows["station"]],
            t("feeds.what"): [t(f"quantity.parameter.{p}") for p in rows["parameter"]],
            t("feeds.check"): [_check(check_name(e)) for e in entries],
            t("feeds.from"): [language.day(m.to_pydatetime(), zone) for m in rows["start"]],
            t("feeds.until"): [
                t("feeds.verdicts.still") if pd.isna(m) else language.day(m.to_pydatetime(), zone)
                for m in rows["until"]
            ],
            t("feeds.verdicts.seen"): [sentence(e, p) for e, p in zip(entries, rows["parameter"], strict=True)],
            t("feeds.verdicts.values"): [
                t("feeds.verdicts.left_out") if d else t("feeds.verdicts.stay") for d in rows["doubts"]
            ],
            t("feeds.id"): list(rows["station"]),
        }
    )


def _check(name: str) -> str:
    return t(f"feeds.checks.{name}") if name in CHECKS else name
