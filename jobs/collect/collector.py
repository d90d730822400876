"""Collection: ask every network that is due, each on its own, keep what comes, and go on for ever."""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from filelock import FileLock

from data import clock
from data.city import cities, city
from data.errors import CentreError
from data.store import Store
from jobs.collect import attempts
from jobs.collect.ask import deliver, network_lock
from jobs.collect.backfill import backfill
from jobs.collect.keep import Delivery, Outcome, keep
from jobs.collect.probe import Probe, probe
from jobs.collect.schedule import Task, due
from sources import SOURCES
from sources.base import Source

__all__ = ["Collector", "Outcome", "Probe", "backfill", "collect_due", "probe", "run_forever"]

log = logging.getLogger("cleanair.collect")
TICK = 15.0  # between two looks at the schedule [s]
LONGEST = 600.0  # one collection waits no longer for its networks [s]
STATIONS = 86_400.0  # between two readings of a network's station list [s]
TIDY = 86_400.0  # between two looks at how old the history of attempts is [s]
AGAIN = 3_600.0  # a station that is new makes it be read again after this [s]


class Collector:
    """
    Asks networks in threads and keeps what they deliver in the thread that owns it.

    Parameters
    ----------
    store : Store
        Where rows, stations, rejects and status go.
    now : callable
        The clock.
    only : sequence of str, optional
        Cities to collect; all by default.
    networks : sequence of str, optional
        Networks to ask; all by default.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime] = clock.now,
        only: Sequence[str] | None = None,
        networks: Sequence[str] | None = None,
    ) -> None:
        self.store, self.now, self.networks = store, now, networks
        self.only = None if only is None else [city(key).key for key in only]
        self._came: queue.Queue[Delivery | str] = queue.Queue()
        self._running: dict[str, FileLock] = {}
        self._listed: dict[tuple[str, str], float] = {}

    @property
    def busy(self) -> bool:
        """Whether a network is still being asked."""
        return bool(self._running)

    def start(self) -> list[Task]:
        """Begin to ask every network that is due and not being asked already, here or by another process."""
        moment = self.now()
        asked = [c for key, c in cities().items() if self.only is None or key in self.only]
        tasks = due(self.store.status(), SOURCES, asked, moment, self.networks)
        started = []
        for network in dict.fromkeys(t.network for t in tasks):
            source = SOURCES[network]()
            if network in self._running or source.missing() or not self._lock(network):
                continue
            # Once more under the lock: another process may have collected it meanwhile.
            mine = due(self.store.status(), {network: SOURCES[network]}, asked, moment)
            known = set(self.store.stations()["station"])
            arguments = (source, [(task, self._known(task, known)) for task in mine], self._came)
            threading.Thread(target=_ask, args=arguments, name=f"collect-{network}", daemon=True).start()
            started += mine
        return started

    def drain(self, seconds: float, stop: threading.Event | None = None) -> list[Outcome]:
        """Keep what arrives, until nothing is under way or the time is over; then write how the round went."""
        end = time.monotonic() + seconds
        outcomes = []
        while self.busy and time.monotonic() < end and not (stop and stop.is_set()):
            try:
                came = self._came.get(timeout=min(0.5, max(end - time.monotonic(), 0.01)))
            except queue.Empty:
                continue
            if isinstance(came, str):
                self._running.pop(came).release()
            else:
                outcomes.append(keep(self.store, came, self.now()))
                if len(came.stations):
                    self._listed[came.task.network, came.task.city.key] = time.monotonic()
        attempts.write(self.store, outcomes, self.now())
        return outcomes

    def close(self) -> None:
        """Give the locks back; a network still being asked delivers into nothing."""
        while self._running:
            self._running.popitem()[1].release()

    def _lock(self, network: str) -> bool:
        taken = network_lock(self.store, network)
        if taken is not None:
            self._running[network] = taken
        return taken is not None

    def _known(self, task: Task, stations: set[str]) -> set[str] | None:
        """Stations whose rows need no reading of the list: all of them for an hour after it, none after a day."""
        last = self._listed.get((task.network, task.city.key))
        age = math.inf if last is None else time.monotonic() - last
        return None if age < AGAIN else set() if age > STATIONS else stations


def _ask(source: Source, tasks: Sequence[tuple[Task, set[str] | None]], came: "queue.Queue[Delivery | str]") -> None:
    """Body of a network's thread: its cities one after the other, so that its quota holds."""
    try:
        source.hurry()
        for task, known in tasks:
            came.put(deliver(source, task, known))
    finally:
        came.put(source.name)


def collect_due(
    store: Store, now: datetime, cities: Sequence[str] | None = None, only: Sequence[str] | None = None
) -> list[Outcome]:
    """
    Ask every network that is due, once.

    Parameters
    ----------
    store : Store
        Where it goes.
    now : datetime
        The moment; a network whose `next` lies ahead is left alone.
    cities : sequence of str, optional
        City keys; all by default.
    only : sequence of str, optional
        Networks; all by default.

    Returns
    -------
    list of Outcome
        One per network and city asked. A network that another process is collecting is not among them.

    Raises
    ------
    CityError
        When a city is unknown.
    StoreError
        When the store's folder cannot be written.
    """
    began = time.monotonic()
    collector = Collector(store, lambda: now + timedelta(seconds=time.monotonic() - began), cities, only)
    try:
        asked = collector.start()
        outcomes = collector.drain(LONGEST)
    finally:
        collector.close()
    heard = {(o.network, o.city) for o in outcomes}
    late = [t for t in asked if (t.network, t.city.key) not in heard]
    silent = [Outcome(t.network, t.city.key, seconds=LONGEST).failed(_silent(t.network)) for t in late]
    attempts.write(store, silent, now)
    return outcomes + silent


def _silent(network: str) -> CentreError:
    return CentreError("jobs.collect.silent", who="nobody", network=network, seconds=round(LONGEST))


def run_forever(store: Store, stop: threading.Event) -> None:
    """
    Collect on schedule until told to stop; the server's collector.

    Parameters
    ----------
    store : Store
        Where it goes.
    stop : Event
        Set by the server when it ends.

    Notes
    -----
    In a replay nothing is collected: today's values would fall into another day.
    """
    if clock.replaying():
        log.info("replay: no network is asked")
        return
    collector, tidied = Collector(store), -math.inf
    try:
        while not stop.is_set():
            with _calm():
                collector.start()
                collector.drain(TICK, stop)
                if time.monotonic() - tidied > TIDY:
                    tidied = time.monotonic()
                    attempts.tidy(store, clock.now())
            if not collector.busy:
                stop.wait(TICK)
    finally:
        collector.close()


@contextmanager
def _calm() -> Iterator[None]:
    """A fault of one round is said in a sentence and does not end the collection."""
    try:
        yield
    except Exception as error:
        log.error("collection: %s", error if isinstance(error, CentreError) else type(error).__name__)
        log.debug("collection failed", exc_info=True)
        time.sleep(1.0)
