"""Rows of the store as JSON: with their end, unit, licence and credit."""

from datetime import datetime
from typing import Any

import pandas as pd

from data import reasons
from data.clock import iso
from data.parameters import PARAMETERS
from data.times import interval_end
from sources.credits import credit

# The members of 0.2 in their order, then what joined them.
ORDER = (
    "source", "station", "parameter", "start", "minutes", "value", "flag", "reason", "kind", "raw_value", "raw_unit",
    "known_at", "city", "end", "unit", "credit", "licence", "statistic", "checks", "note",
)  # fmt: skip


def described(rows: pd.DataFrame, stations: pd.DataFrame) -> pd.DataFrame:
    """
    Rows with what a reader needs beside them.

    Parameters
    ----------
    rows : DataFrame
        Of the measurement table, as the gate for exports gives them.
    stations : DataFrame
        Descriptions, for the licence of each.

    Returns
    -------
    DataFrame
        Without `known_until`; with the text `reason` of releases before 0.3, end, unit, credit and licence.
    """
    known = stations.set_index(["source", "station"])["licence"].to_dict() if len(stations) else {}
    credits = {s: credit(s) for s in rows["source"].unique()}
    pairs = zip(rows["source"], rows["station"], strict=True)
    made = rows.assign(
        reason=reasons.series(rows),
        end=interval_end(rows["start"], rows["minutes"]),
        unit=rows["parameter"].map({k: p.unit for k, p in PARAMETERS.items()}),
        credit=rows["source"].map({s: c.text for s, c in credits.items()}),
        licence=[known.get((s, t)) or credits[s].licence for s, t in pairs],
    )
    return made[list(ORDER)]


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON objects; what is missing is null."""
    return [{k: plain(v) for k, v in row.items()} for row in rows.to_dict("records")]


def plain(value: Any) -> Any:
    """A moment as ISO 8601 with Z, what is missing as None, everything else as it is."""
    if isinstance(value, pd.Timestamp | datetime):
        return None if pd.isna(value) else iso(value)
    return None if (isinstance(value, float) and value != value) or value is pd.NaT else value
