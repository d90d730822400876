"""NowCast: the concentration that stands for the present hour in the US index, weighted to recent hours."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import MOLAR_VOLUME_20C, PARAMETERS
from models.averages.periods import nanoseconds

WINDOW = 12  # hours of PM looked back on
RECENT = 3  # of the newest three hours, two must be known
LEAST = 2
LOWEST_WEIGHT = 0.5
# Averaging that a NowCast stands for. [min]
STANDS_FOR: Mapping[str, int] = MappingProxyType({"pm25": 1440, "pm10": 1440, "o3": 480})
OZONE_SLOPE, OZONE_OFFSET = 0.85, 4.5  # [1], [ppb]

Floats = npt.NDArray[np.float64]


def nowcast(hours: npt.ArrayLike) -> Floats:
    """
    NowCast of particulate matter.

    Parameters
    ----------
    hours : array_like, shape (…, 12)
        Hourly means of PM2.5 or PM10, newest last; NaN = unknown. Fewer than 12 are taken as the newest. [µg/m³]

    Returns
    -------
    ndarray, shape (…)
        Concentration for the 24-hour bands; NaN when fewer than two of the newest three hours are known. It is not
        truncated here: the index does that (PM2.5 to 0.1, PM10 to 1). [µg/m³]

    Notes
    -----
    ``w = max(min / max, 1/2)`` over the known hours, 1 when all are zero; then the mean with weights ``w ** age``.
    US EPA, EPA-454/B-24-002 (May 2024), "How the NowCast is calculated".

    Examples
    --------
    >>> float(nowcast([10.0] * 12))
    10.0
    >>> float(nowcast([40.0, 20.0, float("nan")]))
    26.666666666666668
    """
    newest_first = np.atleast_1d(np.asarray(hours, dtype=np.float64))[..., ::-1][..., :WINDOW]
    known = np.isfinite(newest_first)
    high = np.where(known, newest_first, -np.inf).max(axis=-1, initial=-np.inf)
    low = np.where(known, newest_first, np.inf).min(axis=-1, initial=np.inf)
    positive = np.isfinite(high) & (high > 0)
    weight = np.ones_like(high)
    np.divide(low, high, out=weight, where=positive)
    weight = np.clip(weight, LOWEST_WEIGHT, 1.0)
    weights = np.where(known, weight[..., None] ** np.arange(newest_first.shape[-1]), 0.0)
    enough = known[..., :RECENT].sum(axis=-1) >= LEAST
    total = (weights * np.where(known, newest_first, 0.0)).sum(axis=-1)
    cast = np.full(high.shape, np.nan)
    np.divide(total, weights.sum(axis=-1), out=cast, where=enough)
    return cast


def ozone_nowcast(value: npt.ArrayLike) -> Floats:
    """
    Eight-hour ozone expected from the present hour, by the documented fall-back line.

    Parameters
    ----------
    value : array_like
        One-hour mean of ozone at 20 °C. [µg/m³]

    Returns
    -------
    ndarray
        For the 8-hour bands, at 20 °C; indicative. [µg/m³]

    Notes
    -----
    The US EPA fits a partial least squares regression per monitor to two weeks of hours centred on the present
    (O3 NowCast of 2019) and falls back to ``0.85 x + 4.5 ppb`` where that cannot be fitted. This centre always uses
    the fall-back: its stations rarely report ozone for two unbroken weeks, and one rule for all compares better.

    Examples
    --------
    >>> float(ozone_nowcast(100.0).round(1))
    94.0
    """
    mass = PARAMETERS["o3"].molar_mass
    assert mass is not None
    per_ppb = mass / MOLAR_VOLUME_20C
    return np.asarray(OZONE_SLOPE * np.asarray(value, dtype=np.float64) + OZONE_OFFSET * per_ppb)


def nowcast_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """
    NowCast of every hour of every station, ready for `models.indices.aqi.index_frame`.

    Parameters
    ----------
    rows : DataFrame
        ``source, station, parameter, start, minutes, value``; hourly rows of PM2.5, PM10 and O3 count, the rest
        is left out. Missing hours are simply absent.

    Returns
    -------
    DataFrame
        The rows that have a NowCast, ``value`` replaced by it and ``minutes`` by the averaging it stands for,
        ``start`` still that of the hour. [µg/m³]
    """
    hourly = rows[(rows["minutes"] == 60) & rows["parameter"].isin(list(STANDS_FOR))]
    hourly = hourly.sort_values(["source", "station", "parameter", "start"], kind="stable")
    parts = [
        part.assign(
            value=_cast(str(parameter), part), minutes=np.full(len(part), STANDS_FOR[str(parameter)], dtype=np.int32)
        )
        for (_, _, parameter), part in hourly.groupby(["source", "station", "parameter"], sort=False)
    ]
    table = pd.concat(parts) if parts else hourly
    return table[table["value"].notna()]


def _cast(parameter: str, part: pd.DataFrame) -> Floats:
    values = part["value"].to_numpy(np.float64)
    if parameter == "o3":
        return ozone_nowcast(values)
    starts = nanoseconds(pd.DatetimeIndex(part["start"]))
    hours = (starts - starts[0]) // 3_600_000_000_000
    return nowcast(_windows(hours, values))


def _windows(hours: npt.NDArray[np.int64], values: Floats) -> Floats:
    """The twelve hours that end with each row, newest last, without building the gaps between."""
    table = np.full((len(values), WINDOW), np.nan)
    for back in range(min(WINDOW, len(values))):  # a row at most eleven rows earlier can be within twelve hours
        age = hours[back:] - hours[: len(hours) - back]
        rows = np.flatnonzero(age < WINDOW) + back
        table[rows, WINDOW - 1 - age[rows - back]] = values[rows - back]
    return table
