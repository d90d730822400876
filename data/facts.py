"""What a register of facts owes its reader: rows without a source, a status or dates, and rows due for review."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Lack:
    """
    Something a row ought to state and does not; whoever keeps the register must enter it.

    Attributes
    ----------
    register : str
        Of which the row is one: `acts`, `limits`, `triggers`, `inventory`, `measures`, `techniques`, `cases`.
    row : str
        Key of the row.
    what : str
        Column that is missing or wrong, e.g. `source`, `status`, `from`.
    """

    register: str
    row: str
    what: str


@dataclass(frozen=True)
class Due:
    """
    A row that somebody must look at again.

    Attributes
    ----------
    register, row : str
        As in `Lack`.
    on : datetime.date
        The day it falls due.
    owner : str
        Who reviews it; empty where nobody is named.
    """

    register: str
    row: str
    on: date
    owner: str = ""


@dataclass(frozen=True)
class Review:
    """
    The state of one register.

    Attributes
    ----------
    register : str
        Its name.
    rows : int
        How many it has.
    lacks : tuple of Lack
        What is missing; none in a register that ships.
    due : tuple of Due
        What is to be reviewed by the day asked about.
    """

    register: str
    rows: int
    lacks: tuple[Lack, ...] = ()
    due: tuple[Due, ...] = ()


def lacking(register: str, row: str, cells: Iterable[tuple[str, str]]) -> tuple[Lack, ...]:
    """
    The columns of a row that are empty.

    Parameters
    ----------
    register, row : str
        Whose they are.
    cells : iterable of (str, str)
        Column and text of everything that must be stated.

    Returns
    -------
    tuple of Lack
        One per empty cell.

    Examples
    --------
    >>> lacking("measures", "lorries", [("act", "uz-up-229-2025"), ("start", " ")])
    (Lack(register='measures', row='lorries', what='start'),)
    """
    return tuple(Lack(register, row, column) for column, text in cells if not text.strip())
