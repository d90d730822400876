"""Hours made of readings: what a sensor said within an hour becomes that hour's mean, where enough of it was seen."""

import pandas as pd

from data.standards.coverage import least
from data.times import interval_end

QUARTERS = least(4)  # of the four quarters of an hour that must hold a reading
HOUR = 60


def hourly_means(readings: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """
    Hourly means of instantaneous and shorter readings.

    Parameters
    ----------
    readings : DataFrame
        Conforming rows with ``minutes`` below 60, of any stations and parameters; rows flagged invalid do not enter.
    until : Timestamp
        Hours that end later are not finished and are left out. UTC.

    Returns
    -------
    DataFrame
        Conforming rows with ``minutes`` 60 whose ``note`` says of how many readings they are the mean; an hour with
        readings in fewer than three of its quarters has none.

    Examples
    --------
    >>> times = pd.date_range("2026-01-01T00:02Z", periods=6, freq="10min")
    >>> rows = pd.DataFrame({"source": "x", "station": "x:1", "parameter": "pm25", "start": times, "minutes": 0,
    ...     "value": [10.0, 12, 11, 13, 12, 14], "flag": "ok", "kind": "indicative", "raw_value": 0.0,
    ...     "raw_unit": "µg/m³", "known_at": times[-1], "known_until": pd.NaT, "city": "tashkent"})
    >>> hourly_means(rows, pd.Timestamp("2026-01-01T01:00Z"))[["value", "minutes", "note"]].values.tolist()
    [[12.0, 60, 'mean of 6 readings']]
    """
    sound = readings[(readings["minutes"] < HOUR) & (readings["flag"] != "invalid")]
    hour = sound["start"].dt.floor("h")
    sound = sound.assign(hour=hour, quarter=(sound["start"] - hour) // pd.Timedelta(minutes=15))
    sound = sound[interval_end(sound["hour"], HOUR) <= until]
    keys = ["source", "station", "parameter", "hour"]
    made = sound.groupby(keys, as_index=False, sort=True).agg(
        value=("value", "mean"),
        n=("value", "size"),
        quarters=("quarter", "nunique"),
        kind=("kind", "last"),
        known_at=("known_at", "max"),
        city=("city", "last"),
    )
    made = made[made["quarters"] >= QUARTERS].rename(columns={"hour": "start"})
    notes = ["mean of " + str(n) + " readings" for n in made["n"]]
    rows = made.assign(minutes=HOUR, flag="ok", note=notes).drop(columns=["n", "quarters"])
    return rows.assign(value=rows["value"].round(4))
