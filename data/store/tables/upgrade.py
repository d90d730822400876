"""2 → 3: the older text `reason` of measurements, read into the fields `checks`, `statistic` and `note`."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError

from data import checks, reasons
from data.store.storage.location import Place
from data.store.tables.delta import LAYOUT, WRITER
from data.store.tables.schemas import MEASUREMENTS, MONTH

NAME, OLD = "measurements", "reason"
ROWS = 50_000  # of a piece: what is held in memory
READ = ("source", "parameter", "minutes", "flag", OLD)  # what the fields are read from


def fields(at: Place) -> None:
    """
    Rewrite the measurements in one commit; done already, nothing happens.

    Parameters
    ----------
    at : Place
        Of a store whose writer lock is held.

    Notes
    -----
    A process that dies before the commit leaves the old table and files that nobody names; one that dies after it
    leaves the new table, which the next time is seen by its columns.
    """
    if NAME not in at.tables():
        return
    table = DeltaTable(at.table(NAME), storage_options=dict(at.options) or None)
    kept = pa.schema(table.schema().to_arrow())
    if OLD not in kept.names and set(MEASUREMENTS.names) <= set(kept.names):
        return
    wanted = pa.schema([*MEASUREMENTS, *(f for f in kept if f.name not in (OLD, *MEASUREMENTS.names))])
    fence = CommitProperties()
    if at.fenced:
        fence = CommitProperties(app_transactions=[Transaction(WRITER, int(table.version()) + 1)])
    try:
        write_deltalake(
            table,
            pa.RecordBatchReader.from_batches(wanted, _rewritten(_files(table), at, wanted)),
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=[MONTH],
            writer_properties=LAYOUT,
            commit_properties=fence,
        )
    except (DeltaError, OSError) as error:
        raise at.failure("written", error) from None
    at.moved(NAME)


def _files(table: DeltaTable) -> list[tuple[str, str]]:
    """Month and address of every data file; asked for before the commit, whose threads cannot ask again."""
    mark = f"{MONTH}="
    return sorted(
        (part.removeprefix(mark), str(uri)) for uri in table.file_uris() for part in uri.split("/") if mark in part
    )


def _rewritten(files: list[tuple[str, str]], at: Place, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Every row, month by month and file by file, so that the order within a file stays."""
    remote = at.filesystem()
    for month, uri in files:
        with remote.open(uri, "rb") if remote is not None else open(uri, "rb") as file:
            for batch in pq.ParquetFile(file).iter_batches(ROWS):
                yield told(batch.append_column(MONTH, pa.array([month] * len(batch), pa.string())), wanted)


def told(batch: pa.RecordBatch, wanted: pa.Schema = MEASUREMENTS) -> pa.RecordBatch:
    """
    A piece of an older table as one of this release.

    Parameters
    ----------
    batch : RecordBatch
        Columns of the older table.
    wanted : Schema
        Columns to be; one that the older table does not have is empty.
    """
    if OLD not in batch.schema.names:
        batch = batch.append_column(OLD, pa.array([""] * len(batch), pa.string()))
    read = reasons.fields(batch.select(list(READ)).to_pandas())
    columns = {name: batch[name] for name in batch.schema.names}
    columns["checks"] = checks.to_arrow(read["checks"])
    columns |= {name: pa.array(read[name], pa.string()) for name in ("statistic", "note")}
    empty = pa.nulls(len(batch))
    return pa.RecordBatch.from_arrays([columns.get(f.name, empty).cast(f.type) for f in wanted], schema=wanted)
