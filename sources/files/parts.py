"""Tables of a handed-over file: each recognised by its own header, every other cell of the file counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from sources.files import heading, reading, signature, text, workbook
from sources.files.grid import Broken, Grid, Line, Sheet
from sources.files.heading import Header, Recognise, Sought
from sources.files.profile import ImportFileError, Layout, Profile
from sources.files.unpack import Seen
from sources.files.use import FEW, Use

UTF8 = ("utf-8",)
OTHER, BLANK, AGAIN = "other_table", "empty_sheet", "repeated_header"
BELOW = 4  # lines that a further header may have, its units among them
LOOKED = 200  # lines of a piece that are asked whether they are a further header


@dataclass(frozen=True)
class Chunk:
    """
    Some lines of a table.

    Attributes
    ----------
    table : DataFrame
        Its named columns, text, missing where the cell is empty (Parquet may keep its own types).
    broken : int
        Lines with too many or too few fields, which are not in the table.
    excerpt : str
        The first of them.
    why : str
        What is wrong with them, where it is something else.
    lines : tuple of Broken
        Each of them.
    layout : Layout or None
        What the table is.
    use : Use or None
        What becomes of its columns.
    apart : mapping of (str, str) to int
        Column that is no part of the table, and why → its cells that are not empty.
    again : tuple of Broken
        Header lines between the rows.
    beside : mapping of str to tuple of str
        Column without a name → its different cells, where they are few: units may stand in it.
    """

    table: pd.DataFrame
    broken: int = 0
    excerpt: str = ""
    why: str = ""
    lines: tuple[Broken, ...] = ()
    layout: Layout | None = None
    use: Use | None = None
    apart: Mapping[tuple[str, str], int] = field(default_factory=dict)
    again: tuple[Broken, ...] = ()
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    One table of a file: a sheet of a workbook, or all of it.

    Attributes
    ----------
    file, sheet : str
        Names; `sheet` is empty where the file is one table.
    header : Header or None
        None where no header of the profile was found; then `why` says what it is and all its cells are left out.
    """

    file: str
    sheet: str
    way: Sheet
    recognise: Recognise
    header: Header | None = None
    why: str = ""

    def chunks(self, seen: Seen | None = None) -> Iterator[Chunk]:
        """
        The table, piece by piece.

        Raises
        ------
        ImportFileError
            When the file is cut off, damaged, too large or not written as its beginning is.
        """
        if self.header is None:
            return
        above = self.header
        for grid in self.way.rows(above.last, len(above.names), seen):
            if grid.names:
                above = self._renamed(above, grid.names)
            pieces = []
            for header, piece, again in self._divided(above, grid):
                pieces.append(replace(_chunk(header, piece, self.way), again=again))
                above = header
            yield from pieces[:-1]
            said = next((one.excerpt for one in grid.broken if one.excerpt), "")
            yield replace(pieces[-1], broken=len(grid.broken), excerpt=said, why=grid.why, lines=grid.broken)

    def filled(self) -> int:
        """Cells that are not empty, of a table that is left out."""
        return sum(int(grid.table.notna().to_numpy().sum()) for grid in self.way.rows(-1, 1, None))

    def _renamed(self, header: Header, names: tuple[str, ...]) -> Header:
        use, apart = heading.named(names, header.layout, self.way, self.file)
        return replace(header, names=names, use=use, apart=apart)

    def _divided(self, header: Header, grid: Grid) -> Iterator[tuple[Header, pd.DataFrame, tuple[Broken, ...]]]:
        """Rows by the header above them: below a table another may follow, with columns of its own."""
        table, begin = grid.table, 0
        again: tuple[Broken, ...] = ()
        for at in _suspects(header, table) if self.way.titled else ():
            lines = tuple(_line(table, grid, place) for place in range(at, min(at + BELOW, len(table))))
            found = _headed(lines[0], replace(self.way, head=lines), self.recognise, self.file)
            if at < begin or found is None:
                continue
            yield header, table.iloc[begin:at].reset_index(drop=True), again
            header, begin = header if _same(header, found) else found, at + 1 + found.last
            again = tuple(Broken(line.number, line.filled) for line in lines[: found.last + 1])
        yield header, table.iloc[begin:].reset_index(drop=True) if begin else table, again


def _same(header: Header, again: Header) -> bool:
    """Whether a header is repeated without the line of units that stood under it the first time."""
    pairs = zip(header.names, again.names, strict=False)
    return len(header.names) == len(again.names) and all(a == b or a.startswith(f"{b}, ") for a, b in pairs)


def _suspects(header: Header, table: pd.DataFrame) -> Sequence[int]:
    """Lines that may be a header: without a figure where nearly all others have one, as a time has."""
    if header.use is None or table.empty:
        return ()
    for place, name in enumerate(header.names):
        if name in header.use.labels and place in table and place not in header.apart:
            cells = table[place].astype("str") if not _textual(table[place]) else table[place]
            odd = ~cells.str.contains(r"\d", regex=True, na=True)
            if odd.mean() <= 0.5:
                return [int(i) for i in odd.to_numpy().nonzero()[0][:LOOKED]]
    return range(min(len(table), LOOKED))


def _line(table: pd.DataFrame, grid: Grid, place: int) -> Line:
    return Line(grid.number(place), tuple("" if pd.isna(c) else str(c) for c in table.iloc[place]))


