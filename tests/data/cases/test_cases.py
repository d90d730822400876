"""Case files: nothing missing in four languages, nothing wrong let through, and review days that fall due."""

from datetime import date

import pytest

from data.cases.cases import COLUMNS, CaseError, case, case_of, cases, check, review, seed
from data.city import LANGUAGES, city_files
from data.inventory.inventory import load


def test_every_case_is_whole_and_names_sites_that_there_are() -> None:
    assert seed()
    for one in cases().values():
        assert check(one.row) == ()
        assert set(one.row) == set(COLUMNS)
        assert one.city in city_files()
        assert set(one.sites) <= set(load(one.city).sites["site"])
        counts = {len(one.unknown(language)) for language in LANGUAGES}
        assert len(counts) == 1, "every language says as much"


@pytest.mark.parametrize("column", COLUMNS)
def test_an_empty_cell_is_a_lack(column: str) -> None:
    row = {**seed()[0], column: " "}
    assert column in {lack.what for lack in check(row)}
    with pytest.raises(CaseError):
        case_of(row)


@pytest.mark.parametrize(
    ("column", "text"),
    [("state", "soon"), ("read", "sure"), ("opened", "2026-13-01"), ("checked", "unknown"), ("border_from", "north"),
     ("reference_lat", "141"), ("asked_for_parameters", "h2s;smell")],
)  # fmt: skip
def test_a_wrong_cell_is_a_lack(column: str, text: str) -> None:
    assert [lack.what for lack in check({**seed()[0], column: text})] == [column]


def test_the_keles_file_claims_nothing_that_is_not_known() -> None:
    row = case("keles").row
    assert {row[c] for c in ("closed", "appeal_date", "appeal_by")} == {"unknown"}
    assert {row["read"], row["appeal_read"]} == {"unverified"}
    assert row["reference_quality"] == "approximate"


def test_review_days_fall_due() -> None:
    assert review(date(2026, 12, 2)).lacks == ()
    assert review(date(2026, 12, 2)).due == ()
    assert [due.row for due in review(date(2027, 3, 1)).due] == ["keles"]


def test_an_unknown_case_is_a_sentence() -> None:
    with pytest.raises(CaseError, match="keles"):
        case("nowhere")
