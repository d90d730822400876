"""The smooth surface: exact for planes, close to curved truth, stiffer where the data are noise."""

import numpy as np
import pytest

from models.wind.surface import ThinPlate


def scattered(n, seed=0):
    return np.random.default_rng(seed).uniform(-10, 10, (n, 2))


def test_a_plane_is_met_everywhere():
    points = scattered(60)
    fitted = ThinPlate(30).fit(points, 3 + 2 * points[:, 0] - points[:, 1])
    far = np.array([[20.0, 5.0]])
    assert fitted.predict(far) == pytest.approx([38.0], abs=1e-6)


def test_a_hill_in_noise_is_found():
    points = scattered(600)
    truth = 10 * np.exp(-((points - [3, -2]) ** 2).sum(axis=1) / 20)
    fitted = ThinPlate().fit(points, truth + np.random.default_rng(1).normal(0, 1, 600))
    assert np.sqrt(np.mean((fitted.predict(points) - truth) ** 2)) < 0.4


def test_noise_is_smoothed_nearly_flat():
    fitted = ThinPlate().fit(scattered(600), np.random.default_rng(2).normal(0, 1, 600))
    assert fitted.edf < 20


def test_weights_decide_between_points_at_one_place():
    points = np.repeat(scattered(40), 2, axis=0)
    fitted = ThinPlate(20).fit(points, np.tile([0.0, 1.0], 40), np.tile([1.0, 3.0], 40))
    assert fitted.predict(points) == pytest.approx(np.full(80, 0.75), abs=0.02)


def test_too_few_places_are_refused():
    with pytest.raises(ValueError, match="at least ten distinct points, there are 5"):
        ThinPlate().fit(np.repeat(scattered(5), 9, axis=0), np.zeros(45))
