"""Regional target indicators of air quality, rows of `data/standards/targets.csv`: what a region must reach by when."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import CentreError
from data.facts import Due, Lack, Review, lacking
from data.parameters import PARAMETERS, UnitError, conversion
from data.standards.limits import STATUSES

FILE = Path(__file__).parent / "targets.csv"
UNKNOWN = "unknown"
REGISTER = "targets"
COLUMNS = (
    "act", "country", "city", "post", "parameter", "year", "value", "unit", "in_force_from", "status", "read", "sure",
    "reference", "checked", "review_by", "note",
)  # fmt: skip
NEEDED = ("act", "city", "year", "in_force_from", "status", "read", "reference", "checked", "review_by")


class TargetError(CentreError, ValueError):
    """A row of the target indicators is wrong; whoever wrote it must mend it."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """
    What a region has set itself to reach at a post by a year.

    Attributes
    ----------
    act : str
        Key of the act that sets it.
    country, city : str
        Whose law it is, and the city's key.
    post, parameter : str
        ``unknown`` where they were not read.
    year : int
        By which it is to be reached.
    value : float or None
        In `unit`; None where it was not read: then nothing is ever held to it.
    in_force_from : date
    status : str
        ``verified``, ``secondary`` or ``unverified``.
    read : str
        ``primary``, ``secondary`` or ``not_read``: how the value was read.
    """

    act: str
    country: str
    city: str
    post: str
    parameter: str
    year: int
    value: float | None
    unit: str
    in_force_from: date
    status: str
    read: str
    sure: str
    reference: str
    checked: date
    review_by: date
    note: str = ""


def targets(country: str | None = None, *, file: Path = FILE) -> tuple[Target, ...]:
    """
    Target indicators on file.

    Parameters
    ----------
    country : str, optional
        Only those under this law.

    Raises
    ------
    TargetError
        When a row is wrong; the sentence names the row and what it lacks.

    Examples
    --------
    >>> [(x.city, x.year, x.value) for x in targets("kz")]
    [('karaganda', 2027, None), ('karaganda', 2029, None)]
    >>> targets("uz")
    ()
    """
    return tuple(one for one in _read(file, file.stat().st_mtime_ns) if country in (None, one.country))


@cache
def _read(file: Path, stamp: int) -> tuple[Target, ...]:
    rows = seed(file)
    for number, row in enumerate(rows, 2):
        if lacks := check(row):
            names = [one.what for one in lacks]
            raise TargetError("data.targets.row", parameter=names[0], file=file.name, line=number, names=names)
    return tuple(_target(row) for row in rows)


def seed(file: Path = FILE) -> list[dict[str, str]]:
    """The rows of the file as text."""
    with file.open(encoding="utf-8", newline="") as text:
        return [{name: str(row.get(name) or "") for name in COLUMNS} for row in csv.DictReader(text)]


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row ought to state and does not, or states wrongly.

    A value is stated with its parameter, post and unit and says that it was read; without one the row says that it was
    not.
    """
    told = row["value"].strip() != ""
    cells = [(name, row[name]) for name in NEEDED]
    cells += [(name, "" if row[name] in ("", UNKNOWN) else row[name]) for name in ("post", "parameter", "unit") if told]
    wrong = [name for name, sound in _sound(row).items() if not sound]
    return (*lacking(REGISTER, _key(row), cells), *(Lack(REGISTER, _key(row), name) for name in wrong))


def review(today: date) -> Review:
    """The state of the register on a day."""
    rows = seed()
    lacks = tuple(lack for row in rows for lack in check(row))
    due = tuple(Due(REGISTER, _key(row), on) for row in rows if (on := _day(row["review_by"])) and on <= today)
    return Review(REGISTER, len(rows), lacks, due)


def _sound(row: Mapping[str, str]) -> dict[str, bool]:
    """Cells that are filled, by whether they can be read."""
    days = {name: _day(row[name]) is not None for name in ("in_force_from", "checked", "review_by") if row[name]}
    value, read = row["value"].strip(), row["read"]
    return {
        **days,
        "year": not row["year"] or row["year"].isdigit(),
        "status": row["status"] in STATUSES or not row["status"],
        "read": read in ("primary", "secondary") if value else read == "not_read",
        "value": not value or _positive(value),
        "parameter": row["parameter"] in (*PARAMETERS, UNKNOWN, ""),
        "unit": not value or row["parameter"] not in PARAMETERS or _fits(row["parameter"], row["unit"]),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _positive(text: str) -> bool:
    try:
        return float(text) > 0
    except ValueError:
        return False


def _fits(parameter: str, unit: str) -> bool:
    try:
        conversion(parameter, unit)
    except UnitError:
        return False
    return True


def _key(row: Mapping[str, str]) -> str:
    return " ".join(row[name] for name in ("act", "post", "parameter", "year"))


def _target(row: Mapping[str, str]) -> Target:
    cells: dict[str, Any] = {name: row[name] for name in COLUMNS}
    cells |= {name: date.fromisoformat(row[name]) for name in ("in_force_from", "checked", "review_by")}
    cells |= {"year": int(row["year"]), "value": float(row["value"]) if row["value"] else None}
    return Target(**cells)
