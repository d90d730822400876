"""Acts that limits, triggers and measures rest on: number, dates, who may act, and how well each was read."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.errors import CentreError
from data.facts import Due, Lack, Review, lacking

FILE = Path(__file__).parent / "acts.csv"
LANGUAGES = ("en", "ru", "uz", "kk")
UNKNOWN, NONE = "unknown", "none"
COLUMNS = (
    "act", "country", "number", "date", "in_force_from", "in_force_by", "in_force_until", "may_act", "figure",
    "address", "read", "sure", "successor", "checked", "review_by", "note",
    *(f"name_{language}" for language in LANGUAGES),
)  # fmt: skip
# What a cell may say. `figure`: none we know of, the limits on file, PM above those limits, a temperature for heating.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "country": ("uz", "kz", "eu", "who", "us", "region"),
        "may_act": ("special-commission", "republican-commission", "committee", "kazhydromet", NONE, UNKNOWN),
        "figure": (NONE, "limits", "above_limits", "heating"),
        "read": ("primary", "secondary", "not_read"),
        "sure": ("A", "B", "C"),
    }
)
# Day columns, and what else may stand in each.
DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "date": (UNKNOWN,), "in_force_from": (UNKNOWN,), "in_force_by": ("",), "in_force_until": ("",),
        "checked": (), "review_by": (),
    }
)  # fmt: skip


class ActError(CentreError, ValueError):
    """The register of acts is wrong; whoever wrote it must mend it."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """
    One act, or a text that stands beside law.

    Attributes
    ----------
    key : str
        By which everything refers to it, for ever.
    number : str
        As the act writes it; ``unknown`` where nobody here read it.
    signed : date or None
        Its own day; None = not known.
    entry : date or None
        The day it entered into force; None = not known.
    by : date or None
        Where `entry` is not known, a day from which it was in force for certain; the note gives the reason. None = not
        known either.
    until : date or None
        Its last day; None = no end known.
    may_act : str
        Who may act by it, of `CHOICES`.
    figure : str
        What kind of figure sets it off, of `CHOICES`.
    read : str
        ``primary``, ``secondary`` or ``not_read``.
    sure : str
        A primary or two independent sources, B one good source, C general knowledge.
    successor : Act or None
        The act that takes its place.
    names : mapping
        By language; ours where the official title was not read.
    """

    key: str
    country: str
    number: str
    signed: date | None
    entry: date | None
    by: date | None
    until: date | None
    may_act: str
    figure: str
    address: str
    read: str
    sure: str
    checked: date
    review_by: date
    note: str
    names: Mapping[str, str] = field(default_factory=dict)
    successor: "Act | None" = None

    @property
    def begins(self) -> date | None:
        """First day on which it was in force for certain; None = not known."""
        return self.entry or self.by

    @property
    def perhaps(self) -> date | None:
        """First day on which it may have been in force, where that is earlier than `begins`; None = no such day."""
        return self.signed if self.entry is None else None

    @property
    def ends(self) -> date | None:
        """Last day in force: its own, or the day before its successor is in force for certain; None = no end known."""
        following = self.successor.begins if self.successor else None
        days = [day for day in (self.until, following and following - timedelta(days=1)) if day]
        return min(days, default=None)

    def stands(self, on: date) -> bool | None:
        """
        Whether it is in force on a day.

        Parameters
        ----------
        on : datetime.date
            A local day.

        Returns
        -------
        bool or None
            None where that is not known: between its own day and the one by which it was in force for certain, or
            while its successor may be in force already.

        Examples
        --------
        >>> order = acts()["order-10-2025"]
        >>> [order.stands(day) for day in (date(2025, 2, 17), date(2025, 3, 1), date(2025, 9, 1))]
        [False, None, True]
        """
        started = self._started(on)
        if started is False or (self.until is not None and on > self.until):
            return False
        replaced = self.successor.stands(on) if self.successor else False
        if replaced:
            return False
        return None if replaced is None else started

    def _started(self, on: date) -> bool | None:
        if self.begins is not None and on >= self.begins:
            return True
        if self.entry is not None or (self.signed is not None and on < self.signed):
            return False
        return None


def acts(path: Path = FILE) -> Mapping[str, Act]:
    """
    Read and check the register of acts.

    Parameters
    ----------
    path : Path
        A CSV file with `COLUMNS`.

    Returns
    -------
    mapping of str to Act
        By key, in the order of the file.

    Raises
    ------
    ActError
        When the file cannot be read or a cell is wrong; the sentence names the row and the column.

    Examples
    --------
    >>> acts()["uz-pf-46-2026"].signed
    datetime.date(2026, 3, 25)
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ActError("data.act.unreadable", file=path.name, cause=error.strerror) from error
    return _read(path, found.st_mtime_ns, found.st_size)


