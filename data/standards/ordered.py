"""Scales that an act ordered and whose table nobody has read here: the slot that a file will fill."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Ordered:
    """
    One scale, a row of `data/standards/ordered.toml`.

    Attributes
    ----------
    act : str
        Key of the act that orders it, in the register of acts.
    ordered_on, draft_due : datetime.date
        Day of the act, and by when a draft was due.
    colours : tuple of str
        From clean to dirty, as the act's account names them.
    drafted_by : tuple of str
        Keys of the members of the consortium that draft it.
    guideline : str
        Key of the act that it is to rest on.
    file : str
        CSV of its bands beside this file; empty while the table is not known.
    read : str
        `primary`, `secondary` or `not_read`: how the table was read.
    ask, asked_on : str
        Who would have to be asked, and when that was done; empty = not asked yet.
    """

    key: str
    country: str
    act: str
    ordered_on: date
    draft_due: date
    colours: tuple[str, ...]
    drafted_by: tuple[str, ...]
    guideline: str
    file: str
    read: str
    source: str
    address: str
    ask: str
    asked_on: str


@cache
def ordered() -> tuple[Ordered, ...]:
    """
    Every scale that was ordered.

    Examples
    --------
    >>> [(one.key, one.read, one.file) for one in ordered()]
    [('uz-colours', 'not_read', '')]
    """
    rows: list[dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))["scale"]
    lists = ("colours", "drafted_by")
    return tuple(Ordered(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows)


def files() -> dict[str, str]:
    """File by key of the scales whose table is on file by now."""
    return {one.key: one.file for one in ordered() if one.file}
