"""Tables the source attribution falls back on: fingerprints, annual shares, climate normals, interval quantiles."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
NEAR_KM = 150.0
"""A published share or climate farther away than this is not the city's own. [km]"""


@cache
def _table(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / f"{name}.csv")


def fingerprints() -> pd.DataFrame:
    """Ratios of SO2, NOx, CO and PM10 to PM2.5 per source subtype, with the reference of each."""
    return _table("fingerprints").copy()


def interval_table() -> pd.DataFrame:
    """Residual quantiles of daily shares per data level and category (made by `bench/_attribution_intervals.py`)."""
    return _table("intervals").copy()


def distance(table: pd.DataFrame, lat: float, lon: float) -> pd.Series:
    """Distance of each row's place. [km]"""
    east = (table["lon"] - lon) * np.cos(np.deg2rad(lat))
    return pd.Series(np.hypot(table["lat"] - lat, east) * 111.2, index=table.index)


def reference_prior() -> pd.DataFrame:
    """Published range of annual shares in Central Asia: category, share, log_sd, reference."""
    table = _table("priors")
    return table[table["place"].eq("anywhere")].reset_index(drop=True)


def published_prior(lat: float, lon: float) -> pd.DataFrame | None:
    """
    Annual shares published for a city within 150 km, or None where no study was found.

    Examples
    --------
    >>> published_prior(41.3, 69.3)["share"].sum().round(2)
    np.float64(1.0)
    >>> published_prior(51.1, 71.4) is None
    True
    """
    table = _table("priors").dropna(subset=["lat"])
    near = table[distance(table, lat, lon) < NEAR_KM]
    return near.reset_index(drop=True) if len(near) else None


def normals(lat: float, lon: float) -> np.ndarray:
    """
    Twelve monthly mean temperatures of the nearest city in the table, moved by 0.7 K per degree of latitude. [°C]

    The gradient is that between Dushanbe and Astana; it is small against what heating follows.

    Examples
    --------
    >>> normals(51.17, 71.43)[0]
    np.float64(-14.0)
    """
    table = _table("climate")
    nearest = table.loc[distance(table, lat, lon).idxmin()]
    return np.asarray(nearest.iloc[3:].to_numpy(float) - 0.7 * (lat - float(nearest["lat"])))
