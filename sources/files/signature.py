"""What a handed-over file is, by its first bytes, and the one sentence for what is no table."""

import codecs
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from sources.files.profile import ImportFileError
from sources.files.unpack import GZIP, Unpacked

FIRST = 2048  # bytes looked at
SEARCHED = 4 << 20  # of an old Office file, in which the names of its streams are looked for
ZIP, PARQUET = b"PK\x03\x04", b"PAR1"
WIDE: Mapping[bytes, str] = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound file of Microsoft Office until 2003 ([MS-CFB] 2.2)
# Names of streams in a compound file, UTF-16: [MS-XLS] 2.1.2, [MS-DOC] 2.1.1, [MS-OFFCRYPTO] 2.3.4.4.
STREAMS: Mapping[str, str] = {
    "EncryptedPackage": "files.other.locked", "WordDocument": "files.other.doc", "Workbook": "files.other.xls",
    "Book": "files.other.xls",
}  # fmt: skip
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "files.other.pdf"),
    (b"{\\rtf", "files.other.rtf"),
    (b"\x89PNG", "files.other.picture"),
    (b"\xff\xd8\xff", "files.other.picture"),
    (b"Rar!", "files.other.archive"),
    (b"7z\xbc\xaf\x27\x1c", "files.other.archive"),
)
# Part of a zip whose name begins so → what it is; a workbook of Excel is read, Excel's binary form is not.
PARTS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "files.other.xlsb"), ("xl/", ""), ("word/", "files.other.docx"), ("ppt/", "files.other.pptx"),
    ("content.xml", "files.other.ods"),
)  # fmt: skip
HTML = re.compile(rb"<!doctype html|<html|<head|<body|<table|<meta|<div", re.IGNORECASE)


def kind(path: Path, encodings: Sequence[str]) -> str:
    """
    What a file is, by its first bytes.

    Parameters
    ----------
    path : Path
        Packed with gzip or not.
    encodings : sequence of str
        In which a text may be written.

    Returns
    -------
    str
        ``text``, ``records`` (JSON), ``sheet`` or ``parquet``.

    Raises
    ------
    ImportFileError
        When it is a folder or a device, is not there, cannot be opened, is empty or is no table that we read: the
        sentence says what it is and what to do.
    """
    if path.is_dir():
        raise ImportFileError("files.open.folder", file=path.name)
    if path.exists() and not path.is_file():  # a pipe or a device would never end
        raise ImportFileError("files.open.device", file=path.name)
    try:
        with path.open("rb") as file:
            first = file.read(FIRST)
    except OSError as error:
        raise ImportFileError("files.open.unreadable", file=path.name, said=error.strerror or error) from error
    if not first:
        raise ImportFileError("files.open.empty", file=path.name)
    if first.startswith((ZIP, PARQUET)):
        return _zipped(path) if first.startswith(ZIP) else "parquet"
    if first.startswith(GZIP):
        first = _inside(path)
        if first.startswith((ZIP, PARQUET)):
            raise ImportFileError("files.other.packed", file=path.name)
    return _of_text(path, first, encodings)


def _inside(path: Path) -> bytes:
    """First bytes of what a gzip holds."""
    try:
        with Unpacked(path) as file:
            return file.read(FIRST) or b""
    except (OSError, EOFError, zlib.error):
        return b""  # its reader says what is wrong


def _of_text(path: Path, first: bytes, encodings: Sequence[str]) -> str:
    if first.startswith(OLE):
        raise ImportFileError(_stream(path), file=path.name)
    for sign, key in SIGNS:
        if first.startswith(sign):
            raise ImportFileError(key, file=path.name)
    if first[:2] in WIDE:
        if len(encodings) == 1:
            raise ImportFileError("files.open.utf16", file=path.name)
        return "text"
    begun = first.removeprefix(codecs.BOM_UTF8).lstrip()
    if begun.startswith(b"<") and HTML.search(begun):
        raise ImportFileError("files.other.html", file=path.name)
    if begun.startswith((b"<?xml", b"<Workbook", b"<kml", b"<feed")):
        raise ImportFileError("files.other.xml", file=path.name)
    return "records" if begun[:1] in (b"[", b"{") else "text"


def _stream(path: Path) -> str:
    """What an old Office file holds, by the names of its streams."""
    with Unpacked(path) as file:
        content = file.read(SEARCHED) or b""
    named = (key for name, key in STREAMS.items() if name.encode("utf-16-le") in content)
    return next(named, "files.other.ole")


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return "sheet"  # its reader says what is wrong
    for begin, key in PARTS:
        if any(name.startswith(begin) for name in names):
            if key:
                raise ImportFileError(key, file=path.name)
            return "sheet"
    raise ImportFileError("files.other.zip", file=path.name)
