"""Averages: coverage, vector wind, local days, the tidy table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.averages.averages import coverage, tidy_average, time_average
from models.averages.yearly import annual


def hours(start, n, **columns):
    index = pd.date_range(start, periods=n, freq="h", tz="UTC")
    return pd.DataFrame({name: np.broadcast_to(np.asarray(v, float), n).copy() for name, v in columns.items()}, index)


def test_three_quarters_are_enough_and_one_hour_less_is_not():
    wide = hours("2024-01-01", 48, a=1.0, b=1.0)
    wide.iloc[:6, 0], wide.iloc[:7, 1] = np.nan, np.nan
    day = time_average(wide, "day")
    assert day["a"].tolist() == [1.0, 1.0]
    assert day["b"].isna().tolist() == [True, False]


def test_rows_that_are_not_there_count_as_missing():
    wide = hours("2024-01-01", 48, a=1.0).drop(pd.date_range("2024-01-01T03", periods=7, freq="h", tz="UTC"))
    assert time_average(wide, "day")["a"].isna().tolist() == [True, False]
    assert coverage(wide, "day")["a"].tolist() == [17 / 24, 1.0]


def test_a_period_without_any_row_is_a_gap_of_its_own():
    wide = pd.concat([hours("2024-01-01", 24, a=1.0), hours("2024-01-04", 24, a=4.0)])
    day = time_average(wide, "day", 0.0)["a"]
    assert day.isna().tolist() == [False, True, True, False]


def test_a_missing_value_is_never_zero():
    wide = hours("2024-01-01", 24, a=np.nan)
    assert time_average(wide, "day", 0.0, statistic="sum")["a"].isna().all()


def test_the_running_year_is_held_against_its_part_or_the_whole():
    wide = hours("2024-01-01", 24 * 60, a=1.0)
    assert time_average(wide, "year")["a"].tolist() == [1.0]
    assert time_average(wide, "year", span="calendar")["a"].isna().all()


def test_north_winds_average_to_north():
    wide = hours("2024-01-01", 2, ws=2.0, wd=[350.0, 10.0])
    day = time_average(wide, "day")
    assert min(day["wd"].iloc[0], 360 - day["wd"].iloc[0]) == pytest.approx(0, abs=1e-9)
    assert day["ws"].iloc[0] == 2.0
    assert time_average(wide, "day", vector_wind=True)["ws"].iloc[0] == pytest.approx(2 * np.cos(np.radians(10)))


def test_opposite_winds_have_no_direction():
    wide = hours("2024-01-01", 2, ws=3.0, wd=[90.0, 270.0])
    day = time_average(wide, "day", vector_wind=True)
    assert np.isnan(day["wd"].iloc[0])
    assert day["ws"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_the_stronger_wind_decides_and_without_a_speed_all_count_alike():
    wide = hours("2024-01-01", 2, ws=[3.0, 1.0], wd=[90.0, 360.0])
    assert time_average(wide, "day")["wd"].iloc[0] == pytest.approx(np.degrees(np.arctan2(3, 1)))
    assert time_average(wide[["wd"]], "day")["wd"].iloc[0] == pytest.approx(45.0)


def test_the_long_day_of_astana_needs_its_share_of_25_hours():
    wide = hours("2024-02-28T18:00", 25, a=1.0)
    wide.iloc[:7, 0] = np.nan  # 18 of 25 hours: 72 %
    assert time_average(wide, "day", tz="Asia/Almaty", span="calendar")["a"].isna().tolist() == [True]
    wide.iloc[6, 0] = 1.0  # 19 of 25 hours: 76 %
    day = time_average(wide, "day", tz="Asia/Almaty", span="calendar")
    assert day["a"].tolist() == [1.0]
    assert day.index[0] == pd.Timestamp("2024-02-28T18:00Z")


@pytest.mark.parametrize(
    ("statistic", "expected"), [("median", 1.5), ("min", 0.0), ("max", 9.0), ("sum", 12.0), ("percentile", 9.0)]
)
def test_other_statistics(statistic, expected):
    wide = hours("2024-01-01", 4, a=[0.0, 1.0, 2.0, 9.0])
    assert time_average(wide, "day", statistic=statistic, percentile=100)["a"].tolist() == [expected]


def test_times_without_a_zone_or_order_are_refused():
    wide = hours("2024-01-01", 3, a=1.0)
    with pytest.raises(ValueError, match="UTC"):
        time_average(wide.tz_localize(None), "day")
    with pytest.raises(ValueError, match="unique"):
        time_average(pd.concat([wide, wide]), "day")


def test_nothing_in_nothing_out():
    assert time_average(hours("2024-01-01", 3, a=1.0).iloc[:0], "day").empty


def rows(station, parameter, values, minutes=60, flag="ok", start="2024-01-01"):
    times = pd.date_range(start, periods=len(values), freq=f"{minutes}min", tz="UTC")
    return pd.DataFrame(
        {"station": station, "parameter": parameter, "start": times, "minutes": minutes, "value": values, "flag": flag}
    )


def test_a_tidy_table_is_averaged_by_station_and_parameter():
    table = pd.concat(
        [
            rows("a", "pm25", [10.0] * 24),
            rows("b", "wind_speed", [2.0] * 24),
            rows("b", "wind_direction", [350.0, 10.0] * 12),
            rows("a", "pm25", [99.0], minutes=1440),
        ]
    )
    out = tidy_average(table, "day").set_index(["station", "parameter"])
    assert out.loc[("a", "pm25"), "value"] == 10.0
    assert out.loc[("a", "pm25"), ["minutes", "coverage"]].tolist() == [1440, 1.0]
    assert np.cos(np.radians(out.loc[("b", "wind_direction"), "value"])) == pytest.approx(1)


def test_invalid_rows_do_not_count_and_suspect_ones_do():
    table = pd.concat(
        [
            rows("a", "pm10", [100.0] * 12),
            rows("a", "pm10", [18000.0] * 12, flag="suspect", start="2024-01-01T12:00"),
            rows("b", "pm10", [100.0] * 12),
            rows("b", "pm10", [5e6] * 12, flag="invalid", start="2024-01-01T12:00"),
        ]
    )
    out = tidy_average(table, "day", 0.5, span="calendar").set_index("station")["value"]
    assert out.tolist() == [9050.0, 100.0]


def test_an_empty_table_gives_an_empty_table_with_its_columns():
    assert tidy_average(rows("a", "pm10", [])).columns.tolist() == [
        "station", "parameter", "start", "minutes", "value", "coverage",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e3, 1e3)), min_size=1, max_size=100))
def test_a_mean_lies_between_its_values_and_coverage_between_zero_and_one(values):
    wide = hours("2024-01-01", len(values), a=[np.nan if v is None else v for v in values])
    out = time_average(wide, "day", 0.0)["a"]
    share = coverage(wide, "day")["a"]
    assert share.between(0, 1).all()
    assert (out.isna() == (share == 0)).all()
    known = wide["a"].dropna()
    assert out.dropna().between(known.min() - 1e-9, known.max() + 1e-9).all()


def test_a_year_without_its_autumn_is_not_annual() -> None:
    hours = pd.date_range("2019-01-01", "2019-10-01", freq="h", tz="UTC", inclusive="left")
    row = annual(pd.DataFrame({"pm25": 12.0}, index=hours), 0.7).iloc[0]
    assert row["coverage"] > 0.7
    assert not row["complete"]
    assert row["missing"] == "10 11 12"
