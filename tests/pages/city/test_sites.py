"""The hover of a site tells fuel of the day, size, status, period and the quality of its place in each language."""

from datetime import date

import pytest

from data.city import LANGUAGES
from data.inventory import fuels
from data.inventory.capacities import UNITS
from data.inventory.inventory import load
from data.inventory.rows import QUALITIES, STATUSES
from pages.ui.city import sites
from pages.ui.origins import site_marks
from pages.ui.reader import language


def cells(city, key):
    return load(city).sites.set_index("site", drop=False).loc[key].to_dict()


@pytest.mark.parametrize(
    ("city", "key", "day", "lines"),
    [
        ("astana", "astana-chp-3", date(2026, 12, 1),
         ["heating · chp · gas; coal (reserve)", "440 Gcal/h", "active · start: 2023-10", "position not known"]),
        ("astana", "astana-chp-3", date(2024, 1, 1),
         ["heating · chp · gas", "440 Gcal/h", "active · start: 2023-10", "position not known"]),
        ("astana", "astana-chp-2", date(2026, 12, 1),
         ["heating · chp · coal", "555 MW electric; 1917 Gcal/h", "active · start: 1989 at the latest",
          "position of the plant"]),
        ("tashkent", "maxam-chirchiq", date(2026, 12, 1),
         ["industry · chemical", "", "halted by order · end: 2025-11-26", "position of the town only"]),
    ],
)  # fmt: skip
def test_what_the_hover_tells(city, key, day, lines):
    with language.using("en"):
        assert [line.lower() for line in sites.told(cells(city, key), day)] == [line.lower() for line in lines]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_word_of_the_register_has_its_own_words(code):
    wanted = [
        *(f"map.status.{one}" for one in STATUSES), *(f"map.quality.{one}" for one in QUALITIES),
        *(f"sites.fuel.{one}" for one in fuels.FACTORS), *(f"sites.part.{one}" for one in fuels.PARTS),
        *(f"sites.unit.{one}" for one in UNITS),
    ]  # fmt: skip
    assert [key for key in wanted if key not in language.catalog(code)] == []


def test_planned_sites_are_not_drawn_and_lines_are():
    register = load("tashkent")
    with language.using("uz"):
        rows = sites.drawn(register, date(2026, 12, 1))
        made = sites.layers(rows, register.shapes, "light")
    assert set(register.shapes) <= set(rows["site"])
    assert "central-asia-centre" not in set(rows["site"])
    assert rows.loc[rows["site"] == "tashkent-ring-road", "name"].item() == "Toshkent halqa avtomobil yoʻli"
    assert [layer.id for layer in made] == ["site-shapes", "sites", "site-names"]
    assert len(made[0].data["features"]) == len(register.shapes)
    assert sites.layers(rows.head(0), {}, "light") == []


def test_a_fuel_kept_by_an_older_release_is_shown_as_it_is():
    with language.using("en"):
        assert sites.fuel("gas; mazut") == "gas; heavy fuel oil (mazut)"
        assert sites.fuel("coal & gas (2019)") == "coal & gas (2019)"


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ({"fuel": "gas; coal (reserve)", "coord_quality": "town"},
         ["gas; coal (reserve)", "71", "position of the town only"]),
        ({"fuel": "", "coord_quality": ""}, ["Heating", "71"]),
    ],
)  # fmt: skip
def test_the_hover_of_a_ranked_site(row, lines):
    with language.using("en"):
        said = site_marks.told({"category": "heating", "top3": 0.71, **row})
    assert len(said) == len(lines)
    assert all(part.lower() in line.lower() for part, line in zip(lines, said, strict=True))
