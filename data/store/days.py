"""Local days of a zone as sums on UTC, which every engine makes many times faster than it asks a calendar."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from data import clock

EARLIEST = 1970  # of the schema
AHEAD = 2  # years beyond this one that an open end may reach


def local_day(zone: ZoneInfo, start: datetime | None, end: datetime | None) -> tuple[str, list[datetime]]:
    """
    SQL for the local day of ``start``, counted from 1 January 1970, and its values.

    Parameters
    ----------
    zone : ZoneInfo
        Whose days.
    start, end : datetime, optional
        Between which the rows lie.

    Examples
    --------
    >>> text, values = local_day(ZoneInfo("Asia/Tashkent"), datetime(2024, 1, 1, tzinfo=UTC), None)
    >>> text, values
    ('CAST(floor((unix_micros(start) + 18000000000) / CAST(86400000000 AS DOUBLE)) AS BIGINT)', [])
    """
    first = start.astimezone(UTC).year if start else EARLIEST
    last = end.astimezone(UTC).year if end else clock.now().year + AHEAD
    moves = [move for year in range(last, first - 1, -1) for move in reversed(changes(zone, year))]
    oldest = _offset(zone, datetime(first, 1, 1, tzinfo=UTC))
    # Newest first: most questions are about rows after the last change.
    cases = "".join(f" WHEN start >= ? THEN {_micros(after)}" for _, after in moves)
    shift = f"CASE{cases} ELSE {_micros(oldest)} END" if cases else f"{_micros(oldest)}"
    day = f"CAST(floor((unix_micros(start) + {shift}) / CAST(86400000000 AS DOUBLE)) AS BIGINT)"
    return day, [moment for moment, _ in moves]


@lru_cache(maxsize=4096)
def changes(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """
    When the clocks of a zone change in a UTC year, and by how much they differ from UTC afterwards.

    Examples
    --------
    >>> [(str(moment), str(after)) for moment, after in changes(ZoneInfo("Asia/Almaty"), 2024)]
    [('2024-02-29 18:00:00+00:00', '5:00:00')]
    """
    found = []
    begin = datetime(year, 1, 1, tzinfo=UTC)
    while begin.year == year:
        end = begin + timedelta(days=1)
        if _offset(zone, begin) != _offset(zone, end):
            found.append((_change(zone, begin, end), _offset(zone, end)))
        begin = end
    return tuple(found)


def lengths(days: Iterable[date], zone: ZoneInfo) -> dict[date, float]:
    """Length of each local day. [h]"""
    every = set(days)
    begins = {d: datetime.combine(d, time(), zone).astimezone(UTC) for d in every}
    ends = {d: datetime.combine(d + timedelta(days=1), time(), zone).astimezone(UTC) for d in every}
    return {d: (ends[d] - begins[d]).total_seconds() / 3600 for d in every}


def _change(zone: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """First second of the new offset; the offset at `begin` is the old one."""
    before = _offset(zone, begin)
    while end - begin > timedelta(seconds=1):
        middle = begin + timedelta(seconds=(end - begin) // timedelta(seconds=2))
        begin, end = (middle, end) if _offset(zone, middle) == before else (begin, middle)
    return end


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _micros(offset: timedelta) -> int:
    return offset // timedelta(microseconds=1)
