"""Splitting every hour's PM2.5 into components: expectation, regional part, update, scaling to the observation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.attribution.activity import Climate, activities
from models.attribution.expectation import Components, Prior
from models.attribution.panel import Array, Panel
from models.attribution.regional import FLOOR, envelope
from models.attribution.tables import CATEGORIES, ERRORS, GASES, POLLUTANTS
from models.attribution.update import Fingerprints, forward, solve

ENVELOPE_WEIGHT = 0.5
"""Weight of the low envelope against prior times activity in the expected regional part; both are about 50 % off."""
ENVELOPE_PART = 0.8
"""Part of the low envelope that is regional: the cleanest hours still hold some of the city's own."""
CARRY = 0.8
"""Part of the reference stations' multiplier that holds at the other stations of the same hour."""
SMOOTHING = 5
"""Hours over which that multiplier is averaged."""
CO_BACKGROUND = 120.0
"""Northern-hemisphere background of CO is not above this. [µg/m³] (NOAA GML: 90 to 130 ppb; less what regional air
brings by its own fingerprint)"""


@dataclass(frozen=True)
class Fitted:
    """What `fit` learned: prior, components, climate, mass scale [µg/m³] and CO background [µg/m³]."""

    prior: Prior
    components: Components
    climate: Climate
    scale: float
    co: float

    def prints(self) -> Fingerprints:
        """Ratios and background in the order of `POLLUTANTS`."""
        background = np.zeros(len(POLLUTANTS))
        background[POLLUTANTS.index("co")] = self.co
        return Fingerprints(self.components.ratio, background, POLLUTANTS.index("no2"))


@dataclass(frozen=True)
class Split:
    """Parts (T, S, C) of PM2.5 [µg/m³] by category, the expectation (T, S, C) behind them, and standardised
    residuals (T, S, J) of the pollutants.
    """

    parts: Array
    expected: Array
    residual: Array


def relative(panel: Panel, components: Components, prior: Prior, climate: Climate) -> tuple[Array, dict[str, float]]:
    """Prior share times activity of each component; shape (T, S, K); and the dispersion norms used."""
    active, norms = activities(panel, climate)
    size = (len(panel.hours), len(panel.stations))
    layers = [
        np.broadcast_to(prior.share[c] * part * active[name], size)
        for c, part, name in zip(components.category, components.part, components.activity, strict=True)
    ]
    return np.stack(layers, axis=-1), norms


def learn(panel: Panel, components: Components, prior: Prior, climate: Climate) -> Fitted:
    """Mass scale by the median over all station-hours, dispersion norms and CO background of a panel."""
    share, norms = relative(panel, components, prior, climate)
    observed = panel.observed["pm25"]
    usable = np.isfinite(observed) & (observed > 1)
    scale = float(np.exp(np.median(np.log(observed[usable] / share.sum(axis=-1)[usable])))) if usable.any() else 1.0
    co = panel.observed["co"]
    low = 0.7 * float(np.nanquantile(co, 0.02)) if np.isfinite(co).any() else CO_BACKGROUND
    return Fitted(prior, components, replace(climate, dispersion=norms), scale, min(low, CO_BACKGROUND))


def expect(panel: Panel, fitted: Fitted) -> Array:
    """Expected contributions (T, S, K) before the pollutants are looked at. [µg/m³]"""
    share, _ = relative(panel, fitted.components, fitted.prior, fitted.climate)
    expected = np.maximum(share * fitted.scale, 1e-6)
    observed = panel.observed["pm25"]
    carried = fitted.components.category == CATEGORIES.index("regional")
    low = ENVELOPE_PART * envelope(observed)[..., None]
    mixed = expected[..., carried] ** (1 - ENVELOPE_WEIGHT) * low**ENVELOPE_WEIGHT
    cap = 0.95 * np.where(np.isfinite(observed), np.maximum(observed, FLOOR), np.inf)
    expected[..., carried] = np.minimum(mixed, cap[..., None])
    return expected


def errors(panel: Panel, observed: Array) -> Array:
    """Standard error of every observation; shape (T, S, J). [µg/m³]"""
    rows = [ERRORS[name] for name in POLLUTANTS]
    relative_part = np.where(panel.reference[:, None], [r.reference for r in rows], [r.indicative for r in rows])
    return np.asarray(relative_part * np.abs(observed) + [r.floor for r in rows])


def carried_multiplier(update: Array, where: tuple[np.ndarray, ...], size: tuple[int, int]) -> Array:
    """Mean multiplier of the stations with gases, smoothed over five hours; shape (T, K); zero where none measured."""
    full = np.zeros((size[0], update.shape[1]))
    count = np.zeros(size[0])
    np.add.at(full, where[0], update)
    np.add.at(count, where[0], 1.0)
    mean = pd.DataFrame(np.where(count[:, None] > 0, full / np.maximum(count, 1)[:, None], np.nan))
    return np.asarray(mean.rolling(SMOOTHING, center=True, min_periods=1).mean().fillna(0.0).to_numpy())


def split(panel: Panel, fitted: Fitted, update: bool = True) -> Split:
    """
    Contributions that add up to the observed PM2.5 at every station and hour.

    Parameters
    ----------
    panel : Panel
        Observations and weather.
    fitted : Fitted
        What :func:`learn` found.
    update : bool
        Whether the pollutants may change the expectation; without it the answer is the prior alone.
    """
    observed = np.stack([panel.observed[name] for name in POLLUTANTS], axis=-1)
    wrong, pm25 = errors(panel, observed), panel.observed["pm25"]
    expected = expect(panel, fitted)
    spread, shared, prints = fitted.components.spread, fitted.components.shared, fitted.prints()
    gas = np.asarray(np.isfinite(observed[..., [POLLUTANTS.index(g) for g in GASES]]).any(axis=-1))
    known = np.isfinite(pm25)
    multiplier = np.zeros_like(expected)
    if update and (gas & known).any():
        first = np.nonzero(gas & known)
        multiplier[first] = solve(expected[first], observed[first], wrong[first], spread, shared, prints)
        carried = CARRY * carried_multiplier(multiplier[first], first, gas.shape)
        expected = expected * np.exp(np.where(gas[..., None], 0.0, carried[:, None, :]))
    if update:
        rest = np.nonzero(~gas & known)
        multiplier[rest] = solve(expected[rest], observed[rest], wrong[rest], spread, shared, prints)
    raw = expected * np.exp(multiplier)
    scaled = raw / raw.sum(axis=-1, keepdims=True) * np.maximum(pm25, 0.0)[..., None]
    predicted, _ = forward(raw.reshape(-1, raw.shape[-1]), prints)
    doubt = np.hypot(wrong, 0.4 * predicted.reshape(observed.shape))
    member = np.eye(len(CATEGORIES))[fitted.components.category]
    return Split(scaled @ member, expected @ member, (observed - predicted.reshape(observed.shape)) / doubt)
