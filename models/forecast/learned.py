"""Boosted trees that learn what damped persistence misses: one model for all stations and leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.forecast.panel import Array, Whole
from models.threads import one_thread

TREES = {"mean": 150, "quantile": 80}
SETTINGS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 200,
    "max_features": 0.3,  # of the columns at each split
    "l2_regularization": 10.0,
    "early_stopping": False,  # would judge by hours next to those learned
}
FORGOTTEN = 0.99  # an anomaly is never taken as kept wholly: the unit of the first lead would vanish


@dataclass(frozen=True)
class Learned:
    """
    Three models of the error of damped persistence, in units of level × what is forgotten.

    Attributes
    ----------
    names : tuple of str
        Columns looked at, in order.
    mean, low, high : estimators
        Conditional mean and the two outer quantiles.
    """

    names: tuple[str, ...]
    mean: Any
    low: Any
    high: Any

    def predict(self, columns: Mapping[str, Array], damped: Array, unit: Array) -> tuple[Array, Array, Array]:
        """Mean and band ends, not yet conformal. [µg/m³]"""
        x = table(columns, self.names)
        with one_thread():
            mean, low, high = (damped + unit * np.asarray(m.predict(x)) for m in (self.mean, self.low, self.high))
        return mean, low, high


def unit_of(left: Array, lead: Whole, scale: Array) -> Array:
    """Size of a usual error: level × √(1 − share of the anomaly left²). [µg/m³]"""
    return scale * np.sqrt(1.0 - np.minimum(left[lead], FORGOTTEN) ** 2)


def learn(columns: Mapping[str, Array], error: Array, quantiles: tuple[float, float, float], seed: int) -> Learned:
    """
    Fit the three models.

    Parameters
    ----------
    columns : mapping of str to array
        What is looked at; columns without any value are left out.
    error : array
        Measured − damped persistence, in units. [1]
    quantiles : three floats
        Outer ones for the band; the middle is the conditional mean, by which forecasts are judged.
    seed : int
        Same seed, same models.
    """
    names = tuple(name for name, column in columns.items() if not np.isnan(column).all())
    x = table(columns, names)
    with one_thread():
        mean = _trees("mean", seed, loss="squared_error").fit(x, error)
        low, high = (_trees("quantile", seed, loss="quantile", quantile=q).fit(x, error) for q in quantiles[::2])
    return Learned(names, mean, low, high)


def table(columns: Mapping[str, Array], names: tuple[str, ...]) -> Array:
    """Columns side by side; a column that is not there is all gaps."""
    size = len(next(iter(columns.values())))
    return np.column_stack([columns.get(name, np.full(size, np.nan)) for name in names])


def _trees(kind: str, seed: int, **loss: Any) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor  # slow to import

    return HistGradientBoostingRegressor(max_iter=TREES[kind], random_state=seed, **SETTINGS, **loss)
