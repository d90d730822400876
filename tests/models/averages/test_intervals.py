"""The interval of each row: steps that change, gaps that lengthen nothing, rows over shorter ones."""

import numpy as np
import pandas as pd
import pytest

from models.averages.averages import TimesError, framed, tidy_average, time_average, wides
from models.averages.intervals import lengths, overlapped


def every(step, count, first="2024-01-01"):
    return pd.date_range(first, periods=count, freq=step, tz="UTC")


def test_a_change_of_step_either_way_leaves_each_row_its_own():
    hours, tens = every("h", 24), every("10min", 288, "2024-01-02")
    assert lengths(hours.append(tens)).tolist() == [60.0] * 24 + [10.0] * 288
    tens, hours = every("10min", 144), every("h", 48, "2024-01-02")
    assert lengths(tens.append(hours)).tolist() == [10.0] * 144 + [60.0] * 48
    days, hours = every("D", 30), every("h", 240, "2024-01-31")
    assert lengths(days.append(hours)).tolist() == [1440.0] * 30 + [60.0] * 240


def test_gaps_lengthen_no_row_however_many_there_are():
    rng = np.random.default_rng(3)
    hours = every("h", 20_000)
    kept = hours[rng.random(len(hours)) < 0.6]
    assert (lengths(kept) == 60).all()


def test_stamps_some_seconds_off_are_of_one_step():
    rng = np.random.default_rng(3)
    hours = every("h", 500) + pd.to_timedelta(rng.integers(0, 20, 500), unit="s")
    assert (lengths(hours) == 60).all()


@pytest.mark.parametrize("step", ["MS", "W", "QS"])
def test_what_comes_more_seldom_than_daily_is_an_hour(step):
    assert (lengths(every(step, 60)) == 60).all()


def rows(parameter, step, minutes, value, count, first="2024-01-01", station="a"):
    start = every(step, count, first)
    return pd.DataFrame(
        {"station": station, "parameter": parameter, "start": start, "minutes": minutes, "value": float(value)}
    )


def test_dust_by_the_hour_and_wind_by_ten_minutes_each_keep_their_share():
    table = pd.concat(
        [
            rows("pm25", "h", 60, 12, 24),
            rows("wind_speed", "10min", 10, 3, 144),
            rows("wind_direction", "10min", 10, 90, 144),
        ]
    )
    found = tidy_average(table, "day", span="calendar").set_index("parameter")
    assert found["coverage"].tolist() == [1.0, 1.0, 1.0]
    assert found["value"].round(9).to_dict() == {"pm25": 12, "wind_direction": 90, "wind_speed": 3}


def test_a_daily_mean_does_not_count_beside_its_hours_and_does_on_other_days():
    table = pd.concat([rows("pm25", "h", 60, 12, 24), rows("pm25", "D", 1440, 99, 2)])
    found = tidy_average(table, "day", span="calendar")
    assert found["value"].tolist() == [12, 99]


def test_a_mean_over_a_change_of_step_weighs_by_time():
    hours, tens = every("h", 12), every("10min", 72, "2024-01-01T12:00")
    index = hours.append(tens)
    wide = pd.DataFrame({"a": [10.0] * 12 + [20.0] * 72}, index=index)
    assert time_average(wide, "day", span="calendar", minutes=lengths(index).tolist())["a"].tolist() == [15.0]


def test_two_values_of_one_interval_are_never_averaged():
    table = pd.concat([rows("pm25", "h", 60, 12, 2), rows("pm25", "h", 60, 90, 1)])
    with pytest.raises(TimesError):
        framed(table)


def test_rows_of_one_averaging_stay_apart_for_those_who_ask_for_it():
    table = pd.concat([rows("pm25", "h", 60, 12, 24), rows("wind_speed", "10min", 10, 3, 144)])
    assert [(s, f.columns.tolist(), len(f)) for s, f in wides(table)] == [("a", ["pm25"], 24)]


def test_running_rows_of_one_length_are_not_over_each_other():
    assert not overlapped(rows("o3", "h", 480, 50, 24)).any()
    both = pd.concat([rows("o3", "h", 60, 50, 24), rows("o3", "8h", 480, 50, 6)], ignore_index=True)
    assert overlapped(both).tolist() == [False] * 24 + [True] * 3 + [False] * 3
