"""Delimited text as tables: its encoding, its delimiter tried with a parser, and where its heading stands."""

import codecs
import csv
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from sources.files import heading
from sources.files.damage import arrow_fault, damage
from sources.files.kinds import UTF16
from sources.files.pages import Chunk, Page, titles
from sources.files.profile import ImportFileError, Profile
from sources.files.unpack import Seen, Unpacked

BLOCK = 8 << 20
HEAD = 64 << 10
DELIMITERS = ",;\t|"
MOST_COLUMNS = 2_000
EMPTY = ["", "nan", "NaN", "null", "NULL", "None"]


@dataclass(frozen=True)
class _Dialect:
    heading: heading.Heading
    delimiter: str
    encoding: str
    above: list[list[str]]
    skipped: int  # lines of text before the values
    quoted: bool


def pages(path: Path, profile: Profile, seen: Seen | None = None) -> Iterator[Page]:
    """The one table of a text."""
    told = _dialect(path, profile)
    yield Page(
        layout=told.heading.layout,
        names=told.heading.names,
        left_out=titles(told.above),
        units=told.heading.units,
        chunks=_chunks(path, told, seen),
    )


def _chunks(path: Path, told: _Dialect, seen: Seen | None) -> Iterator[Chunk]:
    broken: list[tuple[str, int]] = []  # text and how many cells of it say something
    names = told.heading.names

    def skip(row: Any) -> str:
        text = str(row.text)
        broken.append((text[:200], sum(1 for c in text.split(told.delimiter) if c.strip())))
        return "skip"

    with Unpacked(path, seen=seen) as file:
        try:
            reader = pacsv.open_csv(
                file,
                pacsv.ReadOptions(
                    block_size=BLOCK, use_threads=False, encoding=told.encoding, column_names=names,
                    skip_rows=told.skipped,
                ),
                pacsv.ParseOptions(
                    delimiter=told.delimiter, invalid_row_handler=skip, newlines_in_values=told.quoted
                ),
                pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=EMPTY,
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )  # fmt: skip
            for batch in reader:
                yield _chunk(batch.to_pandas(), broken)
            if broken:
                yield _chunk(pd.DataFrame(columns=pd.Index(names), dtype="str"), broken)
        except (OSError, EOFError, zlib.error, pa.ArrowException, UnicodeError) as error:
            if arrow_fault(error) != "empty":  # a heading and nothing after it is a table without rows
                raise damage(path, error) from error


def _chunk(table: pd.DataFrame, broken: list[tuple[str, int]]) -> Chunk:
    count, cells = len(broken), sum(c for _, c in broken)
    excerpt = next((text for text, _ in broken if text), "")
    broken.clear()
    return Chunk(table, count, excerpt, cells=cells)


def _dialect(path: Path, profile: Profile) -> _Dialect:
    """Encoding, delimiter and heading; the delimiter under which the profile uses most columns."""
    with Unpacked(path) as file:
        try:
            head = _upto(file, HEAD)
            encoding = _encoding(head, profile.encodings)
            whole = len(head) < HEAD
            text = head.decode("utf-8-sig" if encoding == "utf8" else encoding, errors="strict" if whole else "ignore")
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            raise damage(path, error) from error
    line = next((x for x in text.splitlines() if x.strip()), "")
    if not line or "\x00" in line:
        raise ImportFileError("files.table.no_header", file=path.name)
    if len(line) >= HEAD // 4 or max(line.count(d) for d in DELIMITERS) >= MOST_COLUMNS:
        raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
    said = _stated(line)
    tries = [_tried(text, d, encoding, profile, path, bool(said)) for d in said or DELIMITERS]
    good = [t for t in tries if isinstance(t, _Dialect)]
    if good:
        return max(good, key=lambda t: len(t.heading.use.values) + len(t.heading.use.labels))
    raise max((t for t in tries if isinstance(t, tuple)), key=lambda t: t[0])[1]


def _stated(line: str) -> str:
    """The delimiter that Excel's first line ``sep=;`` states."""
    plain = line.strip().strip('"').casefold()
    return plain[4:] if plain.startswith("sep=") and len(plain) == 5 else "\t" if plain == "sep=" else ""


def _tried(
    text: str, delimiter: str, encoding: str, profile: Profile, path: Path, stated: bool
) -> _Dialect | tuple[int, ImportFileError]:
    """What the text is with one delimiter; or how many columns it has then, and what is wrong."""
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter)
    lines: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            if stated and not ends and not lines and reader.line_num == 1:
                continue
            lines.append(row)
            ends.append(reader.line_num)
            if len(lines) > heading.SEARCHED + 5:
                break
    except csv.Error:
        return 0, ImportFileError("files.table.bad_header", file=path.name)
    try:
        found = heading.found(lines, profile, path.name)
    except ImportFileError as error:
        return max((len(row) for row in lines), default=0), error
    spread = any(after - before > 1 for before, after in pairwise([0, *ends]))  # a line break within quotes
    return _Dialect(found, delimiter, encoding, lines[: found.at], ends[found.data - 1], spread)


def _encoding(head: bytes, encodings: Sequence[str]) -> str:
    """The first of the encodings in which the head of the file can be read; UTF-16 says so itself."""
    if head.startswith(UTF16):
        return "utf-16"
    for name in encodings:
        try:
            codecs.getincrementaldecoder(name)().decode(head)
            return "utf8" if name == "utf-8" else name
        except UnicodeDecodeError:
            continue
    return "utf8" if encodings[0] == "utf-8" else encodings[0]


def _upto(file: Unpacked, size: int) -> bytes:
    found = b""
    while len(found) < size and (more := file.read(size - len(found))):
        found += more
    return found
