"""The range that humidity leaves open in a statement of low-cost sensors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.standards.coverage import MIN_COVERAGE
from models.quality.humidity import KAPPA_RANGE, PARTICLES, dry
from models.situation.air import HOUR_NS, Air, Floats
from models.situation.statement import Statement


def range_of(said: Statement, air: Air) -> tuple[float, float] | None:
    """
    Median over the stations of their means without the water on the particles, for the two ends of kappa.

    Parameters
    ----------
    said : Statement
        Of hours of low-cost sensors.
    air : Air
        Its `humidity` is the city's, by hour.

    Returns
    -------
    tuple of float or None
        Lower and upper [µg/m³]; None for gases, and where the humidity of less than three quarters of the hours is
        known or below 95 %.
    """
    if said.parameter not in PARTICLES or not air.humidity:
        return None
    at = said.basis.at
    hours = (air.ends[at] - 1) // HOUR_NS * HOUR_NS
    wet = np.array([air.humidity.get(int(hour), np.nan) for hour in hours])
    known = np.isfinite(wet)
    if known.mean() < MIN_COVERAGE:
        return None
    codes = air.codes[at][known]
    low, high = (
        _median(dry(air.values[at][known], wet[known], kappa), codes) for kappa in (max(KAPPA_RANGE), min(KAPPA_RANGE))
    )
    return low, high


def _median(values: Floats, codes: npt.NDArray[np.int64]) -> float:
    counts = np.bincount(codes)
    means = np.bincount(codes, weights=values)[counts > 0] / counts[counts > 0]
    return float(np.median(means))
