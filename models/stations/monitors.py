"""Which rows stand for the air of a city: measured ones, each monitor once however many networks bring it."""

from __future__ import annotations

import pandas as pd

from data.schema import MEASURED

# Of the same monitor's rows the better word wins: a network that calls it reference knows the instrument.
_RANK = {"reference": 0, "indicative": 1, "simulated": 2, "model": 3}


def standing_for_air(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Rows of instruments, without those of models.

    Parameters
    ----------
    rows : DataFrame
        Measurement table.

    Returns
    -------
    DataFrame
        Reference and indicative rows; the simulated ones where there is nothing measured (the demo world).

    Examples
    --------
    >>> standing_for_air(pd.DataFrame({"kind": ["model", "simulated"]}))["kind"].tolist()
    ['simulated']
    """
    measured = rows[rows["kind"].isin(list(MEASURED))]
    return measured if len(measured) else rows[rows["kind"] == "simulated"]


def names_of_one(stations: pd.DataFrame) -> dict[str, str]:
    """
    The one name of every monitor that several networks deliver.

    Parameters
    ----------
    stations : DataFrame
        ``station, same_as``.

    Returns
    -------
    dict
        Station id to the first, in the alphabet, of the ids of the same monitor that are described here; only those
        that change.

    Examples
    --------
    >>> names_of_one(pd.DataFrame({"station": ["a:1", "b:2"], "same_as": ["", "a:1"]}))
    {'b:2': 'a:1'}
    >>> names_of_one(pd.DataFrame({"station": ["b:2"], "same_as": ["a:1"]}))  # nobody here describes a:1
    {'a:1': 'b:2'}
    """
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.get(name, name) != name:
            name = root[name]
        return name

    linked = stations[stations["same_as"].fillna("") != ""]
    for station, other in zip(linked["station"], linked["same_as"], strict=True):
        one, two = sorted((find(str(station)), find(str(other))))
        root[two] = one
    known = set(stations["station"].astype(str))
    one_monitor: dict[str, list[str]] = {}
    for name in {*root, *root.values()}:
        one_monitor.setdefault(find(name), []).append(name)
    chosen = {name: min(names, key=lambda n: (n not in known, n)) for names in one_monitor.values() for name in names}
    return {name: one for name, one in chosen.items() if one != name}


def once(rows: pd.DataFrame, stations: pd.DataFrame | None) -> pd.DataFrame:
    """
    Each monitor once, under one name.

    Parameters
    ----------
    rows : DataFrame
        Measurement table; ``kind`` decides whose row is kept.
    stations : DataFrame or None
        With ``same_as``; without it only double deliveries under the same id are removed.

    Returns
    -------
    DataFrame
        One row per monitor, parameter, start and minutes.
    """
    names = names_of_one(stations) if stations is not None and len(stations) else {}
    if names:
        rows = rows.assign(station=rows["station"].map(names).fillna(rows["station"]))
    key = ["station", "parameter", "start", "minutes"]
    if not rows.duplicated(key).any():
        return rows
    ranked = rows.assign(_rank=rows["kind"].map(_RANK)).sort_values([*key, "_rank", "source"], kind="stable")
    return ranked.drop_duplicates(key).drop(columns="_rank")
