"""What the server does beside serving: the demo world while nothing real is there, collection, and tidying up."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from data import clock
from data.store import Store, StoreError

log = logging.getLogger("cleanair")
DEMO_EVERY = timedelta(minutes=30).total_seconds()
TIDY_EVERY = timedelta(hours=6).total_seconds()


def start(real: Store, demo: Store, stop: threading.Event, *, replaying: bool) -> list[threading.Thread]:
    """
    Start the background work of a server.

    Parameters
    ----------
    real, demo : Store
        Where measurements and the demo world are kept.
    stop : Event
        Ends every thread.
    replaying : bool
        A replay of history collects nothing: the networks speak of another time.

    Returns
    -------
    list of Thread
        Already running.
    """
    works: list[tuple[str, Callable[[], None]]] = [("demo", lambda: _demo(real, demo, stop))]
    if not replaying:
        works += [("collect", lambda: _collect(real, stop)), ("tidy", lambda: _tidy(real, demo, stop))]
    threads = [threading.Thread(target=work, name=f"cleanair-{name}", daemon=True) for name, work in works]
    for thread in threads:
        thread.start()
    return threads


def _demo(real: Store, demo: Store, stop: threading.Event) -> None:
    from data import demo as world
    from models.quality import flag

    while real.is_empty() and not stop.is_set():
        try:
            moment = clock.now()
            world.fill(demo, moment, check=lambda rows, at=moment: flag(rows, now=at))
        except StoreError as error:
            log.warning("demo world: %s", error)
        if stop.wait(DEMO_EVERY):
            return


def _collect(real: Store, stop: threading.Event) -> None:
    from jobs import collect

    collect.run_forever(real, stop)


def _tidy(real: Store, demo: Store, stop: threading.Event) -> None:
    while not stop.wait(TIDY_EVERY):
        for store in (real, demo):
            try:
                if not store.is_empty():
                    store.compact()
            except StoreError as error:
                log.warning("tidying up: %s", error)
