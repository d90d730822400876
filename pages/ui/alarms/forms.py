"""What a signed-in operator does about an alarm: acknowledge, shelve, take out of service, note, hand over."""

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from data.store import Store
from data.store.served import demo_store, real_store
from jobs.access.operators import Operator
from jobs.alarms.evaluate import NotPossible, act
from pages.ui.city import tables as city_tables
from pages.ui.reader.errors import told
from pages.ui.reader.language import markdown, t

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "unacknowledged": ("acknowledged", "shelved", "out_of_service", "comment"),
    "acknowledged": ("comment", "shelved", "out_of_service"),
    "returned": ("acknowledged", "comment", "out_of_service"),
    "shelved": ("unshelved", "comment", "out_of_service"),
    "out_of_service": ("in_service", "comment"),
}
HOURS = (1, 2, 4, 8, 12, 24)
LONGEST = 2000  # of a note [characters]
DONE = "alarms.done"


def kept() -> Store:
    """Where the log lies that is shown; the rules of sharing are for readers."""
    return demo_store() if city_tables.simulated() else real_store()


def actions(row: Mapping[str, object], who: Operator) -> None:
    """One alarm's form."""
    key = f"{row['rule']}.{row['city']}"
    allowed = ALLOWED.get(str(row["state"]), ("comment",))
    with st.form(f"act.{key}", clear_on_submit=True, border=False):
        what, until, why, send = st.columns([2, 1, 4, 1], vertical_alignment="bottom")
        action = what.selectbox(
            t("alarms.do"), allowed, key=f"do.{key}.{row['state']}", format_func=lambda a: t(f"alarms.verb.{a}")
        )
        hours = until.selectbox(t("alarms.hours"), HOURS, index=2, key=f"hours.{key}")
        note = why.text_input(t("alarms.why"), max_chars=LONGEST, key=f"why.{key}")
        sent = send.form_submit_button(t("alarms.send"), width="stretch")
    if sent:
        _do(who, action, str(row["rule"]), str(row["city"]), note, timedelta(hours=hours))


def handover(who: Operator) -> None:
    """The note that one shift leaves to the next."""
    with st.form("handover", clear_on_submit=True, border=False):
        note = st.text_area(t("alarms.handover_note"), max_chars=LONGEST, key="handover.note")
        sent = st.form_submit_button(t("alarms.verb.handover"))
    if sent:
        _do(who, "handover", "", "", note, timedelta(0))


def _do(who: Operator, action: str, rule: str, city: str, note: str, hours: timedelta) -> None:
    until = city_tables.now() + hours if action == "shelved" else None
    try:
        act(kept(), who, action, rule, city, note, until)
    except NotPossible as error:
        st.warning(markdown(told(error)), icon=":material/block:")
        return
    st.session_state[DONE] = t(f"alarms.action.{action}")
    st.rerun()


def confirmed() -> None:
    """Say once that what was asked stands in the log."""
    if said := st.session_state.pop(DONE, None):
        st.toast(t("alarms.kept", action=said), icon=":material/check:")
