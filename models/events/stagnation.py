"""Stagnation: weak wind under a low layer while most stations rise together; degrees after the practice of НМУ."""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.rules.events import values
from models.events.event import Evidence, Trace, ramp
from models.events.intervals import Booleans, share
from models.events.panel import Panel, usual

RISING = ("pm25", "no2", "co")
UNIT = "µg/m³"
Floats = npt.NDArray[np.float64]


def stagnation(panel: Panel, apart: Booleans) -> Trace:
    """
    Hours in which what a city emits stays where it is.

    Parameters
    ----------
    panel : Panel
        Judged on 12-hour means of PM2.5, NO2 and CO against the same hour of the ten days before.
    apart : array of bool
        Intervals of a dust storm, whose rise has another cause.

    Returns
    -------
    Trace
        Its figure is the city's PM2.5 (median of the stations), else that of the pollutant most stations measure.

    Notes
    -----
    The share of series above 1.5 times their normal follows the parameter P of Roshydromet's practice; the degree is
    1, or 2 and 3 where two stations exceed three and five times the single maximum that is law. It is computed by us
    and is no notice of a weather service.
    """
    rule = values("stagnation")
    window = panel.places(rule["window"])
    tables = {name: panel.of(name) for name in RISING if panel.of(name).shape[1]}
    rises = {name: _rise(table, window, panel) for name, table in tables.items()}
    every = pd.concat(rises, axis=1) if rises else pd.DataFrame(index=panel.times)
    part = share(every >= rule["rise_on"], every.notna())
    kept = share(every >= rule["rise_off"], every.notna())
    wind, layer = (_smooth(panel, name, window) for name in ("wind_speed", "boundary_layer_height"))
    level = _level(tables, panel)
    thick = level.rolling(window, min_periods=1).mean().to_numpy(np.float64) >= rule["pm25"]
    thick |= "pm25" not in tables
    apart = np.asarray(pd.Series(apart).rolling(window, min_periods=1).max() > 0)  # as long as a mean holds dust
    still = (wind <= rule["wind_on"]) & ~(layer > rule["layer_on"])
    alone = np.isnan(wind) & (part >= rule["share_alone"])
    on = thick & ~apart & ((part >= rule["share"]) & still | alone)
    stay = thick & ~apart & (kept >= rule["share_off"]) & ~(wind > rule["wind_off"]) & ~(layer > rule["layer_off"])
    name = next(iter(tables), "pm25")
    return Trace(
        "stagnation", on, stay, panel.places(rule["least"]), panel.places(rule["gap"]), name, UNIT, level,
        _seen(rises, panel), panel.of(name), partial(_evidence, panel, every, wind, layer),
        partial(_degree, panel),
    )  # fmt: skip


def _rise(table: pd.DataFrame, window: int, panel: Panel) -> pd.DataFrame:
    rule = values("stagnation")
    mean = table.rolling(window, min_periods=max(window * 3 // 4, 1)).mean()
    return mean / usual(mean, int(rule["normal_days"]), panel.step).where(lambda base: base > 0)


def _smooth(panel: Panel, name: str, window: int) -> Floats:
    series = panel.sky.get(name, pd.Series(np.nan, panel.times))
    return np.asarray(series.rolling(window, min_periods=max(window // 2, 1)).mean(), dtype=np.float64)


def _level(tables: dict[str, pd.DataFrame], panel: Panel) -> pd.Series:
    first = next(iter(tables.values()), None)
    return pd.Series(np.nan, panel.times) if first is None else first.median(axis=1)


def _seen(rises: dict[str, pd.DataFrame], panel: Panel) -> pd.DataFrame:
    """Stations at which any of their pollutants has risen."""
    rule = values("stagnation")
    seen = pd.DataFrame(False, index=panel.times, columns=list(panel.stations.index))
    for table in rises.values():
        seen[list(table)] |= table >= rule["rise_on"]
    return seen.loc[:, seen.any()]


def _degree(panel: Panel, mask: Booleans) -> int:
    """By the highest hour of the second highest station, in single maxima of the law."""
    rule, times = values("stagnation"), 0.0
    for name in RISING:
        limit, table = panel.limits.get(name), panel.of(name)
        if not limit or not table.shape[1]:
            continue
        tops = np.sort(table[mask].max().dropna().to_numpy(np.float64))
        if len(tops):
            times = max(times, float(tops[-2 if len(tops) > 1 else -1]) / limit)
    return 3 if times >= rule["degree_3"] else 2 if times >= rule["degree_2"] else 1


def _evidence(panel: Panel, every: pd.DataFrame, wind: Floats, layer: Floats, mask: Booleans) -> list[Evidence]:
    rule = values("stagnation")
    part = every[mask]
    risen = share(part >= rule["rise_on"], part.notna())
    top = float(np.nanmax(risen)) if np.isfinite(risen).any() else 0.0
    middle = float(part.median(axis=1).max())
    kinds = {str(name) for name, _ in part.columns[part.notna().any()]}
    stations = len({station for _, station in part.columns[part.notna().any()]})
    lines = [
        Evidence("risen", {"share": 100 * top, "factor": middle}, 0.3, ramp(top, 0.3, 0.8)),
        Evidence("pollutants", {"n": len(kinds)}, 0.15, ramp(len(kinds), 0, 3)),
        Evidence("stations_many", {"n": stations}, 0.1, ramp(stations, 1, 4)),
    ]
    low = _least(wind, mask)
    if np.isfinite(low):
        modelled = "wind_speed" in panel.modelled
        key = "wind_low_model" if modelled else "wind_low"
        lines.append(Evidence(key, {"speed": low}, 0.25, ramp(low, rule["wind_off"], 1.0), modelled))
    else:
        lines.append(Evidence("no_wind", {}, 0.25, 0.0))
    shallow = _least(layer, mask)
    if np.isfinite(shallow):
        modelled = "boundary_layer_height" in panel.modelled
        key = "layer_low_model" if modelled else "layer_low"
        lines.append(Evidence(key, {"height": shallow}, 0.2, ramp(shallow, rule["layer_off"], 200.0), modelled))
    else:
        lines.append(Evidence("no_layer", {}, 0.2, 0.0))
    return lines


def _least(series: Floats, mask: Booleans) -> float:
    part = series[mask]
    return float(np.nanmin(part)) if np.isfinite(part).any() else float("nan")
