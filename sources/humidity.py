"""Relative humidity from temperature and dew point, where a weather report holds no humidity of its own."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checks import make
from data.parameters import UnitError, conversion

CHECK = "derived"  # with `data.checks`: dew point and temperature it was derived from [°C]
COLDEST, WARMEST = -45.0, 60.0  # the formula holds over water between these [°C]


def relative_humidity(temperature: npt.ArrayLike, dew_point: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """
    Relative humidity over water.

    Parameters
    ----------
    temperature, dew_point : array-like
        [°C]

    Returns
    -------
    ndarray
        NaN where the formula does not hold. [%]

    References
    ----------
    WMO-No. 8 (Guide to Instruments and Methods of Observation), vol. I, annex 4.B: saturation vapour pressure over
    water, Magnus' form: 6.112 hPa · exp(17.62 t / (243.12 °C + t)), −45 to 60 °C.

    Examples
    --------
    >>> relative_humidity([8.0, 20.0, -50.0], [3.0, 20.0, -52.0]).round(1).tolist()
    [70.7, 100.0, nan]
    """
    air, dew = np.asarray(temperature, dtype=float), np.asarray(dew_point, dtype=float)
    with np.errstate(all="ignore"):
        told = 100 * np.exp(17.62 * dew / (243.12 + dew) - 17.62 * air / (243.12 + air))
    holds = (air >= COLDEST) & (air <= WARMEST) & (dew >= COLDEST) & (dew <= WARMEST)
    return np.where(holds, told, np.nan)


def derived(rows: pd.DataFrame, dew_point: str) -> pd.DataFrame:
    """
    Dew points as the humidity they tell of, where the report holds none; the other dew points leave.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start, minutes, raw_value, raw_unit, value, checks``.
    dew_point : str
        Its name in ``parameter``.

    Returns
    -------
    DataFrame
        A derived humidity keeps the dew point as delivered in ``raw_value`` and ``raw_unit``, has its ``value`` set,
        and names dew point and temperature in the check ``derived``. One that cannot be computed has no value, and the
        door rejects it.
    """
    dew = rows["parameter"] == dew_point
    if not dew.any():
        return rows
    same = ["station", "start", "minutes"]
    humid = rows.loc[(rows["parameter"] == "relative_humidity") & rows["raw_value"].notna(), same].drop_duplicates()
    air = rows[(rows["parameter"] == "temperature") & rows["raw_value"].notna()].drop_duplicates(same, keep="last")
    asked = rows[dew].drop_duplicates(same, keep="last")
    asked = asked.merge(humid.assign(measured=True), on=same, how="left")
    asked = asked[asked.pop("measured").isna()]
    made = asked.merge(air.assign(air=_celsius(air))[[*same, "air"]], on=same, how="inner")
    made["dew"] = _celsius(made)
    made["value"] = relative_humidity(made["air"], made["dew"])
    told = [(make(CHECK, f"{d:g}", f"{t:g}"),) for d, t in zip(made["dew"].round(2), made["air"].round(2), strict=True)]
    made["checks"] = pd.Series(told, index=made.index, dtype="object")
    made = made.assign(parameter="relative_humidity", raw_value=made["raw_value"].where(made["value"].notna()))
    return pd.concat([rows[~dew], made[list(rows.columns)]], ignore_index=True) if len(made) else rows[~dew]


def _celsius(rows: pd.DataFrame) -> pd.Series:
    """Temperatures in °C; NaN where the unit is none of temperature."""
    made = pd.Series(np.nan, index=rows.index)
    for unit, part in rows.groupby("raw_unit"):
        try:
            factor, offset = conversion("temperature", str(unit))
        except UnitError:
            continue
        made[part.index] = part["raw_value"] * factor + offset
    return made
