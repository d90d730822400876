"""Health of what feeds the centre: networks on time or not, stations, flags, drift, maintenance, rejected rows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from data.city import cities, city
from data.parameters import PARAMETERS
from data.store import served
from jobs.ingest import maintenance
from jobs.logs import redacted
from models.quality.drift import NOTABLE
from models.quality.uptime import CHECKS
from pages.ui.alarms import watching
from pages.ui.city import tables as city_tables
from pages.ui.feeds import charts as feeds_charts
from pages.ui.feeds import networks, outside
from pages.ui.feeds import tables as feed
from pages.ui.feeds import verdicts as feeds_verdicts
from pages.ui.feeds.words import moment, named, share
from pages.ui.look.charts import CONFIG
from pages.ui.look.palette import FRESHNESS, KINDS
from pages.ui.page import frame as page_frame
from pages.ui.page.downloads import offer
from pages.ui.reader import choices, errors, language, sign_in
from pages.ui.reader.language import markdown, number, t

REJECTS = 500


def strips(rows: pd.DataFrame, zone: ZoneInfo) -> None:
    """When each network answered."""
    st.subheader(t("feeds.answered"), anchor=False)
    days = choices.pick(
        "strip", ["7", "30"], t("feeds.answered"), show=lambda k: t("feeds.days", n=int(k)),
        widget=st.segmented_control, required=True, label_visibility="collapsed",
    )  # fmt: skip
    table = feed.strips(days)
    if not len(table):
        st.caption(t("feeds.no_attempts"))
        return
    names = {(r.source, r.city): named(pd.Series(r._asdict())) for r in rows.itertuples()}
    st.plotly_chart(feeds_charts.answered(table, names, zone), config=CONFIG, width="stretch", key="feeds.strip")
    page_frame.caption(t("feeds.answered_says", slot=t("feeds.slot_hours" if days == "7" else "feeds.slot_day")))


def flags() -> None:
    """Flagged rows by feed and check."""
    st.subheader(t("feeds.flags"), anchor=False)
    days = choices.pick(
        "flags_of", ["30", "7", "all"], t("feeds.flags"),
        show=lambda k: t("feeds.all_time") if k == "all" else t("feeds.days", n=int(k)),
        widget=st.segmented_control, required=True, label_visibility="collapsed",
    )  # fmt: skip
    found = feed.checks(days)
    if not len(found):
        st.caption(t("feeds.no_flags"))
        return
    for (source, key), part in found.groupby(["source", "city"]):
        name = named(pd.Series({"source": source, "city": key}))
        total = number(part["rows"].sum())
        with st.expander(f"{markdown(name)} · {t('feeds.flagged_rows', rows=total)}"):
            table = pd.DataFrame(
                {
                    t("feeds.check"): [check(c) for c in part["check"]],
                    t("feeds.total"): [number(n) for n in part["rows"]],
                    t("feeds.share"): [share(s, 1) for s in part["share"]],
                }
            )
            st.dataframe(table, hide_index=True, width="stretch")
    offer(found, "flags")


def check(name: str) -> str:
    """A check of quality control in words."""
    return t(f"feeds.checks.{name}") if name in CHECKS else t("feeds.checks.network")


def stations(key: str) -> None:
    """Every station of a city: age, completeness, flags, drift, notes."""
    rows = feed.stations(key)
    if not len(rows):
        st.caption(t("feeds.no_stations"))
        return
    zone, names = city(key).zone, city_tables.names(key)
    parameters = feed.drifting(key)
    chosen = choices.pick(
        "drift", parameters, t("feeds.drift_of"), show=lambda k: t(f"quantity.parameter.{k}")
    ) if parameters else ""  # fmt: skip
    drift = feed.drifts(key, chosen) if chosen else pd.DataFrame(columns=["station", "verdict"])
    said = {r.station: drifted(r) for r in drift.itertuples()}
    notes = feed.notes(key)
    work = notes[~notes["withdrawn"]].groupby("station").size().to_dict()
    table = [
        {
            t("feeds.fresh"): f"{FRESHNESS[r.fresh]} {t(f'quantity.freshness.{r.fresh}')}",
            t("feeds.station"): names.get(r.station) or r.station,
            t("feeds.age"): language.age(r.age),
            t("feeds.complete", n=7): share(r.complete7),
            t("feeds.complete", n=30): share(r.complete30),
            t("feeds.flagged"): flagged(r.flagged, r.checks),
            t("feeds.drift"): said.get(r.station, t("feeds.drift_none")),
            t("feeds.notes"): number(work.get(r.station, 0)),
            t("feeds.kind"): f"{KINDS[r.kind]} {t(f'quantity.kind.{r.kind}')}",
            t("feeds.newest"): moment(r.end, zone),
            t("feeds.network"): r.source,
            t("feeds.id"): r.station,
        }
        for r in rows.itertuples()
    ]
    shown = pd.DataFrame(table)
    wide = st.column_config.TextColumn(width="medium")
    st.dataframe(
        shown, hide_index=True, width="stretch", height=min(38 + 35 * len(shown), 560),
        column_config={t("feeds.flagged"): wide, t("feeds.drift"): wide},
    )  # fmt: skip
    offer(shown, f"stations-{key}")
    known = drift[drift["slope"].notna()] if "slope" in drift else drift
    if len(known):
        st.plotly_chart(feeds_charts.drifts(known, names, NOTABLE), config=CONFIG, width="stretch", key="feeds.drift")
    page_frame.caption(t("feeds.drift_says", n=int(NOTABLE)))


def flagged(part: float, checks: dict[str, float]) -> str:
    """`12 % · level 9 %, spike 3 %`."""
    if part != part:
        return language.MISSING
    most = sorted(checks.items(), key=lambda x: -x[1])[:3]
    return share(part, 1) + (" · " if most else "") + ", ".join(f"{check(name)} {share(s, 1)}" for name, s in most)


def drifted(row: object) -> str:
    """A drift with its interval, or why there is none."""
    verdict = row.verdict  # type: ignore[attr-defined]
    if verdict in ("few_neighbours", "few_days"):
        return t(f"feeds.verdict.{verdict}", n=row.neighbours if verdict == "few_neighbours" else row.days)  # type: ignore[attr-defined]
    figures = [number(getattr(row, name)) for name in ("slope", "lower", "upper")]
    return f"{t(f'feeds.verdict.{verdict}')} {figures[0]} % ({figures[1]}…{figures[2]})"


def notes(key: str) -> None:
    """Maintenance notes of a city, and where a signed-in operator adds or withdraws one."""
    st.subheader(t("feeds.maintenance"), anchor=False)
    page_frame.caption(t("feeds.maintenance_says"))
    zone = city(key).zone
    with st.expander(t("feeds.note_new"), icon=":material/build:"):
        person = sign_in.widget()
        if person is not None:
            note_form(key, zone, person.name)
            standing = feed.notes(key)
            withdraw_form(standing[~standing["withdrawn"]], person.name)
    rows = feed.notes(key)
    if not len(rows):
        return
    names = city_tables.names(key)
    table = pd.DataFrame(
        {
            t("feeds.state"): [t("feeds.withdrawn") if gone else t("feeds.stands") for gone in rows["withdrawn"]],
            t("feeds.station"): [names.get(s) or s for s in rows["station"]],
            t("feeds.what"): [t(f"quantity.parameter.{p}") if p else t("feeds.everything") for p in rows["parameter"]],
            t("feeds.from"): [moment(m, zone) for m in rows["start"]],
            t("feeds.until"): [moment(m, zone) for m in rows["end"]],
            t("feeds.why"): list(rows["why"]),
            t("feeds.by"): list(rows["by"]),
            t("feeds.id"): list(rows["id"]),
        }
    )
    st.dataframe(table, hide_index=True, width="stretch")
    offer(table, f"maintenance-{key}")


def note_form(key: str, zone: ZoneInfo, by: str) -> None:
    """Where a note is written."""
    names = city_tables.names(key)
    spans = city_tables.spans(key)
    known = sorted(set(spans[spans["kind"] != "model"]["station"]), key=lambda s: names.get(s) or s)
    now = city_tables.now().astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    with st.form("feeds.note", border=False):
        station = st.selectbox(t("feeds.station"), known, format_func=lambda s: names.get(s) or s)
        parameter = st.selectbox(
            t("feeds.what"), ["", *PARAMETERS],
            format_func=lambda p: t(f"quantity.parameter.{p}") if p else t("feeds.everything"),
        )  # fmt: skip
        left, right = st.columns(2)
        start = left.datetime_input(t("feeds.from"), now - timedelta(hours=2))
        end = right.datetime_input(t("feeds.until"), now)
        why = st.text_input(t("feeds.why"), max_chars=maintenance.WORDS)
        if st.form_submit_button(t("feeds.note_add"), type="primary"):
            done(lambda: maintenance.add(
                served.shown(), key, station, aware(start, zone), aware(end, zone), why, by, parameter=parameter
            )[1], "feeds.note_done")  # fmt: skip


def withdraw_form(rows: pd.DataFrame, by: str) -> None:
    """Where a note is taken back."""
    if not len(rows):
        return
    words = {r.id: f"{r.station} · {r.why} ({r.id})" for r in rows.itertuples()}
    with st.form("feeds.withdraw", border=False):
        note = st.selectbox(t("feeds.note_which"), list(words), format_func=words.__getitem__)
        if st.form_submit_button(t("feeds.note_withdraw")):
            done(lambda: maintenance.withdraw(served.shown(), note, by), "feeds.note_gone")


def aware(given: datetime, zone: ZoneInfo) -> datetime:
    """What the form gives, on the city's clock."""
    return given.replace(tzinfo=zone)


