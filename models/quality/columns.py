"""Columns of tables that no centre has checked: what no value can be, fault codes, and winds in half circles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.parameters import PARAMETERS
from data.possible import SENTINELS
from models.quality.batch import DAY, Booleans, Floats, batch
from models.quality.fillers import CODES, LEVEL_DAYS, REPEAT_LEAST, fillers

LONG = {"ws": "wind_speed", "wd": "wind_direction"}  # short names of openair → parameter
HALF, CIRCLE = 180.0, 360.0  # [°]
REPEATED = 10.0  # a code that is met in no list stands so far above the middle of its column
HIGH = 200.0  # and is as high as this [µg/m³]: `fillers.REPEAT_LEAST`
AROUND = pd.Timedelta(days=LEVEL_DAYS + 16)  # what a fault code is compared with: its month, and blocks of 15 days


def key_of(name: str) -> str:
    """
    Parameter that a column is named after; the name itself where it is none.

    Examples
    --------
    >>> key_of("ws"), key_of("PM2.5"), key_of("remark")
    ('wind_speed', 'pm25', 'remark')
    """
    plain = name.strip().casefold().replace(".", "")
    return LONG.get(plain, plain if plain in PARAMETERS else name)


def half_circles(direction: Floats) -> bool:
    """
    Whether wind directions are counted from −180 to 180.

    Parameters
    ----------
    direction : ndarray
        As delivered, codes for "none" among them. [°]

    Returns
    -------
    bool
        Some lie below zero, none above 180, codes apart.

    Examples
    --------
    >>> half_circles(np.array([-90.0, 45.0, 180.0, -999.0])), half_circles(np.array([-90.0, 270.0, 45.0]))
    (True, False)
    >>> half_circles(np.array([90.0, -99.0, 10.0]))
    False
    """
    told = direction[(direction >= -HALF) & (direction <= CIRCLE)]
    below = told[told < 0]
    return bool(len(below)) and bool(told.max() <= HALF) and not bool(np.isin(below, SENTINELS).all())


def impossible(values: Floats, parameter: str) -> dict[str, Booleans]:
    """
    Values that nobody can have measured, by the name of the check that the store would write beside them.

    Parameters
    ----------
    values : ndarray
        In the unit of the parameter; NaN = missing.
    parameter : str
        Key; of one that is not known, sentinels alone are looked for.

    Returns
    -------
    dict of str to ndarray of bool
        ``not_finite``, ``sentinel``, ``negative`` (below zero by more than an instrument's noise) and ``range``, as
        far as they occur: `models.quality.row_checks.impossible` for a column.

    Examples
    --------
    >>> found = impossible(np.array([-999.0, -2.0, -40.0, 12.0, np.inf, 99999.0]), "pm25")
    >>> {name: rows.nonzero()[0].tolist() for name, rows in found.items()}
    {'not_finite': [4], 'sentinel': [0], 'negative': [2], 'range': [5]}
    """
    known = PARAMETERS.get(parameter)
    low, high = (known.lowest, known.high) if known else (-np.inf, np.inf)
    with np.errstate(invalid="ignore"):
        least, most = np.fmin.reduce(values, initial=np.inf), np.fmax.reduce(values, initial=-np.inf)
        if least >= max(low, min(0.0, high)) and most <= high and np.isfinite(most):
            return {}
        infinite = np.isinf(values)
        sentinel = np.isin(values, SENTINELS)
        below = (values < low) & ~sentinel & ~infinite
        above = (values > high) & ~infinite
    negative = known is not None and known.low == 0 and parameter != "wind_direction"
    found = {"not_finite": infinite, "sentinel": sentinel}
    found |= {"negative": below, "range": above} if negative else {"range": below | above}
    return {name: rows for name, rows in found.items() if rows.any()}


def fault_codes(rows: pd.DataFrame, asked: Booleans | None = None) -> Booleans:
    """
    Rows that hold a number which an instrument or a logger writes for a fault: `models.quality.fillers`.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start`` (UTC), ``minutes, value``, without what is impossible; missing values stay out.
    asked : ndarray of bool, optional
        Rows that are `suspected`, where that is known.

    Returns
    -------
    ndarray of bool, shape (n,)
        Where the rows around, other stations and other fractions of dust say that it is none of the air's.

    Examples
    --------
    >>> start = pd.date_range("2024-01-01", periods=48, freq="h", tz="UTC")
    >>> rows = pd.DataFrame({"station": "a", "parameter": "pm25", "start": start, "minutes": 60, "value": 12.0})
    >>> rows.loc[[5, 6], "value"] = 999.9
    >>> fault_codes(rows).nonzero()[0].tolist()
    [5, 6]
    """
    found = np.zeros(len(rows), dtype=np.bool_)
    asked = _suspected(rows) if asked is None else asked
    if not asked.any():
        return found
    moments = pd.DatetimeIndex(rows["start"])
    beside = np.flatnonzero(_near(moments, moments[asked]) & rows["value"].notna().to_numpy())
    part = rows.iloc[beside].assign(source="", kind="reference", minutes=rows["minutes"].iloc[beside].clip(1, DAY))
    whole = batch(part)
    looked = whole.take(whole.examined)
    for place, _ in fillers(looked).sure:
        found[beside[looked.order[place]]] = True
    return found


def suspected(values: Floats, parameter: str) -> Booleans:
    """
    Values of one series that may be fault codes: a known one, or a high one far above the middle, met twice.

    Parameters
    ----------
    values : ndarray
        NaN = missing.
    parameter : str
        Key.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> values = np.array([12.0, 999.9, 8.0, 640.0, 640.0, 9.0, 11.0, 10.0, 700.0, 12.0])
    >>> suspected(values, "pm25").nonzero()[0].tolist()
    [1, 3, 4]
    """
    found = np.zeros(len(values), dtype=np.bool_)
    least = REPEAT_LEAST.get(parameter, HIGH)
    if not np.fmax.reduce(values, initial=-np.inf) >= min(least, *CODES):
        return found
    coded = np.flatnonzero(values >= min(CODES))
    found[coded] = np.isin(values[coded], CODES)
    high = np.flatnonzero(values >= least)
    high = high[values[high] >= REPEATED * float(np.nanmedian(values))]
    distinct, counts = np.unique(values[high], return_counts=True)
    found[high] |= np.isin(values[high], distinct[counts > 1])
    return found


def _suspected(rows: pd.DataFrame) -> Booleans:
    found = np.zeros(len(rows), dtype=np.bool_)
    value = rows["value"].to_numpy(dtype=float)
    for (_, parameter), places in rows.groupby(["station", "parameter"], observed=True, sort=False).indices.items():
        found[places] = suspected(value[places], str(parameter))
    return found


def _near(moments: pd.DatetimeIndex, suspected: pd.DatetimeIndex) -> Booleans:
    """Moments within `AROUND` of one of the suspected."""
    ordered = suspected.sort_values()
    place = np.searchsorted(ordered.asi8, moments.asi8)
    before = ordered[np.maximum(place - 1, 0)]
    after = ordered[np.minimum(place, len(ordered) - 1)]
    return np.asarray((abs(moments - before) <= AROUND) | (abs(moments - after) <= AROUND), dtype=np.bool_)
