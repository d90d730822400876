"""Files that people hand to a file command, as tables: CSV by any delimiter, JSON records, packed or not."""

import csv
import gzip
import json
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pandas as pd

from data.column_names import WIDE, renamed
from data.errors import CentreError

TIDY = ("station", "parameter", "start", "minutes", "value")
DELIMITERS = (",", ";", "\t")
HEAD = 64 << 10  # bytes in which a header must end
_GZIP = b"\x1f\x8b"

Suits = Callable[[list[str]], bool]


class WideFileError(CentreError, ValueError):
    """The file or an argument cannot be used; the sentence says what the person who named it must change."""

    who, status = "asker", 400


class WrongArgument(WideFileError):
    """An argument does not fit the file."""

    exit_status = 2


def is_tidy(columns: Iterable[str]) -> bool:
    """
    Whether there is one row per station, parameter and time, under whichever names.

    Examples
    --------
    >>> is_tidy(["station_id", "parameter", "value", "averaging_minutes", "time_start_utc"]), is_tidy(["date", "pm25"])
    (True, False)
    """
    there = list(columns)
    names = renamed(there)
    return set(TIDY) <= {names.get(name, name) for name in there}


def shaped(columns: list[str]) -> bool:
    """Whether columns are of one of the two shapes, tidy or wide."""
    return is_tidy(columns) or "date" in columns or "date" in renamed(columns, WIDE).values()


def whole_table(path: Path, suits: Suits = shaped) -> pd.DataFrame:
    """
    A file as a table, numbers where a whole column is numbers.

    Parameters
    ----------
    path : Path
        CSV divided by commas, semicolons or tabs, with or without ``sep=``, or JSON: a list of records, or an object
        that holds one. Gzipped or not.
    suits : callable
        (columns) → whether they are what is looked for; it chooses the delimiter and the list of records.

    Raises
    ------
    WideFileError
        When it cannot be read.
    """
    try:
        packed = is_packed(path)
        head = begins(path, packed)
        if head[:1] in ("[", "{"):
            return records(path, packed, suits)
        delimiter, skipped = dialect(head, suits)
        with even(path):
            return pd.read_csv(
                path, compression="gzip" if packed else None, encoding="utf-8-sig", sep=delimiter, skiprows=skipped,
                index_col=False,
            )  # fmt: skip
    except FileNotFoundError as error:
        raise WideFileError("jobs.file.absent", file=path) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise WideFileError("jobs.file.gzip", file=path) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, json.JSONDecodeError) as error:
        raise WideFileError("jobs.file.no_table", file=path) from error
    except OSError as error:
        raise WideFileError("jobs.file.unreadable", file=path, cause=error.strerror or error) from error


@contextmanager
def even(path: Path) -> Iterator[None]:
    """Refuse a table whose lines have more cells than its header: which of them belongs to which column is not told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            yield
        except pd.errors.ParserWarning as warning:
            raise WideFileError("jobs.file.ragged", file=path) from warning


def is_packed(path: Path) -> bool:
    """Whether a file is gzipped, whatever its name."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def text_of(path: Path, packed: bool) -> IO[str]:
    """A file as UTF-8 text, without its byte order mark."""
    if packed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open("r", encoding="utf-8-sig", newline="")


def begins(path: Path, packed: bool) -> str:
    """The first of a file's text, without blanks before it."""
    with text_of(path, packed) as text:
        return text.read(HEAD).lstrip("\r\n \t")


def dialect(head: str, suits: Suits) -> tuple[str, int]:
    """Delimiter, and how many lines stand before the header."""
    lines = head.splitlines()
    said = lines[0].strip('"') if lines else ""
    if said.lower().startswith("sep=") and len(said) == 5:
        return said[4], 1
    for delimiter in DELIMITERS:
        fields = next(csv.reader(lines[:1], delimiter=delimiter), [])
        if suits([field.strip() for field in fields]):
            return delimiter, 0
    return ",", 0


def records(path: Path, packed: bool, suits: Suits) -> pd.DataFrame:
    """The list of records that a JSON file is, or the first under one of its keys whose members suit."""
    with text_of(path, packed) as file:
        said: Any = json.load(file)
    lists = [said] if isinstance(said, list) else [v for v in said.values() if isinstance(v, list)]
    records = [one for one in lists if one and all(isinstance(r, dict) for r in one)]
    if not records:
        raise WideFileError("jobs.file.no_table", file=path)
    return pd.DataFrame(next((one for one in records if suits([str(name) for name in one[0]])), records[0]))
