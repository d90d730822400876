"""`cleanair aggregate | trend | polar`: averages, slopes and polar surfaces of a table of hours, file to file."""

import gzip
import os
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pandas as pd

from data.parameters import PARAMETERS
from data.standards.coverage import MIN_COVERAGE
from data.times import iso_texts
from jobs.tables.given import FLAGS, Given, WideFileError, WrongArgument, read
from models.averages.averages import Lengths, coverage, framed, tidy_average, time_average
from models.averages.intervals import lengths
from models.averages.periods import Every
from models.averages.resample import Bootstrap
from models.trends.trends import Refused, theil_sen
from models.wind.polar import polar_surface

Result = dict[str, Any]


def aggregate(
    input: str | Path, every: str, min_coverage: float, vector_wind: bool, out: str | Path, tz: str = "UTC"
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

    Returns
    -------
    dict
        ``rows``, ``periods``, ``every``, ``time_zone``, ``left_out`` (why → cells that cannot be values) and ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used: one sentence.
    """
    if not 0 <= min_coverage <= 1:
        raise WrongArgument("jobs.file.coverage", parameter="min-coverage", value=f"{min_coverage:g}")
    zone = _zone(tz)
    given = read(Path(input))
    period = cast("Every", every)
    try:
        if given.tidy:
            made = tidy_average(
                given.table, period, min_coverage, vector_wind=vector_wind, tz=zone, span="calendar", flags=FLAGS
            )
            made["start"] = iso_texts(made["start"])
        else:
            wide = _placed(given.table)
            minutes = _lengths(wide)
            made = time_average(
                wide, period, min_coverage, vector_wind=vector_wind, tz=zone, span="calendar", minutes=minutes
            ).reset_index()
            made["date"] = iso_texts(made["date"])
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    _write(Path(out), made.to_csv(index=False, lineterminator="\n").encode())
    periods = made["start" if "start" in made else "date"].nunique()
    said = {"rows": len(given.table), "periods": int(periods), "every": every, "time_zone": zone}
    return said | {"left_out": _left(given), "out": str(out)}


def _left(given: Given) -> dict[str, int]:
    """Why → how many cells or rows do not count."""
    return {why: count for why, count in given.left_out.items() if count}


def trend(
    input: str | Path, parameter: str, deseason: bool, bootstrap: str, seed: int, out: str | Path, tz: str = "UTC"
) -> Result:
    """
    Theil–Sen slope of the monthly means of one parameter.

    Parameters
    ----------
    input : str or Path
        As in `aggregate`; a tidy table must hold one station.
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

    Returns
    -------
    dict
        What the file holds: ``slope, lower, upper`` [unit/year], ``p, n`` (months that values cover by 75 %), ``unit,
        per`` ("year"), ``coverage`` (share of the months from the first to the last that values cover),
        ``months_left_out`` (those covered by less), ``time_zone`` and ``left_out`` (why → cells).

    Raises
    ------
    WideFileError
        File or argument cannot be used, or the data do not carry a trend: one sentence.
    """
    zone, given = _zone(tz), read(Path(input))
    wide, minutes = _one(given, parameter, input)
    series = wide[[parameter]]
    try:
        share = coverage(series, "month", tz=zone, span="calendar", minutes=minutes)[parameter]
        months = time_average(series, "month", MIN_COVERAGE, tz=zone, span="calendar", minutes=minutes)[parameter]
        found = theil_sen(months, deseason=deseason, bootstrap=cast("Bootstrap", bootstrap), seed=seed)
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
        "coverage": float(share.clip(upper=1.0).mean()),
        "months_left_out": int(((share > 0) & months.isna()).sum()),
        "time_zone": zone,
        "left_out": _left(given),
    }
    _write(Path(out), orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return result | {"out": str(out)}


def polar(input: str | Path, parameter: str, statistic: str, out: str | Path) -> Result:
    """
    Polar surface of one parameter over wind speed and direction.

    Parameters
    ----------
    input : str or Path
        As in `trend`, with wind speed and direction.
    parameter : str
        Column, or parameter of the tidy table.
    statistic : {"mean", "cpf90"}
        Mean, or probability of exceeding the 90th percentile.
    out : str or Path
        CSV ``u, v, z`` on openair's 201 × 201 grid; `z` empty where no such wind was measured.

    Returns
    -------
    dict
        ``cells`` with a value, ``hours`` with wind and value, ``directions`` (``0-360`` or ``signed``, then turned),
        ``left_out`` (why → cells) and ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used, or too few kinds of wind were measured: one sentence.
    """
    given = read(Path(input))
    wide, _ = _one(given, parameter, input)
    try:
        surface = polar_surface(wide, parameter, statistic)
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    _write(Path(out), surface.to_csv(index=False, lineterminator="\n").encode())
    hours = int(wide[["ws", "wd", parameter]].notna().all(axis=1).sum())
    said = {"cells": int(surface["z"].notna().sum()), "hours": hours}
    return said | {"directions": "signed" if given.signed else "0-360", "left_out": _left(given), "out": str(out)}


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    """Wide table by time; a column that holds anything but numbers is an error of the file."""
    wide = table.set_index("date").sort_index()
    text = [str(name) for name in wide.columns if not pd.api.types.is_numeric_dtype(wide[name])]
    if text:
        raise Refused("models.trends.no_numbers", who="asker", parameter=text[0], columns=text)
    return wide.astype(np.float64)


def _lengths(wide: pd.DataFrame) -> Lengths:
    """Length of the rows of a wide table: one number where all are alike. [min]"""
    found = lengths(pd.DatetimeIndex(wide.index))
    return int(found[0]) if len(found) and (found == found[0]).all() and found[0].is_integer() else found.tolist()


def _zone(tz: str) -> str:
    try:
        return str(ZoneInfo(tz).key)
    except (KeyError, ValueError, OSError) as error:
        raise WrongArgument("models.attribution.zone", parameter="tz", zone=tz) from error


def _one(given: Given, parameter: str, path: str | Path) -> tuple[pd.DataFrame, Lengths]:
    """Wide frame of the one station a table holds, and the length of its rows."""
    table = given.table
    try:
        if given.tidy:
            found = [f for f in framed(table) if parameter in f[1]] or framed(table)
        else:
            wide = _placed(table)
            found = [("", wide, _lengths(wide))]
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=path, cause=error) from error
    if len({station for station, _, _ in found}) != 1:
        count = len({station for station, _, _ in found})
        raise WideFileError("jobs.file.stations", parameter="station", file=path, count=count)
    _, wide, minutes = found[0]
    if parameter not in wide:
        named = [str(name) for name in wide.columns]
        raise WrongArgument("jobs.file.lacks", parameter="parameter", file=path, label=parameter, known=named)
    return wide, minutes


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
