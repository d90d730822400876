"""Every verdict on the channels of a city, from its measurements."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.parameters import POLLUTANTS
from models.quality.spans import out_of_level
from models.quality.spans.baseline import dead, drifting_zero
from models.quality.spans.copies import copied
from models.quality.spans.deaf import deaf
from models.quality.spans.half_flat import half_flat
from models.quality.spans.network import laid, network
from models.quality.spans.scale_break import scale_break

TOLD_ONLY = frozenset({"level_undetermined"})  # says that nobody can tell; it doubts no row


def judge(
    rows: pd.DataFrame, days: pd.DataFrame, whole: pd.DataFrame, wind: pd.Series, places: pd.DataFrame, zone: ZoneInfo
) -> pd.DataFrame:
    """
    Verdicts on the channels of a city.

    Parameters
    ----------
    rows : DataFrame
        ``source, station, parameter, start, minutes, value, flag``: measured rows, flags as quality control of rows
        gave them [µg/m³].
    days : DataFrame
        ``station, parameter, day, value, coverage``: local daily means of the sound ones.
    whole : DataFrame
        The same of all that are not invalid.
    wind : Series
        Mean wind speed by local day [m/s]; empty where none is known.
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
    newest = known["start"].max() if len(known) else pd.Timestamp(0, tz="UTC")
    found = [
        drifting_zero(sound, zone, newest),
        dead(sound, zone, newest),
        copied(known, zone, newest),
        half_flat(known, zone, newest),
    ]
    for parameter in out_of_level.PARAMETERS:
        mine, every = (x[x["parameter"] == parameter] for x in (days, whole))
        if len(mine):
            found.append(out_of_level.out_of_level(network(mine, places), parameter, zone))
            net = network(every, places)
            air = wind.reindex(net.days).to_numpy(np.float64)
            found += [scale_break(net, laid(net, mine), air, parameter, zone), deaf(net, air, parameter, zone)]
    told = pd.concat([f for f in found if len(f)] or found[:1], ignore_index=True)
    told = told.assign(doubts=~told["check"].isin(TOLD_ONLY))
    return told.sort_values(["station", "parameter", "start", "check"], ignore_index=True)
