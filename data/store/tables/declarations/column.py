"""How a table of the store is declared: its columns with type and meaning, its key, who writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import pandas as pd
import pyarrow as pa

from data.schema import ENTRIES, UTC_US

TEXT, NUMBER, WHOLE, YES_NO, TIME = "str", "float64", "int64", "bool", UTC_US
ARROW: Mapping[str, pa.DataType] = MappingProxyType(
    {
        "str": pa.string(),
        "float64": pa.float64(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        ENTRIES: pa.list_(pa.string()),
        UTC_US: pa.timestamp("us", "UTC"),
    }
)
# What stands in a cell that was never written. Where "not known" must be told from it, a column is a number (no number)
# or a time (no time).
BLANK: Mapping[str, object] = MappingProxyType({"str": "", "int32": 0, "int64": 0, "bool": False})


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """Arrow schema of a mapping of column to pandas dtype."""
    return pa.schema([(name, ARROW[dtype]) for name, dtype in columns.items()])


@dataclass(frozen=True)
class Column:
    """
    One column of a table.

    Attributes
    ----------
    name : str
        Of the column.
    dtype : str
        Of pandas, a key of `ARROW`.
    meaning : str
        A sentence for the data dictionary.
    """

    name: str
    dtype: str
    meaning: str


@dataclass(frozen=True)
class Declared:
    """
    One table of the store.

    Attributes
    ----------
    name : str
        Of the table and of its folder.
    about : str
        What a row is, in a sentence.
    writer : str
        Module that writes it.
    key : tuple of str
        Columns that tell its rows apart; of a log, those of its order.
    columns : tuple of Column
        In the order in which they are read.
    partition : str
        Column made from the others by whose values the files are put into folders; empty where there is none.
    """

    name: str
    about: str
    writer: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    partition: str = ""

    @cached_property
    def dtypes(self) -> Mapping[str, str]:
        """Pandas dtype by column."""
        return MappingProxyType({c.name: c.dtype for c in self.columns})

    @cached_property
    def schema(self) -> pa.Schema:
        """Arrow types of the columns."""
        return arrow_schema(self.dtypes)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(self.dtypes)

    def empty(self) -> pd.DataFrame:
        """
        The table without rows.

        Examples
        --------
        >>> made = declared("days", "A row is a day.", "jobs.days", ("day",), ("day", TIME, "of what"))
        >>> made.empty().dtypes.to_dict()
        {'day': datetime64[us, UTC]}
        """
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in self.dtypes.items()})


def declared(name: str, about: str, writer: str, key: tuple[str, ...], *columns: tuple[str, str, str]) -> Declared:
    """A table from its columns as name, dtype, meaning."""
    return Declared(name, about, writer, key, tuple(Column(*column) for column in columns))
