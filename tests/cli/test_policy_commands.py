"""`cleanair measures` and `cleanair techniques`: lists for people, files for programs."""

import csv
import json
from pathlib import Path

import pytest

from cli.main import main
from data.measures import techniques


def test_measures_are_listed_in_a_language(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", "2026-12-01T00:00:00+00:00")
    assert main(["measures", "--city", "astana", "--kind", "fuel_switch", "--lang", "uz"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("astana 2023-10 in_force fuel_switch astana-chp-3-gas: IEM-3") for line in lines)
    assert not [line for line in lines if "tashkent" in line]


def test_techniques_say_where_no_figure_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["techniques", "--source-type", "cement,heat_plant"]) == 0
    told = capsys.readouterr().out
    assert "10 to 20 mg/Nm3" in told
    assert "at most 0.14 g/GJ" in told
    assert "no figure read" in told


def test_files_are_tables_or_json_by_their_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, text = tmp_path / "techniques.csv", tmp_path / "techniques.json"
    assert main(["techniques", "--out", str(table)]) == 0
    assert main(["techniques", "--out", str(text), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["techniques"] == len(techniques.seed())
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    told = json.loads(text.read_text("utf-8"))["techniques"]
    assert [row["technique"] for row in rows] == [one["technique"] for one in told]


@pytest.mark.parametrize("asked", [["measures", "--kind", "wish"], ["techniques", "--source-type", "volcano"],
                                   ["measures", "--city", "atlantis"]])  # fmt: skip
def test_a_wrong_word_is_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked) == 2
    assert asked[-1] in capsys.readouterr().err
