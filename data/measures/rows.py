"""Rows of a register that ships as CSV: reading it, and what every row of every register here must state."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path

from data.facts import Due, Lack, Review

NAMES = ("name_en", "name_ru", "name_uz", "name_kk")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SPLIT = ";"  # between the entries of a cell that holds several
# A page, or a site and the number of its article where the whole address was not kept.
ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+(/\S*)?|[a-z0-9-]+(\.[a-z0-9-]+)+( [0-9./]+)?")
WRONG_MARKS = re.compile("[‘’'`]")  # in Uzbek the letters ʻ (U+02BB) and ʼ (U+02BC) stand where these are typed


def read(file: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """
    Rows of a file as text.

    Parameters
    ----------
    file : Path
        UTF-8 CSV with a header.
    columns : tuple of str
        Which it must have, in their order.

    Returns
    -------
    list of dict
        Every column of every row; an empty text where nothing is stated.

    Raises
    ------
    ValueError
        When a row has more or fewer cells than the header, or the header is another: the file is part of the release.
    """
    rows = csv.reader(StringIO(file.read_text("utf-8"), newline=""), strict=True)
    if tuple(next(rows)) != columns:
        raise ValueError(f"{file.name}: other columns than {columns}")
    return [{name: cell.strip() for name, cell in zip(columns, row, strict=True)} for row in rows]


def entries(cell: str) -> tuple[str, ...]:
    """
    What a cell that may hold several entries holds.

    Examples
    --------
    >>> entries("pm25; pm10"), entries("")
    (('pm25', 'pm10'), ())
    """
    return tuple(part.strip() for part in cell.split(SPLIT) if part.strip())


def number(cell: str) -> float | None:
    """
    A figure of a cell; None for an empty or a wrong one.

    Examples
    --------
    >>> number("10.5"), number(""), number("ten")
    (10.5, None, None)
    """
    try:
        return float(cell)
    except ValueError:
        return None


def day(cell: str) -> date | None:
    """A whole day of a cell; None for an empty or a wrong one."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def common(row: Mapping[str, str], key: str) -> Iterator[str]:
    """
    Columns that are wrong by the rules that all registers of this folder share.

    Parameters
    ----------
    row : mapping
        Column to text.
    key : str
        Column that holds the row's key.

    Yields
    ------
    str
        Name of a column: key, address, a name in some language, or a day of review.
    """
    if not KEY.fullmatch(row[key]):
        yield key
    if not ADDRESS.fullmatch(row["address"]):
        yield "address"
    for name in NAMES:
        if not row[name] or (name == "name_uz" and WRONG_MARKS.search(row[name])):
            yield name
    checked, review = day(row["checked"]), day(row["review_by"])
    if checked is None:
        yield "checked"
    if review is None or (checked is not None and review <= checked):
        yield "review_by"


def figures(row: Mapping[str, str], low: str, high: str, needs: Iterable[str]) -> Iterator[str]:
    """
    Columns of a range that are wrong: half a range, no number, upside down, or without what it rests on.

    Examples
    --------
    >>> list(figures({"low": "5", "high": "2", "basis": ""}, "low", "high", ("basis",)))
    ['high', 'basis']
    >>> list(figures({"low": "", "high": "", "basis": ""}, "low", "high", ("basis",)))
    []
    """
    written = [name for name in (low, high) if row[name]]
    if not written:
        return
    least, most = number(row[low]), number(row[high])
    if least is None:
        yield low
    if most is None or (least is not None and most < least):
        yield high
    yield from (name for name in needs if not row[name])


def reviewed(register: str, rows: list[dict[str, str]], key: str, lacks: Iterable[Lack], today: date) -> Review:
    """The state of a register on a day: what its rows lack, and those whose day of review has come."""
    due = tuple(
        Due(register, row[key], on) for row in rows if (on := day(row["review_by"])) is not None and on <= today
    )
    return Review(register, len(rows), tuple(lacks), due)
