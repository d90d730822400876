"""The shipped register owes its reader nothing: every row states place, start, source and keeper, or who was asked."""

from dataclasses import replace
from datetime import date

import pytest

from data.facts import Review
from data.inventory import reviews
from data.inventory.inventory import load
from data.inventory.parties import parties
from data.inventory.reviews import check, opens, review, seed

ROWS = seed()
ROAD = next(row for row in ROWS if row["shape"])
HALTED = next(row for row in ROWS if row["status"] == "halted")
PLANT = next(row for row in ROWS if row["site"] == "astana-chp-2")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["site"])
def test_every_shipped_row_states_what_it_must(row):
    assert check(row) == ()


def test_keys_are_unique_over_all_cities():
    keys = [row["site"] for row in ROWS]
    assert len(keys) == len(set(keys))
    assert {row["city"] for row in ROWS} == {"astana", "tashkent"}


@pytest.mark.parametrize(
    ("row", "change", "lacks"),
    [
        (PLANT, {"lat": "", "lon": "", "coord_quality": ""}, ["coord_quality"]),
        (PLANT, {"lat": "", "lon": "", "coord_quality": "unknown"}, []),
        (PLANT, {"lat": "", "lon": "", "coord_quality": "unknown", "asked": ""}, ["coord_quality"]),
        (PLANT, {"from": ""}, ["from"]),
        (PLANT, {"from": "unknown"}, []),
        (PLANT, {"from": "unknown", "ask": ""}, ["from"]),
        (PLANT, {"from": "sometime"}, ["from"]),
        (HALTED, {"until": ""}, ["until"]),
        (PLANT, {"owner": ""}, ["owner"]),
        (PLANT, {"owner": "somebody"}, ["owner"]),
        (PLANT, {"ask": "somebody"}, ["ask"]),
        (PLANT, {"address": "https://www.inform.kz"}, ["address"]),
        (PLANT, {"address": "", "reference_date": "unknown"}, ["address"]),
        (PLANT, {"address": ""}, []),
        (PLANT, {"reference_date": "2017", "note": ""}, ["note"]),
        (PLANT, {"reference_date": "2017"}, []),
        (PLANT, {"capacity_year": "", "note": "", "reference_date": "2026"}, ["capacity_year"]),
        (PLANT, {"name_uz": "Mirzacho‘l"}, ["name_uz"]),
        (PLANT, {"name_kk": ""}, ["name_kk"]),
        (PLANT, {"status": "open", "review_by": ""}, ["status", "review_by"]),
        (ROAD, {"shape": ""}, ["coord_quality"]),
    ],
)
def test_what_a_row_lacks_is_named_by_its_column(row, change, lacks):
    told = check({**row, **change})
    assert [lack.what for lack in told] == lacks
    assert all(lack.register == "inventory" and lack.row == row["site"] for lack in told)


def test_rows_fall_due_on_their_day():
    begun = review(date(2026, 12, 1))
    assert begun == Review("inventory", len(ROWS))
    later = review(date(2027, 1, 31))
    assert {"maxam-chirchiq", "central-asia-centre"} <= {due.row for due in later.due}
    assert all(due.on <= date(2027, 1, 31) and due.owner in parties() for due in later.due)
    assert len(review(date(2030, 1, 1)).due) == len(ROWS)


def test_a_review_tells_what_rows_lack(monkeypatch):
    monkeypatch.setattr(reviews, "seed", lambda: [{**PLANT, "status": ""}])
    assert replace(review(date(2026, 12, 1)), due=()) == Review("inventory", 1, check({**PLANT, "status": ""}))


def test_parties_have_names_in_four_languages():
    for names in parties().values():
        assert all(names.values())
        assert not reviews.WRONG_MARKS & set("".join(names.values()))


def test_only_documents_open():
    assert not any(opens(one) for one in ("", "inform.kz", "https://kz.kursiv.media/", "ftp://a/b"))


@pytest.mark.parametrize("city", ["astana", "tashkent"])
def test_lines_are_credited_and_lie_near_their_city(city):
    register = load(city)
    place = {"astana": (51.15, 71.44), "tashkent": (41.31, 69.28)}[city]
    for geometry in register.shapes.values():
        parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        for lon, lat in (point for part in parts for point in part):
            assert abs(lat - place[0]) < 0.3
            assert abs(lon - place[1]) < 0.3
