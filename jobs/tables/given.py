"""A table handed to a file command: one dialect of columns, each value asked whether it can be one."""

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import clock
from data.errors import CentreError
from data.parameters import PARAMETERS
from data.possible import SENTINELS
from data.times import ZONED
from models.averages.averages import WIND

# Columns by their old or their long names → the one name that the commands use.
ALIASES: Mapping[str, str] = {
    "station_id": "station", "time_start_utc": "start", "time_start": "start", "averaging_minutes": "minutes",
}  # fmt: skip
TIDY = ("station", "parameter", "start", "minutes", "value")
KEY = ("station", "parameter", "start", "minutes", "statistic")
EXAMPLE = "2026-01-10T08:00:00Z"
# What programs write where there is no value, also without its sign; 999.9 and 1999.9 are faults of particle sensors.
NO_VALUES = (*SENTINELS, 9999.0, 99999.0)
FAULTS = {"pm25": (999.9,), "pm10": (1999.9, 999.9), "pm1": (999.9,)}
SHORT: Mapping[str, str] = {short: long for long, short in WIND.items()}
SIGNED = 0.05  # share of negative directions from which a file counts from −180 to 180
FLAGS = ("ok", "suspect")


class WideFileError(CentreError, ValueError):
    """The file or an argument cannot be used; the sentence says what the person who named it must change."""

    who, status = "asker", 400


class WrongArgument(WideFileError):
    """An argument does not fit the file."""

    exit_status = 2


@dataclass
class Given:
    """
    A table and what of it does not count.

    Attributes
    ----------
    table : DataFrame
        Tidy (`TIDY`, perhaps ``statistic``, ``flag``) or wide (``date``, one column of numbers per parameter); times
        in UTC, cells that cannot be values missing.
    left_out : Counter
        Why → number of cells or rows.
    signed : bool
        Directions counted from −180 to 180 and were turned into 0 to 360.
    """

    table: pd.DataFrame
    left_out: Counter[str] = field(default_factory=Counter)
    signed: bool = False

    @property
    def tidy(self) -> bool:
        """Whether there is one row per station, parameter and time."""
        return is_tidy(self.table)


def read(path: Path) -> Given:
    """
    A CSV or JSON file, gzipped or not, as the commands use it.

    Parameters
    ----------
    path : Path
        Other people's table, or an export, a snapshot or an answer of this centre.

    Returns
    -------
    Given

    Raises
    ------
    WideFileError
        When it cannot be read, a time has no zone, or two rows are of one station, parameter and time.
    """
    table = _raw(path).rename(columns=dict(ALIASES))
    table = table.rename(columns={"time_start_utc": "start"})
    place = "start" if is_tidy(table) else "date"
    if place not in table:
        raise WideFileError("jobs.file.no_shape", parameter="date", file=path, columns=TIDY)
    table[place] = _times(table[place], path)
    given = Given(table)
    return _long(given, path) if given.tidy else _wide(given)


def is_tidy(table: pd.DataFrame) -> bool:
    """Whether the table is long: one row per station, parameter and time."""
    return set(TIDY) <= set(table)


def _raw(path: Path) -> pd.DataFrame:
    try:
        packed, begin = _begins(path)
        if begin in (b"[", b"{"):
            return _records(path, packed)
        return pd.read_csv(path, compression="gzip" if packed else None, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise WideFileError("jobs.file.absent", file=path) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise WideFileError("jobs.file.gzip", file=path) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, json.JSONDecodeError) as error:
        raise WideFileError("jobs.file.no_table", file=path) from error
    except OSError as error:
        raise WideFileError("jobs.file.unreadable", file=path, cause=error.strerror or error) from error


