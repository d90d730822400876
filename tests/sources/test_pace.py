"""Every limit of a quota holds at once, over all clients of one key."""

from bisect import bisect_left
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources import SOURCES
from sources.base import Quota, RateLimited
from sources.http import Client
from sources.pace import Pace, pace_of


class Clock:
    """Time that moves when somebody sleeps, and a little with every question."""

    def __init__(self) -> None:
        self.now = 0.0

    def tick(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def most(times: list[float], length: float) -> int:
    """The most requests in any stretch of a length."""
    return max(bisect_left(times, t + length - 1e-6) - i for i, t in enumerate(times))


def spent(pace: Pace, requests: int, each: float = 0.2) -> list[float]:
    clock, times = Clock(), []
    for _ in range(requests):
        pace.wait(1.0, clock.sleep, clock.tick)
        times.append(clock.now)
        clock.now += each
    return times


def test_openaq_stays_within_the_minute_and_within_the_hour() -> None:
    times = spent(Pace(SOURCES["openaq"].quota), 6500)
    assert most(times, 60) <= 60
    assert most(times, 3600) <= 2000
    assert times[-1] < 4 * 3600  # and it is no slower than it must be


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 20), st.integers(1, 100)), min_size=1, max_size=3), st.floats(0, 3))
def test_every_limit_holds(limits: list[tuple[int, int]], each: float) -> None:
    quotas = [Quota(n, timedelta(seconds=s)) for n, s in limits]
    whole = Quota(quotas[0].requests, quotas[0].per, tuple(quotas[1:]))
    times = spent(Pace(whole), 100, each)
    assert all(most(times, limit.per.total_seconds()) <= limit.requests for limit in quotas)


def test_a_request_dearer_than_a_limit_goes_alone_and_not_never() -> None:
    clock, pace = Clock(), Pace(Quota(3, timedelta(seconds=60)))
    for _ in range(3):
        pace.wait(50.0, clock.sleep, clock.tick)
    assert clock.now == pytest.approx(120)


def test_who_cannot_wait_is_told_how_long_it_would_be() -> None:
    clock, pace = Clock(), Pace(Quota(3, timedelta(minutes=1), (Quota(5, timedelta(hours=1)),)))
    waits = [pace.wait(1.0, clock.sleep, clock.tick, 90.0) for _ in range(7)]
    assert waits == [0, 0, 0, 0, 0, 3540, 3540]
    assert clock.now == 60  # the minute was waited for, the hour was not
    client = Client("testnet", "https://x.invalid", Quota(1, timedelta(hours=1)), sleep=clock.sleep, tick=clock.tick)
    client.hurry()
    client._pace(1.0)
    with pytest.raises(RateLimited) as caught:
        client._pace(1.0)
    assert caught.value.retry_after == 3600


def test_all_clients_of_one_key_draw_on_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    quota = Quota(5, timedelta(hours=1))
    monkeypatch.delenv("CLEANAIR_TESTNET_URL", raising=False)
    monkeypatch.setenv("TESTNET_KEY", "one")
    first, second = (Client("testnet", "https://x.invalid", quota, "TESTNET_KEY") for _ in range(2))
    assert first._paced() is second._paced()
    monkeypatch.setenv("TESTNET_KEY", "two")
    assert Client("testnet", "https://x.invalid", quota, "TESTNET_KEY")._paced() is not first._paced()
    monkeypatch.setenv("CLEANAIR_TESTNET_URL", "http://127.0.0.1:9")
    standing_in = [Client("testnet", "https://x.invalid", quota, "TESTNET_KEY")._paced() for _ in range(2)]
    assert standing_in[0] is not standing_in[1]
    assert pace_of("https://x.invalid", "one", quota) is first._paced()