def done(work: object, words: str) -> None:
    """Do it and say how many values changed, or why it cannot be."""
    try:
        count = work()  # type: ignore[operator]
    except maintenance.MaintenanceError as error:
        st.error(markdown(errors.told(error)), icon=":material/error:")
        return
    st.success(t(words, n=count), icon=":material/check:")


def rejects(zone: ZoneInfo) -> None:
    """Rows that arrived and could not be understood, with what they looked like."""
    st.subheader(t("feeds.rejects"), anchor=False)
    rows = city_tables.store().rejects(limit=REJECTS)
    may = set(city_tables.taken().rejects()["source"])
    if not len(rows):
        st.caption(t("feeds.no_rejects"))
        return
    sources = ["", *sorted(rows["source"].unique())]
    wanted = st.selectbox(
        t("feeds.network"), sources, format_func=lambda s: s or t("feeds.everything"), key="feeds.rejects"
    )
    rows = rows[rows["source"] == wanted] if wanted else rows
    shown = pd.DataFrame(
        {
            t("feeds.at"): [moment(m, zone) for m in rows["at"]],
            t("feeds.network"): list(rows["source"]),
            t("feeds.reason"): list(rows["reason"]),
            t("feeds.total"): [number(n) for n in rows["count"]],
            t("feeds.excerpt"): [redacted(e) for e in rows["excerpt"]],
            t("feeds.origin"): list(rows["origin"]),
        }
    )
    st.dataframe(
        shown, hide_index=True, width="stretch", height=min(38 + 35 * len(shown), 420),
        column_config={t("feeds.excerpt"): st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    offer(shown[[s in may for s in rows["source"]]], "rejects")


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    rows = feed.feeds()
    zone = next(iter(cities().values())).zone
    page_frame.head(t("frame.page.feeds"), networks.answer(rows), [page_frame.zone_chip(zone)])
    watching.panel()
    networks.attention(rows)
    outside.told(networks.NAMED)
    networks.board(rows)
    strips(rows, zone)
    flags()
    st.subheader(t("feeds.stations"), anchor=False)
    chosen = choices.city()
    stations(chosen.key)
    feeds_verdicts.draw(chosen.key)
    feeds_verdicts.overlap(chosen.key)
    notes(chosen.key)
    rejects(zone)


page()
