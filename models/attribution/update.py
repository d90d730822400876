"""Hourly update of the expected contributions by what the pollutants say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.attribution.panel import Array

FINGERPRINT_CV = 0.4
"""Spread of one site's ratio about the published one (attribution of receptor models: FAIRMODE, Belis et al. 2015,
doi:10.1016/j.atmosenv.2015.08.068, accepts 50 % standard uncertainty)."""
STEPS = 5
CHUNK = 20_000
LIMIT = 5.0
"""Largest log-multiplier: nothing is made more than 150 times larger or smaller than expected."""


@dataclass(frozen=True)
class Fingerprints:
    """`ratio` (J pollutants, K components) to PM2.5, and the row of NO2 that must pass through :func:`nitrogen`."""

    ratio: Array
    background: Array
    no2_row: int

    def only(self, rows: npt.NDArray[np.bool_]) -> Fingerprints:
        """The same for some of the pollutants; `no2_row` is −1 when NO2 is not among them."""
        there = self.no2_row >= 0 and bool(rows[self.no2_row])
        place = int(rows[: self.no2_row].sum()) if there else -1
        return Fingerprints(self.ratio[rows], self.background[rows], place)


def nitrogen(nox: Array) -> tuple[Array, Array]:
    r"""
    NO2 from total NOx (as NO2), and its slope. [µg/m³]

    Notes
    -----
    :math:`NO_2 = 103\,NO_x/(NO_x+130) + 0.005\,NO_x`: ozone runs out (Romberg et al. 1996, Gefahrstoffe 56, 215).

    Examples
    --------
    >>> value, slope = nitrogen(np.array([130.0]))
    >>> value.round(2).tolist()
    [52.15]
    """
    safe = np.maximum(nox, 0.0)
    return 103 * safe / (safe + 130) + 0.005 * safe, 103 * 130 / (safe + 130) ** 2 + 0.005


def forward(parts: Array, prints: Fingerprints) -> tuple[Array, Array]:
    """Predicted pollutants (N, J) of the contributions (N, K), and their sensitivity to log-contributions (N, J, K)."""
    sensitivity = prints.ratio[None] * parts[:, None, :]
    predicted = sensitivity.sum(axis=2) + prints.background
    if prints.no2_row >= 0:
        no2, slope = nitrogen(predicted[:, prints.no2_row])
        sensitivity[:, prints.no2_row] *= slope[:, None]
        predicted[:, prints.no2_row] = no2
    return predicted, sensitivity


def solve(expected: Array, observed: Array, error: Array, spread: Array, shared: Array, prints: Fingerprints) -> Array:
    r"""
    Log-multipliers of the expected contributions that reconcile prior and observation; shape (N, K).

    Parameters
    ----------
    expected : array (N, K)
        Prior contributions to PM2.5. [µg/m³]
    observed : array (N, J)
        Pollutants, NaN where not measured. [µg/m³]
    error : array (N, J)
        Standard error of the observation. [µg/m³]
    spread, shared : array (K,)
        Log-standard deviation of each component, and the part common to all local ones (dispersion of the hour).
    prints : Fingerprints
        Ratios of the components.

    Notes
    -----
    Gauss-Newton on a log-normal prior (Tarantola 2005, doi:10.1137/1.9780898717921, section 3.2): with
    :math:`x = \mu e^{u}`, :math:`u = S H^T (H S H^T + R)^{-1} (y - h(u) + H u)`, where R holds the sensor and 40 %
    of every component's part in every pollutant. A missing pollutant has a zero row and drops out.
    """
    if not len(expected):
        return np.zeros_like(expected)
    seen = np.asarray(np.isfinite(observed).any(axis=0))
    observed, error = observed[:, seen], error[:, seen]
    prints = prints.only(seen)
    return np.concatenate(
        [
            _solve(expected[i : i + CHUNK], observed[i : i + CHUNK], error[i : i + CHUNK], spread, shared, prints)
            for i in range(0, len(expected), CHUNK)
        ]
    )


def _solve(expected: Array, observed: Array, error: Array, spread: Array, shared: Array, prints: Fingerprints) -> Array:
    there = np.isfinite(observed)
    value = np.where(there, observed, 0.0)
    prior = np.diag(spread**2) + np.outer(shared, shared)
    multiplier = np.zeros_like(expected)
    step = np.arange(observed.shape[1])
    for turn in range(STEPS):
        predicted, slope = forward(expected * np.exp(multiplier), prints)
        doubt = (FINGERPRINT_CV * slope) ** 2
        doubt[:, 0] = 0.0
        slope = np.where(there[:, :, None], slope, 0.0)
        left = slope @ prior
        system = left @ slope.transpose(0, 2, 1)
        noise = np.where(there, error**2 + doubt.sum(axis=2), 1.0)
        system[:, step, step] += noise
        gap = np.where(there, value - predicted, 0.0) + (slope @ multiplier[:, :, None])[:, :, 0]
        weight = np.linalg.solve(system, gap[:, :, None])
        fresh = np.clip((left.transpose(0, 2, 1) @ weight)[:, :, 0], -LIMIT, LIMIT)
        multiplier = fresh if turn == 0 else 0.5 * (multiplier + fresh) if turn < STEPS - 1 else fresh
        multiplier = np.clip(multiplier, -LIMIT, LIMIT)
    return multiplier
