"""When a row of a register begins and ends, as far as its cells say: days, months, years, "by" a year, or nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

COLUMNS = (("from", "until"), ("start", "end"), ("opened", "closed"))  # of sources; of measures; of cases
AHEAD = ("planned", "announced")  # statuses of what has not begun
BOUNDS = {"<": "≤", "≤": "≤", ">": "≥", "≥": "≥"}
DAY = re.compile(r"(<=|>=|≤|≥)?\s*(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True)
class Span:
    """
    The time of a row.

    Attributes
    ----------
    start, end : datetime.date or None
        Their first day where only a month or a year is stated; None where nothing is.
    bound : str
        ``≤`` where the row began by the start at the latest, ``≥`` where no earlier; else empty.
    ahead : bool
        Its status says that it has not begun.
    """

    start: date | None
    end: date | None
    bound: str = ""
    ahead: bool = False


def span(row: Mapping[str, str]) -> Span:
    """
    The time of a row.

    Parameters
    ----------
    row : mapping of str to str
        With one pair of `COLUMNS`; ``unknown`` and empty cells state no day.

    Examples
    --------
    >>> span({"from": "<=2015", "until": "2025-11-26", "status": "halted"})
    Span(start=datetime.date(2015, 1, 1), end=datetime.date(2025, 11, 26), bound='≤', ahead=False)
    >>> span({"start": "2027-01", "end": "", "status": "announced"}).ahead
    True
    """
    first, last = next((pair for pair in COLUMNS if pair[0] in row), COLUMNS[0])
    begun = row.get(first, "")
    start = day(begun)
    bound = BOUNDS.get(begun.strip()[:1], "") if start else ""
    return Span(start, day(row.get(last, "")), bound, row.get("status", "") in AHEAD)


def day(text: str) -> date | None:
    """
    The first day that a cell speaks of; None where it states none.

    Examples
    --------
    >>> day("2025"), day("2023-10"), day("2025-02-30"), day("unknown")
    (datetime.date(2025, 1, 1), datetime.date(2023, 10, 1), None, None)
    """
    found = DAY.fullmatch(text.strip())
    if not found:
        return None
    try:
        return date(int(found[2]), int(found[3] or 1), int(found[4] or 1))
    except ValueError:
        return None
