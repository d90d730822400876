"""The origins page over a fitted demo world: answer, chips, sites or their refusal, evidence, studies, file."""

from datetime import timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import demo
from data.city import LANGUAGES
from data.store import open_store, served
from jobs.attribution import refit
from pages.ui.reader import language as reader_language
from tests.conftest import NOW, hourly
from tests.pages.test_pages import MAIN, html, words

DAYS = 33
CITY = "tashkent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo store with an attribution, as `CLEANAIR_STORE` names it."""
    folder = tmp_path_factory.mktemp("origins") / "store"
    store = open_store(folder.with_name("store-demo"))
    world = demo.build(NOW, days=DAYS, cities=[CITY])
    store.put_stations(world.stations, known_at=NOW - timedelta(days=DAYS))
    store.append(world.measurements)
    refit.refit(store, CITY, NOW)
    return folder


def show(monkeypatch: pytest.MonkeyPatch, folder: Path, **query: str) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app = app.switch_page("origins.py").run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    return app


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_carries_intervals_in_every_language(
    monkeypatch: pytest.MonkeyPatch, folder: Path, language: str
) -> None:
    shown = words(show(monkeypatch, folder, lang=language))
    with reader_language.using(language):
        assert reader_language.t("origins.no_offence") in " ".join(
            str(w.value) for w in show(monkeypatch, folder, lang=language).warning
        )
        assert f"**{reader_language.t('frame.source.heating')}**" in shown
    assert shown.count("–") > 3


def test_sites_are_ranked_with_their_probability(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    app = show(monkeypatch, folder, lang="en")
    assert "in the top three" in html(app)
    assert "Demo heat plant" in html(app)
    assert "Indicative" in html(app)  # 33 days


def test_evidence_and_published_studies_stand_beside(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    app = show(monkeypatch, folder, lang="en")
    assert "coldest third" in words(app)
    assert any("PMF" in str(frame.value) for frame in app.dataframe)
    assert "SHA-256" in words(app)


def test_a_city_without_an_attribution_says_so(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    app = show(monkeypatch, folder, lang="en", city="astana")
    assert "nothing has been attributed yet" in words(app)


def test_a_refusal_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    store.append(hourly([5.0] * 30, parameter="so2", station="x:1"))
    refit.refit(store, CITY, NOW)
    app = show(monkeypatch, tmp_path / "store", lang="en")
    assert "No hourly PM2.5 arrived" in words(app)


def test_one_station_names_no_site_and_says_mostly_prior(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    store.append(hourly([30.0 + h % 24 for h in range(54)], station="x:1"))
    refit.refit(store, CITY, NOW)
    app = show(monkeypatch, tmp_path / "store", lang="en")
    assert "Mostly prior" in words(app) or "the prior alone" in words(app)
    assert any("No site is named" in str(info.value) for info in app.info)
    assert any("No polar plot" in str(info.value) for info in app.info)
