"""Networks on the feeds page: the answer, what needs somebody, and the board of all of them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from data.city import cities, city
from jobs.collect.offline import UNREACHED, Offline, offline, unreached
from pages.ui.city import tables as city_tables
from pages.ui.feeds import tables as feed
from pages.ui.feeds.words import moment, named, share, span
from pages.ui.page import frame as page_frame
from pages.ui.page.downloads import offer
from pages.ui.reader import errors, language
from pages.ui.reader.language import markdown, number, t
from sources import SOURCES

NAMED = 2  # of the troubled networks in the answer
ASKED = ("good", "part", "late", "bad", "void")
TROUBLED = ("bad", "late", "part")


def answer(rows: pd.DataFrame) -> str:
    """The page in a sentence: how many networks are on time, and which are not."""
    asked = rows[rows["state"].isin(ASKED)]
    if away := offline(city_tables.status()):
        return t("feeds.answer_offline", n=len(away.networks), moment=_since(away))
    if not len(asked):
        if city_tables.simulated():
            return t("feeds.answer_demo")
        files = rows[rows["state"] == "files"]
        if len(files):
            return t("feeds.answer_files", n=len(files), rows=number(files["kept"].sum()))
        return t("feeds.answer_none")
    good = int(asked["state"].isin(["good", "void"]).sum())
    if good == len(asked):
        return t("feeds.answer_good", n=good)
    worst = asked[asked["state"].isin(TROUBLED)]
    said = [trouble(row) for _, row in worst.head(NAMED).iterrows()]
    more = [t("feeds.more", n=len(worst) - NAMED)] if len(worst) > NAMED else []
    return t("feeds.answer_some", good=good, n=len(asked), worst="; ".join([*said, *more]))


def _since(away: Offline) -> str:
    return moment(away.since, next(iter(cities().values())).zone)


def trouble(row: pd.Series) -> str:
    """What is wrong with one network, as part of a sentence."""
    zone = city(row["city"]).zone
    name = markdown(named(row))
    if row["state"] == "late":
        return t("feeds.is_late", name=name, delay=span(row["delay"]))
    if row["state"] == "part":
        return t("feeds.is_part", name=name, came=int(row["parts"] - row["parts_failed"]), asked=int(row["parts"]))
    since = row["failing_since"]
    return (
        t("feeds.fails_since", name=name, moment=moment(since, zone))
        if pd.notna(since)
        else t("feeds.fails", name=name)
    )


def attention(rows: pd.DataFrame) -> None:
    """
    A line for each network that needs somebody: what happened, in its own words, and who must act.

    Where this machine reaches no network that is one line, and what each of them said stands behind it.
    """
    shown, away = rows[rows["state"].isin(TROUBLED)], offline(city_tables.status())
    folded = shown[unreached(shown)] if away else shown.iloc[:0]
    lines = [_line(row) for _, row in shown.drop(folded.index).iterrows()]
    if away:
        said = markdown(t("feeds.offline", n=len(away.networks), moment=_since(away)))
        lines.insert(0, f"- {t('feeds.states.bad')} {said} *({t('feeds.who.operator')})*")
    if lines:
        with st.container(border=True):
            st.markdown("\n".join(lines))
            if len(folded):
                with st.expander(t("feeds.offline_each", n=len(folded))):
                    st.markdown("\n".join(_line(row) for _, row in folded.iterrows()))


def _line(row: pd.Series) -> str:
    said, role = _said(row)
    words = said or t("feeds.late_says", delay=span(row["delay"]))
    state, who = t(f"feeds.states.{row['state']}"), t(f"feeds.who.{role or 'nobody'}")
    return f"- {state} **{markdown(named(row))}**: {markdown(words)} *({who})*"


def _said(row: pd.Series) -> tuple[str, str]:
    """What went wrong with a network or with parts of it, and who must act; both empty where nothing did."""
    said, role = errors.kept(row)
    parts = feed.partly(row)
    return (said, role) if said or parts is None else (errors.told_safely(parts), parts.who)


def board(rows: pd.DataFrame) -> None:
    """The table of feeds, those in trouble first."""
    table = []
    now = pd.Timestamp(city_tables.now())
    away = offline(city_tables.status()) is not None
    for _, row in rows.iterrows():
        zone = city(row["city"]).zone if row["city"] in cities() else ZoneInfo("UTC")
        state = row["state"]
        age = (now - row["newest"]).total_seconds() / 60 if pd.notna(row["newest"]) else None
        network = row["source"] in SOURCES
        late = network and pd.notna(row["newest"]) and row["delay"] > timedelta(0)
        table.append(
            {
                t("feeds.state"): t(f"feeds.states.{state}"),
                t("feeds.network"): row["source"],
                t("networks.about"): feed.about(row["source"], "is"),
                t("feeds.city"): cities()[row["city"]].name(language.language())
                if row["city"] in cities()
                else row["city"],
                t("feeds.age"): language.age(age),
                t("feeds.delay"): span(row["delay"]) if late else language.MISSING,
                t("feeds.every"): span(row["every"]) if network else language.MISSING,
                t("feeds.succeeded"): moment(row["succeeded"], zone),
                t("feeds.next"): moment(row["next"], zone) if network else language.MISSING,
                t("feeds.parts"): _parts(row),
                t("feeds.rows"): number(row["rows"] if network else row["kept"]),
                t("feeds.rejected"): number(row["rejected"]),
                t("feeds.flagged"): share(row["flagged"], 1),
                t("feeds.uptime", n=7): watched(row["up7"], row["known7"]),
                t("feeds.uptime", n=30): watched(row["up30"], row["known30"]),
                t("feeds.complete", n=7): share(row["complete7"]),
                t("feeds.complete", n=30): share(row["complete30"]),
                t("feeds.error"): _error(row, away),
                t("networks.needs"): feed.about(row["source"], "needs"),
                t("networks.act"): feed.about(row["source"], "act") if state in (*TROUBLED, "unset") else "",
            }
        )
    shown = pd.DataFrame(table)
    st.dataframe(shown, hide_index=True, width="stretch", height=min(38 + 35 * len(shown), 720))
    page_frame.caption(t("feeds.board_says"))
    offer(shown, "feeds")


def _parts(row: pd.Series) -> str:
    asked = row.get("parts")
    if asked is None or pd.isna(asked) or not asked:
        return language.MISSING
    return t("feeds.parts_of", came=int(asked - row["parts_failed"]), asked=int(asked))


def _error(row: pd.Series, away: bool) -> str:
    """What went wrong; a word where all networks would say the same."""
    if row["state"] == "unset":
        return feed.needed(row["source"])
    if away and row["error_key"] in UNREACHED:
        return t("feeds.unreached")
    return _said(row)[0]


def watched(up: object, known: object) -> str:
    """Uptime, with how much of the time anybody looked where that is not nearly all."""
    if up is None or up != up:
        return language.MISSING
    part = f" ({t('feeds.watched', share=share(known))})" if float(known) < 0.95 else ""  # type: ignore[arg-type]
    return share(up, 1) + part
