"""Quality control: which rows are doubtful or impossible, and why; nothing is ever deleted."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from models.quality.batch import Batch, Booleans, Integers, batch
from models.quality.fillers import fillers
from models.quality.rises import rises
from models.quality.row_checks import Found, ahead, ceiling, fractions, impossible, stuck
from models.quality.series_checks import levels

SEVERITY = {"ok": 0, "suspect": 1, "invalid": 2}


def flag(rows: pd.DataFrame, *, now: datetime | None = None, judged: npt.ArrayLike | None = None) -> pd.DataFrame:
    """
    Flag a batch of measurements.

    Parameters
    ----------
    rows : DataFrame
        Conforming rows: any cities, stations, parameters, averagings and kinds together. The more of a network and
        of its last weeks is in the batch, the more can be seen: runs and spikes need hours around them, dead
        channels five days, levels seven days and three other stations or three other years.
    now : datetime, optional
        When the rows were received, by the machine's own clock, which no replay moves; without it future times are
        not looked for.
    judged : array_like of bool, optional
        Rows that a centre has checked among more rows than are here: they stand as they are, unless they are
        impossible by themselves, and help to judge the others.

    Returns
    -------
    DataFrame
        The same rows in the same order, with ``flag`` and ``checks`` set. A flag is never lowered, a check never
        lost; a second pass over the same batch changes nothing.

    Notes
    -----
    ``invalid``: sentinel, fault code, below zero by more than noise, out of range, ends more than two days after it
    was received (what ends sooner is hidden till then: `data.store.sql.Where`). ``suspect``: everything else, that is
    values a person should look at and a city's figure leaves out: `models.quality.row_checks` (ceiling, stuck,
    fractions), `models.quality.rises` (spike, plume, unsupported) and `models.quality.series_checks` (dead channel,
    flat, level, level break, neighbours). Model rows, which are meant to reach ahead, are checked for range only,
    weather for range and future. Simulated rows are treated as if measured.

    A rise that the network or the station's other pollutants share is never doubted, so that a dust storm of
    18,000 µg/m³ passes. One that lasts longer than an interval is never a spike: ``plume`` and ``unsupported``
    (`data.checks.UNCONFIRMED`) say "air or instrument?", and may well be the air.

    Examples
    --------
    >>> from data.schema import conform
    >>> day = pd.Timestamp("2025-01-01", tz="UTC")
    >>> table = pd.DataFrame({"source": "x", "station": "x:1", "parameter": "pm25", "minutes": 60, "kind": "reference",
    ...     "city": "astana", "start": [day, day + pd.Timedelta("1h")], "value": [-999.0, 12.0]})
    >>> flag(conform(table, day).rows)["flag"].tolist()
    ['invalid', 'ok']
    """
    whole = batch(rows)
    count = len(rows)
    severity = np.zeros(count, dtype=np.int64)
    entries: dict[int, list[str]] = {}
    settled = np.zeros(count, dtype=np.bool_) if judged is None else np.asarray(judged, dtype=np.bool_)
    checks_made = _checks(whole, now) if not settled.all() else [(impossible(whole), SEVERITY["invalid"])]
    for number, (found, level) in enumerate(checks_made):
        for place, entry in found:
            at = int(whole.order[place])
            if number and settled[at]:
                continue  # only the first check, of what is impossible, is asked of it
            severity[at] = max(severity[at], level)
            entries.setdefault(at, []).append(entry)
    return _merged(rows, severity, entries)


def _checks(whole: Batch, now: datetime | None) -> Iterable[tuple[Found, int]]:
    suspect, invalid = SEVERITY["suspect"], SEVERITY["invalid"]
    bad = impossible(whole)
    yield bad, invalid
    beyond = ahead(whole, pd.Timestamp(now) if now is not None else None)
    rows = np.flatnonzero((beyond > 0) & ~whole.modelled)
    yield [(i, checks.make("future_time", _span(int(beyond[i])))) for i in rows.tolist()], invalid
    rows_left = whole.examined
    rows_left[[place for place, _ in bad]] = False
    codes = fillers(whole.take(rows_left))
    yield _lifted(codes.sure, rows_left), invalid
    yield _lifted(codes.open, rows_left), suspect
    rows_left[[place for place, _ in _lifted(codes.sure, rows_left)]] = False
    yield from ((_lifted(found, rows_left), suspect) for found in _course(whole.take(rows_left)))


def _course(part: Batch) -> Iterable[Found]:
    """The checks of the course in time, on rows that are possible."""
    blamed = np.zeros(len(part.value), dtype=np.bool_)
    for check in (levels, ceiling, stuck, rises):
        found = check(part)
        blamed[[place for place, _ in found]] = True
        yield found
    yield fractions(part, blamed)


def _lifted(found: Found, rows: Booleans) -> Found:
    """Places in a part of the batch as places in the whole."""
    place = np.flatnonzero(rows)
    return [(int(place[i]), entry) for i, entry in found]


def _span(minutes: int) -> int:
    """Minutes up to two hours, whole hours beyond: a finer figure would revise the row at every delivery. [min]"""
    return minutes if minutes < 120 else round(minutes / 60) * 60


def _merged(rows: pd.DataFrame, severity: Integers, entries: dict[int, list[str]]) -> pd.DataFrame:
    """New flags over old ones: the graver stands, and each check speaks once."""
    names = np.array(list(SEVERITY), dtype=object)
    old = (
        rows["flag"].astype("str").map(SEVERITY).fillna(0).to_numpy(np.int64)
        if "flag" in rows
        else np.zeros(len(rows), np.int64)
    )
    told = (rows["checks"] if "checks" in rows else checks.none(rows.index)).to_numpy(object).copy()
    for at, new in entries.items():
        known = checks.names(told[at])  # a check that spoke before is not repeated
        told[at] = (*told[at], *(e for e in new if checks.name(e) not in known))
    flags = pd.Series(names[np.maximum(severity, old)], index=rows.index, dtype="str")
    return rows.assign(flag=flags, checks=pd.Series(told, index=rows.index, dtype=object))
