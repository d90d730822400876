"""What a measurement can be at all, whoever delivered it: its length, its moment, and a value within physics."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import PARAMETERS, POLLUTANTS

LENGTHS = (1, 527_040)  # of an interval: up to a leap year [min]
FIRST, LAST = pd.Timestamp("1970-01-01", tz="UTC"), pd.Timestamp("2201-01-01", tz="UTC")
MEASURED = ("reference", "indicative")
# How far ahead of the machine's clock an interval may begin. Nothing is measured before it happens, and an hour lets a
# network's clock run ahead; the longest forecast that a network gives reaches 16 days (Open-Meteo). What is simulated
# has a clock of its own.
AHEAD: Mapping[str, timedelta] = MappingProxyType(
    {**dict.fromkeys(MEASURED, timedelta(hours=1)), "model": timedelta(days=16)}
)
# Written by loggers for "no value", met as delivered or in our unit: kept, and flagged as what they are.
SENTINELS = (-99.0, -99.9, -999.0, -999.9, -9999.0, -9999.9, -99999.0)
# Beyond these lies no air, by unit: a typing error or a broken file. What an instrument in trouble may print lies
# within and is kept with the flag ``invalid`` (`Parameter.low`, `Parameter.high`).
_WITHIN: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "µg/m³": (-1e6, 1e6),  # 1 g/m³, ten times the densest dust that `PARAMETERS` allows for
        "°C": (-273.15, 200.0),  # absolute zero
        "%": (-200.0, 200.0),
        "m/s": (-343.0, 343.0),  # the speed of sound at 20 °C
        "°": (-1_000.0, 1_000.0),  # two turns, and the codes 990 and 999 of weather reports
        "hPa": (0.0, 2_000.0),
        "mm": (-100.0, 30_000.0),  # Cherrapunji had 26,470 mm in a year (WMO)
        "m": (-1e3, 1e6),
        "MW": (-1e3, 1e6),
        "1": (-1e3, 1e3),
    }
)


def bounds(parameter: str) -> tuple[float, float]:
    """
    Lowest and highest value that the door lets in.

    Parameters
    ----------
    parameter : str
        Key of `PARAMETERS`.

    Returns
    -------
    (float, float)
        In the parameter's unit.

    Examples
    --------
    >>> bounds("pm25"), bounds("temperature")
    ((-1000000.0, 1000000.0), (-273.15, 200.0))
    """
    return _WITHIN[PARAMETERS[parameter].unit]


def absurd(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Values that no air has.

    Parameters
    ----------
    rows : DataFrame
        ``parameter``, ``value``, ``raw_value``.
    """
    value = rows["value"].to_numpy(float)
    codes, names = pd.factorize(rows["parameter"])
    each = np.array([bounds(n) if n in PARAMETERS else (-np.inf, np.inf) for n in names] + [(-np.inf, np.inf)])
    beyond = (value < each[codes, 0]) | (value > each[codes, 1])
    if beyond.any():
        beyond &= ~np.isin(value, SENTINELS) & ~np.isin(rows["raw_value"].to_numpy(float), SENTINELS)
    return np.asarray(beyond, dtype=np.bool_)


def lengthless(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Averages over no time.

    Parameters
    ----------
    rows : DataFrame
        ``parameter``, ``minutes``, ``statistic`` (empty where nobody says it), ``kind``.

    Notes
    -----
    Weather is observed at a moment, and a model gives values at a moment. A concentration is always taken over some
    time: a measured one of 0 minutes is taken for a single reading only where the row says so (``instant``).
    """
    moment = np.asarray(rows["minutes"].to_numpy(float) == 0, dtype=np.bool_)
    if not moment.any():
        return np.zeros(len(rows), dtype=np.bool_)
    said = rows["statistic"].to_numpy(object)
    due = rows["parameter"].isin(POLLUTANTS).to_numpy(bool) & rows["kind"].isin(MEASURED).to_numpy(bool)
    return np.asarray(moment & np.where(said == "", due, said != "instant"), dtype=np.bool_)


def early(rows: pd.DataFrame, now: datetime) -> npt.NDArray[np.bool_]:
    """
    Intervals that begin further ahead of a clock than their kind can (`AHEAD`).

    Parameters
    ----------
    rows : DataFrame
        ``start``, ``kind``.
    now : datetime
        The machine's clock: a replay makes nothing possible.
    """
    ahead = np.zeros(len(rows), dtype=np.bool_)
    late = np.flatnonzero((rows["start"] > pd.Timestamp(now) + min(AHEAD.values())).to_numpy(bool))
    if len(late):
        most = rows["kind"].iloc[late].map(dict(AHEAD)).astype("timedelta64[us]")
        ahead[late] = (rows["start"].iloc[late] - pd.Timestamp(now) > most).to_numpy(bool)
    return ahead


def outside(start: pd.Series) -> npt.NDArray[np.bool_]:
    """Moments before or after everything that is kept."""
    return np.asarray(((start < FIRST) | (start >= LAST)).to_numpy(bool), dtype=np.bool_)