def _begins(path: Path) -> tuple[bool, bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as text:
        return packed, text.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _records(path: Path, packed: bool) -> pd.DataFrame:
    """The list of records that a JSON file is, or holds under one of its keys."""
    with gzip.open(path) if packed else path.open("rb") as file:
        said: Any = json.load(file)
    lists = [said] if isinstance(said, list) else [v for v in said.values() if isinstance(v, list)]
    found = next((records for records in lists if records and all(isinstance(r, dict) for r in records)), None)
    if found is None:
        raise WideFileError("jobs.file.no_table", file=path)
    return pd.DataFrame(found)


def _times(column: pd.Series, path: Path) -> pd.Series:
    text = column.astype("str")
    if len(text) and not text.str.contains(ZONED, regex=True).all():
        raise WideFileError("jobs.file.no_zone", parameter=str(column.name), file=path, example=EXAMPLE)
    try:
        return pd.to_datetime(text, utc=True, format="ISO8601")
    except ValueError as error:
        raise WideFileError("jobs.file.no_time", parameter=str(column.name), file=path, example=EXAMPLE) from error


def _long(given: Given, path: Path) -> Given:
    rows = given.table
    told = pd.to_numeric(rows["value"], errors="coerce")
    given.left_out["not_a_number"] += int((told.isna() & rows["value"].notna()).sum())
    rows = rows.assign(value=told, minutes=pd.to_numeric(rows["minutes"], errors="coerce"))
    if "flag" in rows:
        counts = rows["flag"].fillna("ok").isin(FLAGS)
        given.left_out["flag_invalid"] += int((~counts).sum())
        rows = rows[counts]
    rows = _means(rows, given)
    _once(rows, path)
    parts = [_column(part, str(name), given) for name, part in rows.groupby("parameter", sort=False)["value"]]
    rows = rows.assign(value=pd.concat(parts).reindex(rows.index)) if parts else rows
    given.table = rows
    return given


def _means(rows: pd.DataFrame, given: Given) -> pd.DataFrame:
    """Rows without those that say they hold a maximum or the like beside a mean."""
    if "statistic" not in rows:
        return rows
    usual = rows["statistic"].fillna("").isin(("", "mean", "median", "instant", "sum"))
    given.left_out["other_statistic"] += int((~usual).sum())
    return rows[usual]


def _once(rows: pd.DataFrame, path: Path) -> None:
    """Refuse a table in which two rows are of one station, parameter and time: no mean of them is anybody's."""
    key = [name for name in KEY if name in rows]
    again = rows.duplicated(key, keep=False)
    if not again.any():
        return
    first = rows[again].iloc[0]
    several = "source" in rows and len(set(rows.loc[again, "source"])) > 1
    raise WideFileError(
        "jobs.file.sources" if several else "jobs.file.twice",
        parameter="source" if several else "start",
        n=int(again.sum()),
        file=path,
        station=first["station"],
        label=first["parameter"],
        time=clock.iso(first["start"], "minutes"),
    )


def _wide(given: Given) -> Given:
    table = given.table
    for name in table.columns.drop("date"):
        if pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name]):
            table[name] = _column(table[name].astype(np.float64), str(name), given)
    return given


def _column(values: pd.Series, name: str, given: Given) -> pd.Series:
    """Values of one parameter; what cannot be one is missing, and counted by its reason."""
    key = SHORT.get(name, name)
    codes = [code for code in NO_VALUES if key != "wind_direction" or not -180 <= code <= 180]  # −99 may be a direction
    gone = values.isin([*codes, *FAULTS.get(key, ())]) & ~_real(key, values)
    given.left_out["sentinel"] += int(gone.sum())
    values = values.mask(gone)
    if key == "wind_direction":
        values = _turned(values, given)
    known = PARAMETERS.get(key)
    if known is not None:
        beyond = (values < known.lowest) | (values > known.high)
        given.left_out["impossible"] += int(beyond.sum())
        values = values.mask(beyond)
    odd = ~np.isfinite(values) & values.notna()
    given.left_out["impossible"] += int(odd.sum())
    return values.mask(odd)


def _real(key: str, values: pd.Series) -> pd.Series:
    """Sentinels that may be values of this parameter: storms pass 9,999 µg/m³ of PM10, metres of height do too."""
    known = PARAMETERS.get(key)
    if known is None:
        return values > 0
    return (values > 0) & (values <= known.high) & ~values.isin(FAULTS.get(key, ()))


def _turned(values: pd.Series, given: Given) -> pd.Series:
    """Directions from −180 to 180 as from 0 to 360, where the whole column counts so."""
    told = values.dropna()
    negative = told < 0
    if len(told) and negative.mean() >= SIGNED and told.between(-180, 180).all():
        given.signed = True
        return values % 360.0
    return values
