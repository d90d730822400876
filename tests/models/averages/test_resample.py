"""Draws equal R's, blocks keep neighbours together."""

import numpy as np
import pytest

from models.averages.resample import draws, resamples


def test_the_numbers_that_r_draws():
    # R ≥ 3.6: set.seed(42); sample.int(100, 10, replace = TRUE), as printed in many places
    assert (draws(42, 100, 10) + 1).tolist() == [49, 65, 25, 74, 100, 18, 49, 47, 24, 71]


@pytest.mark.parametrize("n", [1, 2, 7, 90, 128, 1000])
def test_all_numbers_are_drawn_alike(n):
    found = np.bincount(draws(7, n, 400 * n), minlength=n)
    assert len(found) == n
    assert np.abs(found - 400).max() < 6 * np.sqrt(400)


def test_blocks_are_neighbours_and_never_run_over_the_end():
    rows = resamples(90, 50, seed=3)
    assert rows.shape == (50, 90)
    assert rows.min() >= 0
    assert rows.max() <= 89
    steps = np.diff(rows.reshape(50, -1)[:, :88].reshape(50, 22, 4), axis=2)
    assert (steps == 1).all()


def test_the_seed_decides():
    assert (resamples(30, 5, 1) == resamples(30, 5, 1)).all()
    assert (resamples(30, 5, 1) != resamples(30, 5, 2)).any()


def test_another_word_or_size_is_refused():
    with pytest.raises(ValueError, match="bootstrap must be"):
        resamples(30, 5, 1, "circular")
    with pytest.raises(ValueError, match="coarser"):
        draws(1, 70_000, 1)
