"""The register of sources is honest as shipped and refuses wrong files with one sentence that names the place."""

import json
from datetime import date
from hashlib import sha256

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.city import cities
from data.inventory import fuels, inventory
from data.inventory.inventory import (
    COLUMNS,
    SUBTYPES,
    InventoryError,
    left_out,
    load,
    of_rows,
    seed_rows,
    sources,
)
from data.inventory.rows import CATEGORIES, OPTIONAL, read

FINGERPRINTS = pd.read_csv(inventory.FOLDER.parent / "attribution" / "fingerprints.csv").set_index("subtype")
GOOD = {
    "site": "works-north", "name_en": "Works North", "category": "industry", "subtype": "cement", "lat": "41.30",
    "lon": "69.20", "coord_quality": "plant", "emission": "31.6", "emission_unit": "t PM2.5/year",
    "emission_year": "2024", "emission_source": "permit 12", "status": "active", "reference": "permit 12",
    "checked": "2025-05-01",
}  # fmt: skip


def text(*rows, columns=COLUMNS):
    cells = [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    return "\n".join([",".join(columns), *cells]) + "\n"


def written(folder, *rows, name="tashkent.csv"):
    file = folder / name
    file.write_text(text(*rows), "utf-8")
    return file


@pytest.fixture(params=["tashkent", "astana"])
def shipped(request):
    return request.param, load(request.param)


def test_shipped_registers_load_with_names_in_four_languages(shipped):
    city, register = shipped
    assert len(register.sites) >= 5
    for language in ("en", "ru", "uz", "kk"):
        assert (register.sites[f"name_{language}"] != "").all()
    file = inventory.FOLDER / f"{city}.csv"
    assert register.sha256 == sha256(file.read_bytes()).hexdigest()
    assert date.fromisoformat(register.vintage) >= date(2026, 11, 21)


def test_no_emission_is_shipped_without_a_source(shipped):
    _, register = shipped
    given = register.sites.dropna(subset=["emission"])
    assert (given[["emission_source", "emission_unit"]] != "").all(axis=None)
    assert set(given["site"]) <= {"uzvtortsvetmet"}, "an emission was entered: see that its source opens"
    assert sources(register)["assumed"].all()


def test_what_is_known_of_all_pollutants_bounds_the_assumed_weight():
    winter = sources(load("tashkent"), date(2026, 1, 10)).set_index("site")
    assert winter.loc["uzvtortsvetmet", "pm25_gps"] == pytest.approx(226e6 / (365.25 * 86400))
    assert winter.loc["uzvtortsvetmet", "assumed"]
    assert "uzvtortsvetmet" not in set(sources(load("tashkent"), date(2026, 2, 1))["site"])


def test_every_site_is_either_ranked_or_left_out_with_a_reason(shipped):
    _, register = shipped
    ranked, out = sources(register), left_out(register)
    assert set(ranked["site"]) | set(out["site"]) == set(register.sites["site"])
    assert not set(ranked["site"]) & set(out["site"])
    assert (out["reason"] != "").all()
    assert ranked[["lat", "lon", "stack_m", "pm25_gps"]].notna().all(axis=None)
    assert (ranked["pm25_gps"] > 0).all()


def test_shipped_points_lie_near_their_city(shipped):
    city, register = shipped
    place = cities()[city]
    ranked = sources(register)
    assert ((ranked["lat"] - place.lat).abs() < 1.5).all()
    assert ((ranked["lon"] - place.lon).abs() < 1.5).all()


def test_facts_that_others_get_wrong():
    astana, tashkent = load("astana").sites.set_index("site"), load("tashkent").sites.set_index("site")
    assert [fuels.on(astana.loc["astana-chp-3", "fuel"], date(year, 12, 1)) for year in (2023, 2026)] == [
        "gas", "gas; coal (reserve)"
    ]  # fmt: skip
    assert pd.isna(astana.loc["astana-chp-3", "lat"])
    assert astana.loc["astana-chp-3", "from"] == "2023-10"
    assert astana.loc["astana-chp-2", "capacity"] == "555 MW el; 1917 Gcal/h"
    assert astana.loc["astana-telman-gas", "status"] == "planned"
    assert astana.loc["astana-chp-1", "coord_quality"] == "approximate"
    assert astana.loc["astana-chp-2", "coord_quality"] == "plant"
    assert tashkent.loc["keles-landfill", "status"] == "closed"
    assert tashkent.loc["almalyk-smelter", "coord_quality"] == "town"
    assert tashkent.loc["maxam-chirchiq", ["status", "until"]].tolist() == ["halted", "2025-11-26"]
    assert set(tashkent.loc[["yangiabad-tailings", "charkesar-tailings"], "subtype"]) == {"tailings"}


def test_a_halted_site_ranks_until_its_last_day():
    register = load("tashkent")
    assert "maxam-chirchiq" in set(sources(register, date(2025, 11, 26))["site"])
    assert "maxam-chirchiq" not in set(sources(register, date(2025, 11, 27))["site"])
    assert "maxam-chirchiq" not in set(sources(register)["site"])


def test_fuel_counts_as_of_the_day(tmp_path):
    row = GOOD | {"category": "heating", "subtype": "chp", "fuel": "coal ..2023; gas 2023-10.."}
    row |= dict.fromkeys(("emission", "emission_unit", "emission_year", "emission_source"), "")
    register = load("tashkent", written(tmp_path, row))
    rates = [sources(register, day)["pm25_gps"].item() for day in (date(2023, 9, 30), date(2024, 1, 1), None)]
    assert rates == pytest.approx([60.0, 3.0, 3.0])


def test_a_gas_plant_weighs_far_less_than_a_coal_plant():
    ranked = sources(load("tashkent")).set_index("site")
    assert ranked.loc["tashkent-tpp", "pm25_gps"] < 0.1 * ranked.loc["novo-angren-tpp", "pm25_gps"]


def test_vocabulary_has_fingerprints_and_the_named_types():
    for name, kind in SUBTYPES.items():
        assert set(kind.categories) <= set(CATEGORIES), name
        assert kind.fingerprint in FINGERPRINTS.index, name
    assert {"tailings", "landfill", "industrial_zone", "greenhouse"} <= set(SUBTYPES)


def test_a_given_emission_is_used_and_not_marked_assumed(tmp_path):
    ranked = sources(load("tashkent", written(tmp_path, GOOD))).iloc[0]
    assert ranked["pm25_gps"] == pytest.approx(1.0, rel=0.01)
    assert not ranked["assumed"]
    coal = GOOD | {"emission_unit": "t coal/year", "emission": "5000000"}
    assert sources(load("tashkent", written(tmp_path, coal))).iloc[0]["assumed"]


def test_only_sites_at_work_on_the_day_are_ranked(tmp_path):
    rows = (
        GOOD | {"site": "a", "from": "2025"},
        GOOD | {"site": "b", "until": "2024-12-31"},
        GOOD | {"site": "c", "status": "planned", "subtype": "industrial_zone"},
        GOOD | {"site": "d", "status": "closed"},
        GOOD | {"site": "e", "status": ""},
        GOOD | {"site": "f", "lat": "", "lon": "", "coord_quality": ""},
    )
    register = load("tashkent", written(tmp_path, *rows))
    assert list(sources(register, date(2024, 6, 1))["site"]) == ["b"]
    assert list(sources(register, date(2025, 6, 1))["site"]) == ["a"]
    reasons = left_out(register, date(2025, 6, 1)).set_index("site")["reason"]
    assert dict(reasons) == {
        "b": "ended 2024-12-31",
        "c": "planned",
        "d": "closed",
        "e": "not known whether it is active",
        "f": "no coordinates",
    }


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"site": "Works North"}, "site"),
        ({"name_en": ""}, "name_en"),
        ({"category": "heat"}, "category"),
        ({"category": "dust"}, "category"),
        ({"subtype": "waste"}, "subtype"),
        ({"lat": "41,3"}, "lat"),
        ({"lat": "141.3"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lon": ""}, "lon"),
        ({"coord_quality": ""}, "coord_quality"),
        ({"coord_quality": "exact"}, "coord_quality"),
        ({"emission": "much"}, "emission"),
        ({"emission": "-5"}, "emission"),
        ({"emission_unit": "kt"}, "emission_unit"),
        ({"emission_year": ""}, "emission_year"),
        ({"emission_source": ""}, "emission_source"),
        ({"stack_height_m": "2000"}, "stack_height_m"),
        ({"status": "open"}, "status"),
        ({"from": "spring"}, "from"),
        ({"from": "2025", "until": "2024"}, "until"),
        ({"from": "<=spring"}, "from"),
        ({"until": "<=2015"}, "until"),
        ({"fuel": "coal 2023"}, "fuel"),
        ({"fuel": "coal (often)"}, "fuel"),
        ({"fuel": "coal 2024..2023"}, "fuel"),
        ({"capacity": "much"}, "capacity"),
        ({"capacity": "5 horses"}, "capacity"),
        ({"capacity_year": "1066"}, "capacity_year"),
        ({"coord_quality": "unknown"}, "coord_quality"),
        ({"shape": "circle"}, "shape"),
        ({"shape": "line"}, "shape"),
        ({"asked": "soon"}, "asked"),
        ({"read": "twice"}, "read"),
        ({"reference_date": "old"}, "reference_date"),
        ({"review_by": "later"}, "review_by"),
        ({"reference": ""}, "reference"),
        ({"checked": "yesterday"}, "checked"),
    ],
)
def test_a_wrong_cell_is_named_by_file_line_and_column(tmp_path, change, column):
    if "," in change.get("lat", ""):
        change = {"lat": '"41,3"'}
    file = written(tmp_path, GOOD, GOOD | {"site": "second"} | change)
    with pytest.raises(InventoryError) as caught:
        load("tashkent", file)
    told = str(caught.value)
    assert told.startswith(f"tashkent.csv, line 3, column {column}: ")
    assert "\n" not in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "line 1: lacks the column"),
        ("site,category\na,b\n", "line 1: lacks the column"),
        (text(GOOD).replace("checked", "colour"), "line 1: does not know the column colour"),
        (text(GOOD).replace("checked", "site"), "line 1: repeats site"),
        (text(GOOD, GOOD), "line 3, column site: 'works-north' stands on line 2 already"),
        (text(GOOD).replace("permit 12", "permit, 12"), "quote cells"),
        (text(GOOD).replace("permit 12", '"permit'), "mend the quotes"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(content, told):
    with pytest.raises(InventoryError, match=r"tashkent\.csv") as caught:
        read(content, "tashkent.csv")
    assert told in str(caught.value)


def test_swapped_coordinates_are_noticed(tmp_path):
    swapped = GOOD | {"lat": "69.20", "lon": "41.30"}
    with pytest.raises(InventoryError, match=r"line 2, column lat: .* swapped"):
        load("tashkent", written(tmp_path, swapped))


def test_unreadable_files_are_refused(tmp_path):
    with pytest.raises(InventoryError, match="cannot be read"):
        load("tashkent", tmp_path)
    file = tmp_path / "x.csv"
    file.write_bytes(text(GOOD).encode("utf-16"))
    with pytest.raises(InventoryError, match="UTF-8"):
        load("tashkent", file)


def test_spreadsheet_habits_are_taken(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xef\xbb\xbf" + (text(GOOD) + "," * (len(COLUMNS) - 1) + "\n").replace("\n", "\r\n").encode())
    assert len(load("tashkent", file).sites) == 1


def test_geojson_says_the_same(tmp_path):
    properties = {key: value for key, value in GOOD.items() if key not in ("lat", "lon")}
    point = {"type": "Point", "coordinates": [69.20, 41.30]}
    features = [{"type": "Feature", "geometry": point, "properties": properties}]
    file = tmp_path / "tashkent.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    from_csv = load("tashkent", written(tmp_path, GOOD))
    pd.testing.assert_frame_equal(load("tashkent", file).sites, from_csv.sites)
    features[0]["geometry"] = line = {"type": "LineString", "coordinates": [[69.2, 41.3], [69.3, 41.3]]}
    properties["coord_quality"] = "approximate"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    road = load("tashkent", file)
    assert road.shapes == {"works-north": line}
    assert left_out(road)["reason"].item() == "line, not a point"
    features[0]["geometry"] = {"type": "Polygon", "coordinates": []}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    with pytest.raises(InventoryError, match="feature 1: is a Polygon"):
        load("tashkent", file)
    file.write_text("[]", "utf-8")
    with pytest.raises(InventoryError, match="FeatureCollection"):
        load("tashkent", file)


def test_a_table_takes_its_lines_from_the_file_beside_it(tmp_path):
    file = written(tmp_path, GOOD | {"shape": "line", "lat": "", "lon": "", "coord_quality": "approximate"})
    with pytest.raises(InventoryError, match="works-north is a line or an area in one file only"):
        load("tashkent", file)
    beside = tmp_path / "tashkent.shapes.geojson"
    line = {"type": "LineString", "coordinates": [[69.2, 41.3], [69.3, 41.3]]}
    feature = {"type": "Feature", "geometry": line, "properties": {"site": "works-north"}}
    beside.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert load("tashkent", file).shapes == {"works-north": line}
    beside.write_text('{"features": [{"geometry": {"type": "LineString", "coordinates": [[999, 0]]}}]}', "utf-8")
    with pytest.raises(InventoryError, match=r"tashkent\.shapes\.geojson: the lines and areas cannot be read"):
        load("tashkent", file)


def test_files_of_older_releases_lack_the_new_columns(tmp_path):
    old = [column for column in COLUMNS if column not in OPTIONAL]
    file = tmp_path / "tashkent.csv"
    file.write_text(text(GOOD, columns=old), "utf-8")
    assert list(sources(load("tashkent", file))["site"]) == ["works-north"]


def test_a_register_of_rows_is_checked_like_a_file(shipped):
    city, register = shipped
    pd.testing.assert_frame_equal(of_rows(city, seed_rows(city), register.shapes).sites, register.sites)
    with pytest.raises(InventoryError, match="column subtype"):
        of_rows(city, [GOOD | {"subtype": "waste"}])


def test_an_operators_folder_overrides_city_by_city(tmp_path, monkeypatch):
    written(tmp_path, GOOD)
    monkeypatch.setenv(inventory.VARIABLE, str(tmp_path))
    assert list(load("tashkent").sites["site"]) == ["works-north"]
    assert len(load("astana").sites) >= 5


def test_a_city_without_a_register_has_an_empty_one():
    register = load("nowhere")
    assert len(register.sites) == 0
    assert register.vintage == ""
    assert list(sources(register)) == list(sources(load("astana")))
    assert len(left_out(register)) == 0


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_corruption_is_read_or_refused_never_a_crash(data):
    content = text(GOOD, GOOD | {"site": "second"})
    at = data.draw(st.integers(0, len(content) - 1))
    content = content[:at] + data.draw(st.text(max_size=3)) + content[at + data.draw(st.integers(0, 5)) :]
    try:
        rows, told = read(content, "x.csv"), "x.csv"
    except InventoryError as error:
        rows, told = [], str(error)
    assert told.startswith("x.csv")
    assert all(set(row) == set(COLUMNS) for _, row in rows)
