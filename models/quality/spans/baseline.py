"""Months whose lowest or middle hours no air has: a zero that drifted, a channel that measures nothing."""

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pandas as pd

from models.quality.spans.months import SERIES, judged, spans

LOWEST = 0.05  # quantile that stands for the cleanest hours of a month
# Clean hours come every month; a channel whose cleanest hours exceed what Kazakhstan allows for twenty minutes has lost
# its zero. One-time maxima of the order of the Minister of Health of 2 August 2022, No. ҚР ДСМ-70. [µg/m³]
ZERO_ABOVE: Mapping[str, float] = MappingProxyType(
    {"h2s": 8.0, "no2": 200.0, "no": 400.0, "so2": 500.0, "co": 5000.0, "nh3": 200.0, "o3": 160.0}
)
# Carbon monoxide of the northern hemisphere's clean air is 90 to 150 ppb, 105 to 175 µg/m³ (NOAA Global Monitoring
# Laboratory, marine boundary layer); no city has a month's median of half of it. [µg/m³]
DEAD_BELOW: Mapping[str, float] = MappingProxyType({"co": 60.0})


def drifting_zero(rows: pd.DataFrame, zone: ZoneInfo, newest: pd.Timestamp) -> pd.DataFrame:
    """
    Spans in which the cleanest hours never come down.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start, minutes, value``: sound rows [µg/m³].
    zone : ZoneInfo
        Of the city.
    newest : Timestamp
        End of the newest row of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`; figure, lower, upper: 5th percentile of the months [µg/m³].
    """
    low = _monthly(rows, ZERO_ABOVE, LOWEST, zone)
    bound = low["parameter"].map(ZERO_ABOVE).astype("float64")
    return spans(low.assign(bad=low["figure"] > bound), "drifting_zero", zone, newest)


def dead(rows: pd.DataFrame, zone: ZoneInfo, newest: pd.Timestamp) -> pd.DataFrame:
    """Spans in which a gas stays below what even clean air has; as `drifting_zero`, with the months' medians."""
    middle = _monthly(rows, DEAD_BELOW, 0.5, zone)
    bound = middle["parameter"].map(DEAD_BELOW).astype("float64")
    return spans(middle.assign(bad=middle["figure"] < bound), "dead", zone, newest)


def _monthly(rows: pd.DataFrame, bounds: Mapping[str, float], quantile: float, zone: ZoneInfo) -> pd.DataFrame:
    known = judged(rows[rows["parameter"].isin(list(bounds))], zone)
    by = [*SERIES, "month"]
    return known.groupby(by, as_index=False)["value"].quantile(quantile).rename(columns={"value": "figure"})