def seed(path: Path = FILE) -> list[dict[str, str]]:
    """Rows of the file as they stand, by `COLUMNS`."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [{str(name): (text or "").strip() for name, text in row.items()} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ActError("data.act.unreadable", file=path.name, cause=error) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ActError("data.act.columns", file=path.name, known=COLUMNS)
    return rows


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row lacks: cells that must be stated, and cells whose word or day is none.

    Examples
    --------
    >>> row = seed()[0]
    >>> check(row), check({**row, "address": "", "sure": "D"})
    ((), (Lack(register='acts', row='uz-up-229-2025', what='address'), Lack(register='acts', row='uz-up-229-2025', \
what='sure')))
    """
    key = row.get("act", "")
    stated = ("act", "number", "address", "note", *(f"name_{language}" for language in LANGUAGES))
    wrong = [name for name, known in CHOICES.items() if row.get(name) not in known]
    wrong += [name for name, words in DAYS.items() if row.get(name) not in words and _day(row.get(name, "")) is None]
    return (
        *lacking("acts", key, ((name, row.get(name, "")) for name in stated)),
        *(Lack("acts", key, name) for name in wrong),
    )


def review(today: date, path: Path = FILE) -> Review:
    """The state of the register on a day: what rows lack, and which must be read again by then."""
    rows = seed(path)
    due = (Due("acts", row["act"], day) for row in rows if (day := _day(row["review_by"])) and day <= today)
    return Review("acts", len(rows), tuple(lack for row in rows for lack in check(row)), tuple(due))


@cache
def _read(path: Path, stamp: int, size: int) -> Mapping[str, Act]:
    rows = {row["act"]: row for row in seed(path)}
    if len(rows) != len(seed(path)):
        raise ActError("data.act.twice", file=path.name)
    for key, row in rows.items():
        lacks = check(row)
        if lacks:
            raise ActError("data.act.cell", parameter=lacks[0].what, file=path.name, row=key, column=lacks[0].what)
    made: dict[str, Act] = {}
    for key in rows:
        _make(key, rows, made, path, ())
    return MappingProxyType({key: made[key] for key in rows})


def _make(
    key: str, rows: Mapping[str, dict[str, str]], made: dict[str, Act], path: Path, above: tuple[str, ...]
) -> Act:
    """An act after the one that succeeds it; a circle or an unknown successor is refused."""
    if key in above or key not in rows:
        raise ActError("data.act.successor", parameter="successor", file=path.name, row=above[-1], successor=key)
    if key not in made:
        successor = rows[key]["successor"]
        made[key] = _act(rows[key], _make(successor, rows, made, path, (*above, key)) if successor else None)
    return made[key]


def _act(row: Mapping[str, str], successor: Act | None) -> Act:
    return Act(
        key=row["act"],
        **{name: row[name] for name in ("country", "number", "may_act", "figure", "address", "read", "sure", "note")},
        signed=_day(row["date"]),
        entry=_day(row["in_force_from"]),
        by=_day(row["in_force_by"]),
        until=_day(row["in_force_until"]),
        checked=date.fromisoformat(row["checked"]),
        review_by=date.fromisoformat(row["review_by"]),
        names=MappingProxyType({language: row[f"name_{language}"] for language in LANGUAGES}),
        successor=successor,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
