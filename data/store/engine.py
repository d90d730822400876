"""DuckDB over the files of a Delta snapshot: cursors, limits, and the answers as tables."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any

import duckdb
import pyarrow as pa

from data.store.errors import StoreError

MEMORY = os.environ.get("CLEANAIR_SQL_MEMORY", "1GB")


class Engine:
    """
    An in-memory DuckDB whose cursors may be used from any thread.

    Parameters
    ----------
    threads : int
        Of one query.
    """

    def __init__(self, threads: int = 2) -> None:
        self._connection = duckdb.connect(config={"threads": threads, "memory_limit": MEMORY})
        self._connection.execute("SET TimeZone = 'UTC'")
        self._guard = Lock()

    def cursor(self, **tables: pa.Table) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, with Arrow tables registered by name."""
        with self._guard:
            made = self._connection.cursor()
        made.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            made.register(name, table)
        return made

    def ask(self, sql: str, values: Sequence[Any], files: Sequence[str], **tables: pa.Table) -> pa.Table:
        """
        Answer of a question whose table `kept` is the union of the files.

        Raises
        ------
        StoreError
            When a file cannot be read.
        """
        cursor = self.cursor(**tables)
        try:
            return cursor.execute(kept(sql, files), [_bind(v) for v in values]).to_arrow_table()
        except duckdb.Error as error:
            raise StoreError(f"the store cannot answer ({str(error).splitlines()[0][:200]})") from error
        finally:
            cursor.close()

    def stream(self, sql: str, values: Sequence[Any], files: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
        """The same, batch by batch."""
        cursor = self.cursor()
        try:
            yield from cursor.execute(kept(sql, files), [_bind(v) for v in values]).to_arrow_reader(rows)
        except duckdb.Error as error:
            raise StoreError(f"the store cannot answer ({str(error).splitlines()[0][:200]})") from error
        finally:
            cursor.close()


def kept(sql: str, files: Sequence[str]) -> str:
    """The question with `kept` bound to a list of Parquet files."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    return (
        f"WITH kept AS (SELECT * FROM read_parquet([{names}], hive_partitioning = true, union_by_name = true))\n{sql}"
    )


def _bind(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a moment without a zone reached the store")
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date) else value
