"""Alarms on real history: how long a look at both cities takes, and the rings of four years."""

import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.store import p50
from data.city import city
from data.store import Store, open_store
from jobs.alarms import evaluate
from jobs.alarms.replay import replay
from jobs.ingest.replay import FOLDER, fill

RESULT = Path(__file__).parent / "results" / "alarms.json"
MOMENT = datetime(2026, 1, 18, 15, tzinfo=UTC)
PERIOD = (datetime(2022, 1, 1, tzinfo=UTC), datetime(2026, 4, 26, tzinfo=UTC))
TARGET = 300.0  # a look at both cities [ms]


def looks(store: Store) -> dict[str, Any]:
    """p50 of a look with nothing new, and of one with a new hour; and its own processor time on a shared machine."""
    evaluate.evaluate(store, MOMENT)
    hours = iter(range(1, 100))
    begun = time.process_time()
    for _ in range(7):
        evaluate.evaluate(store, MOMENT)
    return {
        "same minute, processor [ms]": round((time.process_time() - begun) / 7 * 1000, 1),
        "same minute [ms]": p50(lambda: evaluate.evaluate(store, MOMENT)),
        "next hour [ms]": p50(lambda: evaluate.evaluate(store, MOMENT + timedelta(hours=next(hours)))),
    }


def history(store: Store, key: str) -> dict[str, Any]:
    """Rings of four years, and how long it took to find them."""
    begun = time.perf_counter()
    made = replay(store, city(key), *PERIOD)
    return {
        "seconds": round(time.perf_counter() - begun, 1),
        "rings": made.rates.rings,
        "per day": round(made.rates.per_day, 3),
        "worst day": made.rates.worst_day,
        "worst ten minutes": made.rates.worst_ten,
        "floods": len(made.rates.floods),
        "within target": made.rates.within_target,
        "by rule": dict(made.rates.by_rule),
    }


def main() -> int:
    folder = Path(os.environ.get("REPLAY_DATA", FOLDER))
    if not folder.is_dir():
        print(f"skipped: {folder} with real data is not on this machine")
        return 0
    with tempfile.TemporaryDirectory() as place:
        store = open_store(Path(place) / "store")
        fill(store, folder)
        found = {"look": looks(store), **{key: history(store, key) for key in ("astana", "tashkent")}}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return int(found["look"]["same minute, processor [ms]"] > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
