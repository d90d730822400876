"""Months that a channel spends at one level, with short excursions that break every run of equal hours."""

from zoneinfo import ZoneInfo

import pandas as pd

from models.quality.spans.months import SERIES, judged, spans

BAND = 0.04  # of the level, up and down
# Of a month's hours in the band. Half of the channel-months of Astana and Karaganda (airdata-kz, 2018 to 2026) have
# 6 to 7 % of their hours there.
SHARE = 0.6
DIFFERENT = 3  # values in the band; with fewer the channel is rounded to coarse steps, not flat


def half_flat(rows: pd.DataFrame, zone: ZoneInfo, newest: pd.Timestamp) -> pd.DataFrame:
    """
    Spans in which most hours lie within a few percent of one level.

    Parameters
    ----------
    rows : DataFrame
        ``station, parameter, start, minutes, value``: rows of pollutants that are not invalid [µg/m³].
    zone : ZoneInfo
        Of the city.
    newest : Timestamp
        End of the newest row of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`; figure, lower, upper: the level in the months [µg/m³].
    """
    known = judged(rows[rows["value"] > 0], zone)
    by = [*SERIES, "month"]
    level = known.groupby(by, sort=False)["value"].transform("median")
    near = (known["value"] - level).abs() <= BAND * level
    told = known.assign(near=near, figure=level)
    made = told.groupby(by, as_index=False).agg(near=("near", "mean"), figure=("figure", "first"))
    different = told[near].groupby(by, as_index=False)["value"].nunique().rename(columns={"value": "different"})
    made = made.merge(different, on=by, how="left")
    return spans(made.assign(bad=(made["near"] >= SHARE) & (made["different"] >= DIFFERENT)), "half_flat", zone, newest)
