"""The registry of techniques: a figure stands on a text that was read, and each technique suits a kind of site."""

import csv
import re
from datetime import date

import pytest

from data.city import LANGUAGES, city_files
from data.inventory.inventory import load
from data.inventory.rows import SUBTYPES
from data.measures import techniques as registry
from data.measures.measures import measures
from data.measures.techniques import BASES, COLUMNS, SOURCE_TYPES, UNITS, check, seed, techniques

ROWS = {row["technique"]: row for row in seed()}
SITES = {site: kind for key in city_files() for site, kind in load(key).sites.set_index("site")["subtype"].items()}


@pytest.mark.parametrize("key", ROWS)
def test_a_row_may_be_published(key: str) -> None:
    assert check(ROWS[key]) == ()


@pytest.mark.parametrize("key", ROWS)
def test_a_figure_rests_on_a_text_that_was_read(key: str) -> None:
    one = techniques()[key]
    if one.high is not None:
        assert one.status in ("verified", "secondary")
        assert one.article
        assert re.match("https?://", one.address)
        assert one.unit in UNITS
        assert one.averaging
    else:
        assert (one.low, one.unit, one.averaging) == (None, "", "")


@pytest.mark.parametrize("key", ROWS)
def test_what_a_row_points_to_exists(key: str) -> None:
    one = techniques()[key]
    assert set(one.sites) <= set(SITES)
    assert {SITES[site] for site in one.sites if site in SITES} <= {one.source_type}, "suits another kind of site"
    assert set(one.measures) <= set(measures())


def test_every_kind_of_site_of_the_register_of_sources_may_have_a_technique() -> None:
    assert set(SUBTYPES) <= set(SOURCE_TYPES)
    assert {one.basis for one in techniques().values()} <= set(BASES)


def test_the_registry_spans_the_sources_of_both_cities() -> None:
    assert len(ROWS) == len(seed()) >= 15
    assert {row["source_type"] for row in seed()} >= {
        "chp", "heat_plant", "boiler", "stove", "greenhouse", "smelter", "cement", "kiln", "chemical", "landfill",
        "road", "construction", "tailings",
    }  # fmt: skip


def test_kazakhstans_bureau_is_named_without_a_figure_nobody_read() -> None:
    ours = [row for row in seed() if row["basis"] == "kz-bat-reference"]
    assert ours
    assert [row["technique"] for row in ours if row["low"] or row["high"]] == []
    assert any("IGTPC" in row["note"] and "21 plants" in row["note"] for row in ours)


@pytest.mark.parametrize("key", ROWS)
def test_names_are_written_in_their_own_letters(key: str) -> None:
    one = techniques()[key]
    assert set(one.names) == set(LANGUAGES)
    assert all(re.search(r"[А-Яа-я]", one.names[code]) for code in ("ru", "kk"))
    assert not re.search(r"[А-Яа-яЁё]", one.names["uz"] + one.names["en"])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("technique", "x y"), ("source_type", "volcano"), ("cuts", ""), ("cuts", "smog"), ("low", "-1"),
        ("low", "much"), ("high", "5"), ("high", "many"), ("unit", "kg"), ("averaging", ""), ("basis", "hearsay"),
        ("article", ""), ("address", ""), ("status", "unverified"), ("name_ru", ""), ("name_uz", "Yo'l"),
        ("checked", ""), ("review_by", "2026-01-01"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(column: str, text: str) -> None:
    row = ROWS["cement-mill-filter"]
    assert [lack.what for lack in check({**row, column: text})] == [column]


def test_no_cut_is_above_all_there_is() -> None:
    row = {**ROWS["cement-mill-filter"], "unit": "percent", "high": "120"}
    assert [lack.what for lack in check(row)] == ["high"]


def test_the_review_names_what_is_due() -> None:
    assert registry.review(date(2026, 12, 1)).due == ()
    told = registry.review(date(2028, 1, 1))
    assert (told.register, told.rows, told.lacks, len(told.due)) == ("techniques", len(ROWS), (), len(ROWS))


def test_the_file_has_the_columns_that_are_told() -> None:
    with registry.FILE.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS
