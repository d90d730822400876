"""Who keeps a row of the register, who would be asked about it and whom its facts are owed to; never persons."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("parties.csv")
LANGUAGES = ("en", "ru", "uz", "kk")


@cache
def parties() -> Mapping[str, Mapping[str, str]]:
    """
    Names by language of every role and institution that a row may point to.

    Examples
    --------
    >>> parties()["uzhydromet"]["uz"]
    'Oʻzgidromet'
    """
    with FILE.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    named = {row["party"]: MappingProxyType({one: row[f"name_{one}"] for one in LANGUAGES}) for row in rows}
    return MappingProxyType(named)


@cache
def credits() -> tuple[Mapping[str, str], ...]:
    """
    Works of others that the shipped rows take facts from: ``credit, licence, address, of``.

    Examples
    --------
    >>> [work["licence"] for work in credits()][:2]
    ['CC BY 4.0', 'CC BY 4.0']
    """
    with FILE.with_name("credits.csv").open(encoding="utf-8", newline="") as text:
        return tuple(MappingProxyType(row) for row in csv.DictReader(text))
