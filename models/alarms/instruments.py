"""Air or instrument: which rows may ring, and which only ask for a look at the instrument that sent them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks
from data.parameters import POLLUTANTS
from data.times import interval_end
from models.averages.limit_averages import DAY
from models.quality.hours import HOUR
from models.quality.support import NO, support
from models.stations.freshness import grey_after
from models.stations.monitors import once, standing_for_air

# Checks of quality control that say the same: nothing else measured supports the value.
UNSUPPORTED = ("unsupported", "fault_code", "plume")
# Verdicts on a station's level: its neighbours contradict it for weeks, and somebody must look at the instrument.
LEVELS = ("out_of_level", "scale_break")
DOUBTS = (*UNSUPPORTED, *LEVELS)
SERIES = ["station", "parameter", "minutes"]
COLUMNS = (*SERIES, "first", "rings", "last", "over", "value", "compared", "ratio", "source", "kind")


@dataclass(frozen=True)
class Apart:
    """
    Measured rows of a city, told apart.

    Attributes
    ----------
    sound : DataFrame
        Rows that may enter an alarm about the air: ``ok``, each monitor once, no model.
    doubted : DataFrame
        Rows that nothing supports, with ``compared`` and ``ratio`` of `models.quality.support`.
    """

    sound: pd.DataFrame
    doubted: pd.DataFrame


def apart(rows: pd.DataFrame, stations: pd.DataFrame) -> Apart:
    """
    Tell rows that may ring from rows that only ask for a look at their instrument.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city, any flags and pollutants; ``source, station, parameter, start, minutes, value,
        flag, checks, kind``.
    stations : DataFrame
        ``station, same_as``: a monitor that two networks deliver does not support itself.

    Returns
    -------
    Apart
        A row is doubted where `models.quality.support.support` says no, or quality control did (`DOUBTS`). What
        another check blames is in neither part: that check has spoken.
    """
    ok = rows["flag"] == "ok"
    known = stations if len(stations) else None
    kept = (once(standing_for_air(rows[part]), known) for part in (ok, ~ok & checks.has(rows["checks"], *DOUBTS)))
    told = pd.concat(list(kept), ignore_index=True)
    told = told.assign(compared="", ratio=np.nan, no=told["flag"] != "ok")
    for minutes in (HOUR, DAY):
        part = told[(told["minutes"] == minutes) & told["parameter"].isin(POLLUTANTS)]
        made = support(part, minutes=minutes)
        told.loc[part.index, "compared"] = made["compared"]
        told.loc[part.index, "ratio"] = made["ratio"]
        told.loc[part.index[made["supported"] == NO], "no"] = True
    of_level = checks.has(told["checks"], *LEVELS)
    told.loc[of_level, "compared"] = [_level(entries) for entries in told.loc[of_level, "checks"]]
    no = told["no"].to_numpy(bool)
    return Apart(told[~no].drop(columns=["no", "compared", "ratio"]), told[no].drop(columns="no"))


def _level(entries: checks.Entries) -> str:
    """The verdict on a station's level among the entries of a row."""
    return next(entry for entry in entries if checks.name(entry) in LEVELS)


def runs(found: Apart, on_delay: float) -> pd.DataFrame:
    """
    Stretches of rows of one series that nothing supports.

    Parameters
    ----------
    found : Apart
    on_delay : float
        [h]

    Returns
    -------
    DataFrame
        `COLUMNS`: ``first`` start of the stretch, ``rings`` end of the row with which it has stood for the delay (NaT
        where it has not), ``last`` end of its newest row, ``over`` end of the sound row after it (NaT while none
        came); the rest of the newest row. A silence until the row before is grey ends a stretch.
    """
    if found.doubted.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    series = pd.MultiIndex.from_frame(found.doubted[SERIES]).unique()
    rows = pd.concat([found.sound.assign(no=False), found.doubted.assign(no=True)], ignore_index=True)
    rows = rows[pd.MultiIndex.from_frame(rows[SERIES]).isin(series)]
    rows = rows.sort_values([*SERIES, "start"], kind="stable").reset_index(drop=True)
    rows["end"] = interval_end(rows["start"], rows["minutes"])
    same = (rows[SERIES] == rows[SERIES].shift()).all(axis=1)
    grey = pd.to_timedelta(grey_after(rows["minutes"]), unit="h")
    quick = rows["start"] - rows["end"].shift() <= grey
    rows["run"] = (~same | ~quick | (rows["no"] != rows["no"].shift())).cumsum()
    after = rows["end"].shift(-1).where(same.shift(-1, fill_value=False) & ~rows["no"].shift(-1, fill_value=True))
    rows["over"] = after
    bad = rows[rows["no"]]
    first = bad.groupby("run")["start"].transform("min")
    stood = bad["end"] - first >= pd.Timedelta(hours=on_delay)
    made = bad.assign(first=first, rings=bad["end"].where(stood), last=bad["end"])
    made["rings"] = made.groupby("run")["rings"].transform("min")
    return made.drop_duplicates("run", keep="last")[list(COLUMNS)].reset_index(drop=True)


def asking(found: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """The stretches of `runs` that go on at a moment, the strangest first: a code, then the highest ratio."""
    grey = pd.to_timedelta(grey_after(found["minutes"].astype(float)), unit="h")
    on = found["rings"].notna() & found["over"].isna() & (found["last"] + grey >= pd.Timestamp(now))
    strange = found.assign(ratio=found["ratio"].astype(float).fillna(np.inf))[on]
    return strange.sort_values(["ratio", "station", "parameter"], ascending=[False, True, True], kind="stable")


def by_instrument(events: pd.DataFrame, found: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Events that rest on values alone that nothing supports.

    Parameters
    ----------
    events : DataFrame
        ``parameter, stations`` (JSON list with ``station, first, last``), a row per event.
    found : DataFrame
        From `runs`.

    Returns
    -------
    ndarray of bool
        True where every station that the event names was doubted while it was in it.
    """
    if found.empty:
        return np.zeros(len(events), dtype=bool)
    told = zip(events["parameter"].astype(str), events["stations"], strict=True)
    return np.array([_doubted(parameter, stations, found) for parameter, stations in told], dtype=bool)


def _doubted(parameter: str, stations: object, found: pd.DataFrame) -> bool:
    named = json.loads(stations) if isinstance(stations, str) and stations else []
    mine = found[found["parameter"] == parameter]

    def overlaps(one: Mapping[str, str]) -> bool:
        theirs = mine[mine["station"] == one["station"]]
        first, last = pd.Timestamp(one["first"]), pd.Timestamp(one["last"])
        return bool(((theirs["first"] <= last) & (theirs["last"] >= first)).any())

    return bool(named) and all(overlaps(one) for one in named)
