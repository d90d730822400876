"""One Delta table of a store: its schema, its commits and its files."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from threading import RLock
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from data.store.storage.errors import StoreError
from data.store.storage.location import Place
from data.store.tables.fitting import Columns, columns

WRITER = "cleanair"  # every fenced commit names this transaction: of two made from one snapshot the second is refused
RETENTION_HOURS = 7 * 24  # a reader that opened a file list may take its time; a week is delta-rs's own safe default
# A question for one city reads the row groups that hold it: a month of 25 cities has ten of this size, not one or two
# (`python -m bench.scale`, docs/scale.md).
ROW_GROUP = 131_072
BATCH = 65_536  # rows that are written at once
LAYOUT = WriterProperties(max_row_group_size=ROW_GROUP)


@dataclass(frozen=True)
class Kept:
    """
    The rows of one version of a table.

    Attributes
    ----------
    uri : str
        Of the table.
    version : int
        Number of its commit.
    files : tuple of str
        That hold the rows.
    values : tuple of str, optional
        Of the partition column; every one where None.
    """

    uri: str
    version: int
    files: tuple[str, ...]
    values: tuple[str, ...] | None = None


class Table:
    """
    A Delta table that is made at its first write.

    Parameters
    ----------
    place : Place
        Where the store lies.
    name : str
        Of the table.
    schema : pyarrow.Schema
        Columns and types.
    partition : str, optional
        Column whose values are folders.
    """

    def __init__(self, place: Place, name: str, schema: pa.Schema, partition: str | None = None) -> None:
        self.place, self.name, self.schema, self.partition = place, name, schema, partition
        self._open: DeltaTable | None = None
        self._seen: Hashable | None = None  # state of the log when the table was last brought up to date
        self._listed: tuple[int, list[str]] | None = None
        self._rows: tuple[int, pa.Table] | None = None
        self._guard = RLock()

    @property
    def uri(self) -> str:
        """Where it lies: the path of a folder, or ``s3://…``."""
        return self.place.table(self.name)

    @property
    def options(self) -> dict[str, str]:
        """What delta-rs, or another engine, must know to reach it; holds keys, is never shown."""
        return dict(self.place.options)

    def current(self) -> DeltaTable | None:
        """The table at its newest version, or None before the first write."""
        with self._guard:
            state = self.place.state(self.name)
            if state is not None and state == self._seen:
                return self._open  # None where the table was not there in this state of the store either
            try:
                if self._open is None or state is None:
                    self._open = None
                    self._open = DeltaTable(self.uri, storage_options=self.options or None)
                else:
                    self._open.update_incremental()
                self._seen = state
            except TableNotFoundError:
                self._open, self._seen = None, state
            except (DeltaError, OSError) as error:
                self._open = self._seen = None
                raise self.place.failure("read", error) from None
            return self._open

    def columns(self) -> Columns:
        """Columns of the newest version and their types; none before the first."""
        table = self.current()
        return {} if table is None else columns(pa.schema(table.schema().to_arrow()))

    def version(self) -> int:
        """Number of the newest commit, −1 before the first."""
        with self._guard:
            table = self.current()
            return -1 if table is None else int(table.version())

    def files(self, values: Iterable[str] | None = None) -> list[str]:
        """
        Data files of the newest version.

        Parameters
        ----------
        values : iterable of str, optional
            Only these values of the partition column.
        """
        with self._guard:
            table = self.current()
            if table is None:
                return []
            version = int(table.version())
            if self._listed is None or self._listed[0] != version:
                self._listed = (version, [str(u) for u in table.file_uris()])
            uris = self._listed[1]
        if values is None or self.partition is None:
            return list(uris)
        wanted = {f"{self.partition}={v}" for v in values}
        return [u for u in uris if wanted & set(u.split("/"))]

    def kept(self, values: Iterable[str] | None = None) -> Kept:
        """The rows of the newest version, for an engine to read; only these values of the partition column."""
        chosen = None if values is None else tuple(values)
        with self._guard:
            files = tuple(self.files(chosen))
            return Kept(self.uri, -1 if self._listed is None else self._listed[0], files, chosen)

    def rows(self) -> pa.Table | None:
        """All rows of a small table, kept until the next commit; None before the first."""
        with self._guard:
            table = self.current()
            if table is None:
                return None
            version = int(table.version())
            if self._rows is None or self._rows[0] != version:
                self._rows = (version, pa.table(table.to_pyarrow_table()))
            return self._rows[1]

    def partitions(self) -> list[str]:
        """Values of the partition column that have files, sorted."""
        mark = f"{self.partition}="
        return sorted({part[len(mark) :] for u in self.files() for part in u.split("/") if part.startswith(mark)})

    def append(self, rows: pa.Table, *, fresh: bool = False) -> None:
        """Add rows in one commit; `fresh` where they have a column that the table lacks."""
        self._write(rows, "append", "merge" if fresh else None)

    def overwrite(self, rows: pa.Table, *, fresh: bool = False) -> None:
        """Replace all rows in one commit; `fresh` where their columns are not those of the table."""
        self._write(rows, "overwrite", "overwrite" if fresh else None)

    def _write(self, rows: pa.Table, mode: Any, columns: Any) -> None:
        known = self.current() if self.place.fenced else None
        mode = "error" if self.place.fenced and known is None else mode
        try:
            write_deltalake(
                self.uri if known is None else known,
                _stream(rows.cast(self.schema)),
                mode="error" if self.place.fenced and known is None else mode,
                schema_mode=columns,
                partition_by=[self.partition] if self.partition else None,
                writer_properties=LAYOUT,
                storage_options=self.options or None,
                commit_properties=self._fence(known),
            )
        except (DeltaError, OSError) as error:
            raise self._failed(error) from None
        self.place.moved(self.name)

    def _fence(self, known: DeltaTable | None) -> CommitProperties:
        """What makes delta-rs refuse a commit when another writer was faster, where a lock alone cannot promise it."""
        if known is None or not self.place.fenced:
            return CommitProperties()
        return CommitProperties(app_transactions=[Transaction(WRITER, int(known.version()) + 1)])

    def _failed(self, error: BaseException) -> StoreError:
        self._open = None  # its state is not known
        return self.place.failure("written", error)

    def merge(self, rows: pa.Table, predicate: str, updates: Mapping[str, str], inserts: Mapping[str, str]) -> None:
        """Update the matched and insert the unmatched rows in one commit; `s` is the batch, `t` the table."""
        table = self.current()
        if table is None:
            raise StoreError("store.table.nothing", who="developer", place=self.uri)
        try:
            (
                table.merge(
                    rows,
                    predicate,
                    source_alias="s",
                    target_alias="t",
                    commit_properties=self._fence(table),
                    writer_properties=LAYOUT,
                )
                .when_matched_update(dict(updates))
                .when_not_matched_insert(dict(inserts))
                .execute()
            )
        except (DeltaError, OSError) as error:
            raise self._failed(error) from None
        self.place.moved(self.name)

    def delete(self, predicate: str) -> int:
        """Take rows away in one commit; how many."""
        table = self.current()
        if table is None:
            return 0
        try:
            gone = int(table.delete(predicate, commit_properties=self._fence(table))["num_deleted_rows"] or 0)
        except (DeltaError, OSError) as error:
            raise self._failed(error) from None
        self.place.moved(self.name)
        return gone

    def compact(self, values: Iterable[str] | None = None) -> int:
        """
        Join small files, then remove those that no reader has needed for a week.

        Returns
        -------
        int
            Files removed from the table by joining.
        """
        table = self.current()
        if table is None:
            return 0
        filters = [(self.partition, "in", list(values))] if values is not None and self.partition else None
        try:
            done = table.optimize.compact(partition_filters=filters, writer_properties=LAYOUT)
            table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False)
            table.cleanup_metadata()
        except (DeltaError, OSError) as error:
            raise self._failed(error) from None
        self.place.moved(self.name)
        return int(done.get("numFilesRemoved", 0))


def _stream(rows: pa.Table) -> pa.RecordBatchReader:
    """Rows in batches: delta-rs divides each by partition, which doubles what it holds of it."""
    return pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(max_chunksize=BATCH))
