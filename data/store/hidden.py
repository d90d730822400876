"""Measurements that lie in the store and whose interval is not over: when the next of them comes to light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import pyarrow as pa

from data import clock
from data.store import sql

AHEAD = timedelta(days=2)  # how far ahead is looked at once
BACK = timedelta(days=32)  # an interval may be as long as a month
Ask = Callable[[str, Sequence[Any], datetime], pa.Table | None]


@dataclass(frozen=True)
class _Seen:
    version: int
    since: datetime
    until: datetime  # what was found holds up to this moment
    words: tuple[str, ...]


class Hidden:
    """
    What a store's version must say of rows that time alone brings to light.

    Parameters
    ----------
    ask : callable
        Question, values and the first moment of interest to the answer of the store's engine; None where nothing is
        kept.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask, self._guard = ask, Lock()
        self._seen: _Seen | None = None

    def told(self, version: int) -> tuple[str, ...]:
        """
        One word that changes whenever an interval that lies in the store ends; none while no row waits.

        Parameters
        ----------
        version : int
            Of the measurements; negative before the first.
        """
        if version < 0:
            return ()
        with self._guard:
            now, seen = clock.horizon(), self._seen
            if seen is None or seen.version != version or not seen.since <= now < seen.until:
                seen = self._seen = self._look(version, now)
            return seen.words

    def _look(self, version: int, now: datetime) -> _Seen:
        answer = self._ask(sql.ENDS, [now, now, now - BACK, now + AHEAD], now - BACK)
        if answer is None or (following := _moment(answer, "following")) is None:
            return _Seen(version, now, now + AHEAD / 2, ())
        newest = _moment(answer, "newest") or now - BACK
        return _Seen(version, now, following, (f"shown={clock.iso(newest)}",))


def _moment(answer: pa.Table, name: str) -> datetime | None:
    found = answer[name][0].as_py()
    return None if found is None else found.replace(tzinfo=UTC)
