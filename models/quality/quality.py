"""Quality control: which rows are doubtful or impossible, and why; nothing is ever deleted."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from models.quality.batch import Batch, Booleans, Integers, batch
from models.quality.day_table import Channel, channels, day_table
from models.quality.fillers import fillers
from models.quality.rises import rises
from models.quality.row_checks import Found, ahead, fractions, impossible, stuck
from models.quality.series_checks import Told, ceiling, levels, told

SEVERITY = {"ok": 0, "suspect": 1, "invalid": 2}


def flag(
    rows: pd.DataFrame,
    *,
    now: datetime | None = None,
    judged: npt.ArrayLike | None = None,
    days: Told | None = None,
    apart: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """
    Flag a batch of measurements.

    Parameters
    ----------
    rows : DataFrame
        Conforming rows: any cities, stations, parameters, averagings and kinds together. The more of a network and
        of its weeks around is in the batch, the more can be seen (`models.quality.reach` says how much is needed).
    now : datetime, optional
        When the rows were received, by the machine's own clock, which no replay moves; without it future times are
        not looked for.
    judged : array_like of bool, optional
        Rows that a centre has checked among more rows than are here: they stand as they are, unless they are
        impossible by themselves, and help to judge the others.
    days : Told, optional
        What the days of the whole history say of these channels (`series_checks.told`); without it, what those of the
        batch say.
    apart : array_like of float, optional
        Of rows at the edge of what is seen: 1 for those known to be impossible or a fault code, 0 for those known to
        be neither; NaN (all by default) where that is to be found.

    Returns
    -------
    DataFrame
        The same rows in the same order, with ``flag`` and ``checks`` set. A flag is never lowered, a check never
        lost; a second pass over the same batch changes nothing.

    Notes
    -----
    ``invalid``: sentinel, fault code, below zero by more than noise, out of range, ends more than two days after it
    was received (what ends sooner is hidden till then: `data.store.sql.Where`). ``suspect``: everything else, that is
    values a person should look at and a city's figure leaves out: `models.quality.row_checks` (stuck, fractions),
    `models.quality.rises` (spike, plume, unsupported) and `models.quality.series_checks` (dead channel, flat, ceiling,
    level, level break, neighbours). Model rows, which are meant to reach ahead, are checked for range only, weather
    for range and future. Simulated rows are treated as if measured. What is counted over a series is counted
    over weeks around a row (`batch.BLOCK`, `rises.SPREAD_DAYS`) or over the days of its whole history (`days`), so
    that a verdict does not depend on what else lies in the batch.

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
    made = _checks(whole, rows, now, days, apart) if not settled.all() else [(impossible(whole), SEVERITY["invalid"])]
    for number, (found, level) in enumerate(made):
        for place, entry in found:
            at = int(whole.order[place])
            if number and settled[at]:
                continue  # only the first check, of what is impossible, is asked of it
            severity[at] = max(severity[at], level)
            entries.setdefault(at, []).append(entry)
    return _merged(rows, severity, entries)


def summarised(rows: pd.DataFrame, apart: npt.ArrayLike | None = None) -> pd.DataFrame:
    """
    Days of a batch, without what is impossible and without fault codes.

    Parameters
    ----------
    rows, apart
        As for `flag`.

    Returns
    -------
    DataFrame
        `day_table.COLUMNS`, of pollutants.
    """
    whole = batch(rows)
    left, _ = _left(whole, impossible(whole), apart)
    return day_table(whole.take(left), rows)


def _left(whole: Batch, bad: Found, apart: npt.ArrayLike | None) -> tuple[Booleans, tuple[Found, Found]]:
    """Rows whose course in time is judged; sure and open fault codes."""
    left = whole.examined
    left[[place for place, _ in bad]] = False
    codes = fillers(whole.take(left))
    sure, unsure = _lifted(codes.sure, left), _lifted(codes.open, left)
    code = np.zeros(len(left), dtype=np.bool_)
    code[[place for place, _ in sure]] = True
    if apart is not None:
        known = np.asarray(apart, dtype=np.float64)[whole.order]
        code = np.where(np.isnan(known), code, known > 0)
    return np.asarray(left & ~code, dtype=np.bool_), (sure, unsure)


def _checks(
    whole: Batch, rows: pd.DataFrame, now: datetime | None, days: Told | None, apart: npt.ArrayLike | None
) -> Iterable[tuple[Found, int]]:
    suspect, invalid = SEVERITY["suspect"], SEVERITY["invalid"]
    bad = impossible(whole)
    yield bad, invalid
    beyond = ahead(whole, pd.Timestamp(now) if now is not None else None)
    late = np.flatnonzero((beyond > 0) & ~whole.modelled)
    yield [(i, checks.make("future_time", _span(int(beyond[i])))) for i in late.tolist()], invalid
    left, (sure, unsure) = _left(whole, bad, apart)
    yield sure, invalid
    yield unsure, suspect
    part = whole.take(left)
    known = told(day_table(part, rows)) if days is None else days
    yield from ((_lifted(found, left), suspect) for found in _course(part, known, channels(part, rows)))


def _course(part: Batch, days: Told, names: dict[int, Channel]) -> Iterable[Found]:
    """The checks of the course in time, on rows that are possible."""
    blamed = np.zeros(len(part.value), dtype=np.bool_)
    if not len(blamed):
        return
    for found in (levels(part, days, names), ceiling(part, days, names), stuck(part), rises(part)):
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
    old = _severity(rows["flag"]) if "flag" in rows else np.zeros(len(rows), dtype=np.int64)
    told = (rows["checks"] if "checks" in rows else checks.none(rows.index)).to_numpy(object).copy()
    made: dict[tuple[checks.Entries, checks.Entries], checks.Entries] = {}  # the rows of a day are told the same
    for at, new in entries.items():
        key = told[at], tuple(new)
        if key not in made:
            known = checks.names(told[at])  # a check that spoke before is not repeated
            made[key] = (*told[at], *(e for e in new if checks.name(e) not in known))
        told[at] = made[key]
    flags = pd.Series(pd.Categorical.from_codes(np.maximum(severity, old), list(SEVERITY)), index=rows.index)
    slim = "flag" in rows and isinstance(rows["flag"].dtype, pd.CategoricalDtype)
    return rows.assign(
        flag=flags if slim else flags.astype("str"), checks=pd.Series(told, index=rows.index, dtype=object)
    )


def _severity(flags: pd.Series) -> Integers:
    names = flags.astype("category")
    place = np.array([SEVERITY.get(str(name), 0) for name in names.cat.categories] + [0], dtype=np.int64)
    return np.asarray(place[names.cat.codes], dtype=np.int64)
