"""Whether anybody watches: what the screens say when events, alarms or notifications were not looked after."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from data import clock
from data.city import cities
from data.clock import local_date
from data.store.served import shown
from jobs.server import heartbeat
from jobs.server.heartbeat import Beat
from pages.ui.city import tables as city_tables
from pages.ui.reader import errors, language
from pages.ui.reader.language import markdown, t

URGENT = ("alarms", "notifications", "events")  # which of them a screen with room for one line names


def late() -> dict[str, Beat]:
    """
    Works of the watch that were not done in time, the most urgent first.

    Returns
    -------
    dict of str to Beat
        Also where no watch ever looked though alarms are kept; empty before the first was evaluated, which the
        screens say by themselves.
    """
    beats, now = heartbeat.read(shown()), clock.machine()
    if not beats and not len(city_tables.table("alarms")):
        return {}
    told = {work: beats.get(work, Beat()) for work in URGENT if work in beats or work == "alarms"}
    return {work: beat for work, beat in told.items() if beat.late(now)}


def short(zone: ZoneInfo) -> str:
    """One line for five metres; empty while all is well."""
    return next((_since(work, beat, zone) for work, beat in late().items()), "")


def panel() -> None:
    """What is not watched, why, and who must act; nothing while all is well."""
    zone = next(iter(cities().values())).zone
    found = late()
    if not found:
        return
    lines = [f"**{markdown(_since(work, beat, zone))}.** {_why(beat)}" for work, beat in found.items()]
    st.error("\n\n".join([*dict.fromkeys(lines), t("watch.quiet")]), icon=":material/visibility_off:")


def _since(work: str, beat: Beat, zone: ZoneInfo) -> str:
    if beat.well is None or beat.well > clock.machine():
        return t(f"watch.never.{work}")
    return t(f"watch.since.{work}", moment=_moment(beat.well, zone))


def _moment(well: datetime, zone: ZoneInfo) -> str:
    """On the clock of the screen, which a replay moves; with the day where it is not today's."""
    now = pd.Timestamp(city_tables.now())
    since = (now - (clock.machine() - well)).to_pydatetime()
    same = local_date(since, zone) == local_date(now, zone)
    return (
        language.clock(since, zone)
        if same
        else f"{language.day(since, zone, year=False)} {language.clock(since, zone)}"
    )


def _why(beat: Beat) -> str:
    if not beat.error:
        return t("watch.silent")
    said = errors.of_fields(beat.fault, beat.error)
    return t("watch.failing", error=markdown(said.rstrip(".")))
