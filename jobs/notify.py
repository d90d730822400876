"""Alarms leave the centre: signed webhook, e-mail, Telegram; at least once, through outages and restarts."""

import base64
import hashlib
import hmac
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock

import orjson
import pandas as pd
import requests

from data import clock
from data.alarms import PRIORITIES
from data.served import demo_store
from data.store import Store, StoreBusy
from jobs import notify_mail, outbox
from jobs.alarm_words import Report, reports
from jobs.notify_channels import PREFIX, Channel, ChannelError, channels, exercising
from jobs.notify_errors import Later, Stop
from jobs.notify_letters import Content, compose, trial
from sources.http import agent, redact

log = logging.getLogger("cleanair")
TIMEOUT = (5.0, 15.0)  # to connect, between two bytes [s]
LARGEST = 64 * 1024  # of an answer that is looked at [bytes]
AGAIN = (408, 425, 429)  # client errors that a repetition may mend
LONGEST_WAIT = timedelta(hours=24)  # of a Retry-After
TELEGRAM_TEXT = 4096  # Bot API, sendMessage [characters]
# What a person must do about a refusal.
REMEDY: Mapping[int, str] = {
    401: "the secret or token is refused: whoever runs the server must renew it",
    403: "the receiver does not let the centre in: ask whoever runs the receiver",
    404: "nobody receives at this address: whoever runs the server must correct it",
    410: "the receiver is gone for good: whoever runs the server must name another",
    413: "the receiver takes no message of this size: ask whoever runs the receiver",
}
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
                told[way.key] = redact(str(error), way.secrets())
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
            said = redact(str(error), way.secrets())
            box = outbox.keep(store, outbox.settled(box, letter.rows, now, said), now)
            log.warning("%s", said)
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
        raise Stop(f"{way.key}: the log has no entry for {id}; nothing is sent")
    SENDERS[way.key](way, compose(id, told, way, exercise=exercise))


def _postpone(store: Store, box: pd.DataFrame, way: Channel, now: datetime, error: Exception, jitter: float) -> None:
    """The whole channel waits: what stands behind would fail alike."""
    chosen = outbox.due(box, way.key, now)
    tries = int(box.loc[chosen, "tries"].max()) + 1
    asked = min(getattr(error, "wait", timedelta(0)), LONGEST_WAIT)
    said = redact(str(error), way.secrets())
    outbox.keep(store, outbox.postponed(box, chosen, now, said, max(outbox.backoff(tries, jitter), asked)), now)
    with _guard:
        if way.key not in _failing:  # the first failure is logged, then silence until it recovers
            log.warning("%s", said)
        _failing.add(way.key)


def _recovered(way: Channel) -> None:
    with _guard:
        if way.key in _failing:
            log.info("%s: delivers again", way.key)
        _failing.discard(way.key)


# --- the channels ----------------------------------------------------------------------------------------------------


def signature(secret: str, id: str, timestamp: str, body: bytes) -> str:
    """
    Signature of a webhook, as Standard Webhooks 1.0 defines it.

    Parameters
    ----------
    secret : str
        ``whsec_`` and base64, or any text.
    id, timestamp : str
        Of the headers ``webhook-id`` and ``webhook-timestamp``.
    body : bytes
        As it is sent.

    Examples
    --------
    >>> signature("a secret", "msg_1", "1614265330", b"{}")
    'v1,HDcTYw7JuG3IxuTG2oE46Tqd7TZeKceZ6zigocimmeg='
    """
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = b".".join((id.encode(), timestamp.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _webhook(way: Channel, content: Content) -> None:
    body = orjson.dumps(content.payload())
    stamp = str(int(datetime.now(UTC).timestamp()))  # the receiver's own clock must agree, also in an exercise
    try:
        signed = signature(way.settings["WEBHOOK_SECRET"], content.id, stamp, body)
    except ValueError:
        raise ChannelError(f"webhook: {PREFIX}WEBHOOK_SECRET begins with whsec_ and is not base64; mend it") from None
    headers = {
        "content-type": "application/json",
        "webhook-id": content.id,
        "webhook-timestamp": stamp,
        "webhook-signature": signed,
    }
    _post("webhook", way.settings["WEBHOOK_URL"], body, headers)


def _telegram(way: Channel, content: Content) -> None:
    address = f"{way.settings['TELEGRAM_URL'].rstrip('/')}/bot{way.settings['TELEGRAM_TOKEN']}/sendMessage"
    message = {
        "chat_id": way.settings["TELEGRAM_CHAT"],
        "text": content.text()[:TELEGRAM_TEXT],
        "link_preview_options": {"is_disabled": True},
    }
    _post("telegram", address, orjson.dumps(message), {"content-type": "application/json"})


def _post(channel: str, address: str, body: bytes, headers: Mapping[str, str]) -> None:
    """One try; what goes wrong is said without the address, which may hold a secret."""
    try:
        with requests.post(
            address, data=body, headers={**headers, "user-agent": agent()}, timeout=TIMEOUT,
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            status, told = answer.status_code, dict(answer.headers)
            said = b"" if 200 <= status < 300 else next(answer.iter_content(LARGEST), b"")
    except requests.exceptions.SSLError:
        raise Later(f"{channel}: its certificate was not accepted; check the machine's clock and CA files") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
        raise ChannelError(f"{channel}: its address is none; whoever runs the server must mend it") from None
    except (requests.RequestException, OSError, ValueError) as error:
        raise Later(f"{channel}: no connection ({type(error).__name__}); it is tried again") from None
    if not 200 <= status < 300:
        raise _refusal(channel, status, told, said)


def _refusal(channel: str, status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    """Whether a repetition can mend it; 3xx counts as refused, since nothing is sent to where it points."""
    if status >= 500 or status in AGAIN:
        return Later(f"{channel}: {status}; it is tried again", _retry_after(headers, body))
    return Stop(f"{channel}: {status}: {REMEDY.get(status, 'the receiver refuses the message: ask whoever runs it')}")


def _retry_after(headers: Mapping[str, str], body: bytes) -> timedelta:
    """What the receiver asks for: seconds or a date in the header, Telegram's word in the body."""
    asked = next((v.strip() for k, v in headers.items() if k.lower() == "retry-after"), "")
    if asked.isdigit():
        return timedelta(seconds=min(int(asked), LONGEST_WAIT.total_seconds()))
    try:
        if asked:
            return max(parsedate_to_datetime(asked) - datetime.now(UTC), timedelta(0))
        return timedelta(seconds=float(orjson.loads(body)["parameters"]["retry_after"]))
    except (ValueError, TypeError, KeyError, OverflowError):
        return timedelta(0)


SENDERS: Mapping[str, Callable[[Channel, Content], None]] = {
    "webhook": _webhook,
    "email": notify_mail.send,
    "telegram": _telegram,
}
