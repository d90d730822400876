"""The indices at their printed check values, at every edge and between."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.parameters import MOLAR_VOLUME_20C, PARAMETERS
from data.standards.breakpoints import breakpoints
from models.indices.aqi import STANDARDS, StandardError, averagings, bands, combine, dominant, index, index_frame
from models.indices.nowcast import nowcast, nowcast_frame, ozone_nowcast
from models.indices.scales import scales

US, EU = STANDARDS
PAIRS = [(s, p, m) for s in STANDARDS for p, known in averagings(s).items() for m in known]


def of_ppb(parameter: str, ppb: float) -> float:
    return ppb * PARAMETERS[parameter].molar_mass / MOLAR_VOLUME_20C


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (5, 28), (9.0, 50), (9.05, 50), (9.1, 51), (15, 62), (35.4, 100), (35.45, 100), (35.5, 101), (60, 154),
     (101, 183), (143, 218), (300, 449), (325.4, 500)],
)  # fmt: skip
def test_us_pm25_has_its_check_values(value, expected):
    assert index("pm25", 1440, value, US).value == expected


@pytest.mark.parametrize(
    ("parameter", "minutes", "ppb", "expected"),
    [("o3", 480, 54, 50), ("o3", 480, 54.9, 50), ("o3", 480, 55, 51), ("o3", 480, 70, 100), ("o3", 480, 200, 300),
     ("o3", 480, 201, None), ("o3", 60, 124.9, None), ("o3", 60, 125, 101), ("o3", 60, 604, 500),
     ("co", 480, 4_400, 50), ("co", 480, 4_499, 50), ("co", 480, 4_500, 51), ("co", 480, 50_400, 500),
     ("so2", 60, 35.9, 50), ("so2", 60, 36, 51), ("so2", 60, 304, 200), ("so2", 60, 5_000, 200),
     ("so2", 1440, 304.9, None), ("so2", 1440, 305, 201), ("so2", 1440, 604, 300), ("so2", 1440, 1_004, 500),
     ("no2", 60, 53.9, 50), ("no2", 60, 54, 51), ("no2", 60, 2_049, 500), ("no2", 480, 54, None)],
)  # fmt: skip
def test_us_gases_are_read_in_their_own_averaging(parameter, minutes, ppb, expected):
    found = index(parameter, minutes, of_ppb(parameter, ppb), US)
    assert (found and found.value) == expected


@pytest.mark.parametrize(("parameter", "value"), [("pm25", 325.5), ("pm25", 425.3), ("pm25", 9999.0), ("pm10", 18_000)])
def test_no_index_is_told_beyond_its_scale(parameter, value):
    found = index(parameter, 1440, value, US)
    assert (found.value, found.beyond, found.shown, found.category) == (500, True, "500+", "Hazardous")
    row = index_frame(pd.DataFrame([{"parameter": parameter, "minutes": 1440, "value": value}])).iloc[0]
    assert (row["index"], row["beyond"]) == (500, True)


def test_the_end_of_a_scale_is_not_beyond_it():
    found = index("pm25", 1440, 325.4, US)
    assert (found.value, found.beyond, found.shown) == (500, False, "500")
    assert not index("so2", 60, 5_000.0, US).beyond, "held back for the 24-hour value, which may say more"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(sum([9.1] * 24) / 24, 51), (9.099999999999998, 51), (9.04, 50), (35.0, 99), (sum([35.5] * 24) / 24, 101)],
)
def test_noise_of_floating_point_sets_no_category(value, expected):
    assert index("pm25", 1440, value, US).value == expected


@pytest.mark.parametrize(
    ("parameter", "value", "band"),
    [("pm10", 15.48, "Good"), ("pm10", 15.5, "Fair"), ("no2", 60.5, "Poor"), ("no2", 60.49, "Moderate"),
     ("pm25", 140.49, "Very poor"), ("pm25", 140.5, "Extremely poor"), ("o3", 100.5, "Moderate"),
     ("so2", 18_000, "Extremely poor"), ("pm25", 0.49999999999999994, "Good")],
)  # fmt: skip
def test_the_european_index_rounds_half_up(parameter, value, band):
    assert index(parameter, 60, value, EU).category == band


@pytest.mark.parametrize(("standard", "parameter", "minutes"), PAIRS)
def test_every_edge_lies_in_its_own_band(standard, parameter, minutes):
    part = breakpoints(standard).query("parameter == @parameter and minutes == @minutes")
    scale = scales(standard)[parameter, minutes]
    for row in part.to_dict("records"):
        low = row["low"] * 10 ** row["decimals"] / scale.per_unit
        assert index(parameter, minutes, low, standard).value == row["index_low"]
        if not math.isnan(row["high"]):
            high = row["high"] * 10 ** row["decimals"] / scale.per_unit
            assert index(parameter, minutes, high, standard).value == row["index_high"]
            assert index(parameter, minutes, high, standard).category == row["category"]


@pytest.mark.parametrize(("standard", "parameter", "minutes"), PAIRS)
def test_bands_adjoin_without_gap_or_overlap(standard, parameter, minutes):
    scale = scales(standard)[parameter, minutes]
    assert (scale.low[1:] == scale.high[:-1] + 1).all()


@given(pair=st.sampled_from(PAIRS), low=st.floats(0, 1e5), high=st.floats(0, 1e5))
def test_more_is_never_better_and_no_float_falls_between_bands(pair, low, high):
    standard, parameter, minutes = pair
    low, high = sorted((low, high))
    first, second = index(parameter, minutes, low, standard), index(parameter, minutes, high, standard)
    if first and second:
        assert first.value <= second.value
        assert first.band.number <= second.band.number
    if (parameter, minutes) not in {("o3", 480), ("o3", 60), ("so2", 1440)}:
        assert first is not None
        assert second is not None
    if first and standard == US and first.value <= 500:
        assert first.band.index_low <= first.value <= first.band.index_high


@given(st.lists(st.tuples(st.sampled_from(PAIRS), st.floats(-10, 1e4) | st.just(float("nan"))), max_size=30))
def test_a_table_gives_what_single_values_give(asked):
    for standard in STANDARDS:
        rows = pd.DataFrame([(p, m, v) for (_, p, m), v in asked], columns=["parameter", "minutes", "value"])
        rows["value"] = rows["value"].astype(float)
        table = index_frame(rows, standard)
        for row, found in zip(rows.to_dict("records"), table.to_dict("records"), strict=True):
            single = index(row["parameter"], row["minutes"], row["value"], standard)
            assert (None if found["index"] is pd.NA else found["index"]) == (single and single.value)
            assert found["category"] == (single.category if single else "")
            assert found["colour"] == (single.band.colour if single else "")


@pytest.mark.parametrize("value", [float("nan"), -10.1, float("inf")])
def test_what_is_no_concentration_has_no_index(value):
    assert index("pm25", 1440, value, US) is None
    assert index("pm25", 60, value, EU) is None


def test_another_averaging_has_no_index():
    assert index("pm25", 60, 20.0, US) is None
    assert index("pm25", 1440, 20.0, EU) is None
    assert index("co", 60, 20.0, EU) is None
    assert index("h2s", 60, 20.0, US) is None


def test_an_unknown_standard_names_the_known_ones():
    with pytest.raises(StandardError, match="us-epa-2024, eaqi-2024"):
        index("pm25", 60, 1.0, "us-epa-2012")


def test_every_row_of_the_tables_has_colour_reference_and_category():
    for standard in STANDARDS:
        table = breakpoints(standard)
        assert table[["colour", "colour_assist"]].apply(lambda c: c.str.fullmatch("#[0-9a-f]{6}")).all(axis=None)
        assert (table["reference"].str.len() > 20).all()
        assert table["standard"].eq(standard).all()
        assert len(bands(standard)) == 6


def test_the_combined_index_names_the_dominant_pollutant():
    worst = combine([index("pm25", 1440, 60.0), None, index("pm10", 1440, 60.0)])
    assert (worst.parameter, worst.value) == ("pm25", 154)
    assert combine([None]) is None
    with pytest.raises(ValueError, match="different standards"):
        combine([index("pm25", 1440, 1.0), index("pm25", 60, 1.0, EU)])


def test_dominant_takes_one_row_per_group():
    rows = pd.DataFrame(
        [("a", "pm25", 60, 20.0), ("a", "no2", 60, 120.0), ("b", "pm10", 60, 1.0), ("b", "pm25", 60, 1.0),
         ("c", "co", 60, 9.0)],
        columns=["station", "parameter", "minutes", "value"],
    )  # fmt: skip
    table = dominant(rows, ["station"], EU)
    assert table[["station", "parameter", "index"]].to_numpy().tolist() == [["a", "no2", 5], ["b", "pm25", 1]]


def test_nowcast_needs_two_of_the_newest_three_hours():
    hours = np.full(12, 10.0)
    hours[-2:] = np.nan
    assert np.isnan(nowcast(hours))
    hours[-1] = 10.0
    assert nowcast(hours) == pytest.approx(10.0)


def test_nowcast_by_hand():
    assert nowcast([np.nan] * 10 + [40.0, 20.0]) == pytest.approx((20 + 0.5 * 40) / 1.5)
    assert nowcast([np.nan] * 9 + [100.0, 80.0, 90.0]) == pytest.approx((90 + 0.8 * 80 + 0.64 * 100) / 2.44)
    assert nowcast(np.zeros(12)) == 0.0
    assert np.isnan(nowcast(np.full(12, np.nan)))


@given(st.lists(st.floats(0, 1e4), min_size=12, max_size=12))
def test_nowcast_stays_within_its_hours(hours):
    assert min(hours) - 1e-9 <= float(nowcast(hours)) <= max(hours) + 1e-9


def test_nowcast_of_a_table_counts_hours_not_rows():
    start = pd.to_datetime(["2025-01-01T00:00Z", "2025-01-01T01:00Z", "2025-01-01T05:00Z", "2025-01-01T06:00Z"])
    rows = pd.DataFrame(
        {"source": "x", "station": "s", "parameter": "pm25", "start": start, "minutes": 60, "value": [8.0, 8, 16, 16]}
    )
    table = nowcast_frame(rows)
    assert table["start"].tolist() == [start[1], start[3]]
    assert table["minutes"].eq(1440).all()
    assert table["value"].iloc[1] == pytest.approx((16 * 1.5 + 8 * (0.5**5 + 0.5**6)) / (1.5 + 0.5**5 + 0.5**6))
    assert index_frame(table)["index"].notna().all()
    assert nowcast_frame(rows.iloc[:0]).empty


def test_ozone_nowcast_is_the_documented_line():
    assert ozone_nowcast(of_ppb("o3", 60.0)) == pytest.approx(of_ppb("o3", 55.5))


def test_noise_below_zero_has_the_index_of_zero_and_a_sentinel_none():
    for parameter, minutes, standard in (("pm25", 1440, "us-epa-2024"), ("no2", 60, "eaqi-2024")):
        zero = index(parameter, minutes, 0.0, standard)
        assert index(parameter, minutes, -3.0, standard) == zero is not None
        assert index(parameter, minutes, -999.0, standard) is None
    assert index("pm25", 1440, -10.1) is None
