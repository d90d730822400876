"""How far a forecast may be off: conformal bands from the errors of issues that were kept from learning."""

from __future__ import annotations

import numpy as np

from models.forecast.panel import Array, Whole

GROUPS = (3, 12, 24, 48, 72)  # a group of leads ends at each [h]
CENTRES = (1.0, 7.0, 18.0, 36.0, 60.0)  # between them widths go over smoothly [h]
FLOOR = 0.1  # of the mean level: keeps ratios of small values quiet
LEAST_ERRORS = 60  # below this a 90 % band is not stated


def group(lead: Whole) -> Whole:
    """
    Number of the group a lead falls into.

    Examples
    --------
    >>> group(np.array([1, 3, 4, 24, 72])).tolist()
    [0, 0, 1, 2, 4]
    """
    return np.searchsorted(np.asarray(GROUPS), lead)


def smooth(by_group: Array, lead: Whole) -> Array:
    """Value of each lead, straight between the centres of the groups; groups that know nothing are skipped."""
    known = ~np.isnan(by_group)
    if not known.any():
        return np.full(len(lead), np.nan)
    return np.interp(lead, np.asarray(CENTRES)[known], by_group[known])


def conformal_quantile(errors: Array, share: float) -> float:
    """
    Error that a new one, alike to these, stays below with probability `share`.

    Parameters
    ----------
    errors : array
        Scores of the calibration issues; gaps are left out.
    share : float
        [0–1]

    Returns
    -------
    float
        The ⌈(n+1)·share⌉-th smallest, NaN below 60 errors.

    Notes
    -----
    Split conformal prediction (Lei et al. 2018, doi:10.1080/01621459.2017.1307116). Issues near in time are
    alike, so the guarantee is only approximate; rolling origins measure it.

    Examples
    --------
    >>> conformal_quantile(np.arange(1.0, 100.0), 0.95)
    95.0
    """
    known = np.sort(errors[~np.isnan(errors)])
    if len(known) < LEAST_ERRORS:
        return float("nan")
    return float(known[min(int(np.ceil((len(known) + 1) * share)), len(known)) - 1])


def by_group(errors: Array, lead: Whole, share: float) -> Array:
    """`conformal_quantile` of each group of leads."""
    of = group(lead)
    return np.array([conformal_quantile(errors[of == g], share) for g in range(len(GROUPS))])


def ratio(observed: Array, forecast: Array, floor: float) -> Array:
    """Observed over forecast, both raised by `floor`, so that small values do not shout."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (observed + floor) / (forecast + floor)


def ratio_widths(observed: Array, forecast: Array, lead: Whole, floor: float, tail: float) -> tuple[Array, Array]:
    """Least and greatest usual ratio of each group, `tail` of the cases beyond either."""
    score = ratio(observed, forecast, floor)
    return -by_group(-score, lead, 1 - tail), by_group(score, lead, 1 - tail)


def ratio_band(forecast: Array, lead: Whole, widths: tuple[Array, Array], floor: float) -> tuple[Array, Array]:
    """Band of a baseline: its value times the usual ratios, never below zero."""
    low, high = (np.maximum((forecast + floor) * smooth(w, lead) - floor, 0.0) for w in widths)
    return low, high


def quantile_widths(observed: Array, low: Array, high: Array, lead: Whole, tail: float) -> tuple[Array, Array]:
    """
    How much each end of a learned band must be moved out, over its own width, per group.

    Notes
    -----
    Conformalised quantile regression, each end by itself and over the band's width (Romano, Patterson and
    Candès 2019, arXiv:1905.03222).
    """
    width = _width(low, high)
    return by_group((low - observed) / width, lead, 1 - tail), by_group((observed - high) / width, lead, 1 - tail)


def quantile_band(low: Array, high: Array, lead: Whole, widths: tuple[Array, Array]) -> tuple[Array, Array]:
    """A learned band moved out (or in), ends in order, never below zero."""
    width = _width(low, high)
    below, above = (smooth(w, lead) * width for w in widths)
    ends = np.maximum(np.vstack([low - below, high + above]), 0.0)
    return np.min(ends, axis=0), np.max(ends, axis=0)


def _width(low: Array, high: Array) -> Array:
    return np.maximum(high - low, 1e-6)
