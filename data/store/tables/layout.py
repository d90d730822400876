"""Which layout a store has, and how one of an older release becomes one of this release without losing a row."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from deltalake import DeltaTable, Schema

from data.store.storage.choose import place
from data.store.storage.errors import StoreError
from data.store.storage.location import LOCK, Place
from data.store.tables.schemas import MEASUREMENTS, REJECTS, STATIONS, STATUS

SCHEMA = 2  # of this release; 1 is that of release 0.1.0, which wrote no file of its own
FILE = "store.json"
WAIT = 60.0  # seconds a second writer waits before it is refused
KEPT: Mapping[str, pa.Schema] = MappingProxyType(
    {"measurements": MEASUREMENTS, "stations": STATIONS, "rejects": REJECTS, "status": STATUS}
)


def written(where: Place | Path) -> int | None:
    """
    The layout's number of a store; None where there is no store yet.

    Raises
    ------
    StoreError
        When its file cannot be read.
    """
    at = place(where)
    try:
        text = at.read(FILE)
        if text is None:
            return 1 if at.tables() else None
        return int(json.loads(text)["schema"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError("store.layout.unreadable", file=f"{at.uri}/{FILE}") from error


def fit(where: Place | Path, wait: float = 60.0) -> None:
    """
    Bring a store to the layout of this release; nothing happens where it has it.

    Parameters
    ----------
    where : Place or Path
        Of the store; nothing is made where it is empty.
    wait : float
        How long to wait for another writer. [s]

    Raises
    ------
    StoreError
        When the store was written by a newer release: whoever runs this machine must install that release.
    """
    at = place(where)
    found = written(at)
    if found is None or found == SCHEMA:
        return
    refuse(found, at.uri)
    with writing(at, wait):
        found = written(at)  # another process may have done it while this one waited
        for number in range(found or SCHEMA, SCHEMA):
            STEPS[number](at)
            mark(at, number + 1)


@contextmanager
def writing(where: Place | Path | str, wait: float = WAIT) -> Iterator[None]:
    """
    Hold the writer lock of a store; one that its process lost by dying is free again.

    Parameters
    ----------
    where : Place or Path or str
        Of the store.
    wait : float
        How long to wait for another writer. [s]

    Raises
    ------
    StoreBusy
        When another writer holds it for longer than `wait`.
    StoreError
        When the place cannot be written, or holds the layout of a newer release.
    """
    at = place(where)
    with at.held(LOCK, wait):
        begin(at)
        yield


def begin(at: Place) -> None:
    """Before a write: a store that begins says its layout, one that a newer release took over refuses."""
    found = written(at)
    if found is None:
        mark(at)
    else:
        refuse(found, at.uri)


def refuse(found: int, where: object) -> None:
    """Refuse a layout that a newer release wrote."""
    if found > SCHEMA:
        raise StoreError("store.layout.newer", place=where, found=found, known=SCHEMA)


def mark(where: Place | Path, number: int = SCHEMA) -> None:
    """Say which layout a store has; the file is whole or absent, whatever happens."""
    place(where).write(FILE, json.dumps({"schema": number}) + "\n")


def _complete(at: Place) -> None:
    """1 → 2: columns that a table of an older release does not have are added; its rows hold nothing there."""
    begun = at.tables()
    for name, wanted in KEPT.items():
        if name not in begun:
            continue
        table = DeltaTable(at.table(name), storage_options=dict(at.options) or None)
        kept = set(pa.schema(table.schema().to_arrow()).names)
        fresh = [field for field in wanted if field.name not in kept]
        if fresh:
            table.alter.add_columns(list(Schema.from_arrow(pa.schema(fresh)).fields))
            at.moved(name)


STEPS: Mapping[int, Callable[[Place], None]] = MappingProxyType({1: _complete})
