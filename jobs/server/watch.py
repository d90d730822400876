"""The watch: every minute events, alarms and notifications, one after the other, for as long as the server runs."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from data import clock
from data.errors import CentreError
from data.store import Store, StoreError
from data.store.derived import DerivedStore
from data.store.reader import DerivingStore
from jobs.logs import redacted, turned
from jobs.server import heartbeat

log = logging.getLogger("cleanair.watch")
EVERY = 60.0  # between two looks [s]
AGAIN = timedelta(minutes=10)  # events are detected anew so often though nothing was written


@dataclass
class Memory:
    """What one watch remembers between two looks; losing it costs nothing but an extra detection."""

    version: dict[str, str] = field(default_factory=dict)
    detected: dict[str, datetime] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)


def run(real: Store, demo: Store, stop: threading.Event) -> None:
    """
    Watch the store that the screens show until told to stop.

    Parameters
    ----------
    real, demo : Store
        The demo world is watched while nothing real is there.
    stop : Event
        Set by the server when it ends.
    """
    memory = Memory()
    while not stop.wait(EVERY if memory.version else 1.0):
        try:
            whole = demo if real.is_empty() else real
            shown = DerivedStore(whole)  # what everybody will see rests on what may enter it
        except StoreError:
            continue
        look(shown, clock.now(), memory)
        memory.version.setdefault(str(shown.folder), "")


def look(store: DerivingStore, now: datetime, memory: Memory) -> None:
    """
    One look: events where something was written, then alarms, then notifications.

    Parameters
    ----------
    store : DerivingStore
    now : datetime
        Aware.
    memory : Memory
        Of this watch.

    Notes
    -----
    Each of the three goes on though another fails; the first failure is logged, then its end. After each the sign of
    life says how it went (`jobs.server.heartbeat`), for every process that shows this store.
    """
    from jobs.alarms import evaluate
    from jobs.events import detect
    from jobs.notify import deliver

    works: tuple[tuple[str, Callable[[], object]], ...] = (
        ("events", partial(_events, detect.refresh, store, now, memory)),
        ("alarms", lambda: evaluate.evaluate(store, now)),
        ("notifications", lambda: deliver.deliver(store, now)),
    )
    for name, work in works:
        with _calm(name, memory) as trouble:
            work()
        with _calm("heartbeat", memory):
            heartbeat.write(store, name, clock.machine(), next(iter(trouble), None))


def _events(
    refresh: Callable[[DerivingStore, datetime], object], store: DerivingStore, now: datetime, memory: Memory
) -> None:
    place, version = str(store.folder), store.version("measurements", "stations")
    last = memory.detected.get(place)
    if version != memory.version.get(place) or last is None or not timedelta(0) <= now - last < AGAIN:
        refresh(store, now)
        memory.version[place], memory.detected[place] = version, now


@contextmanager
def _calm(name: str, memory: Memory) -> Iterator[list[CentreError]]:
    """A fault of one work is said once in the log, in a sentence that the caller gets too, and ends nothing."""
    trouble: list[CentreError] = []
    try:
        yield trouble
    except Exception as error:
        told = error if isinstance(error, CentreError) else _mistake(error)
        trouble.append(told)
        if name not in memory.failing:
            log.debug("%s failed", name, exc_info=True)
    told = redacted(next(iter(trouble), ""))
    turned(log, name in memory.failing, bool(trouble), f"{name}: {told}", f"{name}: well again")
    (memory.failing.add if trouble else memory.failing.discard)(name)


def _mistake(error: Exception) -> CentreError:
    """An error that nobody foresaw, without its text: that may hold anything."""
    return CentreError("jobs.watch.mistake", who="developer", kind=type(error).__name__)
