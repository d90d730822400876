"""Alarms: what rings now, what operators do about it, and the log that both are written to."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data import clock
from data.city import City, cities
from data.clock import iso, local_date
from data.parameters import POLLUTANTS
from data.rules.alarms import Rule, Rules, rules
from data.standards.limits import Limit
from data.store.reader import DerivingStore, StoreReader
from data.store.tables.schemas import TABLES
from data.times import interval_end
from jobs.access.operators import Operator
from models.alarms.expiry import expires
from models.alarms.readings import LOOK_BACK, Inputs, Reading, Signals, reading
from models.alarms.states import (
    BY_OPERATORS,
    CENTRE,
    CLEARED,
    EXPIRED,
    HEARD,
    NORMAL,
    RAISED,
    RANG_AGAIN,
    SILENT,
    Entry,
    NotPossible,
    State,
    fold,
    frame,
    step,
)
from models.alarms.text import texts

__all__ = ["LOG", "TABLE", "NotPossible", "act", "evaluate", "log_of"]

TABLE, LOG = "alarms", "alarm_log"
WAIT = 20.0  # for another process that evaluates or acts [s]
LONG_AGO = 730.0  # how far back the newest value of a silent city is looked for [days]
ROWS = (
    "city", "source", "station", "parameter", "start", "minutes", "value", "flag", "checks", "statistic", "kind",
    "raw_unit",
)  # fmt: skip
COLUMNS = TABLES[TABLE].dtypes
Pair = tuple[Rule, City]
Readings = dict[tuple[str, str], tuple[Pair, Reading]]


def evaluate(store: DerivingStore, now: datetime) -> int:
    """
    Look at every rule of every city, and write what rang, returned or came off its shelf.

    Parameters
    ----------
    store : DerivingStore
        Nothing but its tables decides: the same after a restart.
    now : datetime
        Aware; rows that end later do not count.

    Returns
    -------
    int
        Entries added to the log.

    Raises
    ------
    AlarmRuleError
        When the rules are wrong.
    StoreError
        When the store cannot be read or written, or another process holds the alarms too long.
    """
    if store.is_empty():
        return 0
    book = rules()
    found: Readings = {}
    tables = {"warnings": store.table("forecast_warnings"), "status": store.status()}
    if store.begun("events"):
        tables["events"] = store.table("events")
    for city in cities().values():
        mine = book.of(city)
        signals = Signals(_inputs(store, city, mine, now, tables))
        found |= {(rule.key, city.key): ((rule, city), reading(rule, city, signals, now)) for rule in mine}
    with _alone(store):
        log = _known(log_of(store), now)
        states = fold(log, _latest(log, now))
        written = [
            one for key, (pair, seen) in found.items() for one in _due(pair, states.get(key, State()), seen, now)
        ]
        if written:
            store.extend(LOG, frame(_in_order(written, log)))
            for one in written:
                states[one.rule, one.city] = step(states.get((one.rule, one.city), State()), one)
        _keep(store, _table(found, states, book, now))
    return len(written)


def act(
    store: DerivingStore,
    operator: Operator,
    action: str,
    rule: str = "",
    city: str = "",
    note: str = "",
    until: datetime | None = None,
    *,
    now: datetime | None = None,
) -> Entry:
    """
    What a named operator does about an alarm, kept for ever.

    Parameters
    ----------
    store : DerivingStore
    operator : Operator
        From `jobs.access.operators.authenticate`.
    action : str
        ``acknowledged``, ``shelved`` (with `until` and `note`), ``unshelved``, ``out_of_service`` (with `note`),
        ``in_service``, ``comment`` (with `note`), ``handover`` (with `note`; of the whole centre, without a rule).
    rule, city : str
        Keys.
    note : str
        Why, in the operator's words.
    until : datetime, optional
        End of a shelf; aware.
    now : datetime, optional
        The clock's moment by default.

    Returns
    -------
    Entry
        As it stands in the log.

    Raises
    ------
    NotPossible
        When it does not fit the state of the alarm, when another was first (it says who), or there is no such alarm.
    StoreError
        When the store cannot be written.
    """
    _check(action, rule, city, until)
    moment = now or clock.now()
    with _alone(store):
        log = _known(log_of(store), moment)
        moment = _latest(log, moment)
        state = fold(log[log["rule"] == rule], moment).get((rule, city), State())
        asked = Entry(moment, rule, city, action, state.occurrence, operator.name, note.strip(), until)
        after = step(state, asked)
        (entry,) = _in_order([asked], log)
        store.extend(LOG, frame([entry]))
        if rule:
            _restate(store, rule, city, after)
    return entry


def log_of(store: StoreReader) -> pd.DataFrame:
    """The whole log in its own order, typed; empty before its first entry."""
    return store.table(LOG).sort_values("at", kind="stable").reset_index(drop=True)


def _check(action: str, rule: str, city: str, until: datetime | None) -> None:
    if action not in BY_OPERATORS:
        raise NotPossible("models.alarms.no_action", parameter="action", status=400, action=action, known=BY_OPERATORS)
    if until is not None and until.tzinfo is None:
        raise NotPossible("models.alarms.shelf_zone", parameter="until", status=400)
    if action == "handover" and not rule and (not city or city in cities()):
        return
    known = {(one.key, place.key) for place in cities().values() for one in rules().of(place)}
    if (rule, city) not in known:
        raise NotPossible("models.alarms.no_alarm", parameter="rule", status=404, rule=rule, city=city)


def _inputs(store: StoreReader, city: City, mine: tuple[Rule, ...], now: datetime, tables: Mapping[str, Any]) -> Inputs:
    rows = measured(store, city, now - LOOK_BACK, now)
    heard = set(rows.loc[rows["flag"] == "ok", "parameter"])
    silent = [r.parameter for r in mine if r.what == "stale" and r.parameter not in heard]
    return Inputs(
        rows=rows,
        stations=store.stations(city.key),
        events=_of(tables["events"], city) if "events" in tables else None,
        warnings=_of(tables["warnings"], city),
        status=_of(tables["status"], city),
        newest=_newest(store, city, silent, now),
    )


def measured(store: StoreReader, city: City, start: datetime, end: datetime) -> pd.DataFrame:
    """What the rules look at: pollutants of a city from `start` on, ended by `end`, with flags and checks."""
    rows = store.measurements(city.key, POLLUTANTS, start, end, columns=ROWS)
    # Plain objects: a few thousand rows are cut many times, which is several times slower on Arrow strings.
    rows = rows.astype({name: object for name in ROWS if name not in ("start", "minutes", "value")})
    return rows[interval_end(rows["start"], rows["minutes"]) <= pd.Timestamp(end)]


def _of(table: pd.DataFrame, city: City) -> pd.DataFrame:
    return table[table["city"] == city.key]


def _newest(store: StoreReader, city: City, silent: list[str], now: datetime) -> dict[str, pd.Timestamp]:
    """End of the newest value of parameters that have been silent for days; absent where none ever came."""
    rows = store.latest(city.key, silent, now=now, days=LONG_AGO) if silent else pd.DataFrame()
    if rows.empty:
        return {}
    ends = interval_end(rows["start"], rows["minutes"])
    return {str(name): end for name, end in ends.groupby(rows["parameter"].astype(object)).max().items()}


def _due(pair: Pair, state: State, seen: Reading, now: datetime) -> Iterator[Entry]:
    """What the centre itself has to write about one alarm."""
    rule, city = pair

    def entry(action: str, note: str = "", occurrence: str = state.occurrence) -> Entry:
        if action == "unshelved":
            return Entry(now, rule.key, city.key, action, occurrence, CENTRE, note)
        begin, end = seen.rests_on or (None, None)
        return Entry(now, rule.key, city.key, action, occurrence, CENTRE, note, None, seen.value, begin, end)

    ends = expires(rule, city, state.rung)
    if state.over:
        yield entry("unshelved", "the shelf is over")
    if ends is not None and ends <= now:
        yield entry(EXPIRED)
        state = replace(state, active=False, seen=True, silent=False)
    elif state.active and seen.off:
        yield entry(CLEARED)
    elif state.active and seen.no_data != state.silent:
        yield entry(SILENT if seen.no_data else HEARD)
    if seen.on and not state.active and not state.held:
        fresh = f"{rule.key}:{city.key}:{iso(now, 'seconds')}"
        yield entry(RAISED, occurrence=fresh) if state.seen else entry(RANG_AGAIN)


def _known(log: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The log up to now: a replay that begins anew at an earlier moment does not know what comes."""
    return log[log["at"] <= pd.Timestamp(now) + timedelta(seconds=1)]


