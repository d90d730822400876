"""DuckDB over the files of a Delta snapshot: cursors, limits, and the answers as tables."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from data.store.engines.base import bound
from data.store.storage.errors import StoreError
from data.store.storage.location import first_line
from data.store.tables.delta import Kept

MEMORY = os.environ.get("CLEANAIR_SQL_MEMORY", "1GB")

# Words of the common dialect that DuckDB does not have, or has with another meaning (there only the first match).
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "unix_micros(moment)": "epoch_us(moment)",
        "regexp_replace(written, pattern, put)": "system.main.regexp_replace(written, pattern, put, 'g')",
    }
)


class DuckEngine:
    """
    An in-memory DuckDB whose cursors may be used from any thread.

    Parameters
    ----------
    threads : int
        Of one query.
    filesystem : fsspec.AbstractFileSystem, optional
        Reads the files of an object store, which DuckDB alone cannot; its ``trouble(error)`` is the sentence for an
        error of that store, None for any other.
    """

    def __init__(self, threads: int = 2, filesystem: Any | None = None) -> None:
        self._connection = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY})
        if filesystem is not None:
            self._connection.register_filesystem(filesystem)
            # A data file of Delta never changes, so that what was read of it once need not be asked for again.
            self._connection.execute("SET validate_external_file_cache = 'NO_VALIDATION'")
            self._connection.execute("SET parquet_metadata_cache = true")
        for word, meaning in WORDS.items():
            self._connection.execute(f"CREATE MACRO {word} AS {meaning}")
        self._trouble: Callable[[BaseException], StoreError | None] = getattr(filesystem, "trouble", lambda _: None)
        self._guard = Lock()

    def cursor(self, **tables: pa.Table) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, with Arrow tables registered by name."""
        with self._guard:
            made = self._connection.cursor()
        made.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            made.register(name, table)
        return made

    def ask(self, question: str, values: Sequence[Any], kept: Kept, **tables: pa.Table) -> pa.Table:
        """Answer of a question; see `QueryEngine`."""
        with self._asked(question, values, kept, tables) as answer:
            return answer.to_arrow_table()

    def stream(self, question: str, values: Sequence[Any], kept: Kept, rows: int) -> Iterator[pa.RecordBatch]:
        """The same, batch by batch."""
        with self._asked(question, values, kept, {}) as answer:
            yield from answer.to_arrow_reader(rows)

    @contextmanager
    def _asked(
        self, question: str, values: Sequence[Any], kept: Kept, tables: Mapping[str, pa.Table]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.cursor(**tables)
        try:
            yield cursor.execute(_bind(question, kept), [bound(v) for v in values])
        except duckdb.Error as error:
            told = self._trouble(error)
            raise told or StoreError("store.engine.no_answer", cause=first_line(error)) from None
        finally:
            cursor.close()


def _bind(question: str, kept: Kept) -> str:
    """The question with `kept` bound to a list of Parquet files."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in kept.files)
    return (
        f"WITH kept AS (SELECT * FROM read_parquet([{names}], hive_partitioning = true, union_by_name = true))\n"
        f"{question}"
    )
