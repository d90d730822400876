"""The method page: the words of the field in the reader's language, and limits under the word of their law."""

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES
from data.glossary import terms
from tests.pages.test_pages import MAIN

WORDS = {"en": "Word", "ru": "Слово", "uz": "Soʻz", "kk": "Сөз"}
DAILY = {"en": "24-hour limit", "ru": "среднесуточная ПДК (ПДКс.с.)", "uz": "oʻrtacha sutkalik REM",
         "kk": "орташа тәуліктік ШЖШ"}  # fmt: skip


def show(folder: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(folder / "store"))
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page("method.py").run()


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if column in frame.value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_of_the_field_stand_in_a_table(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = show(tmp_path, monkeypatch, lang=lang)
    assert not app.exception
    shown = table(app, WORDS[lang])
    assert shown[WORDS[lang]].tolist() == [term.term for term in terms(lang)]
    assert DAILY[lang] in shown[WORDS[lang]].tolist()


@pytest.mark.parametrize(
    ("law", "averaging", "word"),
    [
        ("kz", "24 ч", "ПДК"),
        ("kz", "20–30 мин (ПДКм.р.)", "ПДК"),
        ("eu", "24 ч", "норматив"),
        ("eu", "год", "норматив"),
    ],
)
def test_only_national_values_bear_the_word_of_the_law(
    law: str, averaging: str, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = table(show(tmp_path, monkeypatch, lang="ru", law=law), "Уровень")
    chosen = limits[limits["Осреднение"] == averaging]
    assert len(chosen)
    assert set(chosen["Уровень"]) == {word}
