"""What can be read of a store: the verbs that every view of it has, and none that writes."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from data.sharing import Reader
from data.store.storage.location import Place


class StoreReader(Protocol):
    """
    A store to be read, the whole or a view of it; a verb is public where it stands here, and nowhere else.

    Notes
    -----
    ``**where`` are further fields of `data.store.sql.Where`.
    """

    @property
    def uri(self) -> str:
        """How `CLEANAIR_STORE` names it."""

    @property
    def folder(self) -> Path:
        """Where this machine keeps what is no table."""

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
        """Measurements of a city in [start, end), latest known or as of a moment."""

    def latest(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        *,
        now: datetime,
        days: float = 7,
        **where: Any,
    ) -> pd.DataFrame:
        """Newest row per source, station, parameter and averaging within the last days."""

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
        """Means by the city's local day."""

    def spans(self, city: str | None = None, **where: Any) -> pd.DataFrame:
        """What there is, series by series."""

    def counts(self, **where: Any) -> pd.DataFrame:
        """Rows per source, flag and kind."""

    def tally(self, **where: Any) -> pd.DataFrame:
        """Rows by flag and by the checks that raised it."""

    def lags(self, **where: Any) -> pd.DataFrame:
        """How long after their interval rows became known."""

    def marks(self, **where: Any) -> pd.DataFrame:
        """What grows with every row that arrives."""

    def intervals(self, **where: Any) -> pd.DataFrame:
        """Every interval for which a source has any row."""

    def batches(
        self, *, rows: int = 50_000, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pa.RecordBatch]:
        """The same rows as `measurements`, sorted by time, in constant memory."""

    def stations(
        self, city: str | None = None, as_of: datetime | None = None, *, every_place: bool = False
    ) -> pd.DataFrame:
        """Station descriptions, latest known or as of a moment; where they stand now, or every place they had."""

    def status(self) -> pd.DataFrame:
        """How each network's last attempt went."""

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rows that could not be understood, newest first."""

    def table(self, name: str) -> pd.DataFrame:
        """A small derived table."""

    def begun(self, name: str) -> bool:
        """Whether a table was ever written."""

    def narrowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """A table made from the store, without what it says of stations that the reader may not have."""

    def kept_back(self, known: pd.DataFrame | None = None, **where: Any) -> pd.DataFrame:
        """
        Rows that rules of sharing keep from the reader.

        Parameters
        ----------
        known : DataFrame, optional
            `spans` of the same question, where they were asked already.

        Returns
        -------
        DataFrame
            source (empty where the reader may not even see it), rows, status and basis of the rule.
        """

    def version(self, *tables: str) -> str:
        """A text that changes exactly when something was committed."""

    def settled(self) -> str:
        """A text that changes when history changed."""

    def is_empty(self) -> bool:
        """Whether no measurement was ever kept."""

    def for_export(self, reader: Reader | None = None) -> "ExportReader":
        """What may leave the centre in a file or an answer; every way out takes its rows from it."""


class WholeStore(StoreReader, Protocol):
    """The store itself, as a view reads it: with what a view needs to know and never shows."""

    def station_history(self) -> pd.DataFrame:
        """Every description of a station there ever was."""


class DerivingStore(StoreReader, Protocol):
    """A store for the work that derives: what may enter the figures, and a place to keep what is made of it."""

    @property
    def place(self) -> Place:
        """Where the store lies: for locks, and for the watch's sign of life."""

    def replace(self, name: str, rows: pd.DataFrame, key: Sequence[str] = ()) -> None:
        """Keep rows of a derived table, replacing those with the same key."""

    def extend(self, name: str, rows: pd.DataFrame) -> None:
        """Add rows to a log."""


class ExportReader(StoreReader, Protocol):
    """Rows that may leave: the rules of sharing and the licences were applied, and what stays is accounted for."""

    reader: Reader

    def leaving(self) -> frozenset[str]:
        """Stations all of whose rows may leave."""

    def account(self, **where: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        What of a question leaves and what stays.

        Returns
        -------
        (DataFrame, DataFrame)
            `spans` of what leaves; source (empty where it may not be named), rows, by (``licence`` of the source,
            ``station``: its own licence, ``rule`` of sharing), status and basis (of a rule) of what stays.
        """
