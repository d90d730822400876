"""A table handed to a file command: its columns under one name each, every value asked whether it can be one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.clock import iso
from data.column_names import WIDE, renamed
from data.parameters import PARAMETERS, UnitError, conversion
from data.possible import FIRST, LAST
from data.times import ZONED
from jobs.tables.opened import TIDY, WideFileError, WrongArgument, is_tidy, whole_table
from models.averages.intervals import lengths, overlapped
from models.quality.columns import LONG, fault_codes, half_circles, impossible, key_of, suspected
from models.trends.trends import Refused
from sources.files import numbers

__all__ = ["FLAGS", "TIDY", "Given", "WideFileError", "WrongArgument", "asked", "is_tidy", "read"]

EXAMPLE = "2026-01-10T08:00:00Z"
# `--flags` → the flags that count: a doubtful value may be a dust storm, an invalid one never counts.
FLAGS: Mapping[str, tuple[str, ...]] = {"all": ("ok", "suspect"), "ok": ("ok",)}
# What a value is of its interval, the best first: where a series has several, the others stay out.
STATISTICS = ("mean", "sum", "instant", "median", "max")
KEY = ["station", "parameter", "start", "minutes"]
SERIES = ["station", "parameter"]
MOST = 366 * 1440  # of `--minutes` [min]
APART = "\x1f"  # between source and station, where one station id has several sources


@dataclass
class Given:
    """
    A table and what of it does not count.

    Attributes
    ----------
    path : Path
        Where it came from.
    table : DataFrame
        Tidy (``station, parameter, start, minutes, value``) or wide (``date``, one column of numbers per parameter,
        wind as ``ws`` and ``wd``); times in UTC, cells that cannot be values missing.
    tidy : bool
        Which of the two it is.
    rows : int
        Rows of the file.
    names : dict of str to str
        Column as it is called here → as the file calls it.
    minutes : ndarray of float or None
        Length of each row of a wide table. [min]
    left_out : Counter
        (column of a wide table or parameter of a tidy one, why) → cells.
    signed : bool
        Directions counted from −180 to 180 and were turned into 0 to 360.
    units : dict of str to str
        Parameter → unit, where the file tells it.
    statistics : dict of (str, str) to str
        Station and parameter → what its values are, where the file tells it.
    """

    path: Path
    table: pd.DataFrame
    tidy: bool
    rows: int
    names: dict[str, str] = field(default_factory=dict)
    minutes: Any = None
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    signed: bool = False
    units: dict[str, str] = field(default_factory=dict)
    statistics: dict[tuple[str, str], str] = field(default_factory=dict)

    def leave(self, column: object, why: str, cells: int) -> None:
        """Count cells that do not count."""
        if cells:
            self.left_out[str(column), why] += int(cells)

    def called(self, column: object) -> str:
        """What the file calls a column, or a parameter of its rows."""
        if self.tidy:
            return LONG.get(str(column), str(column))
        return self.names.get(str(column), str(column))

    def account(self) -> list[dict[str, Any]]:
        """``column, why, cells`` of what does not count."""
        ordered = sorted(self.left_out.items())
        return [{"column": column, "why": why, "cells": cells} for (column, why), cells in ordered]


def read(path: Path, flags: str = "all", minutes: int | None = None) -> Given:
    """
    A CSV or JSON file, gzipped or not, as the commands use it.

    Parameters
    ----------
    path : Path
        Other people's table, or an export, a snapshot or an answer of this centre.
    flags : {"all", "ok"}
        Whether doubtful rows count beside the sound ones; invalid ones never do.
    minutes : int, optional
        Length of the rows of a wide table, which tells none; by default the distance between rows. [min]

    Returns
    -------
    Given

    Raises
    ------
    WideFileError
        When it cannot be read, a time has no zone, a unit is not understood, or two rows are of one station,
        parameter and time.
    """
    return asked(whole_table(Path(path)), Path(path), flags, minutes)


def asked(whole: pd.DataFrame, path: Path, flags: str = "all", minutes: int | None = None) -> Given:
    """
    A table as `read` gives it, from the table that stands in a file.

    Parameters
    ----------
    whole : DataFrame
        As it is written.
    path : Path
        Whose it is, for errors.
    flags, minutes
        As in `read`.
    """
    if minutes is not None and not 1 <= minutes <= MOST:
        raise WrongArgument("jobs.file.minutes", parameter="minutes", value=minutes, most=MOST)
    whole = whole.set_axis(pd.Index([str(name).strip() for name in whole.columns]), axis=1)
    tidy = is_tidy(whole.columns)
    names = renamed(whole.columns) if tidy else renamed(whole.columns, WIDE)
    whole = whole.rename(columns=names)
    place = "start" if tidy else "date"
    if place not in whole:
        raise WideFileError("jobs.file.no_shape", parameter="date", file=path, columns=TIDY)
    whole[place] = _times(whole[place], path)
    given = Given(path, whole, tidy, len(whole), {own: written for written, own in names.items()})
    if tidy:
        _long(given, FLAGS[flags])
    else:
        _wide(given, FLAGS[flags], minutes)
    return given


def _times(column: pd.Series, path: Path) -> pd.Series:
    text = column.astype("str")
    plain = text.str.endswith("Z").to_numpy(dtype=bool, na_value=False)
    if len(text) and not (plain.all() or text[~plain].str.contains(ZONED, regex=True).all()):
        raise WideFileError("jobs.file.no_zone", parameter=str(column.name), file=path, example=EXAMPLE)
    try:
        times = pd.to_datetime(text, utc=True, format="ISO8601")
    except (ValueError, OverflowError) as error:
        raise WideFileError("jobs.file.no_time", parameter=str(column.name), file=path, example=EXAMPLE) from error
    far = (times < FIRST) | (times >= LAST)
    if far.any():
        raise WideFileError("jobs.file.far_time", parameter=str(column.name), file=path, text=text[far].iloc[0])
    return times


def _long(given: Given, flags: tuple[str, ...]) -> None:
    rows = given.table
    cells = numbers.read(rows["value"])
    minutes = pd.to_numeric(rows["minutes"], errors="coerce")
    rows = rows.assign(value=cells.value, minutes=minutes)
    rows["parameter"] = rows["parameter"].astype("str")
    rows["station"] = _stations(rows)
    flag = rows["flag"].fillna("ok").replace("", "ok") if "flag" in rows else pd.Series("ok", index=rows.index)
    flag = flag.mask(cells.bound & (flag == "ok"), "suspect")
    for why, bad in (
        ("no_station", rows["station"].isna()),
        ("no_parameter", rows["parameter"].isna()),
        ("not_understood", cells.reject != ""),
        ("no_interval", ~(minutes >= 0)),
        ("replaced", rows["known_until"].notna() if "known_until" in rows else None),
        *((f"flag_{name}", flag == name) for name in flag.unique() if name not in flags),
    ):
        if bad is not None and (gone := bad.reindex(rows.index)).any():
            rows = _without(rows, gone, why, given)
    rows = _one_statistic(rows, given)
    rows = _instants(rows)
    _once(rows, given.path)
    rows = rows[rows["value"].notna() | ~rows.duplicated(KEY, keep=False)]
    rows = _converted(rows, given)
    rows = rows.assign(value=_sound_rows(rows, given))
    over = pd.Series(overlapped(rows[rows["value"].notna()]), index=rows.index[rows["value"].notna()])
    given.table = _without(rows, over.reindex(rows.index, fill_value=False), "over_shorter_rows", given)


def _without(rows: pd.DataFrame, gone: pd.Series, why: str, given: Given) -> pd.DataFrame:
    """The other rows; those with a value are counted."""
    counted = rows[gone & (rows["value"].notna() | (why == "not_understood"))]
    for parameter, cells in counted["parameter"].fillna("").value_counts().items():
        given.leave(parameter, why, cells)
    return rows[~gone]


def _stations(rows: pd.DataFrame) -> pd.Series:
    """Station ids; one id of several sources is as many stations, for nobody may average two instruments."""
    station = rows["station"].astype("str")
    if "source" not in rows:
        return station
    source = rows["source"].astype("str").fillna("")
    several = pd.DataFrame({"s": station, "of": source}).drop_duplicates()["s"].value_counts()
    shared = station.isin(several.index[several > 1])
    return station.mask(shared, source + APART + station)


def _one_statistic(rows: pd.DataFrame, given: Given) -> pd.DataFrame:
    """Rows of the best statistic of each series: a maximum never enters a mean of means."""
    if "statistic" not in rows or not len(rows):
        return rows
    place = {name: at for at, name in enumerate(STATISTICS)}
    said = rows["statistic"].fillna("").replace("", "mean")
    rank = said.map(place).fillna(len(place))
    best = rank.groupby([rows[name] for name in SERIES]).transform("min")
    rows = _without(rows, rank != best, "other_statistic", given)
    told = rows[SERIES].assign(said=said.reindex(rows.index)).drop_duplicates(SERIES)
    given.statistics = {(s, p): str(word) for s, p, word in told.itertuples(index=False)}
    return rows


def _instants(rows: pd.DataFrame) -> pd.DataFrame:
    """Readings of no length stand for the time to the next, up to an hour."""
    none = rows["minutes"] == 0
    if not none.any():
        return rows
    minutes = rows["minutes"].astype(float)
    for _, part in rows[none].sort_values("start").groupby(SERIES, observed=True):
        told = lengths(pd.DatetimeIndex(part["start"]))
        minutes.loc[part.index] = np.minimum(np.where(told > 0, told, 60.0), 60.0)
    return rows.assign(minutes=minutes)


def _once(rows: pd.DataFrame, path: Path) -> None:
    """Refuse a table in which two rows are of one station, parameter and time: no mean of them is anybody's."""
    again = rows[rows["value"].notna()].duplicated(KEY, keep=False)
    if not again.any():
        return
    first = rows.loc[again.index[again]].iloc[0]
    said = {"station": str(first["station"]).replace(APART, " "), "label": first["parameter"]}
    time = iso(first["start"], "minutes")
    raise WideFileError("jobs.file.twice", parameter="start", n=int(again.sum()), file=path, time=time, **said)


