"""A table as it lies in a file, cell by cell and by position, before anybody knows what its columns are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from sources.files.unpack import Seen

HEAD_LINES = 30  # leading lines among which a header is looked for; agencies' tables have 1 to 12 lines of titles


@dataclass(frozen=True)
class Line:
    """One line of a file or row of a sheet: its number, from 1, and its cells, "" where one is empty."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        """How many cells are not empty."""
        return sum(bool(cell.strip()) for cell in self.cells)


@dataclass(frozen=True)
class Broken:
    """A line whose cells cannot be told apart: its number, how many are not empty, and its beginning."""

    line: int
    cells: int
    excerpt: str = ""


@dataclass(frozen=True)
class Grid:
    """
    Some lines of a table.

    Attributes
    ----------
    table : DataFrame
        Columns by position, 0 to n − 1; every cell text, missing where it is empty (Parquet may keep its own types).
    first : int
        Number of the first of its lines.
    broken : tuple of Broken
        Lines with too many or too few fields, which are not in the table.
    why : str
        What is wrong with them, where it is something else.
    names : tuple of str
        Of the columns, where the format names them anew for each piece (records of JSON).
    numbers : sequence of int or None
        Of every line in the table, where lines between were empty.
    """

    table: pd.DataFrame
    first: int = 1
    broken: tuple[Broken, ...] = ()
    why: str = ""
    names: tuple[str, ...] = ()
    numbers: Sequence[int] | None = None

    def number(self, index: int) -> int:
        """Number in the file of a line of the table."""
        return self.numbers[index] if self.numbers is not None else self.first + index


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """
    One way of reading one table of a file.

    Attributes
    ----------
    name : str
        Of a workbook's sheet; empty where a file is one table.
    head : tuple of Line
        Its leading lines that are not empty, `HEAD_LINES` at most.
    rows : callable
        (place in `head` of the last line that is no row, width of the header) → pieces of the table below.
    letters : bool
        Whether a column without a name is called by its letter, as in a spreadsheet, or by its number.
    titled : bool
        Whether lines may stand above the header; Parquet and records name their columns themselves.
    even : float
        Share of the leading lines that have as many cells as most have: of several readings the most even counts.
    """

    name: str = ""
    head: tuple[Line, ...]
    rows: Callable[[int, int, Seen | None], Iterator[Grid]]
    letters: bool = False
    titled: bool = True
    even: float = 1.0

    def place(self, column: int) -> str:
        """
        What a column without a name is called.

        Examples
        --------
        >>> [Sheet(head=(), rows=lambda *_: iter(()), letters=True).place(i) for i in (0, 25, 26)]
        ['A', 'Z', 'AA']
        """
        if not self.letters:
            return str(column + 1)
        letters, rest = "", column + 1
        while rest:
            rest, one = divmod(rest - 1, 26)
            letters = chr(ord("A") + one) + letters
        return letters
