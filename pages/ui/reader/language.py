"""The reader's language: catalogs of words, and numbers, dates and ages as that language writes them."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from html import escape as _escape
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from data.city import LANGUAGES
from data.words import Entry, flat, plural, words
from pages.ui.reader.once import once

FOLDER = Path(__file__).parent / "text"
NAMES: Mapping[str, str] = {"en": "English", "ru": "Русский", "uz": "Oʻzbekcha", "kk": "Қазақша"}
SESSION_KEY = "lang"
MISSING = "–"
# Words that sheets print too: document and section of `data.words`, and the name under which the pages ask for them.
SHARED = (
    ("attribution", "source", "frame.source"),
    ("attribution", "reason", "origins.reason"),
    ("advice", "page", "advice"),
    ("advice", "source", "advice.from"),
    ("advice", "how", "advice.how"),
    ("advice", "part", "advice.part"),
)
_forced: ContextVar[str | None] = ContextVar("language", default=None)


@cache
def catalog(language: str) -> Mapping[str, Entry]:
    """
    Every entry of a language by its full key, ``<file>.<key>``; the words of `SHARED` among them.

    Parameters
    ----------
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    mapping of str to str or mapping
        A mapping holds plural forms, chosen by the parameter ``n``.
    """
    entries: dict[str, Entry] = {}
    for path in sorted((FOLDER / language).glob("*.toml")):
        entries.update(flat(tomllib.loads(path.read_text("utf-8")), path.stem))
    for document, section, name in SHARED:
        said = words(document, language).entries
        entries |= {f"{name}{k.removeprefix(section)}": e for k, e in said.items() if k.startswith(f"{section}.")}
    return entries


def language() -> str:
    """
    The language of the screen that is being drawn.

    Returns
    -------
    str
        Forced by `using`, else that of the URL, else the reader's choice, else the browser's, else English.
    """
    return _forced.get() or once("language", _chosen)


def _chosen() -> str:
    return asked() or _known(st.session_state.get(SESSION_KEY)) or preferred()


def asked() -> str | None:
    """The language that the URL names, if it is one of ours."""
    return _known(st.query_params.get("lang"))


def preferred() -> str:
    """The language a reader gets without choosing: the browser's, else English."""
    locale = str(getattr(st.context, "locale", None) or "")
    return _known(locale.split("-")[0].lower()) or "en"


def _known(code: object) -> str | None:
    return str(code) if code in LANGUAGES else None


@contextmanager
def using(code: str) -> Iterator[None]:
    """Draw in a language whatever the reader chose."""
    token = _forced.set(code)
    try:
        yield
    finally:
        _forced.reset(token)


def t(key: str, **params: object) -> str:
    """
    Words for a key in the reader's language.

    Parameters
    ----------
    key : str
        ``<file>.<key>``; a key that a language lacks is taken from English.
    **params
        What the placeholders stand for; ``n`` also chooses the plural form. Numbers are written as they come:
        pass them through `number` first where decimals matter.

    Returns
    -------
    str
        The text; the key itself where no language has it, so that a screen never breaks over a word.
    """
    code = language()
    entry = catalog(code).get(key)
    if entry is None:
        code, entry = "en", catalog("en").get(key, key)
    if not isinstance(entry, str):
        entry = entry.get(plural(code, params.get("n")), entry["other"])
    return entry.format(**params) if params else entry


def has(key: str) -> bool:
    """Whether the catalogs know a key."""
    return key in catalog("en")


def number(value: float | int | None, decimals: int = 0) -> str:
    """
    A number as the reader writes it; a dash where it is missing, never zero.

    Parameters
    ----------
    value : float or None
        Any number.
    decimals : int
        Digits after the mark.

    Returns
    -------
    str
        With the language's decimal mark, a narrow space between thousands from 10,000 on, a true minus.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    text = f"{value:,.{decimals}f}" if abs(value) >= 10_000 else f"{value:.{decimals}f}"
    text = text.removeprefix("-") if not text.strip("-0.,") else text
    marks = str.maketrans({",": t("time.thousands"), ".": t("time.decimal"), "-": "−"})
    return text.translate(marks)


def level(value: float | None, decimals: int = 0) -> str:
    """A concentration as a number: what an instrument's noise carries below zero is written 0."""
    return number(value if value is None else max(value, 0.0), decimals)


def amount(value: float | None, unit: str, decimals: int = 0) -> str:
    """A number with its unit in the reader's spelling."""
    return f"{number(value, decimals)} {t_unit(unit)}"


def t_unit(unit: str) -> str:
    """A unit in the reader's spelling."""
    key = f"quantity.unit.{unit}"
    return t(key) if has(key) else unit


def law_name(law: str) -> str:
    """Whose law it is, short; its key in capitals where the catalogs do not know it."""
    key = f"quantity.law.{law}"
    return t(key) if has(key) else law.upper()


def day(moment: datetime, zone: ZoneInfo, *, year: bool = True) -> str:
    """The date of a moment on a clock, as `22 Nov 2026` is written in the reader's language."""
    local = moment.astimezone(zone)
    pattern = "time.day_month_year" if year else "time.day_month"
    return t(pattern, day=local.day, month=t(f"time.month.{local.month}"), year=local.year)


def weekday(moment: datetime, zone: ZoneInfo) -> str:
    """Short name of the day of the week."""
    return t(f"time.weekday.{moment.astimezone(zone).isoweekday()}")


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes on a clock."""
    return f"{moment.astimezone(zone):%H:%M}"


def offset(moment: datetime, zone: ZoneInfo) -> str:
    """The clock's distance from UTC, as `UTC+5`."""
    away = moment.astimezone(zone).utcoffset()
    minutes = int(away.total_seconds() // 60) if away else 0
    sign = "−" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def at(moment: datetime, zone: ZoneInfo) -> str:
    """A moment with date, time and offset."""
    return f"{day(moment, zone)}, {clock(moment, zone)} {offset(moment, zone)}"


def age(minutes: float | None) -> str:
    """
    How long ago, in the coarsest unit that still says something.

    Parameters
    ----------
    minutes : float or None
        Since the end of the interval. [min]

    Returns
    -------
    str
        `12 min ago`, `5 h ago`, `3 days ago`; a dash where it is not known.
    """
    if minutes is None or not math.isfinite(minutes):
        return MISSING
    whole = max(0, int(minutes))
    if whole < 1:
        return t("time.age.now")
    if whole < 120:
        return t("time.age.minutes", n=whole)
    if whole < 48 * 60:
        return t("time.age.hours", n=whole // 60)
    return t("time.age.days", n=whole // 1440)


def markdown(text: object) -> str:
    """Text from outside, made safe to stand inside markdown."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+|~<>$:!" else c for c in str(text))


def html(text: object) -> str:
    """Text from outside, made safe to stand inside HTML."""
    return _escape(str(text), quote=True)
