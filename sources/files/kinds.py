"""What a handed-over file is, by its first bytes: a table, or something else that is called by its name."""

import codecs
import re
import zipfile
import zlib
from pathlib import Path

from sources.files.profile import ImportFileError
from sources.files.unpack import Unpacked

ZIP, PARQUET, OLE, PDF, RTF = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Part of a ZIP that only one kind of document has → key of the sentence about it; "" for what is read.
PARTS = (
    ("xl/workbook.xml", ""),
    ("xl/workbook.bin", "files.open.xlsb"),
    ("word/document.xml", "files.open.word"),
    ("ppt/presentation.xml", "files.open.slides"),
    ("content.xml", "files.open.opendocument"),
)
OLD_WORD = "WordDocument".encode("utf-16-le")


def kind(path: Path) -> str:
    """
    What a file is.

    Returns
    -------
    str
        ``text``, ``records`` (JSON), ``sheet`` or ``parquet``.

    Raises
    ------
    ImportFileError
        When it is a folder or a device, is not there, cannot be opened, is empty, or is a document and no table.
    """
    if path.is_dir():
        raise ImportFileError("files.open.folder", file=path.name)
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise ImportFileError("files.open.device", file=path.name)
    try:
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as error:
        raise ImportFileError("files.open.unreadable", file=path.name, said=error.strerror or error) from error
    if not first:
        raise ImportFileError("files.open.empty", file=path.name)
    if first.startswith(PARQUET):
        return "parquet"
    if first.startswith(ZIP):
        return _zipped(path)
    if first.startswith(OLE):
        raise ImportFileError(
            "files.open.old_word" if _holds(path, OLD_WORD) else "files.open.old_excel", file=path.name
        )
    begin = _begin(path)
    for sign, key in ((PDF, "files.open.pdf"), (RTF, "files.open.rtf")):
        if begin.startswith(sign):
            raise ImportFileError(key, file=path.name)
    if re.match(rb"<(?:!doctype\s+html|html|head|body|table|div|meta|\?xml|!--)", begin, re.IGNORECASE):
        raise ImportFileError("files.open.xml" if begin.startswith(b"<?xml") else "files.open.html", file=path.name)
    return "records" if begin[:1] in (b"[", b"{") else "text"


def _zipped(path: Path) -> str:
    """A workbook, or the sentence about another ZIP; a damaged one is told of by the reader of workbooks."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return "sheet"
    for part, key in PARTS:
        if part in names:
            if not key:
                return "sheet"
            raise ImportFileError(key, file=path.name)
    if any(name.startswith("xl/") for name in names):
        return "sheet"
    raise ImportFileError("files.open.zip", file=path.name)


def _holds(path: Path, sign: bytes) -> bool:
    with path.open("rb") as file:
        return sign in file.read(1 << 20)


def _begin(path: Path) -> bytes:
    """First bytes of a text, unpacked, that are no space."""
    try:
        with Unpacked(path) as file:
            return (file.read(256) or b"").removeprefix(codecs.BOM_UTF8).lstrip()
    except (OSError, EOFError, zlib.error):
        return b""  # its reader says what is wrong
