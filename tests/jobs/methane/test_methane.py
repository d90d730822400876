"""Plumes in the store: new, changed and gone; looked and not looked; what leaves and what the licence keeps in."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from cli.main import main
from data import sharing
from data.city import city
from data.errors import CentreError
from data.methane import pledges
from data.sharing import Reader
from data.store import Store
from data.store.shared import SharedStore
from jobs.collect.ask import deliver
from jobs.collect.keep import keep as keep_delivery
from jobs.collect.schedule import Task
from jobs.methane.answer import COLUMNS, methane
from jobs.methane.bring_in import bring_in
from jobs.methane.keep import keep
from sources.unep_imeo_mars import UnepImeoMars, parse
from tests.conftest import NOW
from tests.data.test_sharing import LAST, rule
from tests.sources.test_unep_imeo_mars import NEW, OLD, PAYLOADS

TASHKENT, ASTANA = city("tashkent"), city("astana")
DAY = timedelta(days=1)


def test_before_any_file_nobody_looked_and_after_it_there_is_none(store: Store) -> None:
    before = methane(store, ASTANA)
    assert (before.looked, before.file_date, len(before.plumes)) == (False, None, 0)
    keep(store, parse(OLD), ASTANA, NOW, "file")
    after = methane(store, ASTANA)
    assert (after.looked, str(after.file_date), after.file_plumes, len(after.plumes)) == (True, "2024-03-21", 3, 0)
    assert not methane(store, TASHKENT).looked, "one city's reading says nothing of another"


def test_a_newer_file_changes_closes_and_adds_and_the_past_can_be_read(store: Store) -> None:
    assert keep(store, parse(OLD), TASHKENT, NOW, "old") == (2, 0, 0, 0)
    assert keep(store, parse(OLD), TASHKENT, NOW + DAY, "old") == (0, 0, 2, 0)
    assert keep(store, parse(NEW), TASHKENT, NOW + 2 * DAY, "new") == (1, 1, 0, 3)
    now = methane(store, TASHKENT).plumes.set_index("plume")
    assert now["flux_t_h"].fillna(-1).to_dict() == {"made-up-4": -1, "made-up-1": 2.2}
    assert now["source_name"]["made-up-1"] == "A made-up place"
    then = methane(store, TASHKENT, as_of=NOW + DAY).plumes.set_index("plume")
    assert then["flux_t_h"].to_dict() == {"made-up-2": 45.0, "made-up-1": 2.1}
    assert store.rejects()["count"].sum() == 3
    assert set(store.table("plume_files")["plumes"]) == {3, 2}


def test_every_plume_has_the_nearest_site_that_has_a_place(store: Store) -> None:
    keep(store, parse(OLD), TASHKENT, NOW, "old")
    rows = methane(store, TASHKENT, "ru").plumes
    assert list(rows) == list(COLUMNS)
    assert (rows["nearest_site"] != "").all()
    assert rows["nearest_site_km"].between(0, 150).all()
    assert not rows["nearest_site_name"].str.isascii().any()


def test_the_licence_keeps_the_rows_in_and_a_free_one_lets_them_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, parse(OLD), TASHKENT, NOW, "old")
    shown, leaving = methane(store, TASHKENT), methane(store.for_export(), TASHKENT)
    told = shown.document(leaving)
    assert (told["plumes"], told["count"], told["withheld"]) == ([], 2, 2)
    assert leaving.csv().decode().strip() == ",".join(COLUMNS)
    assert leaving.looked, "that a file was read is no row of it"
    monkeypatch.setattr(UnepImeoMars, "credit", replace(UnepImeoMars.credit, may_redistribute=True))
    free = methane(store.for_export(), TASHKENT)
    told = shown.document(free)
    assert [p["plume"] for p in told["plumes"]] == ["made-up-2", "made-up-1"]
    assert (told["withheld"], len(free.csv().decode().splitlines())) == (0, 3)


def test_a_rule_of_sharing_holds_for_them(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, parse(OLD), TASHKENT, NOW, "old")
    (tmp_path / "sharing.toml").write_text(rule(source="unep_imeo_mars", see="member", download="operator") + LAST)
    monkeypatch.setenv(sharing.VARIABLE, str(tmp_path / "sharing.toml"))
    seen = {role: len(methane(SharedStore(store, Reader(role)), TASHKENT).plumes) for role in ("public", "member")}
    assert seen == {"public": 0, "member": 2}


def test_the_collector_keeps_them_with_status_and_no_measurement(
    store: Store, httpserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/public/unep_methanedata_detected_plumes_csv.zip").respond_with_data(NEW)
    monkeypatch.setenv("CLEANAIR_UNEP_IMEO_MARS_URL", httpserver.url_for(""))
    source = UnepImeoMars()
    for where, stored in ((TASHKENT, 2), (ASTANA, 0)):
        outcome = keep_delivery(store, deliver(source, Task(source.name, where, NOW - DAY, NOW), set()), NOW)
        assert (outcome.error, outcome.stored, outcome.rejected) == ("", stored, 3)
    assert len(httpserver.log) == 1, "one file serves every city"
    assert store.is_empty()
    assert set(store.status()["rows"]) == {2, 0}
    assert methane(store, ASTANA).looked


def test_every_pledge_states_its_date_and_how_it_is_known() -> None:
    assert pledges.review(NOW.date()).lacks == ()
    assert set(pledges.pledges()) == {"UZ", "KZ"}
    assert pledges.pledges()["UZ"].read == "not_read", "nothing is upgraded"


def test_a_file_handed_over(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = bring_in(store, PAYLOADS / "plumes_2024.csv", [TASHKENT, ASTANA], NOW)
    assert {k: v.stored for k, v in done.items()} == {"tashkent": 2, "astana": 0}
    for name, body in (("nothing.csv", None), ("other.csv", b"a,b\n1,2\n")):
        if body:
            (tmp_path / name).write_bytes(body)
        with pytest.raises(CentreError, match=name):
            bring_in(store, tmp_path / name, [TASHKENT], NOW)
    where = ["--store", str(store.folder)]
    assert main(["methane", "--city", "astana", *where]) == 0
    assert "none within 150 km in the file of 2024-03-21" in capsys.readouterr().out
    assert main(["methane", "--city", "tashkent", "--out", str(tmp_path / "out.csv"), *where]) == 1
    said = capsys.readouterr()
    assert "2.1 ± 0.9 t/h" in said.out
    assert "nearest mapped site: " in said.out
    assert "CC BY-NC-SA 4.0" in said.err
    assert not (tmp_path / "out.csv").exists()
    assert main(["methane", "--city", "tashkent", "--store", str(tmp_path / "empty")]) == 0
    assert "not looked" in capsys.readouterr().out


def test_the_recorded_file_is_answered_over_http(store: Store, recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    testing = pytest.importorskip("starlette.testclient")
    from starlette.applications import Starlette

    from api.routes import routes
    from tests.conftest import hourly

    store.append(hourly([5.0]))
    bring_in(store, recorded / "unep-imeo-mars" / "mars_plumes_uz_kz_2024-11.csv", [TASHKENT, ASTANA], NOW)
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    client = testing.TestClient(Starlette(routes=routes()))
    told = {k: client.get(f"/api/v1/plumes?city={k}").json() for k in ("tashkent", "astana")}
    assert {k: (v["looked"], v["count"], v["withheld"], v["plumes"]) for k, v in told.items()} == {
        "tashkent": (True, 45, 45, []), "astana": (True, 0, 0, []),
    }  # fmt: skip
    assert told["astana"]["file_date"] == "2024-10-14"
    tag = client.get("/api/v1/plumes?city=astana").headers["etag"]
    assert client.get("/api/v1/plumes?city=astana", headers={"if-none-match": tag}).status_code == 304
    assert client.get("/api/v1/plumes").status_code == 400
    assert client.get("/api/v1/plumes?city=astana&x=1").status_code == 400
    assert pd.Timestamp(told["astana"]["newest_overpass"]) == pd.Timestamp("2024-09-09", tz="UTC")
