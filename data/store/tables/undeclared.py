"""What lies in a store that no release declared: whole tables, columns, and types wider than the declared ones."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyarrow as pa

from data.store.tables.fitting import Columns
from data.store.tables.schemas import TABLES


class Undeclared(NamedTuple):
    """
    A table or a column that is kept as it came.

    Attributes
    ----------
    table : str
        Its name.
    column : str
        Empty where nobody declared the table.
    kept, declared : DataType or None
        Its type in the store, and as declared; None where nobody declared the column.
    """

    table: str
    column: str = ""
    kept: pa.DataType | None = None
    declared: pa.DataType | None = None


def undeclared(held: Mapping[str, Columns]) -> tuple[Undeclared, ...]:
    """
    What lies in a store beside what is declared.

    Parameters
    ----------
    held : mapping of str to mapping
        Columns on disk by the table's name.
    """
    return tuple(one for name, kept in held.items() for one in _of(name, kept))


def _of(name: str, held: Columns) -> Iterator[Undeclared]:
    known = TABLES.get(name)
    if known is None:
        yield Undeclared(name)
        return
    for column, kept in held.items():
        declared = known.schema.field(column).type if column in known.dtypes else None
        if kept != declared and column != known.partition:
            yield Undeclared(name, column, kept, declared)
