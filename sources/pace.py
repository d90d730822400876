"""The pace at which a network is asked, so that every limit of its quota holds, over all clients of this process."""

import math
import threading
from collections import deque
from collections.abc import Callable
from functools import lru_cache

from sources.base import Quota


class Pace:
    """
    What was spent of a quota, and when.

    Parameters
    ----------
    quota : Quota
        Whose limits hold, all of them at once.
    """

    def __init__(self, quota: Quota) -> None:
        self._spent = [_Spent(limit) for limit in quota.limits]
        self._one = threading.Lock()

    def wait(
        self, cost: float, sleep: Callable[[float], None], tick: Callable[[], float], most: float = math.inf
    ) -> float:
        """
        Wait until every limit has room for a request, and count it.

        Parameters
        ----------
        cost : float
            Of the request; one dearer than a limit goes alone.
        sleep, tick : callable
            The clock. [s]
        most : float
            It does not wait for longer. [s]

        Returns
        -------
        float
            0 once the request is counted; else how long there is no room for it. [s]
        """
        while True:
            with self._one:
                now = tick()
                pause = max(spent.pause(cost, now) for spent in self._spent)
                if pause <= 0:
                    for spent in self._spent:
                        spent.add(cost, now)
                    return 0.0
            if pause > most:
                return pause
            sleep(max(pause, 0.01))


class _Spent:
    """What was spent within the length of one limit."""

    def __init__(self, limit: Quota) -> None:
        self.most, self.length = limit.requests, limit.per.total_seconds()
        self.times: deque[tuple[float, float]] = deque()
        self.total = 0.0

    def pause(self, cost: float, now: float) -> float:
        """How long until there is room. [s]"""
        while self.times and now - self.times[0][0] >= self.length:
            self.total -= self.times.popleft()[1]
        if not self.times or self.total + cost <= self.most:
            return 0.0
        return self.length - (now - self.times[0][0])

    def add(self, cost: float, now: float) -> None:
        """Count a request."""
        self.times.append((now, cost))
        self.total += cost


@lru_cache(maxsize=256)
def pace_of(base: str, secret: str, quota: Quota) -> Pace:
    """
    The one pace of a network in this process: a round, a back-fill and an examination draw on one account.

    Parameters
    ----------
    base : str
        Its address.
    secret : str
        The key whose account it is; empty where there is none.
    quota : Quota
        What it allows.
    """
    return Pace(quota)
