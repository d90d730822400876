"""Which engine answers SQL in this installation: the one that `CLEANAIR_ENGINE` names."""

import os
from typing import Any

from data.store.engines.base import REMOTE, VARIABLE, QueryEngine
from data.store.storage.errors import StoreError

EMBEDDED = "duckdb"


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
        from data.store.engines.duck import DuckEngine

        return DuckEngine(filesystem=filesystem)
    if not text.startswith(REMOTE):
        raise StoreError(
            "store.engine.unknown", parameter=VARIABLE, variable=VARIABLE, embedded=EMBEDDED, remote=REMOTE
        )
    try:
        from data.store.engines.spark import SparkEngine  # the default install has no client of Spark Connect
    except ImportError as error:
        raise StoreError("store.engine.no_extra", parameter=VARIABLE, variable=VARIABLE, remote=REMOTE) from error
    return SparkEngine(text)
