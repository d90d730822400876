"""Which layout a store has, and how one of an older release becomes one of this release without losing a row."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
from deltalake import DeltaTable, Schema

from data.store.errors import StoreError
from data.store.tables import MEASUREMENTS, REJECTS, STATIONS, STATUS

SCHEMA = 2  # of this release; 1 is that of release 0.1.0, which wrote no file of its own
FILE = "store.json"
KEPT: Mapping[str, pa.Schema] = MappingProxyType(
    {"measurements": MEASUREMENTS, "stations": STATIONS, "rejects": REJECTS, "status": STATUS}
)


def written(folder: Path) -> int | None:
    """
    The layout's number of a store; None where there is no store yet.

    Raises
    ------
    StoreError
        When its file cannot be read.
    """
    file = folder / FILE
    try:
        return int(json.loads(file.read_text("utf-8"))["schema"])
    except FileNotFoundError:
        return 1 if any(folder.glob("*/_delta_log")) else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file}: does not say which layout the store has; restore it from a backup") from error


def fit(folder: Path, wait: float = 60.0) -> None:
    """
    Bring a store to the layout of this release; nothing happens where it has it.

    Parameters
    ----------
    folder : Path
        Of the store; nothing is made where it is empty.
    wait : float
        How long to wait for another writer. [s]

    Raises
    ------
    StoreError
        When the store was written by a newer release: whoever runs this machine must install that release.
    """
    from data.store.lock import writing  # which itself looks at the layout before every write

    found = written(folder)
    if found is None or found == SCHEMA:
        return
    refuse(found, folder)
    with writing(folder, wait):
        found = written(folder)  # another process may have done it while this one waited
        for number in range(found or SCHEMA, SCHEMA):
            STEPS[number](folder)
            mark(folder, number + 1)


def begin(folder: Path) -> None:
    """Before a write: a store that begins says its layout, one that a newer release took over refuses."""
    found = written(folder)
    if found is None:
        mark(folder)
    else:
        refuse(found, folder)


def refuse(found: int, where: object) -> None:
    """Refuse a layout that a newer release wrote."""
    if found > SCHEMA:
        raise StoreError(
            f"{where}: its layout {found} was written by a newer release (this one reads up to {SCHEMA}); "
            "the operator must install that release, or restore a backup made with this one"
        )


def mark(folder: Path, number: int = SCHEMA) -> None:
    """Say which layout a store has; the file is whole or absent, whatever happens."""
    fresh = folder / f"{FILE}.new"
    try:
        fresh.write_text(json.dumps({"schema": number}) + "\n", "utf-8")
        os.replace(fresh, folder / FILE)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror}); check space and rights") from error


def _complete(folder: Path) -> None:
    """1 → 2: columns that a table of an older release does not have are added; its rows hold nothing there."""
    for name, wanted in KEPT.items():
        if not (folder / name / "_delta_log").is_dir():
            continue
        table = DeltaTable(str(folder / name))
        kept = set(pa.schema(table.schema().to_arrow()).names)
        fresh = [field for field in wanted if field.name not in kept]
        if fresh:
            table.alter.add_columns(list(Schema.from_arrow(pa.schema(fresh)).fields))


STEPS: Mapping[int, Callable[[Path], None]] = MappingProxyType({1: _complete})
