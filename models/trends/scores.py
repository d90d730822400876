"""How well a model meets what was measured: openair's model statistics and the coverage of its bands."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.ArrayLike
Array = npt.NDArray[np.float64]


def model_stats(modelled: Values, observed: Values) -> pd.Series:
    """
    Scores of a model against measurements, pair by pair; pairs with a gap are left out.

    Parameters
    ----------
    modelled, observed : array_like
        Equal lengths. [one unit for both]

    Returns
    -------
    Series
        ``n``; ``FAC2`` share within a factor of two [0–1]; ``MB`` mean bias and ``MGE`` mean gross error
        [unit]; ``NMB``, ``NMGE`` the same over the observed mean; ``RMSE`` [unit]; ``r`` Pearson
        correlation and ``P`` its two-sided probability under no correlation; ``COE`` coefficient of
        efficiency; ``IOA`` index of agreement. NaN where a score is not defined.

    Raises
    ------
    ValueError
        If the lengths differ.

    Notes
    -----
    openair's ``modStats``. COE: Legates & McCabe 1999, doi:10.1029/1998WR900018. IOA: Willmott et al.
    2012, doi:10.1002/joc.2419, with c = 2.

    Examples
    --------
    >>> model_stats([2.0, 4.0, 9.0], [1.0, 5.0, 9.0]).round(3).loc[["n", "FAC2", "MB", "MGE", "r"]].tolist()
    [3.0, 1.0, 0.0, 0.667, 0.971]
    """
    model, truth = _pairs(modelled, observed)
    if not len(truth):
        return pd.Series(
            {"n": 0.0}
            | dict.fromkeys(("FAC2", "MB", "MGE", "NMB", "NMGE", "RMSE"), math.nan)
            | dict.fromkeys(("r", "P", "COE", "IOA"), math.nan)
        )
    error, spread = model - truth, np.abs(truth - truth.mean()).sum()
    gross = np.abs(error)
    r = _correlation(model, truth)
    return pd.Series(
        {
            "n": float(len(truth)),
            "FAC2": _within_factor_two(model, truth),
            "MB": error.mean(),
            "MGE": gross.mean(),
            "NMB": _ratio(error.sum(), truth.sum()),
            "NMGE": _ratio(gross.sum(), truth.sum()),
            "RMSE": math.sqrt(np.mean(error**2)),
            "r": r,
            "P": _probability(r, len(truth)),
            "COE": 1.0 - _ratio(gross.sum(), spread),
            "IOA": _agreement(gross.sum(), 2.0 * spread),
        }
    )


def band_coverage(observed: Values, lower: Values, upper: Values) -> float:
    """
    Share of the measurements that lie in their band, ends included. [0–1]

    Parameters
    ----------
    observed, lower, upper : array_like
        Equal lengths; triples with a gap are left out. [one unit for all]

    Examples
    --------
    >>> band_coverage([1.0, 2.0, 3.0, float("nan")], [0, 0, 0, 0], [1, 1, 5, 5])
    0.6666666666666666
    """
    truth, low, high = _complete((observed, lower, upper))
    return float(np.mean((truth >= low) & (truth <= high))) if len(truth) else math.nan


def band_width(lower: Values, upper: Values) -> float:
    """
    Mean width of a band. [its unit]

    Examples
    --------
    >>> band_width([0.0, 1.0], [2.0, 5.0])
    3.0
    """
    low, high = _complete((lower, upper))
    return float(np.mean(high - low)) if len(low) else math.nan


def skill(modelled: Values, reference: Values, observed: Values) -> float:
    """
    Share of the reference's root mean square error that the model takes away; 0 is no better than it.

    Examples
    --------
    >>> skill([1.0, 2.5], [1.0, 3.0], [1.0, 2.0])
    0.5
    """
    model, base, truth = _complete((modelled, reference, observed))
    if not len(truth):
        return math.nan
    errors = [math.sqrt(np.mean((values - truth) ** 2)) for values in (model, base)]
    return 1.0 - _ratio(*errors)


def _complete(columns: Iterable[Values]) -> list[Array]:
    arrays = [np.asarray(column, dtype=float).ravel() for column in columns]
    if len({len(array) for array in arrays}) > 1:
        raise ValueError(f"the columns must be equally long, not {', '.join(str(len(a)) for a in arrays)}")
    kept = ~np.isnan(np.vstack(arrays)).any(axis=0)
    return [array[kept] for array in arrays]


def _pairs(modelled: Values, observed: Values) -> tuple[Array, Array]:
    model, truth = _complete((modelled, observed))
    return model, truth


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below else math.nan


def _within_factor_two(model: Array, truth: Array) -> float:
    """Pairs whose ratio is not defined (both zero) count for neither side, as in openair."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = model / truth
    known = ~np.isnan(ratio)
    return _ratio(float(((ratio >= 0.5) & (ratio <= 2.0)).sum()), float(known.sum()))


def _correlation(model: Array, truth: Array) -> float:
    if len(truth) < 3:
        return math.nan
    x, y = model - model.mean(), truth - truth.mean()
    return _ratio(float(x @ y), math.sqrt(float(x @ x) * float(y @ y)))


def _probability(r: float, n: int) -> float:
    """Two-sided probability of so large a correlation between independent normal values (Student)."""
    from scipy.special import stdtr  # here, so that a page that imports the scores stays light

    if math.isnan(r):
        return math.nan
    if abs(r) >= 1.0 - 1e-15:
        return 0.0
    return float(2.0 * stdtr(n - 2, -abs(r) * math.sqrt((n - 2) / (1.0 - r * r))))


def _agreement(gross: float, twice: float) -> float:
    if not twice:
        return math.nan
    return 1.0 - gross / twice if gross <= twice else twice / gross - 1.0
