"""Measures and techniques as tables that leave: chosen, typed, and never run as formulas."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from data.city import city
from data.measures import measures, techniques
from jobs.export.policy import MEASURES, TECHNIQUES, measures_rows, table_csv, techniques_rows, typed

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_everything_leaves_where_nothing_is_chosen() -> None:
    assert [row["measure"] for row in measures_rows(NOW)] == [row["measure"] for row in measures.seed()]
    assert techniques_rows() == techniques.seed()


def test_measures_are_chosen_by_city_kind_and_todays_status() -> None:
    mine = measures_rows(NOW, city=city("astana"), kind=("fuel_switch",), status=("in_force",))
    assert "astana-chp-3-gas" in {row["measure"] for row in mine}
    assert {(row["city"], row["kind"], row["status_today"]) for row in mine} == {("astana", "fuel_switch", "in_force")}
    unsure = {row["measure"] for row in measures_rows(NOW, status=("unknown",))}
    assert "tashkent-telemetry" in unsure, "due in May 2026, and nobody confirmed it"


@pytest.mark.parametrize(
    ("moment", "status"),
    [(datetime(2024, 2, 29, 18, 59, tzinfo=UTC), "announced"), (datetime(2024, 2, 29, 19, 0, tzinfo=UTC), "in_force")],
)
def test_today_is_the_citys_day(moment: datetime, status: str) -> None:
    told = {row["measure"]: row["status_today"] for row in measures_rows(moment)}
    assert told["tashkent-lorry-ban"] == status


def test_techniques_of_a_city_suit_its_sites_or_its_measures() -> None:
    astana = {row["technique"] for row in techniques_rows(city=city("astana"))}
    assert "stove-gas" in astana
    assert "cement-mill-filter" not in astana
    tashkent = {row["technique"] for row in techniques_rows(city=city("tashkent"))}
    assert {"cement-mill-filter", "road-dust-binder"} <= tashkent


def test_a_table_reads_back() -> None:
    rows = measures_rows(NOW)
    back = list(csv.DictReader(StringIO(table_csv(rows, MEASURES))))
    assert [row["measure"] for row in back] == [row["measure"] for row in rows]
    assert tuple(back[0]) == MEASURES
    assert next(csv.reader(StringIO(table_csv([], TECHNIQUES)))) == list(TECHNIQUES)
    poisoned = {**rows[0], "note": "=HYPERLINK(1)"}
    assert next(csv.DictReader(StringIO(table_csv([poisoned], MEASURES))))["note"] == "'=HYPERLINK(1)"


def test_figures_lists_and_gaps_are_typed() -> None:
    gas = next(typed(row) for row in measures_rows(NOW) if row["measure"] == "astana-gas-to-houses")
    assert (gas["expected_low"], gas["observed_best"]) == (99.7, None)
    assert gas["sites"] == ["astana-private-coal", "astana-business-boilers"]
    assert gas["act"] is None
