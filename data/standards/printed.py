"""Limits as agencies print them beside their values, held against the limits on file."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.errors import CentreError
from data.facts import Due, Lack, Review
from data.parameters import conversion
from data.standards.limits import Limit, Registry, registry

FILE = Path(__file__).parent / "printed.csv"
COLUMNS = ("jurisdiction", "agency", "day", "parameter", "value", "unit", "averaging", "act", "address")


class PrintedError(CentreError, ValueError):
    """The table of printed limits is wrong; whoever wrote it must mend it."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """
    A limit seen in a bulletin.

    Attributes
    ----------
    jurisdiction, agency : str
        Whose limit, who printed it.
    day : datetime.date
        Of the bulletin.
    concentration : float
        The value in the parameter's own unit. [µg/m³]
    address : str
        Where the bulletin was read.
    """

    jurisdiction: str
    agency: str
    day: date
    parameter: str
    concentration: float
    address: str

    @property
    def key(self) -> str:
        """A short name: ``uz pm10 300 2025-11-20``."""
        return f"{self.jurisdiction} {self.parameter} {self.concentration:g} {self.day}"

    def on_file(self, held: Sequence[Limit], day: date | None = None) -> list[Limit]:
        """Limits that say the same, in force on a day, that of the bulletin by default."""
        return [
            limit
            for limit in held
            if (limit.jurisdiction, limit.parameter) == (self.jurisdiction, self.parameter)
            and limit.concentration == self.concentration
            and limit.in_force(day or self.day)
        ]


def printed(path: Path = FILE) -> tuple[Printed, ...]:
    """
    Every printed limit on file, in the order of the file.

    Raises
    ------
    PrintedError
        When the file cannot be read, or a row is wrong.

    Examples
    --------
    >>> printed()[-1].key
    'uz pm25 60 2026-01-08'
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_row(row, path) for row in csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PrintedError("data.act.unreadable", file=path.name, cause=error) from error


def _row(row: dict[str, str], path: Path) -> Printed:
    try:
        factor, offset = conversion(row["parameter"], row["unit"])
        return Printed(
            **{name: row[name] for name in ("jurisdiction", "agency", "parameter", "address")},
            day=date.fromisoformat(row["day"]),
            concentration=round(float(row["value"]) * factor + offset, 6),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PrintedError("data.limit.row", file=path.name, row=row.get("day") or "?", cause=error) from error


def review(today: date, path: Path = FILE, known: Registry | None = None) -> Review:
    """
    Where what agencies print and what is on file part.

    Parameters
    ----------
    today : datetime.date
        Bulletins of later days are not looked at.

    Returns
    -------
    Review
        Lacking: a printed value for which no limit was on file on the day of its bulletin. Due, since the newest
        bulletin: a limit that still holds, was printed once and is not printed any more; the agency is to be asked.
    """
    held = [limit for limit in (known or registry()).limits if limit.law]
    seen = [one for one in printed(path) if one.day <= today]
    lacks = tuple(Lack("printed", one.key, "limit") for one in seen if not one.on_file(held))
    return Review("printed", len(seen), lacks, tuple(_no_longer(seen, held, today)))


def _no_longer(seen: Sequence[Printed], held: Sequence[Limit], today: date) -> Iterator[Due]:
    newest: dict[tuple[str, str], date] = {}
    last: dict[tuple[str, str, float], Printed] = {}
    for one in sorted(seen, key=lambda one: one.day):
        newest[one.jurisdiction, one.parameter] = one.day
        last[one.jurisdiction, one.parameter, one.concentration] = one
    for one in last.values():
        latest = newest[one.jurisdiction, one.parameter]
        if one.day < latest and one.on_file(held, today):
            yield Due("printed", one.key, latest, one.agency)
