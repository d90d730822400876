"""Kazhydromet's indices of a city's air: СИ and НП of a month, ИЗА5 of a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from data.standards.temperature import held_at
from data.times import local_days
from models.averages.averages import coverage, time_average
from models.averages.limit_averages import checks
from models.limits.in_force import own
from models.stations.monitors import once, standing_for_air

GRADES = ("low", "elevated", "high", "very_high")
# Exponents by hazard class 1 to 4. The first set is printed by emirsaba.org for Kazakhstan, the second is that of
# RD 52.04.667-2005, unverified.
EXPONENTS: Mapping[str, Mapping[int, float]] = MappingProxyType(
    {
        "emirsaba": MappingProxyType({1: 1.7, 2: 1.3, 3: 1.0, 4: 0.9}),
        "rd-52.04.667-2005": MappingProxyType({1: 1.5, 2: 1.3, 3: 1.0, 4: 0.85}),
    }
)
CLASS_OF_PARTICLES = 3  # no class is given for PM2.5 and PM10; that of dust is taken
FIVE = 5
HOME = "kz"

Row = dict[str, Any]


def grade_si(value: float) -> str:
    """
    Class of СИ; the bands 0–1, 2–4, 5–10, above 10 are read without gaps: above 1 is elevated, 5 is high.

    Examples
    --------
    >>> [grade_si(x) for x in (1.0, 1.1, 4.9, 5.0, 10.0, 10.1)]
    ['low', 'elevated', 'elevated', 'high', 'high', 'very_high']
    """
    return GRADES[int(value > 1) + int(value >= 5) + int(value > 10)]


def grade_np(value: float) -> str:
    """
    Class of НП; the bands 0, 1–19, 20–49, from 50 % are read without gaps.

    Examples
    --------
    >>> [grade_np(x) for x in (0.0, 0.2, 19.9, 20.0, 50.0)]
    ['low', 'elevated', 'elevated', 'high', 'very_high']
    """
    return GRADES[int(value > 0) + int(value >= 20) + int(value >= 50)]


def grade_iza(value: float) -> str:
    """
    Class of ИЗА, rounded half up to a whole number first: 0–4, 5–6, 7–13, from 14.

    Examples
    --------
    >>> [grade_iza(x) for x in (4.4, 4.5, 6.5, 13.4, 13.5)]
    ['low', 'elevated', 'high', 'high', 'very_high']
    """
    whole = int(np.floor(value + 0.5))
    return GRADES[int(whole >= 5) + int(whole >= 7) + int(whole >= 14)]


def monthly(
    rows: pd.DataFrame,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    jurisdiction: str = HOME,
    stations: pd.DataFrame | None = None,
    flags: Sequence[str] = ("ok",),
    min_coverage: float = MIN_COVERAGE,
) -> pd.DataFrame:
    """
    СИ and НП of each month.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city; samples of 20 or 30 min where there are any for a pollutant, else hours.
    start, end : datetime
        Half-open; aware; months of the local calendar.
    zone : str
        The city's clock.
    jurisdiction : str
        Whose single maxima; outside Kazakhstan the result is ours alone: ``computed_by_us``.
    flags : sequence of str
        Flags that count.
    min_coverage : float
        Share of a month's samples a station needs for НП; СИ takes any. [0–1]

    Returns
    -------
    DataFrame
        ``month`` (YYYY-MM)``, si, si_parameter, si_station, si_start, np`` [%]``, np_parameter, np_station, grade_si,
        grade_np, grade`` (the higher)``, parameters`` (that entered)``, indicative, hours_for_samples, lower_bound,
        computed_by_us``. Missing where nothing was measured. With hours for samples of any pollutant СИ is a
        ``lower_bound`` and НП no share of samples: neither has a grade.

    Notes
    -----
    СИ: highest single concentration of any pollutant at any post over its single maximum. НП: highest share of
    samples above it, of any pollutant at any post. Definitions and bands after RD 52.04.667-2005, unverified. An hour's
    mean is never above its highest 20 minutes, so that СИ from hours is a lower bound; how many of its samples lie
    above the maximum an hour does not tell.
    """
    air = once(standing_for_air(rows), stations)
    parts = [
        part
        for limit in own(jurisdiction, averaging="single")
        for part in _months(
            held_at(air[air["parameter"] == limit.parameter], limit.temperature),
            limit,
            start,
            end,
            zone,
            flags,
            min_coverage,
        )
    ]
    months = pd.period_range(
        pd.Timestamp(start).tz_convert(zone).tz_localize(None),
        (pd.Timestamp(end) - pd.Timedelta(1, "us")).tz_convert(zone).tz_localize(None),
        freq="M",
    )
    return pd.DataFrame([_month(str(month), [p for p in parts if p["month"] == str(month)], jurisdiction)
                         for month in months])  # fmt: skip


def _months(
    rows: pd.DataFrame,
    limit: Limit,
    start: datetime,
    end: datetime,
    zone: str,
    flags: Sequence[str],
    min_coverage: float,
) -> Iterator[Row]:
    """Per month: the highest ratio and the highest share above of one pollutant."""
    if rows.empty:
        return
    samples = sorted(set(rows["minutes"]) & {20, 30}) or [60]
    made = checks(rows, "single", start, end, zone=zone, minutes=samples[0], flags=flags)
    local = pd.DatetimeIndex(made.values.index).tz_convert(zone)
    held = [limit.in_force(day) for day in local_days(made.values.index, zone).date]
    ratios = (made.values / limit.concentration)[held]
    for month, part in ratios.groupby(local[held].strftime("%Y-%m")):
        full = (part.index[-1] - part.index[0]) / pd.Timedelta(minutes=samples[0]) + 1
        filled = part.notna().sum()
        if not filled.any():
            continue
        shares = (100 * (part > 1).sum() / filled).where(filled >= min_coverage * full)
        station = part.max().idxmax()
        yield {
            "month": month,
            "parameter": limit.parameter,
            "si": float(part[station].max()),
            "si_station": str(station),
            "si_start": part[station].idxmax().tz_convert(zone).isoformat(),
            "np": float(shares.max()),
            "np_station": str(shares.idxmax()) if shares.notna().any() else "",
            "indicative": limit.indicative,
            "hours": samples[0] == 60,
        }


def _month(month: str, parts: list[Row], jurisdiction: str) -> Row:
    row: Row = {"month": month, "si": np.nan, "np": np.nan, "grade_si": "", "grade_np": "", "grade": ""}
    if parts:
        top = max(parts, key=lambda part: part["si"])
        row |= {name: top[name] for name in ("si", "si_station", "si_start")} | {"si_parameter": top["parameter"]}
    shares = [part for part in parts if np.isfinite(part["np"])]
    if shares:
        top = max(shares, key=lambda part: part["np"])
        row |= {"np": top["np"], "np_parameter": top["parameter"], "np_station": top["np_station"]}
    bound = any(part["hours"] for part in parts)
    return (
        row
        | (_grades(row["si"], row["np"]) if parts and not bound else {})
        | {
            "parameters": " ".join(dict.fromkeys(part["parameter"] for part in parts)),
            "indicative": bound or any(part["indicative"] for part in parts),
            "hours_for_samples": bound,
            "lower_bound": bound,
            "computed_by_us": jurisdiction != HOME,
        }
    )


def _grades(si: float, share: float) -> Row:
    """Classes of СИ and НП, and the higher of them."""
    made = {"grade_si": grade_si(si), "grade_np": grade_np(share) if np.isfinite(share) else ""}
    return made | {"grade": max(filter(None, made.values()), key=GRADES.index)}


def yearly(
    rows: pd.DataFrame,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    jurisdiction: str = HOME,
    exponents: str = "emirsaba",
    stations: pd.DataFrame | None = None,
    flags: Sequence[str] = ("ok",),
    min_coverage: float = MIN_COVERAGE,
    class_of_particles: int = CLASS_OF_PARTICLES,
) -> pd.DataFrame:
    """
    ИЗА5 of each local calendar year in the period.

    Parameters
    ----------
    rows, start, end, zone, jurisdiction, stations, flags
        As in `monthly`; hourly rows.
    exponents : str
        Key of `EXPONENTS`; named in the result.
    min_coverage : float
        Share of the year's hours a station needs to enter the city's mean. [0–1]
    class_of_particles : int
        Hazard class of pollutants that have none.

    Returns
    -------
    DataFrame
        ``year, iza5, lower_bound, grade, exponents, parts`` (``pm25=1.80 no2=1.20 …``, largest first)``, left_out``
        (pollutants with a daily limit that were measured, but at no station for enough of the year)``, not_measured``
        (with a daily limit, by nobody)``, complete`` (five entered and none was left out)``, indicative,
        computed_by_us``. NaN where no pollutant entered. What is not complete is a ``lower_bound``: a term that is
        missing can only raise the sum, so it has no grade. What nobody measures is no term of the index.

    Notes
    -----
    ``ИЗА5 = Σ (q / MAC_daily) ** k`` over the five largest terms, q the year's mean over the posts, k by hazard
    class. The definition after RD 52.04.667-2005 is unverified; the set of exponents changes the result.
    """
    air = once(standing_for_air(rows), stations)
    air = air[air["flag"].isin(list(flags)) & (air["minutes"] == 60)]
    powers = EXPONENTS[exponents]
    stands = {limit.parameter: limit.temperature for limit in own(jurisdiction, averaging="24h")}
    means = {
        p: _year_means(held_at(part, stands.get(str(p))), zone, min_coverage) for p, part in air.groupby("parameter")
    }
    first, last = (pd.Timestamp(t).tz_convert(zone) for t in (start, end))
    return pd.DataFrame(
        [
            _year(year, means, own(jurisdiction, on=date(year, 12, 31), averaging="24h"), powers, class_of_particles)
            | {"exponents": exponents, "computed_by_us": jurisdiction != HOME}
            for year in range(first.year, (last - pd.Timedelta(1, "us")).year + 1)
        ]
    )


def _year_means(rows: pd.DataFrame, zone: str, min_coverage: float) -> pd.Series:
    """The city's mean of each year over the stations that measured enough of it. [µg/m³]"""
    at = rows["start"].dt.floor("h")
    wide = rows.assign(at=at).pivot_table(index="at", columns="station", values="value", observed=True)
    wide.columns = wide.columns.astype(str)
    shares = coverage(wide, "year", tz=zone, span="calendar", minutes=60)
    means = time_average(wide, "year", 0.0, tz=zone, span="calendar", minutes=60).where(shares >= min_coverage)
    return means.mean(axis=1).set_axis(pd.DatetimeIndex(means.index).tz_convert(zone).year)


