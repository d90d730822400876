"""Pages are drawn a few at a time: the wall, which does not queue, then never waits for a crowd of readers."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = max(os.cpu_count() or 1, 2)  # drawings share one interpreter: more at once only take longer each
PATIENCE = 60.0  # one that waited for so long goes ahead, whatever is in its way [s]

_places = threading.Semaphore(AT_ONCE)
_mine = threading.local()


@contextmanager
def turn() -> Iterator[float]:
    """
    Wait for a place to draw in; what is drawn inside of a drawing has its place already.

    Yields
    ------
    float
        How long it waited. [s]
    """
    if getattr(_mine, "held", False):
        yield 0.0
        return
    began = time.monotonic()
    _mine.held = True
    taken = _places.acquire(timeout=PATIENCE)
    try:
        yield time.monotonic() - began
    finally:
        _mine.held = False
        if taken:
            _places.release()
