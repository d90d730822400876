"""The port to whatever answers SQL about the measurements, and which engine this installation asks."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pyarrow as pa

from data.store.tables.delta import Kept

VARIABLE = "CLEANAIR_ENGINE"
REMOTE = "sc://"


class QueryEngine(Protocol):
    """
    What the store asks its questions of.

    Every engine reads the same text: Spark's words for what the dialects name differently, ``?`` for values, and a
    table ``kept`` that stands for the measurements of one version of the store.
    """

    def ask(self, question: str, values: Sequence[Any], kept: Kept, **tables: pa.Table) -> pa.Table:
        """
        Answer of a question.

        Parameters
        ----------
        question : str
            SQL without a ``WITH`` of its own.
        values : sequence
            In the order of the question marks; times are aware.
        kept : Kept
            Which rows ``kept`` stands for.
        **tables : pyarrow.Table
            Rows that come along with the question, by the name it gives them.

        Raises
        ------
        StoreError
            When the engine cannot answer.
        """

    def stream(self, question: str, values: Sequence[Any], kept: Kept, rows: int) -> Iterator[pa.RecordBatch]:
        """The same in batches of at most so many rows, in constant memory."""


def bound(value: Any) -> Any:
    """A value as every engine takes it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without a zone reached the store")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
