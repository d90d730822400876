"""High and extremely high pollution: a gas many times above its single maximum at one reference post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from data.city import City
from data.rules.alarms import Rule
from data.standards.limits import Limit
from data.standards.temperature import held_at
from models.alarms.instruments import SERIES, Apart
from models.alarms.signals import lasting, nothing, prepared, station_levels
from models.alarms.thresholds import held_to, stands_at
from models.situation.statement import HOUR

REPEATED = 2.0  # hours for which what nothing else supports must have stood at its post before it rings [h]
RELEASE = 0.8  # over when below this share of the lowest step [1]
AT_LEAST = 1.0 - 1e-9  # the step itself counts: "ten times and more"
POSTS = (0, 1)  # no number of low-cost sensors is enough; one reference instrument is


@dataclass(frozen=True)
class Sides:
    """
    The signal of a gas at the highest reference post, hour by hour.

    Attributes
    ----------
    supported : DataFrame
        Columns of `models.alarms.signals.COLUMNS`, of values that something else measured supports.
    every : DataFrame
        The same with values that nothing supports and nothing else doubts.
    rows : DataFrame
        Rows behind `every`.
    """

    supported: pd.DataFrame
    every: pd.DataFrame
    rows: pd.DataFrame


def sides(found: Apart, stations: pd.DataFrame, rule: Rule) -> Sides:
    """
    What the reference posts measured of a rule's gas, told by whether anything supports it.

    Parameters
    ----------
    found : Apart
        The city's rows, told apart.
    stations : DataFrame
        ``station, station_class, same_as``.
    rule : Rule
        With `steps`.

    Notes
    -----
    A fault code, a verdict on the station's level or its zero, and every other doubt of quality control keep a value
    out of both. A value that nothing supports and that repeats the one before to the last digit is an instrument that
    hangs, and is out too.
    """
    sound = _prepared(found.sound[found.sound["parameter"] == rule.parameter], stations, rule)
    alone = _prepared(_repeatable(found.doubted[found.doubted["parameter"] == rule.parameter]), stations, rule)
    rows = pd.concat([part for part in (sound, alone) if len(part)], ignore_index=True) if len(alone) else sound
    return Sides(_signal(sound, stations), _signal(rows, stations), rows)


def _signal(rows: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    return station_levels(rows, stations, "single", POSTS) if len(rows) else nothing()


def _repeatable(doubted: pd.DataFrame) -> pd.DataFrame:
    """Values that only want support: a plume or an unsupported value, no code, no verdict, not stuck."""
    if doubted.empty:
        return doubted
    unflagged = (doubted["flag"] == "ok").to_numpy(bool)
    kept = doubted[unflagged | checks.only(doubted["checks"], checks.UNCONFIRMED)]
    kept = kept[np.array([checks.name(str(entry)) != "fault_code" for entry in kept["compared"]], dtype=bool)]
    kept = kept.sort_values([*SERIES, "start"], kind="stable")
    same = (kept[[*SERIES, "value"]] == kept[[*SERIES, "value"]].shift()).all(axis=1)
    return kept[~same].assign(flag="ok")


def _prepared(rows: pd.DataFrame, stations: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    hours = rows[rows["minutes"] == HOUR]
    return held_at(prepared(hours, stations), stands_at(rule)) if len(hours) else hours


def judged(rule: Rule, city: City, found: Sides) -> tuple[pd.DataFrame, Limit | None]:
    """
    Hour by hour whether a step is reached long enough, and the newest limit behind it.

    Parameters
    ----------
    rule : Rule
        With `steps`: times the single maximum, and for how long. [1], [h]
    city : City
    found : Sides

    Returns
    -------
    DataFrame
        `Sides.every` with ``bar`` (the single maximum)``, times`` (the step that is reached, the lowest where none
        is)``, hours`` (for how long the level has stood there)``, supported`` (whether something else supports it)``,
        on_for`` (0 where it rings, else NaN) and ``off_for``.

    Notes
    -----
    With something that supports it, a level rings as its step says. Without, it needs `REPEATED` hours of different
    values: one value that nobody else saw is an instrument until it is seen again.
    """
    made = found.every
    bars, limit = held_to(rule, city, pd.DatetimeIndex(made["at"]))
    size = len(made)
    times, hours, supported = np.full(size, min(step[0] for step in rule.steps)), np.zeros(size), np.zeros(size, bool)
    on = np.zeros(size, dtype=bool)
    for step, least in sorted(rule.steps):
        alone = _stood(made, bars * step)
        seen = _stood(found.supported, held_to(rule, city, pd.DatetimeIndex(found.supported["at"]))[0] * step)
        seen = pd.Series(seen, index=pd.DatetimeIndex(found.supported["at"])).reindex(made["at"]).fillna(0.0).to_numpy()
        reached = (seen >= least) | (alone >= max(least, REPEATED))
        times, hours = np.where(reached, step, times), np.where(reached, np.maximum(alone, seen), hours)
        supported = np.where(reached, seen >= least, supported)
        on |= reached
    lowest = min(step for step, _ in rule.steps)
    off = lasting(made, bars * lowest * AT_LEAST, float(np.nanmax(bars, initial=0.0)) * lowest * (1 - RELEASE))
    told = made.assign(bar=bars, times=times, hours=hours, supported=supported)
    return told.assign(on_for=np.where(on, 0.0, np.nan), off_for=off["off_for"].to_numpy()), limit


def _stood(signal: pd.DataFrame, bars: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """For how long the signal has been at or above its bar; 0 where it is not. [h]"""
    if signal.empty:
        return np.zeros(0)
    return np.asarray(lasting(signal, bars * AT_LEAST)["on_for"].fillna(0.0), dtype=np.float64)
