"""Bytes of a handed-over file as tables of text, piece by piece, whatever state they are in."""

import codecs
import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sources.files import records, sheets
from sources.files.profile import ImportFileError
from sources.files.unpack import MOST_BYTES, Seen, Unpacked

MOST_COLUMNS = 2_000
MOST_CELLS = 256 << 20  # text of 100,000 rows of Parquet, written out
DENSE = 50  # rows a byte of Parquet; the centre's own tables reach 0.5
BLOCK = 8 << 20
HEAD = 64 << 10
SHEET_ROWS = 50_000
QUOTED = 160  # characters of what a library says of a file
ZIP, PARQUET = b"PK\x03\x04", b"PAR1"
WIDE = (b"\xff\xfe", b"\xfe\xff")  # byte-order marks of UTF-16
UTF8 = ("utf-8",)
EMPTY = ["", "nan", "NaN", "null", "NULL", "None"]


@dataclass(frozen=True)
class Chunk:
    """
    Some lines of a file.

    Attributes
    ----------
    table : DataFrame
        Every column text, missing where the cell is empty (Parquet keeps its own types).
    broken : int
        Lines with too many or too few fields, which are not in the table.
    excerpt : str
        The first of them.
    why : str
        What is wrong with them, where it is something else.
    """

    table: pd.DataFrame
    broken: int = 0
    excerpt: str = ""
    why: str = ""


def kind(path: Path) -> str:
    """
    What a file is, by its first bytes.

    Returns
    -------
    str
        ``text``, ``records`` (JSON), ``sheet`` or ``parquet``.

    Raises
    ------
    ImportFileError
        When it is a folder or a device, is not there, cannot be opened, is empty or is no text we read.
    """
    if path.is_dir():
        raise ImportFileError("files.open.folder", file=path.name)
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise ImportFileError("files.open.device", file=path.name)
    try:
        with path.open("rb") as file:
            first = file.read(4)
    except OSError as error:
        raise ImportFileError("files.open.unreadable", file=path.name, said=error.strerror or error) from error
    if not first:
        raise ImportFileError("files.open.empty", file=path.name)
    if first[:2] in WIDE:
        raise ImportFileError("files.open.utf16", file=path.name)
    if first in (ZIP, PARQUET):
        return "sheet" if first == ZIP else "parquet"
    return "records" if _begins(path) in (b"[", b"{") else "text"


def _begins(path: Path) -> bytes:
    """First byte of a text that is no space."""
    try:
        with Unpacked(path) as file:
            return (file.read(256) or b"").removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    except (OSError, EOFError, zlib.error):
        return b""  # its reader says what is wrong


def header(path: Path, binary: bool = False, encodings: Sequence[str] = UTF8) -> list[str]:
    """
    Column names of a file.

    Parameters
    ----------
    path : Path
        Of a CSV (gzip or not), or of Excel or Parquet where `binary`.
    binary : bool
        Whether these two are allowed.
    encodings : sequence of str
        In which a text may be written; the first that fits.

    Returns
    -------
    list of str
        As written.

    Raises
    ------
    ImportFileError
        When there is no header to read.
    """
    what = kind(path)
    if what in _NO_TEXT and not binary:
        raise ImportFileError(_NO_TEXT[what], file=path.name)
    if what == "text":
        return _dialect(path, encodings)[0]
    first = next(_READERS[what](path, None), Chunk(pd.DataFrame()))
    return [str(c) for c in first.table.columns]


def chunks(
    path: Path, binary: bool = False, seen: Seen | None = None, encodings: Sequence[str] = UTF8
) -> Iterator[Chunk]:
    """
    A file, piece by piece.

    Parameters
    ----------
    path : Path
        As for `header`.
    binary : bool
        Whether Excel and Parquet are allowed.
    seen : callable, optional
        Told how many bytes on disk were used.
    encodings : sequence of str
        As for `header`.

    Yields
    ------
    Chunk
        At most some 100,000 lines each.

    Raises
    ------
    ImportFileError
        When it is cut off, damaged, too large or not UTF-8.
    """
    what = kind(path)
    if what == "text":
        return _text(path, seen, encodings)
    if what in _NO_TEXT and not binary:
        raise ImportFileError(_NO_TEXT[what], file=path.name)
    return _READERS[what](path, seen)


