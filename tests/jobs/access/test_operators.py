"""Operators: names and PINs from the environment, few wrong tries, nothing secret in a sentence."""

import pytest

from jobs.access import operators
from jobs.access.operators import NotAllowed, Operator, authenticate, configured


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (operators.OPERATORS, operators.PIN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(operators, "_tries", {})


def test_nobody_is_set_up_and_the_sentence_says_who_must_act() -> None:
    assert not configured()
    with pytest.raises(NotAllowed, match="whoever runs the server"):
        authenticate("Aigul", "1234")


def test_a_listed_name_needs_its_own_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.OPERATORS, "Aigul S.:1234; Botir:9876:City of Tashkent ;nobody:; :1")
    assert configured()
    assert authenticate(" aigul  s. ", "1234") == Operator("Aigul S.", "")
    assert authenticate("Botir", "9876").organisation == "City of Tashkent"
    for name, pin in (("Botir", "1234"), ("nobody", ""), ("Stranger", "1234"), ("", "1234")):
        with pytest.raises(NotAllowed):
            authenticate(name, pin)


def test_the_shared_pin_takes_any_name_but_never_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.PIN, "4711")
    assert authenticate("Dilnoza", "4711") == Operator("Dilnoza")
    for name, pin in (("  ", "4711"), ("x" * 81, "4711"), ("Dilnoza", ""), ("Dilnoza", "ключ")):
        with pytest.raises(NotAllowed):
            authenticate(name, pin)


def test_the_shared_pin_does_not_open_a_listed_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.PIN, "4711")
    monkeypatch.setenv(operators.OPERATORS, "Botir:9876")
    with pytest.raises(NotAllowed):
        authenticate("Stranger", "4711")


def test_wrong_pins_are_few_and_a_right_one_waits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.OPERATORS, "Botir:9876;Aigul:1234")
    for _ in range(operators.TRIES):
        with pytest.raises(NotAllowed, match="belong together"):
            authenticate("Botir", "0000")
    with pytest.raises(NotAllowed, match="wait 5 min"):
        authenticate("Botir", "9876")
    assert authenticate("Aigul", "1234").name == "Aigul"
    operators._tries["botir"].until = 0.0
    assert authenticate("Botir", "9876").name == "Botir"
    assert operators._tries == {}


def test_a_right_pin_forgets_the_wrong_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.PIN, "4711")
    for _ in range(3):
        for _ in range(operators.TRIES - 1):
            with pytest.raises(NotAllowed):
                authenticate("Dilnoza", "1")
        assert authenticate("Dilnoza", "4711").name == "Dilnoza"


def test_no_pin_is_ever_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(operators.OPERATORS, "Botir:verysecret")
    with pytest.raises(NotAllowed) as refused:
        authenticate("Botir", "verywrong")
    assert "very" not in str(refused.value)
    assert "verysecret" not in repr(authenticate("Botir", "verysecret"))
