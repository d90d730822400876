"""Forming statements from a city's prepared air: the newest hour, and the last 24 hours or the newest delivered day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.standards.coverage import least
from data.standards.limits import Registry
from models.situation.air import HOUR_NS, Air, Floats, Places, Stamps
from models.situation.heading import of_the_day, of_the_hour
from models.situation.law import held
from models.situation.left_out import left_out
from models.situation.scales import of_day, of_now
from models.situation.statement import (
    ALL_STALE,
    BY_HUMIDITY,
    BY_STATION,
    DAILY_ONLY,
    DAY,
    FEW,
    HOUR,
    LOW_COST,
    MEDIANS,
    NO_BACKGROUND,
    NO_ROWS,
    NOWHERE,
    SIMULATED,
    STANDS_ALONE,
    TOO_FEW_HOURS,
    UNKNOWN_CLASS,
    WET,
    Averaging,
    Basis,
    Kind,
    Level,
    Statement,
)  # fmt: skip
from models.situation.water import range_of
from models.stations.freshness import grey_after

LOOK_BACK = 30  # hours before the newest one that an arrow or an index may look at: 24 h of a day, 6 h earlier
FULL_DAY = 24


@dataclass(frozen=True)
class About:
    """
    Whom a statement is about and whose law it is held to.

    Attributes
    ----------
    city, law : str
    zone : ZoneInfo
        The city's clock: which day's limits hold.
    station : str
        Empty for the city itself.
    expected : collection of str or None
        Stations known to measure the pollutant, for "n of N"; those with any row by default.
    """

    city: str
    law: str
    zone: ZoneInfo
    station: str = ""
    expected: Collection[str] | None = None
    known: Registry | None = None


class Chosen(NamedTuple):
    """Rows that make a value: their places, and per station its code, value, newest end and number of rows."""

    places: Places
    codes: Stamps
    values: Floats
    ends: Stamps
    counts: Stamps


_NO_STAMPS: Stamps = np.zeros(0, dtype=np.int64)
NOBODY = Chosen(NOWHERE, _NO_STAMPS, np.zeros(0, dtype=np.float64), _NO_STAMPS, _NO_STAMPS)


def now(air: Air, parameter: str, about: About) -> Statement:
    """
    The newest hour: each station's newest sound hourly value that is not grey, and their median.

    Parameters
    ----------
    air : Air
    parameter : str
        Pollutant.
    about : About

    Returns
    -------
    Statement
        Of kind ``now``. Without a value where no hour is sound and young enough, or where the hourly stations are
        too few to stand for a city whose other stations deliver days (``stands_alone``).
    """
    hours = _speaking(air, parameter, about, HOUR)
    chosen = _newest(air, hours)
    missing = _why_nothing(air, parameter, about, chosen)
    if len(chosen.places) and _alone(air, parameter, about, chosen):
        chosen, missing = NOBODY, STANDS_ALONE
    said = _statement("now", "1h", air, parameter, about, chosen, missing)
    if said.value is None:
        return said
    recent = _recent(air, hours, chosen, FULL_DAY)
    earlier = np.setdiff1d(recent, chosen.places)
    heading = of_the_hour(air.values[recent], air.ends[recent], air.codes[recent])
    indices = of_now(parameter, said.value, air.values[recent], air.ends[recent], air.codes[recent])
    return _finished(replace(
        said, basis=replace(said.basis, earlier=earlier), arrow=heading.arrow, change=heading.change,
        share=heading.share, indices=indices,
    ), air, about)  # fmt: skip


def day(air: Air, parameter: str, about: About) -> Statement:
    """
    The last 24 hours, or the newest delivered day where hours do not stand for the place.

    Parameters
    ----------
    air, parameter, about
        As for `now`.

    Returns
    -------
    Statement
        Of kind ``day``: the median over stations of their means of the 24 hours that end with the newest hour (three
        quarters of them known), else of the newest daily values; then ``daily`` is true, and there is neither arrow
        nor index.
    """
    hours = _speaking(air, parameter, about, HOUR)
    newest = _newest(air, hours)
    chosen = _means(air, hours, newest)
    missing = (
        TOO_FEW_HOURS if len(newest.places) and not len(chosen.places) else _why_nothing(air, parameter, about, newest)
    )
    whole = _whole_day(air, parameter, about)
    if len(whole.places) and len(chosen.codes) < min(FEW, len(whole.codes)):
        return _delivered(air, parameter, about, whole)
    said = _statement("day", "24h", air, parameter, about, chosen, missing)
    if said.value is None:
        return said
    recent = _recent(air, hours, chosen, LOOK_BACK)
    earlier = np.setdiff1d(recent, chosen.places)
    heading = of_the_day(air.values[recent], air.ends[recent], air.codes[recent])
    return _finished(replace(
        said, basis=replace(said.basis, earlier=earlier), arrow=heading.arrow, change=heading.change,
        share=heading.share, indices=of_day(parameter, said.value),
    ), air, about)  # fmt: skip


def _delivered(air: Air, parameter: str, about: About, whole: Chosen) -> Statement:
    medians = bool((air.rows["statistic"].iloc[whole.places] == "median").any())
    averaging: Averaging = "daily_median" if medians else "daily_mean"
    said = _statement("day", averaging, air, parameter, about, whole, "")
    notes = (DAILY_ONLY, *((MEDIANS,) if medians else ()), *said.notes)
    return _finished(replace(said, notes=notes), air, about)


def _speaking(air: Air, parameter: str, about: About, minutes: int) -> Places:
    """Sound rows of one length that may enter: of the station, or of the city's background stations."""
    at = air.of(parameter)
    keep = (air.minutes[at] == minutes) & air.sound[at]
    keep &= (air.stations[at] == about.station) if about.station else air.background[at]
    return np.asarray(at[keep], dtype=np.intp)


