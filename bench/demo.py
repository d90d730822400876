"""Time of building the demo world, and of the large one that speed tests run on; writes bench/results/demo.json."""

import json
import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from data import demo

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
OUT = Path(__file__).parent / "results" / "demo.json"


def timed(repeats, **options):
    seconds = []
    for _ in range(repeats):
        begun = time.perf_counter()
        world = demo.build(NOW, **options)
        seconds.append(round(time.perf_counter() - begun, 2))
    return {"seconds": min(seconds), "all": seconds, "rows": len(world.measurements)}


def main():
    demo.build(NOW, days=1)
    figures = {
        "both cities, 90 days": timed(3),
        "one city, 30 stations, 365 days, 6 parameters": timed(1, cities=["tashkent"], stations=30, days=365),
    }
    figures["peak memory [MiB]"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1), "utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
