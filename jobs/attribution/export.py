"""The attribution as a file: daily shares with their intervals and everything needed to compute them again."""

from datetime import datetime

import pandas as pd

from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.export.csv_lines import safe

COLUMNS = (
    "city", "start", "minutes", "category", "contribution", "share", "lower", "upper", "status", "data_level",
    "coverage", "kind", "model_version", "seed", "window_start", "window_end", "inputs_version", "inputs_sha256",
    "inventory_sha256", "inventory_vintage", "prior", "computed_at",
)  # fmt: skip
DECIMALS = {"contribution": 4, "share": 3, "lower": 3, "upper": 3, "coverage": 4}
TIMES = ("start", "window_start", "window_end", "computed_at")


def days(store: StoreReader, city: str, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """
    Rows of the table `attribution` that stand for local days with start in [start, end), as `COLUMNS`.

    Returns
    -------
    DataFrame
        A refused day has rows without a share; their status says why. Empty where nothing was attributed.
    """
    table = store.for_export().table("attribution")
    kept = table[(table["city"] == city) & (table["span"] == "day")]
    kept = kept if start is None else kept[kept["start"] >= pd.Timestamp(start)]
    kept = kept if end is None else kept[kept["start"] < pd.Timestamp(end)]
    return kept.sort_values(["start", "category"])[list(COLUMNS)].reset_index(drop=True)


def attribution_csv(store: StoreReader, city: str, start: datetime | None = None, end: datetime | None = None) -> bytes:
    """The same as UTF-8 CSV; times in UTC with a Z."""
    rows = days(store, city, start, end).round(DECIMALS)
    for name in TIMES:
        rows[name] = iso_texts(rows[name])
    rows["prior"] = [safe(words) if isinstance(words, str) else "" for words in rows["prior"]]
    return str(rows.to_csv(index=False, lineterminator="\n")).encode("utf-8")
