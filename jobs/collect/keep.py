"""Keeping what a network delivered: through the door, checked beside what is known, with a status either way."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import pandas as pd

from data.errors import CentreError, columns
from data.place import placed
from data.schema import SchemaError, conform
from data.store import Store, StoreError
from data.times import interval_end
from jobs.collect import lost
from jobs.collect.links import linked
from jobs.collect.schedule import Task, following, row_of
from jobs.ingest.quality import checked, rejects_of, with_hours
from jobs.logs import turned
from jobs.methane import keep as plumes
from sources import SOURCES
from sources.base import Failure, SourceError

log = logging.getLogger("cleanair.collect")
SPENT = [0.0, 0.0]  # batches that this process checked and kept, and the time that took [s]


@dataclass(frozen=True)
class Outcome:
    """
    How one network's collection for one city went.

    Attributes
    ----------
    stored, revised, unchanged, rejected : int
        Rows.
    error : str
        A sentence that says who must act, in English; empty when all went well.
    fault : CentreError or None
        The same as fields.
    newest : datetime or None
        End of the newest interval that came and that no check doubts.
    at : datetime or None
        When it was kept.
    seconds : float
        How long the network took to answer. [s]
    asked : int
        Parts that were asked, such as stations; 0 where the network answers in one piece.
    lost : tuple of Failure
        Those that did not come; what did is kept.
    """

    network: str
    city: str
    stored: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0
    error: str = ""
    newest: datetime | None = None
    at: datetime | None = field(default=None, compare=False)
    seconds: float = field(default=0.0, compare=False)
    fault: CentreError | None = field(default=None, compare=False, repr=False)
    asked: int = field(default=0, compare=False)
    lost: tuple[Failure, ...] = field(default=(), compare=False)

    def __add__(self, other: "Outcome") -> "Outcome":
        ends = [e for e in (self.newest, other.newest) if e is not None]
        return Outcome(
            self.network,
            self.city,
            self.stored + other.stored,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            other.error or self.error,
            max(ends, default=None),
            other.at or self.at,
            self.seconds + other.seconds,
            other.fault or self.fault,
            max(self.asked, other.asked),
            lost.together(self.lost, other.lost),
        )

    def failed(self, fault: CentreError) -> "Outcome":
        """The same, ended by an error."""
        return replace(self, error=str(fault), fault=fault)


@dataclass(frozen=True)
class Delivery:
    """What a network gave for a task within how many seconds: rows, stations, parts that failed; or an error.

    What is no measurement stands in `tables`, by the table of the store that keeps it.
    """

    task: Task
    rows: pd.DataFrame
    stations: pd.DataFrame
    error: SourceError | None = None
    seconds: float = 0.0
    failed: tuple[Failure, ...] = ()
    asked: int = 0
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def keep(store: Store, delivery: Delivery, now: datetime) -> Outcome:
    """
    Bring a delivery through the door, check and keep it; write the status either way.

    Parameters
    ----------
    store : Store
        Where it goes.
    delivery : Delivery
        Rows and stations, or an error. On an error the rows kept before stay as they are.
    now : datetime
        When it became known.

    Returns
    -------
    Outcome
        What was stored; `error` where something failed.
    """
    task = delivery.task
    before = row_of(store.status(), task.network, task.city.key)
    fault: CentreError | None = delivery.error
    outcome = Outcome(task.network, task.city.key)
    if fault is None:
        try:
            outcome = stored(store, delivery, now)
        except (SchemaError, StoreError) as problem:
            fault = problem
        except Exception as problem:  # whatever it is, the other networks go on
            log.debug("keeping failed", exc_info=True)
            fault = StoreError(
                "jobs.collect.not_kept", who="developer", network=task.network, kind=type(problem).__name__
            )
    outcome = replace(outcome if fault is None else outcome.failed(fault), at=now, seconds=delivery.seconds)
    which = f"{outcome.network}, {outcome.city}"
    failed = f"{which}: {outcome.error}"
    turned(log, bool(str(before.get("error", ""))), bool(outcome.error), failed, f"{which}: works again")
    if fault is None:
        _say_partly(outcome, before)
    try:
        _write_status(store, outcome, before, now, getattr(fault, "retry_after", lost.patience(outcome.lost)))
    except StoreError as problem:
        outcome = outcome.failed(problem)
    return outcome


def stored(store: Store, delivery: Delivery, now: datetime) -> Outcome:
    """
    Keep the rows and stations of a delivery.

    Raises
    ------
    SchemaError
        When the table as a whole does not fit.
    StoreError
        When it cannot be written.
    """
    delivery = replace(delivery, stations=linked(delivery.stations, store.stations()))
    task = delivery.task
    if len(delivery.stations):
        store.put_stations(delivery.stations, now)
    parts = {"asked": delivery.asked, "lost": delivery.failed}
    if plumes.TABLE in delivery.tables:
        kept = plumes.keep(store, delivery.tables[plumes.TABLE], task.city, now, f"fetch {task.network}")
        return replace(Outcome(task.network, task.city.key, *kept), **parts)  # type: ignore[arg-type]
    if not len(delivery.rows):
        return replace(Outcome(task.network, task.city.key), **parts)  # type: ignore[arg-type]
    door = conform(delivery.rows, now)
    rows = with_hours(store, placed(door.rows, store.stations()), now)
    began = time.monotonic()
    judged = checked(store, rows, now)
    done = store.append(judged, rejects_of(door, task.network, f"fetch {task.city.key}", now))
    SPENT[:] = SPENT[0] + 1, SPENT[1] + time.monotonic() - began
    sound = judged[judged["flag"] == "ok"]
    ends = interval_end(sound["start"], sound["minutes"])
    past = ends[ends <= pd.Timestamp(now)]
    newest = past.max().to_pydatetime() if len(past) else None
    counts = done.stored, done.revised, done.unchanged, len(door.rejects)
    return replace(Outcome(task.network, task.city.key, *counts, newest=newest), **parts)  # type: ignore[arg-type]


def _say_partly(outcome: Outcome, before: dict[str, object]) -> None:
    which = f"{outcome.network}, {outcome.city}"
    said = f"{which}: {lost.of(outcome.network, outcome.lost, outcome.asked) or ''}"
    turned(log, bool(before.get("parts_failed")), bool(outcome.lost), said, f"{which}: every part came again")


def _write_status(store: Store, outcome: Outcome, before: dict[str, object], now: datetime, retry_after: float) -> None:
    source = SOURCES[outcome.network]
    fields: dict[str, object] = {
        "attempted": now,
        **columns(outcome.fault),
        "next": following(source, now, retry_after),
        "failing_since": (before.get("failing_since") or now) if outcome.error else None,
    }
    if not outcome.error:
        fields |= {
            "succeeded": now,
            "rows": outcome.stored + outcome.revised + outcome.unchanged,
            "rejected": outcome.rejected,
            "parts": outcome.asked,
            "parts_failed": len(outcome.lost),
            "failed": lost.text(outcome.lost),
        }
        if outcome.newest is not None:
            fields["newest"] = max(outcome.newest, before.get("newest") or outcome.newest)  # type: ignore[call-overload]
    store.put_status(outcome.network, outcome.city, **fields)
