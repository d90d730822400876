"""What quality control found in rows that are kept: their own word, verdicts of ours, and the days they make."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks, clock
from data.checks import Entries
from data.parameters import POLLUTANTS
from data.store import Store
from data.store.tables.schemas import TABLES
from models.quality.batch import DAY, batch
from models.quality.day_table import CHANNEL, COLUMNS, Channel, day_table
from models.quality.maintenance import CHECK, bare
from models.quality.reach import APART, OF_DAYS, OWN
from models.quality.series_checks import Told

KINDS = ("reference", "indicative", "simulated")
ASSESSED = "assessed"
READ = ("source", "station", "parameter", "start", "minutes", "value", "kind", "city", "flag", "checks")
Said = dict[Channel, dict[int, Entries]]


def opened(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Kept rows as they came: with the flags and checks that somebody else gave them.

    Parameters
    ----------
    rows : DataFrame
        With ``flag``, ``checks`` and ``note``; rows whose flags another centre answers for are not among them.

    Returns
    -------
    DataFrame
        Without `reach.OWN` and the marks of notes. What a network, a file or the clock of reception said stays, with
        the flag that it gives.
    """
    noted = checks.has(rows["checks"], CHECK)
    if noted.any():
        plain = bare(rows[noted])
        told = rows["checks"].copy()
        told[noted] = plain["checks"]
        rows = rows.assign(flag=rows["flag"].where(~noted, plain["flag"].reindex(rows.index)), checks=told)
    ours = checks.has(rows["checks"], *OWN)
    if not ours.any():
        return rows
    left = checks.column(checks.each(rows["checks"], _others), rows.index)
    spoken = pd.Series(checks.each(left, bool), index=rows.index)
    ahead = checks.has(left, "future_time")
    graver = checks.has(rows["checks"], *APART, "fault_code")  # theirs may be the flag: what is impossible is so again
    invalid = ahead | ((rows["flag"] == "invalid").to_numpy() & ~graver)
    flag = np.where(~spoken, "ok", np.where(invalid, "invalid", "suspect"))
    return rows.assign(flag=rows["flag"].where(~ours, pd.Series(flag, index=rows.index, dtype="str")), checks=left)


def _others(entries: Entries) -> Entries:
    return tuple(e for e in entries if checks.name(e) not in OWN)


