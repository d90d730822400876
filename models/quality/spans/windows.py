"""Windows of days that were judged station by station, and the spans that bad ones make."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.quality.spans.months import verdicts

Floats = npt.NDArray[np.float64]
UNKNOWN, SOUND, BAD, UNSURE = 0, 1, 2, 3  # states of a station in a window
SILENT = 60  # days between judged windows after which nothing is said of what comes next


@dataclass(frozen=True)
class Judged:
    """
    What windows of days say of every station.

    Attributes
    ----------
    begin, length : ndarray, int
        First day of each window, ascending, counted from `days[0]`; days of a window.
    state : ndarray
        Windows × stations: `UNKNOWN`, `SOUND`, `BAD` or `UNSURE`.
    figure, lower, upper : ndarray
        Windows × stations: what was seen, with its band.
    first, last : ndarray
        Windows × stations: first and last day of the fault within the window, counted from `days[0]`.
    days : DatetimeIndex
        Of the network, local.
    stations : list of str
        Ids.
    """

    begin: npt.NDArray[np.int64]
    length: int
    state: npt.NDArray[np.int8]
    figure: Floats
    lower: Floats
    upper: Floats
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    days: pd.DatetimeIndex
    stations: list[str]


def blank(begin: npt.NDArray[np.int64], length: int, days: pd.DatetimeIndex, stations: list[str]) -> Judged:
    """Windows of which nothing is known yet; their arrays are to be filled."""
    shape = (len(begin), len(stations))
    first = np.repeat(begin[:, None], shape[1], axis=1)
    figure, lower, upper = (np.full(shape, np.nan) for _ in range(3))
    state = np.full(shape, UNKNOWN, dtype=np.int8)
    return Judged(begin, length, state, figure, lower, upper, first, first + length - 1, days, stations)


def begins(days: int, length: int, step: int) -> npt.NDArray[np.int64]:
    """
    First days of windows; the last one ends with the last day.

    Examples
    --------
    >>> begins(42, 30, 5), begins(20, 30, 5)
    (array([ 2,  7, 12]), array([], dtype=int64))
    """
    return np.arange((days - length) % step, max(days - length + 1, 0), step, dtype=np.int64)


def spans(judged: Judged, check: str, parameter: str, zone: ZoneInfo, state: int = BAD) -> pd.DataFrame:
    """
    Spans that windows of one state make.

    Returns
    -------
    DataFrame
        `months.COLUMNS`; figure, lower and upper are medians over the windows. A span stands still where nothing newer
        was judged and the station was not silent since.
    """
    rows = []
    for j, station in enumerate(judged.stations):
        before = -1  # windows overlap, spans do not
        for run, still in _runs(judged, j, state):
            figures = (float(np.median(x[run, j])) for x in (judged.figure, judged.lower, judged.upper))
            begin, end = max(int(judged.first[run[0], j]), before), int(judged.last[run[-1], j]) + 1
            if end > begin:
                until: object = pd.NaT if still else _midnight(judged, end, zone)
                rows.append((station, parameter, _midnight(judged, begin, zone), until, check, *figures, ""))
            before = end
    return verdicts(rows)


def _runs(judged: Judged, j: int, state: int) -> Iterator[tuple[npt.NDArray[np.int64], bool]]:
    known = np.flatnonzero(judged.state[:, j] != UNKNOWN)
    if not len(known):
        return
    mine = judged.state[known, j] == state
    cut = np.flatnonzero((mine[1:] != mine[:-1]) | (np.diff(judged.begin[known]) > SILENT)) + 1
    for begin, end in zip([0, *cut], [*cut, len(known)], strict=True):
        if mine[begin]:
            run = known[begin:end]
            newest = end == len(known)
            yield run, bool(newest and len(judged.days) - judged.begin[run[-1]] - judged.length <= SILENT)


def _midnight(judged: Judged, day: int, zone: ZoneInfo) -> pd.Timestamp:
    moment = judged.days[0] + pd.Timedelta(days=day)
    return pd.Timestamp(year=moment.year, month=moment.month, day=moment.day, tz=zone).tz_convert("UTC")
