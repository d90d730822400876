"""What a rule finds in the tables at a moment: whether its condition has stood long enough, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from data.city import LANGUAGES, City
from data.clock import local_date
from data.parameters import PARAMETERS
from data.rules.alarms import Rule
from data.standards.breakpoints import breakpoints
from data.standards.limits import Limit
from data.standards.temperature import held_at
from data.times import interval_end
from models.alarms.expiry import day_warned_of
from models.alarms.instruments import Apart, apart, asking, by_instrument, runs
from models.alarms.pollution import Sides, judged, sides
from models.alarms.signals import SPANS, lasting, nothing, prepared, station_levels, station_values
from models.alarms.thresholds import held_to, stands_at
from models.averages.limit_averages import DAY
from models.situation.statement import HOUR
from models.stations.freshness import amber_after, grey_after

LOOK_BACK = timedelta(days=5)  # 24 h of a mean, 24 h of a delay, and four days after which a daily value is grey
FORGOTTEN = timedelta(hours=36)  # a forecast issued before that says nothing about tomorrow


@dataclass(frozen=True)
class Reading:
    """
    A rule at a moment.

    Attributes
    ----------
    on, off : bool
        The condition has stood for the on-delay; has been over for the off-delay. Neither: nothing is decided.
    no_data : bool
        Nothing can be said; the alarm stays as it is.
    value, limit : float
        In `unit`; NaN where there is none.
    since : Timestamp or None
        End of the newest step, start of the event, or newest value.
    rests_on : tuple of Timestamp or None
        Begin and end of what the value was made of; of a forecast the day it is about.
    stations : callable
        Every station's value behind `value`, in `unit`, the highest first; to be asked only where it is shown.
    indicative : bool
        The limit is not verified, or its averaging is only near.
    facts : mapping
        What the text needs beside.
    """

    on: bool = False
    off: bool = False
    no_data: bool = False
    value: float = float("nan")
    limit: float = float("nan")
    unit: str = ""
    since: pd.Timestamp | None = None
    rests_on: tuple[pd.Timestamp, pd.Timestamp] | None = None
    stations: Callable[[], pd.Series] = lambda: pd.Series(dtype=float)
    indicative: bool = False
    simulated: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """
    What the rules of one city look at.

    Attributes
    ----------
    rows : DataFrame
        Measurements of the last `LOOK_BACK`, ended by now; every pollutant, with flags and checks.
    stations, warnings, status : DataFrame
        Tables of the city.
    events : DataFrame or None
        The same; None where no event was ever looked for.
    newest : mapping
        End of the newest sound value by parameter, where the rows do not reach that far back.
    """

    rows: pd.DataFrame
    stations: pd.DataFrame
    events: pd.DataFrame | None
    warnings: pd.DataFrame
    status: pd.DataFrame
    newest: Mapping[str, pd.Timestamp]


class Signals:
    """The signals of one city, each formed once for all rules that listen to it; what nothing supports is in none."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.apart = apart(inputs.rows, inputs.stations) if len(inputs.rows) else Apart(inputs.rows, inputs.rows)
        sound = prepared(self.apart.sound, inputs.stations) if len(self.apart.sound) else self.apart.sound
        self._air = {str(name): part for name, part in sound.groupby("parameter", observed=True)}
        self._none = sound.iloc[:0]
        self._made: dict[tuple[str, str, int, int, float | None], pd.DataFrame] = {}
        self._sides: dict[tuple[str, float | None], Sides] = {}

    @cached_property
    def asked(self) -> pd.DataFrame:
        """Every stretch of values that nothing supports."""
        return runs(self.apart, 0.0)

    def air(self, parameter: str) -> pd.DataFrame:
        """Sound rows of a parameter."""
        return self._air.get(parameter, self._none)

    def held(self, rule: Rule) -> pd.DataFrame:
        """Sound rows as a rule compares them: gases of known amount at the temperature of its limit."""
        return held_at(self.air(rule.parameter), stands_at(rule))

    def sides(self, rule: Rule) -> Sides:
        """The gas of a rule with steps, at the reference posts."""
        key = (rule.parameter, stands_at(rule))
        if key not in self._sides:
            self._sides[key] = sides(self.apart, self.inputs.stations, rule)
        return self._sides[key]

    def of(self, rule: Rule) -> pd.DataFrame:
        """The signal of a rule of kind limit or index."""
        key = (rule.parameter, rule.averaging, rule.stations, rule.references, stands_at(rule))
        if key not in self._made:
            air = self.held(rule)
            needs = (rule.stations, rule.references)
            averaging: Any = rule.averaging
            self._made[key] = station_levels(air, self.inputs.stations, averaging, needs) if len(air) else nothing()
        return self._made[key]


def steps(rule: Rule, city: City, signal: pd.DataFrame) -> tuple[pd.DataFrame, Limit | None]:
    """The signal with its threshold and with how long the level has been above or below."""
    bars, limit = held_to(rule, city, pd.DatetimeIndex(signal["at"]))
    return lasting(signal, bars, rule.deadband).assign(bar=bars), limit


