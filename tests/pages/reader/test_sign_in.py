"""Who signs in reads with their own role on the pages, and for one shift; nobody else does."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from jobs.access.roles import Member
from pages.ui.reader import sign_in

ROWS = (Member("Institute", "member", {"groups": ("air",)}), Member("Centre", "operator", {"groups": ("shift",)}))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def shown(said: dict[str, Any], pin: str = "") -> str:
        def script() -> None:
            import streamlit as st

            from pages.ui.city import tables as city_tables
            from pages.ui.reader import sign_in

            who = city_tables.taken().reader
            st.text(f"{who.role}|{who.organisation}|{sign_in.operator() is not None}")

        monkeypatch.setattr(type(sign_in.st.user), "to_dict", lambda self: said)
        monkeypatch.setattr(sign_in, "_secrets", lambda: True)
        monkeypatch.setattr(sign_in, "members", lambda: ROWS)
        app = AppTest.from_function(script)
        if pin:
            app.session_state["operator"] = (sign_in.Operator(pin), time.monotonic())
        app.run(timeout=30)
        assert not app.exception
        return str(app.text[0].value)

    return shown


def claims(group: str, since: float = 0.0) -> dict[str, Any]:
    return {"is_logged_in": True, "sub": "7", "groups": [group], "iat": time.time() - since}


def test_roles_on_the_screen(screen: Callable[..., str]) -> None:
    assert screen({}) == "public||False"
    assert screen({"is_logged_in": False}) == "public||False"
    assert screen(claims("air")) == "member|Institute|False"
    assert screen(claims("shift")) == "operator|Centre|True"
    assert screen(claims("cars")) == "public||False"
    assert screen({**claims("air"), "is_logged_in": False}) == "public||False"


def test_a_sign_in_ends_with_the_shift(screen: Callable[..., str]) -> None:
    assert screen(claims("air", since=13 * 3600)) == "public||False"


def test_a_pin_makes_an_operator_also_of_a_member(screen: Callable[..., str]) -> None:
    assert screen({}, pin="A. B.") == "operator||True"
    assert screen(claims("air"), pin="A. B.") == "operator||True"


def test_without_a_screen_nobody_is_signed_in() -> None:
    assert sign_in.reader().role == "public"
    assert not sign_in.offered()
