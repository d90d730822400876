"""Which store is shown: the real one, or the demo world where the real one is empty."""

import os
from dataclasses import dataclass
from functools import lru_cache

from data.sharing import Purpose, Reader, reading
from data.store import Store, open_store
from data.store.derived import DerivedStore
from data.store.shared import SharedStore
from data.store.storage.choose import place
from data.store.storage.location import VARIABLE
from data.store.store import DEFAULT

__all__ = ["DEFAULT", "VARIABLE", "Served", "demo_store", "deriving", "real_store", "served", "shown"]


@dataclass(frozen=True)
class Served:
    """A store and whether everything in it is simulated."""

    store: SharedStore
    demo: bool


def served(purpose: Purpose = "see", reader: Reader | None = None) -> Served:
    """
    The store that pages and API read, as its reader may have it.

    Parameters
    ----------
    purpose : {'see', 'download', 'derive'}
        What for. Every way out asks for ``download`` and takes its rows `for_export`.
    reader : Reader, optional
        Who reads; who is signed in for this request, else the public.

    Returns
    -------
    Served
        The real store as soon as it holds a measurement; the demo world, in a store of its own, before.
    """
    whole = real_store()
    demo = whole.is_empty()
    return Served(SharedStore(demo_store() if demo else whole, reader or reading.get(), purpose), demo=demo)


def deriving() -> DerivedStore:
    """The store that is shown, for the work whose answers are kept beside what they were derived from."""
    return DerivedStore(shown())


def shown() -> Store:
    """The store behind the screens, to be written to: the real one, or the demo world where that holds nothing."""
    real = real_store()
    return demo_store() if real.is_empty() else real


def real_store() -> Store:
    """The store that collection and imports write."""
    return _opened(os.environ.get(VARIABLE) or DEFAULT)


def demo_store() -> Store:
    """The store of the demo world, beside the real one."""
    return _opened(_beside(os.environ.get(VARIABLE) or DEFAULT))


@lru_cache(maxsize=8)
def _beside(uri: str) -> str:
    return place(uri).beside("-demo")


@lru_cache(maxsize=8)
def _opened(uri: str) -> Store:
    return open_store(uri)
