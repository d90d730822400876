"""Cells of typed tables as the text that the same table has as CSV."""

from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd


def text(value: Any) -> str | None:
    """
    One cell of a workbook as text.

    Days and moments as ISO, an hour as ``HH:MM:SS``, a length of time in hours (a day is ``24:00:00``), a whole
    number without a point.

    Examples
    --------
    >>> text(5.0), text(timedelta(days=1)), text(time(7, 30)), text(datetime(2024, 2, 1)), text("")
    ('5', '24:00:00', '07:30:00', '2024-02-01T00:00:00', None)
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def written(column: pd.Series) -> pd.Series:
    """
    A column of any type as text, missing where the cell is.

    Parameters
    ----------
    column : Series
        Text, numbers, moments or anything else of a typed table.

    Returns
    -------
    Series of str
        As `text` writes each.

    Examples
    --------
    >>> written(pd.Series([5.0, None, 0.5])).tolist()
    ['5', nan, '0.5']
    """
    if isinstance(column.dtype, pd.StringDtype):
        return column
    cells = column.astype("object")
    kept = cells.notna()
    each = cells[kept].map(lambda c: text(c.item() if isinstance(c, np.generic) else c))
    return each.reindex(column.index).astype("str")
