"""Words for documents that are made without a screen: a catalog per language, and its numbers and dates."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale

FOLDER = Path(__file__).parent / "text"
FORMS = ("one", "few", "many", "other")
MISSING = "–"

Entry = str | Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """
    A document's words in one language.

    Attributes
    ----------
    language : str
        Two letters.
    entries : mapping
        By full key, ``section.key``; a mapping holds plural forms.
    """

    language: str
    entries: Mapping[str, Entry]

    def say(self, key: str, /, **params: object) -> str:
        """
        Words for a key; ``n`` chooses the plural form.

        Raises
        ------
        KeyError
            When the catalog lacks the key.
        """
        entry = self.entries[key]
        if not isinstance(entry, str):
            entry = entry.get(plural(self.language, params.get("n")), entry["other"])
        written = {k: self.number(v) if isinstance(v, int) else v for k, v in params.items()}
        return entry.format(**written) if params else entry

    def law_name(self, law: str) -> str:
        """Whose law it is; another's where the catalog has no name for it."""
        key = f"law.{law}"
        return self.say(key if key in self.entries else "law.other")

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number as the reader writes it; a dash where it is missing, never zero."""
        if value is None or not math.isfinite(value):
            return MISSING
        text = f"{value:,.{decimals}f}" if abs(value) >= 10_000 else f"{value:.{decimals}f}"
        text = text.removeprefix("-") if not text.strip("-0.,") else text
        marks = {ord(","): self.say("form.thousands"), ord("."): self.say("form.decimal"), ord("-"): "−"}
        return text.translate(marks)

    def level(self, value: float | None) -> str:
        """A concentration: one decimal below 100 unless it is whole, noise below zero as 0. [µg/m³]"""
        value = value if value is None else max(value, 0.0)
        whole = value is None or not math.isfinite(value) or abs(value) >= 100 or float(value).is_integer()
        return self.number(value, 0 if whole else 1)

    def day(self, day: date, *, year: bool = True) -> str:
        """A date in full, or without its year."""
        key = "form.day_month_year" if year else "form.day_month"
        return self.say(key, day=str(day.day), month=self.say(f"month.{day.month}"), year=str(day.year))

    def days(self, first: date, last: date) -> str:
        """First to last day, the year once where it is the same."""
        if first == last:
            return self.day(first)
        if first.year != last.year:
            return f"{self.day(first)} – {self.day(last)}"
        if first.month == last.month:
            month = self.say(f"month.{first.month}")
            return self.say("form.days_month", a=str(first.day), b=str(last.day), month=month, year=str(first.year))
        ends = {"first": self.day(first, year=False), "last": self.day(last, year=False)}
        return self.say("form.days_year", **ends, year=str(first.year))

    def month(self, month: date) -> str:
        """A month with its year."""
        return self.say("form.month_year", month=self.say(f"month_name.{month.month}"), year=str(month.year))


@cache
def words(document: str, language: str) -> Words:
    """
    Catalog of a document.

    Parameters
    ----------
    document : str
        Folder below ``data/text``: ``brief``.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.

    Raises
    ------
    LookupError
        When there is no such catalog: a programmer named it, what a person names is held to `data.city.LANGUAGES`.

    Examples
    --------
    >>> words("brief", "ru").days(date(2024, 1, 1), date(2024, 12, 31))
    '1 января – 31 декабря 2024 г.'
    """
    path = FOLDER / document / f"{language}.toml"
    if not path.is_file():
        known = sorted(p.stem for p in (FOLDER / document).glob("*.toml"))
        raise LookupError(f"no {document} in language {language!r}; choose one of {', '.join(known) or 'none'}")
    return Words(language, dict(flat(tomllib.loads(path.read_text("utf-8")))))


def flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """
    Entries of a catalog by their full keys; a table whose keys are `FORMS` is one entry.

    Examples
    --------
    >>> dict(flat({"day": "Day", "hours": {"one": "{n} hour", "other": "{n} hours"}}, "time"))
    {'time.day': 'Day', 'time.hours': {'one': '{n} hour', 'other': '{n} hours'}}
    """
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Mapping) and not set(value) <= set(FORMS):
            yield from flat(value, key)
        elif isinstance(value, Mapping):
            yield key, {str(k): str(v) for k, v in value.items()}
        else:
            yield key, str(value)


def plural(language: str, n: object) -> str:
    """
    Plural form of a count, by the rules of Unicode CLDR as Babel carries them.

    Examples
    --------
    >>> [plural("ru", n) for n in (1, 3, 11, 25)], plural("kk", 2)
    (['one', 'few', 'many', 'many'], 'other')
    """
    return _locale(language).plural_form(n) if isinstance(n, int) else "other"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