def _newest(air: Air, hours: Places) -> Chosen:
    """The newest hour of each station, where it is not grey."""
    if not len(hours):
        return NOBODY
    order = hours[np.lexsort((hours, air.ends[hours], air.codes[hours]))]
    last = order[np.append(air.codes[order][1:] != air.codes[order][:-1], True)]
    last = last[air.now - air.ends[last] <= grey_after(HOUR) * HOUR_NS]
    return Chosen(last, air.codes[last], air.values[last], air.ends[last], np.ones(len(last), dtype=np.int64))


def _means(air: Air, hours: Places, newest: Chosen) -> Chosen:
    """24 hours that end with the newest hour of all, of every station that has three quarters of them."""
    if not len(newest.places):
        return NOBODY
    last = int(newest.ends.max())
    inside = (air.ends[hours] > last - FULL_DAY * HOUR_NS) & (air.ends[hours] <= last)
    at = hours[inside & np.isin(air.codes[hours], newest.codes)]
    size = len(air.known)
    counts = np.bincount(air.codes[at], minlength=size)
    enough = np.flatnonzero(counts >= least(FULL_DAY))
    sums = np.bincount(air.codes[at], weights=air.values[at], minlength=size)
    at = at[np.isin(air.codes[at], enough)]
    order = np.argsort(newest.codes)
    ends = newest.ends[order][np.searchsorted(newest.codes[order], enough)]
    if len(enough) and ends.max() < last:  # a station that does not enter must not set the 24 hours of those that do
        return _means(air, hours, _within(newest, int(ends.max())))
    return Chosen(at, enough.astype(np.int64), sums[enough] / counts[enough], ends, counts[enough].astype(np.int64))


def _within(newest: Chosen, last: int) -> Chosen:
    keep = newest.ends <= last
    return Chosen(newest.places[keep], newest.codes[keep], newest.values[keep], newest.ends[keep], newest.counts[keep])


def _whole_day(air: Air, parameter: str, about: About) -> Chosen:
    """Delivered values of the newest local day, where it is not grey."""
    days = _speaking(air, parameter, about, DAY)
    if not len(days):
        return NOBODY
    at = days[air.ends[days] == air.ends[days].max()]
    at = at[air.now - air.ends[at] <= grey_after(DAY) * HOUR_NS]
    return Chosen(at, air.codes[at], air.values[at], air.ends[at], np.ones(len(at), dtype=np.int64))


def _alone(air: Air, parameter: str, about: About, chosen: Chosen) -> bool:
    return len(chosen.codes) < min(FEW, len(_whole_day(air, parameter, about).codes))


def _recent(air: Air, hours: Places, chosen: Chosen, back: int) -> Places:
    """Hours of the chosen stations up to so many before the newest."""
    inside = air.ends[hours] > chosen.ends.max() - back * HOUR_NS
    return np.asarray(hours[inside & np.isin(air.codes[hours], chosen.codes)], dtype=np.intp)


