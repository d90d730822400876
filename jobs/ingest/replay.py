"""`make replay`: real history on every page, at a chosen moment, from imported files."""

import os
import sys
from pathlib import Path

from data import clock
from data.errors import CentreError
from data.store import Store, open_store
from data.store.served import VARIABLE

MOMENT = "2026-01-18T20:00:00+05:00"  # smog in Astana at four low-cost stations, daily medians in Tashkent
STORE = "var/replay"
DATA = "REPLAY_DATA"
FOLDER = "../shared/data"
# What is imported: format, city, files within the data folder; a file with stations comes before the rows it describes.
IMPORTS = (
    ("airdata-kz", "astana", ("airdata-kz/astana/*.csv.gz",)),
    (
        "tashkent-open",
        "tashkent",
        (
            "tashkent-municipal-daily/stations.csv",
            "tashkent-municipal-daily/tashkent_municipal_pm25_by_station_daily.csv",
            "tashkent-municipal-daily/municipal_hourly_snapshot_*.csv",
            "tashkent-hourly-sensor-2025-26/*sensor_only.csv",
        ),
    ),
)


class ReplayError(CentreError, RuntimeError):
    """The replay has no data; the person who started it must name a folder."""

    who = "asker"


def fill(store: Store, folder: Path) -> int:
    """
    Import the real files into an empty store.

    Parameters
    ----------
    store : Store
        Filled if it is empty.
    folder : Path
        Where the data folders lie.

    Returns
    -------
    int
        Rows stored.

    Raises
    ------
    ReplayError
        When the files are not there.
    """
    from jobs.ingest import files, verdicts

    stored = 0
    for form, city, patterns in IMPORTS:
        paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
        if not paths:
            raise ReplayError(
                "jobs.ingest.no_replay", parameter=DATA, folder=folder.resolve(), form=form, variable=DATA
            )
        done = files.run(paths, form, city, store)
        stored += int(done["stored"])
        sys.stderr.write(f"{form}: {done['read']:,} rows read, {done['stored']:,} stored\n")
    verdicts.refresh_all(store)
    return stored


def main() -> int:
    """Import once, then serve at the chosen moment."""
    os.environ.setdefault(clock.VARIABLE, MOMENT)
    os.environ[VARIABLE] = os.environ.get("REPLAY_STORE", STORE)
    store = open_store()
    try:
        clock.now()
        if store.is_empty():
            fill(store, Path(os.environ.get(DATA, FOLDER)))
    except (CentreError, ValueError) as error:
        sys.stderr.write(f"replay: {error}\n")
        return 1
    sys.stderr.write(f"REPLAY at {clock.to_the_minute(clock.now())} from {store.uri}\n")
    return os.execv(sys.executable, [sys.executable, "-m", "cli", "serve"])


if __name__ == "__main__":
    sys.exit(main())
