"""From one pollutant's past to everything its forecast needs: model, bands, order of the methods, runs of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.forecast import bands
from models.forecast.baseline import BASELINES, Bools, Cases, answerable
from models.forecast.choice import errors, rank
from models.forecast.climatology import climate, damping
from models.forecast.features import Ground, features, ground, prepared
from models.forecast.learned import Learned, learn, unit_of
from models.forecast.panel import AHEAD, Array, Panel, Whole
from models.forecast.residuals import Residuals
from models.trends.heating import Calendar

Names = np.ndarray[tuple[int], np.dtype[np.object_]]

LEAST_DAYS = 60  # of values: below, the baselines answer alone
BLOCK_HOURS, EVERY = 14 * 24, 3  # every third fortnight is kept from the first model and calibrates
LATELY = 2 * 365 * 24  # errors from before do not speak of today's air [h]
LEAST_RUNS = 60
LEAST_CASES = 1000  # learned from at least so many
SETTLING = 21  # first days, in which nothing is usual yet: not learned from
DRAWN = 0.75  # of a run must be measured before its errors are drawn: a sample of errors, not a mean; our choice
SHORT, SHORT_SHARE = 12, 0.4  # so many of the cases learned are drawn from the first hours
DEFAULT = ("damped_persistence", "climatology", "persistence")  # where no error was ever measured

TOO_SHORT = f"fewer than {LEAST_DAYS} days of values: the model has not enough to learn from"
NO_CASES = "too few hours with both value and weather to learn from"
NO_RUNS = "too few complete runs of three days to calibrate a model"


@dataclass(frozen=True)
class Fitted:
    """
    What was learned about one pollutant.

    Attributes
    ----------
    left : array
        Share of an anomaly left after so many hours.
    floor : float
        Added to both sides of a ratio. [µg/m³]
    learned : Learned or None
        None where the baselines answer alone; `reason` says why.
    weather : bool
        Whether the model learned with weather.
    keep : array, shape (groups,)
        Share of the model's correction that held on calibration issues. [0–1]
    widths : mapping of str to (array, array)
        Band of each method, by group of leads.
    order : tuple of tuple of str
        Methods from best to worst, by group of leads.
    residuals : mapping of str to Residuals
        By method.
    """

    left: Array
    floor: float
    learned: Learned | None
    reason: str
    weather: bool
    keep: Array
    widths: Mapping[str, tuple[Array, Array]]
    order: tuple[tuple[str, ...], ...]
    residuals: Mapping[str, Residuals]


def fit(
    panel: Panel,
    quantiles: tuple[float, float, float],
    seed: int,
    rows: int,
    count: int,
    season: Calendar | None = None,
) -> Fitted:
    """
    Learn one pollutant; too short a past leaves the baselines, and the reason.

    Notes
    -----
    A first model that has not seen every third fortnight (of the later two thirds) is judged there: bands,
    order of the methods and the share of its correction that held. The model that answers learns from all.
    """
    panel = with_enough_weather(panel)
    usual = climate(panel)
    base = ground(panel, usual, damping(panel, usual), season)
    random = np.random.default_rng(seed)
    long = _days(panel) >= LEAST_DAYS
    kept = _kept_hours(len(panel.hours))
    runs = _runs(base, kept if long else np.ones(len(kept), dtype=bool), count, random)
    why = TOO_SHORT if not long else NO_RUNS if len(runs.issue) < LEAST_RUNS * AHEAD else ""
    free = np.arange(len(kept)) >= SETTLING * 24
    learned = None if why else _learned(base, free & ~kept, quantiles, seed, rows // 2, random)
    why = why or ("" if learned else NO_CASES)
    floor = bands.FLOOR * float(np.nanmean(panel.values)) if panel.values.size else 0.0
    plain = (DEFAULT,) * len(bands.GROUPS)
    first = Fitted(base.left, floor, learned, why, bool(panel.weather), np.ones(len(bands.GROUPS)), {}, plain, {})
    done = _calibrated(base, first, runs, 1.0 - quantiles[2]) if len(runs.issue) else first
    return done if why else replace(done, learned=_learned(base, free, quantiles, seed, rows, random))


def _kept_hours(hours: int) -> Bools:
    """Every third fortnight of the later two thirds, of two years at most; the newest one is always kept."""
    back = np.arange(hours)[::-1]
    return np.asarray((back // BLOCK_HOURS % EVERY == 0) & (back < min(2 * hours / 3, LATELY)))


def with_enough_weather(panel: Panel) -> Panel:
    """The panel without its weather where wind is known for less than 60 days."""
    wind = panel.weather.get("wind_speed")
    enough = wind is not None and np.sum(~np.isnan(wind)) >= LEAST_DAYS * 24
    return panel if enough else replace(panel, weather={})


def _days(panel: Panel) -> float:
    """Days of values of the station that has most."""
    return float(np.sum(~np.isnan(panel.values), axis=0).max(initial=0)) / 24


def _learned(
    base: Ground, free: Bools, quantiles: tuple[float, float, float], seed: int, rows: int, random: np.random.Generator
) -> Learned | None:
    """Learn from cases whose issue and target both lie in `free` hours; None if they are too few."""
    these = _drawn(base, free, rows, random)
    against, scale = prepared(base, these)
    observed = base.panel.values[these.target, these.station]
    error = (observed - against["damped_persistence"]) / unit_of(base.left, these.lead, scale)
    good = np.isfinite(error)
    if good.sum() < LEAST_CASES:
        return None
    columns = features(base, these, against, scale)
    return learn({name: c[good] for name, c in columns.items()}, error[good], quantiles, seed)


def _drawn(base: Ground, free: Bools, rows: int, random: np.random.Generator) -> Cases:
    """Random cases with a measured target, issue and target both in `free` hours; short leads more often."""
    panel, size = base.panel, 4 * rows
    lead = np.where(random.random(size) < SHORT_SHARE, random.integers(1, SHORT + 1, size), 0)
    lead = np.where(lead > 0, lead, random.integers(1, AHEAD + 1, size))
    these = Cases(
        random.integers(1, max(2, len(panel.hours) - AHEAD), size), random.integers(0, len(panel.stations), size), lead
    )
    return these.where(_sound(base, these, free)).first(rows)


def _sound(base: Ground, these: Cases, free: Bools) -> Bools:
    panel = base.panel
    good = free[these.issue] & free[these.target] & answerable(base.last, these)
    good &= ~np.isnan(panel.values[these.target, these.station])
    if "wind_speed" in panel.weather:
        good &= ~np.isnan(panel.weather["wind_speed"][these.target])
    return np.asarray(good)


def _runs(base: Ground, kept: Bools, count: int, random: np.random.Generator) -> Cases:
    """Whole runs of 72 leads inside the hours kept, three quarters of them measured, drawn at random."""
    panel = base.panel
    known = np.vstack([np.zeros((1, len(panel.stations))), np.cumsum(~np.isnan(panel.values), axis=0)])
    inside = np.concatenate([[0], np.cumsum(kept)])
    issue, station = (a.ravel() for a in np.indices((max(0, len(panel.hours) - AHEAD + 1), len(panel.stations))))
    full = inside[issue + AHEAD] - inside[issue] == AHEAD
    full &= known[issue + AHEAD, station] - known[issue, station] >= DRAWN * AHEAD
    starts = Cases(issue, station, np.ones(len(issue), dtype=np.int64))
    full &= answerable(base.last, starts) & ~np.isnan(base.usual.scale(panel.day[issue], station))
    place = np.sort(random.permutation(np.flatnonzero(full))[:count])
    lead = np.tile(np.arange(1, AHEAD + 1), len(place))
    return Cases(np.repeat(issue[place], AHEAD), np.repeat(station[place], AHEAD), lead)


def _calibrated(base: Ground, found: Fitted, runs: Cases, tail: float) -> Fitted:
    """Share of the correction kept, bands, order of the methods and runs of errors, from unseen fortnights."""
    observed = base.panel.values[runs.target, runs.station]
    forecasts, low, high = answers(base, found, runs)
    if found.learned is not None:
        damped = forecasts["damped_persistence"]
        found = replace(found, keep=_keep(observed, forecasts["model"], damped, runs.lead))
        forecasts["model"] = _kept(found, forecasts["model"], damped, runs.lead)
    widths = {name: bands.ratio_widths(observed, forecasts[name], runs.lead, found.floor, tail) for name in BASELINES}
    if found.learned is not None:
        widths["model"] = bands.quantile_widths(observed, low, high, runs.lead, tail)
    of = bands.group(runs.lead)
    order = tuple(
        tuple(rank(errors(observed[of == g], {m: f[of == g] for m, f in forecasts.items()}))) or DEFAULT
        for g in range(len(bands.GROUPS))
    )
    issued = base.panel.hours[runs.issue[::AHEAD]]
    errors_of = {
        name: Residuals(bands.ratio(observed, forecast, found.floor).reshape(-1, AHEAD), issued, found.floor)
        for name, forecast in forecasts.items()
    }
    return replace(found, widths=widths, order=order, residuals=errors_of)


def _keep(observed: Array, model: Array, damped: Array, lead: Whole) -> Array:
    """Share of the model's correction that least squares would keep, by group of leads. [0–1]"""
    of, move, miss = bands.group(lead), model - damped, observed - damped
    out = np.ones(len(bands.GROUPS))
    for g in range(len(out)):
        here = (of == g) & ~np.isnan(move) & ~np.isnan(miss)
        spread = float(np.sum(move[here] ** 2))
        out[g] = np.clip(np.sum(move[here] * miss[here]) / spread, 0.0, 1.0) if spread else 0.0
    return out


