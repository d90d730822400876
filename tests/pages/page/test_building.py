"""While the demo world is built, every page and the wall say how far it is; a built one and real data have no bar."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import demo
from data.demo import progress
from data.store import Store, open_store, served
from pages.ui.page import building
from pages.ui.reader import language
from pages.ui.wall import frame as wall_frame
from tests.conftest import hourly

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)


@pytest.fixture
def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_WATCH", "astana")
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    made = open_store(store.folder.with_name(f"{store.folder.name}-demo"))
    demo.fill(made, NOW, days=2)
    return made


def bars(app: AppTest) -> list[tuple[int, str]]:
    assert not app.exception, [e.message for e in app.exception]
    return [(e.proto.value, e.proto.text) for e in app.get("progress")]


def test_pages_show_the_bar_until_the_world_is_whole(world: Store) -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = "en"
    progress.said(world.uri, 0.42)
    try:
        shown = bars(app.run())
        app.switch_page("method.py").run()
        assert bars(app) == shown == [(42, building.words(0.42))]
    finally:
        progress.said(world.uri, None)
    assert bars(app.run()) == []


def test_real_data_have_no_bar(world: Store, store: Store) -> None:
    store.append(hourly([1.0], known_at=NOW))
    progress.said(world.uri, 0.42)
    try:
        assert building.share() is None
    finally:
        progress.said(world.uri, None)


@pytest.mark.parametrize("reader", ["en", "ru", "uz", "kk"])
def test_the_wall_says_it_in_each_language(reader: str) -> None:
    with language.using(reader):
        drawn = wall_frame.building(0.429)
        said = building.words(0.429)
    assert 'aria-valuenow="42"' in drawn
    assert "width:42%" in drawn
    assert language.html(said) in drawn
    assert "42 %" in said
    with language.using("en"):
        assert reader == "en" or building.words(0.429) != said


def test_a_wall_without_a_picture_shows_the_bar_too(world: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from pages import wall

    progress.said(world.uri, 0.1)
    try:
        assert 'class="building"' in str(wall.built({"html": wall_frame.bare()})["html"])
    finally:
        progress.said(world.uri, None)
    assert wall.built({"html": "x"}) == {"html": "x"}
