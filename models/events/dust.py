"""Dust storms: coarse particles that rise together at most stations, with wind, poor visibility and dust of a model."""

from functools import partial

import numpy as np
import pandas as pd

from data.rules.events import values
from models.events.event import Evidence, Trace, ramp
from models.events.intervals import Booleans, share
from models.events.panel import Panel, normal


def dust_storm(panel: Panel) -> Trace:
    """
    Hours in which the air is full of dust.

    Parameters
    ----------
    panel : Panel
        Judged on the reference stations where any measures PM10, because optical low-cost sensors miss coarse
        particles [1]_; on low-cost sensors alone the rise of their ratio stands in for the ratio.

    Returns
    -------
    Trace
        Its figure is PM10, or PM2.5 where nobody measures PM10 and an airport reports the dust.

    References
    ----------
    .. [1] Atmospheric Measurement Techniques 16, 2455, 2023, DOI 10.5194/amt-16-2455-2023.
    """
    rule = values("dust_storm")
    coarse, low_cost = panel.best("pm10")
    if not coarse.shape[1]:
        return _reported(panel)
    ratio = coarse / panel.of("pm25").reindex(columns=coarse.columns)
    places, least = panel.places(rule["normal_hours"]), panel.places(rule["normal_least"])
    base = normal(coarse, places, least)
    level, normally = coarse.median(axis=1), base.median(axis=1)
    strong = _strong(coarse, base, ratio, normal(ratio, places, least), low_cost=low_cost)
    holding = (coarse >= rule["pm10_off"]) & ~(coarse < rule["rise_off"] * base) & ~(ratio < rule["coarse_off"])
    known = coarse.notna()
    backed = _backed(panel)
    has_ratio = ratio.notna().any(axis=1).to_numpy()
    on = (share(strong, known) >= rule["share"]) & (has_ratio | backed)
    stay = (share(holding, known) >= rule["share"]) & (has_ratio | backed)
    return Trace(
        "dust_storm", on, stay, panel.places(rule["least"]) if panel.step == 1 else 1, panel.places(rule["gap"]),
        "pm10", "µg/m³", level, _reached(panel), panel.of("pm10"),
        partial(_evidence, panel, level, normally, ratio.median(axis=1), low_cost), lead=panel.places(rule["before"]),
    )  # fmt: skip


def _strong(
    coarse: pd.DataFrame, base: pd.DataFrame, ratio: pd.DataFrame, usual: pd.DataFrame, *, low_cost: bool
) -> pd.DataFrame:
    """High, risen where a normal is known, and coarse where PM2.5 is measured too."""
    rule = values("dust_storm")
    high = (coarse >= rule["pm10_on"]) & ~(coarse < rule["rise_on"] * base)
    return high & ~(ratio < (rule["coarse_rise"] * usual if low_cost else rule["coarse_on"]))


def _reached(panel: Panel) -> pd.DataFrame:
    """Station by station the same question with the bounds that carry an event on; low-cost sensors by their rise."""
    rule = values("dust_storm")
    table = panel.of("pm10")
    base = normal(table, panel.places(rule["normal_hours"]), panel.places(rule["normal_least"]))
    cheap = [s for s in table if panel.stations["kind"].get(s) == "indicative"]
    high = table >= rule["pm10_off"]
    high[cheap] = table[cheap] >= rule["rise_on"] * base[cheap]
    return high & ~(table < rule["rise_off"] * base)


def _backed(panel: Panel) -> Booleans:
    """Whether an airport saw dust in the interval."""
    code = panel.sky.get("dust_code")
    return np.zeros(len(panel.times), dtype=np.bool_) if code is None else (code == 1).to_numpy(np.bool_)


def _reported(panel: Panel) -> Trace:
    """Without PM10: dust that an airport reports while visibility is poor."""
    rule = values("dust_storm")
    fine = panel.of("pm25")
    thick = panel.sky.get("visibility", pd.Series(np.nan, panel.times)) <= rule["visibility"]
    seen = _backed(panel) & thick.to_numpy(np.bool_)
    level = fine.median(axis=1) if fine.shape[1] else pd.Series(np.nan, panel.times)
    nothing = pd.Series(np.nan, panel.times)
    return Trace(
        "dust_storm", seen, _backed(panel), panel.places(rule["least"]), panel.places(rule["gap"]), "pm25", "µg/m³",
        level, fine.notna() & seen[:, None], fine, partial(_evidence, panel, nothing, nothing, nothing, False),
    )  # fmt: skip


