"""Texts of an alarm: whole, short for a wall, and its numbers alone, each a field of its own in four languages."""

from dataclasses import replace

import pandas as pd
import pytest

from data.city import LANGUAGES, city
from data.rules.alarms import Rule, rules
from models.alarms.readings import Reading
from models.alarms.text import COLUMNS, NUMBERS, SHORT, texts

SINCE = pd.Timestamp("2026-01-18T15:00Z")
DAY = SINCE.date()
READING = Reading(on=True, value=65.2, unit="µg/m³", limit=35.0, facts={"n": 2, "of": 4})


def rule(kind: str) -> Rule:
    return next(r for r in rules().rules if (r.what or r.kind) == kind)


def told(reading: Reading | None, kind: str = "limit") -> dict[str, str]:
    book, place = rules(), city("astana")
    one = next((r for r in book.rules if r.kind == kind and book.triggers_of(r, place, DAY)), rule(kind))
    return texts(one, place, reading, book.triggers_of(one, place, DAY))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_is_made_of_the_short_the_numbers_and_the_law(language: str) -> None:
    said = told(READING)
    whole, short, numbers = (said[by[language]] for by in (COLUMNS, SHORT, NUMBERS))
    title = next(r for r in rules().rules if whole.startswith(r.text[language])).text[language]
    first, stations = numbers.rsplit("; ", 1)
    assert whole.startswith(f"{title}: {first}")
    assert stations in whole
    assert short == f"{title}: {first}"
    assert title not in numbers
    assert {t.text[language] for t in rules().triggers_of(rule("limit"), city("astana"), DAY)} & set(
        numbers.split("; ")
    ) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_simulated_numbers_say_so_in_every_text(language: str) -> None:
    plain, marked = told(READING), told(replace(READING, simulated=True))
    for by in (COLUMNS, SHORT, NUMBERS):
        mark, _, rest = marked[by[language]].partition("; ")
        assert rest == plain[by[language]]
        assert mark.isupper()


def test_without_numbers_the_title_stands_alone() -> None:
    said = told(None)
    assert said["text"] == said["short"]
    assert said["numbers"] == ""


def test_an_event_without_facts_has_its_title_alone() -> None:
    said = texts(rule("event"), city("astana"), Reading(on=True))
    assert said["text"] == said["short"] == rule("event").text["en"]
    assert said["numbers"] == ""


@pytest.mark.parametrize("since", [None, SINCE])
def test_no_data_is_said_beside_the_title(since: pd.Timestamp | None) -> None:
    said = texts(rule("limit"), city("astana"), replace(READING, no_data=True, since=since))
    assert said["text"] == f"{said['short']}; {said['numbers']}"
