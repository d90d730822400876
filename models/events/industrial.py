"""Industrial episodes: a gas that stands far above the neighbours and the station's own normal at a few stations."""

from functools import partial

import numpy as np
import pandas as pd

from data.rules.events import values
from models.events.event import Evidence, Trace, ramp
from models.events.intervals import Booleans, share
from models.events.panel import Panel, normal

GASES = ("so2", "h2s", "no2")


def industrial(panel: Panel) -> list[Trace]:
    """
    Hours in which one plume touches some stations and not the city.

    Parameters
    ----------
    panel : Panel
        With SO2, H2S or NO2.

    Returns
    -------
    list of Trace
        One per gas that anybody measures; the figure is the highest station.
    """
    return [_gas(panel, gas) for gas in GASES if panel.of(gas).shape[1]]


def _gas(panel: Panel, gas: str) -> Trace:
    rule = values("industrial")
    table = panel.of(gas)
    base = normal(table, panel.places(rule["normal_hours"]), panel.places(rule["normal_least"]))
    others = neighbours(table)
    seen = _above(table, base, others, rule[gas], 1.0)
    held = _above(table, base, others, rule["off"] * rule[gas], 0.6)
    known = table.notna()
    part, kept = share(seen, known), share(held, known)
    alone = known.sum(axis=1).to_numpy() < 2
    local, still = alone | (part <= rule["share"]), alone | (kept <= rule["share"])
    return Trace(
        "industrial", (part > 0) & local, (kept > 0) & still, panel.places(rule["least"]), panel.places(rule["gap"]),
        gas, "µg/m³", table.max(axis=1), held, table, partial(_evidence, panel, gas, base, others, seen | held),
    )  # fmt: skip


def neighbours(table: pd.DataFrame) -> pd.DataFrame:
    """
    Median of the other stations, per station and interval; NaN where no other measures.

    Examples
    --------
    >>> neighbours(pd.DataFrame({"a": [90.0], "b": [10.0], "c": [12.0]}))["a"].tolist()
    [11.0]
    """
    made = {one: table.drop(columns=one).median(axis=1) for one in table}
    return pd.DataFrame(made, index=table.index, columns=table.columns).astype("float64")


def _above(table: pd.DataFrame, base: pd.DataFrame, others: pd.DataFrame, level: float, part: float) -> pd.DataFrame:
    rule = values("industrial")
    high = (table >= level) & ~(table < part * rule["normal"] * base)
    over = table >= part * rule["neighbours"] * others
    lonely = others.isna() & (table >= part * rule["alone"] * base)
    return high & (over | lonely)


def _evidence(
    panel: Panel, gas: str, base: pd.DataFrame, others: pd.DataFrame, seen: pd.DataFrame, mask: Booleans
) -> list[Evidence]:
    rule = values("industrial")
    table = panel.of(gas)[mask].where(seen[mask])
    station = str(table.max().idxmax())
    at = table[station].idxmax()
    peak = float(table.loc[at, station])
    near, usual = float(others.loc[at, station]), float(base.loc[at, station])
    lines = [Evidence("gas_peak", {"parameter": gas, "peak": peak, "station": station}, 0.15,
                      ramp(peak / rule[gas], 0.5, 2.0))]  # fmt: skip
    if np.isfinite(near):
        count = int(panel.of(gas)[mask].notna().any().sum()) - 1
        lines.append(Evidence("neighbours", {"others": near, "n": count}, 0.25, ramp(peak / max(near, 1e-9), 1.0, 5.0)))
    else:
        lines.append(Evidence("no_neighbours", {}, 0.25, 0.0))
    lines.append(
        Evidence("own_normal", {"normal": usual}, 0.15, ramp(peak / usual, 1.0, 6.0))
        if np.isfinite(usual) and usual > 0
        else Evidence("no_normal", {}, 0.15, 0.0)
    )
    hours = float(mask.sum() * panel.step)
    lines.append(Evidence("lasts", {"hours": hours}, 0.1, ramp(hours, 0.0, 4.0)))
    reached = int(seen[mask].any().sum())
    measuring = int(panel.of(gas)[mask].notna().any().sum())
    if reached > 1:
        lines.append(Evidence("stations_several", {"n": reached}, 0.15, 1.0))
    else:
        lines.append(Evidence("one_station", {"n": measuring}, 0.15, 0.0))
    lines.append(_sector(panel, seen, mask))
    return lines


def _sector(panel: Panel, seen: pd.DataFrame, mask: Booleans) -> Evidence:
    """Whether the wind came from one sector while the gas was there."""
    wind = panel.sky.get("wind_direction")
    hours = mask & seen.any(axis=1).to_numpy(np.bool_)
    angles = np.radians(wind[hours].dropna().to_numpy(np.float64)) if wind is not None else np.empty(0)
    if not len(angles):
        return Evidence("no_direction", {}, 0.2, 0.0)
    east, north = float(np.sin(angles).mean()), float(np.cos(angles).mean())
    steady = float(np.hypot(east, north))  # 1 where the wind never turned
    bearing = float(np.degrees(np.arctan2(east, north)) % 360)
    key = "sector" if steady >= 0.7 else "sector_none"
    return Evidence(key, {"bearing": bearing}, 0.2, ramp(steady, 0.4, 0.9), "wind_direction" in panel.modelled)