def _year(
    year: int,
    means: Mapping[Any, pd.Series],
    held: Sequence[Limit],
    powers: Mapping[int, float],
    class_of_particles: int,
) -> Row:
    terms: dict[str, float] = {}
    for limit in held:
        mean = float(means[limit.parameter].get(year, np.nan)) if limit.parameter in means else np.nan
        if np.isfinite(mean):
            ratio = max(mean, 0.0) / limit.concentration  # a year's mean of noise around zero is zero
            terms[limit.parameter] = ratio ** powers[limit.hazard_class or class_of_particles]
    top = sorted(terms.items(), key=lambda term: -term[1])[:FIVE]
    total = sum(value for _, value in top) if top else np.nan
    missing = [limit.parameter for limit in held if limit.parameter not in terms]
    left_out = [name for name in missing if name in means and year in means[name].index]
    complete = len(top) == FIVE and not left_out
    return {
        "year": year,
        "iza5": total,
        "lower_bound": bool(top) and not complete,
        "grade": grade_iza(total) if complete else "",
        "parts": " ".join(f"{name}={value:.2f}" for name, value in top),
        "left_out": " ".join(left_out),
        "not_measured": " ".join(name for name in missing if name not in left_out),
        "complete": complete,
        "indicative": True,  # definition, hazard classes and some limits are unverified
    }
