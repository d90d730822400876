"""The one way to a network: time-outs, retries, size cap, pace, and no key in any message."""

import logging
import math
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter

from data.release import PACKAGE, release
from sources.base import BadPayload, Denied, Late, Quota, RateLimited, SourceError, TooMuch, Unavailable, Unreached
from sources.pace import Pace, pace_of
from sources.redaction import redact

TIMEOUT = (5.0, 30.0)  # to connect, between two bytes [s]
DEADLINE = 180.0  # for one whole answer, so that a byte a second does not hold a network for hours [s]
LARGEST = 64 * 1024 * 1024  # of one unpacked answer [bytes]
ATTEMPTS = 3
PATIENCE = 30.0  # a longer Retry-After is the collector's to keep [s]
OWN_PATIENCE = 90.0  # so is a longer wait for our own quota, once somebody waits; a limit of a minute needs less [s]
AGAIN = (429, 502, 503, 504)
SMALLER = (408, 413, 504)  # the question was too much for the network
CHUNK = 64 * 1024
CONTACT = "CLEANAIR_CONTACT"
# urllib3 writes whole addresses, with any key in them, at its DEBUG level.
logging.getLogger("urllib3").setLevel(logging.WARNING)


def agent() -> str:
    """
    How the centre introduces itself; networks ask for a contact.

    Returns
    -------
    str
        User-Agent with the contact of `CLEANAIR_CONTACT`.
    """
    contact = "".join(c for c in os.environ.get(CONTACT, "") if " " <= c <= "~")
    return f"{PACKAGE}/{release()} ({contact or 'contact not set'})"


