"""The exceedance ledger: how often a limit was exceeded, of how many checks, and what was not checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import PARAMETERS
from data.standards import rounding
from data.standards.coverage import MIN_COVERAGE, needed
from data.standards.limits import AVERAGINGS, Group, Limit
from data.standards.temperature import held_at
from data.times import local_days
from models.averages.limit_averages import REASONS, Checks, checks
from models.limits.in_force import HOUR_BESIDE_SINGLE
from models.stations.monitors import once, standing_for_air

# What a line of the ledger says at a glance; "none" and "not_checked" are never the same word.
EXCEEDED, NONE, NOT_CHECKED = "exceeded", "none", "not_checked"
LOW_COST = "low_cost"  # every station checked was a low-cost one
DAILY_MEDIANS = "daily_medians"
MISSING = REASONS.index("missing")
HELD = ("value", "if_real")  # concentrations of a row that are taken to a limit's temperature

COLUMNS: tuple[str, ...] = (
    "city", "standard", "role", "parameter", "averaging", "minutes", "statistic", "level", "limit", "unit",
    "from", "to", "result", "exceeded", "exceeded_if_real", "checked", "not_checked", "completeness",
    *(f"not_checked_{name}" for name in REASONS[1:]),
    "days_exceeded", "days_checked", "indicative_exceeded", "indicative_of",
    "stations", "worst_station", "worst_station_exceeded", "worst_value", "worst_ratio", "worst_start",
    "allowed", "indicative", "status", "note", "act", "exceeded_in_part", "highest_part", "unmeasured",
)  # fmt: skip
COUNTS = (
    "exceeded", "exceeded_if_real", "checked", "not_checked", *(f"not_checked_{name}" for name in REASONS[1:]),
    "days_exceeded", "days_checked", "indicative_exceeded", "indicative_of", "stations", "exceeded_in_part",
)  # fmt: skip

Row = dict[str, Any]


def ledger(
    rows: pd.DataFrame,
    limits: Sequence[Limit],
    start: datetime,
    end: datetime,
    *,
    city: str,
    zone: str,
    stations: pd.DataFrame | None = None,
    flags: Sequence[str] = ("ok",),
    min_coverage: float = MIN_COVERAGE,
    by_year: bool = False,
) -> pd.DataFrame:
    """
    One line per limit, parameter and period.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city, hourly, shorter or daily rows; the parameters of `limits`.
    limits : sequence of Limit
        As `models.limits.applicable` gives them, whatever their dates.
    start, end : datetime
        Half-open; aware.
    city, zone : str
        Key and clock.
    stations : DataFrame, optional
        With ``same_as``: a monitor that two networks deliver counts once.
    flags : sequence of str
        Flags that count; other rows are "not checked".
    by_year : bool
        A line for each calendar year of the period as well, when it spans more than one.

    Returns
    -------
    DataFrame
        `COLUMNS`. Counts are of station-intervals: the samples, hours, days or years of the limit's averaging at
        each station that delivered anything in the period. ``result`` is ``exceeded``, ``none`` or ``not_checked``.
        ``limit`` and ``worst_value`` in ``unit`` (µg/m³, or 1 for a sum of ratios); times with the city's offset.
        Where no station delivered, ``stations`` is 0 and the intervals of one place count as not checked.

    Notes
    -----
    ``exceeded_if_real`` counts, beside ``exceeded``, the further intervals that would lie above if the values that
    nothing else supports (checks ``plume`` and ``unsupported``) are the air; empty where the rows have no ``checks``.

    Gases delivered as a mixing ratio (``raw_unit``) are held at the limit's own temperature, and ``worst_value`` stands
    at it; what was delivered as a mass is held as delivered: `data.standards.temperature`.

    An interval is held to a limit only if the limit was in force from its first day to its last; between an act's own
    day and the one by which it was law for certain it is ``not_checked_entry``. A year needs the share of days that the
    limit's act asks for (`data.standards.coverage.needed`). Daily medians are
    not checked; ``indicative_exceeded`` of ``indicative_of`` says how many of them lie above. An hourly mean stands
    beside a 20–30 min limit with the note ``hour_beside_single``.

    Of a sum of ratios ``exceeded_in_part`` counts the intervals in which a member was not measured and the others alone
    are above one; ``highest_part`` is the highest sum of the others, ``unmeasured`` names the members that nobody
    measured. Such an interval makes the ``result`` exceeded and is not among the checked.
    """
    air = once(standing_for_air(rows), stations)
    lines = [
        line
        for (parameter, averaging, temperature, share), group in _grouped(limits, min_coverage).items()
        for line in _lines(
            held_at(air[air["parameter"] == parameter], temperature, HELD),
            averaging,
            group,
            start,
            end,
            zone,
            flags,
            share,
            by_year,
        )
    ]
    return finished(lines, city)


def finished(lines: Sequence[Row], city: str) -> pd.DataFrame:
    """
    Lines as a table of `COLUMNS` in their types.

    Examples
    --------
    >>> finished([], "astana").shape[0]
    0
    """
    table = pd.DataFrame(lines, columns=[name for name in COLUMNS if name != "city"])
    table.insert(0, "city", city)
    whole = dict.fromkeys((*COUNTS, "worst_station_exceeded", "allowed", "minutes"), "Int64")
    return table.astype(whole)[list(COLUMNS)].reset_index(drop=True)


def _grouped(limits: Sequence[Limit], share: float) -> dict[tuple[str, str, float | None, float], list[Limit]]:
    """Limits by what they are compared with: pollutant, averaging, temperature, and the share that must be there."""
    groups: dict[tuple[str, str, float | None, float], list[Limit]] = {}
    for limit in limits:
        enough = needed(limit.source.key, limit.averaging, share)
        groups.setdefault((limit.parameter, limit.averaging, limit.temperature, enough), []).append(limit)
    return groups


def _lines(
    rows: pd.DataFrame,
    averaging: str,
    group: Sequence[Limit],
    start: datetime,
    end: datetime,
    zone: str,
    flags: Sequence[str],
    min_coverage: float,
    by_year: bool,
) -> Iterator[Row]:
    low_cost = _low_cost(rows)
    for minutes in _sampled(rows, averaging):
        mine = rows if averaging not in ("single", "1h") else rows[rows["minutes"] == minutes]
        made = checks(mine, averaging, start, end, zone=zone, minutes=minutes, flags=flags, min_coverage=min_coverage)
        for limit in group:
            yield from lines_of(made, limit, start, end, zone=zone, by_year=by_year, low_cost=low_cost)


def lines_of(
    made: Checks,
    limit: Limit | Group,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    by_year: bool = False,
    low_cost: Collection[str] = (),
) -> Iterator[Row]:
    """
    Lines of one limit from its checked intervals: the whole period, and each year of it where asked.

    Parameters
    ----------
    made : Checks
        Of the limit's averaging.
    limit : Limit or Group
    start, end, zone, by_year
        As in `ledger`.
    low_cost : collection of str
        Stations that are low-cost ones.

    Yields
    ------
    dict
        Columns of `COLUMNS` but ``city``; nothing where the limit was never in force.
    """
    days, clock = _days(made, zone), ZoneInfo(zone)
    lines = [_line(made, days, limit, *span, clock, low_cost) for span in _spans(start, end, zone, by_year)]
    yield from {(line["from"], line["to"]): line for line in lines if line}.values()


def _sampled(rows: pd.DataFrame, averaging: str) -> list[int]:
    """Lengths of the intervals to compare; a limit for 20–30 min gets a line for each that was measured."""
    if averaging != "single":
        return [60]
    return sorted(set(rows["minutes"]) & {*AVERAGINGS["single"], 60}) or [60]


def _low_cost(rows: pd.DataFrame) -> set[str]:
    kinds = rows.groupby("station")["kind"].agg(lambda kind: bool((kind == "indicative").all()))
    return set(kinds.index[kinds.astype(bool)])


def _days(made: Checks, zone: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """First and last local date of every interval."""
    moments = (pd.DatetimeIndex(made.values.index), made.ends - pd.Timedelta(1, "us"))
    first, last = (local_days(m, zone).to_numpy().astype("datetime64[D]") for m in moments)
    return first, last


def _spans(start: datetime, end: datetime, zone: str, by_year: bool) -> Iterator[tuple[datetime, datetime]]:
    yield start, end
    clock = ZoneInfo(zone)
    years = range(start.astimezone(clock).year, (end.astimezone(clock) - pd.Timedelta(1, "us")).year + 1)
    if by_year and len(years) > 1:
        for year in years:
            yield max(start, datetime(year, 1, 1, tzinfo=clock)), min(end, datetime(year + 1, 1, 1, tzinfo=clock))


def _line(
    made: Checks,
    days: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    limit: Limit | Group,
    start: datetime,
    end: datetime,
    clock: ZoneInfo,
    low_cost: Collection[str],
) -> Row | None:
    opened = pd.DatetimeIndex(made.values.index)
    first, last = days
    since, until = np.datetime64(limit.start or date.min, "D"), np.datetime64(limit.until or date.max, "D")
    perhaps = np.datetime64(limit.perhaps, "D") if limit.perhaps else since
    chosen = np.asarray((made.ends > start) & (opened < end) & (last >= perhaps) & (first <= until))
    if not chosen.any():
        return None
    cut = (first[chosen] < since) | (last[chosen] > until)  # a year in which the limit came or went
    doubted = (first[chosen] >= perhaps) & (last[chosen] < since)  # it may have been law already
    there = _there(made.why[chosen])
    names = made.values.columns[there]
    values, why = made.values.to_numpy()[chosen][:, there], made.why[chosen][:, there]
    values[cut], why[cut] = np.nan, REASONS.index("partial")
    why[doubted] = REASONS.index("entry")
    places = None if made.decimals is None else made.decimals[there]
    above = rounding.above(values, limit.concentration, places)
    counts = _counts(values, why, above, made.medians.to_numpy()[chosen][:, there], limit)
    counts["exceeded_if_real"] = _if_real(made, chosen, there, above | cut[:, None], limit)
    counts |= _in_part(made, chosen & _whole(days, since, until), there, limit, str(counts["result"]))
    beside = limit.averaging == "single" and made.minutes not in AVERAGINGS["single"] and counts["checked"] > 0
    return {
        "standard": limit.jurisdiction,
        "role": "law" if limit.law else "reference",
        "parameter": limit.parameter,
        "averaging": limit.averaging,
        "minutes": made.minutes if limit.averaging in ("single", "1h") else None,
        "statistic": limit.statistic,
        "level": limit.level,
        "limit": limit.concentration,
        "unit": PARAMETERS[limit.parameter].unit if limit.parameter in PARAMETERS else "1",
        "from": max(pd.Timestamp(start), opened[chosen][0]).tz_convert(clock).isoformat(),
        "to": min(pd.Timestamp(end), made.ends[chosen][-1]).tz_convert(clock).isoformat(),
        "stations": int((made.why[chosen] != MISSING).any(axis=0).sum()),
        **counts,
        **_city_days(values, above, first[chosen]),
        **_worst(names, values, above, opened[chosen], limit, clock),
        "allowed": limit.allowed,
        "indicative": limit.indicative or beside,
        "status": limit.status,
        "note": _note(beside, counts, names[np.isfinite(values).any(axis=0)], low_cost),
        "act": limit.act,
    }


def _there(why: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Places of the stations that delivered anything; of the first, unmeasured, if none did."""
    found = np.flatnonzero((why != MISSING).any(axis=0))
    return found if found.size else np.zeros(1, dtype=np.int64)


