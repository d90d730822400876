"""Measures on the trends page: marks by day, kind and status said, no day invented where only a year is known."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.city import city
from data.measures.measures import measures, measures_of
from models.trends.trends import Refused
from pages.ui.reader import language
from pages.ui.trends.measures import by_day, effects, marks, moment, named, unjudged

SCREEN = """
from datetime import date
from data.city import city
from pages.ui.trends.measures import told
from data.measures.measures import measures_of
told({rows}, {{}}, city("tashkent"), date(2026, 12, 1))
"""


def said(rows: str) -> str:
    app = AppTest.from_string(SCREEN.format(rows=rows), default_timeout=60).run()
    assert not app.exception
    return "\n".join([*(str(m.value) for m in app.markdown), *(str(c.value) for c in app.caption)])


def test_measures_of_one_day_share_a_mark() -> None:
    dated = dict(by_day(measures_of("tashkent")))
    together = [one.key for one in dated[date(2025, 11, 24)]]
    assert {"tashkent-special-commission", "tashkent-greenhouse-checks"} <= set(together)
    assert len(marks(measures_of("tashkent"))) == len(dated)
    assert list(dated) == sorted(dated)


@pytest.mark.parametrize(("code", "words"), [
    ("en", "(closure, not known whether it holds)"), ("ru", "(закрытие, неизвестно, действует ли)"),
    ("uz", "(yopish, amaldaligi nomaʼlum)"), ("kk", "(жабу, күшінде ме — белгісіз)"),
])  # fmt: skip
def test_kind_and_status_are_said_in_the_readers_language(code: str, words: str) -> None:
    with language.using(code):
        assert named(measures()["tashkent-maxam-halt"], date(2026, 12, 1)).endswith(words)


def test_a_month_is_told_as_a_month() -> None:
    with language.using("en"):
        assert moment(measures()["astana-chp-3-gas"], city("astana")) == "October 2023"
        assert moment(measures()["tashkent-lorry-ban"], city("tashkent")) == "1 Mar 2024"


def test_the_list_numbers_days_and_tells_years_apart() -> None:
    text = said("measures_of('tashkent')")
    assert "Lorries above 10 t" in text.split("Dated measures")[1]
    assert "(restriction, in force)" in text
    assert "(agroworld.uz; secondary)" in text
    assert "was not kept; not read)" in text
    assert "Known by the year alone" in text
    assert "2024: Programme against dust" in text
    assert "have one number" in text
    assert "names no measure" in said("[]")


BELT = "measures_of('tashkent')"


def test_no_change_of_the_air_is_told_of_trees_or_of_what_makes_it_known() -> None:
    belts = [one for one in measures().values() if one.kind == "green_belt"]
    assert belts
    assert all(unjudged(one) for one in belts)
    assert all(unjudged(one) for one in measures().values() if one.kind == "monitoring")
    assert unjudged(measures()["tashkent-lorry-ban"]) == ""
    line = next(part for part in said(BELT).splitlines() if "100 ha in Bektemir" in part)
    assert "No figure of cleaner air is shown for trees" in line


def test_before_and_after_passes_trees_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[pd.Timestamp] = []

    def compared(made: object, at: pd.Timestamp) -> None:
        asked.append(at)
        raise Refused("models.trends.values", least=1, found=0)

    monkeypatch.setattr("models.trends.before_after.before_after", compared)
    monkeypatch.setattr("pages.ui.trends.measures.moved", lambda shown, at: "")
    shown = SimpleNamespace(city=city("tashkent"), measures=lambda: list(measures_of("tashkent")))
    with language.using("en"):
        told = effects(shown, SimpleNamespace(daily=True))  # type: ignore[arg-type]
    assert "tashkent-lorry-ban" in told
    assert not {one.key for one in measures().values() if one.kind == "green_belt"} & set(told)
    assert len(asked) == len(told)


@pytest.mark.parametrize("code", ["en", "ru", "uz", "kk"])
def test_every_kind_and_status_has_its_words(code: str) -> None:
    with language.using(code):
        for one in measures().values():
            assert "measures." not in named(one, date(2026, 12, 1)), one.key
    assert (Path(language.FOLDER) / code / "measures.toml").exists()
