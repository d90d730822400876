"""Pictures painted beside the screens: the newest where it is quick, the last one meanwhile, errors told."""

import threading
import time
from collections.abc import Callable

import pytest

from pages.ui.wall import background
from pages.ui.wall.background import Painter


def says(word: str) -> Callable[[], str]:
    return lambda: word


def test_one_state_is_painted_once_for_all() -> None:
    made, easel = [], Painter[str]()
    for _ in range(3):
        assert easel.latest("wall", "one", lambda: made.append(1) or "first") == ("first", 0.0)  # type: ignore[func-returns-value]
    assert len(made) == 1


def test_a_quick_picture_is_shown_at_once() -> None:
    easel = Painter[str]()
    easel.latest("wall", "one", says("first"))
    assert easel.latest("wall", "two", says("second"))[0] == "second"


def test_a_slow_picture_keeps_nobody_waiting_and_the_last_one_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE", 0.02)
    easel, ready = Painter[str](), threading.Event()
    easel.latest("wall", "one", says("first"))
    began = time.monotonic()
    shown, first = easel.latest("wall", "two", lambda: str(ready.wait(20)))
    assert shown == "first"
    assert time.monotonic() - began < 10
    shown, later = easel.latest("wall", "two", says("never asked, somebody is at it"))
    assert shown == "first"
    assert later > first >= 0
    ready.set()
    until = time.monotonic() + 10
    while easel.latest("wall", "two", says("x"))[0] != "True" and time.monotonic() < until:
        time.sleep(0.01)
    assert easel.latest("wall", "two", says("x")) == ("True", 0.0)


def test_a_picture_nobody_looked_after_is_not_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    easel = Painter[str]()
    easel.latest("wall", "one", says("first"))
    monkeypatch.setattr(background, "TRUSTED", -1.0)
    monkeypatch.setattr(background, "PATIENCE", 0.0)
    assert easel.latest("wall", "two", says("second")) == ("second", 0.0)


def test_an_error_is_told_until_a_picture_succeeds() -> None:
    easel = Painter[str]()

    def broken() -> str:
        raise ValueError("the store is gone")

    with pytest.raises(ValueError, match="gone"):
        easel.latest("wall", "one", broken)
    assert easel.latest("wall", "one", says("first"))[0] == "first"
    with pytest.raises(ValueError, match="gone"):
        easel.latest("wall", "two", broken)
    assert easel.latest("wall", "two", says("second"))[0] == "second"


def test_cities_and_languages_have_pictures_of_their_own() -> None:
    easel = Painter[str]()
    assert easel.latest(("tashkent", "en"), "one", says("a"))[0] == "a"
    assert easel.latest(("tashkent", "ru"), "one", says("b"))[0] == "b"
