"""A store in a folder of this machine."""

import os
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from data.store.storage.errors import StoreBusy, StoreError
from data.store.storage.location import LOG, VARIABLE, first_line


class Folder:
    """
    A folder of this machine.

    Parameters
    ----------
    path : Path
        Need not exist yet.

    Examples
    --------
    >>> Folder(Path("/srv/air/store")).beside("-demo")
    '/srv/air/store-demo'
    """

    options: Mapping[str, str] = {}
    fenced = False  # the system's file lock ends with its process; nobody is ever thought dead while alive

    def __init__(self, path: Path) -> None:
        self.folder = path.resolve()
        self.uri = str(self.folder)

    def table(self, name: str) -> str:
        return str(self.folder / name)

    def tables(self) -> tuple[str, ...]:
        try:
            with os.scandir(self.folder) as inside:
                return tuple(sorted(e.name for e in inside if os.path.isdir(f"{e.path}/{LOG}")))
        except FileNotFoundError:
            return ()

    def holds(self, name: str) -> bool:
        return (self.folder / name).exists()

    def state(self, name: str) -> Hashable | None:
        """
        Time of the newest entry of the log's folder. [ns]

        Every commit makes a file there, so an unchanged time means that nothing was committed: one look at a folder
        instead of reading the log, for every question of every screen. A commit takes many times the clock's step.
        """
        try:
            return (self.folder / name / LOG).stat().st_mtime_ns
        except OSError:
            return None

    def fresh(self) -> bool:
        return True

    def moved(self, name: str) -> None:
        pass  # the folder's own time tells it

    def read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text("utf-8")
        except FileNotFoundError:
            return None

    def write(self, name: str, text: str) -> None:
        fresh = self.folder / f"{name}.new"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text, "utf-8")
            os.replace(fresh, self.folder / name)
        except OSError as error:
            raise self.failure("written", error) from error

    def size(self) -> tuple[int, int]:
        total = count = 0
        for at, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):  # compacted away meanwhile
                    total, count = total + os.stat(os.path.join(at, name)).st_size, count + 1
        return total, count

    @contextmanager
    def held(self, name: str, wait: float) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / name, timeout=wait, thread_local=False)
            lock.acquire()
        except Timeout as error:
            raise StoreBusy("store.place.busy", place=self.uri, seconds=round(wait)) from error
        except OSError as error:
            raise StoreError(
                "store.place.elsewhere", parameter=VARIABLE, place=self.uri, cause=error.strerror, variable=VARIABLE
            ) from error
        try:
            yield
        finally:
            lock.release()

    def beside(self, suffix: str) -> str:
        return str(self.folder.with_name(self.folder.name + suffix))

    def filesystem(self) -> None:
        return None

    def failure(self, doing: str, error: BaseException) -> StoreError:
        key = "store.place.no_read" if doing == "read" else "store.place.no_write"
        told = error.strerror if isinstance(error, OSError) and error.strerror else first_line(error)
        return StoreError(key, place=self.uri, cause=told)
