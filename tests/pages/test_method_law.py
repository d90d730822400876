"""The method page beside the limits of a law: temperatures of gases, summation groups, target indicators."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.store import Store, served

MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    return AppTest.from_file(MAIN, default_timeout=120)


def said(app: AppTest, **query: str) -> str:
    for name, value in {"lang": "en", **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("method.py").run()
    assert not app.exception, [e.message for e in app.exception]
    return " ".join(e.value for e in app.markdown)


def test_a_near_limit_hour_its_side_and_what_is_not_confirmed(app: AppTest) -> None:
    words = said(app, law="uz")
    assert "1 ppb of SO₂ is 2.8583 µg/m³ at 0 °C and 2.6633 µg/m³ at 20 °C" in words
    assert "178 ppb counts as 508.8 µg/m³, **above** a limit of 500 at 0 °C, though it is 474.1 µg/m³" in words
    assert "not confirmed" in words
    table = next(e.value for e in app.dataframe if "Gas stands at" in e.value)
    stands = dict(zip(table["Parameter"], table["Gas stands at"], strict=True))
    assert (stands["SO₂"], stands["PM10"]) == ("0 °C", "")
    assert "Summation groups" not in words  # the Uzbek law on file has none
    assert "Target indicators" not in words


def test_groups_and_targets_of_kazakhstan(app: AppTest) -> None:
    words = said(app, law="kz")
    assert "10 of the 59 groups" in words
    assert "art. 36, 37, 418" in words
    groups = next(e.value for e in app.dataframe if "Dominance from" in e.value).set_index("Group")
    assert groups.loc["4", "Members"] == "NO₂ + NO + SO₂ + mazut ash"
    assert groups.loc["4", "Dominance from"] == "0.6"
    targets = next(e.value for e in app.dataframe if "To reach by" in e.value)
    assert targets["To reach by"].tolist() == ["2027", "2029"]
    assert set(targets["Value"]) == {"value not read"}


def test_the_who_states_no_temperature_that_was_read(app: AppTest) -> None:
    said(app, law="who-2021")
    table = next(e.value for e in app.dataframe if "Gas stands at" in e.value)
    stands = dict(zip(table["Parameter"], table["Gas stands at"], strict=True))
    assert (stands["NO₂"], stands["PM2.5"]) == ("not stated", "")
