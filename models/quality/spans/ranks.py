"""Rank correlation of daily levels, with a band that counts how few days of a season are independent."""

import numpy as np

from models.quality.spans.network import Floats

INDEPENDENT = 1 / 3  # of the days, as `models.quality.spans.out_of_level`


def rank_correlation(one: Floats, two: Floats, least: int) -> tuple[float, float, float]:
    """
    Spearman's coefficient of the days that both have, with a 95 % band (Fisher's transformation).

    Parameters
    ----------
    one, two : ndarray
        Day by day; NaN where there is nothing.
    least : int
        Common days that are needed.

    Returns
    -------
    (float, float, float)
        Coefficient, lower and upper end; NaN where too few days are common or one of them never changes.

    Examples
    --------
    >>> days = np.arange(90.0)
    >>> rank_correlation(days, -days, 45)[0]
    -1.0
    >>> rank_correlation(days, -days, 91)[0]
    nan
    """
    from scipy.stats import rankdata

    both = np.isfinite(one) & np.isfinite(two)
    if both.sum() < least or np.ptp(one[both]) == 0 or np.ptp(two[both]) == 0:
        return (float("nan"),) * 3
    r = float(np.corrcoef(rankdata(one[both]), rankdata(two[both]))[0, 1])
    wide = 1.96 / np.sqrt(max(float(both.sum()) * INDEPENDENT - 3, 1.0))
    z = float(np.arctanh(np.clip(r, -0.999999, 0.999999)))
    return round(r, 6), float(np.tanh(z - wide)), float(np.tanh(z + wide))
