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
TRAP = "is not what a spreadsheet program writes ({why}); open it in one and save it again, or give it as CSV"


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
            raise ImportFileError(f"{path.name} is too large for an Excel file ({total >> 20} MB); give it as CSV")
        if len(parts) > MOST_PARTS or len({part.filename for part in parts}) < len(parts):
            raise _trap(path, "its parts are too many or of one name")
        for part in parts:
            _sized(path, part)
        for part in parts:
            with archive.open(part) as opened:  # any part may be named as a sheet by another
                _looked_through(path, part.filename, iter(lambda o=opened: o.read(PIECE), b""))  # type: ignore[misc]


def _sized(path: Path, part: zipfile.ZipInfo) -> None:
    name, size = part.filename, part.file_size
    if name == TEXTS and size > MOST_TEXTS:
        raise ImportFileError(f"{path.name} is too large for an Excel file ({size >> 20} MB of texts); give it as CSV")
    if size > MUCH and size > RATIO * max(part.compress_size, 1):
        raise _trap(path, "a part unpacks to hundreds of times its size")
    if name != TEXTS and not name.startswith(SHEETS) and size > MOST_OTHER:
        raise _trap(path, f"a part other than its sheets has {size >> 20} MB")


def _looked_through(path: Path, name: str, pieces: Iterator[bytes]) -> None:
    """Bytes of a part as they come: no declarations, no text and no row without end."""
    text = row = 0
    last = b""
    for piece in pieces:
        if DECLARED.search(last + piece):
            raise _trap(path, "it declares entities")
        text = _run(piece, b"<", text)
        row = _run(piece, b"</row>", row) if name.startswith(SHEETS) else 0
        if text > MOST_TEXT or row > MOST_ROW:
            raise _trap(path, "a text or a row has no end")
        last = piece[-16:]


def _run(piece: bytes, mark: bytes, before: int) -> int:
    """Bytes since the mark was last seen."""
    place = piece.rfind(mark)
    return len(piece) - place if place >= 0 else before + len(piece)


def counted(rows: Iterator[tuple[Any, ...]], name: str) -> Iterator[tuple[Any, ...]]:
    """Rows of a sheet, as many as one can have: a number of a row may be any, and what lies between is filled up."""
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise ImportFileError(f"{name} {TRAP.format(why='a sheet has more than 1,048,576 rows')}")
        yield row


def _trap(path: Path, why: str) -> ImportFileError:
    return ImportFileError(f"{path.name} {TRAP.format(why=why)}")
