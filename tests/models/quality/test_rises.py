"""Rises at one station: single jumps are spikes, what swells and ebbs is not; values without support are doubted."""

import numpy as np
import pandas as pd
import pytest

from data.checks import has, name, names
from models.quality.quality import flag
from tests.models.quality.test_quality import flags_of, joined, network, series, wave

PLUME = [20.0, 466.0, 861.0, 1100.0, 458.0, 197.0]  # SO2 of kgmt_96 on 22 October 2023


def with_values(tables, station, at, values):
    tables[station].loc[at : at + len(values) - 1, "value"] = values
    return joined(tables.values())


@pytest.mark.parametrize("values", [PLUME, [12, 13, 194, 795, 866, 400, 177], [21, 267, 396, 519, 632, 232, 154]])
@pytest.mark.parametrize("parameter", ["so2", "no", "h2s"])
def test_a_gas_that_swells_and_ebbs_at_one_station_is_a_plume_and_no_spike(values, parameter):
    rows = flag(with_values(network(parameter=parameter), "a", 100, values))
    assert not has(rows["checks"], "spike").any()
    given, told = flags_of(rows, parameter=parameter)
    high = [100 + i for i, v in enumerate(values) if v > 200]
    assert {given[i] for i in high} == {"suspect"}
    assert {names(told[i]) for i in high} == {("plume",)}
    assert set(rows.loc[rows["station"] != "a", "flag"]) == {"ok"}


@pytest.mark.parametrize("parameter", ["so2", "pm25"])
def test_what_lasts_at_a_lone_station_is_not_doubted(parameter):
    values = wave(96)
    values[50:56] = PLUME
    assert set(flag(series(values, parameter=parameter))["flag"]) == {"ok"}


def test_two_hours_are_enough():
    rows = flag(with_values(network(parameter="so2"), "a", 100, [700.0, 500.0]))
    assert not has(rows["checks"], "spike").any()


def test_dust_that_swells_and_ebbs_at_one_station_is_unsupported_and_no_spike():
    given, told = flags_of(flag(with_values(network(), "a", 100, [150.0, 480.0, 700.0, 350.0])))
    assert given[101:104] == ["suspect"] * 3
    assert {names(told[i]) for i in range(101, 104)} == {("unsupported",)}


@pytest.mark.parametrize("parameter", ["pm25", "so2", "co", "no2"])
def test_a_single_hour_stays_a_spike(parameter):
    scale = 10.0 if parameter == "co" else 1.0
    caught = 0
    for seed in range(16):
        tables = {s: series(wave(96, 10 * seed + i) * scale, s, parameter=parameter) for i, s in enumerate("abcde")}
        tables["a"].loc[50, "value"] *= 8
        given, told = flags_of(flag(joined(tables.values())), parameter=parameter)
        caught += given[50] != "ok" and name(told[50][0]) == "spike"
    assert caught >= 0.85 * 16


def test_the_newest_hour_is_asked_about_and_not_called_a_spike():
    given, told = flags_of(flag(with_values(network(hours=96), "a", 95, [900.0])))
    assert (given[95], names(told[95])) == ("suspect", ("unsupported",))


def test_the_newest_hours_of_three_stations_in_one_small_batch():
    tables = network(hours=72, count=3)
    given, told = flags_of(flag(with_values(tables, "a", 69, [700.0, 812.0, 655.0])))
    assert given[69:] == ["suspect"] * 3
    assert {names(e) for e in told[69:]} == {("unsupported",)}
    assert set(given[:69]) == {"ok"}


def test_a_rise_that_a_neighbour_comes_near_is_supported():
    tables = network(hours=72, count=3)
    tables["b"].loc[69:71, "value"] = [300.0, 410.0, 380.0]
    rows = flag(with_values(tables, "a", 69, [700.0, 812.0, 655.0]))
    assert not has(rows["checks"], "unsupported", "spike").any()


def test_a_rise_that_the_other_dust_shares_is_supported():
    fine, coarse = network(hours=72, count=3), network(hours=72, count=3, parameter="pm10")
    coarse["a"].loc[69:71, "value"] = [230.0, 251.4, 210.0]
    rows = flag(joined([with_values(fine, "a", 69, [160.0, 172.0, 150.0]), *coarse.values()]))
    assert set(rows["flag"]) == {"ok"}


def test_a_station_that_always_stands_high_is_not_asked_about_every_hour():
    tables = network(hours=96, count=3, parameter="no2")
    tables["a"]["value"] *= 5
    assert not has(flag(joined(tables.values()))["checks"], "unsupported").any()


def test_an_hour_beside_a_gap_is_no_spike():
    values = wave(96)
    values[50] = 900.0
    rows = series(values, parameter="so2").drop(index=range(51, 56))
    told = flag(rows).set_index("start")["checks"]
    assert names(told[rows["start"].min() + pd.Timedelta("50h")]) in ((), ("unsupported",))


def test_noise_is_no_doubt():
    rows = flag(joined(network(hours=24 * 40).values()))
    assert (rows["flag"] == "ok").mean() >= 0.997


def test_figures_of_the_entries_are_the_value_and_what_would_be_usual():
    told = flags_of(flag(with_values(network(parameter="so2"), "a", 100, PLUME)), parameter="so2")[1]
    value, usual = told[103][0].partition(":")[2].split(",")
    assert float(value) == 1100.0
    assert 10 < float(usual) < 120
    assert np.isfinite(float(usual))
