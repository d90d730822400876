"""Events as a file: one row each with front and evidence as JSON, then one for every stretch that was looked at."""

from datetime import datetime

import pandas as pd

from data import clock
from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.events import detect as job
from jobs.events.looked import Looked
from jobs.export.csv_lines import safe

COLUMNS = (
    "id", "city", "kind", "start", "end", "hours", "degree", "confidence", "parameter", "peak", "unit",
    "stations_reached", "stations", "evidence", "footprint", "by", "modelled", "simulated", "computed_at", "method",
)  # fmt: skip
TIMES = ("start", "end", "computed_at")


def between(store: StoreReader, city: str, start: datetime | None = None, end: datetime | None = None) -> pd.DataFrame:
    """Events of the store that overlap [start, end) and may leave, as `jobs.events.COLUMNS`."""
    return job.overlapping(job.events(store.for_export()), city, start, end)


def events_csv(rows: pd.DataFrame, city: str = "", seen: Looked | None = None) -> bytes:
    """
    Events as UTF-8 CSV.

    Parameters
    ----------
    rows : DataFrame
        `jobs.events.COLUMNS`.
    city : str
        Key, of the rows about what was looked at.
    seen : Looked
        What of the period was looked at: a row of kind ``looked`` for each stretch, or one of kind ``not_looked``, so
        that a file without an event says whether there was none.

    Returns
    -------
    bytes
        `COLUMNS`; times in UTC with a Z, the end empty while an event goes on.
    """
    table = rows.assign(
        hours=((rows["end"] - rows["start"]) / pd.Timedelta(hours=1)).round(1),
        stations_reached=rows["stations"].str.count('"station":').fillna(0).astype("int64"),
    )[list(COLUMNS)]
    about = _looked(city, seen) if seen else table.iloc[:0]
    table = pd.concat([part for part in (table, about) if len(part)] or [table], ignore_index=True)
    for name in TIMES:
        table[name] = iso_texts(table[name])
    for name in COLUMNS:  # also of what another network told
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = [safe(words) if isinstance(words, str) else words for words in table[name]]
    return str(table[list(COLUMNS)].to_csv(index=False, lineterminator="\n")).encode("utf-8")


def _looked(city: str, seen: Looked) -> pd.DataFrame:
    """Rows that say where events were looked for."""
    spans = [("looked", a, b) for a, b in seen.spans] or [("not_looked", seen.start, seen.end)]
    made = pd.DataFrame(spans, columns=["kind", "start", "end"])
    made[["start", "end"]] = made[["start", "end"]].apply(pd.to_datetime, utc=True)
    hours = ((made["end"] - made["start"]) / pd.Timedelta(hours=1)).round(1)
    names = [f"{city}:{kind}:{'' if pd.isna(a) else clock.iso(a, 'minutes')}" for kind, a, _ in spans]
    blank = dict.fromkeys(("parameter", "unit", "stations", "evidence", "footprint", "method"), "")
    return made.assign(id=names, city=city, hours=hours, degree=0, confidence=float("nan"), peak=float("nan"),
                       stations_reached=0, by="centre", modelled=False, simulated=False,
                       computed_at=pd.Series(pd.NaT, index=made.index, dtype="datetime64[us, UTC]"), **blank
                       )[list(COLUMNS)]  # fmt: skip
