"""What is said of a period: the level of its days, with the station-days it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.times import midnights
from models.averages.city_days import basis_of, station_days
from models.limits.in_force import compare, own
from models.situation.law import standing
from models.situation.left_out import FEW_HOURS, SILENT, TRAFFIC
from models.situation.statement import (
    BY_STATION,
    DAY,
    FEW,
    LEFT_OUT,
    LOW_COST,
    MEDIAN,
    MEDIANS,
    NO_LIMIT,
    NO_ROWS,
    SIMULATED,
    Basis,
    Held,
    Level,
    Statement,
)
from models.situation.stating import About
from models.trends.level import level

FLAGGED = "flagged"
FEW_DAYS = "few_days"  # less than three quarters of the year
NOT_A_YEAR = "not_a_year"  # limits for long averages are for calendar years


def period(
    days: pd.DataFrame,
    every: pd.DataFrame,
    stations: pd.DataFrame,
    parameter: str,
    about: About,
    first: date,
    last: date,
    moment: pd.Timestamp,
) -> Statement:
    """
    The level of a period.

    Parameters
    ----------
    days, every : DataFrame
        As `Store.daily` answers, of one pollutant and the days of the period: of sound rows, and of all.
    stations : DataFrame
        ``station, name, station_class, same_as``.
    parameter : str
    about : About
        `expected`: stations known to measure it.
    first, last : date
        Local days, both inside.
    moment : Timestamp
        When it is said, UTC.

    Returns
    -------
    Statement
        Of kind ``period``: mean over the local days of the median over the stations (a day needs three quarters of its
        hours, means and delivered medians are never mixed), ranging over "if any one station had not been there". Its
        rows are station-days. A calendar year of means is held to the limit for a year.
    """
    mine, delivered = (part[part["station"] == about.station] if about.station else part for part in (days, every))
    known = station_days(mine, stations, every_class=bool(about.station))
    basis = basis_of(known)
    used = known[known["basis"] == basis].reset_index(drop=True)
    over = own(about.law, parameter, averaging="24h", known=about.known) if basis == "mean" else ()
    everything = station_days(delivered, stations, every_class=bool(about.station))
    made = level(
        used, over, values=(int(delivered["n"].sum()), int(delivered["n"].sum() - mine["n"].sum())),
        everything=everything[everything["basis"] == basis],
    )  # fmt: skip
    rows = _rows(used, about)
    could = frozenset({about.station}) if about.station else frozenset(about.expected or ())
    said = Statement(
        kind="period", city=about.city, station=about.station, parameter=parameter, averaging="period", moment=moment,
        start=_midnight(first, about) if made else None,
        end=_midnight(last + timedelta(days=1), about) if made else None,
        value=made.value if made else None, lower=made.lower if made else None, upper=made.upper if made else None,
        interval=BY_STATION if made and made.lower is not None else "",
        basis=Basis(rows, np.arange(len(rows)), omitted=lambda: _left_out(delivered, mine, used, could)),
        levels=_levels(rows), of=len(could | set(used["station"])), missing="" if made else NO_ROWS,
        notes=_notes(used, basis), level=made,
    )  # fmt: skip
    few = made is not None and not about.station and said.n < FEW
    return replace(said, held=_held(said, about, first, last, basis), provisional=few)


def _midnight(day: date, about: About) -> pd.Timestamp:
    return pd.Timestamp(midnights([pd.Timestamp(day)], about.zone)[0]).tz_convert("UTC")


def _rows(used: pd.DataFrame, about: About) -> pd.DataFrame:
    starts = pd.DatetimeIndex(midnights(pd.DatetimeIndex(used["day"]), about.zone))
    ends = pd.DatetimeIndex(midnights(pd.DatetimeIndex(used["day"]) + pd.Timedelta(days=1), about.zone))
    return used[["station", "kind", "value", "mixing"]].assign(start=starts, end=ends, minutes=DAY, flag="ok")


def _levels(rows: pd.DataFrame) -> tuple[Level, ...]:
    """Each station's own mean over its days."""
    found = rows.groupby("station").agg(value=("value", "mean"), end=("end", "max"), kind=("kind", "first"),
                                        n=("value", "size")).reset_index()  # fmt: skip
    order = found.sort_values(["value", "station"], ascending=[False, True])
    return tuple(
        Level(str(r.station), float(r.value), pd.Timestamp(r.end), str(r.kind), int(r.n)) for r in order.itertuples()
    )


def _notes(used: pd.DataFrame, basis: str) -> tuple[str, ...]:
    kinds = set(used["kind"])
    told = ((MEDIANS, basis == "median"), (LOW_COST, kinds == {"indicative"}), (SIMULATED, "simulated" in kinds))
    return tuple(name for name, true in told if true)


def _held(said: Statement, about: About, first: date, last: date, basis: str) -> Held:
    whole = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year
    if said.value is None:
        return Held("not_checked", NO_ROWS)
    limit = next(iter(own(about.law, said.parameter, last, averaging="year", known=about.known)), None)
    if not whole:
        return Held("not_checked", NOT_A_YEAR)
    if limit is None or not limit.in_force(first):
        return Held("not_checked", NO_LIMIT, limit=limit)
    enough = said.level is not None and said.level.days >= MIN_COVERAGE * ((last - first).days + 1)
    if basis == "median" or not enough:
        return Held("not_checked", MEDIAN if basis == "median" else FEW_DAYS, None, limit, limit.indicative)
    value = standing(said, limit)
    made = compare(value, "year", limit)
    word = "above" if made.verdict == "above" else "within"
    told = value if value != said.value else None
    return Held(word, "", made.ratio, limit, made.indicative, compared=told)  # type: ignore[arg-type]


def _left_out(every: pd.DataFrame, sound: pd.DataFrame, used: pd.DataFrame, could: frozenset[str]) -> pd.DataFrame:
    """Values that checks doubt, days with too few hours, stations of traffic and silent ones."""
    key = ["station", "day"]
    flagged = every.groupby("station")["n"].sum().sub(sound.groupby("station")["n"].sum(), fill_value=0)
    rows = [(str(s), FLAGGED, int(n)) for s, n in flagged.items() if n > 0]
    there = set(map(tuple, used.assign(day=pd.DatetimeIndex(used["day"]).date)[key].to_numpy().tolist()))
    short = sound[np.array([(s, d) not in there for s, d in sound[key].to_numpy().tolist()], dtype=bool)]
    entered = set(used["station"])
    for station, part in short.groupby("station"):
        why = FEW_HOURS if str(station) in entered or str(station) in could else TRAFFIC
        rows.append((str(station), why, int(part["n"].sum())))
    rows += [(s, SILENT, 0) for s in sorted(could - set(every["station"]))]
    return pd.DataFrame(sorted(rows), columns=list(LEFT_OUT))
