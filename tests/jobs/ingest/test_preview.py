"""Before anything is stored: what would be read of a file, and the mapping file that reads it again."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from cli import main as cli
from data.store import Store, open_store
from jobs.ingest import preview
from jobs.ingest.files import run
from sources.files import FORMATS, ImportFileError
from sources.files.mapping_writer import Column, written
from tests.sources.files.test_parts import HEADER, ROWS, book, csv

KEY = ["station", "parameter", "start", "minutes"]
VALUES = [*KEY, "value", "raw_value", "raw_unit", "kind", "source"]


def posts(folder: Path) -> Path:
    return book(
        folder / "posts.xlsx",
        cover=[("Казгидромет",)],
        data=[
            ("Отчёт",), (*HEADER, None, 'Ветер "м/с"'), (None, None, None, "мкг/м³", "мг/м³"),
            *[(*row, "x", "СВ") for row in ROWS], ("никогда", "07:00", "3", "0.1", "0.1"),
        ],
    )  # fmt: skip


def test_columns_units_and_first_rows_are_told(tmp_path: Path) -> None:
    done = preview.run([posts(tmp_path)], "kazhydromet-table", "astana")
    (table,) = done["tables"]
    columns = {c["column"]: (c["use"], c["parameter"], c["unit"], c["why"]) for c in table["columns"]}
    assert columns == {
        "Дата": ("label", "", "", ""), "Срок": ("label", "", "", ""), "Номер поста": ("label", "", "", ""),
        "NO2, мкг/м³": ("value", "no2", "µg/m³", ""), "PM10, мг/м³": ("value", "pm10", "mg/m³", ""),
        "F": ("left_out", "", "", "unnamed_column"), 'Ветер "м/с"': ("left_out", "", "", "unknown_column"),
    }  # fmt: skip
    assert (table["file"], table["sheet"], table["header"]) == ("posts.xlsx", "data", 2)
    assert table["left_out"] == [{"line": 1, "why": "title"}]
    assert {(r["parameter"], round(r["value"], 3), r["unit"]) for r in table["rows"]} == {
        ("no2", 0.04, "µg/m³"), ("no2", 0.05, "µg/m³"), ("pm10", 90.0, "µg/m³"), ("pm10", 80.0, "µg/m³"),
    }  # fmt: skip
    assert sum(table["rejected"].values()) == 2
    assert done["left_out"] == [{"file": "posts.xlsx", "sheet": "cover", "why": "other_table"}]


@pytest.mark.parametrize("language", ["en", "ru", "uz", "kk"])
def test_it_is_said_in_words(tmp_path: Path, language: str) -> None:
    done = preview.run([posts(tmp_path)], "kazhydromet-table", "astana")
    said = preview.text(done, language)
    assert all(word in said for word in ("NO2, мкг/м³", "pm10", "mg/m³", "cover", "kazhydromet-table:3"))
    assert "unnamed_column" not in said


def test_the_mapping_that_is_written_reads_the_same_rows(tmp_path: Path) -> None:
    file, out = posts(tmp_path), tmp_path / "mine.toml"
    done = preview.run([file], "kazhydromet-table", "astana", mapping_out=out)
    assert done["mapping"] == str(out)
    assert "#   NO2, мкг/м³ -> value: no2 µg/m³" in out.read_text("utf-8")
    stores = [open_store(tmp_path / name) for name in ("one", "two")]
    run([file], "kazhydromet-table", "astana", stores[0])
    run([file], "mapping", "astana", stores[1], mapping=out)
    rows = [store.measurements("astana").sort_values(KEY)[VALUES].reset_index(drop=True) for store in stores]
    assert len(rows[0]) == 4
    pd.testing.assert_frame_equal(*rows)
    again = preview.run([file], "mapping", "astana", mapping=out, mapping_out=tmp_path / "third.toml")
    assert again["tables"] == done["tables"]


def test_a_mapping_keeps_every_entry(tmp_path: Path) -> None:
    text = 'name = "a \\"b\\""\nminutes = 60\n[columns]\ntime = ["t", "ё\\u007f"]\n[values]\n"a, b" = ["pm25", "ppb"]\n'
    text += "[more]\nflag = true\n[more.deep]\nx = 1.5\n"
    path = tmp_path / "a.toml"
    path.write_text(text, "utf-8")
    made = written(path, "a\nb.csv", [Column(name='odd\n"name"', use="left_out", why="unknown_column")])
    assert tomllib.loads(made) == tomllib.loads(text)
    assert '# "odd \\"name\\"" = ["parameter", "unit"]' in made


def test_formats_written_in_code_have_no_mapping(tmp_path: Path) -> None:
    head = ("station", "parameter", "start", "minutes", "value", "unit")
    file = csv(tmp_path / "a.csv", [head, ("1", "co", "2026-01-01T00:00:00Z", "60", "1.5", "mg/m3")], ",")
    (table,) = preview.run([file], "tidy", "astana")["tables"]
    value = next(c for c in table["columns"] if c["use"] == "value")
    assert (value["parameter"], value["unit"]) == ("co", "mg/m3")
    assert table["rows"][0]["value"] == 1500
    with pytest.raises(ImportFileError, match="mapping-out"):
        preview.run([file], "tidy", "astana", mapping_out=tmp_path / "a.toml")
    assert all(key for key in FORMATS)


def test_the_command_stores_nothing(tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["import", str(posts(tmp_path)), "--format", "kazhydromet-table", "--city", "astana"]
    assert cli.main([*command, "--dry-run", "--mapping-out", str(tmp_path / "out.toml")]) == 0
    assert "nothing was stored" in capsys.readouterr().out
    assert (tmp_path / "out.toml").is_file()
    assert cli.main([*command, "--dry-run", "--json"]) == 0
    assert '"tables"' in capsys.readouterr().out.splitlines()[-1]
    assert not len(store.spans())
    assert cli.main([*command, "--mapping-out", "x.toml"]) == 2
