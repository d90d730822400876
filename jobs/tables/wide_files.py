"""`cleanair aggregate | trend | polar`: averages, slopes and polar surfaces of a table of hours, file to file."""

import gzip
import os
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
import pandas as pd

from data.parameters import PARAMETERS
from data.standards.coverage import MIN_COVERAGE
from data.times import iso_texts
from jobs.tables import frames
from jobs.tables.given import APART, Given, WideFileError, WrongArgument, read
from models.averages.averages import coverage, tidy_average, time_average
from models.averages.periods import Every
from models.averages.resample import Bootstrap
from models.trends.trends import LEAST_MONTHS, theil_sen
from models.wind.polar import polar_surface

Result = dict[str, Any]
# A row that is longer than this is no part of the period [min]: a day of 25 hours holds a daily mean, an hour does not.
LONGEST = {"hour": 60 * 1.5, "day": 1440 * 1.5, "month": 44640 * 1.5, "year": 527040 * 1.5}


def aggregate(
    input: str | Path,
    every: str,
    min_coverage: float,
    vector_wind: bool,
    out: str | Path,
    tz: str = "UTC",
    *,
    flags: str = "all",
    minutes: int | None = None,
) -> Result:
    """
    Average a table over hours, days, months or years.

    Parameters
    ----------
    input : str or Path
        CSV or JSON, also gzipped: wide (``date`` ISO 8601 with zone = start of each interval, ``ws``, ``wd``, one
        column per parameter; empty = missing) or tidy (``station, parameter, start, minutes, value``, or the columns
        of this centre's own exports and answers).
    every : {"hour", "day", "month", "year"}
        Period.
    min_coverage : float
        Least share of the whole calendar period that values cover; below it the cell stays empty. [0–1]
    vector_wind : bool
        Speed of the mean wind vector instead of the mean speed.
    out : str or Path
        CSV in the shape of the input; gzipped when the name ends in ``.gz``.
    tz : str
        Zone whose midnight opens a day.
    flags : {"all", "ok"}
        Whether doubtful rows count beside the sound ones; invalid ones never do.
    minutes : int, optional
        Length of the rows of a wide table; by default told by the distance between them. [min]

    Returns
    -------
    dict
        ``rows`` of the file, ``hours`` that hold a value, ``periods``, ``every``, ``time_zone``, ``minutes`` (lengths
        of the rows), ``directions`` (``0-360``, or ``signed`` and turned), ``left_out`` (``column, why, cells``) and
        ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used: one sentence.
    """
    if not 0 <= min_coverage <= 1:
        raise WrongArgument("jobs.file.coverage", parameter="min-coverage", value=f"{min_coverage:g}")
    zone, given = _zone(tz), read(Path(input), flags, minutes)
    frames.without_longer(given, LONGEST[every])
    asked = (cast("Every", every), min_coverage, vector_wind, zone)
    try:
        made = _tidy(given, *asked) if given.tidy else _columns(given, *asked)
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    place = given.names.get("start", "start") if given.tidy else given.names.get("date", "date")
    said = {
        "rows": given.rows,
        "hours": frames.all_hours(given),
        "periods": int(made[place].nunique()),
        "every": every,
    }
    said |= {"time_zone": zone, "minutes": frames.minutes_of(given), **_account(given), "out": str(out)}
    _write(Path(out), made.to_csv(index=False, lineterminator="\n").encode())
    return said


def _tidy(given: Given, every: Every, min_coverage: float, vector_wind: bool, zone: str) -> pd.DataFrame:
    """Averages by station and parameter, under the names of the file, and its source, statistic and unit."""
    found = tidy_average(
        frames.plain(given),
        every, min_coverage, vector_wind=vector_wind, tz=zone, span="calendar",
    )  # fmt: skip
    found["start"] = iso_texts(found["start"])
    found = found.reset_index(drop=True)
    if given.statistics:
        pairs = zip(found["station"], found["parameter"], strict=True)
        found["statistic"] = [given.statistics.get(pair, "") for pair in pairs]
    if given.units:
        found.insert(5, "unit", found["parameter"].map(given.units).fillna(""))
    if "source" in given.table and len(found):
        source = given.table.drop_duplicates("station").set_index("station")["source"]
        found.insert(0, "source", found["station"].map(source))
    found["station"] = [str(name).rpartition(APART)[2] for name in found["station"]]
    return found.rename(columns=given.names)


def _columns(given: Given, every: Every, min_coverage: float, vector_wind: bool, zone: str) -> pd.DataFrame:
    """Averages column by column, under the names of the file."""
    wide, minutes = frames.placed(given), frames.lengths_of(given)
    made = time_average(
        wide, every, min_coverage, vector_wind=vector_wind, tz=zone, span="calendar", minutes=minutes
    ).reset_index()
    made["date"] = iso_texts(made["date"])
    return made.rename(columns=given.names)


