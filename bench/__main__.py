"""`make bench`: every benchmark in a process of its own, then a table of what they found."""

import json
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"


def main(names: list[str]) -> int:
    RESULTS.mkdir(exist_ok=True)
    scripts = names or sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
    failed = []
    for name in scripts:
        print(f"\n=== {name} ===", flush=True)
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False)
        print(f"--- {name}: {time.perf_counter() - begun:.1f} s, exit {done.returncode}", flush=True)
        if done.returncode:
            failed.append(name)
    print("\nresults:")
    for path in sorted(RESULTS.glob("*.json")):
        print(f"  {path.relative_to(FOLDER.parent)}  {len(json.dumps(json.loads(path.read_text())))} characters")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
