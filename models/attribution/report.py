"""From arrays to the tables people read: hours, days with intervals, stations, unlisted sources."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.attribution import intervals, refusal
from models.attribution.panel import Array, Panel
from models.attribution.tables import CATEGORIES, GASES, UNDETERMINED
from models.attribution.unlisted import OPEN, Sign

NAMES = (*CATEGORIES, UNDETERMINED)


def set_aside(parts: Array, undetermined: Array) -> tuple[Array, Array]:
    """Parts shrunk so that they and the undetermined part still add up to the observation."""
    total = parts.sum(axis=-1)
    unknown = np.where(np.isfinite(total), np.minimum(undetermined, np.nan_to_num(total)), np.nan)
    left = 1 - np.divide(unknown, total, out=np.zeros_like(total), where=np.nan_to_num(total) > 0)
    return parts * left[..., None], unknown


def network_mean(values: Array) -> Array:
    """Mean over the stations that measured; NaN where none did. (T, S) to (T,)"""
    count = np.isfinite(values).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def tidy(panel: Panel, parts: Array, undetermined: Array, status: str) -> pd.DataFrame:
    """station, start, category, contribution, status: one row per answered station-hour and category."""
    names = list(CATEGORIES) + ([UNDETERMINED] if np.nansum(undetermined) > 0 else [])
    values = np.concatenate([parts, undetermined[..., None]], axis=-1)[..., : len(names)]
    rows, columns = np.nonzero(np.isfinite(parts).all(axis=-1).T)[::-1]
    size = len(names)
    station = pd.Categorical.from_codes(np.repeat(columns, size), categories=list(panel.stations["station"]))
    category = pd.Categorical.from_codes(np.tile(np.arange(size), len(rows)), categories=names)
    return pd.DataFrame(
        {
            "station": station,
            "start": panel.hours[np.repeat(rows, size)],
            "category": category,
            "contribution": values[rows, columns].ravel(),
            "status": pd.Categorical.from_codes(np.zeros(len(rows) * size, dtype=int), categories=[status]),
        }
    )


def measured(panel: Panel, day: pd.Index, columns: slice | list[int]) -> tuple[Array, Array]:
    """Per day, the part of the hours with gases (each of three counts a third) and with PM10; (D,), (D,)."""
    hours = pd.Series(np.isfinite(panel.observed["pm25"][:, columns]).any(axis=1).astype(float)).groupby(day).sum()

    def part(name: str) -> pd.Series:
        seen = np.isfinite(panel.observed[name][:, columns]).any(axis=1).astype(float)
        return (pd.Series(seen).groupby(day).sum() / hours.clip(lower=1)).clip(upper=1)

    gases = sum((part(name) for name in GASES), start=pd.Series(0.0, index=hours.index)) / len(GASES)
    return gases.to_numpy(float), part("pm10").to_numpy(float)


def days_table(mass: pd.DataFrame, hours: Array, low: Array, high: Array, wider: Array | float) -> pd.DataFrame:
    """
    Long table of daily shares from daily masses (D, C+1).

    The interval of the undetermined part is half to twice its share: it has no truth to be calibrated on.
    """
    total = mass.sum(axis=1).to_numpy()[:, None]
    share = np.divide(mass.to_numpy(), total, out=np.full(mass.shape, np.nan), where=total > 0)
    lower, upper = share * 0.5, np.minimum(share * 2, 1.0)
    lower[:, :-1], upper[:, :-1] = intervals.interval(share[:, :-1], low, high, wider)
    enough = np.repeat(hours >= refusal.DAY_HOURS, len(NAMES))
    table = pd.DataFrame(
        {
            "day": np.repeat(mass.index.to_numpy(), len(NAMES)),
            "category": np.tile(NAMES, len(mass)),
            "share": share.ravel(),
            "lower": lower.ravel(),
            "upper": upper.ravel(),
            "contribution": (mass.to_numpy() / np.maximum(hours, 1)[:, None]).ravel(),
        }
    )
    table.loc[~enough, ["share", "lower", "upper", "contribution"]] = np.nan
    table["status"] = np.where(enough, "ok", "few_hours")
    return table[(table["category"] != UNDETERMINED) | (table["share"] > 0)].reset_index(drop=True)


def masses(parts: Array, undetermined: Array, day: pd.Index) -> tuple[pd.DataFrame, Array]:
    """Daily sums of hourly means over the given stations (D, C+1) and the number of hours behind them (D,)."""
    stack = np.concatenate([parts, undetermined[..., None]], axis=-1)
    sums = pd.DataFrame(np.nansum(stack, axis=1), columns=list(NAMES)).groupby(day).sum()
    count = pd.Series(np.isfinite(stack[..., 0]).sum(axis=1)).groupby(day).sum()
    hours = pd.Series(np.isfinite(stack[..., 0]).any(axis=1).astype(float)).groupby(day).sum().to_numpy(float)
    return sums.mul(hours / np.maximum(count.to_numpy(), 1), axis=0), hours


def daily(
    panel: Panel, day: pd.Index, parts: Array, undetermined: Array, table: pd.DataFrame, wider: Array
) -> pd.DataFrame:
    """Network shares per local day with 90 % intervals."""
    mass, hours = masses(parts, undetermined, day)
    low, high = intervals.quantiles(table, *measured(panel, day, slice(None)))
    return days_table(mass, hours, low, high, wider)


def station_daily(
    panel: Panel, day: pd.Index, parts: Array, undetermined: Array, table: pd.DataFrame, wider: Array
) -> pd.DataFrame:
    """Shares per station and local day; the intervals are wider than the network's by `intervals.STATION`."""
    low, high = intervals.quantiles(table, *measured(panel, day, slice(None)))
    frames = []
    for column, name in enumerate(panel.stations["station"]):
        mass, hours = masses(parts[:, [column]], undetermined[:, [column]], day)
        frames.append(days_table(mass, hours, low, high, wider * intervals.STATION).assign(station=name))
    return pd.concat(frames, ignore_index=True)


def unlisted(signs: list[Sign], stations: list[str]) -> pd.DataFrame:
    """Signs of unlisted sources as a table: station, bearing, excess, hours, pollutant."""
    rows = [(stations[s.station], s.bearing, s.excess, s.hours, s.pollutant) for s in signs]
    return pd.DataFrame(rows, columns=["station", "bearing", "excess", "hours", "pollutant"])


def doubtful(sites: pd.DataFrame, signs: list[Sign], panel: Panel) -> pd.DataFrame:
    """Listed sites within twice `OPEN` of the bearing of an unlisted one are marked: they may be blamed for it."""
    if not len(sites) or not signs:
        return sites
    out = sites.copy()
    for sign in (s for s in signs if np.isfinite(s.bearing)):
        station = panel.stations.iloc[sign.station]
        east = (out["lon"] - station["lon"]) * np.cos(np.deg2rad(station["lat"]))
        angle = np.rad2deg(np.arctan2(east, out["lat"] - station["lat"]))
        near = (np.abs((angle - sign.bearing + 180) % 360 - 180) < 2 * OPEN) & out["status"].isin(
            ["identifiable", "indicative"]
        )
        out.loc[near, "status"], out.loc[near, "reason"] = "indicative", refusal.REASONS["unlisted_near"]
    return out
