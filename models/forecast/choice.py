"""Who is shown at each lead: the model only where it beats the best baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from models.forecast.baseline import BASELINES
from models.forecast.panel import AHEAD, Array

METHODS = ("model", *BASELINES)
MARGIN = 0.99  # the model must be at least 1 % better: less is luck of the origins
COMMON = 0.5  # a method that answers less than this share of the cases is not compared


def rank(errors: Mapping[str, float]) -> list[str]:
    """
    Methods from best to worst, the model first only if it earns it.

    Parameters
    ----------
    errors : mapping of str to float
        Root mean square error of each method on the same cases. [µg/m³]

    Examples
    --------
    >>> rank({"model": 9.95, "damped_persistence": 10.0, "climatology": 12.0})
    ['damped_persistence', 'model', 'climatology']
    """
    held = {m: e / (MARGIN if m == "model" else 1.0) for m, e in errors.items() if not np.isnan(e)}
    return sorted(held, key=lambda m: (held[m], METHODS.index(m)))


def errors(observed: Array, forecasts: Mapping[str, Array]) -> dict[str, float]:
    """Root mean square errors on the cases that all compared methods answer. [µg/m³]"""
    kept = {m: f for m, f in forecasts.items() if len(f) and np.mean(~np.isnan(f)) >= COMMON}
    if not kept:
        return {}
    common = ~np.isnan(np.vstack([observed, *kept.values()])).any(axis=0)
    if not common.any():
        return {}
    return {m: float(np.sqrt(np.mean((observed - f)[common] ** 2))) for m, f in kept.items()}


def choose(skill: pd.DataFrame, leads: Sequence[int] = tuple(range(1, AHEAD + 1))) -> pd.DataFrame:
    """
    The method to show at each lead.

    Parameters
    ----------
    skill : DataFrame
        ``parameter, lead, method, rmse`` as `models.forecast.skill` returns them.
    leads : sequence of int
        Each takes the word of the nearest lead that was judged. [h]

    Returns
    -------
    DataFrame
        ``parameter, lead, method``.

    Examples
    --------
    >>> table = pd.DataFrame({"parameter": "pm25", "lead": [24, 24], "method": ["model", "persistence"]})
    >>> choose(table.assign(rmse=[8.0, 10.0]), [23, 24]).values.tolist()
    [['pm25', 23, 'model'], ['pm25', 24, 'model']]
    """
    out = []
    for parameter, rows in skill.groupby("parameter", sort=True):
        judged = {int(lead): rank(dict(zip(g["method"], g["rmse"], strict=True))) for lead, g in rows.groupby("lead")}
        for lead in leads:
            near = min((known for known in judged if judged[known]), key=lambda known: abs(known - lead), default=None)
            if near is not None:
                out.append((parameter, lead, judged[near][0]))
    return pd.DataFrame(out, columns=["parameter", "lead", "method"])
