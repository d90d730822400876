"""Scores of models."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.trends.scores import band_coverage, band_width, model_stats, skill

PAIRS = st.lists(st.tuples(st.floats(0.1, 500), st.floats(0.1, 500)), min_size=5, max_size=60)


def test_by_hand():
    out = model_stats([1.0, 3.0, 8.0, 5.0], [2.0, 2.0, 4.0, 4.0])
    assert out[["n", "FAC2", "MB", "MGE", "NMB", "NMGE"]].tolist() == [4, 1, 1.25, 1.75, 5 / 12, 7 / 12]
    assert out["RMSE"] == pytest.approx(math.sqrt(19 / 4))
    assert out["COE"] == pytest.approx(1 - 7 / 4)
    assert out["IOA"] == pytest.approx(1 - 7 / 8)


def test_a_perfect_model():
    out = model_stats([1.0, 2.0, 4.0], [1.0, 2.0, 4.0])
    assert out[["FAC2", "MB", "RMSE", "r", "P", "COE", "IOA"]].tolist() == [1, 0, 0, 1, 0, 1, 1]


@settings(deadline=None)
@given(PAIRS)
def test_correlation_and_its_probability_agree_with_scipy(pairs):
    model, truth = np.array(pairs).T
    if np.ptp(model) < 1e-3 or np.ptp(truth) < 1e-3:
        return
    out = model_stats(model, truth)
    r, p = stats.pearsonr(model, truth)
    assert out["r"] == pytest.approx(r, abs=1e-8)
    assert out["P"] == pytest.approx(p, abs=1e-6)


@settings(deadline=None)
@given(PAIRS)
def test_scores_keep_their_ranges(pairs):
    out = model_stats(*np.array(pairs).T)
    assert 0 <= out["FAC2"] <= 1
    assert abs(out["MB"]) <= out["MGE"] + 1e-9 <= out["RMSE"] + 1e-8
    assert math.isnan(out["IOA"]) or -1 <= out["IOA"] <= 1


def test_gaps_are_left_out_and_nothing_gives_nothing():
    assert model_stats([1.0, np.nan, 3.0], [1.0, 2.0, np.nan])["n"] == 1
    empty = model_stats([], [])
    assert empty["n"] == 0
    assert empty.drop("n").isna().all()


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        model_stats([1.0], [1.0, 2.0])


def test_bands():
    assert band_coverage([1, 2, 3, 4], [0, 2, 4, 0], [1, 2, 5, 3]) == 0.5
    assert band_width([0, 1], [1, 4]) == 2.0
    assert math.isnan(band_coverage([np.nan], [0], [1]))


def test_skill_is_the_share_of_error_taken_away():
    assert skill([1, 2, 3], [2, 3, 4], [1, 2, 3]) == 1.0
    assert skill([3, 4, 5], [2, 3, 4], [1, 2, 3]) == -1.0