def apart(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """1 for kept rows that were found impossible or a fault code, 0 for the others."""
    code = checks.has(rows["checks"], "fault_code")
    sure = (rows["flag"] == "invalid").to_numpy(dtype=np.bool_)
    noted = checks.each(rows["checks"], _before_note) if code.any() else None
    if noted is not None:
        sure = np.array([was == "invalid" if was else s for was, s in zip(noted, sure.tolist(), strict=True)])
    return (checks.has(rows["checks"], *APART) | (code & sure)).astype(np.float64)


def _before_note(entries: Entries) -> str:
    """The flag before the first mark of a note; empty without one."""
    marks = [checks.figures(e) for e in entries if checks.name(e) == CHECK]
    return marks[0][1] if marks and len(marks[0]) > 1 else ""


def assessed(store: Store, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Kept rows whose flags came with a file of a centre: they are not judged anew."""
    spans = store.table(ASSESSED)
    found = np.zeros(len(rows), dtype=np.bool_)
    spans = spans[spans["source"].isin(rows["source"].unique())] if len(rows) and len(spans) else spans[:0]
    if not len(spans):
        return found
    asked = rows[[*CHANNEL, "start"]].reset_index(drop=True).reset_index(names="place")
    both = asked.merge(spans[[*CHANNEL, "first", "last"]], on=list(CHANNEL))
    found[both.loc[both["start"].between(both["first"], both["last"]), "place"].to_numpy()] = True
    return found


def note_assessed(store: Store, rows: pd.DataFrame) -> None:
    """Keep which channels and spans came with flags of a centre."""
    if not len(rows):
        return
    ends = rows.groupby([*CHANNEL, "city"], observed=True)["start"].agg(first="min", last="max").reset_index()
    told = ends.assign(at=pd.Timestamp(clock.now()))
    store.replace(ASSESSED, told.astype(TABLES[ASSESSED].dtypes)[list(TABLES[ASSESSED].names)], TABLES[ASSESSED].key)


# Days that live collection does not move, by store, its settled history, city, length and span.
_PAST: dict[tuple[object, ...], tuple[pd.DataFrame, Said]] = {}
_PASTS = 64


def days(store: Store, city: str, minutes: int, start: pd.Timestamp, end: pd.Timestamp) -> tuple[pd.DataFrame, Said]:
    """
    Days of the kept rows that begin in [start, end), and what was said of them.

    Parameters
    ----------
    store : Store
        Whose rows.
    city : str
        Key.
    minutes : int
        Length of the intervals. [min]
    start, end : Timestamp
        Midnights, UTC.

    Returns
    -------
    (DataFrame, dict)
        `day_table.COLUMNS`; channel → day → entries of `reach.OF_DAYS`.
    """
    tables: list[pd.DataFrame] = []
    said: Said = {}
    for begin, stop in _pieces(start, end):
        table, told = _past(store, city, minutes, begin, stop)
        tables.append(table)
        for channel, mine in told.items():
            said.setdefault(channel, {}).update(mine)
    empty = pd.DataFrame({name: [] for name in COLUMNS})
    return pd.concat(tables, ignore_index=True) if tables else empty, said


def _pieces(start: pd.Timestamp, end: pd.Timestamp) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Years, cut where the settled history ends (`Store.settled`)."""
    cuts = (*pd.date_range(start, end, freq="YS"), _settled())
    return list(pairwise(sorted({start, end, *(c for c in cuts if start < c < end)})))


def _settled() -> pd.Timestamp:
    """Beginning of the last month but this one, which live collection may still write."""
    month = pd.Timestamp(clock.now()).floor("D").replace(day=1)
    return (month - pd.Timedelta(days=1)).replace(day=1)


def _past(store: Store, city: str, minutes: int, begin: pd.Timestamp, stop: pd.Timestamp) -> tuple[pd.DataFrame, Said]:
    """A piece of history; what is settled stays in memory till history itself changes."""
    if stop > _settled():
        return _read(store, city, minutes, begin, stop)
    key = (store.uri, store.settled(), city, minutes, begin, stop)
    if key not in _PAST:
        while len(_PAST) >= _PASTS:
            _PAST.pop(next(iter(_PAST)))
        _PAST[key] = _read(store, city, minutes, begin, stop)
    return _PAST[key]


def _read(store: Store, city: str, minutes: int, begin: pd.Timestamp, stop: pd.Timestamp) -> tuple[pd.DataFrame, Said]:
    rows = store.measurements(
        city, list(POLLUTANTS), begin, stop, columns=READ, kinds=KINDS, minutes=[minutes], judged=False
    )
    sound = rows[apart(rows) == 0]
    whole = batch(sound)
    return day_table(whole.take(whole.examined), sound), _said(store, rows)


def _said(store: Store, rows: pd.DataFrame) -> Said:
    told = rows[checks.has(rows["checks"], *OF_DAYS) & ~assessed(store, rows)]
    day = pd.DatetimeIndex(told["start"]).as_unit("us").asi8 // (60_000_000 * DAY)
    said: Said = {}
    names = zip(*(told[n].tolist() for n in CHANNEL), strict=True)
    for channel, when, entries in zip(names, day.tolist(), told["checks"], strict=True):
        mine = said.setdefault(channel, {})
        more = tuple(e for e in entries if checks.name(e) in OF_DAYS)
        before = mine.get(when, ())
        if before is not more:
            mine[when] = tuple(dict.fromkeys((*before, *more)))
    return said


def moved(table: pd.DataFrame, said: Mapping[Channel, Mapping[int, Entries]], days: Told, exact: bool) -> list[int]:
    """
    Days of which something else is said now.

    Parameters
    ----------
    table : DataFrame
        `day_table.COLUMNS` of kept rows.
    said : mapping
        What was said of them.
    days : Told
        What is said now.
    exact : bool
        Whether other figures are news; else other checks alone.

    Returns
    -------
    list of int
        Days since 1970, ascending, each once.
    """
    alike = (lambda e: frozenset(e)) if exact else (lambda e: frozenset(checks.names(e)))
    found: set[int] = set()
    lines = zip(*(table[n].tolist() for n in (*CHANNEL, "day", "highest")), strict=True)
    for *names, day, highest in lines:
        channel = tuple(names)
        now = days.with_scale(channel, int(day), float(highest))
        before = said.get(channel, {}).get(int(day), ())
        if (now or before) and alike(now) != alike(before):
            found.add(int(day))
    return sorted(found)
