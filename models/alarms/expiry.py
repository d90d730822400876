"""When an alarm is over by the calendar alone: a warning for tomorrow ends when that day begins."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from data.city import City
from data.clock import local_date
from data.rules.alarms import Rule
from data.times import midnights


def day_warned_of(city: City, rang_at: datetime) -> tuple[datetime, datetime]:
    """
    The local day that a warning for tomorrow is about: its midnights, UTC.

    Examples
    --------
    >>> from datetime import UTC
    >>> from data.city import city
    >>> [f"{m:%d %H:%M}" for m in day_warned_of(city("astana"), datetime(2026, 1, 18, 15, tzinfo=UTC))]
    ['18 19:00', '19 19:00']
    """
    tomorrow = local_date(rang_at, city.zone) + timedelta(days=1)
    begin, end = midnights(pd.to_datetime([tomorrow, tomorrow + timedelta(days=1)]), city.zone)
    return begin.to_pydatetime(), end.to_pydatetime()


def expires(rule: Rule, city: City, rang_at: datetime | None) -> datetime | None:
    """
    When an alarm that rang at a moment ends whatever is measured; none where only measurements end it.

    Parameters
    ----------
    rule : Rule
    city : City
    rang_at : datetime or None
        Aware.
    """
    if rang_at is None or rule.kind != "forecast":
        return None
    return day_warned_of(city, rang_at)[0]
