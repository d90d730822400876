"""The part that came with the air: the low envelope of the network."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.attribution.panel import Array

WINDOW = 48
"""Hours over which the envelope is taken: longer than a day, shorter than most changes of air mass. [h]"""
QUANTILE = 0.10
FLOOR = 0.5
"""The envelope is never below this. [µg/m³]"""


def others(values: Array, quantile: float) -> Array:
    """
    Quantile over the other stations for each station and hour; shape (T, S).

    A station is left out of its own envelope, so that a source beside it cannot pass as regional; where it is alone,
    it has only itself.

    Examples
    --------
    >>> others(np.array([[1.0, 5.0, 9.0]]), 0.10).tolist()
    [[5.4, 1.8, 1.4]]
    """
    count = np.isfinite(values).sum(axis=1, keepdims=True)
    if values.shape[1] == 1:
        return values.copy()
    order = np.argsort(np.where(np.isfinite(values), values, np.inf), axis=1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=1)
    rank = np.argsort(order, axis=1, kind="stable")
    rest = count - np.isfinite(values)
    place = quantile * np.maximum(rest - 1, 0)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, np.maximum(rest - 1, 0))
    last = values.shape[1] - 1

    def pick(index: np.ndarray) -> Array:
        return np.take_along_axis(ranked, np.minimum(index + (index >= rank), last), axis=1)

    mixed = pick(low) + (place - low) * (pick(high) - pick(low))
    return np.asarray(np.where(rest > 0, mixed, values))


def envelope(pm25: Array) -> Array:
    """Low envelope of the network for each station and hour: 10th percentile of :func:`others` over the past and
    coming day; shape (T, S). [µg/m³]
    """
    low = pd.DataFrame(others(pm25, QUANTILE)).rolling(WINDOW, center=True, min_periods=6).quantile(QUANTILE)
    return np.asarray(np.maximum(low.ffill().bfill().fillna(np.nanmedian(pm25)).to_numpy(), FLOOR))
