"""Smoke of wildfires: fine particles that rise across the region, with hot-spots around and carbon monoxide."""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.rules.events import values
from models.events.event import Evidence, Trace, ramp
from models.events.footprint import KM_PER_DEGREE
from models.events.intervals import Booleans, share
from models.events.panel import Panel, usual

Floats = npt.NDArray[np.float64]


def smoke(panel: Panel, apart: Booleans) -> Trace:
    """
    Hours in which the smoke of fires lies over the city.

    Parameters
    ----------
    panel : Panel
        With hot-spots where a satellite feed is read. Without one smoke is told from heating only when it is warm and
        the rise is strong.
    apart : array of bool
        Intervals of a dust storm.

    Returns
    -------
    Trace
        Its figure is PM2.5, the median of the stations.
    """
    rule = values("smoke")
    fine = panel.of("pm25")
    rise = fine / usual(fine, int(rule["normal_days"]), panel.step).where(lambda base: base > 0)
    ratio = (panel.of("pm10") / fine.reindex(columns=panel.of("pm10").columns)).median(axis=1)
    coarse = (ratio > rule["fine_on"]).to_numpy(np.bool_)
    burning = _burning(panel)
    warm = panel.sky.get("temperature", pd.Series(np.nan, panel.times)).to_numpy(np.float64) >= rule["warm"]
    reported = (panel.sky.get("smoke_code", pd.Series(np.nan, panel.times)) == 1).to_numpy(np.bool_)
    known = fine.notna() & rise.notna()
    strong = (fine >= rule["pm25_on"]) & (rise >= rule["rise_on"])
    stronger = (fine >= rule["pm25_on"]) & (rise >= rule["rise_alone"])
    backed = (burning > 0) | reported
    on = backed & (share(strong, known) >= rule["share"]) | warm & (share(stronger, known) >= rule["share"])
    holding = (fine >= rule["pm25_off"]) & (rise >= rule["rise_off"])
    stay = (share(holding, known) >= rule["share"]) & (backed | warm)
    clear, contrast = ~coarse & ~apart, _contrast(panel, rise)
    on, stay = on & clear & (contrast >= rule["contrast_on"]), stay & clear & (contrast >= rule["contrast_off"])
    return Trace(
        "smoke", on, stay, panel.places(rule["least"]), panel.places(rule["gap"]), "pm25", "µg/m³",
        fine.median(axis=1) if fine.shape[1] else pd.Series(np.nan, panel.times), holding, fine,
        partial(_evidence, panel, rise, ratio, burning, reported),
    )  # fmt: skip


def _contrast(panel: Panel, rise: pd.DataFrame) -> Floats:
    """Rise of PM2.5 over that of NO2; without NO2 air that moves counts as contrast and still air as none."""
    rule = values("smoke")
    table = panel.of("no2")
    city = usual(table, int(rule["normal_days"]), panel.step)
    other = (table / city.where(city > 0)).median(axis=1) if table.shape[1] else pd.Series(np.nan, panel.times)
    wind = panel.sky.get("wind_speed", pd.Series(np.nan, panel.times))
    moving = np.where(wind < rule["moving"], 0.0, np.inf)
    found = (rise.median(axis=1) / other).to_numpy(np.float64)
    return np.asarray(np.where(np.isnan(other), moving, found), dtype=np.float64)


def _burning(panel: Panel) -> Floats:
    """Radiative power of the hot-spots around that still speak, by interval. [MW]"""
    rule = values("smoke")
    power = np.zeros(len(panel.times))
    near = _near(panel)
    for time, frp in zip(near["time"], near["frp_mw"], strict=True):
        begin = panel.times.searchsorted(time, side="left")
        power[begin : begin + panel.places(rule["memory"])] += float(frp)
    return power


def _near(panel: Panel) -> pd.DataFrame:
    """Hot-spots within reach of the middle of the stations, strong enough to count."""
    rule = values("smoke")
    fires, places = panel.fires, panel.stations.dropna(subset=["lat", "lon"])
    if fires is None or not len(fires) or not len(places):
        return pd.DataFrame({"time": [], "frp_mw": []})
    lat, lon = float(places["lat"].mean()), float(places["lon"].mean())
    north = (fires["lat"] - lat) * KM_PER_DEGREE
    east = (fires["lon"] - lon) * KM_PER_DEGREE * np.cos(np.radians(lat))
    return fires[(np.hypot(north, east) <= rule["reach"]) & (fires["frp_mw"] >= rule["frp"])]


def _evidence(
    panel: Panel,
    rise: pd.DataFrame,
    ratio: pd.Series,
    burning: Floats,
    reported: Booleans,
    mask: Booleans,
) -> list[Evidence]:
    rule = values("smoke")
    factor = float(rise[mask].median(axis=1).max())
    stations = int(rise[mask].notna().any().sum())
    lines = [
        Evidence("pm25_rise", {"factor": factor}, 0.15, ramp(factor, 1.0, 4.0)),
        Evidence("stations_many", {"n": stations}, 0.1, ramp(stations, 1, 4)),
    ]
    middle = float(ratio[mask].median())
    lines.append(
        Evidence("fine", {"share": 100 / middle}, 0.1, ramp(middle, 2.2, 1.3))
        if np.isfinite(middle)
        else Evidence("no_ratio", {}, 0.1, 0.0)
    )
    contrast = _contrast(panel, rise)[mask]
    steady = float(np.nanmedian(contrast)) if np.isfinite(contrast).any() else float("nan")
    if np.isfinite(steady):
        lines.append(Evidence("contrast", {"factor": steady}, 0.15, ramp(steady, 1.0, 2.5)))
    else:
        lines.append(Evidence("no_no2", {}, 0.15, 0.0))
    lines.append(_carbon(panel, mask))
    if reported[mask].any():
        lines.append(Evidence("smoke_reported", {"hours": float(reported[mask].sum())}, 0.35, 1.0))
    elif panel.fires is None:
        lines.append(Evidence("no_fires_feed", {}, 0.35, 0.0))
    else:
        power = float(burning[mask].max())
        key = "fires" if power > 0 else "no_fires"
        lines.append(Evidence(key, {"frp": power} if power > 0 else {}, 0.35, ramp(power, 0.0, 8 * rule["frp"])))
    return lines


def _carbon(panel: Panel, mask: Booleans) -> Evidence:
    rule = values("smoke")
    table = panel.of("co")
    if not table.shape[1]:
        return Evidence("no_co", {}, 0.15, 0.0)
    base = usual(table, int(rule["normal_days"]), panel.step)
    factor = float((table / base.where(base > 0))[mask].median(axis=1).max())
    if not np.isfinite(factor):
        return Evidence("no_co", {}, 0.15, 0.0)
    return Evidence("co_rise", {"factor": factor}, 0.15, ramp(factor, 1.0, 2 * rule["co_rise"]))
