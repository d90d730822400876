"""Runs of past errors, 72 hours each: hours that err together are kept together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.forecast.panel import Array


@dataclass(frozen=True)
class Residuals:
    """
    Measured over forecast along whole runs that the model had not learned from.

    Attributes
    ----------
    ratio : array, shape (runs, 72)
        (measured + floor) / (forecast + floor) by lead, NaN where nothing was measured. [1]
    issued : DatetimeIndex, shape (runs,)
        Moment of issue of each run.
    floor : float
        [µg/m³]
    """

    ratio: Array
    issued: pd.DatetimeIndex
    floor: float
