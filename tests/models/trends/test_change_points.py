"""Change points: found where the level shifted, none where it did not."""

import numpy as np
import pandas as pd
import pytest

from models.trends.change_points import change_points
from models.trends.trends import Refused


def months(values):
    return pd.Series(values, index=pd.date_range("2016-01-01", periods=len(values), freq="MS", tz="UTC"), dtype=float)


def test_a_step_is_dated_and_sized():
    rng = np.random.default_rng(1)
    found = change_points(months(np.r_[np.full(50, 60.0), np.full(46, 45.0)] + rng.normal(0, 4, 96)))
    assert len(found) == 1
    assert abs((found["date"].iloc[0] - pd.Timestamp("2020-03-01", tz="UTC")).days) <= 62
    assert found["change"].iloc[0] == pytest.approx(-15, abs=2.5)


def test_noise_has_hardly_any():
    rng = np.random.default_rng(2)
    assert sum(len(change_points(months(rng.normal(50, 5, 96)))) for _ in range(20)) <= 3


def test_a_constant_has_none_and_gaps_are_passed_over():
    values = np.full(60, 10.0)
    values[5:9] = np.nan
    assert change_points(months(values)).empty


def test_too_short_a_series_is_refused():
    with pytest.raises(Refused, match="at least 24 values, there are 12"):
        change_points(months(np.arange(12.0)))
