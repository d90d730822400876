"""A writer process for the crash tests: makes tables of whole numbers, then adds a fraction that widens the column."""

import sys

import pandas as pd

from data.store import open_store

ROWS = 20_000


def main(folder: str, first: int, tables: int) -> None:
    store = open_store(folder)
    for number in range(first, first + tables):
        store.replace(f"t{number}", pd.DataFrame({"v": range(ROWS)}))
        store.extend(f"t{number}", pd.DataFrame({"v": [56.75], "more": ["a column that came later"]}))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
