"""The one clock of a process, which a replay of history may move."""

import os
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from data.errors import CentreError

VARIABLE = "CLEANAIR_NOW"
SKEW = timedelta(minutes=10)  # the clock of a network may run ahead of ours by this much


class ClockError(CentreError, ValueError):
    """`CLEANAIR_NOW` is not a moment; the person who set it must mend it."""


@dataclass(frozen=True)
class _Start:
    moment: datetime
    monotonic: float


_started: dict[str, _Start] = {}


def replaying() -> bool:
    """
    Whether the clock of this process was moved by `CLEANAIR_NOW`.

    Returns
    -------
    bool
        True in a replay; every screen then says so.
    """
    return bool(os.environ.get(VARIABLE))


def now() -> datetime:
    """
    The present moment of this process, UTC.

    Returns
    -------
    datetime
        Aware, UTC. In a replay it starts at `CLEANAIR_NOW` and runs on at normal speed.

    Raises
    ------
    ClockError
        When `CLEANAIR_NOW` cannot be read or has no zone.
    """
    text = os.environ.get(VARIABLE)
    if not text:
        return datetime.now(UTC)
    if text not in _started:
        _started[text] = _Start(_moment(text), time.monotonic())
    start = _started[text]
    return datetime.fromtimestamp(start.moment.timestamp() + time.monotonic() - start.monotonic, UTC)


def machine() -> datetime:
    """
    The machine's own time, UTC, which no replay moves: for tokens, heartbeats and what was received when.

    Returns
    -------
    datetime
        Aware, UTC.
    """
    return datetime.now(UTC)


def horizon() -> datetime:
    """
    The end of the newest interval that anybody may read, UTC.

    Returns
    -------
    datetime
        `SKEW` after the present; in a replay the present itself, as its rows wait for no network's clock.
    """
    return now() if replaying() else now() + SKEW


def begun() -> datetime | None:
    """
    Where a replay began.

    Returns
    -------
    datetime or None
        `CLEANAIR_NOW` in UTC, None without it. What was learned after it was known, for a replay, as soon as it was
        over: history is imported long after it happened.
    """
    text = os.environ.get(VARIABLE)
    return _moment(text) if text else None


def iso(moment: datetime, timespec: str = "auto") -> str:
    """
    A moment as ISO 8601 in UTC with Z.

    Parameters
    ----------
    moment : datetime or Timestamp
        Aware.
    timespec : str
        How fine, as in `datetime.isoformat`; by default as fine as it is.

    Examples
    --------
    >>> moment = datetime.fromisoformat("2026-01-10T10:30:07.5+05:00")
    >>> iso(moment), iso(moment, "seconds"), iso(moment, "minutes")
    ('2026-01-10T05:30:07.500000Z', '2026-01-10T05:30:07Z', '2026-01-10T05:30Z')
    """
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"{moment} has no zone")
    universal = moment.astimezone(UTC) if offset else moment  # a table's own times are in UTC: several times faster
    return universal.isoformat(timespec=timespec).removesuffix("+00:00") + "Z"


def to_the_minute(moment: datetime) -> str:
    """A moment for people who work with the machine, in UTC to the minute: ``2026-01-10 05:30Z``."""
    return iso(moment, "minutes").replace("T", " ")


def local_date(moment: datetime, zone: tzinfo) -> date:
    """
    The local day a moment lies on.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> str(local_date(datetime(2026, 1, 9, 20, tzinfo=UTC), ZoneInfo("Asia/Tashkent")))
    '2026-01-10'
    """
    return moment.astimezone(zone).date()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClockError("data.clock.no_time", parameter=VARIABLE, variable=VARIABLE, text=text) from error
    if moment.tzinfo is None:
        raise ClockError("data.clock.no_zone", parameter=VARIABLE, variable=VARIABLE, text=text)
    return moment.astimezone(UTC)
