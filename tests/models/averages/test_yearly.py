"""Figures of a year, complete or not."""

import numpy as np
import pandas as pd

from models.averages.yearly import annual, aq_stats


def year(values, name="pm25", start="2023-01-01"):
    index = pd.date_range(start, periods=len(values), freq="h", tz="UTC")
    return pd.DataFrame({name: values}, index=index)


def test_an_incomplete_year_says_which_months_it_lacks():
    values = np.full(8760, 10.0)
    values[: 24 * 31] = np.nan  # January
    row = annual(year(values)).iloc[0]
    assert bool(row["complete"])  # eleven months of twelve, and most of each quarter
    assert row["missing"] == "01"
    row = annual(year(values), 0.95).iloc[0]
    assert not row["complete"]
    assert row["mean"] == 10.0


def test_each_parameter_has_its_own_years():
    wide = year(np.full(8760 * 2, 1.0)).assign(no2=2.0)
    wide.loc["2024", "no2"] = np.nan
    out = annual(wide).set_index(["parameter", "year"])
    assert out.index.tolist() == [("pm25", 2023), ("pm25", 2024), ("no2", 2023), ("no2", 2024)]
    assert np.isnan(out.loc[("no2", 2024), "mean"])
    assert out.loc[("no2", 2024), "missing"] == "01 02 03 04 05 06 07 08 09 10 11 12"


def test_counts_above_limits():
    hours = np.full(8760, 40.0)
    hours[24 * 30 : 24 * 31] = 250.0
    out = aq_stats(pd.concat([year(hours, "no2"), year(hours, "pm10"), year(hours, "o3")], axis=1)).set_index(
        "parameter"
    )
    assert out.loc["no2", "hours"] == 24
    assert out.loc["pm10", "days"] == 1
    assert out.loc["o3", "roll_8_o3_gt_120"] == 2  # the windows of that day reach into the next
    assert out.loc["o3", "AOT40"] == 0  # January
    assert out.loc["no2", ["max_daily", "roll_8_max", "max"]].tolist() == [250.0, 250.0, 250.0]


def test_ozone_of_a_june_day_adds_to_aot40_from_eight_to_twenty():
    hours = np.full(8760, 40.0)
    first = 24 * (31 + 28 + 31 + 30 + 31)  # 1 June
    hours[first : first + 24] = 90.0
    assert aq_stats(year(hours, "o3"))["AOT40"].tolist() == [120.0]
