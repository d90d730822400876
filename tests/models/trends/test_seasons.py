"""Tables of hours, weekdays, heating seasons, calendars and dust days."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.trends.heating import Calendar
from models.trends.seasons import calendar, dust_days, heating_split, time_variation, without_days

WINTER = Calendar(((10, 1), (4, 30)))


def hours(n, start="2024-01-01", fill=None):
    index = pd.date_range(start, periods=n, freq="h", tz="UTC")
    return pd.Series(np.arange(n) % 24 if fill is None else fill, index=index, dtype=float)


def test_the_course_of_the_day_is_that_of_the_local_clock():
    out = time_variation(hours(240), "hour", tz="Asia/Tashkent").set_index("hour")
    assert out.loc[5, "mean"] == 0.0  # midnight UTC
    assert out.loc[4, "mean"] == 23.0


def test_the_interval_covers_the_truth_when_days_differ():
    rng, inside = np.random.default_rng(0), 0
    for seed in range(40):
        series = hours(24 * 60, fill=np.repeat(rng.normal(50, 10, 60), 24))
        out = time_variation(series, seed=seed).iloc[12]
        inside += out["lower"] <= 50 <= out["upper"]
    assert inside >= 34


def test_weekdays_and_hours_make_a_table_of_168():
    assert len(time_variation(hours(24 * 14), "weekday_hour")) == 168
    with pytest.raises(ValueError, match="by must be"):
        time_variation(hours(24), "minute")


def test_a_calendar_leaves_thin_days_empty():
    series = hours(48)
    series.iloc[:10] = np.nan
    out = calendar(series)
    assert out["value"].isna().tolist() == [True, False]
    assert out["weekday"].tolist() == [0, 1]


def test_a_month_that_starts_on_sunday_opens_its_second_week_on_monday():
    out = calendar(hours(48, "2024-09-01"))
    assert out["week"].tolist() == [0, 1]
    assert out["weekday"].tolist() == [6, 0]


def test_heating_runs_over_new_year_and_both_its_days_are_in():
    index = pd.DatetimeIndex(["2024-09-30T18:59Z", "2024-09-30T19:00Z", "2024-04-30T18:00Z", "2024-04-30T19:00Z"])
    assert Calendar(WINTER.usual, "Asia/Tashkent").on(index).tolist() == [False, True, True, False]
    assert Calendar(((5, 1), (9, 30)), "Asia/Tashkent").on(index).tolist() == [True, False, False, True]


def test_a_winter_is_one_season_and_says_how_much_of_it_was_measured():
    series = hours(24 * 366, "2023-07-01", fill=30.0)
    series[series.index.month == 1] = np.nan
    out = heating_split(series, WINTER).set_index("season")
    assert out.index.tolist() == ["2023", "2023/24", "2024"]
    assert out["heating"].tolist() == [False, True, False]
    assert out.loc["2023/24", "coverage"] == pytest.approx(182 / 213)
    assert out["complete"].tolist() == [False, True, False]


def test_dust_days_come_out_as_gaps():
    index = pd.date_range("2021-11-03", periods=72, freq="h", tz="UTC")
    wide = pd.DataFrame({"pm10": 80.0, "pm25": 50.0}, index=index)
    wide.loc["2021-11-04", "pm10"], wide.loc["2021-11-04", "pm25"] = 2000.0, 400.0
    days = dust_days(wide)
    assert days == [date(2021, 11, 4)]
    out = without_days(wide["pm25"], days)
    assert out.isna().sum() == 24
    assert out.max() == 50.0


def test_a_smoky_day_is_no_dust_day_and_without_pm10_nobody_can_tell():
    index = pd.date_range("2021-11-03", periods=24, freq="h", tz="UTC")
    assert dust_days(pd.DataFrame({"pm10": 300.0, "pm25": 240.0}, index=index)) == []
    with pytest.raises(ValueError, match="both"):
        dust_days(pd.DataFrame({"pm25": 240.0}, index=index))
