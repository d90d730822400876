"""What becomes of each column of a handed-over table: a value, a label of values, or left out by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Why nothing is made of a column, a line or a sheet; the words for people stand in the catalog ``files``.
UNKNOWN, NO_HEADING, UNIT_UNKNOWN = "unknown_column", "no_heading", "unit_unknown"
TITLE, OTHER_TABLE, NO_TABLE, BROKEN = "title", "other_table", "no_table", "broken_line"
_MARK = "\u2043"  # begins the name that a column without a heading gets, and no heading


@dataclass(frozen=True, kw_only=True)
class Use:
    """
    Columns of one table by what is made of them; every column stands in exactly one of the three.

    Attributes
    ----------
    values : tuple of str
        Each cell is one measurement that is read.
    labels : tuple of str
        Cells that say of which moment, station, unit or quality a value is.
    left_out : mapping of str to str
        Column → why nothing is made of it: ``unknown_column``, ``unit_unknown``, ….
    """

    values: tuple[str, ...]
    labels: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


def letters(at: int) -> str:
    """
    A column by the letters of Excel.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    name, rest = "", at + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(65 + digit) + name
    return name


def named(cells: Sequence[str | None]) -> list[str]:
    """
    Names of columns by position, each another: of an empty heading its letters, of a doubled one with them.

    Examples
    --------
    >>> named(["when", None, "PM10", "PM10"])
    ['when', '\u2043B', 'PM10', 'PM10\u2043D']
    """
    names: list[str] = []
    for at, cell in enumerate(cells):
        text = "" if cell is None else str(cell)
        name = text if text.strip() else _MARK + letters(at)
        names.append(name if name not in names else f"{name}{_MARK}{letters(at)}")
    return names


def is_nameless(name: str) -> bool:
    """Whether a column had no heading."""
    return name.startswith(_MARK)


def is_again(name: str) -> bool:
    """Whether a column's heading stands before it in the same table."""
    return _MARK in name[1:]


def shown(name: str) -> str:
    """A column as people find it: its heading, or its letters."""
    return name[1:] if is_nameless(name) else name.partition(_MARK)[0]
