"""The history of every attempt to read a network: written by the collector, kept by day after three months."""

import logging
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import pandas as pd

from data.schema import UTC_US
from data.store import Store, StoreError
from jobs.collect.keep import Outcome
from models.quality.uptime import spells, strip
from sources import SOURCES

log = logging.getLogger("cleanair.collect")
TABLE, DAYS = "attempts", "attempts_daily"
COLUMNS = {
    "network": "str", "city": "str", "at": UTC_US, "ok": "bool", "rows": "int64", "rejected": "int64", "error": "str",
    "seconds": "float64",
}  # fmt: skip
DAY_COLUMNS = {
    "network": "str", "city": "str", "day": UTC_US, "tries": "int64", "failed": "int64", "rows": "int64",
    "rejected": "int64", "seconds": "float64", "up": "float64", "known": "float64",
}  # fmt: skip
KEPT = timedelta(days=90)  # older attempts are kept as one row a day
EVERY = {name: source.every for name, source in SOURCES.items()}


def write(store: Store, outcomes: Sequence[Outcome], now: datetime) -> None:
    """
    Add the outcomes of a round of collection to the history, in one commit.

    Parameters
    ----------
    store : Store
        Where they go.
    outcomes : sequence of Outcome
        With the moment `at` of each; `now` stands in where it is missing.
    now : datetime
        The moment.

    Notes
    -----
    A history that cannot be written is logged; what was collected is in the store already and stays there.
    """
    if not outcomes:
        return
    rows = [
        {
            "network": o.network,
            "city": o.city,
            "at": pd.Timestamp(o.at or now),
            "ok": not o.error,
            "rows": o.stored + o.revised + o.unchanged,
            "rejected": o.rejected,
            "error": o.error,
            "seconds": round(o.seconds, 3),
        }
        for o in outcomes
    ]
    try:
        store.extend(TABLE, pd.DataFrame(rows).astype(COLUMNS))
    except StoreError as error:
        log.warning("history of attempts: %s", error)


def history(store: Store) -> pd.DataFrame:
    """Every attempt of the last three months, oldest first: the columns of `COLUMNS`."""
    rows = store.table(TABLE)
    return _typed(rows, COLUMNS).sort_values("at", kind="stable").reset_index(drop=True)


def days(store: Store) -> pd.DataFrame:
    """Older attempts by day: the columns of `DAY_COLUMNS`; `up` and `known` as of `models.quality.uptime.strip`."""
    return _typed(store.table(DAYS), DAY_COLUMNS)


def totals(store: Store) -> pd.DataFrame:
    """
    What each network delivered since the beginning.

    Returns
    -------
    DataFrame
        ``network, city, tries, failed, rows, rejected, seconds``; it only grows, whatever was joined to days.
    """
    recent, old = history(store), days(store)
    recent = recent.assign(tries=1, failed=(~recent["ok"]).astype("int64"))
    names = ["tries", "failed", "rows", "rejected", "seconds"]
    both = pd.concat([recent[["network", "city", *names]], old[["network", "city", *names]]])
    return both.groupby(["network", "city"], as_index=False)[names].sum()


def tidy(store: Store, now: datetime) -> int:
    """
    Join the attempts of days that are over for three months to one row a day.

    Parameters
    ----------
    store : Store
        Whose history.
    now : datetime
        The moment.

    Returns
    -------
    int
        Attempts joined. Their days are written first, so that a process killed between the two loses nothing.
    """
    edge = pd.Timestamp(now - KEPT).floor("D")
    rows = history(store)
    old = rows[rows["at"] < edge]
    if not len(old):
        return 0
    store.replace(DAYS, by_day(old, edge), key=["network", "city", "day"])
    return store.forget(TABLE, "at", edge.to_pydatetime())


def by_day(rows: pd.DataFrame, edge: pd.Timestamp) -> pd.DataFrame:
    """Attempts summed by UTC day, before `edge`."""
    first = rows["at"].min().floor("D")
    shares = strip(spells(rows, EVERY, edge), pd.date_range(first, edge, freq="D").to_list())
    shares = shares.rename(columns={"start": "day"})
    counted = (
        rows.assign(day=rows["at"].dt.floor("D"), failed=(~rows["ok"]).astype("int64"))
        .groupby(["network", "city", "day"], as_index=False)
        .agg(
            tries=("ok", "size"), failed=("failed", "sum"), rows=("rows", "sum"), rejected=("rejected", "sum"),
            seconds=("seconds", "sum"),
        )
    )  # fmt: skip
    return _typed(counted.merge(shares, on=["network", "city", "day"], how="left"), DAY_COLUMNS)


def unset(network: str) -> str:
    """What a person must set before a network can be asked, as a sentence; empty when it is ready."""
    key = SOURCES[network].key
    return _unset(network, bool(key and os.environ.get(key, "").strip()))


@lru_cache(maxsize=256)
def _unset(network: str, given: bool) -> str:
    return str(SOURCES[network]().missing() or "")


def _typed(rows: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    if not len(rows):
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    return rows.astype(columns)[list(columns)]
