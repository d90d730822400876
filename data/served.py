"""Which store is shown: the real one, or the demo world where the real one is empty."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.store import Store, open_store
from data.store.store import DEFAULT, VARIABLE

__all__ = ["DEFAULT", "VARIABLE", "Served", "demo_store", "real_store", "served"]


@dataclass(frozen=True)
class Served:
    """A store and whether everything in it is simulated."""

    store: Store
    demo: bool


def served() -> Served:
    """
    The store that pages and API read.

    Returns
    -------
    Served
        The real store as soon as it holds a measurement; the demo world, in a store of its own, before.
    """
    real = _opened(os.environ.get(VARIABLE) or DEFAULT)
    if not real.is_empty():
        return Served(real, demo=False)
    return Served(demo_store(), demo=True)


def real_store() -> Store:
    """The store that collection and imports write."""
    return _opened(os.environ.get(VARIABLE) or DEFAULT)


def demo_store() -> Store:
    """The store of the demo world, beside the real one."""
    real = Path(os.environ.get(VARIABLE) or DEFAULT)
    return _opened(str(real.with_name(real.name + "-demo")))


@lru_cache(maxsize=8)
def _opened(uri: str) -> Store:
    return open_store(uri)
