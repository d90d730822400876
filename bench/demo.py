"""Time of building and filling the demo world, and of the large one of speed tests; writes bench/results/demo.json."""

import json
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from data import demo
from data.store import open_store
from jobs.ingest.maintenance import checks

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
OUT = Path(__file__).parent / "results" / "demo.json"


def timed(repeats, **options):
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        world = demo.build(NOW, **options)
        seconds.append(round(time.perf_counter() - begun, 2))
    return {"seconds": min(seconds), "all": seconds, "rows": len(world.measurements)}


def filled():
    """A store from nothing to the whole world, with quality checks: what the server does on its first day."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "demo")
        begun, worked = time.perf_counter(), time.process_time()
        done = demo.fill(store, NOW, check=checks(store, NOW))
        spans = store.spans()
        return {
            "seconds": round(time.perf_counter() - begun, 2),
            "seconds of processor": round(time.process_time() - worked, 2),
            "rows": done.stored,
            "rows of hours": int(spans.loc[spans["minutes"] == 60, "rows"].sum()),
            "rows of days": int(spans.loc[spans["minutes"] == 1440, "rows"].sum()),
            "first": str(spans["first"].min()),
        }


def main():
    demo.build(NOW, days=1)
    figures = {
        "whole world into a store": filled(),
        "both cities, 120 days": timed(3),
        "one city, 30 stations, 365 days, 6 parameters": timed(1, cities=["tashkent"], stations=30, days=365),
    }
    figures["peak memory [MiB]"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1), "utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
