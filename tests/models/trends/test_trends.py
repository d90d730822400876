"""Trends recover what was put in, and say when they cannot."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.trends.trends import Refused, deseasonalise, mann_kendall, theil_sen


def months(values, start="2016-01-01"):
    index = pd.date_range(start, periods=len(values), freq="MS", tz="UTC")
    return pd.Series(np.asarray(values, dtype=float), index=index, name="pm25")


def world(slope=-2.0, n=96, noise=3.0, season=20.0, memory=0.0, seed=0):
    rng = np.random.default_rng(seed)
    error = rng.normal(0, noise, n)
    for i in range(1, n):
        error[i] += memory * error[i - 1]
    t = np.arange(n)
    return months(60 + slope * t / 12 + season * np.cos(2 * np.pi * t / 12) + error)


def test_the_slope_agrees_with_scipy():
    series = world(season=0)
    days = (series.index - series.index[0]).days.to_numpy()
    assert theil_sen(series).slope == pytest.approx(365 * stats.theilslopes(series.to_numpy(), days)[0])


def test_a_known_trend_lies_in_the_interval_and_the_season_is_taken_out():
    raw, clean = theil_sen(world()), theil_sen(world(), deseason=True)
    assert clean.lower < -2.0 < clean.upper
    assert clean.upper - clean.lower < raw.upper - raw.lower
    assert clean.p < 0.01


def test_intervals_cover_more_often_with_blocks_where_months_are_alike():
    truth = [world(0.0, season=0, memory=0.7, seed=seed) for seed in range(60)]
    holds = dict.fromkeys(("block", "plain"), 0)
    for series in truth:
        for kind in holds:
            found = theil_sen(series, bootstrap=kind, times=199)
            holds[kind] += found.lower <= 0 <= found.upper
    assert holds["block"] > holds["plain"]
    assert holds["block"] >= 42  # four-month blocks help, they do not cure a memory of 0.7


def test_no_trend_in_noise():
    found = theil_sen(world(0.0, season=0, seed=5))
    assert found.lower < 0 < found.upper
    assert found.p > 0.05


def test_a_resample_with_many_equal_months_has_a_median_too():
    found = theil_sen(months([1.0] * 6))
    assert (found.slope, found.lower, found.upper) == (0.0, 0.0, 0.0)
    assert found.p == 1.0


def test_few_months_are_refused_with_their_number():
    with pytest.raises(Refused, match="at least 6 values, there are 5"):
        theil_sen(months([1, 2, 3, 4, 5]))
    with pytest.raises(Refused, match="24 months"):
        deseasonalise(months(np.arange(20.0)))
    lacking = months(np.arange(36.0))
    lacking[lacking.index.month == 7] = np.nan
    with pytest.raises(Refused, match="each calendar month"):
        deseasonalise(lacking)


def test_missing_months_stay_missing_and_hardly_move_the_slope():
    whole = world(noise=1.0)
    gappy = whole.copy()
    gappy.iloc[[13, 14, 40, 70]] = np.nan
    out = deseasonalise(gappy)
    assert out.isna().sum() == 4
    assert theil_sen(gappy, deseason=True).slope == pytest.approx(theil_sen(whole, deseason=True).slope, abs=0.15)


def test_the_line_passes_the_middle_and_the_band_opens():
    found = theil_sen(world(season=0))
    line = found.at(pd.DatetimeIndex([found.middle, found.middle + pd.Timedelta(days=365)]))
    assert line["estimate"].tolist() == pytest.approx([found.level, found.level + found.slope])
    assert line["upper"].iloc[0] == line["lower"].iloc[0]
    assert line["lower"].iloc[1] < line["estimate"].iloc[1] < line["upper"].iloc[1]


@settings(deadline=None)
@given(st.lists(st.integers(-20, 20), min_size=4, max_size=40))
def test_kendalls_s_is_the_count_of_rises_less_falls(values):
    s = sum(np.sign(values[j] - values[i]) for i in range(len(values)) for j in range(i + 1, len(values)))
    found = mann_kendall(pd.Series(values, dtype=float))
    assert found.s == s
    assert 0 <= found.p <= 1
    assert mann_kendall(pd.Series(values[::-1], dtype=float)).s == -s


def test_mann_kendall_agrees_with_kendalls_tau_test_of_scipy():
    series = world(season=0, seed=3)
    found = mann_kendall(series)
    expected = stats.kendalltau(np.arange(len(series)), series, method="asymptotic")
    assert found.tau == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, rel=0.1)


def test_by_season_the_course_of_the_year_does_not_hide_a_trend():
    series = world(-1.0, noise=1.0, season=30.0)
    assert mann_kendall(series, seasonal=True).p < 1e-6 < mann_kendall(series).p