def _counts(
    values: npt.NDArray[np.float64],
    why: npt.NDArray[np.int8],
    above: npt.NDArray[np.bool_],
    medians: npt.NDArray[np.float64],
    limit: Limit | Group,
) -> Row:
    checked, over = int(np.isfinite(values).sum()), int(above.sum())
    result = NOT_CHECKED if checked == 0 else EXCEEDED if over else NONE
    reasons = {f"not_checked_{name}": int((why == code).sum()) for code, name in enumerate(REASONS) if code}
    beside = medians[np.isfinite(medians)]
    return {
        "result": result,
        "exceeded": over if checked else None,  # unknown, not zero
        "checked": checked,
        "not_checked": values.size - checked,
        "completeness": checked / values.size,
        **reasons,
        "indicative_exceeded": int(rounding.above(beside, limit.concentration).sum()) if beside.size else None,
        "indicative_of": beside.size or None,
    }


def _if_real(
    made: Checks, chosen: npt.NDArray[np.bool_], there: npt.NDArray[np.int64], told: npt.NDArray[np.bool_],
    limit: Limit | Group,
) -> int | None:  # fmt: skip
    """Intervals that would lie above if what nothing else supports is the air, and are not told as such already."""
    if made.if_real is None:
        return None
    return int(((made.if_real.to_numpy()[chosen][:, there] > limit.concentration) & ~told).sum())


