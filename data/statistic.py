"""What a value is of its interval: the mean, the median, the highest, the sum, or a single reading."""

import numpy as np
import pandas as pd

# Limits ask for a mean. ``sum`` is the word for accumulations, which are none of the other four.
STATISTICS = ("mean", "median", "max", "instant", "sum")
SUMS = ("precipitation",)


def usual(parameter: pd.Series, minutes: pd.Series) -> pd.Series:
    """
    What values are where nobody says it.

    Parameters
    ----------
    parameter : Series of str
        Keys.
    minutes : Series
        Lengths of the intervals. [min]

    Returns
    -------
    Series of str
        A reading of no length is ``instant``, precipitation over a time a ``sum``, everything else a ``mean``.

    Examples
    --------
    >>> usual(pd.Series(["pm25", "precipitation", "wind_speed"]), pd.Series([60, 60, 0])).tolist()
    ['mean', 'sum', 'instant']
    """
    summed = np.where(parameter.isin(list(SUMS)).to_numpy(dtype=bool), "sum", "mean")
    moment = (minutes == 0).to_numpy(dtype=bool, na_value=False)
    return pd.Series(np.where(moment, "instant", summed), index=minutes.index, dtype="str")
