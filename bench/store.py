"""The store on real rows: size and the p50 of the questions that pages and exports ask."""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data.store import Store, open_store
from jobs.export import measurements, request
from jobs.ingest.replay import FOLDER, fill

RESULT = Path(__file__).parent / "results" / "store.json"
MOMENT = datetime(2024, 12, 7, 15, tzinfo=UTC)


def p50(work: Callable[[], Any], times: int = 7) -> float:
    work()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        spent.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(spent), 1)


def questions(store: Store) -> dict[str, Callable[[], Any]]:
    month = request.Request(
        city="astana",
        start=datetime(2024, 12, 1, tzinfo=UTC),
        end=datetime(2025, 1, 1, tzinfo=UTC),
        as_of=datetime.now(UTC),
    )
    five_years = (datetime(2021, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))

    def daily() -> Any:
        days = store.daily("astana", ["pm25"], *five_years, zone="Asia/Almaty")
        return days[days.coverage >= 0.75]

    return {
        "latest per station and parameter, 7 days": lambda: store.latest("astana", now=MOMENT),
        "72 h of one city": lambda: store.measurements("astana", start=MOMENT - timedelta(hours=72), end=MOMENT),
        "5-year daily means of one parameter, 75 % capture": daily,
        "one month as CSV": lambda: b"".join(measurements.measurements_csv(store, month)),
        "version": store.version,
    }


def main() -> int:
    folder = Path(os.environ.get("REPLAY_DATA", FOLDER))
    if not folder.is_dir():
        print(f"skipped: {folder} with real data is not on this machine")
        return 0
    with tempfile.TemporaryDirectory() as place:
        store = open_store(Path(place) / "store")
        begun = time.perf_counter()
        stored = fill(store, folder)
        seconds = time.perf_counter() - begun
        size = store.size()
        found = {name: p50(work) for name, work in questions(store).items()}
    result = {"rows": stored, "import_s": round(seconds, 1), "bytes": size["bytes"], "p50_ms": found}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False))
    print(f"{stored:,} rows in {size['bytes'] / 1e6:.1f} MB")
    for name, value in found.items():
        print(f"{value:8.1f} ms  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
