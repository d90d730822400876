"""Alarms: what stands and who took it, the log, how much is asked of a shift, the rules."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from data.alarms import Rules, rules
from data.city import cities
from jobs.operators import Operator
from models import alarm_rates
from models.alarms import LOG_COLUMNS
from pages.ui import (
    alarm_forms,
    alarm_view,
    charts,
    choices,
    frame,
    load,
    outbox_view,
    sign_in,
    standing,
    take,
    text,
    watching,
)
from pages.ui.text import markdown, number, t

ALL = "all"
STYLE = frame.STYLE.with_name("alarms.css")


def log() -> pd.DataFrame:
    """The log up to now, in its own order; a replay does not know what comes."""
    rows = load.table("alarm_log")
    if not len(rows):
        return pd.DataFrame(columns=list(LOG_COLUMNS))
    return rows[rows["at"] <= pd.Timestamp(load.now()) + timedelta(seconds=1)].sort_values("at", kind="stable")


def answer(found: standing.Alarms, book: Rules) -> str:
    """The page in a sentence."""
    if not found.known:
        return t("alarms.answer_unknown")
    if not len(found.standing):
        return t("alarms.answer_none")
    first, ringing = found.standing.iloc[0], len(found.ringing)
    name = f"{alarm_view.place(first['city'])}: {alarm_view.title(first['rule'], book)}"
    taken = t("alarms.answer_open", n=ringing) if ringing else t("alarms.answer_taken")
    return t("alarms.answer", n=len(found.standing), taken=taken, first=markdown(name))


def cards(rows: pd.DataFrame, entries: pd.DataFrame, book: Rules, who: Operator | None) -> None:
    """Alarms one below the other, each with its form for who is signed in."""
    for row in rows.to_dict("records"):
        st.html(alarm_view.card(row, entries, book, load.now()))
        if who:
            alarm_forms.actions(row, who)


def shift(entries: pd.DataFrame, who: Operator | None) -> None:
    """What the shift before left."""
    left = alarm_rates.handover(entries, load.now())
    st.subheader(t("alarms.handover"), anchor=False)
    if left.since is None:
        st.caption(t("alarms.handover_none"))
    else:
        said = t("alarms.handover_says", name=markdown(left.last_by), moment=alarm_view.moment(left.since, ""))
        st.markdown(f"{said} {markdown(left.last_note)}")
        counts = [f"{t(f'alarms.action.{a}')} {number(n)}" for a, n in left.counts.items()]
        st.caption(f"{t('alarms.since_handover')} {', '.join(counts) or t('alarms.nothing')}")
    if who:
        alarm_forms.handover(who)


def happened(entries: pd.DataFrame, book: Rules) -> None:
    """The log with its filters, and how much it asked of the shift."""
    st.subheader(t("alarms.log"), anchor=False)
    where, which, when = st.columns([2, 3, 3])
    city = choices.pick("of", [ALL, *cities()], t("frame.city"), show=_city, widget=where.selectbox)
    titles = {rule.key: rule.text[text.language()] for rule in book.rules}
    every = {ALL: t("alarms.every"), **titles}
    rule = choices.pick("rule", list(every), t("alarms.column.rule"), show=every.__getitem__, widget=which.selectbox)
    _, back = choices.period(when, default="7d")
    end = load.now()
    mine = entries[entries["at"] > pd.Timestamp(end - back)] if len(entries) else entries
    mine = mine[(mine["city"] == city) | (city == ALL)] if len(mine) else mine
    mine = mine[(mine["rule"] == rule) | (rule == ALL)] if len(mine) else mine
    if len(mine):
        st.dataframe(alarm_view.log_table(mine, book), hide_index=True, width="stretch")
        take.offer(mine[list(LOG_COLUMNS)], "alarm-log")
    else:
        st.caption(t("alarms.log_none"))
    load_of_shift(mine, back, book, city)


def _city(key: str) -> str:
    return alarm_view.place(key)


def load_of_shift(entries: pd.DataFrame, back: timedelta, book: Rules, city: str) -> None:
    """Rings against the target, floods, the rules that ring most."""
    st.subheader(t("alarms.rates"), anchor=False)
    end, clock = load.now(), alarm_view.zone(city)
    found = alarm_rates.rates(entries, end - back, end, clock)
    verdict = t("alarms.rate_good" if found.within_target else "alarms.rate_bad")
    st.markdown(
        t(
            "alarms.rate", n=found.rings, per_ten=number(found.per_ten, 3), verdict=verdict, worst=found.worst_ten,
            per_day=number(found.per_day, 1), per_shift=number(found.per_shift, 1), worst_shift=found.worst_shift,
        )
    )  # fmt: skip
    for flood in found.floods:
        st.warning(t("alarms.flood_says", n=flood.rings, moment=alarm_view.moment(flood.start, city)))
    if not found.rings:
        return
    figure = alarm_view.per_day(entries, end - back, end, clock)
    st.plotly_chart(figure, key="alarms.per_day", config=charts.CONFIG, alt=t("alarms.per_day"))
    frame.caption(t("alarms.per_day"))
    st.dataframe(alarm_view.frequent(found, book), hide_index=True, width="stretch")
    for rule, where, n in alarm_rates.chattering(entries, end):
        st.caption(t("alarms.chatters", name=f"{alarm_view.place(where)}: {alarm_view.title(rule, book)}", n=n))


@frame.live()
def page() -> None:
    """The page; looks again every minute."""
    st.html(STYLE)
    if load.empty():
        frame.head(t("frame.page.alarms"))
        frame.nothing()
        return
    book, table, entries = rules(), load.table("alarms"), log()
    found = standing.alarms(table, list(cities()))
    chips = [t("alarms.aside", n=found.aside)] if found.aside else []
    frame.head(t("frame.page.alarms"), answer(found, book), [*chips, frame.zone_chip(alarm_view.zone(""))])
    watching.panel()
    alarm_forms.confirmed()
    who = sign_in.widget()
    cards(found.standing, entries, book, who)
    if found.aside:
        st.subheader(t("alarms.aside_title"), anchor=False)
        cards(table[table["state"].isin(standing.ASIDE)], entries, book, who)
    shift(entries, who)
    happened(entries, book)
    if who:
        outbox_view.section(alarm_forms.kept(), book)
    st.subheader(t("alarms.rules"), anchor=False)
    st.caption(t("alarms.rules_say"))
    st.table(alarm_view.rule_table(book), border="horizontal", hide_index=True)  # its cells wrap: no word is cut
    st.caption(t("alarms.replay_says"))


page()