def _latest(log: pd.DataFrame, now: datetime) -> datetime:
    """Now, or the newest entry where that is a few microseconds ahead."""
    return max(now, log["at"].iloc[-1]) if len(log) else now


def _in_order(written: list[Entry], log: pd.DataFrame) -> list[Entry]:
    """Each a microsecond after the one before, so that the order of the log is the order of its moments."""
    last = log["at"].iloc[-1] if len(log) else None
    placed = []
    for one in written:
        moment = one.at if last is None else max(pd.Timestamp(one.at), last + pd.Timedelta(1, "us"))
        placed.append(replace(one, at=moment))
        last = pd.Timestamp(moment)
    return placed


def _table(found: Readings, states: Mapping[tuple[str, str], State], book: Rules, now: datetime) -> pd.DataFrame:
    rows = [_row(pair, seen, states.get(key, State()), book, now) for key, (pair, seen) in found.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(pair: Pair, seen: Reading, state: State, book: Rules, now: datetime) -> dict[str, Any]:
    """One row of the table; of what is normal it says no numbers, so that quiet hours write nothing."""
    rule, city = pair
    told = state.name != NORMAL
    limit: Limit | None = seen.facts.get("limit")
    triggers = book.triggers_of(rule, city, local_date(now, city.zone)) if told else ()
    return {
        "rule": rule.key,
        "city": city.key,
        **_of_state(state),
        "expires": expires(rule, city, state.rung),
        "priority": rule.priority,
        "value": round(seen.value, 2) if told and not seen.no_data else float("nan"),
        "unit": seen.unit if told else "",
        "limit": seen.limit if told else (limit.concentration if limit else float("nan")),
        **_rests_on(seen, told),
        "parameter": str(seen.facts.get("parameter", "")) or rule.parameter if told else rule.parameter,
        "averaging": rule.averaging,
        **texts(rule, city, seen if told else None, triggers),
        "view": rule.view,
        "simulated": told and seen.simulated,
        "no_data": told and seen.no_data,
        "no_data_since": seen.since if told and seen.no_data else None,
    }


def _rests_on(seen: Reading, told: bool) -> dict[str, Any]:
    """What the value was made of: from when to when, which of the stations' values it is, and all of them."""
    begin, end = seen.rests_on if told and seen.rests_on else (None, None)
    behind = seen.stations() if told and not seen.no_data else {}
    named = [{"station": str(station), "value": round(float(value), 2)} for station, value in behind.items()]
    counts = {name: int(seen.facts.get(name, 0)) if named else 0 for name in ("rank", "n", "of")}
    return {"rests_on_from": begin, "rests_on_to": end, **counts, "rests_on": json.dumps(named) if named else ""}


def _of_state(state: State) -> dict[str, Any]:
    return {
        "state": state.name,
        "since": state.since,
        "rang_at": state.rung,
        "occurrence": state.occurrence,
        "by": state.by,
        "until": state.until,
    }


def _keep(store: DerivingStore, table: pd.DataFrame) -> None:
    """Commit the table where it says something new."""
    kept = store.table(TABLE)[list(COLUMNS)]
    if len(kept) == len(table) and store.begun(TABLE):
        same = (kept == table) | (kept.isna() & table.isna())
        if bool(same.to_numpy().all()):
            return
    store.replace(TABLE, table)


def _restate(store: DerivingStore, rule: str, city: str, state: State) -> None:
    """Show at once what an operator did; numbers and text follow with the next look."""
    kept = store.table(TABLE)
    mine = (kept["rule"] == rule) & (kept["city"] == city)
    if mine.any():
        row = kept[mine].assign(**_of_state(state)).astype(COLUMNS)
        store.replace(TABLE, pd.concat([kept[~mine], row]).sort_index())


@contextmanager
def _alone(store: DerivingStore) -> Iterator[None]:
    """One writer of the log at a time, in this process and any other, so that what is read is what is decided on."""
    with store.place.held(".alarms.lock", WAIT):
        yield
