"""Weighted non-negative factorisation with many starts: an exploratory view, never a source apportionment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.attribution.panel import Array

STARTS = 10


@dataclass(frozen=True)
class Factors:
    """The best of the starts, and how far the starts differ."""

    profiles: Array
    contributions: Array
    q: float
    spread: float
    similarity: Array
    starts: Array


def update(value: Array, weight: Array, left: Array, right: Array) -> tuple[Array, Array]:
    """One multiplicative step of both factors."""
    small = 1e-12
    left = left * ((weight * value) @ right.T) / np.maximum((weight * (left @ right)) @ right.T, small)
    right = right * (left.T @ (weight * value)) / np.maximum(left.T @ (weight * (left @ right)), small)
    return left, right


def once(value: Array, weight: Array, factors: int, steps: int, seed: int) -> tuple[Array, Array, float]:
    """One start: contributions, profiles with unit sum, and Q."""
    rng = np.random.default_rng(seed)
    level = np.sqrt(value.mean() / factors)
    left, right = (
        level * rng.uniform(0.2, 1.8, (len(value), factors)),
        level * rng.uniform(0.2, 1.8, (factors, value.shape[1])),
    )
    for _ in range(steps):
        left, right = update(value, weight, left, right)
    size = np.maximum(right.sum(axis=1), 1e-12)
    return left * size, right / size[:, None], float((weight * (value - left @ right) ** 2).sum())


def factorise(
    value: Array, error: Array, factors: int, *, starts: int = STARTS, steps: int = 400, seed: int = 0
) -> Factors:
    r"""
    Factors of a table of pollutants with known errors.

    Parameters
    ----------
    value, error : array (N, J)
        Concentrations and their standard errors [µg/m³]; NaN counts as not measured.
    factors : int
        Number of factors; with five pollutants more than four cannot be told apart.
    starts : int
        Random starts, at least ten: the surface has many valleys (25 % spread in Q on the EPA's St Louis set).

    Returns
    -------
    Factors
        `q` of the best start, `spread` = (worst − best) / best, and `similarity`: for each factor the mean cosine of
        its profile with the nearest one of the other starts. Below about 0.9 the factor is an accident of the start.

    Raises
    ------
    ValueError
        Fewer than ten starts, or a negative value.

    Notes
    -----
    Multiplicative updates for :math:`Q = \sum ((v - wh)/\sigma)^2` (Lee & Seung 1999, doi:10.1038/44565; weighted as
    in Paatero & Tapper 1994, doi:10.1002/env.3170050203).

    Examples
    --------
    >>> table = np.outer([1.0, 2.0, 3.0], [1.0, 4.0])
    >>> factorise(table, np.ones_like(table), 1).profiles.round(2).tolist()
    [[0.2, 0.8]]
    """
    if starts < STARTS:
        raise ValueError("Weighted NMF needs at least ten starts: fewer hide how far they differ.")
    known = np.isfinite(value) & np.isfinite(error) & (error > 0)
    if (value[known] < 0).any():
        raise ValueError("Concentrations must not be negative: clip or drop them first.")
    weight = np.where(known, 1 / np.where(known, error, 1.0) ** 2, 0.0)
    filled = np.where(known, value, 0.0)
    found = sorted((once(filled, weight, factors, steps, seed + start) for start in range(starts)), key=lambda f: f[2])
    contributions, profiles, best = found[0]
    near = np.array([[cosine(own, other[1]).max() for other in found[1:]] for own in profiles])
    qs = np.array([f[2] for f in found])
    return Factors(profiles, contributions, best, float((qs[-1] - best) / max(best, 1e-12)), near.mean(axis=1), qs)


def cosine(own: Array, others: Array) -> Array:
    """Cosine of one profile with each row of others."""
    return np.asarray(others @ own / np.maximum(np.linalg.norm(others, axis=1) * np.linalg.norm(own), 1e-12))
