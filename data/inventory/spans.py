"""Days and periods as the register writes them: a day, a month, a year, a bound such as `<=2015`, or `unknown`."""

import re
from calendar import monthrange
from datetime import date

UNKNOWN = "unknown"
BOUND = "<="  # at work by then at the latest; the first day itself is not known
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def first(text: str) -> date | None:
    """
    First day of what a cell names.

    Parameters
    ----------
    text : str
        ``2023``, ``2023-10`` or ``2023-10-05``.

    Returns
    -------
    date or None
        None where the text names no day, also for `UNKNOWN` and for a bound.

    Examples
    --------
    >>> first("2023"), first("2023-10"), first("<=2015"), first("2023-13")
    (datetime.date(2023, 1, 1), datetime.date(2023, 10, 1), None, None)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        return date(year, month or 1, day or 1)
    except ValueError:
        return None


def last(text: str) -> date | None:
    """
    Last day of what a cell names.

    Examples
    --------
    >>> last("2023"), last("2024-02"), last("2025-11-26"), last("unknown")
    (datetime.date(2023, 12, 31), datetime.date(2024, 2, 29), datetime.date(2025, 11, 26), None)
    """
    begun = first(text)
    if begun is None or text.count("-") == 2:
        return begun
    month = begun.month if "-" in text else 12
    return date(begun.year, month, monthrange(begun.year, month)[1])


def bound(text: str) -> date | None:
    """
    The day by which a site was at work at the latest, where that is all that is known of its start.

    Examples
    --------
    >>> bound("<=2015"), bound("2015")
    (datetime.date(2015, 12, 31), None)
    """
    return last(text.removeprefix(BOUND).strip()) if text.startswith(BOUND) else None


def states_start(text: str) -> bool:
    """Whether a cell states a start: a day, a bound or `UNKNOWN`."""
    return text == UNKNOWN or first(text) is not None or bound(text) is not None


def states_end(text: str) -> bool:
    """Whether a cell states an end: a day or `UNKNOWN`."""
    return text == UNKNOWN or last(text) is not None