def _whole(days: tuple[npt.NDArray[Any], npt.NDArray[Any]], since: Any, until: Any) -> npt.NDArray[np.bool_]:
    """Intervals on all of whose days the limit was in force."""
    first, last = days
    return np.asarray((first >= since) & (last <= until))


def _in_part(
    made: Checks, chosen: npt.NDArray[np.bool_], there: npt.NDArray[np.int64], limit: Limit | Group, result: str
) -> Row:
    """Sums of which a member was not measured: how many are above one with the rest alone, and the highest rest."""
    if made.measured is None:
        return {"unmeasured": ""}
    part = made.measured.to_numpy()[chosen][:, there]
    known = bool(np.isfinite(part).any())
    over = int(rounding.above(part, limit.concentration).sum())
    return {
        "exceeded_in_part": over if known else None,
        "highest_part": float(np.nanmax(part)) if known else np.nan,
        "unmeasured": " ".join(made.unmeasured),
        "result": EXCEEDED if over else result,
    }


def _city_days(values: npt.NDArray[np.float64], above: npt.NDArray[np.bool_], day: npt.NDArray[Any]) -> Row:
    """Local days on which any station was checked, and on which any lay above."""
    checked = np.unique(day[np.isfinite(values).any(axis=1)]).size
    return {
        "days_exceeded": np.unique(day[above.any(axis=1)]).size if checked else None,
        "days_checked": checked,
    }


def _worst(
    names: pd.Index,
    values: npt.NDArray[np.float64],
    above: npt.NDArray[np.bool_],
    opened: pd.DatetimeIndex,
    limit: Limit | Group,
    clock: ZoneInfo,
) -> Row:
    if not np.isfinite(values).any():
        return {"worst_station": ""}
    interval, station = np.unravel_index(int(np.nanargmax(values)), values.shape)
    highest = float(values[interval, station])
    return {
        "worst_station": str(names[station]),
        "worst_station_exceeded": int(above[:, station].sum()),
        "worst_value": highest,
        "worst_ratio": highest / limit.concentration,
        "worst_start": opened[interval].tz_convert(clock).isoformat(),
    }


def _note(beside: bool, counts: Row, checked: pd.Index, low_cost: Collection[str]) -> str:
    notes = (
        (HOUR_BESIDE_SINGLE, beside),
        (DAILY_MEDIANS, bool(counts["not_checked_medians"])),
        (LOW_COST, len(checked) > 0 and set(checked) <= set(low_cost)),
    )
    return " ".join(name for name, true in notes if true)
