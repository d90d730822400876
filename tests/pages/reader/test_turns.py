"""Pages are drawn a few at a time, a drawing inside a drawing needs no second place, nobody waits for ever."""

import threading

import pytest

from pages.ui.reader import turns
from pages.ui.reader.turns import turn


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_places", threading.Semaphore(1))


@pytest.mark.usefixtures("one_place")
def test_the_second_waits_for_the_first() -> None:
    order, inside, leave = [], threading.Event(), threading.Event()

    def first() -> None:
        with turn():
            inside.set()
            leave.wait(10)
            order.append("first")

    def second() -> None:
        with turn():
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    inside.wait(10)
    threads[1].start()
    threads[1].join(0.05)
    assert order == []
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]


@pytest.mark.usefixtures("one_place")
def test_a_part_of_a_page_has_its_place_already_and_an_error_gives_it_back() -> None:
    with pytest.raises(KeyError), turn(), turn():
        raise KeyError
    with turn() as waited:
        assert waited < 5


@pytest.mark.usefixtures("one_place")
def test_who_waited_long_goes_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    assert turns._places.acquire(blocking=False)
    with turn() as waited:
        assert waited >= 0.01
    assert not turns._places.acquire(blocking=False), "a place that was not taken is not given back"
