"""What the register of sources owes its reader: the shipped rows, what a row lacks, and which are due for review."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from urllib.parse import urlsplit

from data.city import city_files
from data.facts import Due, Lack, Review
from data.inventory.inventory import seed_rows
from data.inventory.parties import LANGUAGES, parties
from data.inventory.rows import COLUMNS, UNPLACED, faults
from data.inventory.spans import UNKNOWN, first, last, states_end, states_start

REGISTER = "inventory"
KEY = "site"
STALE = timedelta(days=365)  # a row compared so long after the date of its reference needs a note that says why
# What every row states, whatever it is; what it may state as not known is looked at by `_unstated`.
STATED = (
    "category", "subtype", "status", "owner", "read", "reference", "reference_date", "checked", "review_by",
    *(f"name_{one}" for one in LANGUAGES),
)  # fmt: skip
WRONG_MARKS = frozenset("'`‘’")  # stand for the letters ʻ (U+02BB) and ʼ (U+02BC) and are none


def seed() -> list[dict[str, str]]:
    """
    The shipped rows of every city, as text.

    Returns
    -------
    list of dict
        ``city`` and the columns of the register.

    Examples
    --------
    >>> [row["site"] for row in seed() if row["status"] == "halted"]
    ['maxam-chirchiq']
    """
    return [{"city": city, **row} for city in sorted(city_files()) for row in seed_rows(city)]


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row lacks or states wrongly.

    Parameters
    ----------
    row : mapping of str to str
        Cells by column; a missing one is empty.

    Returns
    -------
    tuple of Lack
        One per column, in the order of the register.

    Notes
    -----
    A position, a start or an end may be `unknown`: then the row says who was or would be asked, and when.

    Examples
    --------
    >>> row = next(row for row in seed() if row["site"] == "keles-landfill")
    >>> check(row), [lack.what for lack in check({**row, "asked": "", "owner": "somebody"})]
    ((), ['coord_quality', 'from', 'until', 'owner'])
    """
    cells = {column: str(row.get(column, "")).strip() for column in COLUMNS}
    wrong = {column for column, _ in faults(cells)}
    wrong |= {column for column in STATED if not cells[column]}
    wrong |= set(_unstated(cells)) | set(_unfounded(cells))
    return tuple(Lack(REGISTER, cells[KEY], column) for column in COLUMNS if column in wrong)


def review(today: date) -> Review:
    """
    The state of the shipped register.

    Parameters
    ----------
    today : date
        Rows whose `review_by` is this day or earlier are due.
    """
    rows = seed()
    lacks = tuple(lack for row in rows for lack in check(row))
    days = [(row, first(row["review_by"])) for row in rows]
    due = tuple(Due(REGISTER, row[KEY], on, row["owner"]) for row, on in days if on is not None and on <= today)
    return Review(REGISTER, len(rows), lacks, due)


def opens(address: str) -> bool:
    """
    Whether an address leads to a document; a home page does not.

    Examples
    --------
    >>> opens("https://www.inform.kz"), opens("https://hook.report/2023/07/trash/")
    (False, True)
    """
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and bool(parts.path.strip("/") or parts.query)


def _unstated(row: Mapping[str, str]) -> Iterator[str]:
    """Place, start and end that are neither known nor asked for."""
    asked = bool(row["ask"] and row["asked"])
    if not (row["lat"] or row["shape"] or (row["coord_quality"] == UNPLACED and asked)):
        yield "coord_quality"
    if not states_start(row["from"]) or (row["from"] == UNKNOWN and not asked):
        yield "from"
    ended = row["status"] in ("closed", "halted")
    if ended and (not states_end(row["until"]) or (row["until"] == UNKNOWN and not asked)):
        yield "until"


def _unfounded(row: Mapping[str, str]) -> Iterator[str]:
    """References, parties, dates and names that do not hold."""
    yield from (column for column in ("owner", "ask") if row[column] and row[column] not in parties())
    yield from (f"name_{one}" for one in LANGUAGES if WRONG_MARKS & set(row[f"name_{one}"]))
    dated, compared = last(row["reference_date"]), first(row["checked"])
    if (row["address"] and not opens(row["address"])) or (not row["address"] and dated is None):
        yield "address"
    if not row["note"] and (dated is None or (compared is not None and compared - dated > STALE)):
        yield "note"
    if row["capacity"] and not (row["capacity_year"] or row["note"]):
        yield "capacity_year"
