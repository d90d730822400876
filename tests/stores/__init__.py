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
from data.clock import SKEW
from data.store import Store
from data.store.tables.declarations.column import BLANK, TIME
from data.store.tables.schemas import TABLES
from data.times import interval_end

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


def kept(table: pd.DataFrame, name: str, said: dict[str, Any]) -> None:
    """
    Fail unless a small table holds what its release read; columns that came since are blank.

    The rows stand in the order of their text, for the store promises none. What was never written reads blank since
    tables are declared, and a time without zone is UTC.
    """
    columns, dtypes = said["columns"], TABLES[name].dtypes if name in TABLES else {}
    assert set(columns) <= set(table.columns), name
    came = [c for c in table.columns if c not in columns]
    assert all(_one(v) == BLANK.get(dtypes[c]) for c in came for v in table[c]), f"{name}: {came}"
    rows = [[_today(v, dtypes.get(c, "")) for c, v in zip(columns, row, strict=True)] for row in said["rows"]]
    assert sorted(plain(table[columns]), key=json.dumps) == sorted(rows, key=json.dumps), name


def _today(value: Any, dtype: str) -> Any:
    if value is None:
        return BLANK.get(dtype)
    return f"{value}Z" if dtype == TIME and not value.endswith("Z") else value


def _over(row: list[Any], columns: list[str], known: datetime) -> bool:
    """Whether the interval of a row was over at a moment: since 0.3 what waits for its end is told to nobody."""
    start, minutes = (row[columns.index(name)] for name in ("start", "minutes"))
    return bool(interval_end(pd.Timestamp(start), minutes) <= pd.Timestamp(known) + SKEW)


def same(store: Store, said: dict[str, Any]) -> None:
    """Fail unless the store reads as its own release did: now, at every moment, and in all other tables."""
    rows, columns = said["rows"], said["columns"]
    assert old(store.measurements(), columns) == [rows[i] for i in said["measurements"]]
    for moment, places in said["measurements_as_of"].items():
        known = datetime.fromisoformat(moment)
        then = store.measurements(as_of=known)
        assert old(then, columns) == [rows[i] for i in places if _over(rows[i], columns, known)], moment
    kept(store.stations(), "stations", said["stations"])
    kept(store.status(), "status", said["status"])
    kept(store.rejects(), "rejects", said["rejects"])
    for name, table in said["tables"].items():
        kept(store.table(name), name, table)
