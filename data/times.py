"""Times in tables: the end of an interval, the text of a time, and the local day a time lies on."""

import re
from datetime import tzinfo
from typing import Any

import numpy as np
import pandas as pd

# The end of an ISO 8601 stamp that carries its zone: Z, +05:00, +0500, +05. The short one only after a clock, for
# "2026-01-05" ends with the fifth day. A plain blank before it: for \s a column is asked row by row in Python.
OFFSET = r"(?:Z|(?:\d{2}(?::?\d{2}){1,2}(?:[.,]\d+)?|T\d{2}) ?[+-]\d{2}(?::?\d{2})?)$"
ZONED = re.compile(OFFSET)
INTERVAL_END = "start + minutes * INTERVAL '1' MINUTE"  # `interval_end` in SQL


def interval_end(start: Any, minutes: Any) -> Any:
    """
    The end of an averaging interval; what it holds is known only then, and its age counts from there.

    Parameters
    ----------
    start : Timestamp, Series or DatetimeIndex
        Its start, as tables keep it.
    minutes : int, Series or array
        Its length; 0 = instantaneous. [min]

    Returns
    -------
    Timestamp, Series or DatetimeIndex
        As `start`.

    Examples
    --------
    >>> rows = pd.DataFrame({"start": pd.to_datetime(["2026-01-10T05:00Z", "2026-01-10T06:00Z"]), "minutes": [60, 0]})
    >>> interval_end(rows["start"], rows["minutes"]).dt.hour.tolist(), interval_end(rows["start"].max(), 20).minute
    ([6, 6], 20)
    """
    return start + pd.to_timedelta(minutes, unit="min")


def whole_minutes(start: pd.Series, end: pd.Series) -> pd.Series:
    """
    Length of intervals, to the whole minute: what ends at 59 s or 59.999 s ends with the minute.

    Parameters
    ----------
    start, end : Series of Timestamp
        Aware; an interval without an end has no length.

    Returns
    -------
    Series of float64
        NaN where an end is unknown or lies before its start. [min]

    Examples
    --------
    >>> start = pd.Series(pd.to_datetime(["2026-01-10T05:00Z"] * 3))
    >>> lengths = pd.to_timedelta(pd.Series(["59min 59s", "14min 59.999s", "-1s"]))
    >>> whole_minutes(start, start + lengths).tolist()
    [60.0, 15.0, nan]
    """
    minutes = (end - start).dt.total_seconds() / 60
    return minutes.where(minutes >= 0).round()


def iso_texts(times: Any) -> list[str]:
    """
    A column of times as ISO 8601 in UTC with Z, whole seconds; empty where there is none.

    `data.clock.iso` is the same for one moment.

    Examples
    --------
    >>> iso_texts(pd.to_datetime(["2026-01-10T10:30:00+05:00", None]))
    ['2026-01-10T05:30:00Z', '']
    >>> iso_texts(pd.Series([], dtype=object)), iso_texts(pd.Series([None], dtype=object))
    ([], [''])
    """
    moments = pd.DatetimeIndex(pd.to_datetime(times, utc=True)).tz_localize(None)
    texts = np.datetime_as_string(moments.to_numpy().astype("datetime64[s]"))
    return [f"{text}Z" if there else "" for text, there in zip(texts, moments.notna(), strict=True)]


def local_days(moments: Any, zone: tzinfo | str) -> pd.DatetimeIndex:
    """
    The local day each moment lies on, as its date at midnight without a zone.

    `data.store.days.local_day` is the same in SQL, `data.clock.local_date` for one moment.

    Parameters
    ----------
    moments : Series, DatetimeIndex or sequence of datetime
        Aware.
    zone : tzinfo or str
        Whose days.

    Examples
    --------
    Astana put its clocks back by an hour when 1 March 2024 began.

    >>> hours = pd.to_datetime(["2024-02-29T18:30Z", "2024-02-29T19:00Z"])
    >>> local_days(hours, "Asia/Almaty").day.tolist(), local_days(hours, "UTC").day.tolist()
    ([29, 1], [29, 29])
    """
    return pd.DatetimeIndex(pd.to_datetime(moments, utc=True)).tz_convert(zone).tz_localize(None).normalize()


def midnights(days: Any, zone: tzinfo | str) -> pd.DatetimeIndex:
    """
    When local days begin, in UTC: a midnight that the clocks skip opens just after, one they repeat at the first.

    Parameters
    ----------
    days : Series or DatetimeIndex
        Dates at midnight without a zone, as `local_days` makes them.
    zone : tzinfo or str
        Whose days.

    Examples
    --------
    >>> midnights(pd.to_datetime(["2024-02-29", "2024-03-01", "2024-03-02"]), "Asia/Almaty").hour.tolist()
    [18, 19, 19]
    """
    naive = pd.DatetimeIndex(days)
    ambiguous = np.ones(len(naive), dtype=bool)
    return naive.tz_localize(zone, nonexistent="shift_forward", ambiguous=ambiguous).tz_convert("UTC")
