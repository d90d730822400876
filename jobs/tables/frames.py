"""A given table as frames of hours: one per station, with the length of each row."""

from typing import Any

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from jobs.tables.given import APART, Given, WideFileError, WrongArgument
from models.averages.averages import WIND, Lengths, framed, time_average

Frame = tuple[str, pd.DataFrame, Lengths]


def placed(given: Given) -> pd.DataFrame:
    """Wide table by time."""
    return given.table.set_index("date").astype(np.float64)


def lengths_of(given: Given) -> Lengths:
    """Length of the rows of a wide table: one number where all are alike. [min]"""
    told = given.minutes
    return int(told[0]) if len(told) and (told == told[0]).all() and float(told[0]).is_integer() else told.tolist()


def plain(given: Given) -> pd.DataFrame:
    """Rows of a tidy table without what `read` has acted upon already."""
    return given.table.drop(columns=["flag", "known_until"], errors="ignore")


def frames(given: Given) -> list[Frame]:
    """Station, wide frame and length of its rows: of each station, or of a wide table itself."""
    if not given.tidy:
        return [("", placed(given), lengths_of(given))]
    return [(name.replace(APART, " "), frame, length) for name, frame, length in framed(plain(given))]


def one(given: Given, parameter: str, station: str | None = None) -> Frame:
    """
    The one station of a table that measures a parameter.

    Raises
    ------
    WideFileError
        When none does, or several do and none is named.
    """
    every = frames(given)
    own = WIND.get(parameter, parameter)  # frames call the wind by its short names
    there = [(name, frame.rename(columns={own: parameter}), length) for name, frame, length in every if own in frame]
    if not there:
        known = list(dict.fromkeys(given.called(n) for _, frame, _ in every for n in frame.columns))
        raise WrongArgument("jobs.file.lacks", parameter="parameter", file=given.path, label=parameter, known=known)
    named = [name for name, _, _ in there]
    if station is not None and given.tidy:
        there = [f for f in there if f[0] == station]
        if not there:
            raise WrongArgument("jobs.file.lacks", parameter="station", file=given.path, label=station, known=named)
    if len(there) > 1:
        said: dict[str, Any] = {"count": len(named), "label": parameter, "known": named}
        raise WideFileError("jobs.file.stations", parameter="station", file=given.path, **said)
    return there[0]


def with_wind(given: Given, chosen: Frame) -> tuple[str, pd.DataFrame]:
    """
    Hours of a station with wind: its own, or that of the one station of the file that has speed and direction.

    Returns
    -------
    (str, DataFrame)
        Station of the wind, and the frame with ``ws`` and ``wd`` if there is any.
    """
    station, wide, length = chosen
    if not given.tidy:
        return station, wide
    masts = [f for f in frames(given) if {"ws", "wd"} <= set(f[1])]
    own = hourly(wide, length)
    if any(name == station for name, _, _ in masts) or len(masts) != 1:
        return station, own
    name, mast, each = masts[0]
    return name, own.drop(columns=["ws", "wd"], errors="ignore").join(hourly(mast, each)[["ws", "wd"]])


def hourly(wide: pd.DataFrame, length: Lengths) -> pd.DataFrame:
    """Rows of any lengths as hours, where three quarters of one are covered; hours as they are."""
    return wide if length == 60 else time_average(wide, "hour", MIN_COVERAGE, span="calendar", minutes=length)


def without_longer(given: Given, longest: float) -> None:
    """Take out and count the values of rows that are longer than the periods asked for. [min]"""
    if given.tidy:
        long = given.table["minutes"] > longest
        lost = given.table.loc[long & given.table["value"].notna(), "parameter"].value_counts()
        given.table = given.table[~long]
        for parameter, cells in lost.items():
            given.leave(parameter, "longer_than_period", cells)
    elif (long := given.minutes > longest).any():
        for name in given.table.columns.drop("date"):
            cells = int(given.table.loc[long, name].notna().sum())
            given.leave(given.names.get(name, name), "longer_than_period", cells)
            given.table.loc[long, name] = np.nan


def minutes_of(given: Given) -> list[float]:
    """The different lengths of rows. [min]"""
    told = np.asarray(given.table["minutes"] if given.tidy else given.minutes, dtype=float)
    return [int(m) if m.is_integer() else float(m) for m in np.unique(told)]


def hours(wide: pd.DataFrame, length: Lengths) -> float:
    """Hours in which a frame holds a value. [h]"""
    there = wide.notna().any(axis=1).to_numpy()
    return whole(float(np.broadcast_to(np.asarray(length, dtype=float), len(there))[there].sum() / 60))


def all_hours(given: Given) -> float:
    """Hours in which a table holds a value, summed over its stations. [h]"""
    if not given.tidy:
        return hours(placed(given), lengths_of(given))
    there = given.table[given.table["value"].notna()].drop_duplicates(["station", "start", "minutes"])
    return whole(float(there["minutes"].sum() / 60))


def covered(wide: pd.DataFrame, length: Lengths) -> float:
    """Share of the time from the first row to the end of the last that values cover. [0–1]"""
    last = float(np.asarray(length, dtype=float).reshape(-1)[-1])
    span = (wide.index[-1] - wide.index[0]) / pd.Timedelta(hours=1) + last / 60
    return min(hours(wide, length) / float(span), 1.0)


def whole(number: float) -> float:
    """A count of hours, without a fraction where there is none."""
    return int(number) if number.is_integer() else round(number, 3)
