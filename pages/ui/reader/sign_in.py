"""Who sits at this screen: signed in by the identity provider, or as an operator with a PIN; never in the URL."""

import os
import time

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.sharing import PUBLIC, Reader
from jobs.access.operators import NotAllowed, Operator, authenticate, configured
from jobs.access.roles import members, role_of
from pages.ui.reader.language import markdown, t
from pages.ui.reader.once import once

KEY = "operator"
SHIFT = 12 * 3600.0  # a forgotten session ends with the shift [s]


def reader() -> Reader:
    """
    Who reads on this screen.

    Returns
    -------
    Reader
        What the identity provider says of the person, else the operator of the PIN, else the public. Work that is
        done without a screen, such as a button's, is the public's.
    """
    return once("reader", _reader)


def _reader() -> Reader:
    if get_script_run_ctx(suppress_warning=True) is None:
        return PUBLIC
    claims = _claims()
    if claims:
        found = role_of(claims, members())
        if found.reaches("operator"):
            return found
    who = _pin()
    if who is not None:
        return Reader("operator", who.name, who.organisation)
    return found if claims else PUBLIC


def operator() -> Operator | None:
    """The operator who is signed in, if any; a member who reads is none."""
    who = reader()
    return Operator(who.name, who.organisation) if who.reaches("operator") else None


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
            _leave()
        return who
    if not configured():
        if offered():
            _provider("sign.provider")
        else:
            st.caption(t("alarms.sign.nobody"))
        return None
    with st.popover(t("alarms.sign.in"), icon=":material/login:"):
        if offered():
            _provider("sign.provider")
        _form()
    return None


def corner() -> None:
    """The same beside every page, for whoever reads more than the public; nothing without an identity provider."""
    if not offered():
        return
    if not _claims():
        _provider("corner.in")
        return
    who = reader()
    of = f" · {who.organisation}" if who.organisation else ""
    st.caption(t("alarms.sign.reads", name=markdown(f"{who.name}{of}"), role=t(f"alarms.sign.role.{who.role}")))
    if st.button(t("alarms.sign.out"), key="corner.out", type="tertiary", icon=":material/logout:"):
        _leave()


def offered() -> bool:
    """Whether an identity provider is set up on this server (section ``[auth]`` of Streamlit's secrets)."""
    return get_script_run_ctx() is not None and _secrets() and "is_logged_in" in st.user.to_dict()


def _secrets() -> bool:
    """Whether there is a file of secrets: Streamlit looks and parses anew at each question, which many walls feel."""
    return any(os.path.exists(path) for path in st.get_option("secrets.files"))


def _claims() -> dict[str, object]:
    """What the provider said, for one shift from its own saying on."""
    if not _secrets():
        return {}
    said: dict[str, object] = st.user.to_dict()
    since = said.get("iat")
    old = isinstance(since, int | float) and time.time() - since > SHIFT
    return {} if old or not said.get("is_logged_in") else said


def _pin() -> Operator | None:
    kept = st.session_state.get(KEY)
    if kept is None or time.monotonic() - kept[1] > SHIFT:
        return None
    found: Operator = kept[0]
    return found


def _provider(key: str) -> None:
    if st.button(t("alarms.sign.provider"), key=key, icon=":material/badge:"):
        st.login()


def _leave() -> None:
    st.session_state.pop(KEY, None)
    if offered() and st.user.to_dict().get("is_logged_in"):
        st.logout()
    st.rerun()


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
