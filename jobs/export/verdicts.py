"""Verdicts on the stations of a city as CSV, those that hold now."""

from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.export.csv_lines import safe
from jobs.ingest.verdicts import current

COLUMNS = (
    "city", "station", "parameter", "start", "until",
    "check", "figure", "lower", "upper", "other", "doubts", "known_at",
)  # fmt: skip
TEXTS = ("city", "station", "parameter", "check", "other")
TIMES = ("start", "until", "known_at")


def verdicts_csv(store: StoreReader, key: str) -> str:
    """
    Verdicts on the stations of a city.

    Parameters
    ----------
    store : StoreReader
        What the reader may have.
    key : str
        City.

    Returns
    -------
    str
        CSV with the columns `COLUMNS`; times are UTC, an empty `until` still stands.
    """
    rows = current(store, key)[list(COLUMNS)]
    texts = {name: rows[name].map(safe) for name in TEXTS}
    times = {name: iso_texts(rows[name]) for name in TIMES}
    return str(rows.assign(**texts, **times).to_csv(index=False, lineterminator="\n"))
