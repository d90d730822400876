"""The watch's sign of life: a small file beside the tables, so that every process can tell when nobody watches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from data.errors import CentreError
from data.store import Store, StoreError

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
        What went wrong at the last look, in an English sentence without secrets; empty where nothing did.
    key : str
        Of that sentence in ``data/text/errors``; empty where the error was none of ours.
    words : mapping
        What the sentence's placeholders stand for.
    """

    well: datetime | None = None
    error: str = ""
    key: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)

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


def write(store: Store, work: str, now: datetime, error: str = "", cause: Exception | None = None) -> None:
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
    error : str
        Why it did not go well; it then keeps the moment at which it last did, also that of another process.
    cause : Exception, optional
        The error itself, so that the sentence can be said in other languages, too.

    Raises
    ------
    StoreError
        When the store cannot be written.
    """
    known = read(store)
    fields = cause.fields() if isinstance(cause, CentreError) else {"key": "", "words": {}}
    failed = Beat(known.get(work, Beat()).well, error, fields["key"], fields["words"])
    beats = {**known, work: failed if error else Beat(now)}
    told = {
        name: {"well": b.well.isoformat() if b.well else None, "error": b.error, "key": b.key, "words": b.words}
        for name, b in beats.items()
    }
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError(f"{store.folder}: cannot be made ({problem.strerror}); check space and rights") from problem
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
    words = row.get("words")
    return Beat(
        datetime.fromisoformat(well).astimezone(UTC) if well else None,
        str(row.get("error") or ""),
        str(row.get("key") or ""),
        words if isinstance(words, dict) else {},
    )
