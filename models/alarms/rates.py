"""How much an alarm system asks of a shift: rings per ten minutes, day and shift, floods, chattering, stale alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.times import local_days
from models.alarms.states import CENTRE, RINGS, State, fold

TEN = pd.Timedelta(minutes=10)
TARGET = 1.0  # rings per ten minutes and operator, on average (EEMUA 191; read at second hand: indicative)
FLOOD, FLOOD_OVER = 10, 5  # a flood begins with more than ten in ten minutes and ends below five (ISA-18.2, likewise)
CHATTER, CHATTER_WITHIN = 3, timedelta(hours=6)  # the same alarm so often; our hours are what minutes are to a plant
STALE = timedelta(hours=24)  # standing so long, it is a state and no alarm any more
SHIFT_HOURS, SHIFT_STARTS = 12, 8  # our assumption: from 08:00 and 20:00 of the city's clock


@dataclass(frozen=True)
class Flood:
    """A stretch with more rings than a person can answer."""

    start: pd.Timestamp
    end: pd.Timestamp
    rings: int


@dataclass(frozen=True)
class Rates:
    """
    Rings of a period.

    Attributes
    ----------
    rings : int
    per_ten, worst_ten : float, int
        Mean and most per ten minutes.
    per_day, worst_day : float, int
        Mean and most per local day.
    per_shift, worst_shift : float, int
        Mean and most per shift.
    within_target : bool
        Mean below `TARGET`.
    floods : tuple of Flood
    by_rule : mapping
        Rings by rule.
    """

    rings: int
    per_ten: float
    worst_ten: int
    per_day: float
    worst_day: int
    per_shift: float
    worst_shift: int
    within_target: bool
    floods: tuple[Flood, ...]
    by_rule: Mapping[str, int]


def rings(log: pd.DataFrame) -> pd.DataFrame:
    """The rows of the log that rang."""
    return log[log["action"].isin(list(RINGS))]


def rates(log: pd.DataFrame, start: datetime, end: datetime, zone: ZoneInfo) -> Rates:
    """
    How much was asked of the shift in a period.

    Parameters
    ----------
    log : DataFrame
        `models.alarms.LOG_COLUMNS`.
    start, end : datetime
        Half-open; aware.
    zone : ZoneInfo
        Whose days and shifts are counted.

    Returns
    -------
    Rates
        Means over the whole period, quiet hours included.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = pd.date_range("2026-01-01", periods=12, freq="30s", tz="UTC")
    >>> log = pd.DataFrame({"at": at, "rule": "r", "city": "astana", "action": "raised"})
    >>> one = rates(log, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), ZoneInfo("UTC"))
    >>> one.rings, one.worst_ten, one.floods[0].rings, round(one.per_ten, 3)
    (12, 12, 12, 0.083)
    """
    found = rings(log)
    found = found[(found["at"] >= start) & (found["at"] < end)] if len(found) else found
    at = pd.DatetimeIndex(found["at"]).sort_values() if len(found) else pd.DatetimeIndex([], tz="UTC")
    hours = (end - start).total_seconds() / 3600
    local = at.tz_convert(zone).tz_localize(None)
    shifts = (local - pd.Timedelta(hours=SHIFT_STARTS)).floor(f"{SHIFT_HOURS}h")
    return Rates(
        rings=len(at),
        per_ten=len(at) / (hours * 6),
        worst_ten=int(_within(at).max(initial=0)),
        per_day=len(at) / (hours / 24),
        worst_day=_most(local_days(at, zone)),
        per_shift=len(at) / (hours / SHIFT_HOURS),
        worst_shift=_most(shifts),
        within_target=len(at) / (hours * 6) < TARGET,
        floods=floods(at),
        by_rule={str(rule): int(n) for rule, n in found["rule"].value_counts().items()} if len(found) else {},
    )


def _within(at: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """Rings of the ten minutes that begin with each ring."""
    moments = at.as_unit("us").asi8
    last = np.searchsorted(moments, moments + TEN.value // 1000, side="left")
    return np.asarray(last - np.arange(len(moments)), dtype=np.int64)


def _most(index: pd.DatetimeIndex) -> int:
    return int(index.value_counts().max()) if len(index) else 0


def floods(at: pd.DatetimeIndex) -> tuple[Flood, ...]:
    """
    Stretches that begin with more than ten rings in ten minutes and last while five come in ten.

    Parameters
    ----------
    at : DatetimeIndex
        Rings in order.
    """
    count, found, place = _within(at), [], 0
    while place < len(at):
        if count[place] <= FLOOD:
            place += 1
            continue
        last = place + int(count[place]) - 1
        while last + 1 < len(at) and count[last + 1] >= FLOOD_OVER:
            last += int(count[last + 1])
        found.append(Flood(at[place], at[last], last - place + 1))
        place = last + 1
    return tuple(found)


def chattering(log: pd.DataFrame, moment: datetime) -> tuple[tuple[str, str, int], ...]:
    """
    Alarms that rang three times or more within the last six hours: rule, city, rings.

    Notes
    -----
    Whoever tunes the rules lengthens their delays or widens their deadbands.
    """
    found = rings(log)
    if found.empty:
        return ()
    recent = found[(found["at"] > moment - CHATTER_WITHIN) & (found["at"] <= moment)]
    counts = recent.groupby(["rule", "city"]).size()
    return tuple((str(key[0]), str(key[1]), int(n)) for key, n in counts.items() if n >= CHATTER)


def stale(alarms: pd.DataFrame, log: pd.DataFrame, moment: datetime) -> tuple[tuple[str, str, float], ...]:
    """Alarms whose condition has stood for more than a day: rule, city, hours since it rang."""
    if alarms.empty or log.empty:
        return ()
    rung = rings(log[log["at"] <= moment]).groupby("occurrence")["at"].max()
    standing = alarms[alarms["state"].isin(["unacknowledged", "acknowledged"])]
    ages = (
        (str(rule), str(city), (pd.Timestamp(moment) - rung[occurrence]).total_seconds() / 3600)
        for rule, city, occurrence in zip(standing["rule"], standing["city"], standing["occurrence"], strict=True)
        if occurrence in rung.index
    )
    return tuple(row for row in ages if row[2] * 3600 > STALE.total_seconds())


@dataclass(frozen=True)
class Handover:
    """
    What one shift leaves to the next.

    Attributes
    ----------
    since : datetime or None
        The hand-over before; None where there is none.
    last_by, last_note : str
        Who wrote it, and what.
    standing : tuple
        Rule, city and state of everything that is not normal now.
    happened : DataFrame
        The log since then.
    """

    since: datetime | None
    last_by: str
    last_note: str
    standing: tuple[tuple[str, str, State], ...]
    happened: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Entries since the last hand-over, by action."""
        return {str(k): int(n) for k, n in self.happened["action"].value_counts().items()} if len(self.happened) else {}


def handover(log: pd.DataFrame, moment: datetime) -> Handover:
    """
    What stands, and what was acknowledged, shelved and said since the last hand-over.

    Parameters
    ----------
    log : DataFrame
        `models.alarms.LOG_COLUMNS`.
    moment : datetime
        Aware; later rows do not count, so that a past hand-over can be read again.

    Returns
    -------
    Handover
        A function of the log alone.
    """
    known = log[log["at"] <= moment]
    before = known[known["action"] == "handover"].sort_values("at", kind="stable") if len(known) else known
    states = fold(known, moment) if len(known) else {}
    standing = tuple((rule, city, state) for (rule, city), state in sorted(states.items()) if state.name != "normal")
    if before.empty:
        return Handover(None, "", "", standing, known)
    last = before.iloc[-1]
    return Handover(last["at"], str(last["by"]) or CENTRE, str(last["note"]), standing, known[known["at"] > last["at"]])
