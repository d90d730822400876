"""Honest 90 % intervals of daily shares from residuals on worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.attribution.panel import Array
from models.attribution.tables import CATEGORIES, LEVELS

FLOOR = 0.01
"""Keeps the scale of a share near 0 or 1 from vanishing."""
MARGIN = 1.1
"""A simulated city is tidier than a real one: every quantile is widened by a tenth."""
STATION = 1.35
"""A single station's share strays this much more than the network's (station-day against network-day error, 8.9 to
6.6 points and alike on every data level)."""


def scale(share: Array) -> Array:
    """
    Spread of a share about itself: binomial, widest at one half.

    Examples
    --------
    >>> scale(np.array([0.5, 0.0])).round(2).tolist()
    [0.51, 0.1]
    """
    return np.sqrt(np.clip(share * (1 - share), 0, None) + FLOOR)


def residual_table(estimate: pd.DataFrame, truth: pd.DataFrame, level: str) -> pd.DataFrame:
    """
    90 % quantile of |truth − estimate| / scale per category, as a symmetric pair.

    Parameters
    ----------
    estimate, truth : DataFrame
        Daily shares, one column per category, same index. [0–1]
    level : str
        Data level they were made with, one of `LEVELS`.

    Notes
    -----
    Symmetric on purpose: which way a category is off depends on the city, and a simulated city's side must not become
    every city's.
    """
    residual = (truth[list(CATEGORIES)] - estimate[list(CATEGORIES)]) / scale(estimate[list(CATEGORIES)].to_numpy())
    reach = MARGIN * residual.abs().quantile(0.9).to_numpy()
    return pd.DataFrame({"level": level, "category": list(CATEGORIES), "low": -reach, "high": reach})


def quantiles(table: pd.DataFrame, gases: Array, pm10: Array) -> tuple[Array, Array]:
    """
    Residual quantiles (D, C) for days with a part `gases` (0–1) of the gas measurements and `pm10` (0–1) of PM10.

    The three levels are mixed by what was measured, and each level is at least as wide as the better one: losing a
    pollutant can only widen.
    """
    sheet = {level: table[table["level"].eq(level)].set_index("category").loc[list(CATEGORIES)] for level in LEVELS}
    low = np.minimum.accumulate(np.array([np.minimum(sheet[level]["low"], 0.0) for level in LEVELS]), axis=0)
    high = np.maximum.accumulate(np.array([np.maximum(sheet[level]["high"], 0.0) for level in LEVELS]), axis=0)
    part = np.stack([gases, (1 - gases) * pm10, (1 - gases) * (1 - pm10)], axis=1)
    return part @ low, part @ high


def interval(share: Array, low: Array, high: Array, wider: Array | float) -> tuple[Array, Array]:
    """Lower and upper end (D, C) of daily shares, widened where the prior is wider than in the calibration. [0–1]"""
    reach = scale(share)
    return np.clip(share + low * reach * wider, 0, 1), np.clip(share + high * reach * wider, 0, 1)
