"""A snapshot in a folder: the measurements of a request and a description that lets anyone check them."""

import hashlib
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from pyarrow import parquet

from data.city import city as city_of
from data.parameters import PARAMETERS
from data.store import Store
from jobs import export

XLSX_ROWS = 1_000_000  # a sheet holds 1,048,576 rows; more rows go into further sheets


def write(store: Store, request: export.Request, form: str, folder: Path) -> dict[str, Any]:
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
        ``file``, ``description``, ``rows``, ``sha256``, ``left_out``.

    Raises
    ------
    ExportError
        When the folder cannot be written.
    """
    if request.excel and form != "csv":
        raise export.ExportError("excel applies to csv only; leave it out")
    target = folder / f"{request.stem()}.{form}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        WRITERS[form](store, request, target)
    except OSError as error:
        raise export.ExportError(f"{target}: cannot be written ({error.strerror}); choose another folder") from error
    plan = export.plan(store, request)
    about = describe(request, plan, target)
    beside = target.with_suffix(f"{target.suffix}.json")
    beside.write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    return {
        "file": str(target),
        "description": str(beside),
        "rows": plan.rows,
        "sha256": about["sha256"],
        "left_out": plan.left_out.to_dict("records"),
    }


def describe(request: export.Request, plan: export.Plan, target: Path) -> dict[str, Any]:
    """
    What a reader must know of a file: period, zone, units, flags, licences, what was left out, checksum.

    Parameters
    ----------
    request, plan
        What was asked and what left.
    target : Path
        The file.

    Returns
    -------
    dict
        JSON-ready.
    """
    where = city_of(request.city)
    return {
        "file": target.name,
        "sha256": _digest(target),
        "bytes": target.stat().st_size,
        "release": _release(),
        "city": {"key": where.key, "names": dict(where.names), "time_zone": str(where.zone)},
        "from": request.start.isoformat(),
        "to": request.end.isoformat(),
        "as_of": request.as_of.isoformat(),
        "parameters": list(request.parameters or PARAMETERS),
        "flags": request.flags,
        "rows": plan.rows,
        "rows_flagged": plan.flagged,
        "rows_by_kind": dict(plan.kinds),
        "simulated": "simulated" in plan.kinds,
        "sources": plan.sources.to_dict("records"),
        "left_out": plan.left_out.to_dict("records"),
        "columns": dict(export.COLUMNS),
        "units": {k: p.unit for k, p in PARAMETERS.items()},
        "note": "A missing value has no row. Values are flagged, not removed. Gases at 20 °C and 1013.25 hPa.",
    }


def _csv(store: Store, request: export.Request, target: Path) -> None:
    with target.open("wb") as file:
        for piece in export.measurements_csv(store, request):
            file.write(piece)


def _parquet(store: Store, request: export.Request, target: Path) -> None:
    with parquet.ParquetWriter(target, export.SCHEMA, compression="zstd") as writer:
        for table in export.tables(store, request):
            writer.write_table(table)


def _xlsx(store: Store, request: export.Request, target: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet, written, number = None, 0, 0
    for table in export.tables(store, request):
        for row in _rows(table):
            if sheet is None or written == XLSX_ROWS:
                number, written = number + 1, 0
                sheet = book.create_sheet(f"measurements {number}")
                sheet.append(list(export.COLUMNS))
            sheet.append(row)
            written += 1
    if sheet is None:
        book.create_sheet("measurements 1").append(list(export.COLUMNS))
    book.save(target)


def _rows(table: pa.Table) -> Any:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


WRITERS: Mapping[str, Callable[[Store, export.Request, Path], None]] = {"csv": _csv, "parquet": _parquet, "xlsx": _xlsx}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _release() -> str:
    try:
        return version("clean-air-situation-centre")
    except PackageNotFoundError:
        return "unreleased"
