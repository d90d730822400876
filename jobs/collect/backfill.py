"""The past of a city, read from its networks piece by piece within their quotas."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd

from data import clock
from data.city import City, city
from data.errors import CentreError
from data.schema import SchemaError
from data.store import Store, StoreBusy, StoreError
from jobs.collect import lost
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
        One per network; on an error what came before it is kept. Parts that failed do not stop the others: they are
        named, with the moment from which they must be asked again.
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
                cause, moment = delivery.error, clock.iso(begin, "minutes")
                return total.failed(CentreError("jobs.collect.so_far", who=cause.who, cause=cause, moment=moment))
            total += stored(store, delivery, clock.now())
            if progress:
                progress(network, end)
    except (SchemaError, StoreError) as problem:
        return total.failed(problem)
    finally:
        lock.release()
    return _with_lost(total)


def _with_lost(total: Outcome) -> Outcome:
    """An outcome that says which parts are missing, and from when on."""
    cause, since = lost.of(total.network, total.lost, total.asked), lost.earliest(total.lost)
    if cause is None or since is None:
        return total
    return total.failed(
        CentreError("jobs.collect.ask_again", who=cause.who, cause=cause, moment=clock.iso(since, "minutes"))
    )


def _patiently(source: Source, task: Task, known: set[str] | None) -> Delivery:
    """Once more after the pause that a network asks for, if that is bearable."""
    delivery = deliver(source, task, known)
    pause = _pause(delivery)
    if pause is None or pause > PATIENCE:
        return delivery
    time.sleep(pause)
    behind = {one.part: one.since or task.since for one in delivery.failed}
    again = deliver(source, replace(task, behind=behind), known)
    return again if delivery.error is not None else _both(delivery, again)


def _pause(delivery: Delivery) -> float | None:
    """How long the network asks to be left alone; None where it does not. [s]"""
    if isinstance(delivery.error, RateLimited):
        return delivery.error.retry_after
    return lost.patience(delivery.failed) or None


def _both(first: Delivery, again: Delivery) -> Delivery:
    """What came of either; lost is what failed both times."""
    if again.error is not None:
        return first
    once = {one.part for one in first.failed}
    stations = again.stations if len(again.stations) else first.stations
    rows = pd.concat([t for t in (first.rows, again.rows) if len(t)] or [first.rows], ignore_index=True)
    failed = tuple(one for one in again.failed if one.part in once)
    return replace(again, rows=rows, stations=stations, failed=failed, seconds=first.seconds + again.seconds)
