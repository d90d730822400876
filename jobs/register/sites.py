"""Sources of emissions as a register that is edited row by row: the files of every city, and what a row must state."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO

import pandas as pd

from data.city import cities, city
from data.facts import Lack, lacking
from data.inventory import inventory

NAME, KEY, CITY = "inventory", "site", "city"
COLUMNS = (CITY, *inventory.COLUMNS)
# What a row that somebody enters by hand must state. Position, start and the like may be unknown, names and origin not.
STATED = (CITY, "name_en", "name_ru", "name_uz", "name_kk", "category", "subtype", "reference", "checked")


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


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """What a row must state and does not."""
    return lacking(NAME, row[KEY], ((name, row.get(name, "")) for name in STATED))


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
    inventory.parsed(written([row]), city(row[CITY]).key, f"{NAME}.csv", "")


def written(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as a file of a city holds them."""
    made = StringIO(newline="")
    out = csv.DictWriter(made, inventory.COLUMNS, extrasaction="ignore", lineterminator="\n")
    out.writeheader()
    out.writerows({name: row.get(name, "") for name in inventory.COLUMNS} for row in rows)
    return made.getvalue()
