"""The watch's sign of life: a small file beside the tables, so that every process can tell when nobody watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from data.errors import CentreError
from data.store import Store, StoreError
from jobs.logs import redacted

FILE = ".watch.json"  # no table: a commit a minute would move `version()` and with it every page's cache
STALE = timedelta(minutes=3)  # the watch looks every minute: one look may be slow, a second wait for a lock
WORKS = ("events", "alarms", "notifications")


@dataclass(frozen=True)
class Beat:
    """
    How one work of the watch fares.

    Attributes
    ----------
    well : datetime or None
        When it last went well, by the machine's clock; None where it never did.
    error : str
        What went wrong at the last look, in a sentence without secrets; empty where nothing did.
    fault : mapping
        The same as `data.errors.CentreError.fields` gives it; empty where nothing did, or an older release said it.
    """

    well: datetime | None = None
    error: str = ""
    fault: Mapping[str, Any] = field(default_factory=dict)

    def late(self, now: datetime) -> bool:
        """
        Whether nobody did this work for longer than `STALE`.

        Notes
        -----
        A moment ahead counts as late, too: the clock was set back, and a watch that lives would have said so since.

        Examples
        --------
        >>> noon = datetime(2026, 1, 10, 12, tzinfo=UTC)
        >>> [Beat(noon).late(noon + timedelta(minutes=n)) for n in (2, 4, -4)], Beat().late(noon)
        ([False, True, True], True)
        """
        return self.well is None or abs(now - self.well) > STALE


def write(store: Store, work: str, now: datetime, error: CentreError | None = None) -> None:
    """
    Say how a work went, in one step: a reader sees the old file or the new one.

    Parameters
    ----------
    store : Store
        That is watched; the file moves no version of it.
    work : str
        One of `WORKS`.
    now : datetime
        By the machine's clock.
    error : CentreError, optional
        Why it did not go well; it then keeps the moment at which it last did, also that of another process.

    Raises
    ------
    StoreError
        When the store cannot be written.
    """
    known = read(store)
    beats = {**known, work: _failed(known.get(work, Beat()), error) if error else Beat(now)}
    told = {
        name: {"well": b.well.isoformat() if b.well else None, "error": b.error, "fault": b.fault}
        for name, b in beats.items()
    }
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError("store.place.no_make", place=store.folder, cause=problem.strerror) from problem
    store.place.write(FILE, orjson.dumps(told).decode())


def read(store: Store) -> Mapping[str, Beat]:
    """
    What the watch last said of each work, whichever process watches.

    Returns
    -------
    mapping of str to Beat
        Empty where no watch ever looked at this store, or its file cannot be read.
    """
    try:
        told = orjson.loads(store.place.read(FILE) or "{}")
        return {str(name): _beat(row) for name, row in told.items()}
    except (StoreError, OSError, ValueError, AttributeError, TypeError):
        return {}


def _beat(row: Mapping[str, Any]) -> Beat:
    well = row.get("well")
    moment = datetime.fromisoformat(well).astimezone(UTC) if well else None
    return Beat(moment, str(row.get("error") or ""), dict(row.get("fault") or {}))


def _failed(before: Beat, error: CentreError) -> Beat:
    """As before, with what went wrong; a secret may stand in what somebody else said within the error."""
    return Beat(before.well, redacted(error), error.fields(redacted))
