"""Pictures that are repainted beside the screens that show them, so that no screen waits for a brush."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Made = TypeVar("Made")
PATIENCE = 0.7  # a screen waits so long for the new picture before it takes the last one again [s]
TRUSTED = 30.0  # a last picture that nobody looked after for longer is not shown again [s]
KEPT = 48


@dataclass
class _Easel(Generic[Made]):
    """One picture, and the work at its next."""

    state: str = ""
    made: Made | None = None
    seen: float = float("-inf")  # when it was last known to be of the newest state
    error: Exception | None = None
    busy: threading.Lock = field(default_factory=threading.Lock)
    done: threading.Event = field(default_factory=threading.Event)


class Painter(Generic[Made]):
    """
    The newest picture of each kind, made once for all who ask.

    Examples
    --------
    >>> painter = Painter()
    >>> painter.latest("wall", "version 1", lambda: "a picture")
    ('a picture', 0.0)
    """

    def __init__(self) -> None:
        self._easels: dict[Hashable, _Easel[Made]] = {}
        self._guard = threading.Lock()

    def latest(self, key: Hashable, state: str, paint: Callable[[], Made]) -> tuple[Made, float]:
        """
        The picture of a state, or the last one while that of the state is being painted.

        Parameters
        ----------
        key : hashable
            Which picture.
        state : str
            What it depends on, as of now.
        paint : callable
            Makes it; called in a thread of its own where there is a last one to show meanwhile.

        Returns
        -------
        tuple
            The picture, and for how long it has not been known to be of the newest state. [s]

        Raises
        ------
        Exception
            Whatever `paint` last raised for it.
        """
        now = time.monotonic()
        easel = self._easel(key)
        if easel.state != state:
            if easel.made is None or now - easel.seen > TRUSTED:
                with easel.busy:
                    if easel.state != state:
                        _work(easel, state, paint, now)
            else:
                self._send(easel, state, paint, now)
        if easel.state == state:
            easel.seen = max(easel.seen, now)
        if easel.error is not None:
            raise easel.error
        assert easel.made is not None
        return easel.made, max(now - easel.seen, 0.0)

    def _easel(self, key: Hashable) -> _Easel[Made]:
        with self._guard:
            while len(self._easels) >= KEPT and key not in self._easels:
                self._easels.pop(next(iter(self._easels)))
            return self._easels.setdefault(key, _Easel())

    def _send(self, easel: _Easel[Made], state: str, paint: Callable[[], Made], now: float) -> None:
        """Begin the next picture, unless somebody is at it, and wait for it a little."""
        if easel.busy.acquire(blocking=False):
            easel.done = threading.Event()

            def work(done: threading.Event = easel.done) -> None:
                try:
                    _work(easel, state, paint, now)
                finally:
                    easel.busy.release()
                    done.set()

            threading.Thread(target=work, name="painter", daemon=True).start()
        easel.done.wait(PATIENCE)


def _work(easel: _Easel[Made], state: str, paint: Callable[[], Made], began: float) -> None:
    """Paint; an error stays with the picture until the next one succeeds."""
    try:
        made = paint()
    except Exception as error:
        easel.error = error
        return
    easel.made, easel.state, easel.seen, easel.error = made, state, began, None
