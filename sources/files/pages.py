"""One table of a handed-over file: its columns by position, its pieces, and what stood beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sources.files.profile import Layout
from sources.files.use import TITLE


@dataclass(frozen=True)
class Chunk:
    """
    Some lines of a table.

    Attributes
    ----------
    table : DataFrame
        Every column text, missing where the cell is empty (Parquet keeps its own types).
    broken : int
        Lines with too many or too few fields, which are not in the table.
    excerpt : str
        The first of them.
    why : str
        What is wrong with them, where it is something else.
    cells : int
        Of the broken lines, those that say something.
    """

    table: pd.DataFrame
    broken: int = 0
    excerpt: str = ""
    why: str = ""
    cells: int = 0


@dataclass(frozen=True, kw_only=True)
class Left:
    """
    Something of a file that was not read.

    Attributes
    ----------
    what : str
        ``sheet``, ``column`` or ``line``.
    name : str
        Of the sheet or column, or the number of the line within its table.
    why : str
        A key of `sources.files.use`.
    cells : int
        How many of its cells below the heading say something.
    """

    what: str
    name: str
    why: str
    cells: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """
    One table.

    Attributes
    ----------
    layout : Layout
        That reads it.
    names : list of str
        Of columns, by position.
    chunks : iterator of Chunk
        Its lines; to be gone through before the next table of the file is asked for.
    sheet : str
        Of a workbook.
    left_out : list of Left
        Lines above the heading.
    units : int
        Cells of a line of units under the heading.
    """

    layout: Layout
    names: list[str]
    chunks: Iterator[Chunk]
    sheet: str = ""
    left_out: list[Left] = field(default_factory=list)
    units: int = 0


def titles(above: Sequence[Sequence[str | None]]) -> list[Left]:
    """Lines above a heading that say something; they stand not below it, so that their cells are not counted."""
    told = [i for i, line in enumerate(above) if any(cell and str(cell).strip() for cell in line)]
    return [Left(what="line", name=str(i + 1), why=TITLE, cells=0) for i in told]
