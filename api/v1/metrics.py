"""`/metrics`: what a monitoring system asks, in the Prometheus text format; no measured value and no secret."""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import pandas as pd

from data import clock
from data.city import cities
from data.release import release
from data.store import Store
from data.store.served import demo_store, real_store
from jobs.collect import attempts
from jobs.collect.keep import SPENT
from jobs.server import heartbeat
from models.quality.uptime import spells, uptime
from sources import SOURCES

if TYPE_CHECKING:
    from prometheus_client.core import Metric

TYPE = "text/plain; version=0.0.4; charset=utf-8"
WINDOWS = {"7d": 7.0, "30d": 30.0}
PRIORITIES = ("critical", "high", "medium", "low")
STANDING = ("unacknowledged", "acknowledged", "returned")
AGAIN = 30.0  # between two measurements of how quickly the store answers [s]
LABELS = ("network", "city")

_latest = [float("nan"), -AGAIN]  # seconds of the last look, and when it was
_guard = Lock()


def text() -> bytes:
    """
    Every metric, as `/metrics` answers.

    Returns
    -------
    bytes
        Labels are keys of networks, cities, sources, flags and works only; no error sentence, address or name is among
        them.
    """
    from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(Centre())  # type: ignore[arg-type]
    return bytes(generate_latest(registry))


class Centre:
    """The centre's own metrics, made anew at every question."""

    def collect(self) -> Iterator["Metric"]:
        """Yield one family after another."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        real = real_store()
        demo = real.is_empty()
        whole = demo_store() if demo else real
        about = {"version": release(), "python": sys.version.split()[0]}
        yield InfoMetricFamily("cleanair_build", "Version of the centre.", about)
        yield GaugeMetricFamily("cleanair_demo", "1 while the demo world is shown.", int(demo))
        yield GaugeMetricFamily("cleanair_replay", "1 while the clock is moved.", int(clock.replaying()))
        for part in (_networks(real), _attempts(real), _store(whole), _alarms(whole), _watch(whole)):
            yield from part


def _labelled(name: str, about: str, labels: Any, rows: Any, form: str = "gauge") -> "Metric":
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    family: Any = {"gauge": GaugeMetricFamily, "counter": CounterMetricFamily}[form](name, about, labels=labels)
    for values, value in rows:
        family.add_metric([str(v) for v in values], float(value))
    return family  # type: ignore[no-any-return]


def _networks(real: Store) -> Iterator["Metric"]:
    """What the last attempts brought; a network that was never asked has no row."""
    status = real.status()
    gauges: tuple[tuple[str, str, Callable[[Any], float]], ...] = (
        ("success_timestamp_seconds", "When the network was last read well.", lambda r: _stamp(r.succeeded)),
        ("attempt_timestamp_seconds", "When it was last asked.", lambda r: _stamp(r.attempted)),
        (
            "newest_timestamp_seconds",
            "End of the newest interval it delivered undoubted.",
            lambda r: _stamp(r.newest),
        ),
        ("next_timestamp_seconds", "When it is asked next.", lambda r: _stamp(r.next)),
        ("failing", "1 while its last attempt failed.", lambda r: float(bool(r.error))),
        ("parts", "Parts asked at the last success, such as stations.", lambda r: float(r.parts)),
        ("parts_failed", "Parts of it that did not come.", lambda r: float(r.parts_failed)),
        ("every_seconds", "How often it publishes.", lambda r: _every(r.network).total_seconds()),
    )
    for name, about, value in gauges:
        rows = [((r.network, r.city), value(r)) for r in status.itertuples()]
        yield _labelled(f"cleanair_network_{name}", about, LABELS, [(k, v) for k, v in rows if v == v])
    named = [(n, c.key) for c in cities().values() for n in c.networks if n in SOURCES]
    ready = [(pair, not attempts.unset(pair[0])) for pair in named]
    yield _labelled("cleanair_network_configured", "0 where a person must set a key first.", LABELS, ready)


def _attempts(real: Store) -> Iterator["Metric"]:
    total, shares = _history(real, real.version(attempts.TABLE, attempts.DAYS), _minute())
    for column, about in (
        ("tries", "Attempts to read the network."),
        ("failed", "Attempts that failed."),
        ("rows", "Rows that were kept or known already."),
        ("rejected", "Rows that could not be understood."),
        ("seconds", "Time spent waiting for it."),
    ):
        name = {"tries": "attempts", "failed": "failures", "seconds": "wait_seconds"}.get(column, column)
        values = [((r.network, r.city), getattr(r, column)) for r in total.itertuples()]
        yield _labelled(f"cleanair_network_{name}", about, LABELS, values, "counter")
    about = "Share of the time in which somebody looked and the network answered."
    yield _labelled("cleanair_network_uptime_ratio", about, (*LABELS, "window"), [(k, up) for k, up, _ in shares])
    about = "Share of the period in which somebody looked."
    yield _labelled("cleanair_network_watched_ratio", about, (*LABELS, "window"), [(k, w) for k, _, w in shares])


@lru_cache(maxsize=4)
def _history(store: Store, state: str, minute: pd.Timestamp) -> tuple[pd.DataFrame, list[Any]]:
    """Sums since the beginning, and uptime as (labels, up, watched)."""
    now = minute.to_pydatetime()
    known = spells(attempts.history(store), attempts.EVERY, now)
    shares = [
        ((r.network, r.city, window), r.up, r.known)
        for window, days in WINDOWS.items()
        for r in uptime(known, now, days).itertuples()
        if r.up == r.up
    ]
    return attempts.totals(store), shares


def _store(whole: Store) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily, SummaryMetricFamily

    counts, size = _contents(whole, whole.version("measurements"))
    labels = ("source", "kind", "flag")
    rows = [((r.source, r.kind, r.flag), r.rows) for r in counts.itertuples()]
    yield _labelled("cleanair_rows", "Measurements kept, in their current state.", labels, rows)
    yield GaugeMetricFamily("cleanair_store_bytes", "Size of the store on disk.", size["bytes"])
    yield GaugeMetricFamily("cleanair_store_files", "Files of the store.", size["files"])
    version = int(whole.version("measurements").split()[0].partition("=")[2])
    yield GaugeMetricFamily("cleanair_store_version", "Commits to the measurements.", version)
    about = "How long the newest values of a city took to read, at the last look."
    yield GaugeMetricFamily("cleanair_store_latest_seconds", about, _look(whole))
    about = "Time of this process to check and keep a batch."
    yield SummaryMetricFamily("cleanair_store_commit_seconds", about, count_value=int(SPENT[0]), sum_value=SPENT[1])


@lru_cache(maxsize=4)
def _contents(store: Store, state: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows by source, kind and flag, and the size on disk; looked at again when a commit was made."""
    kept, files = store.place.size()
    return store.counts(), {"bytes": kept, "files": files}


