"""An act of the register in a reader's language: number and day, until when, its figure, how well it was read."""

from datetime import date

from data.standards.acts import UNKNOWN, Act
from data.words import Words, words

CATALOG = "acts"
DATES = "brief"  # the catalog that has the names of months


def spoken(language: str) -> Words:
    """The catalog of this subject."""
    return words(CATALOG, language)


def numbered(act: Act, language: str) -> str:
    """
    Number and day as a reader of the language writes them; a word for what was not read.

    Examples
    --------
    >>> from data.standards.acts import acts
    >>> [numbered(acts()["uz-up-229-2025"], language) for language in ("ru", "uz")]
    ['УП-229 от 24 ноября 2025 г.', 'PF-229, 2025-yil 24-noyabr']
    """
    say = spoken(language)
    day = words(DATES, language).day(act.signed) if act.signed else ""
    if act.number == UNKNOWN:
        return say.say("cite.of_day", day=day) if day else say.say("cite.no_number")
    number = _number(act.number, say)
    return say.say("cite.number", number=number, day=day) if day else number


def cited(act: Act, language: str, *, until: date | None = None, certain: bool = True) -> str:
    """
    What stands behind a trigger: the act, until when, whether that is certain, its figure, how it was read.

    Parameters
    ----------
    act : Act
    language : str
        Two letters.
    until : datetime.date, optional
        Last day of the powers the act gives, where it names one.
    certain : bool
        Whether the act is in force for certain.

    Returns
    -------
    str
        Joined by commas; the last part says whether it is indicative.

    Examples
    --------
    >>> from data.standards.acts import acts
    >>> cited(acts()["uz-pf-46-2026"], "en", until=date(2027, 3, 1))
    'PF-46 of 25 March 2026, these powers until 1 March 2027, no figure in the act that we know, read at second hand, \
indicative'
    """
    say, dates = spoken(language), words(DATES, language)
    parts = [numbered(act, language)]
    parts += [say.say("cite.since", day=dates.day(act.entry))] if act.entry else []
    parts += [say.say("cite.until", day=dates.day(act.until))] if act.until else []
    parts += [say.say("cite.power_until", day=dates.day(until))] if until else []
    parts += [] if certain else [say.say("cite.uncertain")]
    parts += [say.say(f"figure.{act.figure}"), say.say(f"read.{act.read}")]
    return ", ".join(parts)


def _number(number: str, say: Words) -> str:
    """The kind of an Uzbek act in the reader's letters: УП and PF are one, so are ПП and PQ."""
    kind, dash, rest = number.partition("-")
    key = f"number.{kind}"
    return f"{say.say(key)}{dash}{rest}" if key in say.entries else number
