"""Which rows of a batch are new, revised or known already, and the one commit that keeps them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import reasons
from data.schema import KEY
from data.store import sql
from data.store.engines.base import QueryEngine
from data.store.tables.delta import Kept, Table
from data.store.tables.schemas import MEASUREMENTS

SORT = [
    ("month", "ascending"),
    ("city", "ascending"),
    ("parameter", "ascending"),
    ("station", "ascending"),
    ("start", "ascending"),
]


@dataclass(frozen=True)
class Appended:
    """How many rows of a batch were new, replaced an older value, or were known already."""

    stored: int = 0
    revised: int = 0
    unchanged: int = 0

    def __add__(self, other: "Appended") -> "Appended":
        return Appended(self.stored + other.stored, self.revised + other.revised, self.unchanged + other.unchanged)

    def without(self, count: int) -> "Appended":
        """The same without so many of the revised rows."""
        return Appended(self.stored, self.revised - count, self.unchanged)


@dataclass(frozen=True)
class Parts:
    """The rows of a batch that must be written."""

    new: pa.Table
    revised: pa.Table

    def merge_into(self, table: Table) -> None:
        """Close the replaced rows and add the new ones in one commit."""
        close = self.revised.append_column("closing", pa.array([True] * len(self.revised)))
        add = pa.concat_tables([self.new, self.revised])
        add = add.append_column("closing", pa.array([False] * len(add)))
        months = ", ".join(f"'{m}'" for m in pc.unique(self.revised["month"]).to_pylist())
        match = " AND ".join(f"t.{c} = s.{c}" for c in ("month", *KEY))
        table.merge(
            pa.concat_tables([close, add]),
            f"t.month IN ({months}) AND {match} AND t.known_until IS NULL AND s.closing",
            {"known_until": "s.known_at"},
            {name: f"s.{name}" for name in MEASUREMENTS.names},
        )


def months(starts: pd.Series) -> pa.Array:
    """
    The month in which each row begins: the few there are of them are written once each.

    Examples
    --------
    >>> months(pd.Series(pd.to_datetime(["2024-02-29T23:30Z", "2024-03-01T00:00Z"]))).to_pylist()
    ['2024-02', '2024-03']
    """
    number, known = pd.factorize(starts.to_numpy("datetime64[M]"))
    return pa.DictionaryArray.from_arrays(number, np.datetime_as_string(known).tolist()).cast(pa.string())


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of `SORT`: by their codes, before their texts are written out."""
    month = rows["start"].to_numpy("datetime64[M]").astype(np.int64)
    texts = [_ranks(rows[name]) for name in ("station", "parameter", "city")]
    order = np.lexsort((rows["start"].to_numpy("datetime64[us]").astype(np.int64), *texts, month))
    return rows.iloc[order]


def _ranks(texts: pd.Series) -> npt.NDArray[np.int64]:
    """Place of each text among the sorted ones."""
    if not isinstance(texts.dtype, pd.CategoricalDtype):
        return np.asarray(pd.factorize(texts, sort=True)[0], dtype=np.int64)
    names = texts.cat.categories.astype("str").to_numpy(object)
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[np.argsort(names, kind="stable")] = np.arange(len(names))
    rank[-1] = len(names)  # no text
    return np.asarray(rank[texts.cat.codes], dtype=np.int64)


def split(engine: QueryEngine, batch: pa.Table, kept: Kept) -> Parts:
    """
    Compare a batch with what is kept.

    Parameters
    ----------
    engine : QueryEngine
        Where the question is asked.
    batch : pyarrow.Table
        Of the measurement schema, one row per key, `ordered`.
    kept : Kept
        Measurements of the months concerned.

    Returns
    -------
    Parts
        New rows, and revised ones whose `known_at` lies after that of the row they replace.
    """
    batch = batch.cast(MEASUREMENTS)
    if not kept.files:
        return Parts(batch, batch.slice(0, 0))
    ends = pc.min_max(batch["start"])
    told = batch.append_column("told", reasons.column(batch))
    answer = engine.ask(sql.SPLIT, [ends["min"].as_py(), ends["max"].as_py()], kept, incoming=told)
    verdict = answer["verdict"]
    new = answer.filter(pc.equal(verdict, "new")).select(MEASUREMENTS.names).cast(MEASUREMENTS)
    revised = answer.filter(pc.equal(verdict, "revised")).select(MEASUREMENTS.names).cast(MEASUREMENTS)
    return Parts(new.sort_by(SORT), revised.sort_by(SORT))
