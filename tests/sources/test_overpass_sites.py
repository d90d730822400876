"""Candidate sites from OpenStreetMap: what is read, what is left out, and that nothing is taken by itself."""

import pytest

from data.inventory import fuels, inventory
from sources import overpass_sites
from sources.base import BadPayload, Unavailable

ANSWER = {
    "elements": [
        {"type": "way", "id": 7, "center": {"lat": 41.31, "lon": 69.2}, "tags": {"landuse": "quarry", "name": "Pit"}},
        {"type": "relation", "id": 8, "center": {"lat": 41.3822, "lon": 69.3677},
         "tags": {"power": "plant", "landuse": "industrial", "name": "=Plant", "plant:source": "gas"}},
        {"type": "node", "id": 9, "lat": 41.2, "lon": 69.1, "tags": {"shop": "bakery", "name": "Bread"}},
        {"type": "way", "id": 10, "tags": {"landuse": "landfill", "name": "No place"}},
    ]
}  # fmt: skip


def test_places_with_a_kind_and_a_point_become_rows() -> None:
    table = overpass_sites.parse(ANSWER)
    assert list(table) == list(overpass_sites.COLUMNS)
    assert table["osm"].tolist() == ["way/7", "relation/8"]
    assert table.loc[1, ["category", "subtype", "fuel"]].tolist() == ["heating", "power_plant", "gas"]


def test_kilns_and_tailings_are_proposed_and_fuels_are_written_as_the_register_takes_them() -> None:
    tags = [
        {"landuse": "industrial", "industrial": "brickyard", "name": "Bricks"},
        {"man_made": "tailings_pond", "name": "Pond"},
        {"power": "plant", "name": "P", "plant:source": "natural_gas;coal"},
    ]
    elements = [{"type": "node", "id": i, "lat": 41.0, "lon": 69.0, "tags": one} for i, one in enumerate(tags)]
    table = overpass_sites.parse({"elements": elements}).set_index("name")
    assert table["subtype"].to_dict() == {"Bricks": "kiln", "Pond": "tailings", "P": "power_plant"}
    assert [fuel.name for fuel in fuels.fuels(table.loc["P", "fuel"])] == ["natural gas", "coal"]


def test_an_empty_answer_has_the_columns() -> None:
    assert list(overpass_sites.parse({"elements": []})) == list(overpass_sites.COLUMNS)


def test_a_query_names_every_kind() -> None:
    asked = overpass_sites.query((41.0, 69.0, 41.5, 69.5))
    assert all(f'"{key}"="{value}"' in asked for key, value in overpass_sites.KINDS)


def test_errors_say_who_must_act() -> None:
    with pytest.raises(Unavailable, match="try again later"):
        overpass_sites.parse({"elements": [], "remark": "runtime error: timed out"})
    with pytest.raises(BadPayload, match="adapter must change"):
        overpass_sites.parse({"nothing": 1})


def test_categories_and_subtypes_are_those_of_the_register() -> None:
    for category, subtype in overpass_sites.KINDS.values():
        assert category in inventory.SUBTYPES[subtype].categories
