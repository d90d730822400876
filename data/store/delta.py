"""One Delta table in a folder: its schema, its commits and its files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import RLock
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from data.store.errors import StoreError

RETENTION_HOURS = 7 * 24  # a reader that opened a file list may take its time; a week is delta-rs's own safe default


class Table:
    """
    A Delta table that is made at its first write.

    Parameters
    ----------
    path : Path
        Its folder.
    schema : pyarrow.Schema
        Columns and types.
    partition : str, optional
        Column whose values are folders.
    """

    def __init__(self, path: Path, schema: pa.Schema, partition: str | None = None) -> None:
        self.path, self.schema, self.partition = path, schema, partition
        self._open: DeltaTable | None = None
        self._seen: int | None = None  # state of the log's folder when the table was last brought up to date
        self._listed: tuple[int, list[str]] | None = None
        self._rows: tuple[int, pa.Table] | None = None
        self._guard = RLock()

    def current(self) -> DeltaTable | None:
        """The table at its newest version, or None before the first write."""
        with self._guard:
            state = self._state()
            if self._open is not None and state is not None and state == self._seen:
                return self._open
            try:
                if self._open is None:
                    self._open = DeltaTable(str(self.path))
                else:
                    self._open.update_incremental()
                self._seen = state
            except TableNotFoundError:
                self._open = None
            except (DeltaError, OSError) as error:
                self._open = None
                raise StoreError(f"{self.path}: cannot be read ({_first_line(error)}); check the folder") from error
            return self._open

    def _state(self) -> int | None:
        """
        Time of the newest entry of the log's folder, None where there is none yet. [ns]

        Every commit makes a file there, so an unchanged time means that nothing was committed: one look at a folder
        instead of reading the log, for every question of every screen. A commit takes many times the clock's step.
        """
        try:
            return (self.path / "_delta_log").stat().st_mtime_ns
        except OSError:
            return None

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

    def append(self, rows: pa.Table) -> None:
        """Add rows in one commit."""
        self._write(rows, "append")

    def overwrite(self, rows: pa.Table) -> None:
        """Replace all rows in one commit."""
        self._write(rows, "overwrite")

    def _write(self, rows: pa.Table, mode: Any) -> None:
        try:
            write_deltalake(
                str(self.path),
                rows.cast(self.schema),
                mode=mode,
                partition_by=[self.partition] if self.partition else None,
            )
        except (DeltaError, OSError) as error:
            raise StoreError(
                f"{self.path}: cannot be written ({_first_line(error)}); check space and rights"
            ) from error

    def merge(self, rows: pa.Table, predicate: str, updates: Mapping[str, str], inserts: Mapping[str, str]) -> None:
        """Update the matched and insert the unmatched rows in one commit; `s` is the batch, `t` the table."""
        table = self.current()
        if table is None:
            raise StoreError(f"{self.path}: nothing to revise yet")
        try:
            (
                table.merge(rows, predicate, source_alias="s", target_alias="t", commit_properties=CommitProperties())
                .when_matched_update(dict(updates))
                .when_not_matched_insert(dict(inserts))
                .execute()
            )
        except (DeltaError, OSError) as error:
            raise StoreError(
                f"{self.path}: cannot be written ({_first_line(error)}); check space and rights"
            ) from error

    def delete(self, predicate: str) -> int:
        """Take rows away in one commit; how many."""
        table = self.current()
        if table is None:
            return 0
        try:
            return int(table.delete(predicate)["num_deleted_rows"] or 0)
        except (DeltaError, OSError) as error:
            raise StoreError(
                f"{self.path}: cannot be written ({_first_line(error)}); check space and rights"
            ) from error

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
        done = table.optimize.compact(partition_filters=filters)  # type: ignore[arg-type]
        table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False)
        table.cleanup_metadata()
        return int(done.get("numFilesRemoved", 0))


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
