"""Months of one channel: a zero that drifted, a dead gas, a copy, one level for weeks."""

import numpy as np
import pandas as pd
import pytest

from models.quality.spans.baseline import dead, drifting_zero
from models.quality.spans.copies import copied
from models.quality.spans.half_flat import half_flat
from tests.models.quality.spans.conftest import ZONE, Real, newest, series

JANUARY, FEBRUARY, MARCH = 31 * 24, 28 * 24, 31 * 24
RANDOM = np.random.default_rng(5)


def midnight(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE)


def air(hours: int, level: float = 20.0) -> np.ndarray:
    return level * np.exp(RANDOM.normal(0, 0.6, hours))


# --- a zero that drifted ----------------------------------------------------------------------------------------------


def test_a_baseline_that_never_comes_down_is_a_drifting_zero() -> None:
    clean = 1 + 3 * RANDOM.random(JANUARY)
    rows = series([*clean, *(9 + 3 * RANDOM.random(FEBRUARY)), *(1 + 3 * RANDOM.random(MARCH))])
    (found,) = drifting_zero(rows, ZONE, newest(rows)).itertuples()
    assert (found.check, found.station, found.parameter) == ("drifting_zero", "net:1", "h2s")
    assert (found.start, found.until) == (midnight("2025-02-01"), midnight("2025-03-01"))
    assert 9.0 < found.figure < 9.5


def test_plumes_over_a_clean_baseline_are_none() -> None:
    rows = series(np.where(np.arange(JANUARY) % 24 < 16, 40.0, 2.0))  # two thirds of all hours far above the limit
    assert drifting_zero(rows, ZONE, newest(rows)).empty


def test_a_span_stands_until_a_clean_month_is_seen() -> None:
    rows = series(np.full(JANUARY + 100, 12.0) + RANDOM.random(JANUARY + 100))
    (found,) = drifting_zero(rows, ZONE, newest(rows)).itertuples()
    assert found.start == midnight("2025-01-01")
    assert pd.isna(found.until)
    (found,) = drifting_zero(rows, ZONE, midnight("2025-06-01")).itertuples()  # the others went on without it
    assert found.until == midnight("2025-02-01")


def test_ten_days_of_a_month_are_needed() -> None:
    rows = series(np.full(9 * 24, 12.0))
    assert drifting_zero(rows, ZONE, newest(rows)).empty


def test_the_drifting_zeros_of_astana(airdata: Real) -> None:
    rows = airdata("astana", "h2s")
    found = drifting_zero(rows, ZONE, newest(rows))
    hit = {name: found[found["station"].str.endswith(name)] for name in ("kgmt_7", "kgmt_8", "kgmt_9")}
    for name, begin, end in (
        ("kgmt_7", "2023-08-01", "2024-03-31"),
        ("kgmt_8", "2022-07-01", "2022-09-30"),
        ("kgmt_9", "2023-09-01", "2024-04-30"),
    ):
        spans = hit[name]
        assert ((spans["start"] <= midnight(begin)) & (spans["until"] > midnight(end))).any(), name


# --- a dead gas -------------------------------------------------------------------------------------------------------


def test_carbon_monoxide_below_clean_air_is_dead() -> None:
    rows = series([*air(JANUARY, 300), *air(FEBRUARY, 5), *air(MARCH, 5)], parameter="co")
    (found,) = dead(rows, ZONE, newest(rows)).itertuples()
    assert found.start == midnight("2025-02-01")
    assert pd.isna(found.until)
    assert 4 < found.figure < 6


def test_the_dead_carbon_monoxide_of_karaganda(airdata: Real) -> None:
    rows = airdata("karaganda", "co")
    found = dead(rows, ZONE, newest(rows))
    assert {s.rpartition("_")[2] for s in found["station"]} == {"43"}
    months = sum((u - s).days for s, u in zip(found["start"], found["until"].fillna(newest(rows)), strict=True)) / 30.4
    assert months > 30


# --- a copy -----------------------------------------------------------------------------------------------------------


def test_two_channels_with_the_same_numbers_are_copies() -> None:
    fine = air(JANUARY + FEBRUARY)
    coarse = np.concatenate([fine[:JANUARY] * (1 + 0.002 * RANDOM.random(JANUARY)), 2 * fine[JANUARY:]])
    rows = pd.concat([series(fine, parameter="pm25"), series(coarse, parameter="pm10")])
    found = copied(rows, ZONE, newest(rows))
    assert set(found["parameter"]) == {"pm25", "pm10"}
    assert set(found["other"]) == {"net:1 pm25", "net:1 pm10"}
    assert set(found["start"]) == {midnight("2025-01-01")}
    assert set(found["until"]) == {midnight("2025-02-01")}


@pytest.mark.parametrize(
    ("other", "columns"),
    [
        (lambda fine: fine * 1.5, {"parameter": "pm10"}),  # a constant share is what one optical sensor gives
        (lambda fine: fine * np.exp(RANDOM.normal(0, 0.05, len(fine))), {"station": "net:2", "parameter": "pm25"}),
        (lambda fine: fine, {"station": "b:1", "source": "b", "parameter": "pm25"}),  # one monitor, two deliverers
    ],
)
def test_what_is_alike_without_being_a_copy(other: object, columns: dict[str, str]) -> None:
    fine = air(JANUARY)
    rows = pd.concat([series(fine, parameter="pm25"), series(other(fine), **columns)])  # type: ignore[operator]
    assert copied(rows, ZONE, newest(rows)).empty


def test_the_copies_of_karaganda(airdata: Real) -> None:
    rows = pd.concat([airdata("karaganda", p) for p in ("pm25", "pm10", "tsp")])
    found = copied(rows, ZONE, newest(rows))
    assert {s.rpartition("_")[2] for s in found["station"]} == {"63"}
    assert set(found["parameter"]) == {"pm25", "pm10", "tsp"}
    assert found["figure"].between(0.99, 1.01).all()


# --- one level for weeks ----------------------------------------------------------------------------------------------


def test_one_level_with_excursions_is_half_flat() -> None:
    stuck = 4.4 + 0.1 * RANDOM.random(JANUARY)
    stuck[::7] += 30 * RANDOM.random(len(stuck[::7]))
    rows = series([*stuck, *air(FEBRUARY)], parameter="no")
    (found,) = half_flat(rows, ZONE, newest(rows)).itertuples()
    assert (found.start, found.until) == (midnight("2025-01-01"), midnight("2025-02-01"))
    assert 4.4 < found.figure < 4.5


def test_coarse_rounding_is_not_flat() -> None:
    rows = series(np.where(RANDOM.random(JANUARY) < 0.8, 1.0, 2.0))
    assert half_flat(rows, ZONE, newest(rows)).empty


def test_the_half_flat_nitric_oxide_of_karaganda(airdata: Real) -> None:
    rows = airdata("karaganda", "no")
    found = half_flat(rows, ZONE, newest(rows))
    mine = found[found["station"].str.endswith("kgmt_21")]
    assert (mine["start"].min(), mine["until"].max() >= midnight("2024-11-01")) == (midnight("2021-12-01"), True)
    assert mine["figure"].iloc[0] == pytest.approx(4.4, abs=0.1)
