"""Maintenance notes as they stand, and their flags on rows that arrive."""

import pandas as pd

from data.store import Store
from data.store.tables.schemas import TABLES
from models.quality.maintenance import marked

TABLE = "maintenance"
COLUMNS = TABLES[TABLE].dtypes
BEFORE = pd.Timedelta(days=1)  # the longest interval that may reach into a span


def log(store: Store) -> pd.DataFrame:
    """Everything that was ever noted or withdrawn, oldest first: the columns of `COLUMNS`."""
    return store.table(TABLE).sort_values("at", kind="stable").reset_index(drop=True)


def notes(store: Store, key: str | None = None, *, withdrawn: bool = False) -> pd.DataFrame:
    """
    Notes as they stand, newest span first.

    Parameters
    ----------
    store : Store
        Whose notes.
    key : str, optional
        City; all by default.
    withdrawn : bool
        Whether those that were withdrawn are among them.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, one row a note; `by` and `at` are those of the newest entry.
    """
    rows = log(store).drop_duplicates("id", keep="last")
    rows = rows if withdrawn else rows[~rows["withdrawn"]]
    rows = rows if key is None else rows[rows["city"] == key]
    return rows.sort_values(["start", "id"], ascending=[False, True], kind="stable").reset_index(drop=True)


def standing(store: Store, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Rows that arrive, with the flags of the notes that stand.

    Parameters
    ----------
    store : Store
        Whose notes.
    rows : DataFrame
        Conforming and checked, on their way into the store.
    """
    known = notes(store)
    if not len(known) or not len(rows):
        return rows
    last = rows["start"].max() + BEFORE
    return marked(rows, known[(known["start"] <= last) & (known["end"] > rows["start"].min())])
