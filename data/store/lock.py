"""One writer at a time: the writer lock of a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.store.place import LOCK, Place, place
from data.store.version import begin

WAIT = 60.0  # seconds a second writer waits before it is refused


@contextmanager
def writing(where: Place | Path | str, wait: float = WAIT) -> Iterator[None]:
    """
    Hold the writer lock of a store; one that its process lost by dying is free again.

    Parameters
    ----------
    where : Place or Path or str
        Of the store.
    wait : float
        How long to wait for another writer. [s]

    Raises
    ------
    StoreBusy
        When another writer holds it for longer than `wait`.
    StoreError
        When the place cannot be written, or holds the layout of a newer release.
    """
    at = place(where)
    with at.held(LOCK, wait):
        begin(at)
        yield