def _look(whole: Store) -> float:
    with _guard:
        if time.monotonic() - _latest[1] >= AGAIN:
            began = time.monotonic()
            whole.latest(next(iter(cities())), now=clock.now())
            _latest[:] = time.monotonic() - began, time.monotonic()
        return _latest[0]


def _alarms(whole: Store) -> Iterator["Metric"]:
    """Absent while no rule was ever evaluated, so that nobody takes silence for calm."""
    from prometheus_client.core import GaugeMetricFamily

    alarms, outbox = whole.table("alarms"), whole.table("outbox")
    if len(alarms):
        up = alarms[alarms["state"].isin(STANDING) & ~alarms["no_data"]]
        rows = [((p,), int((up["priority"] == p).sum())) for p in PRIORITIES]
        yield _labelled(
            "cleanair_alarms_standing", "Alarms that stand on current data, by priority.", ("priority",), rows
        )
        away = alarms["state"].isin(["shelved", "out_of_service"])
        yield GaugeMetricFamily("cleanair_alarms_shelved", "Alarms shelved or out of service.", int(away.sum()))
    if whole.begun("outbox"):
        waiting = outbox[outbox["sent"].isna()]
        yield GaugeMetricFamily("cleanair_outbox_waiting", "Messages not delivered yet.", len(waiting))
        oldest = [] if not len(waiting) else [((), _stamp(waiting["at"].min()))]
        yield _labelled("cleanair_outbox_oldest_timestamp_seconds", "When the oldest of them was due.", (), oldest)


def _watch(whole: Store) -> Iterator["Metric"]:
    """Absent while no watch ever looked at what is shown; a look that failed keeps the age of the last good one."""
    beats, now = heartbeat.read(whole), clock.machine()
    ages = [((work,), (now - beat.well).total_seconds()) for work, beat in beats.items() if beat.well]
    about = "Since events, alarms and notifications were last looked after; every minute while all is well."
    yield _labelled("cleanair_watch_age_seconds", about, ("work",), ages)
    failing = [((work,), bool(beat.error)) for work, beat in beats.items()]
    yield _labelled("cleanair_watch_failing", "1 while the last look failed.", ("work",), failing)


def _every(network: str) -> timedelta:
    return SOURCES[network].every if network in SOURCES else timedelta(hours=1)


def _stamp(moment: Any) -> float:
    return float("nan") if pd.isna(moment) else float(pd.Timestamp(moment).timestamp())


def _minute() -> pd.Timestamp:
    return pd.Timestamp(clock.now()).floor("min")
