"""CPU time of all statements of a city from frames already read: what a new minute costs before anything is drawn."""

import json
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from data.city import city
from data.store import open_store
from jobs.ingest import files
from jobs.statements import gather
from models.situation.situation import Situation, situation

OUT = Path(__file__).parent / "results" / "statements.json"
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "airdata-kz" / "astana"
WINTER = "2023-01-15T12:00+05:00"  # eight pollutants at four posts
MUST = 60.0  # [ms]
ROUNDS = 15


def formed(made: Situation) -> int:
    """Every statement of the city and of its stations; how many."""
    return len(made.now) + len(made.day) + 2 * len(made.stations)


def measure(uri: str, key: str, moment: datetime) -> dict[str, float]:
    """Median CPU time over the rounds. [ms]"""
    store, place = open_store(uri), city(key)
    rows, stations = gather.rows_of(store, place, moment), store.stations(key)
    taken, count = [], 0
    for _ in range(ROUNDS):
        began = time.process_time()
        made = situation(rows, stations, moment, law=place.law, zone=place.zone, city=key)
        count = formed(made)
        taken.append(1000 * (time.process_time() - began))
    return {"ms": round(statistics.median(taken), 1), "rows": len(rows), "statements": count}


def _imported(folder: str) -> str:
    """A store of all that is known of Astana."""
    uri = str(Path(folder) / "store")
    files.run(sorted(REAL.glob("*.csv.gz")), "airdata-kz", None, open_store(uri))
    return uri


def main(argv: list[str]) -> int:
    """`python -m bench.statements [STORE MOMENT [CITY…]]`: a store of real history and a moment in it."""
    if not argv and not REAL.is_dir():
        print(f"{REAL} is not on this machine; nothing was measured")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        uri, when = (argv[0], argv[1]) if argv else (_imported(folder), WINTER)
        keys = argv[2:] or (["tashkent", "astana"] if argv else ["astana"])
        found = {key: measure(uri, key, datetime.fromisoformat(when)) for key in keys}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"moment": when, "must_ms": MUST, "cities": found}, indent=1), "utf-8")
    for key, one in found.items():
        print(f"{key}: {one['ms']} ms CPU for {one['statements']:.0f} statements from {one['rows']:.0f} rows")
    return 0 if all(one["ms"] <= MUST for one in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
