"""Verdicts on spans of stations, put on the rows of those spans as they are read; what is kept stays as it is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from data.schema import COLUMNS
from data.store.sql import Where

TABLE = "station_verdicts"
DIGITS = 3  # significant ones of a figure in an entry
_ENDLESS = datetime(2200, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """A stretch of a channel in which the same verdicts hold; stretches of one channel do not overlap."""

    city: str
    parameter: str
    station: str
    start: datetime
    until: datetime
    entries: tuple[str, ...]


def known(rows: pd.DataFrame, as_of: datetime | None = None) -> pd.DataFrame:
    """Verdicts that hold, now or as of a moment."""
    if as_of is None:
        return rows[rows["known_until"].isna()]
    moment = pd.Timestamp(as_of)
    return rows[(rows["known_at"] <= moment) & (rows["known_until"].isna() | (rows["known_until"] > moment))]


def entry(check: str, figure: float, lower: float, upper: float, other: str) -> str:
    """
    A verdict as an entry of `checks`.

    Examples
    --------
    >>> entry("out_of_level", 0.2134, 0.17, 0.262, ""), entry("copied", 1.0, 0.9991, 1.0, "a:1 tsp")
    ('out_of_level:0.213,0.17,0.262', 'copied:1,0.999,1,a:1 tsp')
    """
    figures = [f"{x:.{DIGITS}g}" for x in (figure, lower, upper) if pd.notna(x)]
    return checks.make(check, *figures, *([other] if other else []))


def spans(rows: pd.DataFrame) -> tuple[Span, ...]:
    """
    Verdicts that doubt rows, as stretches that do not overlap.

    Parameters
    ----------
    rows : DataFrame
        Of the table `station_verdicts`, those that hold.
    """
    doubting = rows[rows["doubts"]]
    return tuple(
        span
        for (city, parameter, station), part in doubting.groupby(["city", "parameter", "station"], sort=True)
        for span in _stretches(str(city), str(parameter), str(station), part.sort_values(["start", "check"]))
    )


def _stretches(city: str, parameter: str, station: str, part: pd.DataFrame) -> Iterator[Span]:
    # Plain moments: every question compares them, and those of pandas take twenty times as long.
    begins = [m.to_pydatetime() for m in part["start"]]
    ends = [_ENDLESS if pd.isna(m) else m.to_pydatetime() for m in part["until"]]
    told = [entry(*v) for v in part[["check", "figure", "lower", "upper", "other"]].itertuples(index=False)]
    edges = sorted({*begins, *ends})
    for start, until in pairwise(edges):
        holds = tuple(e for b, u, e in zip(begins, ends, told, strict=True) if b <= start and until <= u)
        if holds:
            yield Span(city, parameter, station, start, until, holds)


def touching(every: Sequence[Span], chosen: Where) -> list[Span]:
    """Spans that a question may meet."""
    return [
        s
        for s in every
        if chosen.city in (None, s.city)
        and (chosen.parameters is None or s.parameter in chosen.parameters)
        and (chosen.stations is None or s.station in chosen.stations)
        and (chosen.end is None or s.start < chosen.end)
        and (chosen.start is None or s.until > chosen.start)
    ]


def local_days(every: Sequence[Span], zone: ZoneInfo) -> npt.NDArray[np.int64] | None:
    """
    First day and first day after of each span, since 1970; None where one does not begin and end at midnight.

    Verdicts come by the day or the month of their city, so that a question by its days need not look at single rows.
    """
    edges = pd.DatetimeIndex([moment for s in every for moment in (s.start, s.until)], dtype="datetime64[us, UTC]")
    local = edges.tz_convert(zone).tz_localize(None)
    at_midnight = (local == local.normalize()) | (edges == _ENDLESS)
    return local.to_numpy().astype("datetime64[D]").astype(np.int64).reshape(-1, 2) if at_midnight.all() else None


def without_days(days: pd.DataFrame, every: Sequence[Span], edges: npt.NDArray[np.int64]) -> pd.DataFrame:
    """
    Days of channels, without those of the spans.

    Parameters
    ----------
    days : DataFrame
        ``station, parameter, day`` (since 1970).
    every : sequence of Span
    edges : ndarray
        From `local_days`.
    """
    (station, names), (parameter, keys) = (pd.factorize(days[c]) for c in ("station", "parameter"))
    place, kind = ({str(name): i for i, name in enumerate(found)} for found in (names, keys))
    channel, day = station * len(keys) + parameter, days["day"].to_numpy(np.int64)
    stays = np.ones(len(days), dtype=bool)
    for s, (begin, end) in zip(every, edges, strict=True):
        if s.station in place and s.parameter in kind:
            mine = channel == place[s.station] * len(keys) + kind[s.parameter]
            stays &= ~(mine & (day >= begin) & (day < end))
    return days[stays].reset_index(drop=True)


# An invalid row stays invalid, a sound one becomes suspect; each tells the verdict beside its own checks.
_TOLD = {
    "flag": "CASE WHEN told IS NOT NULL AND flag = 'ok' THEN 'suspect' ELSE flag END AS flag",
    "checks": "CASE WHEN told IS NULL THEN checks WHEN checks IS NULL THEN split(told, ';') "
    "ELSE checks || split(told, ';') END AS checks",
}
_READ = ", ".join(_TOLD.get(c, c) for c in COLUMNS)
_JUDGED = f"(SELECT {_READ}{{label}} FROM (SELECT *, {{told}} AS told FROM {{base}}) AS beside) AS kept"
# Who asks for sound rows alone need not be told why others are not: half the work.
_SOUND = "(SELECT * FROM {base} WHERE flag = 'ok' AND ({told}) IS NULL) AS kept"


def relation(every: Sequence[Span], chosen: Where) -> tuple[str, list[Any]]:
    """
    What a question reads in place of ``kept``, with its values: the same rows, those of the spans judged.

    Parameters
    ----------
    every : sequence of Span
        Of `touching`.
    chosen : Where
        What is asked for; rows stand in their own city before they are judged.

    Notes
    -----
    Nested choices and no join: each row is asked for its parameter once, then for its station, then for its spans.
    """
    base, named = chosen.relation()
    if not every:
        return base, named
    sound = chosen.flags is not None and set(chosen.flags) == {"ok"}
    values: list[Any] = []
    told = _choice(sorted(every, key=lambda s: s[1:4]), ("parameter", "station"), sound, values)
    if sound:
        return _SOUND.format(told=told, base=base), [*named, *values]
    label = ", label" if chosen.strays else ""
    return _JUDGED.format(told=told, base=base, label=label), [*values, *named]


def _choice(every: Sequence[Span], columns: Sequence[str], bare: bool, values: list[Any]) -> str:
    """The verdicts on a row, by the columns that name its channel, then by its time; None outside every span."""
    if columns:
        parts = []
        for name, mine in groupby(every, key=lambda s: getattr(s, columns[0])):
            values.append(name)
            parts.append(f"WHEN ? THEN {_choice(list(mine), columns[1:], bare, values)}")
        return f"CASE {columns[0]} {' '.join(parts)} END"
    for s in every:
        values += [s.start, s.until, *([] if bare else [checks.joined(s.entries)])]
    put = "TRUE" if bare else "?"
    return f"CASE {' '.join([f'WHEN start >= ? AND start < ? THEN {put}'] * len(every))} END"
