"""How much of a period must be measured before its mean may speak: one share for all, unless the act asks for more."""

import math
from collections.abc import Mapping
from types import MappingProxyType

# Of the hours of a day and of the windows of 8 h: Directive (EU) 2024/2881, annex V. Of the days of a year: our own
# choice where an act asks for no share that we have read, as those of Kazakhstan and Uzbekistan and WHO's guidelines.
MIN_COVERAGE = 0.75
# Of a calendar year, by key of data/standards/acts.csv. 2024/2881: second-hand; 2008/50: general knowledge, not read.
ANNUAL: Mapping[str, float] = MappingProxyType({"eu-2008-50": 0.90, "eu-2024-2881": 0.85})


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


def needed(act: str, averaging: str, share: float = MIN_COVERAGE) -> float:
    """
    Share of a mean's intervals that a verdict by an act needs. [0–1]

    Parameters
    ----------
    act : str
        Key of `data.standards.acts`.
    averaging : str
        Of the limit; only a year has a share of its own.
    share : float
        What is asked for elsewhere; never less.

    Examples
    --------
    >>> needed("eu-2008-50", "year"), needed("eu-2008-50", "24h"), needed("who-2021", "year")
    (0.9, 0.75, 0.75)
    """
    return max(ANNUAL.get(act, share), share) if averaging == "year" else share
