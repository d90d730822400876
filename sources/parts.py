"""Parts of a network, asked one by one: what came is kept, what failed is named."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

import pandas as pd

from sources.base import Answer, BadPayload, Denied, Failure, Late, RateLimited, SourceError, Unavailable, Unreached

log = logging.getLogger("cleanair.sources")
# After so many in a row of one kind the rest is not asked. A single part may be denied or silent by itself; a quota
# that is used up is so for all, and every question more would count against us.
POINTLESS: Mapping[type[SourceError], int] = MappingProxyType({RateLimited: 1, Denied: 2, Unreached: 2, Late: 3})
T = TypeVar("T")


def each(
    network: str,
    parts: Iterable[tuple[str, T]],
    get: Callable[[T, datetime], pd.DataFrame | Answer],
    since: datetime,
    behind: Mapping[str, datetime] = MappingProxyType({}),
    within: float = math.inf,
) -> Answer:
    """
    Ask every part of a network, keep what came and name what failed.

    Parameters
    ----------
    network : str
        Its key, for messages.
    parts : iterable of (str, object)
        Name of each part, and what `get` needs to know of it. Those that are behind are asked first, so that a quota
        that ends early ends at another one next time.
    get : callable
        Rows of a part from a moment on, or an `Answer` where it may come in part.
    since : datetime
        From when on.
    behind : mapping
        Part to the moment from which it is asked instead, where that is earlier.
    within : float
        After so long no further part is asked: they come first the next time. [s]

    Returns
    -------
    Answer
        Every part that failed is among ``failed`` once, with the start of what is lost.

    Raises
    ------
    SourceError
        When there are parts and nothing came of any.
    """
    listed = sorted(parts, key=lambda part: part[0] not in behind)
    came: list[Answer] = []
    halt, end = _Halt(), time.monotonic() + within
    for name, what in listed:
        if came and time.monotonic() > end:
            halt.error = halt.error or Unavailable("sources.answer.unfinished", network=network, seconds=round(within))
        start = min(since, behind.get(name, since))
        came.append(_lost(name, halt.error, start) if halt.error else _asked(network, name, what, get, start))
        halt.see(came[-1])
    failed = tuple(one for answer in came for one in answer.failed)
    if came and all(answer.failed and not len(answer.rows) for answer in came):
        raise halt.error or failed[0].error
    tables = [answer.rows for answer in came if len(answer.rows)]
    rows = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    return Answer(rows, failed, len(listed))


def _asked(
    network: str, name: str, what: T, get: Callable[[T, datetime], pd.DataFrame | Answer], start: datetime
) -> Answer:
    try:
        made = get(what, start)
    except SourceError as error:
        return _lost(name, error, start)
    except Exception as error:  # a fault of one part's answer must not lose the others
        log.debug("part failed", exc_info=True)
        kind = type(error).__name__
        return _lost(name, BadPayload("sources.answer.not_understood", network=network, error=kind), start)
    if not isinstance(made, Answer):
        return Answer(made)
    return Answer(made.rows, tuple(replace(f, part=name, since=f.since or start) for f in made.failed[:1]))


def _lost(name: str, error: SourceError, start: datetime) -> Answer:
    return Answer(pd.DataFrame(), (Failure(name, error, start),))


class _Halt:
    """Whether more asking is pointless: the error that ends it, once there is one."""

    def __init__(self) -> None:
        self.error: SourceError | None = None
        self._kind: type[SourceError] | None = None
        self._row = 0

    def see(self, answer: Answer) -> None:
        """Count what a part answered."""
        error = answer.failed[0].error if answer.failed else None
        kind = next((k for k in POINTLESS if isinstance(error, k)), None)
        self._row = self._row + 1 if kind is not None and kind is self._kind else int(kind is not None)
        self._kind = kind
        if kind is not None and self._row >= POINTLESS[kind]:
            self.error = self.error or error
