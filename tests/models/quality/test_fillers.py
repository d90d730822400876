"""Fault codes among values: found in any hour of any station, while storms that reach such numbers stay."""

import numpy as np
import pandas as pd
import pytest

from data.checks import has, names
from models.quality.quality import flag
from tests.models.quality.test_quality import flags_of, joined, network, series, wave


@pytest.mark.parametrize("code", [985.0, 999.0, 999.9, 1999.9, 9999.0])
@pytest.mark.parametrize("run", [1, 2, 3])
@pytest.mark.parametrize("newest", [True, False])
def test_a_known_code_of_a_lone_station_is_invalid_in_any_hour(code, run, newest):
    values = wave(72)
    begin = 72 - run if newest else 40
    values[begin : begin + run] = code
    given, told = flags_of(flag(series(values)))
    assert given[begin : begin + run] == ["invalid"] * run
    assert names(told[begin])[0] == "fault_code"
    assert set(given[:begin] + given[begin + run :]) == {"ok"}


def test_a_code_is_known_as_delivered_too():
    rows = series(wave(72) * 20, parameter="co")
    rows["raw_value"], rows["raw_unit"] = rows["value"] / 1145.0, "ppm"
    rows.loc[71, ["raw_value", "value"]] = 99.9, 99.9 * 1145
    assert flag(rows)["flag"].iloc[71] == "ok"  # no code
    rows.loc[71, ["raw_value", "value"]] = 999.9, 150_000.0  # the range of carbon monoxide ends at 200,000
    out = flag(rows)
    assert (out["flag"].iloc[71], out["checks"].iloc[71]) == ("invalid", ("fault_code:999.9",))


@pytest.mark.parametrize("run", [1, 2, 3])
def test_a_repeated_number_far_outside_its_series_is_a_code(run):
    values = wave(240)
    values[[50, 120]] = 4095.0
    values[-run:] = 4095.0
    rows = flag(series(values, parameter="no2"))
    assert rows.loc[has(rows["checks"], "fault_code"), "start"].size == 2 + run
    assert set(rows.loc[rows["value"] == 4095.0, "flag"]) == {"invalid"}
    assert set(rows.loc[rows["value"] != 4095.0, "flag"]) == {"ok"}


def test_a_storm_that_passes_through_a_code_stays():
    values = wave(96)
    values[50:56] = [240.0, 620.0, 985.0, 999.0, 700.0, 300.0]
    assert not has(flag(series(values, parameter="pm10"))["checks"], "fault_code").any()


def test_a_code_that_neighbours_bear_out_stays():
    tables = network(96)
    tables["b"].loc[95, "value"] = 700.0
    tables["a"].loc[95, "value"] = 999.0
    assert not has(flag(joined(tables.values()))["checks"], "fault_code").any()


def test_a_code_that_the_coarser_dust_bears_out_stays():
    fine, coarse = series(wave(96)), series(wave(96, 1, 90.0), parameter="pm10")
    fine.loc[95, "value"], coarse.loc[95, "value"] = 999.0, 2310.0
    assert not has(flag(joined([fine, coarse]))["checks"], "fault_code").any()
    coarse.loc[95, "value"] = 1999.9  # the code of its own channel bears nothing out
    rows = flag(joined([fine, coarse]))
    assert rows.loc[rows["start"] == rows["start"].max(), "flag"].tolist() == ["invalid", "invalid"]


def test_near_a_code_is_no_code():
    values = wave(96)
    values[50] = 998.7
    assert not has(flag(series(values))["checks"], "fault_code").any()


def test_an_ordinary_hour_of_carbon_monoxide_is_no_code():
    values = wave(96, level=800.0)
    values[[20, 50]] = 999.0, 985.0
    assert set(flag(series(values, parameter="co"))["flag"]) == {"ok"}


def test_a_code_with_nothing_to_compare_it_with_is_doubted():
    rows = flag(series([999.9, 999.9]))
    assert rows["flag"].tolist() == ["suspect", "suspect"]
    assert rows["checks"].iloc[0] == ("fault_code:999.9",)
    assert flag(series([900.0]))["flag"].tolist() == ["ok"]
    assert flag(series([999.0], parameter="co"))["flag"].tolist() == ["ok"]


def test_a_full_scale_of_the_whole_network_is_left_to_the_ceiling():
    tables = network(parameter="pm10")
    for table in tables.values():
        table.loc[100:103, "value"] = 1000.0
    rows = flag(joined(tables.values()))
    assert not has(rows["checks"], "fault_code").any()


def test_three_hours_of_nines_at_one_of_three_stations_in_one_batch():
    tables = network(hours=72, count=3)
    tables["b"].loc[69:71, "value"] = 9999.0
    rows = flag(joined(tables.values()))
    bad = rows[rows["value"] == 9999.0]
    assert bad["flag"].tolist() == ["invalid"] * 3
    assert set(rows.loc[rows["value"] != 9999.0, "flag"]) == {"ok"}


def test_days_of_a_code_do_not_become_the_level():
    values = wave(24 * 30)
    values[100:500] = 999.9
    given, _ = flags_of(flag(series(values)))
    assert set(given[100:500]) == {"invalid"}
    assert set(given[:100] + given[500:]) == {"ok"}


def test_random_sound_rows_hold_no_codes():
    for seed in range(20):
        values = np.round(np.random.default_rng(seed).lognormal(3, 1, 2000), 0)
        assert not has(flag(series(values))["checks"], "fault_code").any()


def test_rows_without_any_measured_pollutant_pass():
    empty = series([1.0, 2.0], parameter="wind_speed")
    pd.testing.assert_series_equal(flag(empty)["flag"], empty["flag"])
