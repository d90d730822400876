"""How long and how much memory the import of all of Astana's history takes, in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

FILES = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "airdata-kz" / "astana"
RESULT = Path(__file__).parent / "results" / "import.json"
SECONDS, GIBIBYTES = 60.0, 1.5  # the targets
WORK = """
import sys
from data.store import open_store
from jobs.ingest.files import run
import json
print(json.dumps(run([sys.argv[1]], "airdata-kz", "astana", open_store(sys.argv[2]))))
"""


def measured(store: str) -> dict[str, object]:
    """Seconds, peak memory and summary of one import into a store."""
    begun, worked = time.perf_counter(), _cpu()
    child = subprocess.Popen(
        [sys.executable, "-c", WORK, str(FILES / "*.csv.gz"), store], stdout=subprocess.PIPE, text=True
    )
    watched, peak = psutil.Process(child.pid), 0
    while child.poll() is None:
        try:
            used = watched.memory_info()
        except psutil.Error:
            break
        peak = max(peak, getattr(used, "peak_wset", used.rss))
        time.sleep(0.05)
    output, _ = child.communicate()
    seconds = time.perf_counter() - begun
    if child.returncode:
        raise SystemExit("the import failed; its message stands above")
    times = {"seconds": round(seconds, 1), "cpu_seconds": round(_cpu() - worked, 1)}
    return {**times, "peak_gib": round(peak / 2**30, 2), "summary": json.loads(output)}


def _cpu() -> float:
    """Processor time of finished children: what the import costs however busy the machine is. [s]"""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    if not FILES.is_dir():
        raise SystemExit("nothing measured: the folder ../shared/data/airdata-kz is not on this machine")
    with tempfile.TemporaryDirectory() as folder:
        first = measured(folder)
        again = measured(folder)
        size = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file())
    result = {
        "first": first,
        "again": {k: again[k] for k in ("seconds", "cpu_seconds", "peak_gib")},
        "unchanged_again": again["summary"]["unchanged"],  # type: ignore[index]
        "store_mb": round(size / 1e6, 1),
        "targets": {"seconds": SECONDS, "peak_gib": GIBIBYTES},
        "load": psutil.getloadavg()[0],
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