def trend(
    input: str | Path,
    parameter: str,
    deseason: bool,
    bootstrap: str,
    seed: int,
    out: str | Path,
    tz: str = "UTC",
    *,
    min_coverage: float = MIN_COVERAGE,
    station: str | None = None,
    flags: str = "all",
    minutes: int | None = None,
) -> Result:
    """
    Theil–Sen slope of the monthly means of one parameter.

    Parameters
    ----------
    input, flags, minutes
        As in `aggregate`.
    parameter : str
        Column, or parameter of the tidy table.
    deseason : bool
        Take the months' usual course out first.
    bootstrap : {"block", "plain"}
        How the interval is made.
    seed : int
        Of the bootstrap; 2 gives openair's own interval.
    out : str or Path
        JSON file.
    tz : str
        Zone whose midnight opens a month.
    min_coverage : float
        Least share of a calendar month that values cover; months below it are left out and named. [0–1]
    station : str, optional
        Of a tidy table; needed where several measure the parameter.

    Returns
    -------
    dict
        What the file holds: ``slope, lower, upper`` [unit/year], ``p, n`` (months that entered), ``unit, per``
        ("year"), ``coverage`` (share of the time from the first to the last row that values cover), ``min_coverage``,
        ``months_left_out`` (those with values that cover less), ``station``, ``time_zone``, ``rows``, ``hours``,
        ``minutes`` and ``left_out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used, or the data do not carry a trend: one sentence.
    """
    if not 0 <= min_coverage <= 1:
        raise WrongArgument("jobs.file.coverage", parameter="min-coverage", value=f"{min_coverage:g}")
    zone, given = _zone(tz), read(Path(input), flags, minutes)
    frames.without_longer(given, LONGEST["month"])
    chosen, wide, length = frames.one(given, parameter, station)
    series = wide[[parameter]]
    try:
        share = coverage(series, "month", tz=zone, span="calendar", minutes=length)[parameter].clip(upper=1.0)
        months = time_average(series, "month", min_coverage, tz=zone, span="calendar", minutes=length)[parameter]
        thin = share.index[(share > 0) & months.isna()]
        if months.notna().sum() < LEAST_MONTHS:
            raise WideFileError(
                "jobs.file.thin", parameter=parameter, file=input, label=parameter, n=int(months.notna().sum()),
                of=len(months), least=LEAST_MONTHS, share=f"{100 * min_coverage:g}",
            )  # fmt: skip
        found = theil_sen(months, deseason=deseason, bootstrap=cast("Bootstrap", bootstrap), seed=seed)
    except WideFileError:
        raise
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    result = {
        "slope": found.slope,
        "lower": found.lower,
        "upper": found.upper,
        "p": found.p,
        "n": found.n,
        "unit": _unit(given, parameter),
        "per": "year",
        "coverage": frames.covered(series, length),
        "min_coverage": min_coverage,
        "months_left_out": [month.tz_convert(zone).strftime("%Y-%m") for month in thin],
        "station": chosen,
        "time_zone": zone,
        "rows": given.rows,
        "hours": frames.hours(series, length),
        "minutes": frames.minutes_of(given),
        **_account(given),
    }
    _write(Path(out), orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return result | {"out": str(out)}


def polar(
    input: str | Path,
    parameter: str,
    statistic: str,
    out: str | Path,
    *,
    station: str | None = None,
    flags: str = "all",
) -> Result:
    """
    Polar surface of one parameter over wind speed and direction.

    Parameters
    ----------
    input, parameter, station, flags
        As in `trend`, with wind speed and direction: of the same station, or of the one other that measures them.
    statistic : {"mean", "cpf90"}
        Mean, or probability of exceeding the 90th percentile.
    out : str or Path
        CSV ``u, v, z`` on openair's 201 × 201 grid; `z` empty where no such wind was measured.

    Returns
    -------
    dict
        ``rows`` of the file, ``cells`` with a value, ``hours`` with wind and value (rows of a wide table), ``station``,
        ``wind_from`` (station of the wind), ``directions`` (``0-360``, or ``signed`` and turned), ``left_out`` and
        ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used, or too few kinds of wind were measured: one sentence.
    """
    given = read(Path(input), flags)
    chosen = frames.one(given, parameter, station)
    wind, wide = frames.with_wind(given, chosen)
    try:
        surface = polar_surface(wide, parameter, statistic)
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    _write(Path(out), surface.to_csv(index=False, lineterminator="\n").encode())
    said = {"rows": given.rows, "cells": int(surface["z"].notna().sum())}
    said["hours"] = int(wide[["ws", "wd", parameter]].notna().all(axis=1).sum())
    return said | {"station": chosen[0], "wind_from": wind, **_account(given), "out": str(out)}


def _account(given: Given) -> Result:
    return {"directions": "signed" if given.signed else "0-360", "left_out": given.account()}


def _zone(tz: str) -> str:
    try:
        return str(ZoneInfo(tz).key)
    except (KeyError, ValueError, OSError) as error:
        raise WrongArgument("models.attribution.zone", parameter="tz", zone=tz) from error


def _unit(given: Given, parameter: str) -> str:
    if given.tidy and parameter in PARAMETERS:
        return PARAMETERS[parameter].unit
    return "as in the input"


def _write(path: Path, content: bytes) -> None:
    """All or nothing: the file appears when it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
        os.replace(part, path)
    except OSError as error:
        raise WideFileError("jobs.file.no_write", file=path, cause=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
