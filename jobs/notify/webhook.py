"""Notifications by signed webhook (Standard Webhooks)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import orjson
import requests

from jobs.notify.channels import PREFIX, Channel, ChannelError, Later, Stop
from jobs.notify.content import Content
from sources.http import agent

TIMEOUT = (5.0, 15.0)  # to connect, between two bytes [s]
LARGEST = 64 * 1024  # of an answer that is looked at [bytes]
AGAIN = (408, 425, 429)  # client errors that a repetition may mend
LONGEST_WAIT = timedelta(hours=24)  # of a Retry-After
# Status of a refusal → the sentence that says what a person must do about it.
REMEDY: Mapping[int, str] = {
    401: "jobs.notify.secret_refused",
    403: "jobs.notify.not_let_in",
    404: "jobs.notify.nobody_there",
    410: "jobs.notify.gone",
    413: "jobs.notify.too_large",
}
SECRET = PREFIX + "WEBHOOK_SECRET"


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


def send(way: Channel, content: Content) -> None:
    """Send one signed notification; `Later` or `Stop` where it does not arrive."""
    body = orjson.dumps(content.payload())
    stamp = str(int(datetime.now(UTC).timestamp()))  # the receiver's own clock must agree, also in an exercise
    try:
        signed = signature(way.settings["WEBHOOK_SECRET"], content.id, stamp, body)
    except ValueError:
        raise ChannelError("jobs.notify.no_base64", parameter=SECRET, channel="webhook", variable=SECRET) from None
    headers = {
        "content-type": "application/json",
        "webhook-id": content.id,
        "webhook-timestamp": stamp,
        "webhook-signature": signed,
    }
    post("webhook", way.settings["WEBHOOK_URL"], body, headers)


def post(channel: str, address: str, body: bytes, headers: Mapping[str, str]) -> None:
    """One try; what goes wrong is said (`Later`, `Stop`) without the address, which may hold a secret."""
    try:
        with requests.post(
            address, data=body, headers={**headers, "user-agent": agent()}, timeout=TIMEOUT,
            allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            status, told = answer.status_code, dict(answer.headers)
            said = b"" if 200 <= status < 300 else next(answer.iter_content(LARGEST), b"")
    except requests.exceptions.SSLError:
        raise Later("jobs.notify.certificate", who="operator", channel=channel) from None
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
        raise ChannelError("jobs.notify.no_address", channel=channel) from None
    except (requests.RequestException, OSError, ValueError) as error:
        raise Later("jobs.notify.no_connection", channel=channel, kind=type(error).__name__) from None
    if not 200 <= status < 300:
        raise _refusal(channel, status, told, said)


def _refusal(channel: str, status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    """Whether a repetition can mend it; 3xx counts as refused, since nothing is sent to where it points."""
    if status >= 500 or status in AGAIN:
        return Later("jobs.notify.later", channel=channel, code=status, wait=_retry_after(headers, body))
    return Stop(REMEDY.get(status, "jobs.notify.refused"), channel=channel, code=status)


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
