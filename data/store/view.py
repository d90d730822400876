"""A store as somebody may have it: the read verbs of another, with every question narrowed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from data.store.reader import StoreReader
from data.store.storage.errors import StoreError


class NotForReaders(StoreError, AttributeError):
    """A view was asked for what only the store itself has; whoever wrote the caller takes the store for it."""


class View:
    """
    Read verbs over another reader; what is not declared in `StoreReader` does not exist here.

    Parameters
    ----------
    inner : StoreReader
        What is asked instead, with the question narrowed.
    """

    def __init__(self, inner: StoreReader) -> None:
        self._inner = inner

    def _narrow(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of `data.store.sql.Where` with which every question to the measurements is asked."""
        raise NotImplementedError

    def __getattr__(self, name: str) -> NoReturn:
        raise NotForReaders("store.view.no_verb", who="developer", verb=name)

    @property
    def uri(self) -> str:
        """How `CLEANAIR_STORE` names the store."""
        return self._inner.uri

    @property
    def folder(self) -> Path:
        """Where this machine keeps what is no table."""
        return self._inner.folder

    def measurements(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        columns: Sequence[str] | None = None,
        **where: Any,
    ) -> pd.DataFrame:
        """See `Store.measurements`."""
        return self._inner.measurements(city, parameters, start, end, columns=columns, **self._narrow(where))

    def latest(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        *,
        now: datetime,
        days: float = 7,
        **where: Any,
    ) -> pd.DataFrame:
        """See `Store.latest`."""
        return self._inner.latest(city, parameters, now=now, days=days, **self._narrow(where))

    def daily(
        self,
        city: str | None,
        parameters: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
        *,
        zone: ZoneInfo | str,
        flags: Sequence[str] | None = ("ok",),
        **where: Any,
    ) -> pd.DataFrame:
        """See `Store.daily`."""
        return self._inner.daily(city, parameters, start, end, zone=zone, flags=flags, **self._narrow(where))

    def spans(self, city: str | None = None, **where: Any) -> pd.DataFrame:
        """See `Store.spans`."""
        return self._inner.spans(city, **self._narrow(where))

    def counts(self, **where: Any) -> pd.DataFrame:
        """See `Store.counts`."""
        return self._inner.counts(**self._narrow(where))

    def tally(self, **where: Any) -> pd.DataFrame:
        """See `Store.tally`."""
        return self._inner.tally(**self._narrow(where))

    def lags(self, **where: Any) -> pd.DataFrame:
        """See `Store.lags`."""
        return self._inner.lags(**self._narrow(where))

    def marks(self, **where: Any) -> pd.DataFrame:
        """See `Store.marks`."""
        return self._inner.marks(**self._narrow(where))

    def intervals(self, **where: Any) -> pd.DataFrame:
        """See `Store.intervals`."""
        return self._inner.intervals(**self._narrow(where))

    def batches(
        self, *, rows: int = 50_000, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pa.RecordBatch]:
        """See `Store.batches`."""
        return self._inner.batches(rows=rows, columns=columns, **self._narrow(where))

    def status(self) -> pd.DataFrame:
        """How each network's last attempt went, one row per network and city."""
        return self._inner.status()

    def begun(self, name: str) -> bool:
        """Whether a table was ever written."""
        return self._inner.begun(name)

    def is_empty(self) -> bool:
        """Whether no measurement was ever kept."""
        return self._inner.is_empty()