def _kept(found: Fitted, model: Array, damped: Array, lead: Whole) -> Array:
    """Damped persistence moved by the share of the correction that held."""
    return np.maximum(damped + bands.smooth(found.keep, lead) * (model - damped), 0.0)


def answers(base: Ground, found: Fitted, these: Cases) -> tuple[dict[str, Array], Array, Array]:
    """Forecast of every method, and the model's raw band. [µg/m³]"""
    against, scale = prepared(base, these)
    gap = np.full(len(these.issue), np.nan)
    if found.learned is None:
        return {"model": gap, **against}, gap, gap
    damped, unit = against["damped_persistence"], unit_of(base.left, these.lead, scale)
    columns = features(base, these, against, scale)
    mean, low, high = found.learned.predict(columns, damped, unit)
    silent = np.isnan(damped) | (found.weather & np.isnan(columns.get("wind_speed", gap)))
    model = _kept(found, mean, damped, these.lead)
    model, low, high = (np.where(silent, np.nan, column) for column in (model, low, high))
    return {"model": model, **against}, low, high


def ends(found: Fitted, forecasts: Mapping[str, Array], low: Array, high: Array, lead: Whole) -> dict[str, Array]:
    """Band of every method, shape (2, cases); NaN where too few errors are known. [µg/m³]"""
    out = {}
    for name, forecast in forecasts.items():
        widths = found.widths.get(name)
        if widths is None:
            out[name] = np.full((2, len(lead)), np.nan)
        elif name == "model":
            out[name] = np.vstack(bands.quantile_band(low, high, lead, widths))
        else:
            out[name] = np.vstack(bands.ratio_band(forecast, lead, widths, found.floor))
        around = np.vstack([np.minimum(out[name][0], forecast), np.maximum(out[name][1], forecast)])
        out[name] = np.where(np.isnan(forecast), np.nan, around)
    return out


def shown(
    found: Fitted, parameter: str, forecasts: Mapping[str, Array], lead: Whole, choice: pd.DataFrame | None
) -> Names:
    """Name of the method shown in each case: the chosen one, else the best that has an answer; "" for none."""
    told: dict[int, str] = {}
    if choice is not None:
        mine = choice[choice["parameter"] == parameter]
        told = dict(zip(mine["lead"].astype(int), mine["method"], strict=True))
    out = np.full(len(lead), "", dtype=object)
    for case, (hours, of) in enumerate(zip(lead, bands.group(lead), strict=True)):
        tried = [*([told[int(hours)]] if int(hours) in told else []), *found.order[of], *DEFAULT]
        out[case] = next((m for m in tried if not np.isnan(forecasts[m][case])), "")
    return out
