"""CSV in the dialects that programs and people write: encoding, delimiter, quotes, and lines that are broken."""

import codecs
import csv
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from sources.files.cells import EMPTY
from sources.files.damage import arrow_fault, damage
from sources.files.grid import HEAD_LINES, Broken, Grid, Line, Sheet
from sources.files.profile import ImportFileError
from sources.files.signature import WIDE
from sources.files.unpack import Seen, Unpacked

MOST_COLUMNS = 2_000
BLOCK = 8 << 20
HEAD = 64 << 10
DELIMITERS = (",", ";", "\t", "|")
DECLARED = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)  # first line by which Excel is told the delimiter
EXCERPT = 200  # characters of a broken line that are kept
CYRILLIC = re.compile(r"[Ѐ-ӿ]")
WORD = re.compile(r"[Ѐ-ӿ]{2,}")


@dataclass(frozen=True)
class Written:
    """How a text is written: its encoding, the bytes before its first line, its beginning, and whether that is all."""

    encoding: str
    skipped: int
    head: str
    whole: bool


def readings(path: Path, encodings: Sequence[str]) -> list[Sheet]:
    """
    Ways to read a text, one for each delimiter that may be meant.

    Parameters
    ----------
    path : Path
        Packed with gzip or not.
    encodings : sequence of str
        In which it may be written; the first that fits. UTF-16 says so itself and is read wherever more than one may
        be meant.

    Returns
    -------
    list of Sheet
        The most even first: under which most of the leading lines have as many fields as each other, and most fields.

    Raises
    ------
    ImportFileError
        When its beginning is no text, or has no end.
    """
    try:
        written = _written(path, encodings)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise damage(path, error) from error
    first = next((x for x in written.head.splitlines() if x.strip()), "")
    if not first or "\x00" in first:
        raise ImportFileError("files.table.no_header", file=path.name)
    if len(first) >= HEAD // 4:
        raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
    declared = DECLARED.match(written.head)
    tried = [declared[1]] if declared else DELIMITERS
    ways = [_reading(path, written, one, declared.end() if declared else 0) for one in tried]
    if all(len(way.head[0].cells) > MOST_COLUMNS for way in ways if way.head[:1]):
        raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
    if not any(way.head for way in ways):
        raise ImportFileError("files.table.bad_header", file=path.name)
    usual = [way for way in ways if way.head and len(way.head[0].cells) <= MOST_COLUMNS]
    return sorted(usual, key=_evenness, reverse=True)


def _evenness(way: Sheet) -> tuple[bool, float, int]:
    widths = [len(line.cells) for line in way.head]
    return max(widths) > 1, way.even, max(widths)


def _written(path: Path, encodings: Sequence[str]) -> Written:
    """The first of the encodings in which the beginning of a file can be read."""
    with Unpacked(path) as file:
        head = upto(file, HEAD)
    whole = len(head) < HEAD
    if len(encodings) > 1 and head[:2] in WIDE:
        return Written(WIDE[head[:2]], 2, _decoded(head[2:], WIDE[head[:2]], whole), whole)
    mark = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    error: UnicodeDecodeError | None = None
    for name in encodings:
        try:
            text = _decoded(head[mark:], name, whole)
        except UnicodeDecodeError as wrong:
            error = error or wrong
            continue
        if error is None or _sensible(text, head):
            return Written(name, mark, text, whole)
    raise error or UnicodeError


def _decoded(head: bytes, encoding: str, whole: bool) -> str:
    return codecs.getincrementaldecoder(encoding)().decode(head, final=whole)


def _sensible(text: str, head: bytes) -> bool:
    """
    Whether what is no UTF-8 is Cyrillic of eight bits rather than damaged UTF-8 or another alphabet.

    Damaged UTF-8 still has more sound characters of several bytes than bytes in error; a Latin letter with an accent
    stands alone where a Cyrillic one stands in a word.
    """
    seen = head.decode("utf-8", "replace")
    sound = sum(ord(c) > 0x7F for c in seen) - seen.count("\ufffd")
    letters, words = len(CYRILLIC.findall(text)), sum(map(len, WORD.findall(text)))
    return sound <= seen.count("\ufffd") and words >= letters / 2


