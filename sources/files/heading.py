"""Where the header of a table stands, what stands above and directly below it, and which column has which name."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from data.parameters import UnitError, spell_unit
from sources.files.grid import Line, Sheet
from sources.files.profile import ImportFileError, Layout
from sources.files.use import Use

Recognise = Callable[[Sequence[str], str], Layout | None]

TITLE, SECOND, NUMBERS = "title", "second_header", "column_numbers"
LEAST = 3  # a time, a station and a value: what a table cannot do without
# A cell of a row, and of no header: it begins with a figure, or holds a year or a number of a thing.
FIGURE = re.compile(r"^\s*[<>≤≥+\-−]?\s*\d|\d{3}")
UNNAMED, DOUBLED = "unnamed_column", "doubled_column"


@dataclass(frozen=True, kw_only=True)
class Header:
    """
    The header of a table.

    Attributes
    ----------
    line : int
        Its number in the file or sheet.
    last : int
        Place among the leading lines of the last one that is no row.
    names : tuple of str
        By position; with the unit of a line of units below it.
    layout : Layout or None
        What the table is; None where nobody asked.
    use : Use or None
        What becomes of its columns, of each name once.
    apart : mapping of int to (str, str)
        Columns that are no part of the table, by position: what to call each, and why.
    left_out : tuple of (Line, str)
        Lines that are no rows, and why: titles, a second header line, numbers of columns.
    units : Line or None
        The line of units.
    """

    line: int
    last: int
    names: tuple[str, ...]
    layout: Layout | None
    use: Use | None
    apart: Mapping[int, tuple[str, str]]
    left_out: tuple[tuple[Line, str], ...] = ()
    units: Line | None = None


@dataclass(frozen=True)
class Sought:
    """A header that was not found: the best sentence that says why, and how far the nearest line was from one."""

    error: ImportFileError
    lacking: tuple[float, int] = field(default=(1.0, 0))


def find(sheet: Sheet, recognise: Recognise, file: str) -> Header | Sought:
    """
    The first of the leading lines that is recognised as a header.

    Parameters
    ----------
    sheet : Sheet
        One way of reading a table.
    recognise : callable
        (cells of a line, name of the file) → layout; raises where they are none.
    file : str
        Name of the file, for sentences.

    Returns
    -------
    Header or Sought
        The second where no line is one.

    Raises
    ------
    ImportFileError
        When the header is there and cannot be followed: a name stands in it twice, or a further line below it says
        something that would change the meaning of the values.
    """
    missed: list[Sought] = []
    for place, line in enumerate(sheet.head):
        cells = tuple(cell if cell.strip() else "" for cell in line.cells)
        try:
            layout = recognise(cells, file)
        except ImportFileError as error:
            missed.append(_missed(error, line, sheet, file))
            continue
        return _below(sheet, recognise, file, place, cells, layout)
    none = Sought(ImportFileError("files.table.no_header", file=file))
    return min(missed, key=lambda one: one.lacking, default=none)


def _missed(error: ImportFileError, line: Line, sheet: Sheet, file: str) -> Sought:
    """How near a line came; where it is not the first, the sentence says which it is."""
    lacking = error.words.get("lacking") or ()
    share = len(lacking) / max(int(error.words.get("needed", LEAST)), len(lacking), 1)
    if share < 1 and line is not sheet.head[0]:
        error = ImportFileError(
            "files.table.nearest", parameter=error.parameter, file=file, line=line.number, cause=error
        )
    return Sought(error, (share, -line.filled if share < 1 else 0))


def named(
    cells: Sequence[str], layout: Layout | None, sheet: Sheet, file: str
) -> tuple[Use | None, dict[int, tuple[str, str]]]:
    """
    What becomes of columns, and which of them are no part of the table, by position.

    Raises
    ------
    ImportFileError
        When two columns of one name would be used: nobody can tell which is meant.
    """
    use = layout.use(tuple(dict.fromkeys(cell for cell in cells if cell))) if layout else None
    apart: dict[int, tuple[str, str]] = {}
    first: dict[str, str] = {}
    for place, cell in enumerate(cells):
        plain = " ".join(cell.split()).casefold() if use else cell
        if not plain:
            apart[place] = (sheet.place(place), UNNAMED)
        elif plain in first:
            if use is None or not {cell, first[plain]} <= set(use.left_out):
                raise ImportFileError("files.table.doubled", parameter=cell, file=file, column=" ".join(cell.split()))
            if cell == first[plain]:
                apart[place] = (cell, DOUBLED)
        else:
            first[plain] = cell
    return use, apart


def _below(
    sheet: Sheet, recognise: Recognise, file: str, place: int, cells: tuple[str, ...], layout: Layout | None
) -> Header:
    """A header with what the lines directly below it say."""
    left_out = [(line, TITLE) for line in sheet.head[:place]]
    use, apart = named(cells, layout, sheet, file)
    names, units, last = cells, None, place
    for line in sheet.head[place + 1 :] if sheet.titled else ():
        if use is None:
            break
        if _counts(line):
            left_out.append((line, NUMBERS))
        elif not _wordy(line):
            break
        elif units is None and _units(line, cells, use):
            names, units = _joined(names, line, use), line
            layout = _with_units(recognise, names, line, file)
            use, apart = named(names, layout, sheet, file)
        else:
            _harmless(line, names, use, file)
            left_out.append((line, SECOND))
        last += 1
    return Header(
        line=sheet.head[place].number, last=last, names=names, layout=layout, use=use, apart=apart,
        left_out=tuple(left_out), units=units,
    )  # fmt: skip


def _counts(line: Line) -> bool:
    """Whether a line numbers its columns, as the tables of forms do: 1, 2, 3, …."""
    cells = [cell.strip() for cell in line.cells if cell.strip()]
    return len(cells) > 2 and cells == [str(i) for i in range(1, len(cells) + 1)]


def _wordy(line: Line) -> bool:
    """Whether a line is no row: each of its cells is a word or a unit, while a row has at least a time."""
    cells = [cell for cell in line.cells if cell.strip()]
    worded = any(c.isalpha() for cell in cells for c in cell) or any(map(is_unit, cells))
    return worded and not any(FIGURE.search(cell) for cell in cells)


def _units(line: Line, names: Sequence[str], use: Use) -> bool:
    """Whether a line holds the units of the columns that are no labels."""
    cells = [c for c, name in zip(line.cells, names, strict=False) if c.strip() and name and name not in use.labels]
    return any(map(is_unit, cells))


def is_unit(text: str) -> bool:
    """
    Whether a text is a unit that we know.

    Examples
    --------
    >>> is_unit("мг/м³"), is_unit("NO2"), is_unit("")
    (True, False, False)
    """
    word = text.strip().strip("()[]")
    try:
        return bool(word) and not word.isdigit() and bool(spell_unit(word))
    except UnitError:
        return False


def _joined(names: Sequence[str], line: Line, use: Use) -> tuple[str, ...]:
    """Names with the units below them, as a header of one line has them: "NO2, мг/м³"."""
    cells = [*line.cells, *[""] * len(names)]
    return tuple(
        f"{name}, {cell.strip().strip('()[]')}" if name and cell.strip() and name not in use.labels else name
        for name, cell in zip(names, cells, strict=False)
    )


def _with_units(recognise: Recognise, names: Sequence[str], line: Line, file: str) -> Layout | None:
    """The layout by names with units; one whose units are its own cannot follow others."""
    try:
        return recognise(names, file)
    except ImportFileError as error:
        units = [cell.strip() for cell in line.cells if is_unit(cell)]
        raise ImportFileError("files.table.units_line", file=file, line=line.number, units=units) from error


def _harmless(line: Line, names: Sequence[str], use: Use, file: str) -> None:
    """Refuse a second header line that says something of values: a maximum is no mean."""
    for name, cell in zip(names, line.cells, strict=False):
        if name in use.values and cell.strip():
            raise ImportFileError(
                "files.table.second_line", parameter=name, file=file, line=line.number, words=cell.strip(), column=name
            )
