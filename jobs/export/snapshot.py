"""A snapshot in a folder: the rows of a request, their description, and both as one zip."""

from collections.abc import Callable, Mapping
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from data.store import Store
from jobs.export import measurements
from jobs.export import request as export_request
from jobs.export.snapshot_zip import digest, pack, repack

# A workbook says when it was made; ours says of when it is.
CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
)
XLSX_ROWS = 1_000_000  # a sheet holds 1,048,576 rows; more rows go into further sheets


def write(store: Store, request: export_request.Request, form: str, folder: Path) -> dict[str, Any]:
    """
    Write a request into a folder.

    Parameters
    ----------
    store : Store
        To read.
    request : Request
        What is asked.
    form : str
        ``csv``, ``parquet`` or ``xlsx``.
    folder : Path
        Made where it is missing.

    Returns
    -------
    dict
        ``file``, ``description``, ``zip``, ``zip_sha256``, ``rows``, ``sha256``, ``left_out``.

    Raises
    ------
    ExportError
        When the folder cannot be written.
    """
    if request.excel and form != "csv":
        raise export_request.ExportError("jobs.exports.excel", parameter="excel")
    target = folder / f"{request.stem()}.{form}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        WRITERS[form](store, request, target)
        packed = folder / f"{request.stem()}.{form}.zip"
        about = pack(store, request, form, target, packed, release())
        beside = target.with_suffix(f"{target.suffix}.json")
        sha = about["resources"][0]["hash"].removeprefix("sha256:")
        own = {"file": target.name, "sha256": sha, "bytes": target.stat().st_size}
        beside.write_bytes(orjson.dumps(own | about, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    except OSError as error:
        raise export_request.ExportError(
            "jobs.exports.no_write", parameter="out", status=500, file=target, cause=error.strerror
        ) from error
    return {
        "file": str(target),
        "description": str(beside),
        "zip": str(packed),
        "zip_sha256": digest(packed),
        "rows": about["rows"],
        "sha256": sha,
        "left_out": about["left_out"],
    }


def _csv(store: Store, request: export_request.Request, target: Path) -> None:
    with target.open("wb") as file:
        for piece in measurements.measurements_csv(store, request):
            file.write(piece)


def _parquet(store: Store, request: export_request.Request, target: Path) -> None:
    with parquet.ParquetWriter(target, measurements.SCHEMA, compression="zstd") as writer:
        for table in measurements.tables(store, request):
            writer.write_table(table)


def _xlsx(store: Store, request: export_request.Request, target: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet, written, number = None, 0, 0
    for table in measurements.tables(store, request):
        for row in _rows(table):
            if sheet is None or written == XLSX_ROWS:
                number, written = number + 1, 0
                sheet = book.create_sheet(f"measurements {number}")
                sheet.append(list(measurements.COLUMNS))
            sheet.append(row)
            written += 1
    if sheet is None:
        book.create_sheet("measurements 1").append(list(measurements.COLUMNS))
    book.save(target)
    repack(target, {"docProps/core.xml": CORE.format(moment=f"{request.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")})


def _rows(table: pa.Table) -> Any:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


WRITERS: Mapping[str, Callable[[Store, export_request.Request, Path], None]] = {
    "csv": _csv,
    "parquet": _parquet,
    "xlsx": _xlsx,
}


def release() -> str:
    """Version of this program."""
    try:
        return version("clean-air-situation-centre")
    except PackageNotFoundError:
        return "unreleased"
