"""The same questions to a store in a folder and to one on a local S3 server: p50 of each, and requests for each."""

import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from data.store import Store, open_store
from tests.conftest import NOW, hourly
from tests.object_store import serving

STATIONS, BATCH = 40, 2000


def history() -> pd.DataFrame:
    """A year of hours of PM2.5 at forty stations of one city."""
    draw = np.random.default_rng(1)
    years = (draw.normal(30, 5, 24 * 365).tolist() for _ in range(STATIONS))
    return pd.concat([hourly(v, station=f"demo:{n}", first="2025-01-10") for n, v in enumerate(years)])


def batch(number: int) -> pd.DataFrame:
    """One interval of two thousand stations."""
    rows = hourly([1.0] * BATCH)
    start = pd.Timestamp("2026-01-10", tz="UTC") + pd.Timedelta(minutes=number)
    return rows.assign(station=[f"b:{n}" for n in range(BATCH)], start=start).astype(rows.dtypes.to_dict())


def questions(store: Store, uri: str) -> dict[str, Callable[[int], object]]:
    return {
        "append of 2,000 new rows": lambda k: store.append(batch(k)),
        "the same 2,000 again": lambda _: store.append(batch(0)),
        "newest values of the city": lambda _: store.latest("tashkent", now=NOW),
        "72 h of the city": lambda _: store.measurements("tashkent", ["pm25"], NOW - timedelta(hours=72), NOW),
        "daily means of a year": lambda _: store.daily("tashkent", ["pm25"], None, None, zone="Asia/Tashkent"),
        "newest values, all read anew": lambda _: open_store(uri).latest("tashkent", now=NOW),
    }


def run(name: str, uri: str, asked: list[tuple[str, str]]) -> None:
    store = open_store(uri)
    store.append(history())
    for about, ask in questions(store, uri).items():
        asked.clear()
        took = []
        for number in range(9):
            began = time.perf_counter()
            ask(number)
            took.append(1000 * (time.perf_counter() - began))
        print(
            f"{name:7} {about:30} p50 {median(took):6.0f} ms  highest {max(took):6.0f}  requests {len(asked) / 9:5.1f}"
        )


def main() -> None:
    with serving() as server, tempfile.TemporaryDirectory() as place:
        os.environ.update(server.env, CLEANAIR_STATE=str(Path(place) / "state"))
        run("folder", str(Path(place) / "store"), server.asked)
        run("S3", server.uri(), server.asked)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the S3 server runs in this process")


if __name__ == "__main__":
    main()
