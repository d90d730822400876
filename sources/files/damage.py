"""What can be wrong with the bytes of a handed-over file, as one sentence each."""

import gzip
import zipfile
import zlib
from pathlib import Path
from textwrap import shorten

import pyarrow as pa

from sources.files.profile import ImportFileError

QUOTED = 160  # characters of what a library says of a file


def damage(path: Path, error: BaseException) -> ImportFileError:
    """One sentence for everything that can be wrong with bytes."""
    for kinds, key in _DAMAGES:
        if isinstance(error, kinds):
            return ImportFileError(key, file=path.name)
    if fault := arrow_fault(error):
        return ImportFileError(_ARROW_FAULTS[fault], file=path.name)
    said = shorten(str(error), QUOTED, placeholder="…") or type(error).__name__
    return ImportFileError("files.table.unreadable", file=path.name, said=said)


def arrow_fault(error: BaseException) -> str:
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
