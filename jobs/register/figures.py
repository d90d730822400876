"""What a register adds up to: how many rows are on the map, at work, planned, without a place, due for review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.facts import Due, Review
from data.store.reader import StoreReader
from jobs.register.overlay import read
from jobs.register.registers import Register, named

YEAR = timedelta(days=365)  # a row that names no day of its own is looked at again after a year


@dataclass(frozen=True)
class Figures:
    """
    Counts of sites.

    Attributes
    ----------
    rows, mapped, placeless : int
        All; with and without coordinates.
    active, planned : int
        By their status.
    due : int
        To be reviewed by the day asked about.
    """

    rows: int
    mapped: int
    placeless: int
    active: int
    planned: int
    due: int


def figures(rows: Sequence[Mapping[str, str]], due: Sequence[Due]) -> Figures:
    """
    Counts of rows of the register of sources.

    Examples
    --------
    >>> row = {"site": "a", "lat": "41.3", "lon": "69.2", "status": "planned"}
    >>> figures([row, {"site": "b", "lat": "", "lon": "", "status": "active"}], [])
    Figures(rows=2, mapped=1, placeless=1, active=1, planned=1, due=0)
    """
    mapped = sum(placed(row) for row in rows)
    of = {word: sum(row["status"] == word for row in rows) for word in ("active", "planned")}
    keys = {row["site"] for row in rows}
    return Figures(len(rows), mapped, len(rows) - mapped, of["active"], of["planned"], sum(d.row in keys for d in due))


def placed(row: Mapping[str, str]) -> bool:
    """Whether the register knows where a site lies: a point, or a line or an area that its file draws."""
    return bool(row["lat"] and row["lon"]) or bool(row.get("shape"))


def due_on(row: Mapping[str, str]) -> date | None:
    """
    The day on which a row is to be looked at again.

    Parameters
    ----------
    row : mapping of str to str
        Its ``review_by`` where it names one, else a year after it was ``checked``.

    Returns
    -------
    datetime.date or None
        None where neither is a day: it was never looked at.

    Examples
    --------
    >>> due_on({"checked": "2026-11-21"}), due_on({"review_by": "2027-01-01", "checked": "2026-11-21"})
    (datetime.date(2027, 11, 21), datetime.date(2027, 1, 1))
    """
    own, checked = _day(row.get("review_by", "")), _day(row.get("checked", ""))
    return own or (checked + YEAR if checked else None)


def review(store: StoreReader, register: str, today: date) -> Review:
    """
    The state of a register as it stands, edits included.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives.
    register : str
        Its name.
    today : datetime.date
        Rows that fall due by this day are told; a row that was never looked at is due today.
    """
    book = named(register)
    return of_rows(book, read(store, register), today)


def of_rows(book: Register, rows: Sequence[Mapping[str, str]], today: date) -> Review:
    """The state of a register's rows; see `review`."""
    days = [(row, due_on(row) or today) for row in rows]
    due = tuple(Due(book.name, row[book.key], day, row.get("owner", "")) for row, day in days if day <= today)
    return Review(book.name, len(rows), tuple(lack for row in rows for lack in book.check(row)), due)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
