"""Asking one network: its advisory lock, and an answer or an error, whatever happens."""

import logging
import time
from dataclasses import replace

import pandas as pd
from filelock import FileLock, Timeout

from data.store import Store, StoreError
from data.store.storage.location import VARIABLE
from jobs.collect.keep import Delivery
from jobs.collect.schedule import Task
from sources.base import BadPayload, Source, SourceError

log = logging.getLogger("cleanair.collect")


def network_lock(store: Store, network: str) -> FileLock | None:
    """The advisory lock of one network beside the store; None when another process collects it."""
    folder = store.folder / ".collect"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{network}.lock", timeout=0, thread_local=False)
        lock.acquire()
    except Timeout:
        return None
    except OSError as error:
        raise StoreError(
            "store.place.elsewhere", parameter=VARIABLE, place=store.folder, cause=error.strerror, variable=VARIABLE
        ) from error
    return lock


def deliver(source: Source, task: Task, known: set[str] | None) -> Delivery:
    """
    A network's answer to a task, with how long it took.

    Parameters
    ----------
    source : Source
        Asked.
    task : Task
        City and stretch.
    known : set of str or None
        Stations that are known: a row of another makes the list of stations be read. None = it is not read.

    Returns
    -------
    Delivery
        Rows and stations, or the error; a list of stations that cannot be read costs no row.
    """
    began = time.monotonic()
    return replace(_answer(source, task, known), seconds=time.monotonic() - began)


def _answer(source: Source, task: Task, known: set[str] | None) -> Delivery:
    none = pd.DataFrame()
    try:
        answer = source.ask(task.city, task.since, task.until, task.behind)
    except SourceError as error:
        return Delivery(task, none, none, error)
    except Exception as error:  # one adapter's fault must not stop the others
        log.debug("adapter failed", exc_info=True)
        return Delivery(task, none, none, _unexpected(source, error))
    came = Delivery(task, answer.rows, none, failed=answer.failed, asked=answer.asked, tables=answer.tables)
    try:
        wanted = known is not None and len(came.rows) and not set(came.rows["station"].dropna()) <= known
        return replace(came, stations=source.stations(task.city)) if wanted else came
    except Exception:
        log.debug("station list failed", exc_info=True)
        return came


def _unexpected(source: Source, error: Exception) -> BadPayload:
    return BadPayload("sources.answer.not_understood", network=source.name, error=type(error).__name__)
