"""The states of an alarm after ISA-18.2, as a fold over the log: what stands, who knows of it, what is allowed next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data.errors import CentreError

NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED = "normal", "unacknowledged", "acknowledged"
RETURNED, SHELVED, OUT_OF_SERVICE = "returned", "shelved", "out_of_service"
STATES = (NORMAL, UNACKNOWLEDGED, ACKNOWLEDGED, RETURNED, SHELVED, OUT_OF_SERVICE)
# The centre itself writes these; the rest is what operators do.
RAISED, CLEARED, RANG_AGAIN = "raised", "returned", "rang_again"
EXPIRED = "expired"  # what it was about has begun: a warning for tomorrow ends with today
SILENT, HEARD = "silent", "heard"  # its newest value is grey, nothing current can be said; and data again
BY_OPERATORS = ("acknowledged", "shelved", "unshelved", "out_of_service", "in_service", "comment", "handover")
RINGS = (RAISED, RANG_AGAIN)
BY_CENTRE = (RAISED, CLEARED, RANG_AGAIN, EXPIRED, SILENT, HEARD)
CENTRE = "centre"  # the name beside what nobody did
LOG_COLUMNS = (
    "at", "rule", "city", "occurrence", "action", "by", "note", "until", "value", "rests_on_from", "rests_on_to",
)  # fmt: skip
TIMES = ("at", "until", "rests_on_from", "rests_on_to")
LONGEST_SHELF = timedelta(hours=24)  # a shelf outlives no more than two shifts
LONGEST_NOTE = 2000  # [characters]


class NotPossible(CentreError):
    """An action does not fit the state of the alarm; the sentence says what the state is and who brought it there."""

    who = "asker"
    status = 409


@dataclass(frozen=True)
class State:
    """
    One rule in one city.

    Attributes
    ----------
    active : bool
        The condition stands.
    seen : bool
        An operator has acknowledged this occurrence (true where there is none).
    held : str
        ``shelved``, ``out_of_service`` or empty.
    occurrence : str
        Id of the newest ring, empty before the first.
    since : datetime or None
        When the state last changed.
    rang_at : datetime or None
        When the newest ring rang; nothing that an operator does changes it.
    silent : bool
        It stands, and nothing current can be said of it.
    by : str
        Who brought it there; ``centre`` where nobody did.
    until : datetime or None
        End of a shelf.
    why : str
        What the operator said when shelving or taking out of service.
    over : bool
        A shelf has ended by itself and the log does not say so yet.
    """

    active: bool = False
    seen: bool = True
    held: str = ""
    occurrence: str = ""
    since: datetime | None = None
    rang_at: datetime | None = None
    silent: bool = False
    by: str = ""
    until: datetime | None = None
    why: str = ""
    over: bool = False

    @property
    def name(self) -> str:
        """One of `STATES`."""
        if self.held:
            return self.held
        if self.active:
            return ACKNOWLEDGED if self.seen else UNACKNOWLEDGED
        return NORMAL if self.seen else RETURNED

    @property
    def rung(self) -> datetime | None:
        """When what stands, or is over and nobody has acknowledged, rang; none where nothing does."""
        return self.rang_at if self.active or not self.seen else None


@dataclass(frozen=True)
class Entry:
    """One row of the log; what the centre writes says from when to when its value was measured."""

    at: datetime
    rule: str
    city: str
    action: str
    occurrence: str = ""
    by: str = CENTRE
    note: str = ""
    until: datetime | None = None
    value: float = float("nan")
    rests_on_from: datetime | None = None
    rests_on_to: datetime | None = None


Step = Callable[[State, Entry], State]


def _ring(state: State, entry: Entry) -> State:
    if state.held or state.active or not state.seen:
        raise NotPossible("models.alarms.not_raised", standing=_standing(state))
    return replace(state, active=True, seen=False, silent=False, occurrence=entry.occurrence, rang_at=entry.at)


def _ring_again(state: State, entry: Entry) -> State:
    if state.name != RETURNED:
        raise NotPossible("models.alarms.not_ringing", standing=_standing(state))
    return replace(state, active=True, silent=False, rang_at=entry.at)


def _clear(state: State, entry: Entry) -> State:
    if not state.active:
        raise NotPossible("models.alarms.not_returning", standing=_standing(state))
    # Who shelved it or took it out of service knew of it.
    return replace(state, active=False, silent=False, seen=state.seen or bool(state.held))


def _expire(state: State, entry: Entry) -> State:
    """Over with nothing left to acknowledge: the day it warned of has begun and says by itself what it is like."""
    if not state.active and state.seen:
        raise NotPossible("models.alarms.not_returning", standing=_standing(state))
    return replace(state, active=False, silent=False, seen=True)


def _fall_silent(state: State, entry: Entry) -> State:
    if not state.active or state.silent:
        raise NotPossible("models.alarms.not_returning", standing=_standing(state))
    return replace(state, silent=True)


def _hear(state: State, entry: Entry) -> State:
    if not state.silent:
        raise NotPossible("models.alarms.not_returning", standing=_standing(state))
    return replace(state, silent=False)


def _acknowledge(state: State, entry: Entry) -> State:
    if state.name in (UNACKNOWLEDGED, RETURNED):
        return replace(state, seen=True)
    if state.name == ACKNOWLEDGED:
        raise NotPossible("models.alarms.already_acknowledged", by=state.by, at=_clock(state.since))
    raise NotPossible("models.alarms.not_acknowledged", standing=_standing(state))


def _shelve(state: State, entry: Entry) -> State:
    if state.held:
        raise NotPossible("models.alarms.no_shelf", standing=_standing(state))
    if entry.until is None or not entry.at < entry.until <= entry.at + LONGEST_SHELF:
        hours = LONGEST_SHELF // timedelta(hours=1)
        raise NotPossible("models.alarms.shelf_end", parameter="until", status=400, hours=hours)
    return replace(state, held=SHELVED, until=entry.until, why=_note(entry, "models.alarms.say_why_shelved"))


def _unshelve(state: State, entry: Entry) -> State:
    if state.over:
        return replace(state, over=False)
    if state.held != SHELVED:
        raise NotPossible("models.alarms.not_shelved", standing=_standing(state))
    return _released(state)


def _take_out(state: State, entry: Entry) -> State:
    if state.held == OUT_OF_SERVICE:
        raise NotPossible("models.alarms.nothing_to_do", standing=_standing(state))
    return replace(state, held=OUT_OF_SERVICE, until=None, why=_note(entry, "models.alarms.say_why_out"))


def _put_back(state: State, entry: Entry) -> State:
    if state.held != OUT_OF_SERVICE:
        raise NotPossible("models.alarms.not_out", standing=_standing(state))
    return _released(state)


def _comment(state: State, entry: Entry) -> State:
    _note(entry, "models.alarms.say_something")
    return state


def _released(state: State) -> State:
    """What still stands after it was held asks to be acknowledged; what returned meanwhile was known of."""
    return replace(state, held="", until=None, why="", seen=not state.active)


STEPS: Mapping[str, Step] = {
    RAISED: _ring,
    RANG_AGAIN: _ring_again,
    CLEARED: _clear,
    EXPIRED: _expire,
    SILENT: _fall_silent,
    HEARD: _hear,
    "acknowledged": _acknowledge,
    "shelved": _shelve,
    "unshelved": _unshelve,
    "out_of_service": _take_out,
    "in_service": _put_back,
    "comment": _comment,
    "handover": _comment,
}


def _note(entry: Entry, ask: str) -> str:
    if not entry.note.strip():
        raise NotPossible(ask, parameter="note", status=400)
    if len(entry.note) > LONGEST_NOTE:
        raise NotPossible("models.alarms.long_note", parameter="note", status=400, most=LONGEST_NOTE)
    return entry.note


STANDING: Mapping[str, str] = {
    NORMAL: "models.alarms.is_normal",
    UNACKNOWLEDGED: "models.alarms.is_unacknowledged",
    ACKNOWLEDGED: "models.alarms.is_acknowledged",
    RETURNED: "models.alarms.is_returned",
    SHELVED: "models.alarms.is_shelved",
    OUT_OF_SERVICE: "models.alarms.is_out_of_service",
}


def _standing(state: State) -> NotPossible:
    """What stands instead, as the part of a sentence."""
    moment = state.until if state.held == SHELVED else state.since
    return NotPossible(STANDING[state.name], by=state.by, at=_clock(moment), why=state.why)


def _clock(moment: datetime | None) -> str:
    return "–" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"


def step(state: State, entry: Entry) -> State:
    """
    The state after one entry of the log.

    Parameters
    ----------
    state : State
    entry : Entry

    Returns
    -------
    State
        A shelf whose time is over by then has ended before.

    Raises
    ------
    NotPossible
        When the action does not fit the state, or lacks its note or its end.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> rung = step(State(), Entry(at, "r", "astana", "raised", occurrence="r:astana:1"))
    >>> rung.name, step(rung, Entry(at, "r", "astana", "acknowledged", by="Aigul")).name
    ('unacknowledged', 'acknowledged')
    """
    if entry.action not in STEPS:
        raise NotPossible(
            "models.alarms.no_action", parameter="action", status=400, action=entry.action, known=BY_OPERATORS
        )
    current = at(state, entry.at)
    after = STEPS[entry.action](current, entry)
    # Silence of the data is no change of what stands or who knows of it.
    same = after is current or entry.action in (SILENT, HEARD)
    return after if same else replace(after, since=entry.at, by=entry.by)


def at(state: State, moment: datetime) -> State:
    """The state at a moment: a shelf ends by itself."""
    if state.held == SHELVED and state.until is not None and state.until <= moment:
        return replace(_released(state), since=state.until, by=CENTRE, over=True)
    return state


def fold(log: pd.DataFrame | Iterable[Entry], moment: datetime) -> dict[tuple[str, str], State]:
    """
    The state of every alarm that the log knows, at a moment.

    Parameters
    ----------
    log : DataFrame or iterable of Entry
        `LOG_COLUMNS`, in the order in which it was written; rows after the moment do not count.
    moment : datetime
        Aware.

    Returns
    -------
    dict
        By rule and city. An entry that does not fit the state it met changes nothing: of two operators the first
        in the log did it.
    """
    states: dict[tuple[str, str], State] = {}
    for entry in entries(log) if isinstance(log, pd.DataFrame) else log:
        if entry.at > moment or not entry.rule:
            continue
        key = (entry.rule, entry.city)
        try:
            states[key] = step(states.get(key, State()), entry)
        except NotPossible:
            continue
    return {key: at(state, moment) for key, state in states.items()}


def entries(log: pd.DataFrame) -> list[Entry]:
    """The rows of the log in the order of their moments, rows of one moment as they lie."""
    if log.empty:
        return []
    rows = log.sort_values("at", kind="stable")
    columns = {name: rows[name].tolist() for name in LOG_COLUMNS}
    columns |= {name: [None if pd.isna(value) else value for value in columns[name]] for name in TIMES}
    return [Entry(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def frame(written: Iterable[Entry]) -> pd.DataFrame:
    """Entries as rows of the log, typed."""
    table = pd.DataFrame([vars(entry) for entry in written], columns=list(LOG_COLUMNS))
    moments: dict[str, Any] = {
        name: pd.to_datetime(table[name], utc=True).astype("datetime64[us, UTC]") for name in TIMES
    }
    return table.assign(**moments, value=table["value"].astype(float))
