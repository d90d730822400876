"""Stations that follow neither the wind nor their neighbours: they do not see the city's air."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from models.quality.spans.network import Floats, Network, expected
from models.quality.spans.ranks import rank_correlation
from models.quality.spans.windows import BAD, SOUND, UNKNOWN, begins, blank, spans

WINDOW, STEP = 90, 15  # a season; from one window to the next [d]
KNOWN = 45  # days in a window
LEAST = 2 * WINDOW - 1  # length of a span; one season may be chance, two that share no day are not [d]
NEIGHBOURS = 2  # that report on a day
FOLLOWS = 0.3  # rank correlation with the neighbours from which a station follows them
# The network's own with the wind, below which its air follows it: in Astana -0.48 to -0.72 by winter, weak in summer
# (airdata-kz against Meteostat, 2021 to 2024).
CARRIES = -0.3


def deaf(net: Network, wind: Floats, parameter: str, zone: ZoneInfo) -> pd.DataFrame:
    """
    Spans in which a station follows neither wind nor neighbours though the network follows the wind.

    Parameters
    ----------
    net : Network
        Daily means of the parameter, doubted rows among them.
    wind : ndarray
        Daily mean wind speed of `net.days` [m/s]; NaN where it is not known.
    parameter : str
        Its key.
    zone : ZoneInfo
        Of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`; figure, lower, upper: rank correlation with what the neighbours let expect, and its 95 % band.

    Notes
    -----
    Not judged: a season whose air does not follow the wind, days without `NEIGHBOURS` others, and where no wind is
    known.
    """
    judged = blank(begins(len(net.days), WINDOW, STEP), WINDOW, net.days, net.stations)
    others = expected(net.level, net.weight, NEIGHBOURS)
    for place, begin in enumerate(judged.begin):
        span = slice(int(begin), int(begin) + WINDOW)
        for j in range(len(net.stations)):
            told, state = _heard(net.level[span, j], others[span, j], wind[span])
            judged.state[place, j] = state
            judged.figure[place, j], judged.lower[place, j], judged.upper[place, j] = told
    found = spans(judged, "deaf", parameter, zone)
    last = pd.Timestamp(net.days[-1]).tz_localize(zone) if len(net.days) else pd.NaT
    return found[found["until"].fillna(last) - found["start"] >= pd.Timedelta(days=LEAST)].reset_index(drop=True)


def _heard(mine: Floats, others: Floats, wind: Floats) -> tuple[tuple[float, float, float], int]:
    neighbours = rank_correlation(mine, others, KNOWN)
    own = rank_correlation(mine, wind, KNOWN)
    carried = rank_correlation(np.where(np.isfinite(mine), others, np.nan), wind, KNOWN)
    if not (np.isfinite(neighbours[0]) and np.isfinite(own[0]) and carried[0] < CARRIES):
        follows = neighbours[1] > 0  # without wind a station can be acquitted, not convicted
        return neighbours, SOUND if follows else UNKNOWN
    bad = abs(neighbours[0]) < FOLLOWS and abs(own[0]) < -CARRIES and carried[2] < own[0]
    return neighbours, BAD if bad else SOUND
