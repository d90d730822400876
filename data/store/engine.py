"""The port to whatever answers SQL about the measurements, and which engine this installation asks."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pyarrow as pa

from data.store.delta import Kept
from data.store.errors import StoreError

VARIABLE = "CLEANAIR_ENGINE"
EMBEDDED = "duckdb"
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


def engine(filesystem: Any | None = None) -> QueryEngine:
    """
    The engine that `CLEANAIR_ENGINE` names.

    Parameters
    ----------
    filesystem : fsspec.AbstractFileSystem, optional
        With which the embedded engine reads an object store; another engine has its own way there.

    Returns
    -------
    QueryEngine
        DuckDB in this process where the variable is empty or ``duckdb``; where it is ``sc://host:port`` (with
        ``/;token=…`` as Spark Connect writes it) whatever answers there.

    Raises
    ------
    StoreError
        When the variable is neither, or what it needs is not installed.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if text in ("", EMBEDDED):
        from data.store.duck import DuckEngine

        return DuckEngine(filesystem=filesystem)
    if not text.startswith(REMOTE):
        raise StoreError(f"{VARIABLE} is neither {EMBEDDED} nor {REMOTE}host:port; the operator must set one of them")
    try:
        from data.store.spark import SparkEngine  # the default install has no client of Spark Connect
    except ImportError as error:
        raise StoreError(
            f"{VARIABLE}={REMOTE}…: another engine needs the extra cluster; the operator must run "
            'pip install "clean-air-situation-centre[cluster]", or unset the variable'
        ) from error
    return SparkEngine(text)


def bound(value: Any) -> Any:
    """A value as every engine takes it."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without a zone reached the store")
        return value.astimezone(UTC)
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
