"""How rows fit the columns of a table: typed when they are read, widened and never narrowed when they are written."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from data.errors import phrase, sentence
from data.store.storage.errors import StoreError
from data.store.tables.declarations.column import BLANK, Declared

TIME = pa.timestamp("us", "UTC")
Columns = dict[str, pa.DataType]


def arrow(name: str, rows: pd.DataFrame) -> pa.Table:
    """
    A frame as Arrow, column by column.

    Raises
    ------
    StoreError
        When a column holds values that no one type takes.
    """
    made = {}
    for column in rows.columns:
        try:
            made[str(column)] = plain(pa.array(rows[column], from_pandas=True))
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            kept = sorted({type(v).__name__ for v in rows[column]})
            raise StoreError("store.table.mixed", who="developer", table=name, column=str(column), kinds=kept) from None
    return pa.table(made)


def plain(column: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """A column in a type that Delta keeps."""
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    wanted = _kept(chunked.type)
    return chunked if wanted == chunked.type else chunked.cast(wanted, safe=False)


def _kept(kind: pa.DataType) -> pa.DataType:
    if kinds.is_dictionary(kind):
        return _kept(kind.value_type)
    if kinds.is_large_string(kind) or kinds.is_string_view(kind):
        return pa.string()
    if kinds.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if kinds.is_unsigned_integer(kind):
        return pa.int64()
    if kinds.is_list(kind) or kinds.is_large_list(kind):
        return pa.list_(_kept(kind.value_type))
    return kind


def columns(schema: pa.Schema) -> Columns:
    """Columns of a table on disk, in the types of `plain`."""
    return {field.name: _kept(field.type) for field in schema}


def typed(rows: pa.Table, table: Declared | None) -> pa.Table:
    """
    Rows as they lie on disk with every declared column in its type, those that nobody declared after them.

    A column that an older release did not write is blank; a time without zone is UTC. A column that holds more than
    its type (56.75 where whole numbers are declared) stays wide.
    """
    if table is None:
        return pa.table({name: plain(rows[name]) for name in rows.column_names})
    made = {}
    for field in table.schema:
        if field.name not in rows.column_names:
            made[field.name] = _filled(pa.chunked_array([pa.nulls(len(rows), field.type)]), table, field)
            continue
        column = plain(rows[field.name])
        made[field.name] = _filled(_as(column, field.type if fits(column, field.type) else column.type), table, field)
    made |= {name: plain(rows[name]) for name in rows.column_names if name not in made and name != table.partition}
    return pa.table(made)


def target(name: str, table: Declared | None, parts: Sequence[pa.Table], kept: Columns | None = None) -> Columns:
    """
    The columns that take every part without losing a value.

    Parameters
    ----------
    name : str
        Of the table.
    table : Declared, optional
        Its declared columns come first and are always there.
    parts : sequence of Table
        Rows that are to lie in it.
    kept : mapping of str to DataType, optional
        Columns on disk to which rows are added; they come before all others and keep their types where possible.

    Raises
    ------
    StoreError
        When two parts of a column cannot have one type; nothing was written.
    """
    wanted: Columns = dict(kept or {})
    if table is not None:
        wanted |= {field.name: field.type for field in table.schema if field.name not in wanted}
    blank: Columns = {}  # types of columns without any value: they say something only where nothing else does
    for part in parts:
        for column in part.column_names:
            known = wanted.setdefault(column, pa.null())
            if _nothing(part[column]):
                blank.setdefault(column, part[column].type)
            else:
                wanted[column] = _widened(name, column, known, part[column])
    wanted = {column: blank.get(column, kind) if kinds.is_null(kind) else kind for column, kind in wanted.items()}
    for part in parts:
        for column in part.column_names:
            if not fits(part[column], wanted[column]):
                raise _refused(name, column, wanted[column], part[column].type)
    return {column: pa.string() if kinds.is_null(kind) else kind for column, kind in wanted.items()}


def cast(rows: pa.Table, wanted: Columns, table: Declared | None) -> pa.Table:
    """Rows in the columns of `target`; a column that they lack is blank where it is declared, else empty."""
    made = {}
    for name, kind in wanted.items():
        given = rows[name] if name in rows.column_names else pa.chunked_array([pa.nulls(len(rows), kind)])
        column = _as(given, kind)
        declared = table is not None and name in table.dtypes
        made[name] = _filled(column, table, pa.field(name, kind)) if table is not None and declared else column
    return pa.table(made, schema=pa.schema(list(wanted.items())))


def fits(column: pa.ChunkedArray, kind: pa.DataType) -> bool:
    """Whether a column can have a type without losing a value."""
    own = column.type
    if own == kind or _nothing(column):
        return True
    if _number(own) and _number(kind):
        try:
            column.cast(kind, safe=True)
        except pa.ArrowInvalid:
            return False
        return True
    if kinds.is_timestamp(kind):
        return kinds.is_date(own) or (kinds.is_timestamp(own) and (kind.tz is not None or own.tz is None))
    if kinds.is_list(own) and kinds.is_list(kind):
        return fits(pa.chunked_array([column.combine_chunks().flatten()]), kind.value_type)
    return False


def _nothing(column: pa.ChunkedArray) -> bool:
    """Whether no cell has a value: its type then says nothing."""
    return bool(column.null_count == len(column))


def _number(kind: pa.DataType) -> bool:
    return bool(kinds.is_integer(kind) or kinds.is_floating(kind))


def _widened(name: str, column: str, kind: pa.DataType, rows: pa.ChunkedArray) -> pa.DataType:
    if kinds.is_null(kind) or fits(rows, kind):
        return rows.type if kinds.is_null(kind) else kind
    wider = _joined(kind, rows.type)
    if wider is None:
        raise _refused(name, column, kind, rows.type)
    return wider


def _joined(one: pa.DataType, other: pa.DataType) -> pa.DataType | None:
    """The narrowest type that takes both; None where there is none."""
    if _number(one) and _number(other):
        return pa.float64() if kinds.is_floating(one) or kinds.is_floating(other) else pa.int64()
    if all(kinds.is_timestamp(kind) or kinds.is_date(kind) for kind in (one, other)):
        return TIME if any(kinds.is_timestamp(kind) and kind.tz for kind in (one, other)) else pa.timestamp("us")
    if kinds.is_list(one) and kinds.is_list(other):
        inner = _joined(one.value_type, other.value_type)
        return None if inner is None else pa.list_(inner)
    return None


def _as(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if _nothing(column):
        return pa.chunked_array([pa.nulls(len(column), kind)])
    if kinds.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    return column.cast(kind, safe=False)  # `fits` has looked; of a time without zone it makes UTC


def _filled(column: pa.ChunkedArray, table: Declared, field: pa.Field) -> pa.ChunkedArray:
    """A declared column without nulls, where a blank stands for them."""
    blank = BLANK.get(table.dtypes[field.name])
    declared = table.schema.field(field.name).type
    return column if blank is None or column.type != declared else pc.fill_null(column, pa.scalar(blank, declared))


def _refused(name: str, column: str, kind: pa.DataType, given: pa.DataType) -> StoreError:
    held, brought = _phrase(kind), _phrase(given)
    return StoreError("store.table.cannot_take", who="developer", table=name, column=column, held=held, given=brought)


# Types as people call them: keys of the catalog of the store's errors.
NAMES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (kinds.is_string, "store.kind.text"),
    (kinds.is_boolean, "store.kind.yes_no"),
    (kinds.is_integer, "store.kind.whole"),
    (kinds.is_floating, "store.kind.number"),
    (lambda kind: kinds.is_timestamp(kind) and kind.tz is None, "store.kind.time_without_zone"),
    (kinds.is_temporal, "store.kind.time"),
    (kinds.is_list, "store.kind.list"),
)


def _phrase(kind: pa.DataType | None) -> Any:
    key = next((key for is_so, key in NAMES if is_so(kind)), None)
    return phrase(key) if key else str(kind)


def word(kind: pa.DataType | None, language: str = "en") -> str:
    """A type as people call it."""
    key = next((key for is_so, key in NAMES if is_so(kind)), None)
    return sentence(key, {}, language) if key else str(kind)
