"""When each country joined the Global Methane Pledge, with how far the date is known."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from data.facts import Review, lacking

FILE = Path(__file__).parent / "pledges.csv"
NEEDED = ("country", "pledge", "since", "sure", "read", "source")


@dataclass(frozen=True)
class Pledge:
    """
    A country's promise.

    Attributes
    ----------
    country : str
        ISO code.
    since : str
        Day or year in which it joined, ISO.
    sure : str
        A, B or C as in the register of acts.
    read : str
        ``primary``, ``secondary`` or ``not_read``.
    source, address : str
        Who says so; the address is empty where none was kept.
    """

    country: str
    since: str
    sure: str
    read: str
    source: str
    address: str


@cache
def pledges() -> dict[str, Pledge]:
    """
    Every pledge by country.

    Examples
    --------
    >>> pledges()["KZ"].since, pledges()["UZ"].since
    ('2023-12-02', '2022')
    """
    return {r["country"]: Pledge(*(r[n] for n in ("country", "since", "sure", "read", "source", "address")))
            for r in seed()}  # fmt: skip


def seed() -> list[dict[str, str]]:
    """Rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def review(today: date) -> Review:
    """What the file lacks; nothing of it falls due, a promise stays where it is until somebody leaves it."""
    rows = seed()
    lacks = [lack for row in rows for lack in lacking("pledges", row["country"], [(n, row[n]) for n in NEEDED])]
    return Review("pledges", len(rows), tuple(lacks))
