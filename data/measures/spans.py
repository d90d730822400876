"""Days as far as they are known: a day, a month, a year, no earlier than, no later than, or unknown."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

UNKNOWN = "unknown"
_DAY = r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?"
_WRITTEN = re.compile(rf"(>=|<=)?{_DAY}")


@dataclass(frozen=True)
class Span:
    """
    Between which days a day lies.

    Attributes
    ----------
    first, last : datetime.date or None
        Earliest and latest day, both possible; None where nothing bounds it.
    """

    first: date | None = None
    last: date | None = None

    @property
    def day(self) -> date | None:
        """The day to draw: the first of a day or month that is known; None where not even the month is."""
        if self.first is None or self.last is None or (self.last - self.first).days > 30:
            return None
        return self.first


def span(text: str) -> Span | None:
    """
    What a cell says of a day.

    Parameters
    ----------
    text : str
        ISO 8601 with as much as is known (``2023``, ``2023-10``, ``2023-10-05``); ``>=2026-01-19`` no earlier than,
        ``<=2015`` no later than; ``unknown`` or empty.

    Returns
    -------
    Span or None
        None when the text is none of these.

    Examples
    --------
    >>> span("2023-10")
    Span(first=datetime.date(2023, 10, 1), last=datetime.date(2023, 10, 31))
    >>> span(">=2026-01-19"), span("unknown") == Span(), span("soon")
    (Span(first=datetime.date(2026, 1, 19), last=None), True, None)
    >>> span("2023").day, span("2023-10").day
    (None, datetime.date(2023, 10, 1))
    """
    if text in ("", UNKNOWN):
        return Span()
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    bound, year, month, day = found.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        last = date(int(year), int(month or 12), int(day or monthrange(int(year), int(month or 12))[1]))
    except ValueError:
        return None
    return Span(None if bound == "<=" else first, None if bound == ">=" else last)
