"""20 or 100 million SYNTHETIC rows: the store's questions on the embedded engine and on Sail, and minutes arriving."""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from bench._scale_rows import CITIES, DONE, NAMED, NOW, PARAMETERS, generate, minute
from data.store import Store, open_store
from data.store.engines.choose import VARIABLE
from data.store.shared import SharedStore
from jobs.export import measurements, request

RESULT = Path(__file__).parent / "results" / "scale.json"
FOLDER = Path("/tmp/scale")
LIMITS = {"latest": 50, "72 h": 100, "daily": 700, "month as CSV": 300}  # of the embedded engine at 100 M [ms]
FIVE_YEARS = (datetime(2021, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
MINUTES, STATIONS = 10, 10_000  # what arrives in the last part


def daily(store: Store) -> pd.DataFrame:
    days = store.daily(NAMED, ["pm25"], *FIVE_YEARS, zone="Asia/Almaty")
    return days[days["coverage"] >= 0.75]


def csv(store: Store) -> bytes:
    month = {"start": datetime(2025, 12, 1, tzinfo=UTC), "end": datetime(2026, 1, 1, tzinfo=UTC)}
    return b"".join(measurements.measurements_csv(store, request.Request(city=NAMED, as_of=NOW, **month)))


QUESTIONS: Mapping[str, Callable[[Store], Any]] = {
    "latest": lambda s: s.latest(NAMED, list(PARAMETERS), now=NOW),
    "72 h": lambda s: s.measurements(NAMED, start=NOW - timedelta(hours=72), end=NOW),
    "daily": daily,
    "month as CSV": csv,
    "version": lambda s: s.version().encode(),
    "every row counted": lambda s: s.counts(),
    "daily, all cities": lambda s: s.daily(None, ["pm25"], *FIVE_YEARS, zone="Asia/Almaty"),
}
TIMES = {"every row counted": 3, "daily, all cities": 3}  # instead of 7


def timed(work: Callable[[], Any], times: int = 7) -> dict[str, float]:
    """Wall time and processor time of this process, p50 after one run that warms. [ms]"""
    work()
    wall, spent = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - begun) * 1000)
        spent.append((time.process_time() - used) * 1000)
    return {
        "p50": round(statistics.median(wall), 1),
        "best": round(min(wall), 1),
        "cpu": round(statistics.median(spent)),
    }


@contextmanager
def sail() -> Iterator[str]:
    """Address of a Sail server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("sail")), "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"sc://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()


def answers(folder: Path, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Times of every question as the pages and the API ask them, and what was answered."""
    os.environ[VARIABLE] = address
    store = SharedStore(open_store(folder), purpose="download")
    found = {name: ask(store) for name, ask in QUESTIONS.items()}
    return {name: timed(lambda ask=ask: ask(store), TIMES.get(name, 7)) for name, ask in QUESTIONS.items()}, found


def arriving(folder: Path) -> dict[str, Any]:
    """Minutes of 10,000 stations reach a copy of the store: commits, a revision, joining, size."""
    os.environ[VARIABLE] = "duckdb"
    place = folder.with_name(f"{folder.name}-live")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place, copy_function=os.link)
    store = open_store(place)
    hot = place / "measurements" / f"month={NOW + timedelta(days=1):%Y-%m}"
    seconds = [_spent(lambda n=n: store.append(minute(n, STATIONS))) for n in range(MINUTES)]
    size = sum(p.stat().st_size for p in hot.glob("*.parquet"))
    rows = MINUTES * STATIONS * len(PARAMETERS)
    asked = timed(lambda: store.latest(NAMED, now=NOW + timedelta(hours=1)))
    same = _spent(lambda: store.append(minute(0, STATIONS)))
    revised = minute(MINUTES - 1, STATIONS).sample(1000, random_state=1)
    change = _spent(
        lambda: store.append(revised.assign(value=revised["value"] + 1, known_at=pd.Timestamp(NOW) + 2 * DAY))
    )
    joined = _spent(lambda: store._measurements.compact([hot.name.partition("=")[2]]))
    after = [Path(f).stat().st_size for f in store._measurements.files([hot.name.partition("=")[2]])]
    shutil.rmtree(place)
    return {
        "rows_a_commit": STATIONS * len(PARAMETERS),
        "commit_s": round(statistics.median(seconds), 2),
        "same_again_s": round(same, 2),
        "revision_of_1000_s": round(change, 2),
        "join_s": round(joined, 2),
        "bytes_a_row": round(size / rows, 2),
        "bytes_a_row_joined": round(sum(after) / (rows + 1000), 2),
        "latest_before_join": asked,
    }


DAY = pd.Timedelta("1D")


def _spent(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measured(millions: int, folder: Path) -> dict[str, Any]:
    generate(folder, millions)
    size = sum(p.stat().st_size for p in folder.rglob("*.parquet"))
    rows = int((folder / DONE).read_text().split()[0])
    result: dict[str, Any] = {
        "rows": rows,
        "cities": CITIES[millions],
        "bytes": size,
        "bytes_a_row": round(size / rows, 2),
        "made": (folder / DONE).read_text().strip(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    result["duckdb"], wanted = answers(folder, "duckdb")
    with sail() as address:
        result["sail"], found = answers(folder, address)
    result["same"] = {name: bool(_same(found[name], wanted[name])) for name in wanted}
    result["arriving"] = arriving(folder)
    return result


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bytes):
        return one == other
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True), rtol=1e-12, atol=0)
    return len(one) > 0


def show(result: Mapping[str, Any]) -> None:
    print(f"\n{result['rows']:,} SYNTHETIC rows, {result['cities']} cities, {result['bytes'] / 1e6:.0f} MB")
    print(f"{'p50 [ms]':<18}{'duckdb':>10}{'cpu':>8}{'limit':>8}{'sail':>10}  same answer")
    for name in QUESTIONS:
        here, there = result["duckdb"][name], result["sail"][name]
        limit = LIMITS.get(name, "")
        same = result["same"][name]
        print(f"{name:<18}{here['p50']:>10}{here['cpu']:>8}{limit:>8}{there['p50']:>10}  {same}")
    for name, value in result["arriving"].items():
        print(f"  {name}: {value}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", choices=sorted(CITIES), default=[20], help="millions")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the stores are kept for the next run")
    chosen = parser.parse_args()
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    for millions in chosen.rows:
        kept[str(millions)] = measured(millions, chosen.folder / str(millions))
        show(kept[str(millions)])
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
