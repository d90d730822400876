"""Any engine that speaks Spark Connect (Apache Spark, Databricks, Sail) over the same Delta table."""

import re
import sys
import uuid
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

import pyarrow as pa

from data.store.engines.base import REMOTE, VARIABLE, bound
from data.store.storage.errors import StoreError
from data.store.tables.delta import Kept


@contextmanager
def _a_program() -> Iterator[None]:
    """The client takes a process without a main file (`python -c`, a worker) for its own doctests, and ends it."""
    main = sys.modules["__main__"]
    missing = not hasattr(main, "__file__")
    if missing:
        main.__file__ = ""
    try:
        yield
    finally:
        if missing:
            del main.__file__


with warnings.catch_warnings(), _a_program():
    # The client warns of pandas 3 in its conversions to pandas; answers are taken as Arrow here.
    warnings.simplefilter("ignore", FutureWarning)
    from pyspark.errors import PySparkException
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.column import Column
    from pyspark.sql.connect.expressions import LiteralExpression
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.types import TimestampType

ADDRESS = re.compile(r"sc://(?P<host>[\w.-]+|\[[0-9a-fA-F:.]+\])(?P<port>:\d{1,5})?(?P<rest>/?(;[^/?#@]*)?)")
TRIES = 3  # of a call that did not get through; the client's own 15 wait for many minutes
DETAILS = re.compile(r'details = "([^"]*)')
FORGOTTEN = re.compile(r"session .*not running|SESSION_(NOT_FOUND|CLOSED|CHANGED)|INVALID_HANDLE", re.I)
warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]", UserWarning)  # the error that follows says it


class SparkEngine:
    """
    A session of a Spark Connect server, begun at the first question.

    Parameters
    ----------
    address : str
        ``sc://host:port``, with ``/;token=…;use_ssl=true`` where the server wants it.

    Raises
    ------
    StoreError
        When the address is not of that form.
    """

    def __init__(self, address: str) -> None:
        found = ADDRESS.fullmatch(address)
        if found is None:
            raise StoreError("store.engine.address", parameter=VARIABLE, variable=VARIABLE, remote=REMOTE)
        self._address, self.shown = address, f"{REMOTE}{found['host']}{found['port'] or ''}"
        self._secrets = [part.partition("=")[2] for part in found["rest"].split(";") if "=" in part]
        self._session: SparkSession | None = None
        self._guard = Lock()

    def __repr__(self) -> str:
        return f"SparkEngine({self.shown!r})"

    def ask(self, question: str, values: Sequence[Any], kept: Kept, **tables: pa.Table) -> pa.Table:
        """Answer of a question; see `QueryEngine`."""
        for last in (False, True):
            try:
                with self._asked(question, values, kept, tables) as frame:
                    return frame.toArrow()
            except _Forgotten as error:
                if last:
                    raise self._failed(error) from None
        raise AssertionError("the second try answers or raises")

    def stream(self, question: str, values: Sequence[Any], kept: Kept, rows: int) -> Iterator[pa.RecordBatch]:
        """The same, batch by batch, as the server sends them."""
        self.ask("SELECT 1 AS awake", [], kept)  # a session that was forgotten is begun again before the first row
        with self._asked(question, values, kept, {}) as frame:
            client = frame.sparkSession.client
            waiting: list[pa.Table] = []
            # The public iterator makes Python objects of every row; the parts below it are Arrow.
            for part in client.to_table_as_iterator(frame._plan.to_proto(client), {}):
                if isinstance(part, pa.Table):
                    waiting.append(part)
                    if sum(len(p) for p in waiting) >= rows:
                        yield from _joined(waiting, rows)
                        waiting = []
            yield from _joined(waiting, rows)

    @contextmanager
    def _asked(self, question: str, values: Sequence[Any], kept: Kept, tables: Mapping[str, pa.Table]) -> Iterator[Any]:
        names = {name: f"{name}_{uuid.uuid4().hex}" for name in tables}
        try:
            session = self._connected()
            for name, rows in tables.items():
                session.createDataFrame(rows).createOrReplaceTempView(names[name])
            yield session.sql(_bind(question, kept, names), [_literal(bound(v)) for v in values])
            for name in names.values():
                session.catalog.dropTempView(name)
        except PySparkException as error:
            self._leave()
            if forgotten(error):
                raise _Forgotten(str(error)) from None
            raise self._failed(error) from None  # its context may hold the token

    def _connected(self) -> SparkSession:
        with self._guard:
            if self._session is None:
                session = SparkSession.builder.remote(self._address).create()
                session.client.set_retry_policies([DefaultPolicy(max_retries=TRIES)])
                session.conf.set("spark.sql.session.timeZone", "UTC")
                self._session = session
            return self._session

    def _leave(self) -> None:
        with self._guard:
            self._session = None

    def _failed(self, error: BaseException) -> StoreError:
        first = plain(error)
        for secret in filter(None, self._secrets):
            first = first.replace(secret, "…")
        return StoreError("store.engine.remote_no_answer", place=self.shown, cause=first[:200], variable=VARIABLE)


def forgotten(error: BaseException) -> bool:
    """Whether a server ended the session: every server says it in its own words, and in no field of the error."""
    return FORGOTTEN.search(str(error)) is not None


def plain(error: BaseException) -> str:
    """What a server said, out of the many lines that gRPC writes around it."""
    found = DETAILS.search(str(error))
    return found[1] if found else next(iter(str(error).strip().splitlines()), type(error).__name__)


class _Forgotten(RuntimeError):
    """The server ended the session, as it does with one that was idle."""


def _joined(parts: Sequence[pa.Table], rows: int) -> list[pa.RecordBatch]:
    table = pa.concat_tables(parts).combine_chunks() if parts else pa.table({})
    return list(table.to_batches(max_chunksize=rows)) if len(table) else []


def _literal(value: Any) -> Any:
    """A moment as an instant; the client alone would first ask the newest session of the process what it may be."""
    return Column(LiteralExpression(value, TimestampType())) if isinstance(value, datetime) else value


def _bind(question: str, kept: Kept, names: Mapping[str, str]) -> str:
    """The question with `kept` bound to a version of a Delta table, and what came along to the views that hold it."""
    place = kept.uri if "://" in kept.uri else f"file://{kept.uri}"
    where = ""
    if kept.values is not None:
        where = " WHERE month IN (" + ", ".join(f"'{month}'" for month in kept.values) + ")"
    tables = [f"kept AS (SELECT * FROM delta.`{place.replace('`', '``')}` VERSION AS OF {kept.version}{where})"]
    tables += [f"{name} AS (SELECT * FROM {view})" for name, view in names.items()]
    return f"WITH {', '.join(tables)}\n{question}"
