"""A killed writer loses no acknowledged row and tears nothing; writers and readers share one store."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.store import open_store
from tests.table_writer import ROWS

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("CLEANAIR_KILLS", "20"))


def writer(folder: Path, station: str, first: int, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store_writer", str(folder), station, str(first), str(batches)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."})


def counts(folder: Path) -> dict[str, int]:
    """Rows per station; whole batches have 1000."""
    rows = open_store(folder).measurements(columns=["station"])
    return {str(k): int(v) for k, v in rows.station.value_counts().items()}


@pytest.mark.slow
def test_kill_nine_loses_nothing_acknowledged(tmp_path: Path) -> None:
    folder, acknowledged, first = tmp_path / "store", set(), 0
    for kill in range(KILLS):
        process = writer(folder, "w", first, 1000)
        assert process.stdout is not None
        seen = [int(process.stdout.readline())]
        time.sleep(0.013 * (kill % 10))
        os.kill(process.pid, signal.SIGKILL)
        seen += [int(line) for line in process.stdout.read().split()]
        process.wait()
        acknowledged |= set(seen)
        first = max(seen) + 1  # the batch under way may or may not be there; it is written again
    kept = counts(folder)
    assert {f"w:{n}" for n in acknowledged} <= set(kept)
    assert set(kept.values()) == {1000}, "a batch is torn or doubled"


@pytest.mark.slow
def test_a_table_whose_columns_change_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    folder, first, done, seen = tmp_path / "store", 0, set[int](), set[int]()
    for kill in range(max(KILLS // 4, 3)):
        command = [sys.executable, "-m", "tests.table_writer", str(folder), str(first), "1000"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        said = [int(process.stdout.readline())]
        time.sleep(0.011 * (kill % 10))
        os.kill(process.pid, signal.SIGKILL)
        done |= {*said, *(int(line) for line in process.stdout.read().split())}
        process.wait()
        first = max(done) + 2  # the table under way stays as it was left
    store = open_store(folder)
    for name in store.place.tables():
        rows = store.table(name)
        seen.add(len(rows))
        assert len(rows) in (ROWS, ROWS + 1), name
        assert rows["v"].max() == ROWS - 1
        assert ((rows["v"] == 56.75).sum() == 1) == (len(rows) == ROWS + 1) == ("more" in rows)
        assert int(name[1:]) not in done or len(rows) == ROWS + 1, "an acknowledged row is lost"
    assert ROWS + 1 in seen


@pytest.mark.slow
def test_two_writers_of_one_key_leave_one_row(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    both = [writer(folder, "same", 0, 12) for _ in range(2)]
    torn = 0
    while any(p.poll() is None for p in both):  # read while they write
        torn += any(n % 1000 for n in counts(folder).values())
    assert [p.returncode for p in both] == [0, 0]
    assert torn == 0
    assert set(counts(folder).values()) == {1000}
    assert len(counts(folder)) == 12