class Client:
    """
    Requests to one network.

    Parameters
    ----------
    network : str
        Its key; ``CLEANAIR_<NETWORK>_URL`` replaces every base address, so that a loopback server can stand in.
    base : str
        Base address.
    quota : Quota, optional
        Requests are spaced so that each of its limits is kept, by all clients of one key in this process together.
    key : str
        Environment variable that holds the key, for messages and redaction.
    sleep, tick : callable
        The clock, replaceable in tests.
    timeout : (float, float)
        To connect, and between two bytes. [s]
    """

    def __init__(
        self,
        network: str,
        base: str,
        quota: Quota | None = None,
        key: str = "",
        sleep: Callable[[float], None] = time.sleep,
        tick: Callable[[], float] = time.monotonic,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.network, self.key = network, key
        self.override = os.environ.get(f"CLEANAIR_{network.upper()}_URL", "").rstrip("/")
        self.base = self.override or base.rstrip("/")
        self.quota, self.sleep, self.tick, self.timeout = quota, sleep, tick, timeout
        self._own: Pace | None = None
        self._most = math.inf
        self.session = requests.Session()
        self.session.mount("https://", HTTPAdapter(max_retries=0))
        self.session.headers["User-Agent"] = agent()

    def secret(self) -> str:
        """The key itself, empty when it is not set."""
        return os.environ.get(self.key, "").strip() if self.key else ""

    def get_json(self, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """
        The decoded answer; None when the network says there is nothing (204, or a status in ``absent``).

        Parameters
        ----------
        path : str
            Below the base address.
        params : mapping, optional
            Query.
        **options
            As for `send`.

        Raises
        ------
        SourceError
            The kind says who must act.
        """
        content = self.send("GET", path, params=params, **options)
        return None if content is None else self.decode(content, path)

    def get_bytes(self, path: str, params: Mapping[str, Any] | None = None, **options: Any) -> bytes | None:
        """The answer as it came; otherwise as `get_json`."""
        return self.send("GET", path, params=params, **options)

    def decode(self, content: bytes, path: str) -> Any:
        """JSON of an answer, or BadPayload with an excerpt."""
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            where = self._where(f"{self.base}/{path.lstrip('/')}")
            said = self._excerpt(content)
            raise BadPayload("sources.http.not_json", network=self.network, where=where, said=said) from None

    def send(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        absent: Sequence[int] = (),
        refusal: bytes = b"",
        cost: float = 1.0,
        base: str = "",
    ) -> bytes | None:
        """
        Send one request, again where the network asks for it, and read the answer.

        Parameters
        ----------
        method, path, params, data, headers
            The request.
        absent : sequence of int
            Statuses that mean "no data".
        refusal : bytes
            Word, in lower case, of an answer whose status is no other sign of a key that was refused.
        cost : float
            How much of the quota it takes.
        base : str
            Another base address of the same network.

        Returns
        -------
        bytes or None
            None for 204 and for `absent`.

        Raises
        ------
        Unavailable, RateLimited, Denied, BadPayload
            Each names host and path, never the query.
        """
        address = f"{self.base if self.override or not base else base.rstrip('/')}/{path.lstrip('/')}"
        for attempt in range(1, ATTEMPTS + 1):
            self._pace(cost)
            status, answer_headers, content = self._once(method, address, params, data, headers)
            if status == 204 or status in absent:
                return None
            if status == 200:
                return content
            wait = _wait(answer_headers, attempt)
            if status not in AGAIN or attempt == ATTEMPTS or wait > PATIENCE:
                refused = status in (401, 403) or (status < 500 and bool(refusal) and refusal in content[:400].lower())
                raise self._failure(status, address, content, wait, refused)
            self.sleep(wait)
        raise AssertionError("unreachable")

    def reachable(self) -> bool:
        """Whether the host answers anything at all, quickly."""
        try:
            self.session.get(self.base, timeout=(3.0, 5.0), allow_redirects=False, stream=True).close()
        except requests.RequestException:
            return False
        return True

    def _once(
        self, method: str, address: str, params: object, data: object, headers: object
    ) -> tuple[int, Mapping[str, str], bytes]:
        where, began = {"network": self.network, "where": self._where(address)}, self.tick()
        try:
            with self.session.request(
                method, address, params=params, data=data, headers=headers,  # type: ignore[arg-type]
                timeout=self.timeout, allow_redirects=False, stream=True,
            ) as answer:  # fmt: skip
                content = self.body(answer, where["where"], began)
                return answer.status_code, answer.headers, content
        # `from None`: the cause's own words hold the whole address with its key.
        except requests.exceptions.SSLError:
            raise Unavailable("sources.http.certificate", who="operator", **where) from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError):
            raise Unreached("sources.http.unreached", **where) from None
        except requests.exceptions.Timeout:
            raise Late("sources.http.late", **where) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            setting = f"CLEANAIR_{self.network.upper()}_URL"
            raise Denied("sources.http.no_address", network=self.network, parameter=setting) from None
        except (requests.RequestException, OSError, ValueError) as error:
            if unreached(error):
                raise Unreached("sources.http.unreached", **where) from None
            raise Unavailable("sources.http.no_connection", error=type(error).__name__, **where) from None
        except _urllib3_error() as error:
            raise Unavailable("sources.http.broken_off", error=type(error).__name__, **where) from None

    def body(self, answer: requests.Response, where: str, began: float) -> bytes:
        """
        Read what has come, piece by piece, so that neither a drip nor a flood holds the collector.

        Parameters
        ----------
        answer : Response
            Opened as a stream.
        where : str
            Host and path, for the message.
        began : float
            By the client's own clock. [s]

        Raises
        ------
        BadPayload, Unavailable
            When it is too much or too slow.
        """
        content = bytearray()
        while piece := answer.raw.read1(CHUNK, decode_content=True):
            content += piece
            if len(content) > LARGEST:
                raise BadPayload("sources.http.too_large", network=self.network, where=where, most=LARGEST // 2**20)
            if self.tick() - began > DEADLINE:
                raise Unavailable("sources.http.too_slow", network=self.network, where=where, seconds=round(DEADLINE))
        return bytes(content)

    def _failure(self, status: int, address: str, content: bytes, wait: float, refused: bool) -> SourceError:
        told = {"network": self.network, "where": self._where(address), "said": self._excerpt(content)}
        if status == 429:
            return RateLimited("sources.http.too_many", retry_after=max(wait, 60.0), **told)
        if refused:
            key = "sources.http.refused" if self.key else "sources.http.refused_unknown"
            return Denied(key, parameter=self.key or CONTACT, code=status, **told)
        if status in SMALLER:
            return TooMuch("sources.http.failed", code=status, **told)
        if status >= 500:
            return Unavailable("sources.http.failed", code=status, **told)
        return BadPayload("sources.http.not_accepted", code=status, **told)

    def _pace(self, cost: float) -> None:
        """Wait until every limit has room for a request of this cost."""
        if self.quota is not None:
            pause = self._paced().wait(cost, self.sleep, self.tick, self._most)
            if pause:
                raise RateLimited("sources.http.paced", network=self.network, retry_after=pause)

    def hurry(self) -> None:
        """From now on refuse a request for which our own quota has no room for long, rather than wait."""
        self._most = OWN_PATIENCE

    def _paced(self) -> Pace:
        """A stand-in knows no account: only what is asked of the network itself counts over all clients."""
        if self._own is None and self.quota is not None:
            shared = not self.override and self.tick is time.monotonic
            self._own = pace_of(self.base, self.secret(), self.quota) if shared else Pace(self.quota)
        return self._own  # type: ignore[return-value]

    def _where(self, address: str) -> str:
        parts = urlsplit(address)
        return redact((parts.hostname or "") + parts.path, [self.secret()])

    def _excerpt(self, content: bytes) -> str:
        text = " ".join(content[:400].decode("utf-8", "replace").split())
        return redact(text, [self.secret()])[:200] or "–"


def _wait(headers: Mapping[str, str], attempt: int) -> float:
    """Seconds to wait: what the network says, else exponential with jitter."""
    for name in ("Retry-After", "x-ratelimit-reset"):
        if headers.get(name, "").strip().isdigit():
            return float(headers[name])
    return float(2 ** (attempt - 1) * (0.5 + random.random()))


def unreached(error: BaseException) -> bool:
    """
    Whether no connection was made at all, by the first cause that an error of the HTTP library carries.

    Parameters
    ----------
    error : Exception
        As `requests` raises it: the name is unknown, the route is missing, or nobody listens there.
    """
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    return isinstance(cause, NewConnectionError)


def _urllib3_error() -> type[Exception]:
    from urllib3.exceptions import HTTPError  # read1 lets its errors through unwrapped

    return HTTPError