def _evidence(
    panel: Panel, level: pd.Series, base: pd.Series, ratio: pd.Series, low_cost: bool, mask: Booleans
) -> list[Evidence]:
    lines = _particles(panel, level[mask], base[mask], ratio[mask], low_cost)
    rule = values("dust_storm")
    around = mask.copy()
    first = int(np.flatnonzero(mask)[0])
    around[max(first - panel.places(rule["before"]), 0) : first] = True
    return [*lines, _wind(panel, around), _sight(panel, mask), _model(panel, mask)]


def _particles(panel: Panel, level: pd.Series, base: pd.Series, ratio: pd.Series, low_cost: bool) -> list[Evidence]:
    peak = float(level.max())
    if not np.isfinite(peak):
        return [Evidence("no_pm10", {}, 0.5, 0.0)]
    stations = int(panel.of("pm10").loc[level.index].notna().any().sum())
    before = float(base.iloc[0])
    said = {"peak": peak, "n": stations}
    if np.isfinite(before):
        lines = [Evidence("pm10_rise", {**said, "normal": before}, 0.25, ramp(peak / before, 1.0, 4.0))]
    else:
        lines = [Evidence("pm10_level", said, 0.25, 0.5 * ramp(peak, 100.0, 300.0))]
    middle = float(ratio.median())
    key = "coarse_lowcost" if low_cost else "coarse"
    lines.append(
        Evidence(key, {"ratio": middle}, 0.25, ramp(middle, 1.5, 3.0) * (0.6 if low_cost else 1.0))
        if np.isfinite(middle)
        else Evidence("no_ratio", {}, 0.25, 0.0)
    )
    lines.append(Evidence("stations_many", {"n": stations}, 0.1, ramp(stations, 1, 4)))
    return lines


def _wind(panel: Panel, mask: Booleans) -> Evidence:
    rule = values("dust_storm")
    speed = panel.sky.get("wind_speed")
    gust = panel.sky.get("wind_gust")
    strongest = float(speed[mask].max()) if speed is not None else np.nan
    blown = float(gust[mask].max()) if gust is not None else np.nan
    if not np.isfinite(strongest) and not np.isfinite(blown):
        return Evidence("no_wind", {}, 0.15, 0.0)
    modelled = bool({"wind_speed", "wind_gust"} & panel.modelled)
    strength = max(ramp(strongest, 3.0, rule["wind"]), ramp(blown, 6.0, rule["gust"]))
    key = "wind_model" if modelled else "wind"
    said = strongest if np.isfinite(strongest) else blown
    return Evidence(key if strength > 0 else "wind_weak", {"speed": said}, 0.15, strength, modelled)


def _sight(panel: Panel, mask: Booleans) -> Evidence:
    rule = values("dust_storm")
    if "dust_code" in panel.sky and bool((panel.sky["dust_code"][mask] == 1).any()):
        return Evidence("dust_reported", {"hours": float((panel.sky["dust_code"][mask] == 1).sum())}, 0.15, 1.0)
    far = panel.sky.get("visibility")
    if far is None or not far[mask].notna().any():
        return Evidence("no_visibility", {}, 0.15, 0.0)
    humid = panel.sky.get("relative_humidity", pd.Series(np.nan, panel.times))
    dry = far[mask][~(humid[mask] > rule["damp"])]
    least = float(dry.min()) if len(dry) else np.nan
    if not least <= rule["visibility"]:
        return Evidence("visibility_good", {"km": float(far[mask].min()) / 1000}, 0.15, 0.0)
    return Evidence("visibility", {"km": least / 1000}, 0.15, ramp(least, rule["visibility"], 1000.0) * 0.5 + 0.5,
                    "visibility" in panel.modelled)  # fmt: skip


def _model(panel: Panel, mask: Booleans) -> Evidence:
    rule = values("dust_storm")
    top = {name: float(panel.sky[name][mask].max()) for name in ("dust", "aod") if name in panel.sky}
    if not any(np.isfinite(v) for v in top.values()):
        return Evidence("no_model", {}, 0.1, 0.0)
    dust, aod = top.get("dust", np.nan), top.get("aod", np.nan)
    strength = max(ramp(dust, 20.0, rule["dust"]), ramp(aod, 0.2, rule["aod"]))
    if np.isfinite(dust):
        return Evidence("dust_model" if strength > 0 else "dust_model_none", {"dust": dust}, 0.1, strength, True)
    return Evidence("aod_model", {"aod": aod}, 0.1, strength, True)
