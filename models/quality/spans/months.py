"""Months of a channel that were judged, and the spans that bad months make."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

COLUMNS = ("station", "parameter", "start", "until", "check", "figure", "lower", "upper", "other")
"""Of a verdict: `until` not included, no time = it still stands; `other` the channel it was compared with."""

LEAST = 10 * 1440.0  # a month is judged when so much of it was measured [min]
SILENT = 2  # months without a judged one after which nothing is said of what comes next
SERIES = ["station", "parameter"]


def months(start: pd.Series, zone: ZoneInfo) -> npt.NDArray[np.int64]:
    """
    Calendar month of moments on a city's clock, counted from year 0.

    Examples
    --------
    >>> months(pd.Series(pd.to_datetime(["2024-01-31T18:59Z", "2024-01-31T20:00Z"])), ZoneInfo("Asia/Tashkent")) % 12
    array([0, 1])
    """
    local = pd.DatetimeIndex(start).tz_convert(zone)
    return np.asarray(local.year * 12 + local.month - 1, dtype=np.int64)


def first(month: int, zone: ZoneInfo) -> pd.Timestamp:
    """Beginning of a month on a city's clock, UTC."""
    return pd.Timestamp(year=month // 12, month=month % 12 + 1, day=1, tz=zone).tz_convert("UTC")


def judged(rows: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """
    Rows of the months that are long enough to be judged, with the month.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start, minutes, value``.
    zone : ZoneInfo
        Of the city.
    """
    dated = rows.assign(month=months(rows["start"], zone))
    measured = dated.groupby([*SERIES, "month"], sort=False)["minutes"].transform("sum")
    return dated[measured >= LEAST]


def spans(found: pd.DataFrame, check: str, zone: ZoneInfo, newest: pd.Timestamp) -> pd.DataFrame:
    """
    Spans that bad months of a channel make.

    Parameters
    ----------
    found : DataFrame
        Row per judged month: ``station, parameter, month, bad, figure``; `other` if there is one.
    check : str
        Key of the verdict.
    zone : ZoneInfo
        Of the city.
    newest : Timestamp
        End of the newest row of the city.

    Returns
    -------
    DataFrame
        `COLUMNS`; figure is the median of the bad months, lower and upper the least and greatest. A span ends with the
        first month that is judged and not bad, or with its last bad one where two months and more say nothing.
    """
    rows = found.assign(other=found.get("other", ""))
    made = [_span(run, check, zone, newest) for _, part in rows.groupby(SERIES) for run in _runs(part)]
    return verdicts(made)


def verdicts(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Verdicts as a table."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("start", "until"):
        table[name] = pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]")
    numbers = dict.fromkeys(("figure", "lower", "upper"), "float64")
    return table.astype({**numbers, "station": "str", "parameter": "str", "check": "str", "other": "str"})


def _runs(part: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, int | None]]:
    """Runs of bad months, each with the next judged month."""
    part = part.sort_values("month")
    month, bad = part["month"].to_numpy(np.int64), part["bad"].to_numpy(bool)
    cut = np.flatnonzero((bad[1:] != bad[:-1]) | (np.diff(month) > SILENT)) + 1
    for begin, end in zip([0, *cut], [*cut, len(month)], strict=True):
        if bad[begin]:
            yield part.iloc[begin:end], int(month[end]) if end < len(month) else None


def _span(run: tuple[pd.DataFrame, int | None], check: str, zone: ZoneInfo, newest: pd.Timestamp) -> tuple[object, ...]:
    bad, following = run
    last = int(bad["month"].iloc[-1])
    end: object = first(following if following is not None and following - last <= SILENT else last + 1, zone)
    if following is None and newest < first(last + 1 + SILENT, zone):
        end = pd.NaT
    figure, top = bad["figure"], bad.iloc[0]
    return (
        top["station"], top["parameter"], first(int(top["month"]), zone), end, check,
        float(figure.median()), float(figure.min()), float(figure.max()), top["other"],
    )  # fmt: skip
