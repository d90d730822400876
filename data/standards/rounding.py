"""The figure of a mean that is held to a limit or a scale: without the noise of floating point, in its own decimals."""

from typing import Any

import numpy as np
import numpy.typing as npt

DIGITS = 10  # significant ones; a double holds 15 to 16, an instrument 3 to 5
_MOST = 9  # decimals looked at

Floats = npt.NDArray[np.float64]


def clean(values: npt.ArrayLike) -> Floats:
    """
    Values without what floating-point arithmetic adds: to ten significant digits.

    Examples
    --------
    >>> float(clean(24 * 9.1 / 24)), float(clean(sum([34.9, 35.1, 35.0]) / 3)), float(clean(0.1 + 0.2))
    (9.1, 35.0, 0.3)
    """
    given = np.asarray(values, dtype=np.float64)
    known = np.isfinite(given) & (given != 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(given), where=known, out=np.zeros(given.shape)))
    places = np.clip(DIGITS - 1 - size, -300, 300)
    up, down = 10.0 ** np.maximum(places, 0), 10.0 ** np.maximum(-places, 0)
    return np.asarray(np.where(known, np.round(given * up / down) * down / up, given), dtype=np.float64)


def decimals_of(values: npt.ArrayLike) -> int:
    """
    In how many decimals a series is given.

    Examples
    --------
    >>> decimals_of([9.1, 40.0, float("nan")]), decimals_of([12.0, 7.0]), decimals_of([0.1234])
    (1, 0, 4)
    """
    given = clean(values)
    given = np.unique(given[np.isfinite(given)])
    for places in range(_MOST):
        if np.array_equal(clean(np.round(given, places)), given):
            return places
    return _MOST


def half_up(values: npt.ArrayLike, decimals: npt.ArrayLike) -> Floats:
    """
    Values rounded half up, as tables of limits are read; noise is removed first.

    Parameters
    ----------
    values : array_like
    decimals : array_like of int
        Of each, or of each column.

    Examples
    --------
    >>> half_up([35.05, 35.049, -0.25], 1).tolist()
    [35.1, 35.0, -0.2]
    """
    scale = 10.0 ** np.asarray(decimals, dtype=np.float64)
    return clean(np.floor(clean(np.asarray(values, dtype=np.float64) * scale) + 0.5) / scale)


def above(values: npt.ArrayLike, limit: npt.ArrayLike, decimals: npt.ArrayLike | None = None) -> Any:
    """
    Whether means lie above a limit: exactly at it is within.

    Parameters
    ----------
    values : array_like
        Means; NaN lies above nothing.
    limit : array_like
        In their unit.
    decimals : array_like of int, optional
        In how many the data are given that the means were made of; the mean is rounded half up to them. Only noise is
        removed where it is not known.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> bool(above(35.00000000000001, 35.0)), bool(above(35.04, 35.0, 1)), bool(above(35.05, 35.0, 1))
    (False, False, True)
    """
    held = clean(values) if decimals is None else half_up(values, decimals)
    return np.asarray(held > clean(limit))
