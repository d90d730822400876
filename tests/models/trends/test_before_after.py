"""Before and after a measure: a cut is found with its size, luck is not sold as an effect."""

import numpy as np
import pandas as pd
import pytest

from models.trends.before_after import before_after
from models.trends.trends import Refused
from models.trends.weather_normalised import Normalised

DAY = pd.Timestamp("2022-01-01", tz="UTC")


def normalised(cut=0.0, noise=5.0, drift=0.0, days=1500, seed=0):
    index = pd.date_range("2019-01-01", periods=days, freq="D", tz="UTC")
    rng, t = np.random.default_rng(seed), np.arange(days)
    level = 50 + 20 * np.cos(2 * np.pi * t / 365.25) + drift * t / 365 - cut * (index >= DAY)
    frame = pd.DataFrame({"normalised": level, "unexplained": rng.normal(0, noise, days)}, index=index)
    return Normalised(frame.assign(observed=frame.sum(axis=1)), 0.8, 24 * days, ("ws",))


def test_a_cut_is_found_with_its_size():
    found = before_after(normalised(cut=10.0), DAY)
    assert found.lower < -10.0 < found.upper
    assert found.change == pytest.approx(-10, abs=1)
    assert found.rank == 0.0
    assert found.verdict == "fell"
    assert len(found.placebos) > 8


def test_nothing_done_is_not_sold_as_an_effect():
    told = [before_after(normalised(seed=seed), DAY).verdict for seed in range(20)]
    assert told.count("not distinguishable") >= 18


def test_a_fall_that_went_on_before_is_not_the_measures():
    found = before_after(normalised(drift=-8.0), DAY)
    assert found.upper < 0  # the level did fall
    assert found.rank > 0.1  # as it did at any other date
    assert found.verdict == "not distinguishable"


def test_windows_that_are_not_there_are_refused():
    with pytest.raises(Refused, match="365 days on both sides"):
        before_after(normalised(days=1200), DAY)
    thin = normalised()
    thin.days.loc["2022-02":"2022-08", "unexplained"] = np.nan
    with pytest.raises(Refused, match="of the days after"):
        before_after(thin, DAY)


def test_too_few_placebos_are_said():
    found = before_after(normalised(), pd.Timestamp("2020-02-01", tz="UTC"))
    assert np.isnan(found.rank)
    assert "too few" in found.note
