"""How much of a period must be measured before its mean may speak: one share for every mean, everywhere."""

import math

# Directive (EU) 2024/2881, annex V: 75 % of the hours of a day, of the windows of 8 h, of the days of a year.
MIN_COVERAGE = 0.75


def least(of: int) -> int:
    """
    So many parts of a period are enough.

    Parameters
    ----------
    of : int
        Parts of the whole period: hours of a day, quarters of an hour.

    Examples
    --------
    >>> least(24), least(8), least(4), least(365)
    (18, 6, 3, 274)
    """
    return math.ceil(MIN_COVERAGE * of)
