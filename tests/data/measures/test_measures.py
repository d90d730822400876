"""The register of measures: every row stands on something, trees clean no air, and a status ends with what is known."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.city import LANGUAGES, city, city_files
from data.inventory.inventory import load
from data.measures import measures as register
from data.measures.measures import COLUMNS, KINDS, STATUSES, Measure, check, measures, measures_of, seed, status_on
from data.measures.rows import entries
from data.measures.spans import Span, span

ROWS = {row["measure"]: row for row in seed()}
ACTS = Path(register.__file__).parents[1] / "standards" / "acts.csv"
# The keys that both registers agreed on; the file of acts itself is asked once it is there.
AGREED = {
    "uz-up-229-2025", "uz-pf-46-2026", "uz-pq-343-2025", "uz-pf-217-2025", "uz-pp-338-2024", "uz-eco-sticker-2025",
    "uz-orq-1143-2026", "uz-notice-2024",
}  # fmt: skip


def acts() -> set[str]:
    if not ACTS.exists():
        return AGREED
    with ACTS.open(encoding="utf-8", newline="") as file:
        return {row["act"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("key", ROWS)
def test_a_row_stands_on_a_source_a_status_and_dates(key: str) -> None:
    assert check(ROWS[key]) == ()


@pytest.mark.parametrize("key", ROWS)
def test_what_a_row_points_to_exists(key: str) -> None:
    row = ROWS[key]
    assert row["city"] in city_files()
    mine = set(load(row["city"]).sites["site"])
    assert set(entries(row["sites"])) <= mine
    assert not row["act"] or row["act"] in acts()


@pytest.mark.parametrize("key", ROWS)
def test_names_are_written_in_their_own_letters(key: str) -> None:
    one = measures()[key]
    assert set(one.names) == set(LANGUAGES)
    assert len(set(one.names.values())) >= 3, "one text stands for several languages"
    for language in ("ru", "kk"):
        assert re.search(r"[А-Яа-яЁёӘәІіҢңҒғҮүҰұҚқӨөҺһ]", one.names[language])
    assert not re.search(r"[А-Яа-яЁё]", one.names["uz"] + one.names["en"])


def test_the_seed_holds_both_cities_and_every_key_once() -> None:
    assert len(ROWS) == len(seed()) >= 35
    assert {row["city"] for row in seed()} == {"astana", "tashkent"}
    assert {row["kind"] for row in seed()} <= set(KINDS)


@pytest.mark.parametrize("key", [key for key, row in ROWS.items() if row["kind"] == "green_belt"])
def test_no_green_belt_has_a_figure_of_cleaner_air(key: str) -> None:
    row = ROWS[key]
    assert (measures()[key].expected, measures()[key].observed) == (None, None)
    assert row["observed_why_not"] == "only_survival"
    assert not re.search(r"[µμ]g|mkg|мкг", " ".join(row.values()))
    for change in ({"expected_low": "1", "expected_high": "2", "expected_basis": "hope"},
                   {"observed_low": "1", "observed_best": "2", "observed_high": "3", "observed_why_not": ""},
                   {"observed_why_not": "not_judged_yet"}):  # fmt: skip
        assert check({**row, **change}), change


def test_nothing_is_observed_before_somebody_judged_it() -> None:
    assert [key for key, one in measures().items() if one.observed is not None] == []
    assert [key for key, row in ROWS.items() if row["expected_low"] and not row["expected_basis"]] == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("measure", "Not A Key"), ("city", ""), ("kind", "wish"), ("status", "running"), ("says", "someone"),
        ("sure", "certain"), ("start", ""), ("start", "2024-13"), ("end", "never"), ("end", "2001"),
        ("pollutants", "smog"), ("expected_low", "5"), ("expected_high", "5"), ("observed_why_not", ""),
        ("observed_low", "5"), ("address", "somewhere on the net"), ("address", ""), ("checked", "yesterday"),
        ("review_by", "2020-01-01"), ("name_kk", ""), ("name_uz", "Yo‘l"), ("source", ""),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(column: str, text: str) -> None:
    row = ROWS["tashkent-lorry-ban"]
    lacks = check({**row, column: text})
    assert lacks, (column, text)
    assert all(lack.register == "measures" for lack in lacks)
    assert {lack.what for lack in lacks} & {column, "expected_low", "expected_high", "observed_best"}


def test_a_range_upside_down_or_without_its_basis_is_named() -> None:
    row = {**ROWS["tashkent-lorry-ban"], "expected_low": "9", "expected_high": "3"}
    assert [lack.what for lack in check(row)] == ["expected_high", "expected_basis"]


@pytest.mark.parametrize(
    ("start", "end", "status", "said"),
    [  # what is said on: a month before, the first day, a month later, two years later
        ("2025-11-24", "", "in_force", ["announced", "in_force", "in_force", "in_force"]),
        ("2025-11-24", "2025-11-28", "in_force", ["announced", "in_force", "ended", "ended"]),
        ("2025-11-24", ">=2026-01-19", "in_force", ["announced", "in_force", "in_force", "unknown"]),
        ("2025-11-24", "unknown", "in_force", ["announced", "unknown", "unknown", "unknown"]),
        ("2025-11-24", "", "announced", ["announced", "announced", "unknown", "unknown"]),
        ("2025-11", "", "in_force", ["announced", "unknown", "in_force", "in_force"]),
        ("2025", "", "in_force", ["unknown", "unknown", "unknown", "in_force"]),
        ("unknown", "", "in_force", ["unknown", "unknown", "unknown", "in_force"]),
        ("unknown", "", "announced", ["announced", "announced", "announced", "announced"]),
        ("unknown", "", "unknown", ["unknown", "unknown", "unknown", "unknown"]),
        ("2028", "", "announced", ["announced", "announced", "announced", "announced"]),
        ("2025-11-24", "", "ended", ["announced", "unknown", "unknown", "ended"]),
    ],
)  # fmt: skip
def test_a_status_by_date(start: str, end: str, status: str, said: list[str]) -> None:
    begins, ends = span(start) or Span(), span(end) or Span()
    one = Measure(
        begins.day, "x", {}, "", status=status, begins=begins, ends=ends, open_end=not end, checked=date(2026, 11, 30)
    )
    first = date(2025, 11, 24)
    on = [first - timedelta(days=30), first, first + timedelta(days=30), first + timedelta(days=730)]
    assert [status_on(one, day) for day in on] == said
    assert set(said) <= set(STATUSES)


def test_a_city_tells_its_measures_by_day() -> None:
    found = city("astana").measures
    assert found == measures_of("astana")
    days = [one.day for one in found if one.day is not None]
    assert days == sorted(days)
    assert "kz-order-10-summation" not in {one.key for one in found}, "an amendment of a norm is an act"
    assert {one.key for one in found if one.kind == "fuel_switch" and one.begins.first} >= {
        "astana-chp-3-gas", "astana-south-east-gas-plant", "astana-turan-gas-plant",
    }  # fmt: skip


def test_the_review_counts_rows_and_names_what_is_due() -> None:
    told = register.review(date(2027, 2, 1))
    assert (told.register, told.rows, told.lacks) == ("measures", len(ROWS), ())
    assert "tashkent-transport-zones" in {due.row for due in told.due}
    assert register.review(date(2026, 12, 1)).due == ()


def test_the_file_has_the_columns_that_are_told() -> None:
    with register.FILE.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == COLUMNS
