"""
The temperature at which a limit for a gas stands, and a gas taken from the 20 °C of the store to it.

A mass of gas in a cubic metre of air depends on how warm that air is taken to be; a mixing ratio does not. The store
keeps every gas at 20 °C and 1013.25 hPa. What was delivered as a mixing ratio stands there exactly and can be taken to
any temperature. What was delivered as a mass was converted by nobody, and at which temperature its network states it is
not known: it is held to a limit as it was delivered.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.parameters import PARAMETERS
from data.units import spelling

KEPT_AT = 20.0  # of gases in the store, 1013.25 hPa: Directive 2008/50/EC, annex VI. [°C]
ZERO = 273.15  # 0 °C [K]
MIXING = ("ppm", "ppb")  # units that do not depend on temperature
GASES = frozenset(key for key, known in PARAMETERS.items() if known.molar_mass)


def factor(temperature: float | None) -> float:
    """
    By how much a gas kept at 20 °C is multiplied to stand at another temperature, the pressure the same.

    Parameters
    ----------
    temperature : float or None
        [°C]; None where a limit states none, as for particles.

    Returns
    -------
    float
        [1], by the ideal gas law: mass in a volume goes with one over the absolute temperature.

    Examples
    --------
    >>> round(factor(0.0), 4), factor(20.0), factor(None), round(factor(25.0), 4)
    (1.0732, 1.0, 1.0, 0.9832)
    """
    return 1.0 if temperature is None else (ZERO + KEPT_AT) / (ZERO + temperature)


def exact(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """
    Which rows are of a gas whose amount is known whatever the temperature.

    Parameters
    ----------
    rows : DataFrame
        ``parameter``, and ``raw_unit`` as delivered, or ``mixing`` (bool) of days that were made of such rows. Without
        either nothing is known of any row.

    Examples
    --------
    >>> exact(pd.DataFrame({"parameter": ["so2", "so2", "pm25"], "raw_unit": ["PPB", "mg/m³", "ppb"]})).tolist()
    [True, False, False]
    """
    if "mixing" in rows:
        told = rows["mixing"].fillna(False).to_numpy(dtype=bool)
    elif "raw_unit" in rows:
        known = {unit: isinstance(unit, str) and spelling(unit) in MIXING for unit in rows["raw_unit"].unique()}
        if not any(known.values()):
            return np.zeros(len(rows), dtype=bool)
        told = rows["raw_unit"].map(known).to_numpy(dtype=bool)
    else:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(told & rows["parameter"].isin(list(GASES)).to_numpy(dtype=bool), dtype=bool)


def held_at(rows: pd.DataFrame, temperature: float | None, names: Sequence[str] = ("value",)) -> pd.DataFrame:
    """
    Rows as they are held to a limit: gases of known amount at the limit's temperature, the rest as they stand.

    Parameters
    ----------
    rows : DataFrame
        As for `exact`, with the columns `names`. [µg/m³]
    temperature : float or None
        Of the limit. [°C]
    names : sequence of str
        Columns that hold concentrations; those that are missing are passed over.

    Returns
    -------
    DataFrame
        The rows themselves where nothing changes, else a copy.

    Examples
    --------
    >>> hour = pd.DataFrame({"parameter": ["so2"], "raw_unit": ["ppb"], "value": [178 * 2.6633]})  # 178 ppb at 20 °C
    >>> float(held_at(hour, 20.0)["value"].iloc[0].round(1)), float(held_at(hour, 0.0)["value"].iloc[0].round(1))
    (474.1, 508.8)
    """
    times = factor(temperature)
    if times == 1.0 or rows.empty:
        return rows
    known = exact(rows)
    if not known.any():
        return rows
    each = np.where(known, times, 1.0)
    return rows.assign(**{name: rows[name].astype("float64") * each for name in names if name in rows})
