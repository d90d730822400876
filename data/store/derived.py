"""A store for the work that derives: it reads what may enter the figures, and writes what it derives from it."""

from collections.abc import Sequence

import pandas as pd

from data.store.shared import SharedStore
from data.store.storage.errors import StoreError
from data.store.storage.location import Place
from data.store.store import Store

DERIVED = frozenset({
    "attribution", "attribution_hours", "attribution_sites", "attribution_evidence", "attribution_status",
    "forecasts", "forecast_history", "forecast_warnings", "forecast_skill", "forecast_status",
    "events", "events_looked", "alarms", "alarm_log", "outbox",
})  # fmt: skip


class DerivedStore(SharedStore):
    """
    The view of attribution, forecast, events, alarms and notifications, and the writer of their tables.

    Parameters
    ----------
    store : Store
        Read as the rules of sharing let it be used; its measurements, stations and other tables are not written.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store, purpose="derive")
        self._store = store

    @property
    def place(self) -> Place:
        """Where the store lies: the works lock each other out there, and the watch leaves its sign of life."""
        return self._store.place

    def replace(self, name: str, rows: pd.DataFrame, key: Sequence[str] = ()) -> None:
        """Keep rows of a derived table; see `Store.replace`."""
        self._store.replace(_derived(name), rows, key)

    def extend(self, name: str, rows: pd.DataFrame) -> None:
        """Add to a log of what was derived; see `Store.extend`."""
        self._store.extend(_derived(name), rows)


def _derived(name: str) -> str:
    if name not in DERIVED:
        raise StoreError("store.view.not_derived", who="developer", table=name)
    return name
