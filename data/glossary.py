"""Words of the field: the term of each language with its meaning, and what must not be written in its place."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from data.words import FOLDER


@dataclass(frozen=True)
class Term:
    """
    A word of the field in one language.

    Attributes
    ----------
    key : str
        The same in every language.
    term, meaning : str
        As people read them.
    original : str
        The word of the law or the service that it stands for; empty where there is none of another language.
    """

    key: str
    term: str
    meaning: str
    original: str


@dataclass(frozen=True)
class Forbidden:
    """
    What a text may not say.

    Attributes
    ----------
    term : str
        Key of the term that stands in its place.
    say : re.Pattern
        Found in a text that uses it.
    why : str
        For whoever writes, in English.
    """

    term: str
    say: re.Pattern[str]
    why: str


@cache
def terms(language: str) -> tuple[Term, ...]:
    """
    Terms of a language, in the order of its file.

    Parameters
    ----------
    language : str
        One of `data.city.LANGUAGES`.

    Examples
    --------
    >>> next(x.term for x in terms("uz") if x.key == "daily_limit")
    'oʻrtacha sutkalik REM'
    """
    rows: Mapping[str, Mapping[str, str]] = _file(language)["term"]
    return tuple(Term(key, row["term"], row["meaning"], row["original"]) for key, row in rows.items())


@cache
def forbidden(language: str) -> tuple[Forbidden, ...]:
    """
    What a text of a language may not say, with the reason.

    Examples
    --------
    >>> [x.term for x in forbidden("ru") if x.say.search("выше суточного норматива")]
    ['daily_limit']
    """
    return tuple(Forbidden(row["term"], re.compile(row["say"]), row["why"]) for row in _file(language)["forbidden"])


@cache
def after_number(language: str) -> frozenset[str]:
    """Nouns that a number and a hyphen may stand before, where the hyphen is the ending of the ordinal."""
    return frozenset(_file(language)["after_number"])


def _file(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / "glossary" / f"{language}.toml").read_text("utf-8"))
