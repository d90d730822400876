"""Ten thousand faults over all networks, one in twenty on the wire: no crash, no lost rejection, no invented row."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "faults.json"


def main() -> int:
    draws = os.environ.get("CLEANAIR_TEST_FAULTS", "10000")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.txt"
        env = {**os.environ, "CLEANAIR_TEST_FAULTS": draws, "CLEANAIR_TEST_FAULTS_REPORT": str(report)}
        begun, spent = time.perf_counter(), os.times()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", "slow", "tests/sources/test_faults.py"], env=env, check=False
        )
        seconds, after = time.perf_counter() - begun, os.times()
        said = report.read_text().splitlines() if report.exists() else []
    cpu = after.children_user + after.children_system - spent.children_user - spent.children_system
    RESULT.parent.mkdir(exist_ok=True)
    result = {"draws": int(draws), "passed": done.returncode == 0, "seconds": round(seconds, 1), "cpu": round(cpu, 1)}
    RESULT.write_text(json.dumps(result | {"found": said}, indent=1))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
