"""Small stores that older releases made, and what those releases read from them."""

import json
import lzma
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import reasons
from data.store import Store

HERE = Path(__file__).parent
NAMES = ("0.1-full", "0.1-early", "0.2-full")


def unpacked(name: str, folder: Path) -> Path:
    """A copy of a store to be opened."""
    with tarfile.open(HERE / name / "store.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder / "store"


def expected(name: str) -> dict[str, Any]:
    """What its release read."""
    return json.loads(lzma.decompress((HERE / name / "expected.json.xz").read_bytes()))


def plain(table: pd.DataFrame) -> list[list[Any]]:
    """Rows as JSON holds them."""
    return [[_one(v) for v in row] for row in table.itertuples(index=False, name=None)]


def _one(value: Any) -> Any:
    if value is pd.NaT or value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, datetime):
        return pd.Timestamp(value).isoformat().replace("+00:00", "Z")
    return _one(value.item()) if isinstance(value, np.generic) else value


def old(rows: pd.DataFrame, columns: list[str]) -> list[list[Any]]:
    """Measurements under the columns of an older release."""
    return plain(rows.assign(reason=reasons.series(rows))[columns])


def told(table: pd.DataFrame) -> dict[str, Any]:
    """A small table; its rows in the order of their text, for the store promises none."""
    return {"columns": list(table.columns), "rows": sorted(plain(table), key=json.dumps)}


def same(store: Store, said: dict[str, Any]) -> None:
    """Fail unless the store reads as its own release did: now, at every moment, and in all other tables."""
    rows, columns = said["rows"], said["columns"]
    assert old(store.measurements(), columns) == [rows[i] for i in said["measurements"]]
    for moment, places in said["measurements_as_of"].items():
        then = store.measurements(as_of=datetime.fromisoformat(moment))
        assert old(then, columns) == [rows[i] for i in places], moment
    assert told(store.stations()) == said["stations"]
    assert told(store.status()) == said["status"]
    assert told(store.rejects()) == said["rejects"]
    for name, table in said["tables"].items():
        assert told(store.table(name)) == table, name
