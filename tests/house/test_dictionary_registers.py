"""The data dictionary describes the columns of the files of facts that ship with the program."""

import csv
from pathlib import Path

import pytest

from data import heating
from data.city import FOLDER
from data.consortium import register
from tests.house.test_dictionary import described

FILES = {
    "heating seasons": FOLDER / heating.FILE,
    "promises": register.FOLDER / "promises.csv",
    "programmes": register.FOLDER / "programmes.csv",
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_column_is_described(name: str) -> None:
    path: Path = FILES[name]
    with path.open(encoding="utf-8", newline="") as stream:
        assert described(name) == next(csv.reader(stream))
