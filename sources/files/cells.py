"""Cells of spreadsheets, Parquet and JSON as the text that the same table would have as CSV."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

# Read as empty wherever they stand: programs write them for "no value".
EMPTY = ("", "nan", "NaN", "null", "NULL", "None")
WHOLE = 1e15  # below it every whole number of 64 bits has an exact text without a point


def text(value: Any) -> str | None:
    """
    A cell as text, None where it is empty.

    Parameters
    ----------
    value : Any
        As a library delivers it.

    Returns
    -------
    str or None
        Whole numbers without ``.0`` (a post's number is ``5``, not ``5.0``), other numbers with the digits that tell
        them apart and a decimal point; dates ISO 8601 (``2024-02-01T07:00:00``), to the second; times of day
        ``07:00:00``; spans, as a spreadsheet keeps 24:00, in hours (``24:00:00``); truth ``TRUE`` or ``FALSE``.

    Examples
    --------
    >>> text(5.0), text(0.031), text(datetime(2024, 2, 1, 7)), text(time(7, 30)), text(timedelta(days=1))
    ('5', '0.031', '2024-02-01T07:00:00', '07:30:00', '24:00:00')
    >>> text(True), text(float("nan")), text("NULL"), text(" 5 ")
    ('TRUE', None, None, ' 5 ')
    """
    if isinstance(value, str):
        return None if value in EMPTY else value
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        return None if value.is_nan() else format(value, "f")
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, timedelta):
        return _span(value)
    return _moment(value)


def _number(value: float) -> str | None:
    if value != value:
        return None
    return str(int(value)) if abs(value) < WHOLE and value.is_integer() else repr(value)


def _span(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    minutes, seconds = divmod(abs(seconds), 60)
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        if value.microsecond:  # a spreadsheet keeps a day's fraction: 07:00 may lie a millisecond off
            value = value.replace(microsecond=0) + timedelta(seconds=value.microsecond >= 500_000)
        return str(value.isoformat(timespec="seconds"))
    if isinstance(value, time):
        return value.replace(microsecond=0).isoformat()
    return str(value.isoformat() if isinstance(value, date) else value)
