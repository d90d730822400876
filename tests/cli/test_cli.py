"""The command line: what it writes, its exit status, and one sentence for every failure."""

import json
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from cli import main as cli
from data.errors import CentreError
from data.store import Store
from tests.conftest import NOW, hourly

JANUARY = ["--city", "tashkent", "--from", "2026-01-01", "--to", "2026-02-01"]
AS_OF = "2026-01-12T00:00:00Z"


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(hourly([float(x) for x in range(1, 40)]))
    store.put_stations(
        pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference"}]), known_at=NOW
    )
    return store


def run(*words: object) -> int:
    return cli.main([str(w) for w in words])


def last(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    return dict(json.loads(capsys.readouterr().out.strip().splitlines()[-1]))


def test_a_snapshot_equals_the_api_byte_for_byte(
    filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("snapshot", *JANUARY, "--as-of", AS_OF, "--out", tmp_path / "out", "--json") == 0
    done = last(capsys)
    with TestClient(Starlette(routes=routes())) as client:
        asked = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01", "as_of": AS_OF}
        assert Path(str(done["file"])).read_bytes() == client.get("/api/v1/measurements.csv", params=asked).content
    about = json.loads(Path(str(done["description"])).read_text())
    assert about["rows"] == 39
    assert about["sha256"] == done["sha256"]


@pytest.mark.parametrize("form", ["parquet", "xlsx"])
def test_other_forms_hold_the_same_rows(
    filled: Store, tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("snapshot", *JANUARY, "--as-of", AS_OF, "--format", form, "--out", tmp_path, "--json") == 0
    file = str(last(capsys)["file"])
    table = pd.read_parquet(file) if form == "parquet" else pd.read_excel(file)
    assert table["value"].tolist() == list(range(1, 40))


def test_what_was_exported_can_be_imported(filled: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("snapshot", *JANUARY, "--as-of", AS_OF, "--out", tmp_path, "--json")
    file = last(capsys)["file"]
    assert run("import", file, "--format", "tidy", "--store", tmp_path / "other", "--json") == 0
    done = last(capsys)
    assert (done["read"], done["stored"]) == (39, 39)
    assert run("import", file, "--format", "tidy", "--store", tmp_path / "other", "--json") == 0
    assert last(capsys)["unchanged"] == 39


def test_an_import_looks_for_verdicts_and_they_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = hourly([9.0 if n % 10 == 0 else 12.0 + n % 30 for n in range(700)], parameter="h2s", first="2026-01-01")
    file, store = tmp_path / "h2s.csv", tmp_path / "other"
    plain = rows[["source", "station", "parameter", "start", "minutes", "value", "kind", "city"]]
    plain.to_csv(file, index=False)
    assert run("import", file, "--format", "tidy", "--store", store, "--json") == 0
    capsys.readouterr()
    assert run("verdicts", "--list", "--city", "tashkent", "--store", store, "--json") == 0
    said = capsys.readouterr().out
    assert "tashkent demo:1 h2s: drifting_zero 9 (9 to 9)" in said
    held = json.loads(said.strip().splitlines()[-1])["verdicts"]
    assert (held[0]["check"], held[0]["until"], held[0]["doubts"]) == ("drifting_zero", None, True)
    assert run("verdicts", "--store", store, "--json") == 0
    assert last(capsys)["done"]["tashkent"] == {"verdicts": len(held), "new": 0, "changed": 0, "gone": 0}


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["snapshot", "--city", "atlantis", "--from", "2026-01-01", "--to", "2026-02-01", "--out", "x"], 2, "atlantis"),
        (["snapshot", *JANUARY, "--as-of", "2026-01-01", "--out", "x"], 2, "zone"),
        (["snapshot", "--city", "astana", "--from", "soon", "--to", "2026-02-01", "--out", "x"], 2, "ISO 8601"),
        (["snapshot", *JANUARY, "--parameters", "pm99", "--out", "x"], 2, "pm99"),
        (["assess", "--city", "astana", *JANUARY[2:], "--standard", "uz", "--out", "x"], 2, "uz"),
        (["import", "no/such/file.csv", "--format", "tidy"], 1, "file.csv"),
        (["attribute", "--out", "x"], 2, "measurements"),
    ],
)  # fmt: skip
def test_a_failure_is_one_sentence(
    filled: Store, words: list[str], status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == status
    said = capsys.readouterr().err.strip()
    assert said.startswith("cleanair: ")
    assert "\n" not in said
    assert "Traceback" not in said
    assert sentence in said


def test_arguments_that_do_not_exist_are_refused() -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["snapshot", "--colour", "red"])
    assert stop.value.code == 2


def test_doctor_says_what_there_is(
    filled: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("jobs.collect.collector.probe", lambda city: [])
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert "39 rows" in said
    assert "city tashkent" in said


def test_doctor_fails_where_a_person_must_act(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("jobs.collect.collector.probe", lambda city: [])
    monkeypatch.setenv("CLEANAIR_NOW", "tomorrow")
    assert run("doctor") == 1
    assert "CLEANAIR_NOW" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "key"),
    [
        (["alarms", "replay"], 2, "cli.alarms.no_period"),
        (["attribute", "--out", "x"], 2, "cli.attribution.no_file"),
        (["backup"], 2, "cli.backup.one_of_two"),
        (["forecast", "--out", "x"], 2, "cli.forecast.no_city"),
        (["forecast"], 1, "cli.store.empty"),
        (["maintenance", "withdraw"], 2, "cli.maintenance.withdraw_needs"),
        (["notify", "retry"], 1, "cli.notify.one_or_all"),
        (["notify", "retry", "x"], 1, "cli.notify.no_message"),
        (["notify", "test", "--channel", "pigeon"], 1, "cli.notify.no_channel"),
        (["publish"], 2, "cli.publishing.no_period"),
        (["token", "issue"], 2, "cli.tokens.refused"),
    ],
)
def test_what_a_command_refuses_is_a_sentence_of_the_catalog(
    words: list[str], status: int, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[CentreError] = []
    say = cli._say
    monkeypatch.setattr(cli, "_say", lambda error, code: told.append(error) or say(error, code))
    monkeypatch.setattr("jobs.forecast.run.forecast_all", lambda *_: [])
    assert cli.main(words) == status
    assert [error.key for error in told] == [key]
    assert capsys.readouterr().err == f"cleanair: {told[0]}\n"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (PermissionError(13, "Permission denied", "/x/y"), 1, "Permission denied: /x/y"),
        (OSError(28, "No space left on device"), 1, "the operating system refused: No space left on device"),
        (KeyboardInterrupt(), 1, "stopped by the keyboard; what was acknowledged is kept"),
        (ZeroDivisionError("x"), 1, "internal error (ZeroDivisionError); set CLEANAIR_DEBUG=1 and report"),
    ],
)
def test_what_is_no_error_of_ours_is_a_sentence_too(
    error: BaseException, status: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.delenv("CLEANAIR_DEBUG", raising=False)
    monkeypatch.setattr("jobs.server.doctor.examine", fail)
    assert cli.main(["doctor"]) == status
    assert capsys.readouterr().err.startswith(f"cleanair: {said}")
