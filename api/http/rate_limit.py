"""How often one client may ask the API: a bucket of tokens for each address, kept in memory."""

import ipaddress
import math
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from starlette.requests import Request

VARIABLE = "CLEANAIR_RATE_LIMIT"
TRUSTED = "CLEANAIR_TRUSTED_PROXY"
PER_MINUTE = 600
WINDOW = 60.0  # s in which an empty bucket fills
CLIENTS = 10_000  # buckets kept; the one unused for longest goes first
# Requests that read much cost more than one token.
COSTS: Mapping[str, int] = {
    "/api/v1/measurements.csv": 10, "/api/v1/attribution.csv": 5, "/api/v1/events.csv": 5, "/api/v1/forecast.csv": 5,
    "/api/v1/snapshots/{name}.zip": 10, "/api/v1/measurements": 2, "/api/v1/statements": 5, "/sta/v1.1/{rest:path}": 2,
}  # fmt: skip

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Verdict:
    """
    Whether a request may pass.

    Attributes
    ----------
    remaining : int
        Tokens left.
    wait : float
        Until there are enough for a request that was refused, else until the bucket is full. [s]
    """

    allowed: bool
    limit: int
    remaining: int
    wait: float

    def headers(self) -> dict[str, str]:
        """Fields of the IETF draft `RateLimit header fields for HTTP`, and Retry-After for a refusal."""
        wait = max(1, math.ceil(self.wait)) if not self.allowed else math.ceil(self.wait)
        said = {
            "ratelimit-policy": f'"client";q={self.limit};w={WINDOW:.0f}',
            "ratelimit": f'"client";r={self.remaining};t={wait}',
        }
        return said if self.allowed else {**said, "retry-after": str(wait)}


class Limiter:
    """
    Buckets by client.

    Parameters
    ----------
    clients : int
        Buckets that are kept at most.
    clock : callable
        Seconds that never run backwards.
    """

    def __init__(self, clients: int = CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self.clients, self.clock = clients, clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, client: str, limit: int, cost: int = 1) -> Verdict:
        """
        Take tokens out of a client's bucket.

        Parameters
        ----------
        client : str
            Key of the bucket.
        limit : int
            Size of the bucket and tokens a minute.
        cost : int
            Tokens of this request; never more than the bucket holds.

        Examples
        --------
        >>> one = Limiter(clock=lambda: 0.0)
        >>> [one.take("a", 2).allowed for _ in range(3)]
        [True, True, False]
        """
        now, rate, cost = self.clock(), limit / WINDOW, min(cost, limit)
        with self._guard:
            tokens, at = self._kept.pop(client, (float(limit), now))
            tokens = min(float(limit), tokens + (now - at) * rate)
            allowed = tokens >= cost
            tokens -= cost if allowed else 0
            self._kept[client] = (tokens, now)
            while len(self._kept) > self.clients:
                self._kept.popitem(last=False)
        wait = (limit - tokens if allowed else cost - tokens) / rate
        return Verdict(allowed, limit, int(tokens), wait)


LIMITER = Limiter()


def limited(request: Request, path: str) -> Verdict | None:
    """
    What the limit says of a request; None where it does not hold.

    It does not hold for clients on this machine (loopback, sockets without an address), nor where the environment
    says 0.
    """
    limit = per_minute()
    who = client(request.client.host if request.client else "", request.headers.get("x-forwarded-for", ""))
    if not limit or who is None:
        return None
    return LIMITER.take(who, limit, COSTS.get(path, 1))


def per_minute() -> int:
    """Tokens a minute: `CLEANAIR_RATE_LIMIT`, 600 where it is not set or is no number; 0 means no limit."""
    text = os.environ.get(VARIABLE, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else PER_MINUTE


def client(peer: str, forwarded: str) -> str | None:
    """
    Whose bucket a request takes from.

    Parameters
    ----------
    peer : str
        Address of the other end of the connection.
    forwarded : str
        X-Forwarded-For; believed only as far as `CLEANAIR_TRUSTED_PROXY` (addresses or networks, separated by commas)
        names who wrote it.

    Returns
    -------
    str or None
        An IPv4 address or an IPv6 network of 64 bits; None for this machine itself.

    Examples
    --------
    >>> client("192.0.2.7", "198.51.100.1"), client("2001:db8::1", ""), client("127.0.0.1", "")
    ('192.0.2.7', '2001:db8::/64', None)
    """
    return _client(peer, forwarded, os.environ.get(TRUSTED, ""))


@lru_cache(maxsize=256)
def _client(peer: str, forwarded: str, trusted: str) -> str | None:
    proxies = _networks(trusted)
    at = _address(peer)
    for hop in reversed(forwarded.split(",")):
        if at is None or not _within(at, proxies):
            break
        nearer = _address(hop)
        if nearer is None:
            break
        at = nearer
    if at is None or at.is_loopback:
        return None
    return str(ipaddress.ip_network((at, 64), strict=False)) if at.version == 6 else str(at)


def _address(text: str) -> Address | None:
    try:
        made = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(made, "ipv4_mapped", None) or made


def _networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for word in filter(None, (w.strip() for w in text.split(","))):
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue
    return found


def _within(at: Address, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    return any(at.version == n.version and at in n for n in networks)
