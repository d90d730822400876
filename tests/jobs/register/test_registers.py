"""Every register can be edited: its rows are whole, known, and kept as they are by a form that sends all of them."""

import pytest

from jobs.register.edits import KEY, KEY_LONGEST, cells
from jobs.register.registers import REGISTERS, RegisterError, named

NAMES = sorted(REGISTERS)


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_a_seed_have_its_columns_and_keys_of_their_own(name: str) -> None:
    book = REGISTERS[name]
    rows = book.seed()
    assert rows
    assert book.name == name
    keys = [row[book.key] for row in rows]
    assert len(set(keys)) == len(keys)
    assert [key for key in keys if not KEY.fullmatch(key) or len(key) > KEY_LONGEST] == []
    assert {column for row in rows for column in row} - set(book.columns) == set()
    assert len(set(book.columns)) == len(book.columns)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_of_a_seed_would_be_taken_as_it_is(name: str) -> None:
    book = REGISTERS[name]
    for row in book.seed():
        key = row[book.key]
        assert book.check(row) == (), key
        book.fits(row)
        assert cells(book, key, row) == row, "a form sends every cell: what is not changed stays as it is"
        beyond = [column for column, known in book.choices.items() if row[column] and row[column] not in known]
        assert beyond == [], key


@pytest.mark.parametrize("name", NAMES)
def test_a_list_or_lines_are_of_columns_that_there_are(name: str) -> None:
    book = REGISTERS[name]
    assert set(book.choices) | book.lines <= set(book.columns)


def test_no_other_register_is_known() -> None:
    with pytest.raises(RegisterError, match="inventory"):
        named("lorry plans")