def _reading(path: Path, written: Written, delimiter: str, begin: int) -> Sheet:
    lines, ends = _lines(written, delimiter, begin)
    widths = Counter(len(line.cells) for line in lines)
    even = max(widths.values(), default=0) / max(len(lines), 1)

    def rows(last: int, width: int, seen: Seen | None) -> Iterator[Grid]:
        at = written.skipped + len(written.head[: ends[last]].encode(written.encoding))
        spare = 0 if delimiter == "," else _spare(lines[last + 1 :], width)  # a comma may be a decimal one
        return _rows(path, written, delimiter, at, width + spare, lines[last].number + 1, seen)

    return Sheet(head=tuple(lines), rows=rows, even=even)


def _lines(written: Written, delimiter: str, begin: int) -> tuple[list[Line], list[int]]:
    """Leading lines by a delimiter, and where each ends in the text; a quoted cell may hold several lines of it."""
    text = written.head[begin:]
    ends = [0]
    for piece in io.StringIO(text, newline=""):
        ends.append(ends[-1] + len(piece))
    if not written.whole and len(ends) > 2:
        text, ends = text[: ends[-2]], ends[:-1]  # the last line is not all there
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = written.head[:begin].count("\n")
    found: list[Line] = []
    places: list[int] = []
    number = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(Line(before + number + 1, tuple(cells)))
                places.append(begin + ends[min(reader.line_num, len(ends) - 1)])
            number = reader.line_num
            if len(found) == HEAD_LINES:
                break
    except csv.Error:  # what came before it stands
        pass
    return found, places


def _spare(lines: Sequence[Line], width: int) -> int:
    """Fields that every line below the header has beyond it, all empty: a delimiter at the end of the lines."""
    more = {len(line.cells) - width for line in lines}
    empty = all(not cell.strip() for line in lines for cell in line.cells[width:])
    return more.pop() if len(more) == 1 and min(more) > 0 and empty else 0


def _rows(
    path: Path, written: Written, delimiter: str, at: int, width: int, first: int, seen: Seen | None
) -> Iterator[Grid]:
    """Lines from a byte of the file on; blank ones are passed over, and broken ones named by their number."""
    names = [str(i) for i in range(width)]
    broken: list[Broken] = []

    def skip(row: Any) -> str:
        broken.extend(_broken(str(row.text), delimiter, first - 1 + (row.number or 0), not broken))
        return "skip"

    with Unpacked(path, seen=seen) as file:
        try:
            upto(file, at)
            reader = pacsv.open_csv(
                file,
                pacsv.ReadOptions(
                    block_size=BLOCK,
                    use_threads=False,
                    encoding="utf8" if written.encoding == "utf-8" else written.encoding,
                    column_names=names,
                ),
                pacsv.ParseOptions(
                    delimiter=delimiter,
                    invalid_row_handler=skip,
                    newlines_in_values=True,
                    ignore_empty_lines=width == 1,
                ),
                pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=list(EMPTY),
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=True,
                ),
            )
            line = first
            for batch in reader:
                table = batch.to_pandas()
                table.columns = pd.RangeIndex(width)
                yield Grid(table, line, tuple(broken), numbers=_numbers(line, len(table), broken))
                line += len(table) + len(broken)
                broken.clear()
            if broken:
                yield Grid(pd.DataFrame(columns=pd.RangeIndex(width), dtype="str"), line, tuple(broken))
        except (OSError, EOFError, zlib.error, pa.ArrowException, UnicodeError) as error:
            if arrow_fault(error) != "empty":  # a header and nothing after it is a table without rows
                raise damage(path, error) from error


def _numbers(first: int, rows: int, broken: Sequence[Broken]) -> Sequence[int] | None:
    """Number of every line, where some between were taken out."""
    if not broken:
        return None
    taken = {one.line for one in broken}
    return [n for n in range(first, first + rows + len(broken)) if n not in taken][:rows]


def _broken(text: str, delimiter: str, number: int, shown: bool) -> Iterator[Broken]:
    """One for each line of a record: a quote that is never closed swallows those after it. Blank lines are none."""
    for offset, line in enumerate(text.split("\n")):
        filled = sum(bool(cell.strip(' "\r')) for cell in line.split(delimiter))
        if filled or text.strip():
            yield Broken(number + offset, filled, line[:EXCERPT] if shown and not offset else "")


def upto(file: Unpacked, size: int) -> bytes:
    """So many bytes, or all there are."""
    found = []
    while size > 0 and (more := file.read(size)):
        found.append(more)
        size -= len(more)
    return b"".join(found)


__all__ = ["MOST_COLUMNS", "readings", "upto"]
