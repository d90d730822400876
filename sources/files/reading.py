"""A handed-over file as its tables, whatever kind of file it is and whatever state it is in."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sources.files import delimited, heading, records, workbook
from sources.files.damage import damage
from sources.files.delimited import MOST_COLUMNS
from sources.files.kinds import kind
from sources.files.pages import Chunk, Left, Page
from sources.files.profile import ImportFileError, Layout, Profile
from sources.files.unpack import MOST_BYTES, Seen, Unpacked
from sources.files.use import Use, is_nameless, named

UTF8 = ("utf-8",)
MOST_CELLS = 256 << 20  # text of 100,000 rows of Parquet, written out
DENSE = 50  # rows a byte of Parquet; the centre's own tables reach 0.5
_NO_TEXT = {"sheet": "files.open.sheet", "parquet": "files.open.parquet"}


def pages(path: Path, profile: Profile, seen: Seen | None = None) -> Iterator[Page | Left]:
    """
    Tables of a file.

    Parameters
    ----------
    path : Path
        CSV (gzip or not) or JSON; Excel and Parquet where the profile takes them.
    profile : Profile
        Whose layouts are looked for.
    seen : callable, optional
        Told how many bytes on disk were used.

    Yields
    ------
    Page or Left
        Each table with its pieces of at most some 100,000 lines, and each sheet that is none of the profile's.

    Raises
    ------
    ImportFileError
        When there is no table of the profile, or the file is cut off, damaged, too large or in no known encoding.
    """
    what = kind(path)
    if what in _NO_TEXT and not profile.binary:
        raise ImportFileError(_NO_TEXT[what], file=path.name)
    return _READERS[what](path, profile, seen)


def layout(path: Path, profile: Profile) -> Page:
    """The first table of a file, whose pieces nobody has asked for yet."""
    for page in pages(path, profile):
        if isinstance(page, Page):
            return page
    raise ImportFileError("files.table.no_header", file=path.name)


def header(path: Path, binary: bool = False, encodings: Sequence[str] = UTF8) -> list[str]:
    """
    Column names of the first table of any file, by position.

    Parameters
    ----------
    path : Path
        As for `pages`.
    binary : bool
        Whether Excel and Parquet are read.
    encodings : sequence of str
        In which a text may be written; the first that fits.
    """
    return layout(path, _anything(binary, encodings)).names


def chunks(path: Path, binary: bool = False, encodings: Sequence[str] = UTF8) -> Iterator[Chunk]:
    """The pieces of any file whose first line is its heading; parameters as for `header`."""
    for page in pages(path, _anything(binary, encodings)):
        if isinstance(page, Page):
            yield from page.chunks


def _anything(binary: bool, encodings: Sequence[str]) -> Profile:
    """A profile whose one layout is whatever the first line names."""
    every = Layout(name="", columns=frozenset(), parse=lambda table, _: table, use=_all)
    return Profile(key="", layouts=(every,), home=lambda _: "", binary=binary, encodings=encodings)


def _all(names: Sequence[str]) -> Use:
    return Use(values=tuple(names), labels=())


def _single(
    read: Callable[[Path, Seen | None], Iterator[Chunk]], path: Path, profile: Profile, seen: Seen | None
) -> Iterator[Page | Left]:
    """The one table of a file whose columns have names of their own."""
    pieces = read(path, seen)
    first = next(pieces, Chunk(pd.DataFrame()))
    if first.table.empty and not first.broken:  # the columns alone
        first = next(pieces, first)
    names = named([str(c) for c in first.table.columns])
    found = profile.recognise([n for n in names if not is_nameless(n)], path.name)
    top = [None if pd.isna(c) else str(c) for c in first.table.iloc[0]] if len(first.table) else []
    told, units = heading.joined(names, found, top, path.name)
    if units:
        first = replace(first, table=first.table.iloc[1:].reset_index(drop=True))
    named_now = dict(zip(names, told, strict=True))
    yield Page(layout=found, names=told, units=units, chunks=_positioned(chain([first], pieces), named_now))


def _positioned(pieces: Iterable[Chunk], told: Mapping[str, str]) -> Iterator[Chunk]:
    for chunk in pieces:
        names = named([str(c) for c in chunk.table.columns])
        chunk.table.columns = pd.Index([told.get(n, n) for n in names])
        yield chunk


def _parquet_pages(path: Path, profile: Profile, seen: Seen | None) -> Iterator[Page | Left]:
    return _single(_parquet, path, profile, seen)


def _record_pages(path: Path, profile: Profile, seen: Seen | None) -> Iterator[Page | Left]:
    return _single(_records, path, profile, seen)


def _parquet(path: Path, seen: Seen | None) -> Iterator[Chunk]:
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
        yield Chunk(file.schema_arrow.empty_table().to_pandas())
        texts = [f.name for f in file.schema_arrow if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
        for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(batch_size=100_000):
            yield Chunk(_written_out(batch, path).to_pandas())
    except ImportFileError:
        raise
    except (OSError, pa.ArrowException, ValueError, KeyError) as error:
        raise damage(path, error) from error


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
    return pa.table(columns, names=batch.schema.names)


def _records(path: Path, seen: Seen | None = None) -> Iterator[Chunk]:
    def opened() -> BinaryIO:
        file = io.BufferedReader(Unpacked(path, seen=seen))
        if file.peek(3).startswith(codecs.BOM_UTF8):
            file.read(3)
        return file

    try:
        for piece in records.pieces(opened):
            yield Chunk(piece.table, piece.broken, piece.excerpt, piece.why)
    except records.NoRecords as error:
        raise ImportFileError("files.table.no_records", file=path.name) from error
    except (OSError, EOFError, zlib.error) as error:
        raise damage(path, error) from error


_READERS: dict[str, Callable[[Path, Profile, Seen | None], Iterator[Page | Left]]] = {
    "text": delimited.pages,
    "sheet": workbook.pages,
    "parquet": _parquet_pages,
    "records": _record_pages,
}
