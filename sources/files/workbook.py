"""Excel workbooks as tables: each sheet under its own heading, each cell by its position."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pandas as pd

from sources.files import cells, heading, sheets
from sources.files.damage import damage
from sources.files.delimited import MOST_COLUMNS
from sources.files.pages import Chunk, Left, Page, titles
from sources.files.profile import ImportFileError, Profile
from sources.files.unpack import Seen
from sources.files.use import NO_TABLE, OTHER_TABLE, named

SHEET_ROWS = 50_000
Row = tuple[Any, ...]


def pages(path: Path, profile: Profile, seen: Seen | None = None) -> Iterator[Page | Left]:
    """Every sheet that the profile recognises, and the others by name with the number of their cells."""
    try:
        sheets.checked(path)
        yield from _sheets(path, profile)
    except ImportFileError:
        raise
    except Exception as error:  # openpyxl raises whatever its XML reader met
        raise damage(path, error) from error


def _sheets(path: Path, profile: Profile) -> Iterator[Page | Left]:
    from openpyxl import load_workbook  # 0.2 s, for Excel files alone

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    errors: list[tuple[int, ImportFileError]] = []
    read = 0
    for sheet in book.worksheets:
        rows = sheets.counted(sheet.iter_rows(values_only=True), path.name)
        first = list(islice(rows, heading.SEARCHED + 5))
        lines = [[cells.text(cell) for cell in row] for row in first]
        width = max((_width(line) for line in lines), default=0)
        if not width:
            continue
        if width > MOST_COLUMNS:
            raise ImportFileError("files.table.columns", file=path.name, most=MOST_COLUMNS)
        try:
            found = heading.found([line[:width] for line in lines], profile, path.name)
        except ImportFileError as error:
            if error.parameter and error.key == "files.table.doubled":
                raise
            errors.append((max(map(heading.filled, lines)), error))
            count = sum(heading.filled(list(map(cells.text, row))) for row in chain(first, rows))
            several = max(map(heading.filled, lines)) > 2
            yield Left(what="sheet", name=sheet.title, why=OTHER_TABLE if several else NO_TABLE, cells=count)
            continue
        read += 1
        yield Page(
            layout=found.layout,
            names=found.names,
            sheet=sheet.title,
            left_out=titles(lines[: found.at]),
            units=found.units,
            chunks=_pieces(chain(first[found.data :], rows), found.names),
        )
    if not read:
        raise max(errors, key=lambda e: e[0])[1] if errors else ImportFileError("files.excel.no_header", file=path.name)


def _width(line: list[str | None]) -> int:
    return max((i + 1 for i, cell in enumerate(line) if cell is not None), default=0)


def _pieces(rows: Iterator[Row], names: list[str]) -> Iterator[Chunk]:
    held: list[list[str | None]] = []
    for row in rows:
        line = [cells.text(cell) for cell in row]
        if width := _width(line):
            held.append(line[: max(width, len(names))])
        if len(held) == SHEET_ROWS:
            yield Chunk(_table(held, names))
            held = []
    yield Chunk(_table(held, names))


def _table(rows: list[list[str | None]], names: list[str]) -> pd.DataFrame:
    """Lines under the columns of the heading; a cell beyond it stands in a column without one."""
    width = max((len(row) for row in rows), default=0)
    wide = [*names, *named([None] * width)[len(names) :]]
    filled = [row + [None] * (len(wide) - len(row)) for row in rows]
    return pd.DataFrame(filled, columns=pd.Index(wide), dtype="str")
