"""How well low-cost sensors agree with a reference instrument where both measured on the same days."""

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE

LEAST = 30  # common days
COLUMNS = ("station", "first", "last", "n", "r", "ratio")


def agreement(days: pd.DataFrame) -> pd.DataFrame:
    """
    Agreement of each reference station with the low-cost sensors of its city.

    Parameters
    ----------
    days : DataFrame
        ``station, kind, day, value, coverage`` (0–1) of one parameter: daily means, sound rows [µg/m³].

    Returns
    -------
    DataFrame
        Row per reference station with at least `LEAST` common days: ``station, first, last`` (days)``, n`` (days)``,
        r`` (Pearson's, of the station's day and the median of the sensors)``, ratio`` (sensors over station:
        the median of those days, which one day of dust does not move).

    Notes
    -----
    Agreement on days of one season says nothing of another; r is low where the season has little to tell apart.

    Examples
    --------
    >>> day = pd.date_range("2025-01-01", periods=40).date
    >>> one = pd.DataFrame({"station": "ref:1", "kind": "reference", "day": day, "value": range(40), "coverage": 1.0})
    >>> two = one.assign(station="low:1", kind="indicative", value=one["value"] * 0.5)
    >>> agreement(pd.concat([one, two]))[["n", "r", "ratio"]].round(3).values.tolist()
    [[40.0, 1.0, 0.5]]
    """
    good = days[days["coverage"] >= MIN_COVERAGE]
    low = good[good["kind"] == "indicative"].groupby("day")["value"].median()
    rows = []
    for station, part in good[good["kind"] == "reference"].groupby("station"):
        own = part.groupby("day")["value"].mean()
        both = pd.DataFrame({"own": own, "low": low}).dropna()
        if len(both) < LEAST or not (both.std() > 0).all():
            continue
        r = float(np.corrcoef(both["own"], both["low"])[0, 1])
        ratio = float((both["low"] / both["own"])[both["own"] > 0].median())
        rows.append((str(station), both.index.min(), both.index.max(), len(both), r, ratio))
    return pd.DataFrame(rows, columns=list(COLUMNS))
