"""When a replay of history learned what it shows: at the end of each interval, not when a file was imported."""

import pandas as pd

from data import clock
from data.times import interval_end


def known_when_over(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Rows as a replay knows them.

    Parameters
    ----------
    rows : DataFrame
        Conforming.

    Returns
    -------
    DataFrame
        With ``known_at`` at the end of the interval, so that reading as of any moment of the history works; the same
        rows where the clock was not moved.
    """
    if not clock.replaying() or not len(rows):
        return rows
    return rows.assign(known_at=interval_end(rows["start"], rows["minutes"]).astype(rows["known_at"].dtype))
