"""Readers of the consortium's files: members, promises, programmes, and the acts that its members agreed upon."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.city import LANGUAGES

FOLDER = Path(__file__).parent
ACTS = FOLDER.parent / "standards" / "acts.csv"
KINDS = ("state", "hydromet", "ecology", "health", "techniques", "city", "research")
PROGRAMMES = ("programme", "green_belt", "planned_site", "research")
STATES = ("done", "part", "none")
STATUSES = ("announced", "planned", "in_force", "ended", "unknown")
READ = ("primary", "secondary", "not_read")
UNKNOWN = "unknown"
COUNTRIES = ("kz", "uz", "kg", "tj", "tm")
PARTIES = ("kz", "uz", "region")  # whose acts stand among those agreed upon; `declaration-2026` is of the region


@dataclass(frozen=True)
class Member:
    """
    A body that public sources name, a row of `members.toml`.

    Attributes
    ----------
    joined : str
        ISO day, or `unknown` while no agreement was read.
    ask, asked : str
        Who would have to be asked, and when that was done; empty = nobody is known, not asked yet.
    names : mapping
        By language.
    """

    key: str
    kind: str
    country: str
    joined: str
    source: str
    address: str
    read: str
    ask: str
    asked: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Promise:
    """
    What was promised and what the centre does for it, a row of `promises.csv`.

    Attributes
    ----------
    article : str
        Number of the paper that the centre was founded on, and its article.
    state : str
        `done`, `part` or `none`.
    where : tuple of str
        Slugs of pages, and files of `docs`.
    names, what : mapping
        The promise and what is done, by language.
    """

    key: str
    article: str
    state: str
    where: tuple[str, ...]
    act: str
    note: str
    names: Mapping[str, str]
    what: Mapping[str, str]


@dataclass(frozen=True)
class Programme:
    """
    A programme of a member, a row of `programmes.csv`.

    Attributes
    ----------
    start, end : str
        As far as it is known: a day, month, quarter or year; `unknown`.
    figure, unit : str
        Its target; empty where none was read.
    """

    key: str
    countries: tuple[str, ...]
    kind: str
    start: str
    end: str
    figure: str
    unit: str
    status: str
    source: str
    address: str
    read: str
    note: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Agreed:
    """An act of the members in the register of acts, with its key, days and how it was read."""

    key: str
    country: str
    number: str
    date: str
    start: str
    end: str
    address: str
    read: str
    names: Mapping[str, str]


@cache
def members() -> tuple[Member, ...]:
    """
    Every member, states first.

    Examples
    --------
    >>> [one.key for one in members() if one.kind == "state"]
    ['kz', 'uz', 'kg', 'tj', 'tm']
    """
    rows = tomllib.loads((FOLDER / "members.toml").read_text("utf-8"))["member"]
    plain = ("key", "kind", "country", "joined", "source", "address", "read", "ask", "asked")
    return tuple(Member(**{name: str(row[name]) for name in plain}, names=_names(row)) for row in rows)


@cache
def promises() -> tuple[Promise, ...]:
    """Every promise, in the order of the papers."""
    return tuple(
        Promise(
            key=row["promise"], article=row["article"], state=row["state"], where=tuple(row["where"].split()),
            act=row["act"], note=row["note"], names=_names(row), what=_names(row, "what"),
        )
        for row in _rows(FOLDER / "promises.csv")
    )  # fmt: skip


@cache
def programmes() -> tuple[Programme, ...]:
    """Every programme."""
    plain = ("kind", "start", "end", "figure", "unit", "status", "source", "address", "read", "note")
    return tuple(
        Programme(
            key=row["programme"], countries=tuple(row["country"].split()), names=_names(row),
            **{name: row[name] for name in plain},
        )
        for row in _rows(FOLDER / "programmes.csv")
    )  # fmt: skip


def acts() -> tuple[Agreed, ...]:
    """The members' acts and the declaration, from the register of acts; empty while there is no register."""
    return tuple(
        Agreed(
            key=row["act"], country=row["country"], number=row["number"], date=row["date"], start=row["in_force_from"],
            end=row["in_force_until"], address=row["address"], read=row["read"], names=_names(row),
        )
        for row in _rows(ACTS)
        if row["country"] in PARTIES or row["act"] == "declaration-2026"
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _names(row: Mapping[str, str], stem: str = "name") -> Mapping[str, str]:
    return {language: row[f"{stem}_{language}"] for language in LANGUAGES}
