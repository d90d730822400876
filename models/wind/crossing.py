"""Hours in which the wind blows from a place across a border, and what stations read in them and in the others."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from models.situation.wind_now import CALM

ACROSS, OTHER, STILL = "across", "other", "calm"
RANK = {"reference": 0, "indicative": 1, "simulated": 2, "model": 3}
HOUR_COLUMNS = ("hour", "speed", "direction", "kind", "state")


def into(direction: pd.Series, first: float, last: float) -> pd.Series:
    """
    Whether a wind blows into a sector.

    Parameters
    ----------
    direction : Series of float
        Where it comes FROM, clockwise from north, as all of meteorology states it. [°]
    first, last : float
        Bearings of the sector, clockwise from the first to the last. [°]

    Returns
    -------
    Series of bool
        False where the direction is not known.

    Examples
    --------
    A wind from the south-east blows to the north-west.

    >>> into(pd.Series([135.0, 315.0, float("nan")]), 260, 50).tolist()
    [True, False, False]
    """
    bearing = (direction + 180.0) % 360.0
    return direction.notna() & ((bearing - first) % 360.0 <= (last - first) % 360.0)


def hourly(rows: pd.DataFrame) -> pd.DataFrame:
    """
    The wind of each hour: vector mean over the stations of the best kind that has one.

    Parameters
    ----------
    rows : DataFrame
        station, parameter (``wind_speed`` [m/s], ``wind_direction`` [°]), start, value, kind; sound rows of at most an
        hour.

    Returns
    -------
    DataFrame
        hour (its start), speed (mean) [m/s], direction (where it comes from; NaN where speed alone is known) [°], kind.
    """
    table = rows.pivot_table(index=["station", "kind", "start"], columns="parameter", values="value")
    table = table.reindex(columns=["wind_speed", "wind_direction"]).dropna(subset=["wind_speed"]).reset_index()
    if not len(table):
        empty = pd.DataFrame(columns=list(HOUR_COLUMNS[:4]))
        return empty.astype({"hour": rows["start"].dtype, "speed": "float64", "direction": "float64", "kind": "str"})
    angle = np.deg2rad(table["wind_direction"])
    table = table.assign(
        hour=table["start"].dt.floor("h"),
        rank=table["kind"].map(RANK),
        east=table["wind_speed"] * np.sin(angle),
        north=table["wind_speed"] * np.cos(angle),
    )
    table = table[table["rank"] == table.groupby("hour")["rank"].transform("min")]
    mean = table.groupby("hour").agg(speed=("wind_speed", "mean"), east=("east", "mean"), north=("north", "mean"),
                                     kind=("kind", "first")).reset_index()  # fmt: skip
    whither = np.rad2deg(np.arctan2(mean["east"], mean["north"])) % 360.0
    return mean.assign(direction=whither.where(np.hypot(mean["east"], mean["north"]) > 0))[list(HOUR_COLUMNS[:4])]


def judged(wind: pd.DataFrame, first: float, last: float) -> pd.DataFrame:
    """
    Hours with known wind, each calm, across or other.

    Parameters
    ----------
    wind : DataFrame
        From `hourly`.
    first, last : float
        Sector of the border. [°]

    Returns
    -------
    DataFrame
        `HOUR_COLUMNS`; hours that blow without a known direction are left out: their wind is not known.
    """
    still = wind["speed"] < CALM
    known = wind[still | wind["direction"].notna()]
    over = into(known["direction"], first, last)
    state = np.where(known["speed"] < CALM, STILL, np.where(over, ACROSS, OTHER))
    return known.assign(state=state).reset_index(drop=True)


def by_month(hours: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """
    Hours by local month.

    Returns
    -------
    DataFrame
        month (``2026-01``), known, calm, across, share (across of known, 0 to 1).
    """
    month = hours["hour"].dt.tz_convert(zone).dt.strftime("%Y-%m")
    made = pd.DataFrame({"month": month, "calm": hours["state"] == STILL, "across": hours["state"] == ACROSS})
    table = made.groupby("month").agg(known=("calm", "size"), calm=("calm", "sum"), across=("across", "sum"))
    return table.assign(share=table["across"] / table["known"]).reset_index()


def contrast(rows: pd.DataFrame, hours: pd.DataFrame) -> pd.DataFrame:
    """
    What stations read in hours of wind across and in the other hours of known wind, calms among these.

    Parameters
    ----------
    rows : DataFrame
        station, parameter, start, value: sound rows of at most an hour.
    hours : DataFrame
        From `judged`.

    Returns
    -------
    DataFrame
        station, parameter, n_across, mean_across, n_other, mean_other; a mean of nothing is NaN.
    """
    state = hours.set_index("hour")["state"]
    value = rows.assign(hour=rows["start"].dt.floor("h")).groupby(["station", "parameter", "hour"])["value"].mean()
    table = value.reset_index()
    table["state"] = table["hour"].map(state)
    table = table.dropna(subset=["state"])
    over = table["state"] == ACROSS
    pair, made = ["station", "parameter"], []
    for name, part in (("across", table[over]), ("other", table[~over])):
        made.append(part.groupby(pair)["value"].agg(**{f"n_{name}": "size", f"mean_{name}": "mean"}))
    joined = pd.concat(made, axis=1).reset_index() if len(table) else pd.DataFrame(
        columns=[*pair, "n_across", "mean_across", "n_other", "mean_other"])  # fmt: skip
    return joined.fillna({"n_across": 0, "n_other": 0}).astype({"n_across": "int64", "n_other": "int64"})
