"""Parquet and JSON as tables by position: both name their columns themselves."""

import codecs
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sources.files import records as json_records
from sources.files.cells import text
from sources.files.damage import damage
from sources.files.grid import Grid, Line, Sheet
from sources.files.profile import ImportFileError
from sources.files.text import MOST_COLUMNS
from sources.files.unpack import MOST_BYTES, Seen, Unpacked

MOST_CELLS = 256 << 20  # text of 100,000 rows of Parquet, written out
DENSE = 50  # rows a byte of Parquet; the centre's own tables reach 0.5


def parquet(path: Path, typed: bool) -> Sheet:
    """
    The table of a Parquet file.

    Parameters
    ----------
    path : Path
        To read.
    typed : bool
        Whether numbers and moments keep their types; else every cell is text, as CSV would have it.

    Raises
    ------
    ImportFileError
        When it is damaged, too large or says to hold more than it can.
    """
    try:
        file = pq.ParquetFile(path)
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(i).total_byte_size for i in groups)
        if size > MOST_BYTES:
            raise ImportFileError("files.table.too_large", file=path.name, most=MOST_BYTES >> 20)
        if (
            file.metadata.num_rows > max(DENSE * path.stat().st_size, 1 << 20)
            or file.metadata.num_columns > MOST_COLUMNS
        ):
            raise ImportFileError("files.table.dense", file=path.name)
        names = tuple(str(name) for name in file.schema_arrow.names)
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        raise error if isinstance(error, ImportFileError) else damage(path, error) from error

    def rows(last: int, width: int, seen: Seen | None) -> Iterator[Grid]:
        return _batches(path, typed)

    return Sheet(head=(Line(0, names),), rows=rows, titled=False)


def _batches(path: Path, typed: bool) -> Iterator[Grid]:
    try:
        schema = pq.ParquetFile(path).schema_arrow
        texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
        first = 1
        for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(batch_size=100_000):
            table = _written_out(batch, path).to_pandas().set_axis(pd.RangeIndex(len(batch.schema)), axis=1)
            yield Grid(table if typed else _texts(table), first)
            first += len(table)
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        raise error if isinstance(error, ImportFileError) else damage(path, error) from error


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    """Every cell as text, whatever type a column has."""
    return pd.DataFrame({name: pd.Series([text(cell) for cell in table[name]], dtype="str") for name in table})


def _written_out(batch: pa.RecordBatch, path: Path) -> pa.Table:
    """A piece with every text in full; refused before it is made where one text repeated would fill the memory."""
    columns, size = [], 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary.cast(pa.large_string()))
            size += pc.sum(lengths.take(column.indices).cast(pa.int64())).as_py() or 0
            if size > MOST_CELLS:
                raise ImportFileError("files.table.long_texts", file=path.name)
            column = column.dictionary_decode()
        columns.append(column)
    return pa.table(columns, names=[str(i) for i in range(len(columns))])


def records(path: Path) -> Sheet:
    """
    The records of a JSON file, gzip or not; their keys are the columns.

    Raises
    ------
    ImportFileError
        When it holds no list of records.
    """
    first = next(_records(path, None), Grid(pd.DataFrame()))

    def rows(last: int, width: int, seen: Seen | None) -> Iterator[Grid]:
        return _records(path, seen)

    return Sheet(head=(Line(0, first.names),), rows=rows, titled=False)


def _records(path: Path, seen: Seen | None) -> Iterator[Grid]:
    def opened() -> BinaryIO:
        file = io.BufferedReader(Unpacked(path, seen=seen))
        if file.peek(3).startswith(codecs.BOM_UTF8):
            file.read(3)
        return file

    try:
        for piece in json_records.pieces(opened):
            names = tuple(str(name) for name in piece.table.columns)
            table = piece.table.set_axis(pd.RangeIndex(len(names)), axis=1)
            yield Grid(table, piece.first, piece.broken, piece.why, names)
    except json_records.NoRecords as error:
        raise ImportFileError("files.table.no_records", file=path.name) from error
    except (OSError, EOFError, zlib.error) as error:
        raise damage(path, error) from error
