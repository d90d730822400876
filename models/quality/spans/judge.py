"""Every verdict on the channels of a city, from its measurements."""

from zoneinfo import ZoneInfo

import pandas as pd

from data.parameters import POLLUTANTS
from models.quality.spans import out_of_level
from models.quality.spans.baseline import dead, drifting_zero
from models.quality.spans.copies import copied
from models.quality.spans.half_flat import half_flat
from models.quality.spans.network import network

TOLD_ONLY = frozenset({"level_undetermined"})  # says that nobody can tell; it doubts no row


def judge(rows: pd.DataFrame, days: pd.DataFrame, places: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """
    Verdicts on the channels of a city.

    Parameters
    ----------
    rows : DataFrame
        ``source, station, parameter, start, minutes, value, flag``: measured rows, flags as quality control of rows
        gave them [µg/m³].
    days : DataFrame
        ``station, parameter, day, value, coverage``: local daily means of the sound ones.
    places : DataFrame
        ``station, lat, lon`` [°], `same_as`.
    zone : ZoneInfo
        Of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS` and doubts (bool), sorted by station, parameter, start, check.
    """
    known = rows[rows["parameter"].isin(POLLUTANTS) & (rows["flag"] != "invalid") & (rows["minutes"] > 0)]
    sound = known[known["flag"] == "ok"]
    if not len(known):
        newest = pd.Timestamp(0, tz="UTC")
    else:
        newest = known["start"].max()
    found = [
        drifting_zero(sound, zone, newest),
        dead(sound, zone, newest),
        copied(known, zone, newest),
        half_flat(known, zone, newest),
    ]
    for parameter in out_of_level.PARAMETERS:
        mine = days[days["parameter"] == parameter]
        if len(mine):
            found.append(out_of_level.out_of_level(network(mine, places), parameter, zone))
    every = pd.concat([f for f in found if len(f)] or found[:1], ignore_index=True)
    every = every.assign(doubts=~every["check"].isin(TOLD_ONLY))
    return every.sort_values(["station", "parameter", "start", "check"], ignore_index=True)
