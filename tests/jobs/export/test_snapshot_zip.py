"""A snapshot that can be cited: the same bytes for ever, described so that others can check it."""

import hashlib
import json
import shutil
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data.city import LANGUAGES
from data.store import Store, open_store
from data.store.shared import SharedStore
from jobs.export import publish, request, snapshot
from jobs.export.snapshot_facts import gaps
from tests.conftest import NOW, hourly

LATER = NOW + timedelta(days=2)


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(hourly([float(x) for x in range(1, 40)]))
    store.append(hourly([5.0] * 6, parameter="no2"))
    places = [{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference", "name": "=Пост"}]
    store.put_stations(pd.DataFrame(places), known_at=NOW)
    return store


def asked(**more: object) -> request.Request:
    plain = {"city": "tashkent", "start": NOW - timedelta(days=4), "end": NOW, "as_of": NOW + timedelta(hours=1)}
    return request.Request(**{**plain, **more})  # type: ignore[arg-type]


def made(store: Store, folder: Path, form: str = "csv", **more: object) -> Path:
    return Path(snapshot.write(SharedStore(store, purpose="download"), asked(**more), form, folder)["zip"])


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_the_same_question_gives_the_same_bytes_also_after_revisions(filled: Store, tmp_path: Path, form: str) -> None:
    first = made(filled, tmp_path / "a", form)
    shutil.copytree(filled.folder, tmp_path / "copy")
    filled.append(hourly([99.0, 98.0], known_at=LATER))
    filled.append(hourly([7.0], parameter="so2", known_at=LATER))
    later = pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "indicative"}])
    filled.put_stations(later, known_at=LATER)
    again = made(filled, tmp_path / "b", form)
    copied = made(open_store(tmp_path / "copy"), tmp_path / "c", form)
    assert first.read_bytes() == again.read_bytes() == copied.read_bytes()


def test_as_of_now_differs_in_the_revised_rows_alone(filled: Store, tmp_path: Path) -> None:
    def rows(folder: str, **more: object) -> pd.DataFrame:
        with ZipFile(made(filled, tmp_path / folder, **more)) as archive:
            return pd.read_csv(archive.open("data/measurements.csv")).set_index(["parameter", "time_start_utc"])

    before = rows("a")
    filled.append(hourly([99.0, 98.0], known_at=LATER))
    now = rows("b", as_of=LATER + timedelta(hours=1))
    changed = before.index[(before["value"] != now.loc[before.index, "value"]).to_numpy()]
    assert changed.get_level_values("time_start_utc").tolist() == ["2026-01-08T00:00:00Z", "2026-01-08T01:00:00Z"]
    assert set(changed.get_level_values("parameter")) == {"pm25"}
    assert len(before) == len(now) == 45


@pytest.mark.parametrize("more", [{}, {"excel": True}, {"bom": True}, {"flags": "ok"}])
def test_frictionless_finds_no_fault(filled: Store, tmp_path: Path, more: dict) -> None:
    frictionless = pytest.importorskip("frictionless", reason="the validator is in the dev extra")
    with ZipFile(made(filled, tmp_path / "out", **more)) as archive:
        archive.extractall(tmp_path / "unpacked")
    with frictionless.system.use_context(trusted=True):
        report = frictionless.validate(str(tmp_path / "unpacked" / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    assert report.stats["tasks"] == 1


def test_every_file_is_as_its_sum_says(filled: Store, tmp_path: Path) -> None:
    with ZipFile(made(filled, tmp_path)) as archive:
        sums = dict(reversed(line.split("  ")) for line in archive.read("SHA256SUMS").decode().splitlines())
        assert set(archive.namelist()) == {*sums, "SHA256SUMS"}
        assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums} == sums
        about = json.loads(archive.read("datapackage.json"))
        assert about["resources"][0]["hash"] == f"sha256:{sums['data/measurements.csv']}"
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_readmes_say_what_must_be_known(filled: Store, tmp_path: Path) -> None:
    filled.append(hourly([1.0, 2.0], station="kaz:1", source="kazhydromet"))
    with ZipFile(made(filled, tmp_path)) as archive:
        said = {x: archive.read(f"README.{x}.md").decode() for x in LANGUAGES}
    for text in said.values():
        assert "--as-of 2026-01-10T07:30:00+00:00" in text
        assert "CC0 1.0" in text
        assert "| kazhydromet | 2 |" in text
    headings = {"en": "Left out", "ru": "Что не вошло", "uz": "Nima kirmagan", "kk": "Не кірмеді"}
    assert [x for x, words in headings.items() if words not in said[x]] == []
    assert len({text.splitlines()[0] for text in said.values()}) == len(LANGUAGES)


def test_simulated_data_say_so(filled: Store, tmp_path: Path) -> None:
    filled.append(hourly([1.0], station="demo:9", kind="simulated"))
    with ZipFile(made(filled, tmp_path)) as archive:
        assert "SIMULATED" in archive.read("README.en.md").decode()
        assert json.loads(archive.read("datapackage.json"))["simulated"] is True


def test_gaps_are_spans_without_any_row() -> None:
    start = pd.to_datetime(["2026-01-01 00:00", "2026-01-01 01:00", "2026-01-01 07:00"], utc=True)
    found = gaps(pd.DataFrame({"source": "a", "start": start, "minutes": 60}))
    assert found[["hours"]].to_dict("list") == {"hours": [5.0]}
    assert gaps(pd.DataFrame({"source": "a", "start": start[:2], "minutes": 60})).empty
    days = pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True)
    assert gaps(pd.DataFrame({"source": "a", "start": days, "minutes": 1440})).empty


def published(store: Store, now=NOW, **more: object) -> dict:
    return publish.publish(store, asked(**more), "csv", by="a test", now=now)


def test_a_published_snapshot_keeps_its_address(filled: Store) -> None:
    from api.routes import routes

    row = published(filled)
    with TestClient(Starlette(routes=routes())) as client:
        listed = client.get("/api/v1/snapshots").json()["snapshots"]
        assert [r["id"] for r in listed] == [row["id"]]
        got = client.get(listed[0]["url"])
        assert hashlib.sha256(got.content).hexdigest() == row["sha256"]
        newest = client.get("/api/v1/snapshots/newest.zip", params={"city": "tashkent"})
        assert newest.content == got.content
        assert client.get("/api/v1/snapshots/newest.zip", params={"city": "astana"}).status_code == 404
        assert client.get("/api/v1/snapshots/other.zip").status_code == 404
        assert row["id"] in client.get("/api/v1/snapshots.atom").text
    assert published(filled, LATER)["id"] == row["id"]
    assert len(publish.register(filled)) == 1


def test_the_register_outlives_the_files(filled: Store) -> None:
    old, new = published(filled), published(filled, LATER, as_of=LATER + timedelta(hours=1))
    assert publish.forget(filled, NOW + timedelta(days=399)) == []
    assert publish.forget(filled, NOW + timedelta(days=2000)) == [old["id"]]
    assert publish.file(filled, new["id"]).is_file()
    with pytest.raises(publish.Gone, match="makes it again"):
        publish.file(filled, old["id"])
    with pytest.raises(KeyError):
        publish.file(filled, "../../etc/passwd")
    assert len(publish.register(filled)) == 2


def test_the_last_month_is_published_once(filled: Store) -> None:
    february = NOW + timedelta(days=30)
    first = publish.last_month(filled, february, by="a test")
    assert [(r["city"], r["rows"]) for r in first] == [("tashkent", 45)]
    assert publish.last_month(filled, february, by="a test") == []
    assert publish.last_month(filled, february + timedelta(days=40), by="a test") == []
