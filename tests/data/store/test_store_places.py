"""The store keeps its word on an object store too; its locks, its fences, and what it says when something is wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import pandas as pd
import pyarrow as pa
import pytest
import requests
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError
from obstore.exceptions import AlreadyExistsError, PermissionDeniedError, PreconditionError, UnauthenticatedError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from cli import main as cli
from data.store import Store, StoreBusy, StoreError, open_store
from data.store.served import real_store
from data.store.storage import bucket, foreign
from data.store.storage.lease import Lease
from data.store.tables.layout import SCHEMA, writing, written
from jobs.server.doctor import GOOD, _store
from tests.conftest import NOW, hourly

# The contract of the verbs is that of the folder: the same tests, with the store of this file's fixture.
from tests.data.store.test_store_crash import writer
from tests.data.store.test_store_version import first  # noqa: F401 — a store of release 0.1.0
from tests.object_store import KEYS, Server, serving, upload

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def server(running: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in running.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CLEANAIR_STATE", str(tmp_path / "state"))
    running.asked.clear()
    return running


@pytest.fixture
def uri(server: Server) -> str:
    return server.uri()


@pytest.fixture
def store(uri: str) -> Store:
    return open_store(uri)


def lease(store: Store, ttl: float, name: str = ".some.lock") -> Lease:
    return Lease(store.place._root, name, ttl)  # type: ignore[attr-defined]


def hasty(uri: str, ttl: float = 0.6, wait: float = 10.0) -> Store:
    """A store that believes a silent writer dead after a moment."""
    scheme, _, rest = uri.partition("://")
    name, _, prefix = rest.partition("/")
    return Store(bucket.Bucket(scheme, name, prefix, ttl=ttl), wait)


# --- places --------------------------------------------------------------------------------------------------------


def test_what_is_no_table_stays_on_this_machine(store: Store, uri: str, tmp_path: Path) -> None:
    assert store.uri == uri
    assert store.folder == tmp_path / "state" / uri.replace("://", "/")
    assert not store.folder.exists()
    assert store.place.beside("-demo") == f"{uri}-demo"


def test_a_folders_store_moves_as_it_is(tmp_path: Path, uri: str) -> None:
    old = open_store(tmp_path / "old")
    old.append(hourly([1, 2, 3]))
    old.append(hourly([1, 5, 3], known_at=NOW + pd.Timedelta("1D")))
    old.extend("notes", pd.DataFrame({"who": ["a"]}))
    (old.folder / ".writer.lock").touch()  # some systems leave it
    upload(old.folder, uri)
    new = open_store(uri)
    pd.testing.assert_frame_equal(new.measurements(as_of=NOW), old.measurements(as_of=NOW))
    pd.testing.assert_frame_equal(new.measurements(), old.measurements())
    assert new.table("notes")["who"].tolist() == ["a"]
    assert new.version() == old.version()
    assert new.size()["rows"] == 3


def test_the_first_releases_store_gets_this_layout(first: Path, uri: str) -> None:  # noqa: F811
    upload(first, uri)
    store = open_store(uri)
    assert written(store.place) == SCHEMA
    assert len(store.measurements("tashkent")) == 24
    assert store.stations()["name"].tolist() == ["One"]


def test_old_rows_of_a_log_go_and_settled_follows_history(store: Store) -> None:
    store.extend("attempts", pd.DataFrame({"at": pd.to_datetime(["2026-01-01", "2026-02-01"], utc=True)}))
    assert store.forget("attempts", "at", NOW) == 1
    assert len(store.table("attempts")) == 1
    before = store.settled()
    store.append(hourly([1.0], first="2025-12-01"))
    assert store.settled() != before


def test_a_question_asked_again_costs_no_request(store: Store, server: Server) -> None:
    store.append(hourly([1.0] * 100))
    once = store.latest(now=NOW)
    server.asked.clear()
    pd.testing.assert_frame_equal(store.latest(now=NOW), once)
    store.version()
    heads = [one for one in server.asked if one == ("HEAD", f"/{store.uri.removeprefix('s3://')}/.writer.lease")]
    assert server.asked == heads  # none, unless two seconds went by
    assert len(heads) <= 2


def test_commits_of_others_are_seen(store: Store, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "LOOK", 0.05)
    store.append(hourly([1.0]))
    assert store.table("notes").empty
    other, before = open_store(uri), store.version()
    other.append(hourly([2.0], station="demo:2"))
    other.extend("notes", pd.DataFrame({"who": ["a"]}))
    time.sleep(0.1)
    assert store.version() != before
    assert len(store.measurements()) == 2
    assert len(store.table("notes")) == 1


def test_who_writes_has_seen_every_commit_before(store: Store, uri: str) -> None:
    other, rows = open_store(uri), hourly([1.0])
    store.append(rows)
    assert len(other.measurements()) == 1
    store.append(hourly([1.0, 2.0, 3.0]))
    assert other.append(hourly([1.0, 2.0, 3.0])).unchanged == 3  # within the time in which nothing is looked for


# --- writers -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_with_the_same_keys_leave_one_row_each(uri: str) -> None:
    both = [writer(uri, "same", 0, 3) for _ in range(2)]  # type: ignore[arg-type]
    assert [p.wait(90) for p in both] == [0, 0]
    rows = open_store(uri).measurements(columns=["station"])
    assert rows.station.value_counts().to_dict() == {f"same:{n}": 1000 for n in range(3)}


def test_commits_of_two_writers_without_any_lock_are_both_kept(uri: str, server: Server) -> None:
    table, schema = f"{uri}/plain", pa.schema([("who", pa.string()), ("n", pa.int64())])
    write_deltalake(table, schema.empty_table())

    def append(who: str) -> None:
        for n in range(6):
            write_deltalake(table, pa.table({"who": [who], "n": [n]}, schema=schema), mode="append")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(append, "ab"))
    kept = DeltaTable(table).to_pyarrow_table().to_pandas()
    assert sorted(zip(kept.who, kept.n, strict=True)) == [(w, n) for w in "ab" for n in range(6)]


def test_a_living_writer_keeps_the_lock_and_a_silent_one_loses_it(store: Store) -> None:
    held, other = lease(store, ttl=0.6), lease(store, ttl=0.6)
    assert held.take(0)
    assert not other.take(1.5), "a holder that renews was taken for dead"
    held._done.set()  # the process dies: nobody renews
    began = time.monotonic()
    assert other.take(10)
    assert time.monotonic() - began >= 0.3
    assert not held.free(), "the old holder gave back what is no longer his"
    assert not lease(store, ttl=0.6).take(0)
    assert other.free()
    assert lease(store, ttl=0.6).take(0)


def test_a_lock_that_cannot_be_read_goes_when_nobody_renews_it(store: Store) -> None:
    store.place.write(".some.lock", "what is this")
    assert not lease(store, ttl=0.3).take(0)
    assert lease(store, ttl=0.3).take(5)


def test_one_who_never_waits_finds_a_dead_holder_too(store: Store) -> None:
    dead, watched = lease(store, ttl=0.4), {}
    assert dead.take(0)
    dead._done.set()
    tries = 0
    while not Lease(store.place._root, ".some.lock", 0.4, watched).take(0):  # type: ignore[attr-defined]
        tries += 1
        time.sleep(0.1)
    assert 2 <= tries < 40


def test_a_writer_that_slept_through_its_lease_changes_nothing(uri: str) -> None:
    slow, quick = hasty(uri), hasty(uri)
    quick.append(hourly([1.0]))
    asleep, awake = Event(), Event()
    outcome: list[BaseException | None] = []

    def sleeper() -> None:
        split = slow._measurements.append

        def late(rows: pa.Table) -> None:
            asleep.set()
            awake.wait(20)
            split(rows)

        slow._measurements.append = late  # type: ignore[method-assign]
        try:
            slow.append(hourly([1.0, 2.0]))
            outcome.append(None)
        except StoreError as error:
            outcome.append(error)

    found: list[Lease] = []
    take = Lease.take

    def noted(self: Lease, wait: float) -> bool:
        found.append(self)
        return take(self, wait)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lease, "take", noted)
        thread = Thread(target=sleeper)
        thread.start()
        assert asleep.wait(20)
        found[0]._done.set()  # as if the whole process stood still
        assert quick.append(hourly([1.0, 2.0])).stored == 1
        awake.set()
        thread.join(20)
    assert isinstance(outcome[0], StoreBusy)
    assert "nothing was lost" in str(outcome[0])
    assert open_store(uri).measurements()["value"].tolist() == [1.0, 2.0]
    assert slow.place.uri == uri


@pytest.mark.slow
def test_a_writer_killed_before_its_commit_tears_nothing_and_is_replaced(uri: str, server: Server) -> None:
    process = writer(uri, "w", 0, 1000)  # type: ignore[arg-type]
    assert process.stdout is not None
    seen = [int(process.stdout.readline())]
    server.kill_at(process.pid, "PUT", "/measurements/_delta_log/")  # its data files are there, its commit is not
    assert process.wait(60) == -9
    seen += [int(line) for line in process.stdout.read().split()]
    store = hasty(uri)
    kept = store.measurements(columns=["station"]).station.value_counts().to_dict()
    assert kept == {f"w:{n}": 1000 for n in seen}
    again = max(seen) + 1
    done = store.append(hourly([float(again)] * 1000, station=f"w:{again}", first="2026-01-15"))
    assert done.stored == 1000


# --- what is said --------------------------------------------------------------------------------------------------


def silent(error: BaseException | str) -> bool:
    return not any(key in str(error) for key in KEYS.values()) and "\n" not in str(error)


def test_a_wrong_key_is_a_sentence_without_the_key(store: Store, uri: str, server: Server) -> None:
    store.append(hourly([1.0]))
    warm = Store(uri)
    warm.version()
    requests.post(f"{server.url}/moto-api/reset-auth", data="0", timeout=10)  # from now on keys are checked
    try:
        asked = (
            lambda: open_store(uri), lambda: store.append(hourly([2.0])), lambda: warm.measurements(),
            lambda: Store(uri).measurements(), lambda: Store(uri).size(), lambda: Store(uri).table("notes"),
        )  # fmt: skip
        for ask in asked:
            with pytest.raises(StoreError, match="refuses the key; whoever keeps its keys must set") as refused:
                ask()
            assert silent(refused.value)
            assert refused.value.__cause__ is None
    finally:
        requests.post(f"{server.url}/moto-api/reset-auth", data="inf", timeout=10)


def test_a_bucket_that_is_not_there_is_a_sentence(server: Server) -> None:
    with pytest.raises(StoreError, match="no such bucket; whoever runs the object store must make it"):
        open_store("s3://nobody/store")
    with pytest.raises(StoreError, match="no such bucket"):
        Store("s3://nobody/store").append(hourly([1.0]))


@pytest.mark.parametrize(
    ("error", "sort"),
    [
        (FileNotFoundError("Generic S3 error: <Code>NoSuchBucket</Code>"), "no bucket"),
        (PermissionDeniedError("the service said so"), "refused"),
        (UnauthenticatedError("the service said so"), "refused"),
        (OSError("HTTP error: 403 Forbidden"), "refused"),
        (OSError("error sending request for url"), "silent"),
        (CommitFailedError("a version is there"), "faster"),
        (PreconditionError("the tag is another"), "faster"),
        (AlreadyExistsError("the object is there"), "faster"),
        (OSError("a transaction: Version 7 already there"), "faster"),
        (OSError("HTTP error: 500"), None),
    ],
)
def test_what_the_libraries_below_say_is_sorted_in_one_place(error: Exception, sort: str | None) -> None:
    assert foreign.trouble(error) == sort


@pytest.mark.slow
def test_a_server_that_is_away_is_a_sentence(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="does not answer; check AWS_ENDPOINT_URL") as away:
        open_store("s3://air/store")
    assert silent(away.value)


@pytest.mark.parametrize(
    "uri",
    ["s3://bucket", "s3://", "s3://key:secret@bucket/store", "s3://bucket/store?secret=1", "s3://bucket/../store x"],
)
def test_a_uri_names_a_bucket_and_a_prefix_and_no_key(uri: str) -> None:
    with pytest.raises(StoreError, match=r"keys belong into AWS_ENDPOINT_URL") as refused:
        open_store(uri)
    assert "secret" not in str(refused.value)


def test_without_the_extra_the_operator_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, bucket.__name__, None)
    with pytest.raises(StoreError, match=r"the operator must run pip install .*\[cloud\]"):
        open_store("s3://air/store")


def test_the_lock_is_busy_for_a_second_store(store: Store, uri: str) -> None:
    with writing(uri), pytest.raises(StoreBusy, match="another process has been writing"):
        Store(uri, wait=0).replace("events", pd.DataFrame({"id": ["a"]}))


# --- the centre on it ------------------------------------------------------------------------------------------------


@pytest.fixture
def centre(uri: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CLEANAIR_STORE", uri)
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    return uri


def test_the_api_answers_from_it_and_follows_every_commit(centre: str) -> None:
    real_store().append(hourly([12.0] * 54))
    with TestClient(Starlette(routes=routes())) as client:
        asked = [client.get("/api/v1/latest", params={"city": "tashkent"}).json() for _ in range(2)]
        assert [row["value"] for row in asked[1]["latest"]] == [12.0]
        assert asked[0] == asked[1]
        assert not asked[0]["demo"]
        real_store().append(hourly([15.0] * 54, station="demo:2"))
        rows = client.get("/api/v1/latest", params={"city": "tashkent"}).json()["latest"]
        assert sorted(row["value"] for row in rows) == [12.0, 15.0]
        assert client.get("/api/v1/health").json()["rows"] == 108


def test_the_doctor_tries_its_lock_and_a_backup_says_who_keeps_copies(
    centre: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = next(_store(centre))
    assert (found.mark, found.about) == (GOOD, "store")
    assert found.found == f"{centre} is writable, its locks hold; local things lie in {real_store().folder}"
    assert cli.main(["backup", "--out", str(tmp_path / "b.tar.gz"), "--store", centre]) == 1
    assert "turn its versioning on" in capsys.readouterr().err
    assert cli.main(["restore", "--from", "b.tar.gz", "--to", centre]) == 1
    assert "copy it to the bucket as it is" in capsys.readouterr().err


@pytest.mark.slow
def test_import_and_snapshot_are_the_same_from_a_folder_and_from_it(centre: str, tmp_path: Path) -> None:
    rows = ["start,value,unit,station,city,parameter,minutes"]
    rows += [f"2026-01-08T{h:02}:00:00+00:00,{10 + h},µg/m³,file:1,tashkent,pm25,60" for h in range(24)]
    (tmp_path / "rows.csv").write_text("\n".join(rows) + "\n", "utf-8")
    made = {}
    for name, uri in (("folder", str(tmp_path / "store")), ("bucket", centre)):
        env = {**os.environ, "CLEANAIR_STORE": uri, "PYTHONPATH": str(ROOT), "CLEANAIR_NOW": NOW.isoformat()}
        for words in (
            ["import", str(tmp_path / "rows.csv"), "--format", "tidy", "--city", "tashkent"],
            ["snapshot", "--city", "tashkent", "--from", "2026-01-08", "--to", "2026-01-10", "--role", "admin",
             "--as-of", "2026-01-11T00:00:00+00:00", "--out", str(tmp_path / name)],
        ):  # fmt: skip
            command = [sys.executable, "-m", "cli", *words]
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert not any(key in done.stdout + done.stderr for key in KEYS.values())
        made[name] = {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
    assert len(open_store(centre).measurements("tashkent")) == 24
    assert made["folder"] == made["bucket"]
