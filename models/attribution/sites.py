"""Which listed sites add most: hour-demeaned ridge regression around the inventory, with a bootstrap by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from models.attribution.panel import Array

SITE_SD = 0.8
"""Standard deviation of the multiplier on a site's inventory emission: inventories are wrong by about a factor two."""
HOURS_PER_FACT = 24.0
"""Errors of neighbouring hours are alike; a day counts as one independent fact."""
DRAWS = 60
PLUME_SD = 0.4
"""Log-standard deviation of the mean of a modelled plume: steady plumes hold annual means within a factor of two for
most sites (Chang & Hanna 2004, doi:10.1007/s00703-003-0070-7)."""
GROUP = 0.8
"""Plumes that correlate more than this at every station cannot be told apart."""
ILL_POSED = 30.0
"""Condition number above which small errors of the plumes move the answer anywhere (Belsley, Kuh & Welsch 1980)."""
POORLY_KNOWN = 0.6
"""A multiplier whose spread is still more than this part of the prior's was not learned."""


@dataclass(frozen=True)
class Equations:
    """Normal equations per day (D, I, I) and (D, I), mean plume of each site (I,), variance and count of the data."""

    square: Array
    cross: Array
    plume: Array
    variance: float
    count: int


def demean(values: Array, used: np.ndarray) -> Array:
    """Deviation from the mean over the stations of the hour; zero where unused. Last two axes are (T, S)."""
    kept = np.where(used, values, 0.0)
    mean = kept.sum(axis=-1, keepdims=True) / np.maximum(used.sum(axis=-1, keepdims=True), 1)
    return np.where(used, values - mean, 0.0)


def equations(kernel: Array, strength: Array, level: Array, weight: Array, day: np.ndarray) -> Equations:
    """
    Normal equations of station contrasts against plume contrasts.

    Parameters
    ----------
    kernel : array (I, T, S)
        Concentration per emission. [µg/m³ per g/s]
    strength : array (I,)
        Inventory emission. [g/s]
    level : array (T, S)
        What the sites are to explain. [µg/m³]
    weight : array (T,)
        One over the error of an hour. [m³/µg]
    day : array (T,)
        Number of the day, 0 to D-1.

    Notes
    -----
    Only the contrast between stations within an hour enters: whatever the whole city shares, a background or the
    weather, cannot be mistaken for a site.
    """
    used = np.isfinite(level) & np.isfinite(kernel).all(axis=0) & np.isfinite(weight)[:, None]
    plume = np.where(used, kernel, 0.0) * strength[:, None, None]
    design = demean(plume, used) * weight[:, None]
    target = demean(np.where(used, level, 0.0), used) * np.where(used, weight[:, None], 0.0)
    days = int(day.max()) + 1 if len(day) else 0
    count = len(strength)
    square, cross = np.zeros((days, count, count)), np.zeros((days, count))
    for d in range(days):
        block = design[:, day == d].reshape(count, -1)
        square[d], cross[d] = block @ block.T, block @ target[day == d].ravel()
    total = max(int(used.sum()), 1)
    return Equations(square, cross, plume.sum(axis=(1, 2)) / total, float((target**2).sum() / total), total)


def condition(facts: Equations) -> float:
    """
    Condition number of the plume contrasts, each scaled to one: how alike the sites look from all stations together.

    Sites that reach no station are left out; they are not learned anyway.
    """
    square = facts.square.sum(axis=0)
    size = np.sqrt(np.diag(square))
    seen = size > 0
    if seen.sum() < 2:
        return 1.0
    scaled = square[np.ix_(seen, seen)] / np.outer(size[seen], size[seen])
    return float(np.sqrt(np.linalg.cond(scaled)))


def multipliers(square: Array, cross: Array, ridge: float) -> Array:
    """Non-negative multipliers nearest to one that explain the contrasts (Tikhonov, by NNLS on the Cholesky factor)."""
    lower = np.linalg.cholesky(square + ridge * np.eye(len(cross)))
    right = np.linalg.solve(lower, cross + ridge)
    return np.asarray(nnls(lower.T, right)[0])


def rank(facts: Equations, seed: int, draws: int = DRAWS) -> pd.DataFrame:
    """
    Score, multiplier, its spread, and the probability of being among the top three; one row per site.

    Notes
    -----
    Block bootstrap by day (Künsch 1989, doi:10.1214/aos/1176347265); in every draw the inventory is drawn anew too,
    log-normally with :data:`SITE_SD`, and the mean of every plume with :data:`PLUME_SD`, so that a site that the data
    say nothing about stays uncertain.
    """
    rng = np.random.default_rng(seed)
    count = facts.cross.shape[1]
    ridge = facts.variance * HOURS_PER_FACT / SITE_SD**2
    best = multipliers(facts.square.sum(axis=0), facts.cross.sum(axis=0), ridge)
    scores = np.empty((draws, count))
    for draw in range(draws):
        days = np.bincount(rng.integers(0, len(facts.cross), len(facts.cross)), minlength=len(facts.cross))
        start = np.exp(SITE_SD * rng.standard_normal(count) - SITE_SD**2 / 2)
        square = np.tensordot(days, facts.square, axes=1)
        shifted = np.tensordot(days, facts.cross, axes=1) + ridge * (start - 1)
        carried = np.exp(PLUME_SD * rng.standard_normal(count))
        scores[draw] = multipliers(square, shifted, ridge) * facts.plume * carried
    top = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    chance = np.bincount(top.ravel(), minlength=count) / draws
    covariance = np.linalg.inv(
        facts.square.sum(axis=0) / max(facts.variance * HOURS_PER_FACT, 1e-12) + np.eye(count) / SITE_SD**2
    )
    return pd.DataFrame(
        {
            "score": best * facts.plume,
            "lower": np.quantile(scores, 0.05, axis=0),
            "upper": np.quantile(scores, 0.95, axis=0),
            "multiplier": best,
            "learned": 1 - np.sqrt(np.diag(covariance)) / SITE_SD,
            "top3": chance,
        }
    )


def groups(kernel: Array, names: list[str]) -> dict[str, str]:
    """
    Sites whose plumes cannot be told apart: name to the name of the group, members joined by " + ".

    Two sites belong together when their plumes correlate above :data:`GROUP` at every station.
    """
    count = len(names)
    parent = list(range(count))
    usable = np.isfinite(kernel).all(axis=(0, 2))
    for a in range(count):
        for b in range(a + 1, count):
            if alike(kernel[a][usable], kernel[b][usable]):
                old, new = parent[b], parent[a]
                parent = [new if p == old else p for p in parent]
    members = {p: [names[i] for i in range(count) if parent[i] == p] for p in set(parent)}
    return {names[i]: " + ".join(members[parent[i]]) for i in range(count)}


def alike(one: Array, other: Array) -> bool:
    """Whether two plumes (T, S) rise and fall together at every station that either reaches."""
    spread = one.std(axis=0) * other.std(axis=0)
    if not len(one) or not (spread > 0).any():
        return False
    joint = ((one - one.mean(axis=0)) * (other - other.mean(axis=0))).mean(axis=0)
    return bool((joint[spread > 0] / spread[spread > 0] > GROUP).all())
