"""What the server does beside serving: demo world, collection, attribution and forecast, events and alarms, tidying."""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from data import clock
from data.store import Store, StoreError

log = logging.getLogger("cleanair")
DEMO_EVERY = timedelta(minutes=30).total_seconds()
TIDY_EVERY = timedelta(hours=6).total_seconds()
ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY = 20.0  # between looks whether an attribution is due [s]
COLLECT = "CLEANAIR_COLLECT"  # 0: a process of its own collects (`cleanair collect`), this one only serves
HEAVY_WITHIN = timedelta(minutes=30).total_seconds()
YIELDS = 5  # niceness of heavy work: screens come first where the processors are few


class Heavy(NamedTuple):
    """Work for a process of its own: its command, the table that says when it was last done, how long that holds."""

    command: str
    status: str
    again: timedelta


HEAVY = (
    Heavy("refit", "attribution_status", timedelta(hours=1)),  # the screens show the last 24 hours
    Heavy("forecast", "forecast_status", timedelta(hours=1)),  # weather and measurements come by the hour
    Heavy("verdicts", "verdict_status", timedelta(days=1)),  # a verdict rests on weeks
)


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
    works: list[tuple[str, Callable[[], None]]] = [
        ("demo", lambda: _demo(real, demo, stop)),
        ("heavy", lambda: _heavy(real, demo, stop)),
        ("watch", lambda: _watch(real, demo, stop)),
    ]
    if not replaying:
        works += [("tidy", lambda: _tidy(real, demo, stop))]
    if not replaying and os.environ.get(COLLECT, "").strip() != "0":
        works += [("collect", lambda: _collect(real, stop))]
    threads = [threading.Thread(target=work, name=f"cleanair-{name}", daemon=True) for name, work in works]
    for thread in threads:
        thread.start()
    return threads


def _demo(real: Store, demo: Store, stop: threading.Event) -> None:
    from data import demo as world
    from jobs.ingest.maintenance import checks

    while real.is_empty() and not stop.is_set():
        try:
            moment = clock.now()
            world.fill(demo, moment, check=checks(demo, moment), stop=stop.is_set)
        except StoreError as error:
            log.warning("demo world: %s", error)
        if stop.wait(DEMO_EVERY):
            return


def _collect(real: Store, stop: threading.Event) -> None:
    from jobs.collect import collector

    collector.run_forever(real, stop)


def _watch(real: Store, demo: Store, stop: threading.Event) -> None:
    from jobs.server import watch

    watch.run(real, demo, stop)


def _heavy(real: Store, demo: Store, stop: threading.Event) -> None:
    """One piece of heavy work after another, each in a process of its own, so that no page waits for it."""
    tried: dict[str, datetime] = {}
    while not stop.wait(LOOK_EVERY):
        shown, now = demo if real.is_empty() else real, clock.now()
        for work in HEAVY:
            if not stop.is_set() and _due(shown, work, now, tried.get(work.command)):
                tried[work.command] = now
                _apart(work.command, shown, now, stop)


def _apart(command: str, shown: Store, now: datetime, stop: threading.Event) -> None:
    words = [sys.executable, "-m", "cli", command, "--store", shown.uri]
    moved = {"CLEANAIR_NOW": now.isoformat()} if clock.replaying() else {}
    env = {**os.environ, **moved, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    try:
        with tempfile.TemporaryFile() as said:
            child = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=said)
            if hasattr(os, "setpriority"):
                os.setpriority(os.PRIO_PROCESS, child.pid, YIELDS)
            if not _waited(child, stop):
                return
            if child.returncode:
                said.seek(0)
                log.warning("%s: %s", command, said.read().decode(errors="replace").strip().splitlines()[-1:])
    except OSError as error:
        log.warning("%s: %s", command, type(error).__name__)


def _waited(child: "subprocess.Popen[bytes]", stop: threading.Event) -> bool:
    """Whether the process ended by itself; it ends with the server, and when it takes too long."""
    until = time.monotonic() + HEAVY_WITHIN
    while child.poll() is None:
        if stop.wait(0.5) or time.monotonic() > until:
            child.kill()
            child.wait()
            return False
    return True


def _due(store: Store, work: Heavy, now: datetime, tried: datetime | None) -> bool:
    """Whether what is shown is missing or too old; a failed try waits as long."""
    try:
        if store.is_empty() or (tried is not None and now - tried < work.again):
            return False
        kept = store.table(work.status)
    except StoreError:
        return False
    if not len(kept):
        return True
    away = abs(pd.Timestamp(now) - kept["computed_at"].max())  # a replay may stand before the last fit
    return bool(away >= pd.Timedelta(work.again))


def _tidy(real: Store, demo: Store, stop: threading.Event) -> None:
    while not stop.wait(TIDY_EVERY):
        for store in (real, demo):
            try:
                if not store.is_empty():
                    store.compact()
            except StoreError as error:
                log.warning("tidying up: %s", error)
        _publish(real)


def _publish(real: Store) -> None:
    """The last whole month of every city, once it is over."""
    from jobs.export import publish, request

    try:
        if not real.is_empty():
            publish.last_month(real, clock.now(), by="the centre, by itself")
            publish.forget(real, clock.now())
    except (StoreError, request.ExportError, OSError) as error:
        log.warning("publishing: %s", error)
