"""What a statement leaves out, and why."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from models.situation.air import HOUR_NS, Air, Places, Stamps
from models.situation.statement import DAY, HOUR, LEFT_OUT, STANDS_ALONE, Statement
from models.stations.freshness import grey_after

OTHER_AVERAGING, TRAFFIC, OLD, FEW_HOURS, SILENT = "other_averaging", "not_background", "old", "few_hours", "silent"
REASONS = (OTHER_AVERAGING, TRAFFIC, OLD, FEW_HOURS, SILENT, STANDS_ALONE)


def left_out(air: Air, said: Statement, could: frozenset[str]) -> pd.DataFrame:
    """
    Rows of the same time that do not speak, and stations that were silent.

    Parameters
    ----------
    air : Air
    said : Statement
        Formed from it.
    could : frozenset of str
        Stations that could have entered.

    Returns
    -------
    DataFrame
        ``station, why, rows``: `why` is the name of the check that doubts the rows, or ``other_averaging``,
        ``not_background``, ``old``, ``few_hours``, ``stands_alone``, ``silent`` (with no row at all).
    """
    at = air.of(said.parameter)
    if said.station:
        at = at[air.stations[at] == said.station]
    at = np.setdiff1d(at[air.ends[at] > _since(air, said, at)], said.basis.at)
    entered = {level.station: level.end.value for level in said.levels}
    counts: Counter[tuple[str, str]] = Counter()
    for place in at.tolist():
        station = str(air.stations[place])
        alike = said.kind == "now" or (said.daily and air.minutes[place] == DAY)
        if alike and air.ends[place] <= entered.get(station, -1):
            continue  # an older hour or day of a station that speaks with a newer one is not left out
        counts[(station, _why(air, said, place, entered))] += 1
    there = {station for station, _ in counts} | set(entered)
    rows = [(station, why, n) for (station, why), n in sorted(counts.items())]
    rows += [(station, SILENT, 0) for station in sorted(could - there)]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def _since(air: Air, said: Statement, at: Places) -> Stamps:
    """Rows that ended before speak for nothing of that time. [ns]"""
    if said.start is not None and said.averaging == "24h":
        return np.full(len(at), said.start.value, dtype=np.int64)
    return np.asarray(air.now - grey_after(air.minutes[at].astype(np.float64)) * HOUR_NS, dtype=np.int64)


def _why(air: Air, said: Statement, place: int, entered: dict[str, int]) -> str:
    if not air.sound[place]:
        return air.why(place)
    if air.minutes[place] != (DAY if said.daily else HOUR):
        return OTHER_AVERAGING
    if not said.station and not air.background[place]:
        return TRAFFIC
    if said.missing == STANDS_ALONE:
        return STANDS_ALONE
    if str(air.stations[place]) in entered or said.daily:
        return OLD
    return OLD if air.now - air.ends[place] > grey_after(HOUR) * HOUR_NS else FEW_HOURS
