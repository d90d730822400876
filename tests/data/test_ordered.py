"""Scales that an act ordered: what is not read is said so, and a file is all that is missing."""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from data.city import LANGUAGES
from data.standards import breakpoints as bands
from data.standards import ordered as slots

CATALOGS = Path(__file__).parents[2] / "pages" / "ui" / "reader" / "text"


def test_what_nobody_read_has_no_table_and_the_other_way_round() -> None:
    for one in slots.ordered():
        assert (one.read == "not_read") is (one.file == ""), one.key
        assert one.address.startswith("http")
        assert one.ask
        if one.file:
            table = pd.read_csv(bands.FOLDER / one.file)
            assert list(table) == list(bands.breakpoints("eaqi-2024"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_colours_act_and_country_have_names(language: str) -> None:
    words = tomllib.loads((CATALOGS / language / "scales.toml").read_text("utf-8"))
    for one in slots.ordered():
        assert one.act in words["act"]
        assert one.country in words["country"]
        assert set(one.colours) <= set(words["colour"])


def test_a_file_is_all_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = slots.FILE.read_text("utf-8").replace('file = ""', 'file = "eaqi_2024.csv"')
    monkeypatch.setattr(slots, "FILE", tmp_path / "ordered.toml")
    (tmp_path / "ordered.toml").write_text(text, "utf-8")
    slots.ordered.cache_clear()
    try:
        assert slots.files() == {"uz-colours": "eaqi_2024.csv"}
    finally:
        slots.ordered.cache_clear()