def reading(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    """
    What a rule finds now.

    Parameters
    ----------
    rule : Rule
    city : City
        One in which the rule acts.
    signals : Signals
    now : datetime
        Aware; nothing later is looked at.

    Returns
    -------
    Reading
        A function of the tables and the moment alone.
    """
    return _KINDS[rule.what or rule.kind](rule, city, signals, now)


def _level(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    signal = signals.of(rule)
    simulated = bool((signals.air(rule.parameter)["kind"] == "simulated").any())
    if signal.empty:
        return Reading(no_data=True, simulated=simulated)
    made, limit = steps(rule, city, signal)
    last = made.iloc[-1]
    minutes = float(last["minutes"])
    old = (pd.Timestamp(now) - last["at"]) / pd.Timedelta(hours=1) > _rings_for(minutes)
    blank = old or bool(np.isnan(last["bar"]))
    span = pd.Timedelta(hours=SPANS[rule.averaging] if last["basis"] == "hour" else 24)
    averaging: Any = rule.averaging
    top = scale_top(rule)
    return Reading(
        on=not blank and bool(last["on_for"] >= rule.on_delay),
        off=not blank and bool(last["off_for"] >= rule.off_delay),
        no_data=blank,
        value=min(float(last["value"]), top),
        limit=float(last["bar"]) + (0.5 if rule.kind == "index" else 0.0),
        unit="AQI" if rule.kind == "index" else PARAMETERS[rule.parameter].unit,
        since=last["at"],
        rests_on=(last["at"] - span, last["at"]),
        stations=lambda: station_values(signals.held(rule), averaging, last.to_dict()).clip(upper=top),
        indicative=last["basis"] != "hour" or limit is None or limit.indicative or rule.averaging == "single",
        simulated=simulated,
        facts={**{k: int(last[k]) for k in ("rank", "n", "of")}, "basis": str(last["basis"]), "limit": limit},
    )


def _multiple(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    """Many times the single maximum at one reference post (`models.alarms.pollution`)."""
    found = signals.sides(rule)
    if found.every.empty:
        return Reading(no_data=True)
    made, limit = judged(rule, city, found)
    last = made.iloc[-1]
    old = (pd.Timestamp(now) - last["at"]) / pd.Timedelta(hours=1) > grey_after(HOUR)
    blank = old or bool(np.isnan(last["bar"]))
    return Reading(
        on=not blank and bool(last["on_for"] == 0.0),
        off=not blank and bool(last["off_for"] >= rule.off_delay),
        no_data=blank,
        value=float(last["value"]),
        limit=float(last["bar"]),
        unit=PARAMETERS[rule.parameter].unit,
        since=last["at"],
        rests_on=(last["at"] - pd.Timedelta(hours=1), last["at"]),
        stations=lambda: station_values(found.rows, "single", last.to_dict()),
        indicative=True,  # the steps were read of another State, and an hour stands for 20 minutes
        facts={**{k: int(last[k]) for k in ("rank", "n", "of")}, "basis": str(last["basis"]), "limit": limit,
               **{k: float(last[k]) for k in ("times", "hours")}, "supported": bool(last["supported"])},
    )  # fmt: skip


def _rings_for(minutes: float) -> float:
    """Age until which a value may ring: hours until they are grey; of a delivered day the day after the next. [h]"""
    return amber_after(minutes) if minutes >= DAY else grey_after(minutes)


def scale_top(rule: Rule) -> float:
    """Highest index of the rule's scale, which says nothing beyond it; no bound for what is no index."""
    if rule.kind != "index":
        return float("inf")
    bands = breakpoints(rule.standard)
    return float(bands.loc[bands["parameter"] == rule.parameter, "index_high"].max())


def _event(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    events = signals.inputs.events
    if events is None or events.empty:
        return Reading(no_data=events is None, off=events is not None)
    chosen = events["kind"].isin(list(rule.events)) & (events["confidence"] >= rule.confidence)
    mine = events[chosen & (events["degree"] >= rule.degree) & (events["start"] <= pd.Timestamp(now))]
    mine = mine[~by_instrument(mine, signals.asked)]
    current = mine[mine["end"].isna() | (mine["end"] > pd.Timestamp(now))]
    if current.empty:
        over = pd.Timestamp(now) - mine["end"].max() if len(mine) else pd.Timedelta(days=999)
        return Reading(off=bool(over >= pd.Timedelta(hours=rule.off_delay)))
    worst = current.sort_values(["degree", "confidence"], kind="stable").iloc[-1]
    stood = pd.Timestamp(now) - current["start"].min()
    return Reading(
        on=bool(stood >= pd.Timedelta(hours=rule.on_delay)),
        value=float(worst["peak"]),
        unit=str(worst["unit"] or ""),
        since=worst["start"],
        indicative=str(worst["by"]) == "centre",
        simulated=bool(worst["simulated"]),
        facts={name: worst[name] for name in ("kind", "degree", "confidence", "parameter", "by")},
    )


def _forecast(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    warnings = signals.inputs.warnings
    if warnings.empty:
        return Reading(no_data=True)
    tomorrow = local_date(now, city.zone) + timedelta(days=1)
    own = (warnings["parameter"] == rule.parameter) & (warnings["standard"] == city.law)
    fresh = (warnings["issued"] <= pd.Timestamp(now)) & (warnings["issued"] > pd.Timestamp(now) - FORGOTTEN)
    mine = warnings[own & fresh & (warnings["averaging"] == rule.averaging)]
    mine = mine[(pd.to_datetime(mine["day"]).dt.date == tomorrow).to_numpy(dtype=bool)] if len(mine) else mine
    if mine.empty:
        return Reading(no_data=True)
    row = mine.sort_values("issued").iloc[-1]
    begin, end = day_warned_of(city, now)
    return Reading(
        on=bool(row["probability"] >= rule.probability),
        off=bool(row["probability"] < rule.probability - rule.deadband),
        value=float(row["value"]),
        limit=float(row["limit"]),
        unit=PARAMETERS[rule.parameter].unit,
        since=row["issued"],
        rests_on=(pd.Timestamp(begin), pd.Timestamp(end)),
        indicative=str(row["status"]) != "verified",
        simulated=bool(row.get("simulated", False)),
        facts={name: row[name] for name in ("probability", "lower", "upper", "day")},
    )


def _stale(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    air = signals.air(rule.parameter)
    newest = signals.inputs.newest.get(rule.parameter)
    if air.empty and newest is None:
        return Reading(no_data=True)  # nothing ever came; the feeds page says so
    ends = interval_end(air["start"], air["minutes"])
    fresh = pd.to_timedelta(grey_after(air["minutes"]), unit="h") + ends
    last = ends.max() if len(air) else newest
    stale = air.empty or bool(fresh.max() < pd.Timestamp(now))
    hours = (pd.Timestamp(now) - last) / pd.Timedelta(hours=1)
    daily = air.empty or bool((air["minutes"] >= DAY).all())
    limit = grey_after(DAY if daily and len(air) else HOUR)
    return Reading(
        on=stale, off=not stale, value=float(np.floor(hours)), limit=limit, unit="h", since=last,
        simulated=bool((air["kind"] == "simulated").any()),
    )  # fmt: skip


def _network(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    status = signals.inputs.status
    if status.empty:
        return Reading(no_data=True)
    failing = status[status["failing_since"].notna() & (status["failing_since"] <= pd.Timestamp(now))]
    hours = (pd.Timestamp(now) - failing["failing_since"]) / pd.Timedelta(hours=1)
    down = failing[(hours >= rule.on_delay).to_numpy(dtype=bool)]
    names = sorted(down["network"].astype(str))
    return Reading(
        on=bool(names), off=not names, value=float(len(names)),
        since=down["failing_since"].min() if names else None, facts={"names": names},
    )  # fmt: skip


def _instrument(rule: Rule, city: City, signals: Signals, now: datetime) -> Reading:
    if signals.inputs.rows.empty:
        return Reading(no_data=True)
    found = runs(signals.apart, rule.on_delay)
    if found.empty:
        return Reading(off=True)
    open_ = asking(found, now)
    if open_.empty:
        return Reading(off=bool(pd.Timestamp(now) - found["last"].max() >= pd.Timedelta(hours=rule.off_delay)))
    worst = open_.iloc[0]
    return Reading(
        on=True,
        value=float(worst["value"]),
        unit=PARAMETERS[str(worst["parameter"])].unit,
        since=worst["last"],
        rests_on=(worst["first"], worst["last"]),
        simulated=str(worst["kind"]) == "simulated",
        facts={
            "parameter": str(worst["parameter"]),
            "compared": str(worst["compared"]),
            "more": len(open_) - 1,
            **_instrument_of(worst, signals.inputs.stations),
        },
    )


def _instrument_of(row: pd.Series, stations: pd.DataFrame) -> dict[str, Any]:
    """The station's id and names, and who runs it: its owner, its network where nobody said."""
    known = stations[stations["station"] == row["station"]].head(1).to_dict("records") if len(stations) else []
    about: Mapping[Any, Any] = known[0] if known else {}
    names = {
        language: str(about.get(f"name_{language}") or about.get("name") or row["station"]) for language in LANGUAGES
    }
    return {"station": str(row["station"]), "names": names, "owner": str(about.get("owner") or row["source"])}


_KINDS: Mapping[str, Callable[[Rule, City, Signals, datetime], Reading]] = {
    "limit": _level,
    "multiple": _multiple,
    "index": _level,
    "event": _event,
    "forecast": _forecast,
    "stale": _stale,
    "network": _network,
    "instrument": _instrument,
}
