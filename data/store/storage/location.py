"""Where a store lies: a folder of this machine, or a prefix of an object store; its tables, small files and locks."""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, Protocol

from data.store.storage.errors import StoreError

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
        """An error of the libraries below while the place was ``read``, ``written`` or ``reached``, without any key."""


def first_line(error: BaseException) -> str:
    """What an error says, short."""
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
