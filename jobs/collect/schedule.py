"""When each network is asked next, and for which stretch of time: pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data.city import City
from jobs.collect import lost
from sources.base import Source

LONGEST = timedelta(days=30)  # after a longer silence the rest is a matter of back-filling


@dataclass(frozen=True)
class Task:
    """
    One network asked for one city, for interval starts in [since, until).

    Attributes
    ----------
    behind : mapping
        Part that failed before to the moment from which it is asked instead.
    """

    network: str
    city: City
    since: datetime
    until: datetime
    behind: Mapping[str, datetime] = field(default_factory=dict, compare=False)


def due(
    status: pd.DataFrame,
    sources: Mapping[str, type[Source]],
    cities: Sequence[City],
    now: datetime,
    only: Sequence[str] | None = None,
) -> list[Task]:
    """
    What is to be asked now.

    Parameters
    ----------
    status : DataFrame
        Of the store; it outlives the process, so a restart does not hammer a network.
    sources : mapping
        The registry.
    cities : sequence of City
        A network not named in a city's file is not asked for it.
    now : datetime
        The moment.
    only : sequence of str, optional
        Networks to consider.

    Returns
    -------
    list of Task
        Grouped by network.
    """
    tasks = []
    for network, source in sources.items():
        for city in cities:
            if network not in city.networks or (only is not None and network not in only):
                continue
            last = row_of(status, network, city.key)
            if _is_due(last, source, now):
                behind = lost.behind(last.get("failed"), _oldest(source, now))
                tasks.append(Task(network, city, *window(source, last.get("succeeded"), now), behind))
    return tasks


def row_of(status: pd.DataFrame, network: str, city: str) -> dict[str, Any]:
    """The status row of a network and city without its empty fields; empty when it was never tried."""
    rows = status[(status["network"] == network) & (status["city"] == city)]
    found = {str(k): v for k, v in rows.iloc[-1].to_dict().items()} if len(rows) else {}
    return {k: v for k, v in found.items() if not pd.isna(v)}


def _is_due(last: Mapping[str, Any], source: type[Source], now: datetime) -> bool:
    following = last.get("next")
    # A far `next` is left over from a clock that ran ahead.
    return following is None or following <= now or following > now + max(10 * source.every, timedelta(days=1))


def window(source: type[Source], succeeded: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """
    The stretch to ask for: what came since the last success, what the network may have corrected, what lies ahead.

    Parameters
    ----------
    source : type of Source
        Its ``first``, ``revises``, ``ahead`` and ``reach`` count.
    succeeded : datetime or None
        When it was last read well.
    now : datetime
        The moment.

    Returns
    -------
    (datetime, datetime)
        Interval starts in [since, until).
    """
    since = now - max(source.first, source.revises) if succeeded is None else min(succeeded, now) - source.revises
    return max(since, _oldest(source, now, succeeded is None)), now + source.ahead + timedelta(seconds=1)


def _oldest(source: type[Source], now: datetime, first: bool = False) -> datetime:
    """How far back a network is asked: at its first reading as far as it says, later no further than `LONGEST`."""
    back = max(source.first if first else LONGEST, source.revises)
    return now - (back if source.reach is None else min(back, source.reach))


def following(source: type[Source], attempted: datetime, retry_after: float = 0.0) -> datetime:
    """
    The earliest next attempt: never sooner than the network publishes or asks for.

    Parameters
    ----------
    source : type of Source
        Its ``every`` counts.
    attempted : datetime
        When it was asked.
    retry_after : float
        What it asked for. [s]
    """
    return attempted + max(source.every, timedelta(seconds=retry_after))


def pieces(source: type[Source], since: datetime, until: datetime, now: datetime) -> list[tuple[datetime, datetime]]:
    """
    A long stretch cut to what the network answers at once, oldest first, within its reach and not in the future.

    Examples
    --------
    >>> from datetime import UTC
    >>> from sources import SOURCES
    >>> moment = datetime(2026, 3, 1, tzinfo=UTC)
    >>> [str(a.date()) for a, _ in pieces(SOURCES["openaq"], datetime(2026, 1, 1, tzinfo=UTC), moment, moment)]
    ['2026-01-01', '2026-01-31']
    """
    until = min(until, now)
    start = since if source.reach is None else max(since, now - source.reach)
    cuts = []
    while start < until:
        cuts.append((start, min(start + source.span, until)))
        start += source.span
    return cuts
