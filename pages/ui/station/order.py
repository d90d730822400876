"""The order of a city's stations: the worst of those that are live first, what is silent and what is modelled last."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from data.times import interval_end
from models.stations.freshness import freshness

HEADLINE = "pm25"


def worst_first(spans: pd.DataFrame, latest: pd.DataFrame, names: Mapping[str, str], now: datetime) -> list[str]:
    """
    Ids of stations as the station page offers them; it opens on the first.

    Parameters
    ----------
    spans : DataFrame
        Everything there is: ``station, kind``.
    latest : DataFrame
        Newest rows: ``station, parameter, value, start, minutes, flag``.
    names : mapping of str to str
        Names by id.
    now : datetime
        The moment.

    Returns
    -------
    list of str
        Live stations (a sound value that is not grey) by their PM2.5, the highest first; then live ones without it,
        silent ones, models; by name among equals.
    """
    ends = interval_end(latest["start"], latest["minutes"])
    old = [freshness(e, int(m), now) == "grey" for e, m in zip(ends, latest["minutes"], strict=True)]
    live = latest[(latest["flag"] == "ok") & ~pd.Series(old, index=latest.index, dtype=bool)]
    value = live[live["parameter"] == HEADLINE].groupby("station")["value"].max()
    ranked = pd.DataFrame({
        "station": spans["station"],
        "silent": ~spans["station"].isin(set(live["station"])),
        "model": spans["kind"] == "model",
        "value": spans["station"].map(value).fillna(-1.0) * -1.0,
        "name": [names.get(station, station) for station in spans["station"]],
    })  # fmt: skip
    return list(dict.fromkeys(ranked.sort_values(["model", "silent", "value", "name"])["station"]))
