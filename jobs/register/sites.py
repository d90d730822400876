"""Sources of emissions as a register that is edited row by row: the files of every city, and what a row must state."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from data.city import cities, city
from data.inventory import inventory

NAME, KEY, CITY = "inventory", "site", "city"
COLUMNS = (CITY, *inventory.COLUMNS)


def seed() -> list[dict[str, str]]:
    """
    Rows of the files of every city, as text.

    Raises
    ------
    InventoryError
        When a file cannot be read.

    Examples
    --------
    >>> next((row["city"], row["category"]) for row in seed() if row["site"] == "astana-chp-3")
    ('astana', 'heating')
    """
    return [row for key in cities() for row in texts(inventory.load(key).sites, key)]


def texts(sites: pd.DataFrame, key: str) -> list[dict[str, str]]:
    """Rows of one city's register as text; a number as short as it says the same."""
    return [{CITY: key, **{name: _text(row[name]) for name in inventory.COLUMNS}} for row in sites.to_dict("records")]


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(cell).removesuffix(".0")
    return str(cell)


def fits(row: Mapping[str, str]) -> None:
    """
    Refuse a row that a file could not hold.

    Raises
    ------
    CityError
        When there is no such city.
    InventoryError
        At its first wrong cell.
    """
    place = city(row[CITY]).key
    inventory.of_rows(place, [row], drawn(inventory.load(place), [row]))


def drawn(book: inventory.Inventory, rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """The lines and areas of a city's file that belong to rows."""
    keys = {row[KEY] for row in rows if row["shape"]}
    return {key: shape for key, shape in book.shapes.items() if key in keys}
