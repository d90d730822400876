"""`cleanair index`: the air-quality index of every row of a CSV file."""

import gzip
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pandas as pd

from data.errors import CentreError
from jobs.tables.given import ALIASES
from models.indices.aqi import STANDARDS, index_frame

COLUMNS = ("parameter", "minutes", "value")
CHUNK = 200_000  # rows held at a time
_GZIP = b"\x1f\x8b"


class IndexFileError(CentreError, ValueError):
    """The file or the standard cannot be used; the sentence says what the person who named it must change."""

    who, status = "asker", 400


def run(standard: str, input: str | Path, out: str | Path) -> dict[str, Any]:
    """
    Add ``index`` and ``category`` to a CSV file.

    Parameters
    ----------
    standard : str
        One of `models.indices.aqi.STANDARDS`.
    input : str or Path
        CSV, also gzipped, with ``parameter``, ``minutes`` and ``value`` [µg/m³, gases at 20 °C]; further columns are
        carried along as they are.
    out : str or Path
        Where the table goes; gzipped when the name ends in ``.gz``. Replaced only when all went well.

    Returns
    -------
    dict
        ``standard``, ``rows``, ``indexed``, ``without`` (rows the standard gives no index: value missing or
        far below zero, other averaging, other pollutant) and ``out``.

    Raises
    ------
    IndexFileError
        Standard not known, column missing, or file not readable: one sentence.
    """
    if standard not in STANDARDS:
        raise IndexFileError("data.index.unknown", parameter="standard", standard=standard, known=list(STANDARDS))
    source, target = Path(input), Path(out)
    part = target.with_name(f".{target.name}.part")
    try:
        counts = _written(standard, source, part, gzipped=target.suffix == ".gz")
        os.replace(part, target)
    except IndexFileError:
        raise
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise IndexFileError("jobs.file.gzip", file=source) from error
    except UnicodeDecodeError as error:
        raise IndexFileError("jobs.file.no_utf", file=source) from error
    except pd.errors.EmptyDataError as error:
        raise IndexFileError("jobs.file.empty", file=source, columns=COLUMNS) from error
    except pd.errors.ParserError as error:
        raise IndexFileError("jobs.file.no_csv", file=source, cause=" ".join(str(error).split())) from error
    except OSError as error:
        file, cause = error.filename or source, error.strerror or error
        raise IndexFileError("jobs.file.unreadable", file=file, cause=cause) from error
    finally:
        part.unlink(missing_ok=True)
    return {"standard": standard, **counts, "out": str(target)}


def _written(standard: str, source: Path, part: Path, *, gzipped: bool) -> dict[str, int]:
    rows = indexed = 0
    write: Callable[..., IO[str]] = gzip.open if gzipped else open  # type: ignore[assignment]
    with _opened(source) as text:
        chunks = pd.read_csv(text, dtype=str, keep_default_na=False, chunksize=CHUNK, skipinitialspace=True)
        with chunks, write(part, "wt", encoding="utf-8", newline="") as file:
            for number, chunk in enumerate(chunks):
                table = _indexed(standard, chunk, source)
                table.to_csv(file, index=False, header=number == 0, lineterminator="\n")
                rows += len(table)
                indexed += int((table["index"] != "").sum())
    return {"rows": rows, "indexed": indexed, "without": rows - indexed}


def _opened(source: Path) -> IO[str]:
    with source.open("rb") as file:
        packed = file.read(2) == _GZIP
    if packed:
        return gzip.open(source, "rt", encoding="utf-8-sig", newline="")
    return source.open("r", encoding="utf-8-sig", newline="")


def _indexed(standard: str, chunk: pd.DataFrame, source: Path) -> pd.DataFrame:
    chunk = chunk.rename(columns={k: v for k, v in ALIASES.items() if v in COLUMNS and v not in chunk})
    missing = [name for name in COLUMNS if name not in chunk]
    if missing:
        raise IndexFileError("jobs.file.no_column", parameter=missing[0], file=source, columns=missing, known=COLUMNS)
    asked = chunk[list(COLUMNS)].assign(parameter=chunk["parameter"].str.strip())
    found = index_frame(asked, standard)
    return chunk.assign(
        index=found["index"].astype("str").where(found["index"].notna(), ""),
        category=found["category"],
        beyond=found["beyond"].map({True: "true", False: ""}),
    )
