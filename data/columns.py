"""Columns of any make as texts, numbers, moments and entries: what cannot be read is missing, and nothing raises."""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from data.times import OFFSET

UTC_US = "datetime64[us, UTC]"
_SEEN = 300  # characters of a row's excerpt
_US = {"s": 1_000_000, "ms": 1_000}  # microseconds of the units in which a moment may lie beyond those of `UTC_US`
_HALVES = re.compile("[\ud800-\udfff]")  # halves of a character: text that no file can hold
_NAT = np.iinfo(np.int64).min


def texts(column: pd.Series) -> pd.Series:
    """
    A column as text.

    Parameters
    ----------
    column : Series
        Of any dtype.

    Returns
    -------
    Series of str
        Missing where nothing is said. A character that no file can hold is a zero byte, which the door refuses.

    Examples
    --------
    >>> texts(pd.Series([1, "a", None, ("b",)], dtype=object)).tolist()
    ['1', 'a', nan, "('b',)"]
    """
    if isinstance(column.dtype, pd.StringDtype) or column.dtype.kind in "iufb":
        return column.astype("str")
    return pd.Series([_text(v) for v in column.tolist()], index=column.index, dtype="str")


def numbers(column: pd.Series) -> pd.Series:
    """
    A column as numbers.

    Parameters
    ----------
    column : Series
        Of any dtype; text is read as a program writes numbers, with a point.

    Returns
    -------
    Series of float64
        NaN where there is no number: a truth value and a complex number are none. Beyond the range it is infinite.

    Examples
    --------
    >>> numbers(pd.Series([True, "1.5", 10**400, Decimal("2"), "x"], dtype=object)).tolist()
    [nan, 1.5, inf, 2.0, nan]
    """
    if column.dtype == np.float64:
        return column
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind in "iuf":
        return pd.Series(column.to_numpy("float64", na_value=np.nan), index=column.index)
    return pd.Series([_number(v) for v in column.tolist()], index=column.index, dtype="float64")


def told(column: pd.Series) -> npt.NDArray[np.bool_]:
    """Cells in which something stands."""
    if column.dtype.kind == "O" and not isinstance(column.dtype, pd.StringDtype):
        return np.array([not _absent(v) for v in column.tolist()], dtype=bool)
    return np.asarray(column.notna(), dtype=np.bool_)


def moments(column: pd.Series) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    """
    A column as moments.

    Parameters
    ----------
    column : Series
        Moments with their zone, or ISO 8601 texts with their offset.

    Returns
    -------
    (Series, array of bool)
        Moments of `UTC_US`, NaT where there is none; and where a time is written that names no zone. What lies beyond
        the range of the dtype becomes its edge, some 292,000 years away.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _within(column), np.zeros(len(column), dtype=bool)
    if isinstance(column.dtype, pd.StringDtype):
        written = column.astype("str")
    elif column.dtype.kind in "OM":
        written = pd.Series([_stamp(v) for v in column.tolist()], index=column.index, dtype="str")
    else:
        written = pd.Series([""] * len(column), index=column.index, dtype="str")
    parsed = _within(pd.to_datetime(written, utc=True, errors="coerce", format="ISO8601"))
    naive = (parsed.notna() & ~written.str.contains(OFFSET, na=False)).to_numpy(dtype=bool)
    return parsed.mask(naive), naive


def entries(column: pd.Series) -> pd.Series:
    """
    A column of entries of `data.checks`, whatever holds them: tuples, lists, arrays, the text of a cell, nothing.

    Parameters
    ----------
    column : Series
        Of any dtype.
    """
    cells = column.tolist()
    return checks.column(cells if _tuples(cells) else [_entries(v) for v in cells], column.index)


def excerpts(rows: pd.DataFrame) -> list[str]:
    """What a person sees of each row: names and values of what is there, in one line."""
    shown = {str(name): [_shown(v) for v in rows[name].array] for name in rows.columns}
    return [
        ("{" + ", ".join(f"{name!r}: {cells[i]}" for name, cells in shown.items() if cells[i]) + "}")[:_SEEN]
        for i in range(len(rows))
    ]


def _tuples(cells: Iterable[Any]) -> bool:
    """Whether every cell is a tuple of texts; each distinct one is looked at once."""
    try:
        return all(type(c) is tuple and all(type(e) is str for e in c) for c in set(cells))
    except TypeError:  # a list has no hash
        return False


def _entries(value: Any) -> checks.Entries:
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return tuple(str(_text(e)) for e in value)
    if _absent(value):
        return checks.NONE
    said = str(_text(value))
    return checks.divided(said) if isinstance(value, str) else (said,)


def _absent(value: Any) -> bool:
    if isinstance(value, float | np.floating):
        return bool(value != value)
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Decimal) and value.is_nan())


def _text(value: Any) -> str | None:
    return None if _absent(value) else _whole(value)


def _whole(value: Any) -> str:
    return _HALVES.sub("\x00", _written(value))


def _written(value: Any) -> str:
    """What a value says of itself; pandas cannot write a moment of year 0, numpy can."""
    try:
        return str(value)
    except Exception:
        return str(value.asm8) if isinstance(value, pd.Timestamp) else f"<{type(value).__name__}>"


def _number(value: Any) -> float:
    if isinstance(value, bool | np.bool_ | complex | np.complexfloating):
        return math.nan
    if isinstance(value, str):
        value = "" if "_" in value else value.strip()
    elif not isinstance(value, int | float | np.integer | np.floating | Decimal | Fraction):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return math.nan


def _stamp(value: Any) -> str:
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, pd.Timestamp):
        return f"{value.tz_convert(None).asm8}Z" if value.tzinfo else str(value.asm8)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, np.datetime64) else ""


def _within(column: pd.Series) -> pd.Series:
    """Moments in microseconds; those that do not fit become the edge."""
    factor = _US.get(column.dtype.unit)
    if factor is not None:
        edge = np.iinfo(np.int64).max // factor
        ticks = column.dt.tz_convert("UTC").astype("int64").to_numpy()
        cut = np.where(ticks == _NAT, _NAT, np.clip(ticks, -edge, edge) * factor)
        column = pd.Series(pd.DatetimeIndex(cut.view("datetime64[us]"), tz="UTC"), index=column.index)
    return column.astype(UTC_US)


def _shown(value: Any) -> str:
    """A value of an excerpt; empty where there is none."""
    if _absent(value):
        return ""
    try:
        return repr(str(value) if isinstance(value, pd.Timestamp | np.generic) else value)[:_SEEN]
    except Exception:
        return _written(value)[:_SEEN]
