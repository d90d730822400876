"""What is expected before the pollutants are looked at: pooled prior, components and their fingerprints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.attribution.panel import Array, InputError, numbers, require
from models.attribution.tables import CATEGORIES, POLLUTANTS, SHARED, SPREAD

STATED_SD = 0.5
"""Log-standard deviation of a stated annual share that does not carry its own: half to double within 85 %."""


@dataclass(frozen=True)
class Prior:
    """Annual shares (sum 1) and how much wider they are than a usual stated prior after pooling (1 = as usual)."""

    share: Array
    wider: Array


def shares(table: pd.DataFrame, name: str) -> tuple[Array, Array]:
    """Shares and log-standard deviations of a prior table, over `CATEGORIES`; `InputError` when it cannot be one."""
    require(table, ("category", "share"), name)
    given = table.drop_duplicates("category").set_index("category")
    missing = [c for c in CATEGORIES if c not in given.index]
    if missing:
        raise InputError("models.attribution.categories", parameter="category", table=name, missing=missing)
    share = numbers(given.loc[list(CATEGORIES), "share"], name).to_numpy()
    if not (np.isfinite(share).all() and (share >= 0).all() and share.sum() > 0):
        raise InputError("models.attribution.share", parameter="share", table=name)
    spread = (
        numbers(given.loc[list(CATEGORIES), "log_sd"], name).to_numpy()
        if "log_sd" in given
        else np.full(len(share), STATED_SD)
    )
    return np.maximum(share / share.sum(), 0.005), np.where(np.isfinite(spread), np.maximum(spread, 0.05), STATED_SD)


def pool(stated: pd.DataFrame | None, reference: pd.DataFrame) -> Prior:
    """
    Stated annual shares pooled with the published range of the region.

    Notes
    -----
    Logarithmic pooling, the product of two log-normal statements (Genest & Zidek 1986, doi:10.1214/ss/1177013825):
    weights :math:`1/s^2`. A stated share that contradicts every published study is thereby tempered, and a study with
    a small `log_sd` keeps its word. Without a stated prior the reference stands alone and stays wide.
    """
    base, base_sd = shares(reference, "reference prior")
    usual = (STATED_SD**-2 + base_sd**-2) ** -0.5
    if stated is None:
        return Prior(base / base.sum(), np.maximum(base_sd / usual, 1.0))
    mine, mine_sd = shares(stated, "prior")
    weight = mine_sd**-2 / (mine_sd**-2 + base_sd**-2)
    share = np.exp(weight * np.log(mine) + (1 - weight) * np.log(base))
    return Prior(share / share.sum(), np.maximum((mine_sd**-2 + base_sd**-2) ** -0.5 / usual, 1.0))


@dataclass(frozen=True)
class Components:
    """The K sub-sources of the hourly solve: category, activity, part of the category, ratios (J, K), spreads."""

    name: tuple[str, ...]
    category: np.ndarray
    activity: tuple[str, ...]
    part: Array
    ratio: Array

    @property
    def spread(self) -> Array:
        """Log-standard deviation of an hour; (K,)."""
        return np.array([SPREAD[CATEGORIES[c]].hour for c in self.category])

    @property
    def shared(self) -> Array:
        """Part of the spread that all local components share; (K,)."""
        return np.array([SHARED * SPREAD[CATEGORIES[c]].local for c in self.category])


def components(fingerprints: pd.DataFrame, sources: pd.DataFrame) -> Components:
    """
    Components of a fingerprint table; industrial ones weighted by the inventory, others equally.

    Raises
    ------
    InputError
        A column or category is missing, or a ratio is not a number.
    """
    require(fingerprints, ("subtype", "category", "pm10", "so2", "co"), "fingerprints")
    nitrogen = "nox" if "nox" in fingerprints else "no2"
    require(fingerprints, (nitrogen,), "fingerprints")
    missing = [c for c in CATEGORIES if c not in set(fingerprints["category"])]
    if missing:
        raise InputError("models.attribution.fingerprints", parameter="category", missing=missing)
    rows = [
        weighted(fingerprints[fingerprints["category"].eq(c)], sources[sources["category"].eq(c)], c)
        for c in CATEGORIES
    ]
    table = pd.concat(rows, ignore_index=True)
    columns = ["pm25", "pm10", "so2", nitrogen, "co"]
    ratio = (
        table.assign(pm25=1.0)[columns].apply(lambda column: numbers(column, "fingerprints")).fillna(0.0).to_numpy().T
    )
    category = np.array([CATEGORIES.index(c) for c in table["category"]])
    activity = tuple("chp" if s == "chp" else c for s, c in zip(table["subtype"], table["category"], strict=True))
    assert len(columns) == len(POLLUTANTS)
    return Components(tuple(table["subtype"].astype(str)), category, activity, table["part"].to_numpy(float), ratio)


def weighted(prints: pd.DataFrame, sites: pd.DataFrame, category: str) -> pd.DataFrame:
    """Rows of one category with the part each has of it; industrial subtypes that nobody runs are left out."""
    part = pd.Series(1.0, index=prints.index)
    if category == "industry" and len(sites):
        part = prints["subtype"].map(sites.groupby("subtype")["pm25_gps"].sum()).fillna(0.0)
        part = part if part.sum() > 0 else pd.Series(1.0, index=prints.index)
    return prints.assign(part=part / part.sum())[part > 0]


def inventory(sources: pd.DataFrame | None) -> pd.DataFrame:
    """
    The sites that may be blamed: active ones with category, place, stack and emission.

    Notes
    -----
    A missing stack counts as 20 m, a missing emission as the median of its category: the ranking then rests on the
    measurements, and the factor of two of every inventory is in the model anyway.
    """
    columns = ["site", "category", "subtype", "lat", "lon", "stack_m", "pm25_gps"]
    if sources is None or not len(sources):
        return pd.DataFrame({c: pd.Series(dtype=str if c in columns[:3] else float) for c in columns})
    table = require(sources, ("site", "category", "lat", "lon"), "sources").copy()
    unknown = sorted(set(table["category"]) - set(CATEGORIES))
    if unknown:
        raise InputError("models.attribution.category", parameter="category", named=unknown[0], known=CATEGORIES)
    if "status" in table:
        table = table[~table["status"].isin(["closed", "planned"])]
    for name, default in (("subtype", ""), ("stack_m", np.nan), ("pm25_gps", np.nan)):
        if name not in table:
            table[name] = default
    for name in ("lat", "lon", "stack_m", "pm25_gps"):
        table[name] = numbers(table[name], "sources")
    table["stack_m"] = table["stack_m"].fillna(20.0)
    middle = table.groupby("category")["pm25_gps"].transform("median")
    table["pm25_gps"] = table["pm25_gps"].fillna(middle).fillna(1.0)
    return table.dropna(subset=["lat", "lon"])[columns].drop_duplicates("site").reset_index(drop=True)
