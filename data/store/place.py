"""Where a store lies: a folder of this machine, or a prefix of an object store; its tables, small files and locks."""

import os
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from data.store.errors import StoreBusy, StoreError

VARIABLE = "CLEANAIR_STORE"
LOG = "_delta_log"
LOCK = ".writer.lock"


class Place(Protocol):
    """What the store needs of the place where it lies."""

    @property
    def uri(self) -> str:
        """How it is named in `CLEANAIR_STORE`; holds no key."""

    @property
    def folder(self) -> Path:
        """Where this machine keeps what is no table: locks of its own work, fitted models, registers."""

    @property
    def options(self) -> Mapping[str, str]:
        """What delta-rs must know to reach it; holds keys, is never shown."""

    @property
    def fenced(self) -> bool:
        """Whether a commit must be refused when somebody committed since its snapshot was read."""

    def table(self, name: str) -> str:
        """URI of a table."""

    def tables(self) -> tuple[str, ...]:
        """Names of the tables that exist, sorted."""

    def holds(self, name: str) -> bool:
        """Whether a table was begun."""

    def state(self, name: str) -> Hashable | None:
        """What changes when somebody committed to a table; None where there is no table yet."""

    def fresh(self) -> bool:
        """Whether `state` answers at once."""

    def moved(self, name: str) -> None:
        """After a commit of this process to a table."""

    def read(self, name: str) -> str | None:
        """Text of a small file; None where there is none."""

    def write(self, name: str, text: str) -> None:
        """Keep a small file, whole or not at all."""

    def size(self) -> tuple[int, int]:
        """Bytes and files."""

    def held(self, name: str, wait: float) -> Any:
        """A context in which nobody else holds the lock of that name; `StoreBusy` after `wait`. [s]"""

    def beside(self, suffix: str) -> str:
        """URI of a neighbour whose name ends with a suffix."""

    def filesystem(self) -> Any | None:
        """What DuckDB reads its files with, where it cannot do it alone."""

    def failure(self, doing: str, error: BaseException) -> StoreError:
        """An error of the libraries below as a sentence that says who must act, without any key."""


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
            raise StoreBusy(
                f"{self.uri}: another process has been writing for {wait:.0f} s; try again or stop it"
            ) from error
        except OSError as error:
            raise StoreError(f"{self.uri}: cannot be written ({error.strerror}); choose another {VARIABLE}") from error
        try:
            yield
        finally:
            lock.release()

    def beside(self, suffix: str) -> str:
        return str(self.folder.with_name(self.folder.name + suffix))

    def filesystem(self) -> None:
        return None

    def failure(self, doing: str, error: BaseException) -> StoreError:
        what = "check the folder" if doing == "read" else "check space and rights"
        told = error.strerror if isinstance(error, OSError) and error.strerror else first_line(error)
        return StoreError(f"{self.uri}: cannot be {doing} ({told}); {what}")


def place(where: "Place | Path | str") -> Place:
    """
    The place that a URI names.

    Raises
    ------
    StoreError
        When the scheme is not known, its extra is not installed, or the URI holds a key.
    """
    if isinstance(where, Path):
        return Folder(where)
    if not isinstance(where, str):
        return where  # a place already
    if "://" not in where or where.startswith("file://"):
        return Folder(Path(where.removeprefix("file://")))
    try:
        from data.store.cloud import bucket  # the default install has no client of an object store
    except ImportError as error:
        raise StoreError(
            f"{VARIABLE}={where.partition('://')[0]}://…: an object store needs the extra cloud; the operator must "
            'run pip install "clean-air-situation-centre[cloud]", or name a folder'
        ) from error
    return bucket(where)


def first_line(error: BaseException) -> str:
    """What an error says, short."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
