"""`cleanair index`: the air-quality index of every row of a CSV file."""

import gzip
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from data.column_names import renamed
from data.errors import CentreError
from data.parameters import PARAMETERS, UnitError, conversion
from jobs.tables import opened
from models.indices.aqi import STANDARDS, index_frame
from models.quality.columns import fault_codes, impossible
from sources.files import numbers

COLUMNS = ("parameter", "minutes", "value")
CHUNK = 200_000  # rows held at a time


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
        CSV or JSON, also gzipped, with ``parameter``, ``minutes`` (or ``averaging_minutes``) and ``value`` [µg/m³,
        gases at 20 °C, unless a column ``unit`` says otherwise]; all columns are carried along as they are.
    out : str or Path
        Where the table goes; gzipped when the name ends in ``.gz``. Replaced only when all went well.

    Returns
    -------
    dict
        ``standard``, ``rows``, ``indexed``, ``without`` (rows that get no index: value missing or left out, other
        averaging, other pollutant), ``left_out`` (``column, why, cells`` of values that nobody can have measured, are
        not understood or flagged invalid) and ``out``.

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
    except (IndexFileError, opened.WideFileError):
        raise
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise IndexFileError("jobs.file.gzip", file=source) from error
    except UnicodeDecodeError as error:
        raise IndexFileError("jobs.file.no_utf", file=source) from error
    except pd.errors.EmptyDataError as error:
        raise IndexFileError("jobs.file.empty", file=source, columns=COLUMNS) from error
    except (pd.errors.ParserError, json.JSONDecodeError) as error:
        raise IndexFileError("jobs.file.no_csv", file=source, cause=" ".join(str(error).split())) from error
    except OSError as error:
        file, cause = error.filename or source, error.strerror or error
        raise IndexFileError("jobs.file.unreadable", file=file, cause=cause) from error
    finally:
        part.unlink(missing_ok=True)
    return {"standard": standard, **counts, "out": str(target)}


def _written(standard: str, source: Path, part: Path, *, gzipped: bool) -> dict[str, Any]:
    rows = indexed = 0
    left: Counter[tuple[str, str]] = Counter()
    write: Callable[..., IO[str]] = gzip.open if gzipped else open  # type: ignore[assignment]
    with write(part, "wt", encoding="utf-8", newline="") as file:
        for number, chunk in enumerate(_chunks(source)):
            table = _indexed(standard, chunk, source, left)
            table.to_csv(file, index=False, header=number == 0, lineterminator="\n")
            rows += len(table)
            indexed += int((table["index"] != "").sum())
    told = [{"column": column, "why": why, "cells": cells} for (column, why), cells in sorted(left.items())]
    return {"rows": rows, "indexed": indexed, "without": rows - indexed, "left_out": told}


def _chunks(source: Path) -> Iterator[pd.DataFrame]:
    """The table as text, piece by piece."""
    packed = opened.is_packed(source)
    head = opened.begins(source, packed)
    if head[:1] in ("[", "{"):
        yield opened.records(source, packed, _suits).map(_text)
        return
    delimiter, skipped = opened.dialect(head, _suits)
    with opened.text_of(source, packed) as text, opened.even(source):
        yield from pd.read_csv(
            text, index_col=False, dtype=str, keep_default_na=False, chunksize=CHUNK, skipinitialspace=True,
            sep=delimiter, skiprows=skipped,
        )  # fmt: skip


def _suits(columns: list[str]) -> bool:
    names = renamed(columns)
    return set(COLUMNS) <= {names.get(name, name) for name in columns}


def _text(value: Any) -> str:
    """A member of a JSON record as an export writes it."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None or value != value else str(value)


def _indexed(standard: str, chunk: pd.DataFrame, source: Path, left: Counter[tuple[str, str]]) -> pd.DataFrame:
    own = chunk.rename(columns=renamed(chunk.columns))
    missing = [name for name in COLUMNS if name not in own]
    if missing:
        raise IndexFileError("jobs.file.no_column", parameter=missing[0], file=source, columns=missing, known=COLUMNS)
    asked = own[list(COLUMNS)].assign(parameter=own["parameter"].str.strip())
    asked["value"] = _values(own, asked["parameter"], source, left)
    found = index_frame(asked, standard)
    return chunk.assign(
        index=found["index"].astype("str").where(found["index"].notna(), ""),
        category=found["category"],
        beyond=found["beyond"].map({True: "true", False: ""}),
    )


def _values(own: pd.DataFrame, parameter: pd.Series, source: Path, left: Counter[tuple[str, str]]) -> pd.Series:
    """Values that an index can rest on, in the parameter's own unit; the others are missing and counted."""
    cells = numbers.read(own["value"])
    value, places = cells.value.to_numpy(dtype=float).copy(), parameter.reset_index(drop=True)
    gone = {"not_understood": (cells.reject != "").to_numpy()}
    if "flag" in own:
        gone["flag_invalid"] = (own["flag"].str.strip() == "invalid").to_numpy() & ~np.isnan(value)
    for name, rows in places.groupby(places).indices.items():
        value[rows] = _in_own_unit(value[rows], str(name), own["unit"].iloc[rows] if "unit" in own else None, source)
        for why, bad in impossible(value[rows], str(name)).items():
            gone.setdefault(why, np.zeros(len(value), dtype=bool))[rows] |= bad
    gone["fault_code"] = _codes(own, places, np.where(np.any(list(gone.values()), axis=0), np.nan, value))
    for why, bad in gone.items():
        for name, count in places[bad].value_counts().items():
            left[str(name), why] += int(count)
        value = np.where(bad, np.nan, value)
    return pd.Series(value, index=own.index)


def _in_own_unit(value: Any, parameter: str, units: pd.Series | None, source: Path) -> Any:
    if units is None or parameter not in PARAMETERS:
        return value
    made = value.copy()
    for unit in units.unique():
        if not unit.strip():
            continue
        try:
            factor, offset = conversion(parameter, unit)
        except UnitError as error:
            raise IndexFileError("jobs.file.refused", parameter="unit", file=source, cause=error) from error
        mine = (units == unit).to_numpy()
        if (factor, offset) != (1.0, 0.0):
            made[mine] = value[mine] * factor + offset
    return made


def _codes(own: pd.DataFrame, parameter: pd.Series, value: Any) -> Any:
    """Fault codes, where the file says which rows stand beside which."""
    if not {"station", "start"} <= set(own):
        return np.zeros(len(own), dtype=bool)
    start = pd.to_datetime(own["start"], utc=True, format="ISO8601", errors="coerce")
    minutes = pd.to_numeric(own["minutes"], errors="coerce")
    rows = pd.DataFrame({"station": own["station"], "start": start, "minutes": minutes}).reset_index(drop=True)
    rows = rows.assign(parameter=parameter, value=value)
    placed = (rows["start"].notna() & rows["minutes"].notna()).to_numpy()
    found = np.zeros(len(own), dtype=bool)
    found[placed] = fault_codes(rows[placed])
    return found
