"""Which line of a table is its heading: the first that a profile recognises, and the units under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from sources.files.headings import is_unit
from sources.files.numbers import number
from sources.files.profile import ImportFileError, Layout, Profile
from sources.files.use import Use, is_again, is_nameless, named, shown

SEARCHED = 30  # lines in which a heading is looked for
Line = Sequence[str | None]


@dataclass(frozen=True)
class Heading:
    """
    Where a table begins.

    Attributes
    ----------
    layout : Layout
        That recognised it.
    names : list of str
        Of columns, by position (`sources.files.use.named`), with the units of a line under them.
    use : Use
        What becomes of the columns.
    at, data : int
        Index of the heading's first line, and of the first line of values.
    units : int
        Cells of the line of units.
    """

    layout: Layout
    names: list[str]
    use: Use
    at: int
    data: int
    units: int


def found(lines: Sequence[Line], profile: Profile, file: str) -> Heading:
    """
    The heading among the first lines of a table.

    Parameters
    ----------
    lines : sequence of sequence of str or None
        Cells by position.
    profile : Profile
        Whose layouts are looked for.
    file : str
        For the message.

    Returns
    -------
    Heading
        Of the first line that a layout recognises; else of the first two that are one heading together, the lower
        cell over the upper.

    Raises
    ------
    ImportFileError
        What the likeliest line lacks; or a heading is there twice, or units stand where this format has none.
    """
    errors: list[tuple[int, ImportFileError]] = []
    tries = [(i, i + 1, line) for i, line in enumerate(lines[:SEARCHED]) if filled(line)]
    tries += [(i, i + 2, _over(a, b)) for i, (a, b) in enumerate(pairwise(lines[: SEARCHED + 1]))]
    for at, after, line in tries:
        names = named(line)
        try:
            layout = profile.recognise([n for n in names if not is_nameless(n)], file)
        except ImportFileError as error:
            errors.append((_words(line), error))
            continue
        return _with_units(layout, names, lines, at, after, profile, file)
    if not errors:
        raise ImportFileError("files.table.no_header", file=file)
    raise max(errors, key=lambda e: e[0])[1]


def joined(names: list[str], layout: Layout, line: Line, file: str) -> tuple[list[str], int]:
    """
    Names with the units of a first record that holds units and no value, and how many cells it has; 0 where none.

    Raises
    ------
    ImportFileError
        When units stand where this format has none.
    """
    under = _units(names, layout.used(names), line)
    if under and layout.use is None:
        raise ImportFileError("files.table.unit_line", file=file, line=1)
    return [f"{n}, {under[n]}" if n in under else n for n in names], filled(line) if under else 0


def filled(line: Line) -> int:
    """How many cells of a line say something."""
    return sum(1 for cell in line if cell is not None and str(cell).strip())


def _words(line: Line) -> int:
    """Cells that may be headings: text and no number."""
    return sum(1 for cell in line if cell and str(cell).strip() and not str(cell).strip()[0].isdigit())


def _over(upper: Line, lower: Line) -> list[str | None]:
    width = max(len(upper), len(lower))
    a, b = ([*line, *[None] * (width - len(line))] for line in (upper, lower))
    return [low if low and str(low).strip() else up for up, low in zip(a, b, strict=True)]


def _with_units(
    layout: Layout, names: list[str], lines: Sequence[Line], at: int, after: int, profile: Profile, file: str
) -> Heading:
    use = layout.used(names)
    twice = next((shown(n) for n in names if is_again(n) and shown(n) in (*use.values, *use.labels)), "")
    if twice:
        raise ImportFileError("files.table.doubled", parameter=twice, file=file, column=twice)
    below = next((i for i in range(after, len(lines)) if filled(lines[i])), None)
    under = {} if below is None else _units(names, use, lines[below])
    if not under or below is None:
        return Heading(layout, names, use, at, after, 0)
    if layout.use is None:
        raise ImportFileError("files.table.unit_line", file=file, line=below + 1)
    told = [f"{n}, {under[n]}" if n in under else n for n in names]
    return Heading(layout, told, layout.used(told), at, below + 1, filled(lines[below]))


def _units(names: list[str], use: Use, line: Line) -> dict[str, str]:
    """Name of a column of values → the unit under it, where the line holds units and no value."""
    under = {n: str(c) for n, c in zip(names, line, strict=False) if n in use.values and c and str(c).strip()}
    if not any(is_unit(u) for u in under.values()):
        return {}
    return {} if number(pd.Series(list(under.values()), dtype="str")).notna().any() else under