def _converted(rows: pd.DataFrame, given: Given) -> pd.DataFrame:
    """Values in the parameter's own unit, where the file tells theirs."""
    if "unit" not in rows:
        return rows
    value = rows["value"].copy()
    for (parameter, unit), part in rows.groupby(["parameter", "unit"], observed=True):
        key = key_of(str(parameter))
        if key not in PARAMETERS or not str(unit).strip():
            continue
        try:
            factor, offset = conversion(key, str(unit))
        except UnitError as error:
            raise WideFileError("jobs.file.refused", parameter="unit", file=given.path, cause=error) from error
        given.units[str(parameter)] = PARAMETERS[key].unit
        if (factor, offset) != (1.0, 0.0):
            value.loc[part.index] = part["value"] * factor + offset
    return rows.assign(value=value)


def _sound_rows(rows: pd.DataFrame, given: Given) -> pd.Series:
    value = rows["value"].to_numpy(dtype=float).copy()
    for (_, parameter), places in rows.groupby(SERIES, observed=True, sort=False).indices.items():
        value[places] = _sound(value[places], str(parameter), given)
    code = fault_codes(rows[KEY].assign(value=value, parameter=rows["parameter"].map(key_of)))
    for parameter, cells in rows.loc[code, "parameter"].value_counts().items():
        given.leave(parameter, "fault_code", cells)
    return pd.Series(np.where(code, np.nan, value), index=rows.index)


