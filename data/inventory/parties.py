"""Who keeps a row of the register and who would be asked about it: roles and institutions, never persons."""

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
