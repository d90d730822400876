"""Sheets of an Excel workbook, row by row and by position."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sources.files import sheets
from sources.files.cells import text
from sources.files.damage import damage
from sources.files.grid import HEAD_LINES, Grid, Line, Sheet
from sources.files.profile import ImportFileError
from sources.files.text import MOST_COLUMNS
from sources.files.unpack import Seen

ROWS = 50_000  # held at once

Row = tuple[int, tuple[Any, ...]]


def readings(path: Path) -> list[Sheet]:
    """
    The sheets of a workbook, in its order; charts are none.

    Raises
    ------
    ImportFileError
        When it is damaged, locked, a trap, or has more than `MOST_COLUMNS` columns.
    """
    return list(_careful(path, lambda: iter(_sheets(path))))


def _careful(path: Path, work: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """One sentence for whatever openpyxl raises, which is whatever its XML reader met."""
    try:
        yield from work()
    except ImportFileError:
        raise
    except Exception as error:
        raise damage(path, error) from error


def _sheets(path: Path) -> list[Sheet]:
    sheets.checked(path)
    found = []
    book = _opened(path)
    for place, sheet in enumerate(book.worksheets):
        head = tuple(_head(_filled(sheet, path.name)))
        found.append(Sheet(name=str(sheet.title), head=head, rows=_reader(path, place, head), letters=True))
    book.close()
    return found


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook  # 0.2 s, for Excel files alone

    return load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _filled(sheet: Any, name: str) -> Iterator[Row]:
    """Rows that are not empty, with their numbers."""
    sheet.reset_dimensions()  # what a sheet says of its own size may cut it
    for number, row in enumerate(sheets.counted(sheet.iter_rows(values_only=True), name), 1):
        if any(cell is not None for cell in row):
            if len(row) > MOST_COLUMNS:
                raise ImportFileError("files.table.columns", file=name, most=MOST_COLUMNS)
            yield number, row


def _head(rows: Iterator[Row]) -> Iterator[Line]:
    found = 0
    for number, row in rows:
        line = Line(number, tuple(text(cell) or "" for cell in row))
        if line.filled:
            found += 1
            yield line
        if found == HEAD_LINES:
            return


def _reader(path: Path, place: int, head: tuple[Line, ...]) -> Callable[[int, int, Seen | None], Iterator[Grid]]:
    """Rows below a line of the head; with −1, all rows."""

    def rows(last: int, width: int, seen: Seen | None) -> Iterator[Grid]:
        after = head[last].number if last >= 0 else 0
        return _careful(path, lambda: _pieces(path, place, after, width))

    return rows


def _pieces(path: Path, place: int, after: int, width: int) -> Iterator[Grid]:
    book = _opened(path)
    held: list[list[str | None]] = []
    numbers: list[int] = []
    for number, row in _filled(book.worksheets[place], path.name):
        if number <= after:
            continue
        held.append([text(cell) for cell in row])
        numbers.append(number)
        if len(held) == ROWS:
            yield _grid(held, numbers, width)
            held, numbers = [], []
    if held:
        yield _grid(held, numbers, width)
    book.close()


def _grid(rows: list[list[str | None]], numbers: list[int], width: int) -> Grid:
    """Rows as wide as the widest: a cell beyond the header is a cell."""
    width = max(width, *map(len, rows))
    full = [row + [None] * (width - len(row)) for row in rows]
    return Grid(pd.DataFrame(full, columns=pd.RangeIndex(width), dtype="str"), numbers[0], numbers=numbers)
