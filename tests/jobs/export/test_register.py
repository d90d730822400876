"""The register as a file: what is written is read again as the same register, and no spreadsheet runs a cell."""

from pathlib import Path

import pandas as pd
import pytest

from cli.main import main
from data.inventory.inventory import VARIABLE, load
from jobs.export.register import register_csv, write
from tests.data.inventory.test_inventory import GOOD, written


@pytest.mark.parametrize("city", ["astana", "tashkent"])
def test_geojson_is_read_again_as_the_same_register(city: str, tmp_path: Path) -> None:
    done = write(city, tmp_path / f"{city}.geojson")
    again, shipped = load(city, done["out"]), load(city)
    pd.testing.assert_frame_equal(again.sites, shipped.sites)
    assert again.shapes == shipped.shapes
    assert done == {"out": str(tmp_path / f"{city}.geojson"), "sites": len(shipped.sites), "vintage": shipped.vintage}


def test_no_cell_is_run_as_a_formula(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, GOOD | {"name_en": "=HYPERLINK(1)"})
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert "'=HYPERLINK(1)" in register_csv("tashkent")


def test_the_command_writes_the_register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "register.csv"
    assert main(["inventory", "--city", "astana", "--out", str(out)]) == 0
    assert "12 sites, checked up to 2026-12-01" in capsys.readouterr().out
    assert list(pd.read_csv(out)["site"]) == list(load("astana").sites["site"])
