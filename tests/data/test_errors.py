"""Errors are fields: each key has its sentence in four languages, and what is kept of an error says the same later."""

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.city import LANGUAGES, CityError
from data.clock import ClockError
from data.errors import CATALOGS, WHO, CentreError, phrase, sentence
from data.inventory.rows import InventoryError
from data.parameters import UnitError
from data.words import FOLDER, words

ROOT = Path(__file__).resolve().parents[2]
OURS = ("api", "cli", "data", "jobs", "models", "pages", "sources")
KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+){2,}")
PLACE = re.compile(r"\{([a-z_]+)\}")
BY_CLASS = {"argument", "setting"}  # what a class of errors gives by itself
FOLDERS = sorted(p.name for p in (FOLDER / CATALOGS).iterdir())


def sentences(folder: str, language: str) -> dict[str, str]:
    """Every sentence of a catalog by its full key; plural forms count as one."""
    entries = words(f"{CATALOGS}/{folder}", language).entries
    said = {k: v if isinstance(v, str) else " ".join(v.values()) for k, v in entries.items()}
    return {f"{folder}.{k}": v for k, v in said.items() if not k.startswith("form.")}


def texts() -> Iterator[str]:
    """Every text in the code that is the key of a sentence by its form, and no module."""
    for path in (p for top in OURS for p in sorted((ROOT / top).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if KEY.fullmatch(said) and said.partition(".")[0] in FOLDERS and not module(said):
                yield said


def calls() -> Iterator[tuple[str, set[str]]]:
    """Key and named words of every call that says a key outright and passes no words on."""
    for path in (p for top in OURS for p in sorted((ROOT / top).rglob("*.py"))):
        for node in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call) and says(n)):
            keys = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            names = {k.arg for k in node.keywords}
            for key in (k for k in keys if KEY.fullmatch(k) and k.partition(".")[0] in FOLDERS and None not in names):
                yield key, {str(name) for name in names}


def says(call: ast.Call) -> bool:
    """Whether a call makes an error or a phrase, and no look-up of a key."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name == phrase.__name__ or name[:1].isupper()


def module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").exists()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_each_language_has_the_same_sentences_about_the_same_things(folder: str, language: str) -> None:
    english, other = sentences(folder, "en"), sentences(folder, language)
    assert set(other) == set(english)
    assert {k for k in english if set(PLACE.findall(other[k])) != set(PLACE.findall(english[k]))} == set()
    same = {k for k, v in english.items() if other[k] == v and len(PLACE.sub("", v).strip(" :;,.()")) > 12}
    assert same == set(), "left in English"


@pytest.mark.parametrize("folder", FOLDERS)
def test_uzbek_letters_are_the_right_ones(folder: str) -> None:
    wrong = re.compile(r"[oOgG][‘’'`]|[a-z][‘’'`][a-z]")
    assert [k for k, v in sentences(folder, "uz").items() if wrong.search(re.sub("`[^`]*`", "", v))] == []


def test_every_sentence_is_said_somewhere_and_every_key_has_one() -> None:
    used = set(texts())
    known = {key for folder in FOLDERS for key in sentences(folder, "en")}
    assert known - used == set(), "nobody says these"
    assert used - known == set(), "these have no sentence"


def test_who_says_a_sentence_gives_what_its_placeholders_stand_for() -> None:
    known = {key: set(PLACE.findall(said)) for folder in FOLDERS for key, said in sentences(folder, "en").items()}
    wanting = {(key, *sorted(known[key] - names - BY_CLASS)) for key, names in calls() if known[key] - names - BY_CLASS}
    assert wanting == set()
    assert len(list(calls())) > 50


def test_an_error_kept_as_fields_says_the_same_later() -> None:
    cause = ClockError("data.clock.no_zone", parameter="CLEANAIR_NOW", variable="CLEANAIR_NOW", text="2024-12-07")
    for language in LANGUAGES:
        kept = cause.fields()
        assert sentence(kept["key"], kept["words"], language) == cause.sentence(language)
    assert cause.who in WHO
    assert cause.parameter == "CLEANAIR_NOW"


def test_a_phrase_and_a_cause_within_a_sentence_are_kept_and_written_in_the_reader_s_language() -> None:
    cause = UnitError("data.unit.unknown", unit="furlong", known=["km", "m"])
    line = phrase("data.inventory.line", number="3")
    error = InventoryError("data.inventory.quotes", file="a.csv", row=line, cause=cause)
    assert str(error) == "a.csv, line 3: unit 'furlong' is not known; name one of km, m; mend the quotes"
    kept = json.loads(json.dumps(error.fields()))
    for language in LANGUAGES:
        said = sentence(kept["key"], kept["words"], language)
        assert said == error.sentence(language)
        assert cause.sentence(language) in said


def test_what_somebody_else_wrote_breaks_no_line_and_turns_no_text() -> None:
    error = CityError("data.city.unknown", city="a\nb\u202ec", known=["Ташкент"])
    assert str(error) == "no city 'a\\nb\\u202ec'; choose one of Ташкент"


def test_an_error_crosses_processes_whole() -> None:
    error = ClockError("data.clock.no_zone", parameter="X", who="asker", status=400, variable="X", text="y")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.who, again.parameter, again.status) == (str(error), "asker", "X", 400)
    assert isinstance(again, ClockError)


def test_a_key_without_a_sentence_fails_loudly() -> None:
    with pytest.raises(KeyError):
        str(CentreError("data.clock.no_such_sentence"))
