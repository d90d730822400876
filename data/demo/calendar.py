"""Hours as the demo world counts them, and lattices in time on which things begin."""

import numpy as np
import pandas as pd

from data.demo.noise import Hours, uniform


def stamps(hours: Hours) -> pd.DatetimeIndex:
    """Hours since 1970-01-01 UTC as times."""
    return pd.DatetimeIndex(np.asarray(hours).astype("datetime64[h]").astype("datetime64[us]"), tz="UTC")


def lattice(key: np.uint64, first: int, last: int, every: int, jitter: int) -> Hours:
    """
    Starts within [first, last]: each span of `every` hours holds one, up to `jitter` hours late.

    Parameters
    ----------
    key : uint64
        Stream of random numbers, from `data.demo.noise.salt`.
    first, last : int
        Hours since 1970-01-01 UTC.
    every, jitter : int
        [h]

    Returns
    -------
    array of int
        A start depends on the calendar alone, never on the span that is asked for.

    Examples
    --------
    >>> from data.demo.noise import salt
    >>> long, short = (lattice(salt(1, "x"), 0, end, 100, 10) for end in (1000, 500))
    >>> len(long), long[:5].tolist() == short[:5].tolist()
    (10, True)
    """
    block = np.arange(first // every - 1, last // every + 1, dtype=np.int64)
    starts = (block * every + np.floor(uniform(key, block) * jitter)).astype(np.int64)
    return starts[(starts >= first) & (starts <= last)]
