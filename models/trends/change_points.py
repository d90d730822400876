"""When a level shifted for good: change points of a series of months, found by pruned search."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.trends.trends import Refused

LEAST_VALUES = 24


def change_points(series: pd.Series, *, least: int = 6, penalty: float = 3.0) -> pd.DataFrame:
    """
    Dates at which the mean level changes, with the levels on both sides.

    Parameters
    ----------
    series : Series
        Monthly means, best deseasonalised or weather-normalised, in time order. Gaps are left out.
    least : int
        Shortest stretch of one level. [values]
    penalty : float
        Cost of one more change, in units of noise variance times ln n; larger finds fewer.

    Returns
    -------
    DataFrame
        ``date`` (first value of the new level), ``before, after, change``; empty where the level holds.
        [unit of the series]

    Raises
    ------
    Refused
        With fewer than 24 values.

    Notes
    -----
    PELT (Killick et al. 2012, doi:10.1080/01621459.2012.737745) on squared error. The noise comes from
    first differences, which a change of level barely touches, widened by the memory of the series
    (lag-1 correlation), since neighbouring months alike look like levels otherwise.

    Examples
    --------
    >>> months = pd.date_range("2020-01-01", periods=48, freq="MS", tz="UTC")
    >>> level = np.where(np.arange(48) < 30, 40.0, 28.0) + np.sin(np.arange(48) ** 2)
    >>> for row in change_points(pd.Series(level, index=months)).itertuples():
    ...     print(row.date.date(), round(row.change))
    2022-07-01 -12
    """
    known = series.dropna()
    if len(known) < LEAST_VALUES:
        raise Refused("models.trends.few_for_change", least=LEAST_VALUES, found=len(known))
    import ruptures  # slow to import

    values = known.to_numpy(dtype=float)
    search = ruptures.Pelt(model="l2", min_size=least, jump=1).fit(values)
    ends = search.predict(pen=penalty * _noise(values) * np.log(len(values)))
    edges = [0, *ends]
    means = [values[a:b].mean() for a, b in pairwise(edges)]
    rows = {
        "date": pd.DatetimeIndex(known.index)[edges[1:-1]],
        "before": means[:-1],
        "after": means[1:],
        "change": np.diff(means),
    }
    return pd.DataFrame(rows)


def _noise(values: npt.NDArray[np.float64]) -> float:
    """Variance of the noise, as if its values were independent."""
    steps = np.diff(values)
    variance = (1.4826 * np.median(np.abs(steps - np.median(steps)))) ** 2 / 2
    smooth = pd.Series(values).rolling(13, center=True, min_periods=4).median().to_numpy()
    rest = values - smooth
    spread = float(rest @ rest)
    memory = float(rest[1:] @ rest[:-1]) / spread if spread else 0.0
    memory = min(max(memory, 0.0), 0.6)
    floor = 1e-12 * max(float(np.mean(values**2)), 1.0)
    return max(float(variance * (1 + memory) / (1 - memory)), floor)
