"""Months in which two channels tell the same numbers: at most one of them is measured."""

from collections.abc import Iterator
from itertools import combinations
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.quality.spans.months import months, spans, verdicts

Floats = npt.NDArray[np.float64]

ALIKE = 0.999  # correlation of the hours
WITHIN = 0.01  # of each other
SHARE = 0.9  # of the hours that are so alike
HOURS = 240  # common ones in a month
LIVELY = 20  # different values; two channels that stand still are alike without being copies
HOUR = 60


def copied(rows: pd.DataFrame, zone: ZoneInfo, newest: pd.Timestamp) -> pd.DataFrame:
    """
    Spans in which a channel tells what another one of its station, or of its network, tells.

    Parameters
    ----------
    rows : DataFrame
        ``source, station, parameter, start, minutes, value``: rows that are not invalid; hourly ones count.
    zone : ZoneInfo
        Of the city.
    newest : Timestamp
        End of the newest row of the city.

    Returns
    -------
    DataFrame
        `months.COLUMNS`, both channels of a pair: which of them is measured, the numbers cannot say. Figure, lower,
        upper: ratio of the two in the months; `other` the first channel that it equals, ``station parameter``.

    Notes
    -----
    Two parameters of one station, or one parameter at two stations of one source. One monitor that two sources
    deliver is no fault (`same_as`).
    """
    hours = rows[(rows["minutes"] == HOUR) & (rows["value"] > 0)]
    found: list[pd.DataFrame] = []
    for group in (["source", "station"], ["source", "parameter"]):
        for _, part in hours.groupby(group, sort=True):
            found += _pairs(part, zone)
    if not found:
        return verdicts([])
    every = pd.concat(found, ignore_index=True).sort_values(["station", "parameter", "month", "bad"])
    # A month is bad when the channel equals any other.
    return spans(every.drop_duplicates(["station", "parameter", "month"], keep="last"), "copied", zone, newest)


def _pairs(part: pd.DataFrame, zone: ZoneInfo) -> Iterator[pd.DataFrame]:
    if len(part[["station", "parameter"]].drop_duplicates()) < 2:
        return
    last = part.drop_duplicates(["station", "parameter", "start"], keep="last")
    wide = last.pivot(index="start", columns=["station", "parameter"], values="value")  # noqa: PD010  # 3 times as fast
    month = months(wide.index.to_series(), zone)
    for one, two in combinations(wide.columns, 2):
        table = _compared(wide[one].to_numpy(np.float64), wide[two].to_numpy(np.float64), month)
        if not table["bad"].any():
            continue
        for mine, its in ((one, two), (two, one)):
            yield table.assign(station=mine[0], parameter=mine[1], other=f"{its[0]} {its[1]}")


def _compared(one: Floats, two: Floats, month: npt.NDArray[np.int64]) -> pd.DataFrame:
    with np.errstate(invalid="ignore"):
        near = np.abs(two / one - 1) <= WITHIN
    if near.sum() < SHARE * HOURS:
        return pd.DataFrame({"month": [], "bad": [], "figure": []})
    both = np.isfinite(one) & np.isfinite(two)
    table = pd.DataFrame({"month": month[both], "one": one[both], "ratio": two[both] / one[both]})
    table["near"] = (table["ratio"] - 1).abs() <= WITHIN
    by = table.groupby("month")
    made = by.agg(n=("one", "size"), near=("near", "mean"), figure=("ratio", "median"), different=("one", "nunique"))
    made = made[made["n"] >= HOURS].reset_index()
    made["bad"] = (made["near"] >= SHARE) & (made["different"] >= LIVELY)
    two = table["one"] * table["ratio"]
    for i in np.flatnonzero(made["bad"]):  # correlation is asked of the few months that are near
        mine = (table["month"] == made["month"].iloc[i]).to_numpy()
        if np.corrcoef(table["one"][mine], two[mine])[0, 1] <= ALIKE:
            made.loc[i, "bad"] = False
    return made[["month", "bad", "figure"]]
