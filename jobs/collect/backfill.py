"""The past of a city, read from its networks piece by piece within their quotas."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from data import clock
from data.city import City, city
from data.errors import CentreError
from data.schema import SchemaError
from data.store import Store, StoreBusy, StoreError
from jobs.collect.ask import deliver, network_lock
from jobs.collect.keep import Delivery, Outcome, stored
from jobs.collect.schedule import Task, pieces
from sources import SOURCES
from sources.base import RateLimited, Source

PATIENCE = 120.0  # it waits at most so long on request of a network [s]


def backfill(
    store: Store,
    key: str,
    since: datetime,
    until: datetime,
    only: Sequence[str] | None = None,
    progress: Callable[[str, datetime], None] | None = None,
) -> list[Outcome]:
    """
    Read a stretch of the past of one city, piece by piece, within each network's quota.

    Parameters
    ----------
    store : Store
        Where it goes; every piece is kept as it comes, so that a broken back-fill can go on.
    key : str
        City.
    since, until : datetime
        Interval starts in [since, until).
    only : sequence of str, optional
        Networks; all of the city by default.
    progress : callable, optional
        Called with network and the end of each piece.

    Returns
    -------
    list of Outcome
        One per network; on an error what came before it is kept.
    """
    place = city(key)
    named = [n for n in SOURCES if n in place.networks and (only is None or n in only)]
    return [_backfilled(store, network, place, since, until, progress) for network in named]


def _backfilled(
    store: Store,
    network: str,
    place: City,
    since: datetime,
    until: datetime,
    progress: Callable[[str, datetime], None] | None,
) -> Outcome:
    source, total = SOURCES[network](), Outcome(network, place.key)
    missing = source.missing()
    lock = None if missing else network_lock(store, network)
    if lock is None:
        return total.failed(missing or StoreBusy("jobs.collect.elsewhere", network=network))
    try:
        for begin, end in pieces(SOURCES[network], since, until, clock.now()):
            task = Task(network, place, begin, end)
            delivery = _patiently(source, task, set() if begin == since or not total.stored else None)
            if delivery.error is not None:
                cause, moment = delivery.error, f"{begin:%Y-%m-%dT%H:%MZ}"
                return total.failed(CentreError("jobs.collect.so_far", who=cause.who, cause=cause, moment=moment))
            total += stored(store, delivery, clock.now())
            if progress:
                progress(network, end)
    except (SchemaError, StoreError) as problem:
        return total.failed(problem)
    finally:
        lock.release()
    return total


def _patiently(source: Source, task: Task, known: set[str] | None) -> Delivery:
    """Once more after the pause that a network asks for, if that is bearable."""
    delivery = deliver(source, task, known)
    if isinstance(delivery.error, RateLimited) and delivery.error.retry_after <= PATIENCE:
        time.sleep(delivery.error.retry_after)
        delivery = deliver(source, task, known)
    return delivery
