"""One checkout's store, filled once and asked question by question on demand: the other end of `bench.versus`."""

import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bench.store import questions
from data.store import open_store


def first(*names: str) -> ModuleType:
    """The module of that subject, under the name that this checkout gives it."""
    for name in names:
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(names[0])


def main(folder: str) -> None:
    """Say how long the import took, then answer each line (a question's name) with its milliseconds."""
    fill = first("jobs.ingest.replay", "jobs.replay").fill
    with tempfile.TemporaryDirectory() as place:
        store = open_store(Path(place) / "store")
        begun = time.perf_counter()
        rows = fill(store, Path(folder))
        asked = questions(store)
        first_line = {"rows": rows, "import_s": time.perf_counter() - begun, "bytes": store.size()["bytes"]}
        print(json.dumps({**first_line, "questions": list(asked)}), flush=True)
        for line in sys.stdin:
            begun = time.perf_counter()
            asked[line.strip()]()
            print((time.perf_counter() - begun) * 1000, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
