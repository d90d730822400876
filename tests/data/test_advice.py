"""Health advice: every category of every scale and every kind of event has it in every language."""

import re

import pytest

from data import advice
from data.city import LANGUAGES
from data.rules.events import KINDS
from data.standards.breakpoints import FILES, breakpoints
from data.words import words

CATEGORIES = [(standard, str(c)) for standard in FILES for c in breakpoints(standard)["category"].unique()]
OTHERS = [code for code in LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("standard", "category"), CATEGORIES)
def test_every_category_of_every_scale(standard: str, category: str, language: str) -> None:
    told = advice.of_category(standard, category, language)
    assert told.short
    assert told.everyone
    assert len(told.groups) in (0, len(advice.GROUPS))
    assert all(who and what for who, what in (*told.groups, *told.parts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event(kind: str, language: str) -> None:
    told = advice.of_event(kind, language)
    assert told.short
    assert told.everyone
    assert bool(told.groups) is (kind != "sensor_fault")


def test_no_step_is_of_a_category_that_no_scale_has() -> None:
    assert {(s, c) for s, categories in advice.steps().items() for c in categories} == set(CATEGORIES)


@pytest.mark.parametrize("language", OTHERS)
def test_languages_say_the_same_things(language: str) -> None:
    english, other = words("advice", "en").entries, words("advice", language).entries
    assert set(other) == set(english)
    assert [k for k, text in other.items() if k != "page.address" and text == english[k]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_closed_windows_never_come_without_the_warning_of_carbon_monoxide(language: str) -> None:
    said = words("advice", language)
    shut, warning = said.say("window.shut"), said.say("co")
    told = [advice.of_category(s, c, language) for s, c in CATEGORIES] + [advice.of_event(k, language) for k in KINDS]
    closed = [one for one in told if shut in [text for _, text in one.parts]]
    assert len(closed) >= 5
    assert all(one.parts[-1][1] == warning for one in closed)
    assert warning in advice.of_alarm(language)


def test_the_worse_the_air_the_more_is_asked() -> None:
    order = ["", "watch", "reduce", "avoid", "inside"]
    rank = [order.index(step["groups"]) for step in advice._raw()["step"].values()]
    assert rank == sorted(rank)


def test_no_mask_is_advised_against_a_gas() -> None:
    told = dict(advice.of_category("us-epa-2024", "Unhealthy", "en", "o3").parts)
    assert "gases" in told["Mask"]
    assert "FFP2" in dict(advice.of_category("us-epa-2024", "Unhealthy", "en", "pm25").parts)["Mask"]
    assert "FFP2" not in advice.of_alarm("en", (), "so2")
    assert "FFP2" in advice.of_alarm("en", ("dust_storm",))
    assert "FFP2" not in advice.of_alarm("en", ("industrial",))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_source_says_what_was_taken_and_how_it_was_read(language: str) -> None:
    entries = words("advice", language).entries
    for one in advice.sources():
        assert f"source.{one.key}" in entries
        assert f"how.{one.read}" in entries
        assert bool(one.title) is bool(one.address)
    assert {k.removeprefix("source.") for k in entries if k.startswith("source.")} == {o.key for o in advice.sources()}


def test_uzbek_letters() -> None:
    wrong = re.compile(r"[oOgG][‘’'`]|[‘’'`]")
    assert [k for k, text in words("advice", "uz").entries.items() if wrong.search(str(text))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_has_one_line_of_advice(language: str) -> None:
    assert advice.line_of_alarm(language, ("dust_storm",)) == advice.of_event("dust_storm", language).short
    assert advice.line_of_alarm(language) == words("advice", language).say("alarm.line")
    assert advice.of_days_over(language)
