"""This checkout's store beside another one's, question by question in turn: ratios, not times of a busy machine."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from jobs.ingest.replay import FOLDER

HERE = Path(__file__).resolve().parents[1]
OTHER = "CLEANAIR_BENCH_AGAINST"
RESULT = Path(__file__).parent / "results" / "versus.json"
ROUNDS = 15  # of each question, this checkout and the other in turn; the first two of both are not counted
MOST = 1.10  # ratio that a release may cost


class Checkout:
    """
    A process that runs one checkout's code.

    Parameters
    ----------
    root : Path
        Of the checkout.
    data : Path
        Real files to import.
    """

    def __init__(self, root: Path, data: Path) -> None:
        env = {**os.environ, "PYTHONPATH": str(root), "CLEANAIR_COLLECT": "0"}
        script = str(HERE / "bench" / "_store_asked.py")
        self.process = subprocess.Popen(
            [sys.executable, "-P", script, str(data)], cwd=root, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.about: dict[str, Any] = json.loads(self._line())

    def ask(self, question: str) -> float:
        """How long one answer took. [ms]"""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the checkout's process ended with {self.process.wait()}")
        return line

    def close(self) -> None:
        self.process.communicate(timeout=60)


def main(arguments: list[str]) -> int:
    other = Path(arguments[0] if arguments else os.environ.get(OTHER, ""))
    data = Path(os.environ.get("REPLAY_DATA", FOLDER)).resolve()
    if not other.name or not data.is_dir():
        print(f"skipped: name another checkout (python -m bench.versus DIR, or {OTHER}) and have {FOLDER}")
        return 0
    mine, theirs = Checkout(HERE, data), Checkout(other.resolve(), data)
    try:
        rows = [_compared(question, mine, theirs) for question in theirs.about["questions"]]
    finally:
        mine.close()
        theirs.close()
    spent = [side.about["import_s"] for side in (mine, theirs)]
    print(f"import: {spent[0]:.1f} s, then the other's {spent[1]:.1f} s: {spent[0] / spent[1]:.2f}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"mine": mine.about, "theirs": theirs.about, "questions": rows}, indent=2))
    return int(any(row["ratio"] > MOST for row in rows if row["question"] != "version"))


def _compared(question: str, mine: Checkout, theirs: Checkout) -> dict[str, Any]:
    pairs = [(mine.ask(question), theirs.ask(question)) for _ in range(ROUNDS)][2:]
    ratio = statistics.median(a / b for a, b in pairs)
    ours, others = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{ratio:6.2f}  {ours:8.1f} ms beside {others:8.1f} ms  {question}", flush=True)
    return {"question": question, "ratio": round(ratio, 3), "ms": round(ours, 1), "other_ms": round(others, 1)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
