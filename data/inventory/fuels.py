"""What a site burns and when: the grammar of the register's fuel cell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from data.inventory.spans import first, last

# Part of the assumed weight by the main fuel; gas gives next to no particles.
FACTORS: Mapping[str, float] = MappingProxyType({"gas": 0.05, "mazut": 0.5, "coal": 1.0})
PARTS = ("boilers", "reserve")  # burned in a part of the plant only, or only when the main fuel fails
_ENTRY = re.compile(
    r"(?P<name>[^\W\d_](?:[^\W\d_]|[ -])*?)"
    r"(?: \((?P<part>[a-z]+)\))?"
    r"(?: (?P<start>[\d-]*)\.\.(?P<until>[\d-]*))?"
)


@dataclass(frozen=True)
class Fuel:
    """
    One fuel of a site.

    Attributes
    ----------
    name : str
        `coal`, `gas`, `mazut`, or another plain word.
    part : str
        One of `PARTS`; empty for the main fuel of the whole site.
    start, until : date or None
        First and last day on which it is burned; None is open.
    """

    name: str
    part: str
    start: date | None
    until: date | None

    def burned(self, day: date | None) -> bool:
        """Whether it is burned on a day; None asks about today and later: only what has no end."""
        if day is None:
            return self.until is None
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)

    def words(self) -> str:
        """As the register writes it, without its period."""
        return f"{self.name} ({self.part})" if self.part else self.name


def fuels(text: str) -> tuple[Fuel, ...]:
    """
    The fuels of a cell: the main one first, divided by ``;``, each with its part and period where they are known.

    Parameters
    ----------
    text : str
        ``coal``, ``gas; mazut (reserve)``, ``coal ..2023; gas 2023-10..``.

    Raises
    ------
    ValueError
        When an entry is not written so; its text is the argument.

    Examples
    --------
    >>> [fuel.words() for fuel in fuels("gas 2023-10..; coal (reserve) 2026..")]
    ['gas', 'coal (reserve)']
    >>> fuels("coal ..2023")[0].until
    datetime.date(2023, 12, 31)
    """
    return tuple(_fuel(entry.strip()) for entry in text.split(";")) if text.strip() else ()


def _fuel(entry: str) -> Fuel:
    found = _ENTRY.fullmatch(entry)
    if found is None or (found["part"] and found["part"] not in PARTS):
        raise ValueError(entry)
    start, until = first(found["start"] or ""), last(found["until"] or "")
    if (found["start"] and start is None) or (found["until"] and until is None) or (start and until and start > until):
        raise ValueError(entry)
    return Fuel(found["name"].strip(), found["part"] or "", start, until)


def on(text: str, day: date | None = None) -> str:
    """
    What a site burns on a day, in the words of the register.

    Parameters
    ----------
    text : str
        A fuel cell.
    day : date, optional
        Without it, what has no end yet.

    Examples
    --------
    >>> on("coal ..2023; gas 2023-10..", date(2023, 9, 1)), on("coal ..2023; gas 2023-10..", date(2024, 1, 1))
    ('coal', 'gas')
    """
    return "; ".join(fuel.words() for fuel in fuels(text) if fuel.burned(day))


def factor(text: str, day: date | None = None) -> float:
    """
    Part of the assumed weight that the main fuel of a day leaves; 1 where no fuel or an unusual one is stated.

    Examples
    --------
    >>> factor("gas; mazut (reserve)"), factor("coal ..2023; gas 2023-10..", date(2023, 1, 1)), factor("")
    (0.05, 1.0, 1.0)
    """
    burned = [fuel for fuel in fuels(text) if fuel.burned(day)]
    main = next((fuel for fuel in burned if not fuel.part), burned[0] if burned else None)
    return FACTORS.get(main.name, 1.0) if main is not None else 1.0
