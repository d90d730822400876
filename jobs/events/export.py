"""Events as a file: one row each, with the front station by station and the evidence as JSON."""

from datetime import datetime

import pandas as pd

from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.events import detect as job
from jobs.export.csv_lines import safe

COLUMNS = (
    "id", "city", "kind", "start", "end", "hours", "degree", "confidence", "parameter", "peak", "unit",
    "stations_reached", "stations", "evidence", "footprint", "by", "modelled", "simulated", "computed_at", "method",
)  # fmt: skip
TIMES = ("start", "end", "computed_at")


def between(store: StoreReader, city: str, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Events of the store that overlap [start, end) and may leave, as `jobs.events.COLUMNS`."""
    return job.overlapping(job.events(store.for_export()), city, start, end)


def events_csv(rows: pd.DataFrame) -> bytes:
    """
    Events as UTF-8 CSV.

    Parameters
    ----------
    rows : DataFrame
        `jobs.events.COLUMNS`.

    Returns
    -------
    bytes
        `COLUMNS`; times in UTC with a Z, the end empty while an event goes on.
    """
    table = rows.assign(
        hours=((rows["end"] - rows["start"]) / pd.Timedelta(hours=1)).round(1),
        stations_reached=rows["stations"].str.count('"station":').fillna(0).astype("int64"),
    )
    for name in TIMES:
        table[name] = iso_texts(table[name])
    for name in COLUMNS:  # also of what another network told
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = [safe(words) if isinstance(words, str) else words for words in table[name]]
    return str(table[list(COLUMNS)].to_csv(index=False, lineterminator="\n")).encode("utf-8")
