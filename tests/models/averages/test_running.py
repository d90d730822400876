"""Running means and the highest of a day."""

import numpy as np
import pandas as pd

from models.averages.running import daily_max_running, regular, running_mean


def ozone(values, start="2024-06-01"):
    index = pd.date_range(start, periods=len(values), freq="h", tz="UTC")
    return pd.DataFrame({"o3": np.asarray(values, dtype=float)}, index=index)


def test_a_window_needs_three_quarters_of_its_hours():
    values = np.arange(16.0)
    values[8:11] = np.nan
    out = running_mean(ozone(values))["o3"]
    assert out.iloc[4] != out.iloc[4]  # five hours so far
    assert out.iloc[5] == 2.5
    assert np.isnan(out.iloc[12])  # 5 … 12 holds five
    assert not np.isnan(out.iloc[9])  # 2 … 9 holds six


def test_a_row_that_is_not_there_is_a_gap_in_the_window():
    wide = ozone(np.arange(30.0)).drop(pd.Timestamp("2024-06-01T10Z"))
    assert len(regular(wide)) == 30
    assert running_mean(wide, 2, 1.0)["o3"].isna().sum() == 3


def test_quarter_hours_fill_the_same_window():
    index = pd.date_range("2024-06-01", periods=64, freq="15min", tz="UTC")
    out = running_mean(pd.DataFrame({"o3": range(64)}, index=index), 8, 1.0)["o3"]
    assert out.first_valid_index() == index[31]
    assert out.iloc[31] == 15.5


def test_the_highest_window_belongs_to_the_local_day_in_which_it_ends():
    values = np.zeros(72)
    values[20:28] = 80.0  # 20:00 … 03:59 UTC, which is 01:00 … 08:59 of the next day in Tashkent
    assert daily_max_running(ozone(values))["o3"].tolist() == [40.0, 80.0, 0.0]
    local = daily_max_running(ozone(values), tz="Asia/Tashkent")["o3"]
    assert local.iloc[1] == 80.0


def test_a_day_needs_three_quarters_of_its_windows():
    values = np.full(48, 50.0)
    values[24:34] = np.nan
    assert daily_max_running(ozone(values))["o3"].isna().tolist() == [False, True]
