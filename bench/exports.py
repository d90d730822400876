"""Exports on ten million rows: how fast CSV and Parquet leave, in how much memory, and how long one month takes.

The ten million rows are SYNTHETIC: forty stations, six pollutants, hour by hour, with flags, reasons and moments of
arrival in the store's own schema; kept in a folder so that the next run finds them. The month is real where the folder
`../shared/data` is there. Every figure is taken in a process of its own, through the same generator as the API and
`cleanair snapshot`.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import parquet

from data.checks import NONE, column
from data.schema import COLUMNS
from data.store import Store, open_store
from jobs.export import measurements, request
from jobs.ingest.replay import FOLDER, fill

RESULT = Path(__file__).parent / "results" / "exports.json"
STATIONS, PARAMETERS = 40, ("pm25", "pm10", "no2", "so2", "o3", "co")
FIRST, AS_OF = pd.Timestamp("2021-01-01T00:00Z"), datetime(2026, 6, 1, tzinfo=UTC)
RATE, PEAK_MIB, MONTH_MS = 300_000, 500, 300  # aims


def hours(start: pd.Timestamp, count: int, seed: int) -> pd.DataFrame:
    """Synthetic rows of some hours, in the columns of the store."""
    rng = np.random.default_rng(seed)
    moment = pd.date_range(start, periods=count, freq="h")
    each = STATIONS * len(PARAMETERS)
    n = count * each
    raw = np.round(np.exp(rng.normal(-3.5, 1.0, n)), 6)  # mg/m³, as agencies deliver
    doubt = rng.random(n)
    told = [(f"dead_channel:{tenths}",) if odd else NONE for tenths, odd in zip(_tenths(raw), doubt < 0.1, strict=True)]
    known = moment + pd.Timedelta("65min") + pd.to_timedelta(rng.integers(0, 1_000_000, count), unit="us")
    return pd.DataFrame(
        {
            "source": "openaq",
            "station": np.tile(np.repeat([f"openaq:{1000 + i}" for i in range(STATIONS)], len(PARAMETERS)), count),
            "parameter": np.tile(PARAMETERS, count * STATIONS),
            "start": np.repeat(moment, each),
            "minutes": 60,
            "value": raw * 1000,
            "flag": np.where(doubt < 0.05, "invalid", np.where(doubt < 0.1, "suspect", "ok")),
            "checks": column(told),
            "statistic": "mean",
            "note": "",
            "kind": "reference",
            "raw_value": raw,
            "raw_unit": "mg/m³",
            "known_at": np.repeat(known, each),
            "known_until": pd.Series(pd.NaT, index=range(n), dtype=COLUMNS["known_until"]),
            "city": "astana",
        }
    ).astype(dict(COLUMNS))


def _tenths(raw: Any) -> Any:
    return np.char.mod("%.1f", np.minimum(raw * 100, 40))


def synthetic(folder: Path, rows: int) -> Store:
    """The store with that many synthetic rows; filled month by month where it is not there whole."""
    store, done = open_store(folder), folder / "whole"
    if done.exists():
        return store
    left, start = rows // (STATIONS * len(PARAMETERS)), FIRST
    store.put_stations(_stations(), known_at=FIRST.to_pydatetime())
    while left:
        count = min(left, int((start + pd.offsets.MonthBegin(1) - start) / pd.Timedelta("1h")))
        store.append(hours(start, count, seed=start.year * 12 + start.month))
        left, start = left - count, start + pd.Timedelta(hours=count)
    done.touch()
    return store


def _stations() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"source": "openaq", "station": f"openaq:{1000 + i}", "city": "astana", "name": f"Synthetic post {i}",
             "lat": 51.1 + i / 200, "lon": 71.4 + i / 300, "kind": "reference", "station_class": "background",
             "licence": "CC BY 4.0", "coord_quality": "exact"}
            for i in range(STATIONS)
        ]
    )  # fmt: skip


def whole(store: Store) -> request.Request:
    """Everything the synthetic store holds."""
    return request.Request(city="astana", start=FIRST.to_pydatetime(), end=AS_OF, as_of=AS_OF)


def as_csv(folder: Path) -> Iterator[int]:
    """Bytes of each piece."""
    store = open_store(folder)
    yield from (len(piece) for piece in measurements.measurements_csv(store, whole(store)))


def as_parquet(folder: Path) -> Iterator[int]:
    """Rows of each table, written to a file as a snapshot is."""
    store = open_store(folder)
    with (
        tempfile.NamedTemporaryFile(suffix=".parquet") as file,
        parquet.ParquetWriter(file.name, measurements.SCHEMA, compression="zstd") as writer,
    ):
        for table in measurements.tables(store, whole(store)):
            writer.write_table(table)
            yield table.nbytes


FORMS: dict[str, Callable[[Path], Iterator[int]]] = {"csv": as_csv, "parquet": as_parquet}


def timed(form: str, folder: Path) -> dict[str, float]:
    """Wall clock, CPU and memory of one export, from a process that has done nothing else."""
    loaded = peak()
    begun, spent = time.perf_counter(), time.process_time()
    size = sum(FORMS[form](folder))
    wall, cpu = time.perf_counter() - begun, time.process_time() - spent
    return {"wall_s": wall, "cpu_s": cpu, "mb": size / 1e6, "peak_mib": peak(), "loaded_mib": loaded}


def peak() -> float:
    """The most memory this process ever held; `getrusage` would also count the process that started it. [MiB]"""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def apart(form: str, folder: Path) -> dict[str, float]:
    """`timed` in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(timed, form, folder).result()


