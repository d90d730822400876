"""Stations whose level jumps by a factor against every neighbour while they follow the air: unit or scale changed."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from models.quality.spans.months import verdicts
from models.quality.spans.network import Floats, Network, expected
from models.quality.spans.ranks import rank_correlation

BEFORE, AFTER = 180, 90  # days that are looked at on either side [d]
LEAST = 30  # length of a span [d]
WEEK = 7  # days whose median says when a break came [d]
STEP = 10  # from one look to the next [d]
KNOWN = 30  # days common with a neighbour on either side
NEIGHBOURS = 2  # that were there before and after
FACTOR = 3.0  # of the level after over that before, or the reverse
SILENT = 180  # days without a value after which nothing is said of what comes next
LIKE = 2.0  # factor within which a level is that of before again, or of the neighbours
FOLLOWS = 0.3  # rank correlation with the neighbours, or against the wind, on either side
LOG, NEAR = float(np.log(FACTOR)), float(np.log(LIKE))


def scale_break(net: Network, sound: Floats, wind: Floats, parameter: str, zone: ZoneInfo) -> pd.DataFrame:
    """
    Spans that begin with a break of scale and end with the break back.

    Parameters
    ----------
    net : Network
        Daily means of the parameter, doubted rows among them.
    sound : ndarray
        Levels of the sound rows alone, as `Network.level`: what neighbours say, and what a station was before.
    wind : ndarray
        Daily mean wind speed of `net.days` [m/s]; NaN where it is not known.
    parameter : str
        Its key.
    zone : ZoneInfo
        Of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`; figure is the level after the break over that before, lower and upper the least and greatest
        that a single neighbour gives.

    Notes
    -----
    Difference of differences: the jump of the station against each neighbour that reported on both sides, and the
    median of them, which a break of one neighbour does not move; with two neighbours both must see it. A break that
    brings a level to that of the neighbours is a repair, and what follows it is believed.
    """
    others = expected(sound, net.weight, NEIGHBOURS)
    places = np.arange(KNOWN, max(len(net.days) - KNOWN, KNOWN), STEP)
    shape = (len(places), len(net.stations), 3)
    jumps = np.array([_jumps(net.level, sound, int(p), int(p)) for p in places]).reshape(shape)
    rows: list[tuple[object, ...]] = []
    for j, station in enumerate(net.stations):
        free = 0
        for i in _strong(jumps[:, j]):
            begin = _since(net.level[:, j] - others[:, j], int(places[i]), float(jumps[i, j, 0]))
            before, after = slice(max(begin - BEFORE, 0), begin), slice(begin, begin + AFTER)
            mine = ((sound[before, j], before), (net.level[after, j], after))
            if begin < free or not all(_follows(level, others[side, j], wind[side]) for level, side in mine):
                continue
            if _repaired(*(level - others[side, j] for level, side in mine)):
                continue
            end = _back(net.level, sound, j, begin)
            free = len(net.days) if end is None else end
            if free - begin < LEAST:
                continue
            figures = (float(np.exp(x)) for x in _jumps(net.level, sound, begin, begin)[j])
            until: object = pd.NaT if end is None else _midnight(net, end, zone)
            rows.append((station, parameter, _midnight(net, begin, zone), until, "scale_break", *figures, ""))
    return verdicts(rows)


def _jumps(level: Floats, sound: Floats, end: int, begin: int) -> Floats:
    """Jump of every station against its neighbours between two spans: median, least, greatest; NaN where too few."""
    first, last = sound[max(end - BEFORE, 0) : end], slice(begin, begin + AFTER)
    change = _apart(level[last], sound[last]) - _apart(first, first)
    answer = np.full((level.shape[1], 3), np.nan)
    for j in np.flatnonzero(np.isfinite(change).sum(axis=1) >= NEIGHBOURS):
        seen = change[j][np.isfinite(change[j])]
        answer[j] = float(np.median(seen)), float(seen.min()), float(seen.max())
    return answer


def _apart(level: Floats, neighbours: Floats) -> Floats:
    """Median of each station's level less that of each other; NaN where fewer than `KNOWN` days are common."""
    answer = np.full((level.shape[1],) * 2, np.nan)
    mine, others = (np.flatnonzero(np.isfinite(x).sum(axis=0) >= KNOWN) for x in (level, neighbours))
    for i in mine:
        for j in others[others != i]:
            both = level[:, i] - neighbours[:, j]
            both = both[np.isfinite(both)]
            if len(both) >= KNOWN:
                answer[i, j] = float(np.median(both))
    return answer


def _strong(jumps: Floats) -> list[int]:
    """Looks at which a station jumped, and every neighbour sees the sign."""
    middle, low, high = jumps.T
    agreed = (low > NEAR) | (high < -NEAR)
    return [int(i) for i in np.flatnonzero(agreed & (np.abs(middle) >= LOG))]


def _since(apart: Floats, place: int, jump: float) -> int:
    """The day from which a week lies beyond the factor: a median sees a break up to half of its span ahead."""
    before = apart[max(place - BEFORE, 0) : place]
    if not np.isfinite(before).any():
        return place
    week = pd.Series(apart[place : place + AFTER]).rolling(WEEK, center=True, min_periods=1).median()
    beyond = np.flatnonzero((week - float(np.nanmedian(before))) * np.sign(jump) > NEAR)
    return place + int(beyond[0]) if len(beyond) else place


def _follows(mine: Floats, others: Floats, wind: Floats) -> bool:
    """Whether a station follows its neighbours, or the wind."""
    with_others, with_wind = (rank_correlation(mine, x, KNOWN)[0] for x in (others, wind))
    return with_others >= FOLLOWS or with_wind <= -FOLLOWS


def _back(level: Floats, sound: Floats, j: int, begin: int) -> int | None:
    """First day on which the level of before a break is back, or nothing was measured for half a year; None: still."""
    silent = 0
    for place in range(begin + STEP, len(level), STEP):
        silent = 0 if np.isfinite(level[place - STEP : place, j]).any() else silent + STEP
        if silent > SILENT:
            return place - silent
        if abs(_jumps(level, sound, begin, place)[j, 0]) < NEAR:
            return place
    return None


def _repaired(before: Floats, after: Floats) -> bool:
    """Whether the level was a factor from the neighbours before and is not after."""
    sides = (abs(float(np.nanmedian(s))) if np.isfinite(s).any() else np.nan for s in (before, after))
    was, now = sides
    return bool(was > NEAR > now)


def _midnight(net: Network, day: int, zone: ZoneInfo) -> pd.Timestamp:
    return net.days[day].tz_localize(zone).tz_convert("UTC")
