"""The forecast page over made-up tables: answer, days, yesterday, skill, refusals, and that nothing heavy is loaded."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES
from data.store import open_store, served
from pages.ui.forecast import charts as forecast_charts
from pages.ui.forecast import words as forecast_words
from pages.ui.reader import language as reader_language
from tests import forecast_tables
from tests.conftest import NOW, hourly
from tests.pages.test_pages import MAIN, html, words

CITY = "tashkent"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with four measured days in Tashkent, its forecast, and a refusal for Astana."""
    store = open_store(tmp_path_factory.mktemp("outlook") / "store")
    first = pd.Timestamp(NOW).floor("h") - pd.Timedelta(hours=96)
    store.append(hourly(list(60 + 20 * np.sin(np.arange(96) / 4)), station="x:1", first=first))
    forecast_tables.keep(store, CITY, "Asia/Tashkent", NOW)
    forecast_tables.keep(store, "astana", "Asia/Almaty", NOW, reason="daily_only")
    return store.folder


def show(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    file: str = "forecast.py",
    late: timedelta = timedelta(0),
    **query: str,
) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(folder))
    monkeypatch.setenv("CLEANAIR_NOW", (NOW + late).isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app = app if file == "situation.py" else app.switch_page(file).run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    return app


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_tomorrow_with_its_probability(
    monkeypatch: pytest.MonkeyPatch, folder: Path, language: str
) -> None:
    shown = words(show(monkeypatch, folder, lang=language, city=CITY))
    assert "82 %" in shown
    assert "51–98" in shown
    with reader_language.using(language):
        assert reader_language.t("forecast.likelihood.likely") in shown
        assert reader_language.t("forecast.method.damped_persistence") in shown


def test_each_day_has_a_card_and_no_probability_is_certain(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    shown = html(show(monkeypatch, folder, lang="en", city=CITY))
    assert all(day in shown for day in ("Today", "Tomorrow", "The day after"))
    assert "&gt; 99 %" in shown
    assert "100 %" not in shown


def test_yesterdays_forecast_states_its_errors(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    shown = words(show(monkeypatch, folder, lang="en", city=CITY))
    assert "Over 24 hours: RMSE" in shown
    assert "Persistence, the last value carried on" in shown


def test_the_skill_table_marks_what_is_shown(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    app = show(monkeypatch, folder, lang="en", city=CITY)
    table = app.dataframe[0].value
    assert list(table["Hours ahead"]) == ["1", "6", "12", "24", "48", "72"]
    assert table["the centre's model"].str.startswith("●").tolist() == [True] * 4 + [False] * 2
    assert table["damped persistence"].str.startswith("●").tolist() == [False] * 4 + [True] * 2


def test_a_refusal_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    shown = words(show(monkeypatch, folder, lang="en", city="astana"))
    assert "no hourly forecast" in shown
    assert "daily values only" in shown
    assert "Probability" not in shown


def test_an_old_forecast_is_not_said_to_be_one(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    shown = words(show(monkeypatch, folder, lang="en", city=CITY, late=timedelta(hours=8)))
    assert "more than six hours old" in shown
    assert "82 %" not in shown


def test_the_choice_is_in_the_address(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    app = show(monkeypatch, folder, lang="en", city=CITY, place="demo:one", baselines="1")
    assert "probabilities are computed for the city's figure" in words(app)
    assert app.toggle[0].value is True


def test_the_situation_speaks_of_the_next_hours(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    shown = words(show(monkeypatch, folder, "situation.py", lang="en"))
    assert "Next 24 h" in shown
    assert "Tomorrow above the 24-h limit: likely (82 %)" in shown
    assert "No forecast of the next hours" in shown


def test_words_of_probability_follow_their_scale() -> None:
    said = [forecast_words.likelihood(p) for p in (0.9, 0.89, 0.66, 0.5, 0.2, 0.05, None)]
    assert said == ["very_likely", "likely", "likely", "even", "unlikely", "very_unlikely", "unknown"]


def test_points_stand_at_the_end_of_their_hour_and_methods_are_told_apart() -> None:
    issued = pd.Timestamp("2026-01-10T06:00Z")
    hours = forecast_tables.hours(CITY, issued)
    with reader_language.using("en"):
        empty = pd.DataFrame({"start": pd.DatetimeIndex([], tz="UTC"), "value": []})
        drawn = forecast_charts.coming(empty, empty, hours, now=issued, zone=ZoneInfo("Asia/Tashkent"), unit="µg/m³")
    names = [trace.name for trace in drawn.data]
    assert names == [None, "90 % band", "the centre's model", "damped persistence"]
    model, damped = drawn.data[2:]
    assert pd.Timestamp(model.x[0]) == pd.Timestamp("2026-01-10T12:00")
    assert model.x[-1] == damped.x[0]
    assert model.line.color != damped.line.color


def test_the_pages_process_never_learns() -> None:
    code = "import sys; import pages.ui.forecast.tables, pages.ui.forecast.charts, jobs.forecast.export; "
    code += "sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=MAIN.parents[1], check=False).returncode == 0
