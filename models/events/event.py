"""From what a detector saw to events: their times, stations one by one, evidence, confidence, footprint."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from data.clock import iso
from models.events.footprint import footprint
from models.events.intervals import Booleans, Spell, spells
from models.events.panel import Panel

METHOD = "events-1"
COLUMNS = ("city", "kind", "start", "end", "degree", "confidence", "parameter", "peak", "unit", "stations", "footprint",
           "evidence", "by", "modelled", "simulated", "method")  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """
    One line that speaks for or against an event.

    Attributes
    ----------
    key : str
        Suffix of the catalog key that words it.
    values : mapping
        Numbers, station ids and times (ISO 8601) that the words need.
    weight : float
        How much of the confidence it can bring.
    strength : float
        How much of that it brings, 0–1; 0 where it is missing or speaks against.
    modelled : bool
        A model says so.
    """

    key: str
    values: Mapping[str, float | str] = field(default_factory=dict)
    weight: float = 0.0
    strength: float = 0.0
    modelled: bool = False


@dataclass(frozen=True)
class Trace:
    """
    What one detector saw, interval by interval.

    Attributes
    ----------
    kind : str
        Of `data.rules.events.KINDS`.
    on, stay : array of bool
        As `models.events.intervals.spells` takes them.
    least, gap : int
        The same.
    parameter, unit : str
        Of the event's figure.
    level : Series
        That figure by interval; its maximum is the peak.
    seen, values : DataFrame
        Times × stations: where the event was seen, and the values of its parameter.
    evidence : callable
        From a mask of the event's intervals to its lines.
    degree : callable
        From the same mask to the degree.
    lead : int
        Intervals before the start in which a station may already have been reached.
    """

    kind: str
    on: Booleans
    stay: Booleans
    least: int
    gap: int
    parameter: str
    unit: str
    level: pd.Series
    seen: pd.DataFrame
    values: pd.DataFrame
    evidence: Callable[[Booleans], Sequence[Evidence]]
    degree: Callable[[Booleans], int] = lambda mask: 0
    lead: int = 0


def confidence(lines: Sequence[Evidence]) -> float:
    """
    How sure an event is: weights times strengths. What is missing brings nothing.

    Examples
    --------
    >>> confidence([Evidence("pm10", {}, 0.6, 1.0), Evidence("no_wind", {}, 0.4, 0.0)])
    0.6
    """
    return round(float(min(sum(one.weight * one.strength for one in lines), 1.0)), 2)


def ramp(value: float, low: float, high: float) -> float:
    """
    0 at `low` and below, 1 at `high` and beyond; either may be the larger. NaN is 0.

    Examples
    --------
    >>> ramp(3.0, 2.0, 4.0), ramp(1.0, 4.0, 2.0), ramp(float("nan"), 0, 1)
    (0.5, 1.0, 0.0)
    """
    if not np.isfinite(value):
        return 0.0
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


def empty() -> pd.DataFrame:
    """An event table without rows."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in (*COLUMNS, "raised")})


def events(trace: Trace, panel: Panel, *, city: str, simulated: bool = False) -> pd.DataFrame:
    """
    The events of one kind.

    Parameters
    ----------
    trace : Trace
        Of one detector.
    panel : Panel
        What it looked at.
    city : str
        Key.
    simulated : bool
        The rows are the demo world's.

    Returns
    -------
    DataFrame
        `COLUMNS` and ``raised`` (end of the interval in which it was known); ``end`` is NaT while it may go on.
    """
    found = spells(trace.on, trace.stay, least=trace.least, gap=trace.gap)
    rows = [_row(one, trace, panel) for one in found]
    if not rows:
        return empty()
    table = pd.DataFrame(rows).assign(city=city, kind=trace.kind, by="centre", simulated=simulated, method=METHOD)
    for name in ("start", "end", "raised"):
        table[name] = pd.to_datetime(table[name], utc=True)
    return table[[*COLUMNS, "raised"]]


def _row(one: Spell, trace: Trace, panel: Panel) -> dict[str, object]:
    step = pd.Timedelta(hours=panel.step)
    mask = np.zeros(len(panel.times), dtype=np.bool_)
    mask[one.first : one.last + 1] = True
    lines = list(trace.evidence(mask))
    reached = front(trace, panel, one)
    return {
        "start": panel.times[one.first],
        "end": pd.NaT if one.open else panel.times[one.last] + step,
        "raised": panel.times[one.raised] + step,
        "degree": trace.degree(mask),
        "confidence": confidence(lines),
        "parameter": trace.parameter,
        "peak": _rounded(float(trace.level[mask].max())),
        "unit": trace.unit,
        "stations": json.dumps(reached),
        "footprint": footprint(panel.stations, [str(r["station"]) for r in reached]),
        "evidence": json.dumps([{"key": e.key, "values": _plain(e.values)} for e in lines], ensure_ascii=False),
        "modelled": any(e.modelled and e.strength > 0 for e in lines),
    }


def _plain(values: Mapping[str, float | str]) -> dict[str, float | str]:
    return {k: v if isinstance(v, str) else _rounded(float(v)) for k, v in values.items()}


def _rounded(value: float) -> float:
    """To three digits that matter, so that a figure does not move with every late row."""
    if not np.isfinite(value):
        return value
    return float(f"{value:.3g}") if abs(value) < 100 else float(round(value))


def front(trace: Trace, panel: Panel, one: Spell) -> list[dict[str, object]]:
    """
    When the event reached each station, when it left it, and the highest value there.

    Returns
    -------
    list of dict
        ``station, first, last`` (start of the first and end of the last interval, ISO 8601 UTC) and ``peak``, in the
        order in which they were reached.
    """
    begin = max(one.first - trace.lead, 0)
    seen = trace.seen.iloc[begin : one.last + 1]
    values = trace.values.reindex(columns=seen.columns).iloc[begin : one.last + 1]
    made: list[dict[str, object]] = []
    for station in seen:
        hits = np.flatnonzero(seen[station].to_numpy(np.bool_))
        if not len(hits):
            continue
        first, last = seen.index[hits[0]], seen.index[hits[-1]] + pd.Timedelta(hours=panel.step)
        peak = float(values[station].iloc[hits[0] : hits[-1] + 1].max())
        made.append({"station": str(station), "first": iso(first, "minutes"), "last": iso(last, "minutes"),
                     "peak": None if np.isnan(peak) else _rounded(peak)})  # fmt: skip
    return sorted(made, key=lambda r: (str(r["first"]), str(r["station"])))