def _text(path: Path, seen: Seen | None, encodings: Sequence[str]) -> Iterator[Chunk]:
    names, delimiter = _dialect(path, encodings)
    written = _encoding(path, encodings)
    broken: list[str] = []  # one for each line: a quote that is never closed swallows those after it

    def skip(row: Any) -> str:
        text = str(row.text)
        broken.append(text[:200] if len(broken) < 1 else "")
        broken.extend([""] * text.count("\n"))
        return "skip"

    with Unpacked(path, seen=seen) as file:
        try:
            reader = pacsv.open_csv(
                file,
                pacsv.ReadOptions(
                    block_size=BLOCK, use_threads=False, encoding="utf8" if written == UTF8[0] else written
                ),
                pacsv.ParseOptions(delimiter=delimiter, invalid_row_handler=skip),
                pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=EMPTY,
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
            for batch in reader:
                count, excerpt = len(broken), next((t for t in broken if t), "")
                broken.clear()
                yield Chunk(batch.to_pandas(), count, excerpt)
            if broken:
                yield Chunk(pd.DataFrame(columns=pd.Index(names)), len(broken), broken[0])
        except (OSError, EOFError, zlib.error, pa.ArrowException, UnicodeError) as error:
            if _arrow_fault(error) != "empty":  # a header and nothing after it is a table without rows
                raise _damage(path, error) from error


def _encoding(path: Path, encodings: Sequence[str]) -> str:
    """The first of the encodings in which the head of the file can be read."""
    if len(encodings) > 1:
        with Unpacked(path) as file:
            head = _upto(file, HEAD)
        for name in encodings:
            try:
                codecs.getincrementaldecoder(name)().decode(head)
                return name
            except UnicodeDecodeError:
                continue
    return encodings[0]


def _dialect(path: Path, encodings: Sequence[str] = UTF8) -> tuple[list[str], str]:
    """Names and delimiter of the first line."""
    with Unpacked(path) as file:
        try:
            head = _upto(file, HEAD)
            written = _encoding(path, encodings)
            text = head.decode(
                "utf-8-sig" if written == UTF8[0] else written, errors="strict" if len(head) < HEAD else "ignore"
            )
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            raise _damage(path, error) from error
    line = next((x for x in text.splitlines() if x.strip()), "")
    if not line or "\x00" in line:
        raise ImportFileError("files.table.no_header", file=path.name)
    delimiter = max(",;\t", key=line.count)
    if line.count(delimiter) >= MOST_COLUMNS or len(line) >= HEAD // 4:
        raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
    try:
        names = next(csv.reader([line], delimiter=delimiter))
    except (csv.Error, StopIteration) as error:
        raise ImportFileError("files.table.bad_header", file=path.name) from error
    doubled = sorted({n for n in names if names.count(n) > 1})
    if doubled:
        raise ImportFileError("files.table.doubled", parameter=doubled[0], file=path.name, column=doubled[0])
    return names, delimiter


def _upto(file: Unpacked, size: int) -> bytes:
    found = b""
    while len(found) < size and (more := file.read(size - len(found))):
        found += more
    return found


def _damage(path: Path, error: BaseException) -> ImportFileError:
    """One sentence for everything that can be wrong with bytes."""
    for kinds, key in _DAMAGES:
        if isinstance(error, kinds):
            return ImportFileError(key, file=path.name)
    if fault := _arrow_fault(error):
        return ImportFileError(_ARROW_FAULTS[fault], file=path.name)
    said = shorten(str(error), QUOTED, placeholder="…") or type(error).__name__
    return ImportFileError("files.table.unreadable", file=path.name, said=said)


def _arrow_fault(error: BaseException) -> str:
    """
    What Arrow's CSV reader stumbled over: ``empty``, ``encoding``, ``line``, or "" for all else.

    Arrow raises `ArrowInvalid` for each of these and gives no code: its words are the only sign; read here alone.
    """
    said = str(error) if isinstance(error, pa.ArrowInvalid) else ""
    signs = (("Empty CSV file", "empty"), ("invalid UTF8", "encoding"), ("straddling object", "line"))
    return next((fault for sign, fault in signs if sign in said), "")


_DAMAGES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (EOFError, "files.table.cut"),
    (UnicodeError, "files.table.not_utf8"),
    ((zlib.error, gzip.BadGzipFile, zipfile.BadZipFile), "files.table.damaged"),
)
_ARROW_FAULTS = {
    "empty": "files.table.no_header",
    "encoding": "files.table.not_utf8",
    "line": "files.table.long_line",
}
_NO_TEXT = {"sheet": "files.open.sheet", "parquet": "files.open.parquet"}


def _sheet(path: Path, seen: Seen | None) -> Iterator[Chunk]:
    try:
        sheets.checked(path)
        yield from _sheet_rows(path)
    except ImportFileError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML reader met
        raise _damage(path, error) from error


def _sheet_rows(path: Path) -> Iterator[Chunk]:
    from openpyxl import load_workbook  # 0.2 s, for Excel files alone

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    names: list[str] = []
    for sheet in book.worksheets:
        rows = sheets.counted(sheet.iter_rows(values_only=True), path.name)
        here = [str(n) for n in next(rows, ()) if n is not None]
        if len(here) > MOST_COLUMNS:
            raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
        names = names or here
        if here and here == names:  # further sheets go on where the first is full
            yield from _pieces(rows, names)
    if not names:
        raise ImportFileError("files.excel.no_header", file=path.name)
    yield _texts([], names)


def _pieces(rows: Iterator[tuple[Any, ...]], names: list[str]) -> Iterator[Chunk]:
    held: list[list[str | None]] = []
    for row in rows:
        if any(cell is not None for cell in row):
            cells = [_cell(c) for c in row[: len(names)]]
            held.append(cells + [None] * (len(names) - len(cells)))
        if len(held) == SHEET_ROWS:
            yield _texts(held, names)
            held = []
    yield _texts(held, names)


def _texts(rows: list[list[str | None]], names: list[str]) -> Chunk:
    return Chunk(pd.DataFrame(rows, columns=pd.Index(names), dtype="str"))


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


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
        raise _damage(path, error) from error


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
        raise _damage(path, error) from error


_READERS: dict[str, Callable[[Path, Seen | None], Iterator[Chunk]]] = {
    "sheet": _sheet,
    "parquet": _parquet,
    "records": _records,
}
