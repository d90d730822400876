"""One writer at a time: an advisory lock beside a store that is a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from data.store.errors import StoreBusy, StoreError
from data.store.version import begin

WAIT = 60.0  # seconds a second writer waits before it is refused


@contextmanager
def writing(folder: Path, wait: float = WAIT) -> Iterator[None]:
    """
    Hold the writer lock of a store; the system releases it when the process dies.

    Raises
    ------
    StoreBusy
        When another writer holds it for longer than `wait`. [s]
    StoreError
        When the folder cannot be written, or holds the layout of a newer release.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".writer.lock", timeout=wait)
        lock.acquire()
    except Timeout as error:
        raise StoreBusy(f"{folder}: another process has been writing for {wait:.0f} s; try again or stop it") from error
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror}); choose another CLEANAIR_STORE") from error
    try:
        begin(folder)
        yield
    finally:
        lock.release()