def _why_nothing(air: Air, parameter: str, about: About, chosen: Chosen) -> str:
    if len(chosen.places):
        return ""
    at = air.of(parameter)
    sound = at[air.sound[at] & (air.minutes[at] >= HOUR)]
    if about.station:
        sound = sound[air.stations[sound] == about.station]
        return ALL_STALE if len(sound) else NO_ROWS
    if not len(sound):
        return NO_ROWS
    young = air.now - air.ends[sound] <= grey_after(HOUR) * HOUR_NS
    return NO_BACKGROUND if (young & ~air.background[sound]).any() else ALL_STALE


def _statement(
    kind: Kind, averaging: Averaging, air: Air, parameter: str, about: About, chosen: Chosen, missing: str
) -> Statement:
    names = air.known[chosen.codes]
    could = _could(air, parameter, about)
    kinds = air.rows["kind"].to_numpy(object)
    own = dict(zip(air.codes[chosen.places].tolist(), kinds[chosen.places], strict=True))
    order = sorted(range(len(names)), key=lambda i: (-chosen.values[i], str(names[i])))
    levels = tuple(
        Level(str(names[i]), float(chosen.values[i]), _stamp(chosen.ends[i]), str(own[int(chosen.codes[i])]),
              int(chosen.counts[i]))
        for i in order
    )  # fmt: skip
    unknown = 0 if about.station else sum(air.classes.get(level.station, "") == "" for level in levels)
    start, end = _span(air, chosen, averaging)
    basis = Basis(air.rows, np.sort(chosen.places))
    said = Statement(
        kind=kind, city=about.city, station=about.station, parameter=parameter, averaging=averaging, moment=air.moment,
        start=start, end=end, value=float(np.median(chosen.values)) if levels else None, basis=basis, levels=levels,
        of=len(could | {level.station for level in levels}), heard=_heard(air, parameter, about), missing=missing,
        unknown_class=unknown,
        notes=_notes(levels, unknown),
    )  # fmt: skip
    return replace(said, basis=replace(basis, omitted=lambda: left_out(air, said, could)))


def _heard(air: Air, parameter: str, about: About) -> pd.Timestamp | None:
    """End of the newest sound row, however old."""
    at = air.of(parameter)
    own = (air.stations[at] == about.station) if about.station else air.background[at]
    ends = air.ends[at[air.sound[at] & own]]
    return _stamp(ends.max()) if len(ends) else None


def _could(air: Air, parameter: str, about: About) -> frozenset[str]:
    """Stations that could enter."""
    if about.station:
        return frozenset({about.station})
    could = about.expected if about.expected is not None else set(air.stations[air.of(parameter)])
    return frozenset(s for s in could if air.counts(s))


def _span(air: Air, chosen: Chosen, averaging: Averaging) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """What the value is of: the hours it stands for, or the day."""
    if not len(chosen.places):
        return None, None
    end = int(chosen.ends.max())
    if averaging == "24h":
        return _stamp(end - FULL_DAY * HOUR_NS), _stamp(end)
    starts = air.ends[chosen.places] - air.minutes[chosen.places] * 60_000_000_000
    return _stamp(starts.min()), _stamp(end)


def _stamp(at: np.int64 | int) -> pd.Timestamp:
    return pd.Timestamp(int(at), tz="UTC")


def _notes(levels: tuple[Level, ...], unknown: int) -> tuple[str, ...]:
    kinds = {level.kind for level in levels}
    said = ((UNKNOWN_CLASS, unknown > 0), (LOW_COST, kinds == {"indicative"}), (SIMULATED, "simulated" in kinds))
    return tuple(name for name, true in said if true)


def _finished(said: Statement, air: Air, about: About) -> Statement:
    """With its range, its verdict, and whether that is provisional."""
    lower, upper, interval, notes = _range(said, air)
    said = replace(said, lower=lower, upper=upper, interval=interval, notes=notes)
    made = held(said, about.law, zone=about.zone, known=about.known)
    few = not about.station and said.value is not None and said.n < FEW
    return replace(said, held=made, provisional=few)


def _range(said: Statement, air: Air) -> tuple[float | None, float | None, str, tuple[str, ...]]:
    if LOW_COST in said.notes and not said.daily:
        found = range_of(said, air)
        if found is not None:
            return *found, BY_HUMIDITY, said.notes
        notes = (*said.notes, WET)
    else:
        notes = said.notes
    values = np.array([level.value for level in said.levels])
    if len(values) < 2:
        return None, None, "", notes
    without = [float(np.median(np.delete(values, i))) for i in range(len(values))]
    return min(without), max(without), BY_STATION, notes