def month(folder: Path, times: int = 7) -> dict[str, float]:
    """p50 of one month of one city as CSV, from a store that was read before. [ms]"""
    store = open_store(folder)
    asked = request.Request(
        city="astana", start=datetime(2024, 12, 1, tzinfo=UTC), end=datetime(2025, 1, 1, tzinfo=UTC),
        as_of=datetime.now(UTC),
    )  # fmt: skip
    rows = b"".join(measurements.measurements_csv(store, asked)).count(b"\n") - 1
    spent, cpu = [], []
    for _ in range(times):
        begun, own = time.perf_counter(), time.process_time()
        b"".join(measurements.measurements_csv(store, asked))
        spent.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - own) * 1000)
    return {"rows": rows, "p50_ms": round(statistics.median(spent), 1), "cpu_ms": round(statistics.median(cpu), 1)}


def replay(folder: Path | None) -> Path | None:
    """A store with the real rows; filled where there is none."""
    if folder is not None and folder.is_dir():
        return folder
    real = Path(os.environ.get("REPLAY_DATA", FOLDER))
    if not real.is_dir():
        return None
    made = Path(tempfile.gettempdir()) / "cleanair-bench-replay"
    if not (made / "measurements").is_dir():
        fill(open_store(made), real)
    return made


def figures(rows: int, found: dict[str, float]) -> dict[str, float]:
    """Rows per second by the clock and by CPU, and memory."""
    return {
        "rows_per_s": round(rows / found["wall_s"]), "rows_per_cpu_s": round(rows / found["cpu_s"]),
        "peak_mib": round(found["peak_mib"]), "loaded_mib": round(found["loaded_mib"]),
        "wall_s": round(found["wall_s"], 1), "cpu_s": round(found["cpu_s"], 1), "mb": round(found["mb"]),
    }  # fmt: skip


def main() -> int:
    """Fill, export, say; exit status 1 where an aim was missed."""
    said = argparse.ArgumentParser(description="Exports of many rows.")
    said.add_argument("--rows", type=float, default=10.0, help="million synthetic rows")
    said.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "cleanair-bench-exports")
    said.add_argument("--replay", type=Path, help="a store filled with real data")
    said.add_argument("--forms", default=",".join(FORMS))
    asked = said.parse_args()
    folder = asked.folder / f"{asked.rows:g}M"
    store = synthetic(folder, int(asked.rows * 1e6))
    rows = int(store.spans()["rows"].sum())
    del store
    found: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "rows": rows, "store": "synthetic",
        "cores": len(os.sched_getaffinity(0)), "load_1min": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    for form in asked.forms.split(","):
        found[form] = figures(rows, apart(form, folder))
    real = replay(asked.replay)
    found["month"] = month(real) if real else "skipped: the folder with real data is not on this machine"
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return int(not _met(found))


def _met(found: dict[str, Any]) -> bool:
    fast = "csv" not in found or found["csv"]["rows_per_s"] >= RATE
    small = all(found[form]["peak_mib"] <= PEAK_MIB for form in FORMS if form in found)
    return fast and small and (isinstance(found["month"], str) or found["month"]["p50_ms"] <= MONTH_MS)


if __name__ == "__main__":
    sys.exit(main())
