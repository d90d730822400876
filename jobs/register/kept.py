"""Edits of the registers as the store keeps them: every one that was ever proposed, with what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
import pandas as pd

from data import clock
from data.store.reader import StoreReader
from data.store.tables.schemas import TABLES

NAME = "register_edits"
PROPOSED, PUBLISHED, REJECTED = STATES = ("proposed", "published", "rejected")
ADD, CHANGE, WITHDRAW = ACTIONS = ("add", "change", "withdraw")


@dataclass(frozen=True)
class Edit:
    """
    One edit.

    Attributes
    ----------
    register, row : str
        Which row of which register.
    action : str
        One of `ACTIONS`.
    fields : mapping of str to str
        The whole row as it stands after the edit; of one that is withdrawn, as it stood.
    base : str
        `digest` of the row it was made on; empty where it adds one.
    state : str
        One of `STATES`.
    proposed_at, reviewed_at : datetime
        Aware, UTC; the second None while it waits.
    """

    id: str
    register: str
    row: str
    action: str
    fields: Mapping[str, str]
    base: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    state: str = PROPOSED
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    review_note: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON says it, times as text."""
        reviewed = clock.iso(self.reviewed_at) if self.reviewed_at else None
        return {**vars(self), "proposed_at": clock.iso(self.proposed_at), "reviewed_at": reviewed}


def digest(row: Mapping[str, str]) -> str:
    """
    SHA-256 of a row, whatever the order of its columns; a column that is empty says nothing.

    Examples
    --------
    >>> digest({"a": "1", "b": ""}) == digest({"a": "1"}) != digest({"a": "2"})
    True
    """
    said = {name: text for name, text in row.items() if text}
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def edits(store: StoreReader, register: str) -> list[Edit]:
    """Every edit of a register, the oldest first."""
    rows = store.table(NAME).sort_values(["proposed_at", "id"], kind="stable")
    return [_edit(row) for row in rows[rows["register"] == register].to_dict("records")]


def published(store: StoreReader, register: str, at: datetime | None = None) -> list[Edit]:
    """
    The edits that stand, in the order in which they were published.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives.
    register : str
        Its name.
    at : datetime, optional
        Aware; later reviews are not known then.
    """
    found = [(e.reviewed_at, e) for e in edits(store, register) if e.state == PUBLISHED]
    known = [(moment, e) for moment, e in found if moment is not None and (at is None or moment <= at)]
    return [e for _, e in sorted(known, key=lambda pair: pair[0])]


def waiting(store: StoreReader, register: str) -> list[Edit]:
    """The edits that nobody has reviewed, the oldest first."""
    return [e for e in edits(store, register) if e.state == PROPOSED]


def frame(edit: Edit) -> pd.DataFrame:
    """An edit as a row of the table."""
    row = {**vars(edit), "fields": orjson.dumps(dict(edit.fields)).decode()}
    made = pd.DataFrame([row])
    moments = {name: pd.to_datetime(made[name], utc=True) for name in ("proposed_at", "reviewed_at")}
    return made.assign(**moments).astype(TABLES[NAME].dtypes)


def _edit(row: Mapping[Any, Any]) -> Edit:
    reviewed = None if pd.isna(row["reviewed_at"]) else row["reviewed_at"].to_pydatetime()
    plain = {name: str(row[name]) for name in TABLES[NAME].names if name not in ("fields", "proposed_at")}
    moments = {"proposed_at": row["proposed_at"].to_pydatetime(), "reviewed_at": reviewed}
    return Edit(**{**plain, **moments, "fields": orjson.loads(row["fields"])})
