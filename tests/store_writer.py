"""A writer process for the crash and concurrency tests: appends batches and acknowledges each on its output."""

import sys

from data.store import open_store
from tests.conftest import hourly


def main(folder: str, station: str, first: int, batches: int) -> None:
    store = open_store(folder)
    for number in range(first, first + batches):
        # Each batch spans two months, so that a torn commit would show as half of it.
        rows = hourly([float(number)] * 1000, station=f"{station}:{number}", first="2026-01-15")
        store.append(rows)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
