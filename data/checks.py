"""
Entries of the column `checks`: which check doubted a value, and the figures it saw.

An entry is ``name`` or ``name:figure,figure``, as ``spike:900,43.3``: the name a key, the figures text as they are
shown. In a table the column holds a tuple of entries for every row, in the store a list, in a file of lines the
entries joined by ``;``.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Entries = tuple[str, ...]
T = TypeVar("T")

NONE: Entries = ()
# Checks that find no fault but a value that nothing else supports: air or instrument?
UNCONFIRMED = frozenset({"plume", "unsupported"})
SEPARATOR = ";"  # of entries in a file of lines
ENTRY = re.compile(r"[a-z][a-z0-9_]*(:[^;]*)?")
# What divides figures and entries stands in a figure as in an address.
_ESCAPED = str.maketrans({"%": "%25", ",": "%2C", ";": "%3B"})


def make(name: str, *figures: object) -> str:
    """
    An entry.

    Parameters
    ----------
    name : str
        Key of the check: small letters, digits, underscores.
    *figures : object
        What it saw, as it is to be shown.

    Examples
    --------
    >>> make("spike", "900", "43.3"), make("network"), make("maintenance", "m-1", "ok", "fan, filter")
    ('spike:900,43.3', 'network', 'maintenance:m-1,ok,fan%2C filter')
    """
    return f"{name}:{','.join(str(f).translate(_ESCAPED) for f in figures)}" if figures else name


def name(entry: str) -> str:
    """
    Name of an entry.

    Examples
    --------
    >>> name("spike:900,43.3"), name("network")
    ('spike', 'network')
    """
    return entry.partition(":")[0]


def figures(entry: str) -> Entries:
    """
    Figures of an entry.

    Examples
    --------
    >>> figures("spike:900,43.3"), figures("network"), figures("maintenance:m-1,ok,fan%2C filter")
    (('900', '43.3'), (), ('m-1', 'ok', 'fan, filter'))
    """
    _, given, text = entry.partition(":")
    return tuple(unquote(f) if "%" in f else f for f in text.split(",")) if given else NONE


def names(entries: Iterable[str]) -> Entries:
    """
    Names of entries, each once.

    Examples
    --------
    >>> names(("fractions:pm1,9,pm25,4", "fractions:pm25,4,pm10,2", "network"))
    ('fractions', 'network')
    """
    return tuple(dict.fromkeys(name(e) for e in entries))


def joined(entries: Iterable[str]) -> str:
    """Entries as one text, for a cell."""
    return SEPARATOR.join(entries)


def divided(text: str) -> Entries:
    """
    Entries of a cell.

    Examples
    --------
    >>> divided("stuck:8; network;")
    ('stuck:8', 'network')
    """
    return tuple(part for part in (p.strip() for p in text.split(SEPARATOR)) if part)


def entries(value: Any) -> Entries:
    """A cell of any column of entries as a tuple: a list, an array, nothing."""
    if isinstance(value, tuple):
        return value
    if value is None or isinstance(value, float):
        return NONE
    return tuple(str(e) for e in value)


def readable(value: Entries) -> bool:
    """Whether every entry follows the grammar."""
    return all(isinstance(e, str) and ENTRY.fullmatch(e) for e in value)


def column(values: Iterable[Any], index: pd.Index | None = None) -> pd.Series:
    """
    A column of entries.

    Parameters
    ----------
    values : iterable
        A tuple, a list or nothing for every row.
    index : Index, optional
        Of the rows.
    """
    cells = list(values)
    told = cells if set(map(type, cells)) <= {tuple} else [entries(v) for v in cells]
    return pd.Series(_array(told), index=index, dtype=object)


def single(entry: str, rows: npt.ArrayLike, index: pd.Index) -> pd.Series:
    """A column with one entry in some rows and none in the others."""
    made, one = _empty(len(index)), np.empty((), dtype=object)
    one[()] = (entry,)
    made[np.asarray(rows, dtype=bool)] = one
    return pd.Series(made, index=index, dtype=object)


def none(index: pd.Index) -> pd.Series:
    """A column without entries."""
    return pd.Series(_empty(len(index)), index=index, dtype=object)


def each(values: pd.Series, answer: Callable[[Entries], T]) -> list[T]:
    """An answer for every row, found once for every distinct set of entries."""
    cells = values.tolist()
    known = {value: answer(value) for value in set(cells)}
    return list(known.values()) * len(cells) if len(known) == 1 else [known[value] for value in cells]


def has(values: pd.Series, *wanted: str) -> npt.NDArray[np.bool_]:
    """
    Rows that one of some checks doubted.

    Examples
    --------
    >>> has(column([("stuck:8",), ("network", "spike:9,1"), None]), "spike", "flat").tolist()
    [False, True, False]
    """
    sought = frozenset(wanted)
    return np.array(each(values, lambda e: not sought.isdisjoint(names(e))), dtype=bool)


def only(values: pd.Series, wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
    """
    Rows that some checks doubted and no other.

    Examples
    --------
    >>> only(column([("plume:900,40",), ("plume:900,40", "stuck:5"), ()]), UNCONFIRMED).tolist()
    [True, False, False]
    """
    sought = frozenset(wanted)
    return np.array(each(values, lambda e: bool(e) and sought.issuperset(names(e))), dtype=bool)


def texts(values: pd.Series) -> pd.Series:
    """A column of entries as one of text."""
    return pd.Series(each(values, joined), index=values.index, dtype="str")


def by_name(values: pd.Series) -> Iterator[tuple[str, int]]:
    """Every check with the number of rows that it doubted; rows without any count under the empty name."""
    counted: dict[str, int] = {}
    for found in each(values, lambda e: names(e) or ("",)):
        for one in found:
            counted[one] = counted.get(one, 0) + 1
    yield from sorted(counted.items(), key=lambda item: -item[1])


def from_arrow(values: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Lists as tuples; rows without entries, which are most, cost nothing."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    made = _empty(len(whole))
    filled = np.flatnonzero(pc.fill_null(pc.list_value_length(whole), 0).to_numpy(zero_copy_only=False))
    if len(filled):
        made[filled] = _array([tuple(v) for v in whole.take(pa.array(filled)).to_pylist()])
    return made


def to_arrow(values: pd.Series) -> pa.Array:
    """Tuples as lists."""
    return pa.array(values.to_numpy(object), pa.list_(pa.string()))


def frame(table: pa.Table | pa.RecordBatch, name: str = "checks") -> pd.DataFrame:
    """An Arrow table as a DataFrame, its column of entries as tuples."""
    if name not in table.schema.names:
        return table.to_pandas()
    order = list(table.schema.names)
    made = table.select([n for n in order if n != name]).to_pandas()
    made.insert(order.index(name), name, from_arrow(table.column(name)))
    return made


def _empty(count: int) -> npt.NDArray[np.object_]:
    made, one = np.empty(count, dtype=object), np.empty((), dtype=object)
    one[()] = NONE
    made[:] = one
    return made


def _array(values: list[Entries]) -> npt.NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    made[:] = values  # of tuples of one length NumPy would make a table
    return made
