"""Alarms leave the centre: signed webhook, e-mail, Telegram; at least once, through outages and restarts."""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from threading import Lock

import pandas as pd

from data import clock
from data.rules.alarms import PRIORITIES
from data.store import Store, StoreBusy
from data.store.served import demo_store
from jobs.alarms.reports import Report, reports
from jobs.notify import email, outbox, telegram, webhook
from jobs.notify.channels import Channel, ChannelError, Later, Stop, channels, exercising
from jobs.notify.content import Content, compose, trial
from jobs.notify.webhook import LONGEST_WAIT
from sources.redaction import redact

log = logging.getLogger("cleanair")
_failing: set[str] = set()
_guard = Lock()


def deliver(store: Store, now: datetime, *, jitter: Callable[[], float] = random.random) -> int:
    """
    Tell every channel what the alarm log holds and it was not told.

    Parameters
    ----------
    store : Store
        With the tables `alarm_log`, `alarms`, `outbox`.
    now : datetime
        UTC.
    jitter : callable
        Random numbers, 0–1.

    Returns
    -------
    int
        Messages that left. Nothing leaves a replay or the demo world unless `CLEANAIR_NOTIFY_EXERCISE` is 1.

    Notes
    -----
    A notification is committed before its first try and settled after its success: a process that ends between the
    two sends it again, with the same id.
    """
    ways = channels()
    exercise = clock.replaying() or store.uri == demo_store().uri
    if not ways or (exercise and not exercising()):
        return 0
    with _alone(store) as mine:
        if not mine:
            return 0
        told = reports(store.table("alarm_log"), store.table("alarms"))
        box = outbox.read(store)
        fresh = outbox.intents(told, box, {way.key: way.priority for way in ways if _sound(way)}, now)
        if len(fresh):
            box = outbox.keep(store, pd.concat([box, fresh], ignore_index=True), now)
        return sum(_empty(store, way, told, now, exercise, jitter) for way in ways)


def try_out(now: datetime, only: str = "") -> dict[str, str]:
    """
    Send a marked test message by each channel now, without the outbox.

    Returns
    -------
    dict of str to str
        Channel → error in a sentence, empty where it was accepted.
    """
    told = {}
    for way in channels():
        if only in ("", way.key):
            try:
                way.check()
                SENDERS[way.key](way, trial(way, now, exercise=clock.replaying()))
                told[way.key] = ""
            except (Later, Stop, ChannelError) as error:
                told[way.key] = _clean(way)(str(error))
    return told


@contextmanager
def _alone(store: Store) -> Iterator[bool]:
    """Whether no other process delivers from this store at the moment."""
    with ExitStack() as stack:
        try:
            stack.enter_context(store.place.held("outbox.lock", 0))
        except StoreBusy:
            yield False
            return
        yield True


def _sound(way: Channel) -> bool:
    return way.priority in PRIORITIES


def _empty(
    store: Store, way: Channel, entries: list[Report], now: datetime, exercise: bool, jitter: Callable[[], float]
) -> int:
    """Send what is due by one channel; its failure holds nobody else up."""
    box = outbox.read(store)
    chosen = outbox.due(box, way.key, now)
    if not chosen.any():
        return 0
    joined = outbox.gathered(box, chosen)
    if not joined["batch"].equals(box["batch"]):
        box = outbox.keep(store, joined, now)
    known = {outbox.identity(one, way.key): one for one in entries}
    sent = 0
    for letter in outbox.letters(joined, outbox.due(joined, way.key, now)):
        told = [known[name] for name in letter.rows if name in known]
        try:
            _send(way, letter.id, told, exercise)
        except Stop as error:
            box = outbox.keep(store, outbox.settled(box, letter.rows, now, error, _clean(way)), now)
            log.warning("%s", _clean(way)(str(error)))
        except (Later, ChannelError) as error:
            _postpone(store, box, way, now, error, jitter())
            return sent
        else:
            box = outbox.keep(store, outbox.settled(box, letter.rows, now), now)
            sent += 1
            _recovered(way)
    return sent


def _send(way: Channel, id: str, told: list[Report], exercise: bool) -> None:
    way.check()
    if not told:
        raise Stop("jobs.notify.no_entry", who="nobody", channel=way.key, id=id)
    SENDERS[way.key](way, compose(id, told, way, exercise=exercise))


def _postpone(
    store: Store, box: pd.DataFrame, way: Channel, now: datetime, error: Later | ChannelError, jitter: float
) -> None:
    """The whole channel waits: what stands behind would fail alike."""
    chosen = outbox.due(box, way.key, now)
    tries = int(box.loc[chosen, "tries"].max()) + 1
    asked = min(getattr(error, "wait", timedelta(0)), LONGEST_WAIT)
    wait = max(outbox.backoff(tries, jitter), asked)
    outbox.keep(store, outbox.postponed(box, chosen, now, error, wait, _clean(way)), now)
    with _guard:
        if way.key not in _failing:  # the first failure is logged, then silence until it recovers
            log.warning("%s", _clean(way)(str(error)))
        _failing.add(way.key)


def _clean(way: Channel) -> Callable[[str], str]:
    """What takes a channel's secrets out of a text."""
    return lambda text: redact(text, way.secrets())


def _recovered(way: Channel) -> None:
    with _guard:
        if way.key in _failing:
            log.info("%s: delivers again", way.key)
        _failing.discard(way.key)


# --- the channels ----------------------------------------------------------------------------------------------------


SENDERS: Mapping[str, Callable[[Channel, Content], None]] = {
    "webhook": webhook.send,
    "email": email.send,
    "telegram": telegram.send,
}