def _headed(line: Line, way: Sheet, recognise: Recognise, file: str) -> Header | None:
    """A header between the rows, with what the lines below it say; None where the line is none."""
    try:
        recognise(line.cells, file)
    except ImportFileError:
        return None
    found = heading.find(way, recognise, file)
    return found if isinstance(found, Header) else None


def _textual(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)


def _chunk(header: Header, table: pd.DataFrame, way: Sheet) -> Chunk:
    """Rows under their names; what has none is counted and not passed on."""
    apart: dict[tuple[str, str], int] = {}
    beside: dict[str, tuple[str, ...]] = {}
    kept = []
    for place in range(table.shape[1]):
        if place < len(header.names) and place not in header.apart:
            kept.append(place)
            continue
        of = header.apart.get(place, (way.place(place), heading.UNNAMED))
        filled = int(table[place].notna().sum())
        if filled:
            apart[of] = apart.get(of, 0) + filled
            told = table[place].dropna().astype("str").unique()
            beside |= {of[0]: tuple(told)} if len(told) <= FEW else {}
    made = table if len(kept) == table.shape[1] else table[kept]
    made = made.set_axis([header.names[place] for place in kept], axis=1)
    return Chunk(made, layout=header.layout, use=header.use, apart=apart, beside=beside)


def parts(path: Path, profile: Profile) -> list[Part]:
    """
    The tables of a file.

    Parameters
    ----------
    path : Path
        CSV or records, gzip or not; a workbook or Parquet where the profile takes these.
    profile : Profile
        Whose layouts are looked for.

    Returns
    -------
    list of Part
        Every sheet, whether it is a table of the profile or is left out; at least one is a table.

    Raises
    ------
    ImportFileError
        When none is: the sentence says what was looked for and which line came nearest.
    """
    recognise = profile.recognise
    ways = _ways(path, profile.binary, profile.encodings, profile.typed)
    found, sought = [], []
    for tried in ways:
        made, missed = _part(path, tried, recognise)
        found.append(made)
        sought += missed
    if not any(part.header for part in found):
        raise min(sought, key=lambda one: one.lacking).error if sought else _headless(path)
    return found


def _headless(path: Path) -> ImportFileError:
    return ImportFileError("files.excel.no_header", file=path.name)


def _ways(path: Path, binary: bool, encodings: Sequence[str], typed: bool) -> list[list[Sheet]]:
    """For every table of a file, the ways in which it may be read."""
    what = signature.kind(path, encodings)
    if what in _NO_TEXT and not binary:
        raise ImportFileError(_NO_TEXT[what], file=path.name)
    if what == "text":
        return [text.readings(path, encodings)]
    if what == "sheet":
        return [[sheet] for sheet in workbook.readings(path)]
    return [[reading.parquet(path, typed) if what == "parquet" else reading.records(path)]]


_NO_TEXT = {"sheet": "files.open.sheet", "parquet": "files.open.parquet"}


def _part(path: Path, ways: Sequence[Sheet], recognise: Recognise) -> tuple[Part, list[Sought]]:
    """A table by the first way in which it is one."""
    missed: list[Sought] = []
    for way in ways:
        found = heading.find(way, recognise, path.name)
        if isinstance(found, Header):
            return Part(file=path.name, sheet=way.name, way=way, recognise=recognise, header=found), missed
        missed += [found] if way.head else []
    why = OTHER if any(way.head for way in ways) else BLANK
    return Part(file=path.name, sheet=ways[0].name, way=ways[0], recognise=recognise, why=why), missed


def _any(cells: Sequence[str], file: str) -> None:
    """A header of any file: whatever stands first."""


def header(path: Path, binary: bool = False, encodings: Sequence[str] = UTF8) -> list[str]:
    """
    Column names of a file whose format nobody knows, as its first line has them.

    Parameters
    ----------
    path : Path
        Of a CSV (gzip or not), or of Excel or Parquet where `binary`.
    binary : bool
        Whether these two are allowed.
    encodings : sequence of str
        In which a text may be written; the first that fits.

    Returns
    -------
    list of str
        As written.

    Raises
    ------
    ImportFileError
        When there is no header to read.
    """
    ways = _ways(path, binary, encodings, True)[0]
    found = heading.find(ways[0], _any, path.name)
    if isinstance(found, Sought):
        raise found.error
    return [name for place, name in enumerate(found.names) if place not in found.apart]


def chunks(
    path: Path, binary: bool = False, seen: Seen | None = None, encodings: Sequence[str] = UTF8
) -> Iterator[Chunk]:
    """
    A file whose format nobody knows, piece by piece, under the names of its first line.

    Parameters
    ----------
    path, binary, encodings
        As for `header`.
    seen : callable, optional
        Told how many bytes on disk were used.

    Yields
    ------
    Chunk
        At most some 100,000 lines each.

    Raises
    ------
    ImportFileError
        When it is cut off, damaged, too large or not UTF-8.
    """
    for ways in _ways(path, binary, encodings, True):
        part, missed = _part(path, ways, _any)
        if missed:
            raise missed[0].error
        yield from part.chunks(seen)


__all__ = ["Chunk", "Part", "chunks", "header", "parts"]
