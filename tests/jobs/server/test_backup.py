"""A backup is whole while others write, says of every byte whether it is right, and comes back the same."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cli.main import main
from data.schema import conform_stations
from data.store import Store, open_store
from data.store.tables.layout import SCHEMA
from jobs.export import request, snapshot
from jobs.server.backup import MANIFEST, BackupError, backup, restore, verify
from tests.conftest import NOW, hourly

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import sys
from datetime import UTC, datetime
from data.store import open_store
from tests.conftest import hourly
store, number = open_store(sys.argv[1]), 0
print("ready", flush=True)
while True:
    store.append(hourly([float(number)] * 24, station=f"demo:w{number}", known_at=datetime.now(UTC)))
    store.extend("attempts", hourly([float(number)], station=f"demo:w{number}")[["station"]])
    number += 1
    if number % 5 == 0:
        store.compact()
"""


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(hourly([float(n) for n in range(48)]))
    store.append(hourly([77.0], known_at=NOW + timedelta(hours=1)))  # a revision
    table = pd.DataFrame({"source": ["demo"], "station": ["demo:1"], "city": ["tashkent"], "kind": ["reference"]})
    store.put_stations(conform_stations(table.assign(licence="CC BY 4.0", lat=41.3, lon=69.3)))
    store.extend("alarm_log", pd.DataFrame({"at": [NOW], "rule": ["x"]}))
    (store.folder / "forecast_models").mkdir()
    (store.folder / "forecast_models" / "tashkent.pickle").write_bytes(b"is made anew")
    return store


@pytest.mark.parametrize("end", ["tar.zst", "tar.gz", "tar"])
def test_it_comes_back_with_every_row_and_the_same_snapshot(filled: Store, tmp_path: Path, end: str) -> None:
    done = backup(filled, tmp_path / f"b.{end}", NOW, "0.1.0")
    assert done["rows"] == {"alarm_log": 1, "measurements": 49, "stations": 1}
    assert verify(done["file"])["rows"] == done["rows"]
    told = restore(done["file"], tmp_path / "back")
    again = open_store(told["folder"])
    pd.testing.assert_frame_equal(again.measurements(), filled.measurements())
    assert not (tmp_path / "back" / "forecast_models").exists()
    end_of = datetime(2026, 1, 12, tzinfo=UTC)
    asked = request.Request(city="tashkent", start=end_of - timedelta(days=9), end=end_of, as_of=end_of)
    made = [snapshot.write(s, asked, "csv", tmp_path / n)["zip_sha256"] for s, n in ((filled, "a"), (again, "b"))]
    assert made[0] == made[1]
    assert again.append(hourly([5.0], station="demo:9")).stored == 1


def test_while_another_process_writes_the_copy_is_whole(filled: Store, tmp_path: Path) -> None:
    words = [sys.executable, "-c", WRITER, str(filled.folder)]
    with subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as other:
        try:
            assert other.stdout is not None
            other.stdout.readline()
            seen = []
            for number in range(3):
                time.sleep(0.7)
                done = backup(filled, tmp_path / f"{number}.tar.zst", NOW)
                restored = open_store(restore(done["file"], tmp_path / f"r{number}")["folder"])
                rows = restored.measurements()
                written = rows[rows["station"].str.startswith("demo:w")].groupby("station").size()
                assert (written == 24).all()  # a batch is there or it is not
                assert len(written) - len(restored.table("attempts")) in (0, 1)
                assert done["rows"]["measurements"] == len(rows) + 1
                seen.append(len(written))
        finally:
            other.kill()
    assert seen[0] < seen[-1]


def test_every_wrong_byte_is_found(filled: Store, tmp_path: Path) -> None:
    whole = Path(backup(filled, tmp_path / "b.tar", NOW)["file"]).read_bytes()
    with tarfile.open(tmp_path / "b.tar") as archive:
        places = [(e.name, e.offset_data + e.size // 2) for e in archive if e.size]
    for name, place in places:
        harmed = tmp_path / "harmed.tar"
        harmed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BackupError, match="another"):
            verify(harmed)
        with pytest.raises(BackupError, match="another"):
            restore(harmed, tmp_path / "never")
        assert not (tmp_path / "never").exists(), name
    assert not list(tmp_path.glob(".never*"))


@pytest.mark.parametrize("end", ["tar.zst", "tar.gz"])
def test_a_file_that_was_cut_off_is_refused(filled: Store, tmp_path: Path, end: str) -> None:
    file = Path(backup(filled, tmp_path / f"b.{end}", NOW)["file"])
    for share in (0.0, 0.3, 0.9):
        cut = tmp_path / f"cut.{end}"
        cut.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])
        with pytest.raises(BackupError, match="another"):
            verify(cut)


def forged(path: Path, entries: dict[str, bytes], **about: object) -> Path:
    manifest = {"form": 1, "schema": SCHEMA, "release": "", "made_at": "", "rows": {}, "files": [], **about}
    with tarfile.open(path, "w") as archive:
        for name, content in {**entries, MANIFEST: json.dumps(manifest).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "a\\..\\evil"])
def test_an_archive_reaches_no_place_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupError, match="outside the store"):
        restore(forged(tmp_path / "b.tar", {name: b"x"}), tmp_path / "to")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name != "store") == ["b.tar"]


def test_a_link_is_no_file(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        entry = tarfile.TarInfo("measurements/x")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(BackupError, match="outside the store"):
        verify(tmp_path / "b.tar")


def test_what_is_not_in_the_manifest_or_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="not in its manifest"):
        verify(forged(tmp_path / "a.tar", {"extra": b"x"}))
    with pytest.raises(BackupError, match="newer release"):
        restore(forged(tmp_path / "b.tar", {}, schema=SCHEMA + 1), tmp_path / "to")
    with pytest.raises(BackupError, match="newer release"):
        verify(forged(tmp_path / "c.tar", {}, form=2))


def test_refusals_say_what_to_do(filled: Store, tmp_path: Path) -> None:
    file = backup(filled, tmp_path / "b.tar.gz", NOW)["file"]
    with pytest.raises(BackupError, match="not empty"):
        restore(file, filled.folder)
    with pytest.raises(BackupError, match="choose such a name"):
        backup(filled, tmp_path / "b.zip", NOW)
    with pytest.raises(BackupError, match="in the store itself"):
        backup(filled, filled.folder / "b.tar.gz", NOW)
    with pytest.raises(BackupError, match="no table yet"):
        backup(open_store(tmp_path / "none"), tmp_path / "c.tar.gz", NOW)
    assert not (tmp_path / "none").exists()
    with pytest.raises(BackupError, match="no such file"):
        verify(tmp_path / "absent.tar.gz")


def test_the_commands(filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, to = str(tmp_path / "b.tar.zst"), str(tmp_path / "back")
    assert main(["backup", "--out", file, "--store", str(filled.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["rows"]["measurements"] == 49
    assert main(["backup", "--verify", file]) == 0
    assert main(["restore", "--from", file, "--to", to]) == 0
    assert "49 measurements, 3 tables" in capsys.readouterr().out
    assert main(["restore", "--from", file, "--to", to]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["backup"]) == 2
