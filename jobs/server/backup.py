"""`cleanair backup` and `restore`: a whole copy of a store in one file, also while others write, with checksums."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from data.errors import CentreError
from data.store import Store, StoreError
from data.store.tables.layout import FILE, SCHEMA, refuse, writing

MANIFEST = "backup.json"
FORM = 1  # of the archive; changes when an older release could not read it
CODECS: Mapping[str, str | None] = {".tar.zst": "zstd", ".tar.gz": "gzip", ".tar": None}
PIECE = 1 << 20  # bytes read at once
TRIES = 3
POINTER = "_last_checkpoint"  # the one file of a log that is overwritten; readers do without it
LONGEST = 64 << 20  # of a manifest; a real one takes about 150 bytes a file [bytes]


class BackupError(CentreError, RuntimeError):
    """A backup cannot be made, read or put back; the operator of this machine must act."""


class Kept(NamedTuple):
    """One file of the store as it stood when the list was made."""

    name: str
    path: Path
    size: int


def backup(store: Store, out: str | Path, now: datetime, release: str = "") -> dict[str, Any]:
    """
    Copy a store into one file while others may go on writing.

    Parameters
    ----------
    store : Store
        What is copied.
    out : str or Path
        ``….tar.zst``, ``….tar.gz`` or ``….tar``; replaced only when all went well.
    now : datetime
        Stands in the manifest.
    release : str
        Of the centre.

    Returns
    -------
    dict
        ``file, bytes, sha256`` (of the archive)``, files, rows`` (by table)``, schema``.

    Raises
    ------
    BackupError
        When there is nothing to copy, the file cannot be written, or a file of the store vanished.

    Notes
    -----
    The writer lock is held while the files are listed, not while they are copied: files of a Delta table are never
    changed, and those that nobody needs any more are removed no sooner than a week later. Only where a month-old log
    was tidied away meanwhile is the copy begun again. Tables alone are copied: what lies beside them is made anew.
    """
    target = Path(out)
    codec = _codec(target)
    if store.uri != str(store.folder):
        raise BackupError("jobs.backup.object_store", place=store.uri)
    if not store.place.tables():
        raise BackupError("jobs.backup.no_table", place=store.folder)
    if target.resolve().is_relative_to(store.folder):
        raise BackupError("jobs.backup.inside", parameter="out", file=target)
    about = {"form": FORM, "schema": SCHEMA, "release": release, "made_at": now.isoformat()}
    fresh = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        kept, rows = _copy(store, fresh, codec, about)
        os.replace(fresh, target)
    except OSError as error:
        raise BackupError("jobs.backup.no_write", file=target, cause=error.strerror or error) from error
    finally:
        fresh.unlink(missing_ok=True)
    told = {"file": str(target), "bytes": target.stat().st_size, "sha256": _digest(target)}
    return {**told, "files": len(kept), "rows": rows, "schema": SCHEMA}


def verify(file: str | Path) -> dict[str, Any]:
    """
    Read a backup from end to end and hold every byte to its manifest.

    Returns
    -------
    dict
        ``file, files, bytes, rows, schema, release, made_at``.

    Raises
    ------
    BackupError
        When a file is missing, too many or not as it was; the sentence names it.
    """
    with _opened(Path(file)) as archive:
        about = _read(archive, Path(file), None)
    return _told(about, Path(file))


def restore(file: str | Path, folder: str | Path) -> dict[str, Any]:
    """
    Put a backup into an empty folder; every byte is checked before the folder has its name.

    Parameters
    ----------
    file : str or Path
        From `backup`.
    folder : str or Path
        Must not exist or be empty.

    Returns
    -------
    dict
        As `verify`, and ``folder``.

    Raises
    ------
    BackupError
        When the folder holds anything, the archive is damaged or names a place outside the folder, or a newer release
        made it.
    """
    if "://" in str(folder):
        raise BackupError("jobs.backup.to_folder", parameter="to", place=folder)
    source, target = Path(file), Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError("jobs.backup.not_empty", parameter="to", place=target)
    fresh = target.with_name(f".{target.name}.part")
    if fresh.exists():
        raise BackupError("jobs.backup.left_over", place=fresh)
    try:
        fresh.mkdir(parents=True)
        with _opened(source) as archive:
            about = _read(archive, source, fresh)
        if target.exists():
            target.rmdir()
        os.replace(fresh, target)
    except OSError as error:
        raise BackupError("jobs.backup.no_write", file=target, cause=error.strerror or error) from error
    finally:
        _remove(fresh)
    return {**_told(about, source), "folder": str(target)}


# --- making ----------------------------------------------------------------------------------------------------------


def _copy(store: Store, to: Path, codec: str | None, about: Mapping[str, Any]) -> tuple[list[Kept], dict[str, int]]:
    for last in (False,) * (TRIES - 1) + (True,):
        with writing(store.place, store.wait):
            kept, rows = _listed(store.folder)
        try:
            with pa.OSFile(str(to), "wb") as raw, _packing(raw, codec) as stream:
                _pack(stream, kept, {**about, "rows": rows})
        except FileNotFoundError:
            if last:
                raise
        else:
            return kept, rows
    raise AssertionError


def _listed(folder: Path) -> tuple[list[Kept], dict[str, int]]:
    """Files that the newest version of every table needs and its log; rows by table, replaced ones too."""
    kept, rows = [_of(folder, folder / FILE)], {}
    for log in sorted(folder.glob("*/_delta_log")):
        table = _table(log.parent)
        rows[log.parent.name] = sum(n or 0 for n in pa.table(table.get_add_actions())["num_records"].to_pylist())
        data = (Path(uri.removeprefix("file://")) for uri in table.file_uris())
        commits = (path for path in log.rglob("*") if path.is_file() and path.name != POINTER)
        kept += [_of(folder, path) for path in (*sorted(data), *sorted(commits))]
    return kept, rows


def _table(path: Path) -> DeltaTable:
    try:
        return DeltaTable(str(path))
    except (DeltaError, OSError) as error:
        raise BackupError("jobs.backup.no_read", place=path) from error


def _of(folder: Path, path: Path) -> Kept:
    return Kept(path.relative_to(folder).as_posix(), path, path.stat().st_size)


def _pack(stream: Any, kept: list[Kept], about: Mapping[str, Any]) -> None:
    """Data first, the manifest with their checksums last: each file is read once."""
    files = []
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for one in kept:
            with one.path.open("rb") as raw:
                summed = _Summed(raw)
                archive.addfile(_entry(one.name, one.size), summed)  # type: ignore[arg-type]
            files.append({"name": one.name, "bytes": one.size, "sha256": summed.sum.hexdigest()})
        text = json.dumps({**about, "files": files}, indent=1, sort_keys=True).encode()
        archive.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))


def _entry(name: str, size: int) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.mode = size, 0o644
    return made


class _Summed:
    """A file whose bytes are summed as they are read."""

    def __init__(self, raw: IO[bytes]) -> None:
        self.raw, self.sum = raw, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.raw.read(size)
        self.sum.update(piece)
        return piece


@contextmanager
def _packing(raw: Any, codec: str | None) -> Iterator[Any]:
    if codec is None:
        yield raw
        return
    with pa.CompressedOutputStream(raw, codec) as stream:
        yield stream


def _codec(path: Path) -> str | None:
    for end, codec in CODECS.items():
        if path.name.endswith(end):
            return codec
    raise BackupError("jobs.backup.name", file=path.name, known=[f"*{end}" for end in CODECS])


# --- reading ---------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    codec = _codec(path)
    try:
        with path.open("rb") as raw:
            stream = raw if codec is None else pa.CompressedInputStream(raw, codec)
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                yield archive
    except FileNotFoundError as error:
        raise BackupError("jobs.backup.absent", file=path) from error
    except (tarfile.TarError, EOFError, pa.ArrowException) as error:
        raise BackupError("jobs.backup.damaged", file=path) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise BackupError("jobs.backup.damaged", file=path) from error


def _read(archive: tarfile.TarFile, path: Path, into: Path | None) -> dict[str, Any]:
    """Take every file out (into a folder, or nowhere), then hold what came to the manifest."""
    found: dict[str, tuple[int, str]] = {}
    about: dict[str, Any] = {}
    for entry in archive:
        name = _safe(entry, path)
        taken = archive.extractfile(entry)
        if taken is None or name in found or about:
            raise BackupError("jobs.backup.foreign", file=path, name=name)
        if name == MANIFEST:
            about = _manifest(taken.read(LONGEST), path)
        else:
            found[name] = _take(taken, into / name if into else None)
    _compare(about, found, path)
    return about


def _safe(entry: tarfile.TarInfo, path: Path) -> str:
    """The name of an entry that is a plain file below the folder."""
    name = PurePosixPath(entry.name)
    parts = name.parts
    odd = name.is_absolute() or not parts or ".." in parts or "\\" in entry.name or ":" in parts[0]
    if odd or not entry.isreg():
        raise BackupError("jobs.backup.tampered", file=path, name=entry.name)
    return name.as_posix()


def _take(raw: IO[bytes], to: Path | None) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    if to is not None:
        to.parent.mkdir(parents=True, exist_ok=True)
    with open(to or os.devnull, "wb") as out:
        while piece := raw.read(PIECE):
            digest.update(piece)
            size += len(piece)
            out.write(piece)
    return size, digest.hexdigest()


def _manifest(text: bytes, path: Path) -> dict[str, Any]:
    try:
        about = json.loads(text)
        form, schema = int(about["form"]), int(about["schema"])
        {(str(f["name"]), int(f["bytes"]), str(f["sha256"])) for f in about["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("jobs.backup.manifest", file=path) from error
    if form > FORM:
        raise BackupError("jobs.backup.newer", file=path)
    try:
        refuse(schema, path)
    except StoreError as error:
        raise BackupError(error.key, **error.words) from error
    return dict(about)


def _compare(about: Mapping[str, Any], found: Mapping[str, tuple[int, str]], path: Path) -> None:
    if not about:
        raise BackupError("jobs.backup.no_manifest", file=path)
    told = {f["name"]: (f["bytes"], f["sha256"]) for f in about["files"]}
    for name in sorted(told.keys() | found.keys()):
        if name not in found:
            raise BackupError("jobs.backup.missing", file=path, name=name)
        if name not in told:
            raise BackupError("jobs.backup.extra", file=path, name=name)
        if told[name] != found[name]:
            raise BackupError("jobs.backup.changed", file=path, name=name)


def _told(about: Mapping[str, Any], path: Path) -> dict[str, Any]:
    size = sum(f["bytes"] for f in about["files"])
    told = {name: about[name] for name in ("rows", "schema", "release", "made_at")}
    return {"file": str(path), "files": len(about["files"]), "bytes": size, **told}


def _digest(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _remove(folder: Path) -> None:
    """What a broken restore left."""
    for path in sorted(folder.rglob("*"), reverse=True) if folder.is_dir() else ():
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.is_dir():
        folder.rmdir()