def _sound(values: Any, name: str, given: Given) -> Any:
    """Values of one column or series; what cannot be one is missing, and counted by its reason."""
    key = key_of(name)
    if key == "wind_direction" and half_circles(values):
        given.signed = True
        values = np.where((values < 0) & (values >= -180), values + 360.0, values)
    bad = impossible(values, key)
    for why, gone in bad.items():
        given.leave(name, why, int(gone.sum()))
        values = np.where(gone, np.nan, values)
    return values


def _wide(given: Given, flags: tuple[str, ...], minutes: int | None) -> None:
    frame = given.table.sort_values("date", kind="stable", ignore_index=True)
    again = frame["date"].duplicated(keep=False)
    if again.any():
        time = iso(frame["date"][again].iloc[0], "minutes")
        raise WideFileError("jobs.file.time_twice", parameter="date", n=int(again.sum()), file=given.path, time=time)
    columns = {str(name): _cells(frame[name], flags, given) for name in frame.columns if name != "date"}
    told = lengths(pd.DatetimeIndex(frame["date"])) if minutes is None else np.full(len(frame), float(minutes))
    sound = {name: _sound(values, given.names.get(name, name), given) for name, values in columns.items()}
    for name, values in sound.items():
        near = {n: v for n, v in sound.items() if key_of(n) in PARAMETERS and n != name}
        code = _codes(frame["date"], told, name, values, near)
        given.leave(given.names.get(name, name), "fault_code", int(code.sum()))
        sound[name] = np.where(code, np.nan, values) if code.any() else values
    given.table, given.minutes = pd.DataFrame({"date": frame["date"], **sound}), told


def _cells(column: pd.Series, flags: tuple[str, ...], given: Given) -> Any:
    """One column of a wide table as numbers."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=np.float64)
    name = given.names.get(str(column.name), str(column.name))
    cells = numbers.read(column)
    odd = cells.reject != ""
    if odd.any() and cells.value.isna().all():
        cause = Refused("models.trends.no_numbers", who="asker", parameter=name, columns=[name])
        raise WideFileError("jobs.file.refused", parameter=name, file=given.path, cause=cause)
    given.leave(name, "not_understood", int(odd.sum()))
    bound = cells.bound if "suspect" not in flags else cells.bound & False
    given.leave(name, "flag_suspect", int(bound.sum()))
    return cells.value.mask(bound).to_numpy(dtype=np.float64)


def _codes(date: pd.Series, minutes: Any, name: str, values: Any, near: dict[str, Any]) -> Any:
    """Fault codes of one column, held against the other fractions of its dust."""
    key = key_of(name)
    known = PARAMETERS.get(key)
    if known is None or known.family != "pollutant":
        return np.zeros(len(values), dtype=bool)
    doubtful = suspected(values, key)
    if not doubtful.any():
        return doubtful
    one = pd.DataFrame({"station": "", "parameter": key, "start": date, "minutes": minutes, "value": values})
    parts = ("pm1", "pm25", "pm10", "tsp")
    dust = [one.assign(parameter=key_of(n), value=v) for n, v in near.items() if key in parts and key_of(n) in parts]
    rows = pd.concat([one, *dust], ignore_index=True)
    return fault_codes(rows, np.append(doubtful, np.zeros(len(rows) - len(doubtful), dtype=bool)))[: len(values)]
