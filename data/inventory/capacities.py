"""How large a site is: numbers with their units, as the register's capacity cell writes them."""

import re
from typing import NamedTuple

# Electric and heat capacity; area and mass of landfills; length of roads; sites that a row stands for.
UNITS = ("MW el", "MW", "Gcal/h", "ha", "Mt", "Mt/year", "km", "sites")
_ENTRY = re.compile(r"(\d+(?:\.\d+)?) (.+)")


class Capacity(NamedTuple):
    """A number and its unit, one of `UNITS`."""

    value: float
    unit: str


def capacities(text: str) -> tuple[Capacity, ...]:
    """
    The sizes of a cell, divided by ``;``.

    Raises
    ------
    ValueError
        When an entry is no number with a known unit; its text is the argument.

    Examples
    --------
    >>> capacities("555 MW el; 1917 Gcal/h")
    (Capacity(value=555.0, unit='MW el'), Capacity(value=1917.0, unit='Gcal/h'))
    """
    return tuple(_capacity(entry.strip()) for entry in text.split(";")) if text.strip() else ()


def _capacity(entry: str) -> Capacity:
    found = _ENTRY.fullmatch(entry)
    if found is None or found[2] not in UNITS:
        raise ValueError(entry)
    return Capacity(float(found[1]), found[2])
