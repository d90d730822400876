"""Tables handed to `cleanair attribute`: read in every dialect, each value asked whether it can be one."""

from pathlib import Path
from typing import Any

import pandas as pd

from data.column_names import ALIASES, renamed
from data.errors import CentreError
from jobs.tables import opened
from jobs.tables.given import APART, Given, asked, is_tidy
from models.attribution import InputError
from models.attribution.panel import WEATHER, instants

MEASURED = ("station", "parameter", "start", "value")
# Tables with one column per quantity call the wind by its long name here.
LONG = {"ws": "wind_speed", "wd": "wind_direction", "date": "start"}


def table(path: str | Path | None, name: str) -> pd.DataFrame | None:
    """
    A CSV or JSON file, plain or .gz, as a table; columns of this centre's own exports under the names used here.

    Raises
    ------
    InputError
        When it cannot be read; one sentence.
    """
    if path is None:
        return None
    if not Path(path).exists():
        raise InputError("models.attribution.no_file", parameter=name, table=name, file=path)
    try:
        made = opened.whole_table(Path(path), _suits(name))
    except CentreError as error:
        raise InputError("models.attribution.no_csv", parameter=name, table=name, file=path, said=error) from error
    made.columns = pd.Index([str(column).strip() for column in made.columns])
    return made.rename(columns=renamed(made.columns, dict(ALIASES) | (LONG if name == "weather" else {})))


def measurements(handed: pd.DataFrame, path: Path, left_out: list[dict[str, Any]]) -> pd.DataFrame:
    """
    Measurements without what nobody can have measured, what is flagged invalid, and what lies over shorter rows.

    Parameters
    ----------
    handed : DataFrame
        As handed over; without a column ``minutes`` they are hours.
    path : Path
        For errors.
    left_out : list
        What does not count is added: ``table, column, why, cells``.

    Raises
    ------
    InputError
        When two rows are of one station, parameter and time, or a time or every value is not understood.
    """
    if not set(MEASURED) <= set(handed):
        return handed  # the model says what is lacking
    instants(handed["start"], "measurements")
    whole = handed if "minutes" in handed else handed.assign(minutes=60)
    given = _asked(whole, path, "measurements")
    if len(whole) and given.table["value"].isna().all() and any(why == "not_understood" for _, why in given.left_out):
        raise InputError("models.attribution.no_number", parameter="value", table="measurements", column="value")
    if given.table["station"].str.contains(APART, regex=False).any():
        raise InputError("models.attribution.sources", parameter="source", table="measurements", file=path)
    left_out += _said(given, "measurements")
    return given.table


def weather(handed: pd.DataFrame | None, path: Path, left_out: list[dict[str, Any]]) -> pd.DataFrame | None:
    """
    Weather without what nobody can have measured; a tidy table, or one column per quantity and perhaps ``station``.

    Parameters, errors
        As of `measurements`.
    """
    if handed is None or "start" not in handed or not len(handed):
        return handed
    instants(handed["start"], "weather")
    if is_tidy(handed.columns):
        given = _asked(handed, path, "weather")
        left_out += _said(given, "weather")
        return given.table
    if "parameter" in handed:
        return handed
    parts = []
    for station, part in handed.groupby("station", sort=True) if "station" in handed else [("", handed)]:
        columns = [name for name in WEATHER if name in part]
        given = _asked(part[["start", *columns]], path, "weather")
        left_out += _said(given, "weather")
        parts.append(given.table.rename(columns=LONG).assign(station=str(station)))
    return pd.concat(parts, ignore_index=True)


def _suits(name: str) -> opened.Suits:
    wanted = {"measurements": set(MEASURED), "weather": {"start"}}.get(name, set())

    def suits(columns: list[str]) -> bool:
        names = renamed(columns, dict(ALIASES) | LONG)
        return wanted <= {names.get(column, column) for column in columns} and len(columns) > 1

    return suits


def _asked(handed: pd.DataFrame, path: Path, name: str) -> Given:
    try:
        return asked(handed, path)
    except CentreError as error:
        raise InputError("models.attribution.refused", parameter=error.parameter, table=name, cause=error) from error


def _said(given: Given, name: str) -> list[dict[str, Any]]:
    return [{"table": name, **one} for one in given.account()]
