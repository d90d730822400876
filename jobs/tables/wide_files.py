"""`cleanair aggregate | trend | polar`: averages, slopes and polar surfaces of a table of hours, file to file."""

import gzip
import os
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np
import orjson
import pandas as pd

from data.errors import CentreError
from data.parameters import PARAMETERS
from models.averages.averages import tidy_average, time_average, wides
from models.averages.periods import Every
from models.averages.resample import Bootstrap
from models.averages.running import regular
from models.trends.trends import Refused, theil_sen
from models.wind.polar import polar_surface

TIDY = ("station", "parameter", "start", "minutes", "value")
EXAMPLE = "2026-01-10T08:00:00Z"
Result = dict[str, Any]


class WideFileError(CentreError, ValueError):
    """The file or an argument cannot be used; the sentence says what the person who named it must change."""

    who, status = "asker", 400


class WrongArgument(WideFileError):
    """An argument does not fit the file."""

    exit_status = 2


def aggregate(input: str | Path, every: str, min_coverage: float, vector_wind: bool, out: str | Path) -> Result:
    """
    Average a table over hours, days, months or years (in UTC).

    Parameters
    ----------
    input : str or Path
        CSV, also gzipped: wide (``date`` ISO 8601 with zone = start of each interval, ``ws``, ``wd``, one column per
        parameter; empty = missing) or tidy (``station, parameter, start, minutes, value``, hourly rows).
    every : {"hour", "day", "month", "year"}
        Period.
    min_coverage : float
        Least share of a period's intervals with a value; below it the cell stays empty. [0–1]
    vector_wind : bool
        Speed of the mean wind vector instead of the mean speed.
    out : str or Path
        CSV in the shape of the input; gzipped when the name ends in ``.gz``.

    Returns
    -------
    dict
        ``rows``, ``periods``, ``every`` and ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used: one sentence.
    """
    if not 0 <= min_coverage <= 1:
        raise WrongArgument("jobs.file.coverage", parameter="min-coverage", value=f"{min_coverage:g}")
    table = read(Path(input))
    period = cast("Every", every)
    try:
        if is_tidy(table):
            made = tidy_average(table, period, min_coverage, vector_wind=vector_wind)
            made["start"] = stamps(made["start"])
        else:
            made = time_average(_placed(table), period, min_coverage, vector_wind=vector_wind).reset_index()
            made["date"] = stamps(made["date"])
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    _write(Path(out), made.to_csv(index=False, lineterminator="\n").encode())
    periods = made["start" if "start" in made else "date"].nunique()
    return {"rows": len(table), "periods": int(periods), "every": every, "out": str(out)}


def trend(input: str | Path, parameter: str, deseason: bool, bootstrap: str, seed: int, out: str | Path) -> Result:
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

    Returns
    -------
    dict
        What the file holds: ``slope, lower, upper`` [unit/year], ``p, n`` (months), ``unit, per`` ("year"), and
        ``coverage`` (share of the hours between first and last row that were measured).

    Raises
    ------
    WideFileError
        File or argument cannot be used, or the data do not carry a trend: one sentence.
    """
    table = read(Path(input))
    series = _one(table, parameter, input)[[parameter]]
    try:
        months = time_average(series, "month", 0.0)[parameter]
        found = theil_sen(months, deseason=deseason, bootstrap=cast("Bootstrap", bootstrap), seed=seed)
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    result = {
        "slope": found.slope,
        "lower": found.lower,
        "upper": found.upper,
        "p": found.p,
        "n": found.n,
        "unit": _unit(table, parameter),
        "per": "year",
        "coverage": float(regular(series)[parameter].notna().mean()),
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
        ``cells`` with a value, ``hours`` with wind and value, and ``out``.

    Raises
    ------
    WideFileError
        File or argument cannot be used, or too few kinds of wind were measured: one sentence.
    """
    wide = _one(read(Path(input)), parameter, input)
    try:
        surface = polar_surface(wide, parameter, statistic)
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=input, cause=error) from error
    _write(Path(out), surface.to_csv(index=False, lineterminator="\n").encode())
    hours = int(wide[["ws", "wd", parameter]].notna().all(axis=1).sum())
    return {"cells": int(surface["z"].notna().sum()), "hours": hours, "out": str(out)}


def read(path: Path) -> pd.DataFrame:
    """
    A CSV file, gzipped or not, as it is; times understood.

    Raises
    ------
    WideFileError
        When it cannot be read, or a time has no zone.
    """
    try:
        table = pd.read_csv(path, compression="gzip" if _packed(path) else None, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise WideFileError("jobs.file.absent", file=path) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise WideFileError("jobs.file.gzip", file=path) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise WideFileError("jobs.file.no_table", file=path) from error
    except OSError as error:
        raise WideFileError("jobs.file.unreadable", file=path, cause=error.strerror or error) from error
    place = "start" if is_tidy(table) else "date"
    if place not in table:
        raise WideFileError("jobs.file.no_shape", parameter="date", file=path, columns=TIDY)
    table[place] = _times(table[place], path)
    return table


def is_tidy(table: pd.DataFrame) -> bool:
    """Whether the table is long: one row per station, parameter and time."""
    return set(TIDY) <= set(table)


def stamps(times: pd.Series) -> pd.Series:
    """Times in UTC as ISO 8601 with Z."""
    return times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _times(column: pd.Series, path: Path) -> pd.Series:
    text = column.astype("str")
    if len(text) and not text.str.contains(r"(?:Z|[+-]\d\d:?\d\d)$", regex=True).all():
        raise WideFileError("jobs.file.no_zone", parameter=str(column.name), file=path, example=EXAMPLE)
    try:
        return pd.to_datetime(text, utc=True, format="ISO8601")
    except ValueError as error:
        raise WideFileError("jobs.file.no_time", parameter=str(column.name), file=path, example=EXAMPLE) from error


def _placed(table: pd.DataFrame) -> pd.DataFrame:
    """Wide table by time; a column that holds anything but numbers is an error of the file."""
    wide = table.set_index("date").sort_index()
    text = [str(name) for name in wide.columns if not pd.api.types.is_numeric_dtype(wide[name])]
    if text:
        raise Refused("models.trends.no_numbers", who="asker", parameter=text[0], columns=text)
    return wide.astype(np.float64)


def _one(table: pd.DataFrame, parameter: str, path: str | Path) -> pd.DataFrame:
    """Wide frame of the one station a table holds."""
    try:
        found = wides(table) if is_tidy(table) else [("", _placed(table))]
    except ValueError as error:
        raise WideFileError("jobs.file.refused", file=path, cause=error) from error
    if len(found) != 1:
        raise WideFileError("jobs.file.stations", parameter="station", file=path, count=len(found))
    wide = found[0][1]
    if parameter not in wide:
        named = [str(name) for name in wide.columns]
        raise WrongArgument("jobs.file.lacks", parameter="parameter", file=path, label=parameter, known=named)
    return wide


def _unit(table: pd.DataFrame, parameter: str) -> str:
    if is_tidy(table) and parameter in PARAMETERS:
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
