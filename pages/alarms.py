"""Alarms: what stands and who took it, the log, how much is asked of a shift, the rules."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from data.city import cities
from data.rules.alarms import Rules, rules
from jobs.access.operators import Operator
from models.alarms import rates
from models.alarms.states import LOG_COLUMNS
from pages.ui.alarms import board, outbox, watching
from pages.ui.alarms import cards as alarms_cards
from pages.ui.alarms import forms as alarms_forms
from pages.ui.city import tables as city_tables
from pages.ui.look import charts as look_charts
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language, sign_in
from pages.ui.reader.language import markdown, number, t

ALL = "all"
STYLE = page_frame.STYLE.parents[1] / "alarms" / "alarms.css"


def log() -> pd.DataFrame:
    """The log up to now, in its own order; a replay does not know what comes."""
    rows = city_tables.table("alarm_log")
    return rows[rows["at"] <= pd.Timestamp(city_tables.now()) + timedelta(seconds=1)].sort_values("at", kind="stable")


def answer(found: board.Alarms, book: Rules) -> str:
    """The page in a sentence."""
    if not found.known:
        return t("alarms.answer_unknown")
    silent = len(found.standing) - len(found.current)
    old = [t("alarms.answer_silent", n=silent)] if silent else []
    if not len(found.current):
        return " ".join([t("alarms.answer_none"), *old])
    first, ringing = found.current.iloc[0], int((found.current["state"] == board.RINGING).sum())
    name = f"{alarms_cards.place(first['city'])}: {alarms_cards.title(first['rule'], book)}"
    taken = t("alarms.answer_open", n=ringing) if ringing else t("alarms.answer_taken")
    return " ".join([t("alarms.answer", n=len(found.current), taken=taken, first=markdown(name)), *old])


def cards(rows: pd.DataFrame, entries: pd.DataFrame, book: Rules, who: Operator | None) -> None:
    """Alarms one below the other, each with its form for who is signed in."""
    for row in rows.to_dict("records"):
        st.html(alarms_cards.card(row, entries, book, city_tables.now()))
        if who:
            alarms_forms.actions(row, who)


def shift(entries: pd.DataFrame, who: Operator | None) -> None:
    """What the shift before left."""
    left = rates.handover(entries, city_tables.now())
    st.subheader(t("alarms.handover"), anchor=False)
    if left.since is None:
        st.caption(t("alarms.handover_none"))
    else:
        said = t("alarms.handover_says", name=markdown(left.last_by), moment=alarms_cards.moment(left.since, ""))
        st.markdown(f"{said} {markdown(left.last_note)}")
        counts = [f"{t(f'alarms.action.{a}')} {number(n)}" for a, n in left.counts.items()]
        st.caption(f"{t('alarms.since_handover')} {', '.join(counts) or t('alarms.nothing')}")
    if who:
        alarms_forms.handover(who)


def happened(entries: pd.DataFrame, book: Rules) -> None:
    """The log with its filters, and how much it asked of the shift; without an evaluation silence says nothing."""
    st.subheader(t("alarms.log"), anchor=False)
    if not len(entries) and not len(city_tables.table("alarms")):
        st.caption(t("alarms.answer_unknown"))
        return
    where, which, when = st.columns([2, 3, 3])
    city = choices.pick("of", [ALL, *cities()], t("frame.city"), show=_city, widget=where.selectbox)
    titles = {rule.key: rule.text[language.language()] for rule in book.rules}
    every = {ALL: t("alarms.every"), **titles}
    rule = choices.pick("rule", list(every), t("alarms.column.rule"), show=every.__getitem__, widget=which.selectbox)
    _, back = choices.period(when, default="7d")
    end = city_tables.now()
    mine = entries[entries["at"] > pd.Timestamp(end - back)]
    mine = mine[(mine["city"] == city) | (city == ALL)]
    mine = mine[(mine["rule"] == rule) | (rule == ALL)]
    if len(mine):
        st.dataframe(alarms_cards.log_table(mine, book), hide_index=True, width="stretch")
        downloads.offer(mine[list(LOG_COLUMNS)], "alarm-log")
    else:
        st.caption(t("alarms.log_none"))
    load_of_shift(mine, back, book, city)


def _city(key: str) -> str:
    return alarms_cards.place(key)


def load_of_shift(entries: pd.DataFrame, back: timedelta, book: Rules, city: str) -> None:
    """Rings against the target, floods, the rules that ring most."""
    st.subheader(t("alarms.rates"), anchor=False)
    end, clock = city_tables.now(), alarms_cards.zone(city)
    found = rates.rates(entries, end - back, end, clock)
    verdict = t("alarms.rate_good" if found.within_target else "alarms.rate_bad")
    st.markdown(
        t(
            "alarms.rate", n=found.rings, per_ten=number(found.per_ten, 3), verdict=verdict, worst=found.worst_ten,
            per_day=number(found.per_day, 1), per_shift=number(found.per_shift, 1), worst_shift=found.worst_shift,
        )
    )  # fmt: skip
    for flood in found.floods:
        st.warning(t("alarms.flood_says", n=flood.rings, moment=alarms_cards.moment(flood.start, city)))
    if not found.rings:
        return
    figure = alarms_cards.per_day(entries, end - back, end, clock)
    st.plotly_chart(figure, key="alarms.per_day", config=look_charts.CONFIG, alt=t("alarms.per_day"))
    page_frame.caption(t("alarms.per_day"))
    st.dataframe(alarms_cards.frequent(found, book), hide_index=True, width="stretch")
    for rule, where, n in rates.chattering(entries, end):
        st.caption(t("alarms.chatters", name=f"{alarms_cards.place(where)}: {alarms_cards.title(rule, book)}", n=n))


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    st.html(STYLE)
    if city_tables.empty():
        page_frame.head(t("frame.page.alarms"))
        page_frame.nothing()
        return
    book, table, entries = rules(), city_tables.table("alarms"), log()
    found = board.alarms(table, list(cities()), city_tables.now())
    chips = [t("alarms.aside", n=found.aside)] if found.aside else []
    page_frame.head(t("frame.page.alarms"), answer(found, book), [*chips, page_frame.zone_chip(alarms_cards.zone(""))])
    watching.panel()
    alarms_forms.confirmed()
    who = sign_in.widget()
    cards(found.standing, entries, book, who)
    if found.aside:
        st.subheader(t("alarms.aside_title"), anchor=False)
        cards(table[table["state"].isin(board.ASIDE)], entries, book, who)
    shift(entries, who)
    happened(entries, book)
    if who:
        outbox.section(alarms_forms.kept(), book)
    st.subheader(t("alarms.rules"), anchor=False)
    st.caption(t("alarms.rules_say"))
    table = alarms_cards.rule_table(book, city_tables.now())
    st.table(table, border="horizontal", hide_index=True)  # its cells wrap: no word is cut
    st.caption(t("alarms.replay_says"))


page()
