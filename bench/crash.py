"""A hundred kills of a writer: no acknowledged row lost, none doubled, no torn batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "crash.json"


def main() -> int:
    kills = os.environ.get("CLEANAIR_KILLS", "100")
    test = "tests/data/store/test_store_crash.py::test_kill_nine_loses_nothing_acknowledged"
    env = {**os.environ, "CLEANAIR_KILLS": kills}
    done = subprocess.run([sys.executable, "-m", "pytest", test], env=env, check=False)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"kills": int(kills), "passed": done.returncode == 0}))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
