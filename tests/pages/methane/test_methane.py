"""Methane on the map: off until asked for, three different answers, and nothing to take that the licence keeps in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES, city
from data.store import open_store
from jobs.methane.answer import methane
from jobs.methane.keep import keep
from pages.ui.methane import layer, words
from pages.ui.reader import language
from sources.unep_imeo_mars import parse
from tests.pages.test_pages import old_rows, show
from tests.sources.test_unep_imeo_mars import OLD

TASHKENT, ASTANA = city("tashkent"), city("astana")


@pytest.fixture
def plumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    store, now = open_store(tmp_path / "store"), datetime.now(UTC)
    store.append(old_rows(now))
    keep(store, parse(OLD), TASHKENT, now - timedelta(days=1), "made up")
    keep(store, parse(OLD), ASTANA, now - timedelta(days=1), "made up")
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    return store.folder


def said(app: AppTest) -> str:
    return " ".join(str(e.value) for kind in ("markdown", "caption", "subheader") for e in app.get(kind))


def switched_on(app: AppTest) -> AppTest:
    next(x for x in app.toggle if x.key == "map.methane").set_value(True)
    return app.run()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_layer_is_off_until_asked_for_and_its_rows_are_not_given_out(plumes: Path, code: str) -> None:
    with language.using(code):
        wanted = [language.t("methane.title"), language.t("methane.origin"), language.t("methane.column.rate")]
    app = show("city_map.py", city="tashkent", lang=code)
    assert wanted[0] not in said(app)
    app = switched_on(app)
    assert not app.exception
    assert not app.error
    assert wanted[0] in said(app)
    assert "CC BY" in said(app)
    assert any(wanted[2] in frame.value and len(frame.value) == 2 for frame in app.dataframe)
    assert not any("plumes-" in str(b.proto) for b in app.get("download_button"))


def test_none_and_not_looked_are_two_answers(plumes: Path, tmp_path: Path) -> None:
    nobody = open_store(tmp_path / "other")
    for code in LANGUAGES:
        with language.using(code):
            none = words.answer(methane(open_store(plumes), ASTANA, code), ASTANA)
            blind = words.answer(methane(nobody, ASTANA, code), ASTANA)
            assert none != blind
            assert "150" in none
            assert "2024" in none
            assert "150" not in blind
            assert words.behind(methane(nobody, ASTANA, code)) == ""
            assert "2024" in words.behind(methane(open_store(plumes), ASTANA, code))


def test_a_ring_is_as_wide_as_the_position_is_known(plumes: Path) -> None:
    found = methane(open_store(plumes), TASHKENT)
    with language.using("en"):
        rows = layer.drawn(found, TASHKENT.zone)
        assert rows["radius"].tolist() == [20_000.0, 500.0]
        assert "error not stated" in rows["tip"][1]
        assert "2.1 ± 0.9 t/h" in rows["tip"][1]
        assert all("nearest mapped site: " in tip for tip in rows["tip"])
        assert rows["label"].tolist() == ["", "3 Feb 2024"]
        assert [x.id for x in layer.layers(found, TASHKENT.zone, "dark")] == ["plumes", "plume-marks", "plume-dates"]
    assert layer.layers(methane(open_store(plumes), ASTANA), ASTANA.zone, "dark") == []


def test_the_pledge_says_how_it_is_known() -> None:
    with language.using("en"):
        assert words.pledge(ASTANA) == "Global Methane Pledge: joined 2 Dec 2023 (The Astana Times; second-hand)."
        assert "2022" in words.pledge(TASHKENT)
        assert "unverified" in words.pledge(TASHKENT)
        assert words.pledge(city("bishkek")) == language.t("methane.pledge_unknown")
