"""What would have rung over real history: the rules of today at every step of a period, and how much that was."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.city import City
from data.clock import iso
from data.rules.alarms import Rule, rules
from data.store.reader import StoreReader
from data.times import interval_end
from jobs.alarms.evaluate import measured
from jobs.events.detect import history
from models.alarms.instruments import by_instrument, runs
from models.alarms.pollution import judged
from models.alarms.rates import Rates, rates
from models.alarms.readings import LOOK_BACK, Inputs, Signals, steps
from models.alarms.signals import latched
from models.alarms.states import CLEARED, RAISED, Entry, frame
from models.stations.freshness import grey_after

CSV = ("at", "city", "rule", "priority", "action", "value", "unit")
NOT_KEPT = "not replayed: the issues of the past are not kept"
NO_PAST = "not replayed: the collector's attempts of the past are not kept"


@dataclass(frozen=True)
class Replayed:
    """
    One city's replay.

    Attributes
    ----------
    log : DataFrame
        `models.alarms.LOG_COLUMNS` of rings and returns.
    months : DataFrame
        Rings by rule (index) and local month (columns), with ``rings`` and ``standing`` (share of the period).
    rates : Rates
    notes : mapping
        Rules that could not be replayed, and why.
    """

    city: City
    log: pd.DataFrame
    months: pd.DataFrame
    rates: Rates
    notes: Mapping[str, str]


def replay(store: StoreReader, city: City, start: datetime, end: datetime) -> Replayed:
    """
    Ring what the rules would have rung in a city from a normal state at `start`, nobody shelving anything.

    Parameters
    ----------
    store : StoreReader
        Only read.
    city : City
    start, end : datetime
        Half-open; aware.

    Returns
    -------
    Replayed
        Values count as they are known today, at the end of their interval: later corrections and late deliveries
        are not undone.
    """
    start, end, mine = start.astimezone(UTC), end.astimezone(UTC), rules().of(city)
    signals = Signals(_inputs(store, city, start, end))
    written: list[Entry] = []
    standing: dict[str, float] = {}
    notes: dict[str, str] = {}
    for rule in mine:
        found = _HOW[rule.what or rule.kind](rule, city, signals, start, end)
        if isinstance(found, str):
            notes[rule.key] = found
            continue
        entries = list(_entries(rule, city, found))
        written += entries
        standing[rule.key] = _share(entries, start, end)
    log = frame(sorted(written, key=lambda one: one.at))
    made = rates(log, start, end, city.zone)
    return Replayed(city, log, _months(log, city, standing, start, end), made, notes)


def save(done: list[Replayed], path: Path) -> int:
    """Write what rang and returned as CSV; returns the rows."""
    of = {rule.key: rule for rule in rules().rules}
    parts = [one.log.assign(at=_local(one.log["at"], one.city)) for one in done if len(one.log)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CSV))
    table["priority"] = [of[key].priority for key in table["rule"]]
    table["unit"] = [_unit(of[key]) for key in table["rule"]]
    path.parent.mkdir(parents=True, exist_ok=True)
    table[list(CSV)].to_csv(path, index=False, lineterminator="\n", float_format="%.2f")
    return len(table)


def _local(at: pd.Series, city: City) -> list[str]:
    return [moment.tz_convert(city.zone).isoformat(timespec="seconds") for moment in at]


def _unit(rule: Rule) -> str:
    return {"limit": "µg/m³", "multiple": "µg/m³", "index": "AQI", "stale": "h"}.get(rule.what or rule.kind, "")


def _inputs(store: StoreReader, city: City, start: datetime, end: datetime) -> Inputs:
    rows = measured(store, city, start - LOOK_BACK, end)
    events = history(store, city.key, start, end)
    return Inputs(rows, store.stations(city.key), events, pd.DataFrame(), pd.DataFrame(), {})


Standing = list[tuple[pd.Timestamp, bool, float]]  # moment, whether it stands from then on, value


def _level(rule: Rule, city: City, signals: Signals, start: datetime, end: datetime) -> Standing:
    """The same signal, delays and deadband as `models.alarms.readings`, at every step at once."""
    signal = signals.of(rule)
    if signal.empty:
        return []
    made, _ = steps(rule, city, signal)
    made = made[(made["at"] >= pd.Timestamp(start)) & (made["at"] < pd.Timestamp(end))]
    on = latched(made, rule.on_delay, rule.off_delay)
    return _turns(pd.DatetimeIndex(made["at"]), on, made["value"].to_numpy(dtype=float))


def _multiple(rule: Rule, city: City, signals: Signals, start: datetime, end: datetime) -> Standing:
    """As `models.alarms.readings` judges many times the single maximum, at every hour at once."""
    found = signals.sides(rule)
    if found.every.empty:
        return []
    made, _ = judged(rule, city, found)
    made = made[(made["at"] >= pd.Timestamp(start)) & (made["at"] < pd.Timestamp(end))]
    on = latched(made, 0.0, rule.off_delay)
    return _turns(pd.DatetimeIndex(made["at"]), on, made["value"].to_numpy(dtype=float))


def _stale(rule: Rule, city: City, signals: Signals, start: datetime, end: datetime) -> Standing:
    """Hour by hour: whether the newest of all values was grey."""
    air = signals.air(rule.parameter)
    hours = pd.date_range(pd.Timestamp(start).ceil("h"), pd.Timestamp(end), freq="h", inclusive="left")
    if air.empty:
        return []
    ends = pd.DatetimeIndex(interval_end(air["start"], air["minutes"]))
    fresh = ends + pd.to_timedelta(grey_after(air["minutes"].to_numpy()), unit="h")
    order = np.argsort(ends.as_unit("us").asi8, kind="stable")
    moments = ends.as_unit("us").asi8[order]
    until = np.maximum.accumulate(fresh.as_unit("us").asi8[order])
    now = hours.as_unit("us").asi8
    last = np.searchsorted(moments, now, side="right") - 1
    stale = (last >= 0) & (until[last] < now)
    return _turns(hours, stale, np.floor((now - moments[last]) / 3.6e9))


def _event(rule: Rule, city: City, signals: Signals, start: datetime, end: datetime) -> Standing:
    """From events detected anew, as they are judged in the end: in fact each was known some hours after its start."""
    events = signals.inputs.events
    chosen = events["kind"].isin(list(rule.events)) & (events["confidence"] >= rule.confidence)
    mine = events[chosen & (events["degree"] >= rule.degree)].sort_values("start")
    mine = mine[~by_instrument(mine, signals.asked)]
    turns: Standing = []
    for row in mine.itertuples():
        first = max(row.start + pd.Timedelta(hours=rule.on_delay), pd.Timestamp(start))
        last = pd.Timestamp(end) if pd.isna(row.end) else row.end + pd.Timedelta(hours=rule.off_delay)
        over = row.end if not pd.isna(row.end) else pd.Timestamp(end)
        if first >= over or first >= pd.Timestamp(end) or over <= pd.Timestamp(start):
            continue
        if turns and first <= turns[-1][0]:
            turns[-1] = (max(last, turns[-1][0]), False, float("nan"))
            continue
        turns += [(first, True, float(row.peak)), (last, False, float("nan"))]
    return [turn for turn in turns if turn[0] < pd.Timestamp(end)]


def _instrument(rule: Rule, city: City, signals: Signals, start: datetime, end: datetime) -> Standing:
    """From the stretches of values that nothing supports: each ends with a sound row, or when its last one is grey."""
    found = runs(signals.apart, rule.on_delay)
    rang = found[found["rings"].notna() & (found["rings"] < pd.Timestamp(end))].sort_values("rings")
    turns: Standing = []
    for row in rang.itertuples():
        quiet = row.over if not pd.isna(row.over) else row.last + pd.Timedelta(hours=grey_after(float(row.minutes)))
        last = max(quiet, row.last + pd.Timedelta(hours=rule.off_delay))
        if last <= pd.Timestamp(start):
            continue
        first = max(row.rings, pd.Timestamp(start))
        if turns and first <= turns[-1][0]:
            turns[-1] = (max(last, turns[-1][0]), False, float("nan"))
            continue
        turns += [(first, True, float(row.value)), (last, False, float("nan"))]
    return [turn for turn in turns if turn[0] < pd.Timestamp(end)]


def _turns(at: pd.DatetimeIndex, on: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]) -> Standing:
    before = np.concatenate([[False], on[:-1]]) if len(on) else on
    return [(at[i], bool(on[i]), float(values[i])) for i in np.flatnonzero(on != before)]


_HOW: Mapping[str, Callable[[Rule, City, Signals, datetime, datetime], Standing | str]] = {
    "limit": _level,
    "multiple": _multiple,
    "index": _level,
    "event": _event,
    "forecast": lambda *_: NOT_KEPT,
    "stale": _stale,
    "network": lambda *_: NO_PAST,
    "instrument": _instrument,
}


def _entries(rule: Rule, city: City, turns: Standing) -> Iterator[Entry]:
    occurrence = ""
    for at, stands, value in turns:
        moment = at.to_pydatetime()
        if stands:
            occurrence = f"{rule.key}:{city.key}:{iso(at, 'seconds')}"
        yield Entry(moment, rule.key, city.key, RAISED if stands else CLEARED, occurrence, value=value)


def _share(written: list[Entry], start: datetime, end: datetime) -> float:
    """Share of the period in which the condition stood."""
    ups = [one.at for one in written if one.action == RAISED]
    downs = [one.at for one in written if one.action == CLEARED]
    downs += [end] * (len(ups) - len(downs))
    stood = sum(((down - up) for up, down in zip(ups, downs, strict=True)), timedelta())
    return stood / (end - start)


def _months(
    log: pd.DataFrame, city: City, standing: Mapping[str, float], start: datetime, end: datetime
) -> pd.DataFrame:
    last = city.local(end - timedelta(microseconds=1))
    months = [str(m) for m in pd.period_range(city.local(start).strftime("%Y-%m"), last.strftime("%Y-%m"), freq="M")]
    rung = log[log["action"] == RAISED]
    table = pd.crosstab(rung["rule"], rung["at"].dt.tz_convert(city.zone).dt.strftime("%Y-%m")) if len(rung) else None
    counts = (pd.DataFrame() if table is None else table).reindex(index=list(standing), columns=months).fillna(0)
    counts = counts.astype(int)
    return counts.assign(rings=counts.sum(axis=1), standing=pd.Series(standing))
