"""A snapshot as one zip that can be cited: the same request and moment give the same bytes."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from data.city import LANGUAGES
from data.store.reader import StoreReader
from jobs.export import request as export_request
from jobs.export.datapackage import descriptor
from jobs.export.snapshot_facts import facts
from jobs.export.snapshot_readme import readme, title

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can hold: its times say nothing
LEVEL = 3  # of deflate; measured: the size of level 6 within a few percent in half the time
PIECE = 1 << 20


def pack(
    store: StoreReader, request: export_request.Request, form: str, file: Path, target: Path, release: str
) -> dict[str, Any]:
    """
    Pack a data file with its description.

    Parameters
    ----------
    store : StoreReader
        As its reader may have it.
    request : Request
        What was asked.
    form : str
        ``csv``, ``parquet`` or ``xlsx``.
    file : Path
        The rows.
    target : Path
        The zip.
    release : str
        Of this program.

    Returns
    -------
    dict
        The content of its ``datapackage.json``.
    """
    known = facts(store, request, release)
    files = {f"data/measurements.{form}": (file.stat().st_size, digest(file))}
    about = descriptor(request, known, form, files, title("en", request))
    texts = {"datapackage.json": orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)}
    texts |= {f"README.{x}.md": readme(x, request, known, files, form).encode() for x in LANGUAGES}
    sums = {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}
    sums |= {name: sha for name, (_, sha) in files.items()}
    texts["SHA256SUMS"] = "".join(f"{sha}  {name}\n" for name, sha in sorted(sums.items())).encode()
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name, text in texts.items():
            _add(archive, name, [text])
        with file.open("rb") as rows:
            _add(archive, next(iter(files)), iter(lambda: rows.read(PIECE), b""))
    return about


def repack(file: Path, instead: Mapping[str, str]) -> None:
    """Write a zip-based file (a workbook) anew with fixed times and order, some members replaced."""
    fixed = file.with_suffix(f"{file.suffix}.fixed")
    with ZipFile(file) as old, ZipFile(fixed, "w", ZIP_DEFLATED, compresslevel=LEVEL) as new:
        for name in sorted(old.namelist()):
            if name in instead:
                _add(new, name, [instead[name].encode()])
                continue
            with old.open(name) as member:
                _add(new, name, iter(lambda m=member: m.read(PIECE), b""))  # type: ignore[misc]
    shutil.move(fixed, file)


def _add(archive: ZipFile, name: str, pieces: Iterable[bytes]) -> None:
    info = ZipInfo(name, EPOCH)
    info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
    with archive.open(info, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)


def digest(path: Path) -> str:
    """SHA-256 of a file, in constant memory."""
    made = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            made.update(piece)
    return made.hexdigest()
