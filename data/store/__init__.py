"""The store: one measurement table with revisions and a few small ones, in Delta Lake, read with DuckDB."""

from data.store.revisions import Appended
from data.store.storage.errors import StoreBusy, StoreError
from data.store.store import Store, open_store

__all__ = ["Appended", "Store", "StoreBusy", "StoreError", "open_store"]
