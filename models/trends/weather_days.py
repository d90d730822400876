"""Weather of local days, from hours where most of a day's are known and else from days as delivered."""

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.times import local_days
from models.averages.periods import step

WIND = ("ws", "wd")


def weather_days(hourly: pd.DataFrame, daily: pd.DataFrame, zone: str) -> pd.DataFrame:
    """
    Join the weather of hours and of days to one row per local day.

    Parameters
    ----------
    hourly : DataFrame
        UTC DatetimeIndex (starts of hours), any columns of weather, among them ``ws`` [m/s] and ``wd`` (FROM) [°].
    daily : DataFrame
        The same of days as delivered, UTC DatetimeIndex (their starts).
    zone : str
        Whose days.

    Returns
    -------
    DataFrame
        Index = local dates as midnights UTC. Means, rain as its sum, ``wd`` of the mean wind vector. A day's hours
        stand before what was delivered of it, where three quarters of them are known.

    Raises
    ------
    ValueError
        If there are hours, and their rows are further apart.

    Examples
    --------
    >>> hours = pd.date_range("2026-01-01T19:00", periods=24, freq="h", tz="UTC")
    >>> wind = pd.DataFrame({"ws": 2.0, "wd": [350.0, 10.0] * 12}, index=hours)
    >>> weather_days(wind, wind.iloc[:0], "Asia/Tashkent").round(1).reset_index(names="day").values.tolist()
    [[Timestamp('2026-01-02 00:00:00+0000', tz='UTC'), 2.0, 360.0]]
    """
    fine, coarse = _dated(_vectors(hourly), zone), _dated(_vectors(daily), zone)
    if len(hourly) > 1 and step(pd.DatetimeIndex(hourly.index)) > 3_600_000_000_000:
        raise ValueError("rows of hours are further apart than an hour")
    grouped = fine.groupby(level=0)
    made = grouped.mean()
    if "precipitation" in made:
        made["precipitation"] = grouped["precipitation"].sum(min_count=1)
    known = made.where(grouped.count() >= MIN_COVERAGE * 24)
    return _turned(known.combine_first(coarse.groupby(level=0).first()))


def _vectors(wide: pd.DataFrame) -> pd.DataFrame:
    """Wind as a vector, which has a mean; a calm without direction is no wind."""
    if not set(WIND) <= set(wide):
        return wide
    angle = np.radians(wide["wd"].where(wide["ws"] > 0, 0.0))
    return wide.assign(u=wide["ws"] * np.sin(angle), v=wide["ws"] * np.cos(angle)).drop(columns="wd")


def _dated(wide: pd.DataFrame, zone: str) -> pd.DataFrame:
    return wide.set_axis(pd.DatetimeIndex(local_days(wide.index, zone)).tz_localize("UTC"), axis=0)


def _turned(wide: pd.DataFrame) -> pd.DataFrame:
    if not {"u", "v"} <= set(wide):
        return wide
    angle = np.degrees(np.arctan2(wide["u"], wide["v"])) % 360.0
    return wide.drop(columns=["u", "v"]).assign(wd=angle.mask(angle.round(9) == 0, 360.0))
