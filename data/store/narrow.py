"""Derived tables without what they say of stations that a reader may not have."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

ALL = "*"  # every parameter of a station
WORST = ("worst_station", "worst_value", "worst_start")  # tell the value of the one station they name
OWN = frozenset(
    {"plumes"}
)  # tables whose rows are a network's own, named in `source`: rules and licences hold for each
Hidden = Mapping[str, frozenset[str]]  # station → parameters that are hidden, or `ALL`


def narrowed(rows: pd.DataFrame, hidden: Hidden, blurred: frozenset[str] = frozenset()) -> pd.DataFrame:
    """
    Rows of a derived table as a reader may have them.

    Parameters
    ----------
    rows : DataFrame
        Columns that speak of stations are known by their names: ``station`` (a row about one station), ``stations``
        (JSON list of objects with a ``station``, as in `events`), ``peak`` (the highest among them), ``evidence``
        (JSON list of objects with ``values``), ``footprint`` (drawn around their places).
    hidden : mapping of str to frozenset of str
        Stations and which of their parameters are hidden.
    blurred : frozenset of str
        Stations whose place is told less exactly than it is; no footprint is drawn around them.

    Returns
    -------
    DataFrame
        The same columns; a figure of many stations, which `derive` allows, stays.

    Examples
    --------
    >>> rows = pd.DataFrame({"station": ["", "a:1", "b:1"], "value": [1.0, 2.0, 3.0]})
    >>> narrowed(rows, {"a:1": frozenset({"*"})})["value"].tolist()
    [1.0, 3.0]
    """
    if not len(rows) or not (hidden or blurred):
        return rows
    told = rows["parameter"] if "parameter" in rows else pd.Series("", index=rows.index)
    if "station" in rows:
        pairs = zip(rows["station"], told, strict=True)
        rows = rows[np.array([not is_hidden(hidden, s, p) for s, p in pairs], dtype=bool)].reset_index(drop=True)
        told = rows["parameter"] if "parameter" in rows else pd.Series("", index=rows.index)
    if "stations" in rows and "evidence" in rows:
        events = [_event(row, str(p), hidden, blurred) for row, p in zip(rows.to_dict("records"), told, strict=True)]
        rows = rows[np.array([e is not None for e in events], dtype=bool)].reset_index(drop=True)
        for name in ("stations", "peak", "evidence", "footprint"):
            rows[name] = pd.Series([e[name] for e in events if e], index=rows.index, dtype=rows[name].dtype)
    return rows


def names_stations(table: pd.DataFrame) -> bool:
    """Whether a table made for a screen has a column that `only` narrows."""
    return "station" in table or WORST[0] in table


def only(table: pd.DataFrame, stations: frozenset[str]) -> pd.DataFrame:
    """
    A table made for a screen, with what it says of some stations and of none besides.

    Parameters
    ----------
    table : DataFrame
        Columns that speak of stations: ``station`` (a row about one, or about many where it is empty) and `WORST`.
    stations : frozenset of str
        That may be told.

    Examples
    --------
    >>> only(pd.DataFrame({"station": ["", "a:1", "b:1"]}), frozenset({"a:1"}))["station"].tolist()
    ['', 'a:1']
    """
    told = stations | {""}
    if "station" in table:
        table = table[[str(s) in told for s in table["station"]]]
    if WORST[0] in table:
        stays = [str(s) not in told for s in table[WORST[0]]]
        table = table.assign(**{name: table[name].mask(stays) for name in WORST if name in table})
    return table


def all_but(rows: pd.DataFrame, stations: frozenset[str]) -> Hidden:
    """
    Every station that a derived table speaks of, but for some, as hidden whole.

    Examples
    --------
    >>> all_but(pd.DataFrame({"station": ["", "a:1", "b:1"]}), frozenset({"a:1"}))
    {'b:1': frozenset({'*'})}
    """
    named = {str(s) for s in rows["station"].unique()} if "station" in rows else set()
    for words in rows["stations"].unique() if "stations" in rows and "evidence" in rows else ():
        named |= {str(s.get("station")) for s in json.loads(words or "[]")}
    return {name: frozenset({ALL}) for name in sorted(named - stations - {""})}


def is_hidden(hidden: Hidden, station: object, parameter: object) -> bool:
    """Whether what is said of a parameter of a station is hidden; without a parameter, whether anything of it is."""
    names = hidden.get(str(station), frozenset())
    return bool(names) and (ALL in names or not parameter or str(parameter) in names)


def _event(row: dict[Any, Any], parameter: str, hidden: Hidden, blurred: frozenset[str]) -> dict[Any, Any] | None:
    """An event without hidden stations; None where it was seen at no other."""
    reached = json.loads(row["stations"] or "[]")
    free = [s for s in reached if not is_hidden(hidden, s.get("station"), parameter)]
    if reached and not free:
        return None
    whole = len(free) == len(reached)
    if whole and not any(s.get("station") in blurred for s in reached):
        return row
    made = {**row, "footprint": ""}
    if not whole:
        gone = {str(s.get("station")) for s in reached} - {str(s.get("station")) for s in free}
        evidence = json.loads(row["evidence"] or "[]")
        named = any(str(v) in gone for e in evidence for v in e["values"].values())
        peaks = [float(s["peak"]) for s in free if s.get("peak") is not None]
        made["stations"] = json.dumps(free)
        made["evidence"] = "[]" if named else row["evidence"]  # a line beside it tells the same station's values
        made["peak"] = min(float(row["peak"]), max(peaks)) if peaks else float("nan")
    return made
