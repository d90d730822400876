"""Who sits at this screen: a named operator signs in with a PIN, for this session and one shift, never in the URL."""

import time

import streamlit as st

from jobs.operators import NotAllowed, Operator, authenticate, configured
from pages.ui.text import markdown, t

KEY = "operator"
SHIFT = 12 * 3600.0  # a forgotten session ends with the shift [s]


def operator() -> Operator | None:
    """The operator who is signed in, if any."""
    kept = st.session_state.get(KEY)
    if kept is None or time.monotonic() - kept[1] > SHIFT:
        return None
    found: Operator = kept[0]
    return found


def widget() -> Operator | None:
    """
    Sign in or out; nothing but a sentence where nobody can.

    Returns
    -------
    Operator or None
        Who is signed in now.
    """
    who = operator()
    if who is not None:
        said, out = st.columns([5, 1], vertical_alignment="center")
        said.markdown(t("alarms.sign.as", name=f"**{markdown(who.name)}**"))
        if out.button(t("alarms.sign.out"), key="sign.out"):
            st.session_state.pop(KEY, None)
            st.rerun()
        return who
    if not configured():
        st.caption(t("alarms.sign.nobody"))
        return None
    with st.popover(t("alarms.sign.in"), icon=":material/login:"):
        _form()
    return None


def _form() -> None:
    with st.form("sign.in", clear_on_submit=True, border=False):
        name = st.text_input(t("alarms.sign.name"), max_chars=80)
        pin = st.text_input(t("alarms.sign.pin"), type="password", max_chars=80)
        sent = st.form_submit_button(t("alarms.sign.in"))
    if sent:
        try:
            st.session_state[KEY] = (authenticate(name, pin), time.monotonic())
        except NotAllowed:
            st.error(t("alarms.sign.refused"))  # wrong PIN and pause alike: who guesses learns nothing from it
        else:
            st.rerun()
