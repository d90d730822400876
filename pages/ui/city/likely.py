"""The likely sources of the last 24 hours as situation and wall show them: share, confidence, arrow, or why none."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.times import interval_end

COLUMNS = ("category", "share", "lower", "upper", "confidence", "arrow")
SURE, FAIR = 0.25, 0.5
"""Standard uncertainty of a share, as a part of it, up to which confidence is high and medium; the second is what
FAIRMODE asks of source contributions (Belis et al. 2015, doi:10.1016/j.atmosenv.2015.08.068)."""
NORMAL = 1.645  # half of a 90 % interval in standard deviations
SHIFT = 5.0  # change of a share against the days before that gets an arrow [percentage points]
BEFORE = timedelta(days=4)  # the days whose mean share the arrow compares with
LATE = timedelta(hours=12)  # an attribution whose hours ended longer ago is not of now


def likely(attribution: pd.DataFrame | None, city: str, now: datetime) -> pd.DataFrame:
    """
    Shares of the last 24 hours, highest first, what stays undetermined last.

    Parameters
    ----------
    attribution : DataFrame or None
        Table of the store.
    city : str
        Key.

    Returns
    -------
    DataFrame
        `COLUMNS`; shares in %. Empty where there are none, they were refused, or they are not of now.
    """
    if attribution is None:
        return pd.DataFrame(columns=list(COLUMNS))
    mine = attribution[(attribution["city"] == city) & attribution["share"].notna()]
    rows = mine[mine["span"] == "now"]
    end = interval_end(rows["start"], rows["minutes"])
    rows = rows[(end <= pd.Timestamp(now)) & (end > pd.Timestamp(now - LATE))]
    begin = rows["start"].min()
    before = mine[(mine["span"] == "day") & (mine["start"] < begin) & (mine["start"] >= begin - BEFORE)]
    usual = before.groupby("category")["share"].mean()
    made = rows.assign(
        last=rows["category"] == "undetermined",
        confidence=[
            "low" if prior else confidence(r.share, r.lower, r.upper)
            for r, prior in zip(rows.itertuples(), _mostly_prior(rows), strict=True)
        ],
        arrow=[heading(r.share - float(usual.get(r.category, np.nan))) for r in rows.itertuples()],
    )
    return made.sort_values(["last", "share"], ascending=[True, False])[list(COLUMNS)].reset_index(drop=True)


def _mostly_prior(rows: pd.DataFrame) -> pd.Series:
    """With PM2.5 alone the answer is mostly the prior, however narrow its interval."""
    return rows["data_level"].eq("pm25")


def confidence(share: float, lower: float, upper: float) -> str:
    """
    How sure a share is, by its standard uncertainty as a part of it.

    Examples
    --------
    >>> confidence(60, 45, 75), confidence(50, 25, 75), confidence(10, 0, 25)
    ('high', 'medium', 'low')
    """
    part = (upper - lower) / 2 / NORMAL / max(share, 1e-9)
    return "high" if part <= SURE else "medium" if part <= FAIR else "low"


def heading(change: float) -> str:
    """
    The arrow of a share's change [percentage points]; none where the days before are not known.

    Examples
    --------
    >>> heading(8.0), heading(-1.0), heading(float("nan"))
    ('↗', '→', '')
    """
    if change != change:
        return ""
    return "↗" if change > SHIFT else "↘" if change < -SHIFT else "→"


def unattributed(attributed: pd.DataFrame | None, attribution: pd.DataFrame | None, city: str, now: datetime) -> str:
    """
    Why there are no likely sources of now.

    Returns
    -------
    str
        `no_pm25`, `few_hours` or `late`, keys of the catalogs; empty where there are some or nothing ever ran.
    """
    if attributed is None:
        return ""
    rows = attributed[attributed["city"] == city]
    if not len(rows) or len(likely(attribution, city, now)):
        return ""
    if rows["refused"].iloc[-1]:
        return "no_pm25"
    fresh = rows["last"].iloc[-1] > pd.Timestamp(now - LATE)
    return "few_hours" if fresh else "late"
