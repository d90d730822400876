"""From a split period to ranked sites and to signs of unlisted ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution import plume, refusal, sites, unlisted
from models.attribution.activity import Climate, emissions
from models.attribution.panel import CALM, Array, Panel
from models.attribution.tables import CATEGORIES

RANKED = ("heating", "industry")
"""Categories whose sites have a stack or a fence; dust areas and roads are no points."""
WIND_HOURS = 2
"""The wind that carried a plume: mean vector of this and the past hour (10 km at 2 m/s take 1.4 h). [h]"""
LEAST = 3.0
"""Hours with less PM2.5 are weighted as if they had this much. [µg/m³]"""
COLUMNS = [
    "site",
    "category",
    "subtype",
    "lat",
    "lon",
    "score",
    "lower",
    "upper",
    "top3",
    "multiplier",
    "learned",
    "group",
    "status",
    "reason",
]


@dataclass(frozen=True)
class Ranking:
    """Ranked sites, why there are none, and what they need for new hours: sources and their multipliers."""

    table: pd.DataFrame
    refused: str
    sources: pd.DataFrame
    climate: Climate


def plumes(panel: Panel, sources: pd.DataFrame, climate: Climate) -> Array:
    """Concentration per inventory emission of each site, with the heating sites following the cold; (I, T, S)."""
    stations = panel.stations
    east, north = plume.offsets(
        sources["lat"].to_numpy(float),
        sources["lon"].to_numpy(float),
        stations["lat"].to_numpy(float),
        stations["lon"].to_numpy(float),
    )
    u, v = plume.components(panel.weather["wind_speed"], panel.weather["wind_direction"])
    wind = tuple(pd.Series(w).rolling(WIND_HOURS, min_periods=1).mean().to_numpy() for w in (u, v))
    layer = panel.weather["boundary_layer_height"]
    layer = np.clip(np.where(np.isfinite(layer), layer, 500.0), 80.0, 3000.0)
    unit = plume.kernel(east, north, plume.RISE * sources["stack_m"].to_numpy(float), (wind[0], wind[1]), layer)
    cold = emissions(panel, climate)["chp"]
    burning = np.where(sources["category"].eq("heating").to_numpy()[:, None], cold[None, :], 1.0)
    return unit * burning[:, :, None]


def rank_sites(
    panel: Panel, parts: Array, sources: pd.DataFrame, climate: Climate, day: np.ndarray, seed: int
) -> Ranking:
    """
    Rank the listed heating and industry sites by what they add to the network's mean.

    Parameters
    ----------
    parts : array (T, S, C)
        Split PM2.5; its heating and industry part is what the sites are to explain. [µg/m³]
    day : array (T,)
        Number of the day.
    """
    chosen = sources[sources["category"].isin(RANKED)].reset_index(drop=True)
    refused = refusal.site_refusal(panel, len(chosen))
    if refused:
        return Ranking(pd.DataFrame(columns=COLUMNS), refused, chosen, climate)
    kernel = plumes(panel, chosen, climate)
    strength = chosen["pm25_gps"].to_numpy(float)
    level = parts[..., [CATEGORIES.index(c) for c in RANKED]].sum(axis=-1)
    middle = pd.DataFrame(panel.observed["pm25"]).median(axis=1).to_numpy()
    facts = sites.equations(kernel, strength, level, 1 / np.maximum(middle, LEAST), day)
    table = pd.concat([chosen, sites.rank(facts, seed)], axis=1)
    names = list(chosen["site"])
    table["group"] = table["site"].map(sites.groups(kernel, names))
    table = states(table, refusal.site_doubt(panel), sites.condition(facts) > sites.ILL_POSED)
    return Ranking(table.sort_values("score", ascending=False, ignore_index=True)[COLUMNS], "", chosen, climate)


def states(table: pd.DataFrame, doubtful: bool, ill_posed: bool = False) -> pd.DataFrame:
    """Status and reason of every ranked site."""
    grouped = table["group"].ne(table["site"])
    unlearned = table["learned"] < 1 - sites.POORLY_KNOWN
    code = np.select(
        [np.full(len(table), ill_posed), unlearned, grouped, np.full(len(table), doubtful)],
        ["ill_posed", "not_learned", "grouped", "indicative"],
        "ok",
    )
    words = {"ok": "identifiable", "grouped": "grouped", "indicative": "indicative"}
    codes = pd.Series(code, index=table.index)
    return table.assign(status=codes.map(lambda c: words.get(c, "not identifiable")), reason=codes.map(refusal.REASONS))


def explained(panel: Panel, ranking: Ranking) -> Array:
    """What the ranked plumes add at each station beyond the median of the stations; (T, S). [µg/m³]"""
    if not len(ranking.table):
        return np.zeros_like(panel.observed["pm25"])
    kernel = np.nan_to_num(plumes(panel, ranking.sources, ranking.climate))
    factor = ranking.table.set_index("site").loc[ranking.sources["site"], "multiplier"].to_numpy(float)
    total = np.tensordot(factor * ranking.sources["pm25_gps"].to_numpy(float), kernel, axes=1)
    return np.asarray(total - np.median(total, axis=1, keepdims=True))


def find_unlisted(
    panel: Panel, residual: Array, ranking: Ranking, day: np.ndarray | None, signs: list[unlisted.Sign] | None = None
) -> tuple[list[unlisted.Sign], Array]:
    """
    Signs of unlisted sources, and the part of every observation that they leave undetermined (T, S). [µg/m³]

    With `signs` given (new hours on a fitted model) only the part is computed.
    """
    pm25 = panel.observed["pm25"]
    if pm25.shape[1] < refusal.SITE_STATIONS:
        return [], np.zeros_like(pm25)
    left = unlisted.excess(pm25, explained(panel, ranking))
    direction = np.where(panel.weather["wind_speed"] >= CALM, panel.weather["wind_direction"], np.nan)
    odd = unlisted.odd_ratios(residual)
    if signs is None:
        assert day is not None
        signs = unlisted.sectors(left, direction, day, listed(panel, ranking.sources), float(np.nanmean(pm25)))
        signs += unlisted.ratio_signs(odd, left)
    return signs, unlisted.unexplained(pm25, left, direction, signs, odd)


def listed(panel: Panel, sources: pd.DataFrame) -> list[tuple[Array, Array]]:
    """Bearings [°] and distances [km] of the listed sites within reach of each station."""
    stations = panel.stations
    east, north = plume.offsets(
        sources["lat"].to_numpy(float),
        sources["lon"].to_numpy(float),
        stations["lat"].to_numpy(float),
        stations["lon"].to_numpy(float),
    )
    angle, far = np.rad2deg(np.arctan2(-east, -north)) % 360, np.hypot(east, north)
    near = far < unlisted.REACH
    return [(angle[near[:, s], s], far[near[:, s], s]) for s in range(len(stations))]
