"""Excel files before they are opened: what is no workbook but a trap is refused while memory is still small."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.files.profile import ImportFileError

MOST_BYTES = 4 << 30  # unpacked
MOST_TEXTS = 256 << 20  # of the list of texts, which is held in memory
MOST_OTHER = 8 << 20  # of a part that is read whole: styles, names, relations
MOST_PARTS = 10_000
RATIO, MUCH = 300, 16 << 20  # unpacked to packed, once it is much; sheets of numbers reach some 30
MOST_ROWS = 1_048_576  # that a sheet can have
MOST_ROW = 8 << 20  # bytes between the ends of two rows
MOST_TEXT = 1 << 20  # bytes without a mark; a cell of Excel holds 32,767 characters
PIECE = 1 << 20
SHEETS, TEXTS = "xl/worksheets/", "xl/sharedStrings.xml"
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def checked(path: Path) -> None:
    """
    Refuse a workbook that would fill the memory or the day.

    Parameters
    ----------
    path : Path
        A zip.

    Raises
    ------
    ImportFileError
        In one sentence why.
    BadZipFile, OSError, RuntimeError
        When it is damaged or locked; nothing of it is ever unpacked to the disk, so names of parts cannot mislead.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        total = sum(part.file_size for part in parts)
        if total > MOST_BYTES:
            raise ImportFileError("files.excel.too_large", file=path.name, size=total >> 20)
        if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
            raise ImportFileError("files.excel.parts", file=path.name)
        for part in parts:
            _sized(path, part)
        for part in parts:
            with archive.open(part) as opened:  # any part may be named as a sheet by another
                _looked_through(path, part.filename, iter(lambda o=opened: o.read(PIECE), b""))  # type: ignore[misc]


def _sized(path: Path, part: zipfile.ZipInfo) -> None:
    name, size = part.filename, part.file_size
    if name == TEXTS and size > MOST_TEXTS:
        raise ImportFileError("files.excel.too_large", file=path.name, size=size >> 20)
    if size > MUCH and size > RATIO * max(part.compress_size, 1):
        raise ImportFileError("files.excel.bomb", file=path.name, ratio=RATIO)
    if name != TEXTS and not name.startswith(SHEETS) and size > MOST_OTHER:
        raise ImportFileError("files.excel.other_part", file=path.name, size=size >> 20)


def _looked_through(path: Path, name: str, pieces: Iterator[bytes]) -> None:
    """Bytes of a part as they come: no declarations, no text and no row without end."""
    text = row = 0
    last = b""
    for piece in pieces:
        if DECLARED.search(last + piece):
            raise ImportFileError("files.excel.entities", file=path.name)
        text = _run(piece, b"<", text)
        row = _run(piece, b"</row>", row) if name.startswith(SHEETS) else 0
        if text > MOST_TEXT or row > MOST_ROW:
            raise ImportFileError("files.excel.endless", file=path.name)
        last = piece[-16:]


def _run(piece: bytes, mark: bytes, before: int) -> int:
    """Bytes since the mark was last seen."""
    place = piece.rfind(mark)
    return len(piece) - place if place >= 0 else before + len(piece)


def counted(rows: Iterator[tuple[Any, ...]], name: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a sheet, as many as one can have: a number of a row may be any, and what lies between is filled up."""
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise ImportFileError("files.excel.rows", file=name, most=MOST_ROWS)
        yield row
