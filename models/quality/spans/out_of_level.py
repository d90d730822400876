"""Stations whose level stays a factor from what the others let expect, and networks too divided to say whose."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.quality.spans.network import Floats, Network, expected
from models.quality.spans.windows import BAD, SOUND, UNSURE, Judged, begins, blank, spans

Booleans = npt.NDArray[np.bool_]

PARAMETERS = ("pm25", "pm10")  # gases differ within a city by more than the factor
FACTOR = 2.0  # up or down
WINDOW = 30  # [d]
STEP = 5  # from one window to the next [d]
KNOWN = 15  # days with a ratio in a window
NEIGHBOURS = 3  # that report on the same days and agree with each other
MAJORITY = 2  # so many must agree for each that does not
DIVIDED = FACTOR**2  # of the highest over the lowest median, where no majority can say who is wrong
AROUND = 7  # days whose median says when a span begins and ends [d]
# Standard error of a median over that of a mean, and standard deviation over median deviation, both of a normal
# distribution.
MEDIAN, SCALE = 1.2533, 1.4826
# Ratios of neighbouring days are alike (correlation about 0.5), which leaves (1 - r) / (1 + r) of the days:
# Bayley and Hammersley 1946, doi:10.2307/2983560, as in `models.quality.drift`.
INDEPENDENT = 1 / 3
LOG = float(np.log(FACTOR))


@dataclass(frozen=True)
class Gains:
    """Logarithm of station over expected, day by day, and its median with a 95 % band; NaN where too few days."""

    ratio: Floats
    middle: Floats
    lower: Floats
    upper: Floats

    @property
    def beyond(self) -> Booleans:
        """Stations whose whole band lies beyond the factor."""
        return np.asarray((self.lower > LOG) | (self.upper < -LOG), dtype=bool)


def out_of_level(net: Network, parameter: str, zone: ZoneInfo) -> pd.DataFrame:
    """
    Spans in which a station reads a factor of two or more beside what its neighbours let expect, for thirty days.

    Parameters
    ----------
    net : Network
        Daily means of the parameter.
    parameter : str
        Its key.
    zone : ZoneInfo
        Of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`. Check ``out_of_level``: figure is the gain (ratio to the expected level, 1 = alike), lower and
        upper its 95 % band. Check ``level_undetermined``: stations differ by `DIVIDED` and no majority agrees; figure
        is the ratio of the station to the middle between highest and lowest.

    Notes
    -----
    Each station is left out in turn and expected as the weighted median of the others. The station farthest off is
    taken out and the rest looked at again, until all agree within the factor. Those taken out are out of level where
    at least `NEIGHBOURS` others agree and are `MAJORITY` times as many; else nobody can say who is wrong. A network
    most of which is wrong alike looks like a sound one: an instrument carried from post to post decides.
    """
    judged = blank(begins(len(net.days), WINDOW, STEP), WINDOW, net.days, net.stations)
    for place in range(len(judged.begin)):
        _look(net, judged, place)
    told = (("out_of_level", BAD), ("level_undetermined", UNSURE))
    return pd.concat([spans(judged, check, parameter, zone, state) for check, state in told], ignore_index=True)


def gains(level: Floats, weight: Floats, members: Booleans, least: int = NEIGHBOURS) -> Gains:
    """
    Gain of every station against the members, itself left out.

    Parameters
    ----------
    level : ndarray
        Days × stations, logarithm.
    weight : ndarray
        Stations × stations, as `Network.weight`.
    members : ndarray
        Stations that may speak for the others.
    least : int
        Of them that must report on a day.
    """
    ratio = level - expected(level, weight * members[None, :], least)
    count = np.isfinite(ratio).sum(axis=0)
    enough = count >= KNOWN
    middle, spread = np.full(len(members), np.nan), np.full(len(members), np.nan)
    middle[enough] = np.nanmedian(ratio[:, enough], axis=0)
    spread[enough] = SCALE * np.nanmedian(np.abs(ratio - middle)[:, enough], axis=0)
    wide = 1.96 * MEDIAN * spread / np.sqrt(np.maximum(count * INDEPENDENT, 1.0))
    return Gains(ratio, middle, middle - wide, middle + wide)


def _look(net: Network, judged: Judged, place: int) -> None:
    """Judge one window."""
    begin = int(judged.begin[place])
    level = net.level[begin : begin + WINDOW]
    there = np.flatnonzero(np.isfinite(level).sum(axis=0) >= KNOWN)
    level, weight = level[:, there], net.weight[np.ix_(there, there)]
    found = _agreed(level, weight)
    if found is not None:
        told, agreeing = found
        known = np.isfinite(told.middle)
        bad = told.beyond & ~agreeing
        _keep(judged, place, there, known & ~bad, SOUND, told)
        _keep(judged, place, there, bad, BAD, told)
        for i in np.flatnonzero(bad):
            judged.first[place, there[i]], judged.last[place, there[i]] = _edges(told.ratio[:, i], begin)
    elif len(there) > 1:
        middle = np.nanmedian(level, axis=0)
        apart = middle - (middle.max() + middle.min()) / 2
        if np.ptp(middle) > np.log(DIVIDED):
            _keep(judged, place, there, np.abs(apart) > LOG, UNSURE, Gains(level, apart, apart, apart))


def _agreed(level: Floats, weight: Floats) -> tuple[Gains, Booleans] | None:
    """Gains against the stations that agree, and which these are; None where they are no majority."""
    agreeing = np.ones(level.shape[1], dtype=bool)
    while agreeing.sum() >= NEIGHBOURS:
        told = gains(level, weight, agreeing, min(NEIGHBOURS, int(agreeing.sum()) - 1))
        off = np.where(agreeing, np.nan_to_num(np.abs(told.middle)), 0.0)
        if off.max() <= LOG:
            break
        agreeing[int(off.argmax())] = False
    if len(agreeing) <= NEIGHBOURS or agreeing.sum() < max(NEIGHBOURS, MAJORITY * (~agreeing).sum()):
        return None
    return gains(level, weight, agreeing), agreeing


def _keep(judged: Judged, place: int, there: npt.NDArray[np.int64], which: Booleans, state: int, told: Gains) -> None:
    mine = there[which]
    judged.state[place, mine] = state
    for kept, told_ in ((judged.figure, told.middle), (judged.lower, told.lower), (judged.upper, told.upper)):
        kept[place, mine] = np.exp(told_[which])


def _edges(ratio: Floats, begin: int) -> tuple[int, int]:
    """First and last day around which a week lies beyond the factor on the side of the whole window."""
    week = pd.Series(ratio).rolling(AROUND, center=True, min_periods=1).median().to_numpy(np.float64)
    beyond = np.flatnonzero(week > LOG if np.nanmedian(ratio) > 0 else week < -LOG)
    return begin + int(beyond[0]), begin + int(beyond[-1])
