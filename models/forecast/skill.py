"""How good each method is by lead, judged from rolling origins: fitted before, asked after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from models.forecast.baseline import Cases, cases
from models.forecast.choice import METHODS, choose, errors
from models.forecast.climatology import climate
from models.forecast.forecaster import Forecaster
from models.forecast.panel import AHEAD, Array, Panel, Whole, panels
from models.trends.heating import Calendar
from models.trends.scores import band_coverage

JUDGED = (1, 3, 6, 12, 18, 24, 36, 48, 60, 72)
ORIGINS, FOLDS, FIRST = 240, 3, 0.5
SKILL = ("parameter", "lead", "method", "rmse", "mae", "bias", "n", "coverage", "shown")
Progress = Callable[[float], None]


def skill(
    history: pd.DataFrame,
    weather: pd.DataFrame | None = None,
    cams: pd.DataFrame | None = None,
    *,
    origins: int = ORIGINS,
    leads: Sequence[int] = JUDGED,
    folds: int = FOLDS,
    first: float = FIRST,
    forecaster: Forecaster | None = None,
    zone: str = "UTC",
    season: Calendar | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """
    Errors of every method at every lead on issues that nothing had been learned from.

    Parameters
    ----------
    history, weather, cams : DataFrame
        As in `Forecaster.fit`. Weather and CAMS should hold what was forecast then; measured weather makes the
        model look better than it will be.
    origins : int
        Moments of issue, evenly over the folds, at all hours of the day.
    leads : sequence of int
        Judged leads. [h]
    folds : int
        So many times the model is fitted anew, each time on everything before its origins.
    first : float
        Share of the hours that only serves to learn. [0–1]
    forecaster : Forecaster, optional
        Settings to judge; made from `zone, season, seed` when left out.
    progress : callable, optional
        Called with the share done. [0–1]

    Returns
    -------
    DataFrame
        ``parameter, lead, method, rmse, mae, bias, n`` (cases that all compared methods answer) [µg/m³],
        ``coverage`` (share of measurements inside the method's 90 % band) and ``shown`` (whether `choose` shows
        it). Methods that answer less than half of the cases are left out.
    """
    said, maker = progress or (lambda _share: None), forecaster or Forecaster(seed=seed, zone=zone, season=season)
    out = []
    known = panels(history, weather, cams, zone=maker.zone)
    for number, panel in enumerate(known.values()):
        out += _judged(panel, rolled(panel, maker, origins, leads, folds, first))
        said((number + 1) / len(known))
    table = pd.DataFrame(out, columns=list(SKILL[:-1]))
    best = choose(table, leads)
    marked = table.merge(best.assign(shown=True), on=["parameter", "lead", "method"], how="left")
    return marked.assign(shown=marked["shown"].notna())[list(SKILL)]


def rolled(
    panel: Panel, maker: Forecaster, origins: int, leads: Sequence[int], folds: int, first: float
) -> tuple[pd.DataFrame, dict[str, Array], Array]:
    """Forecasts of all folds, the band of every method (2 × cases), and what was measured."""
    end, usual = len(panel.hours) - AHEAD, climate(panel)
    cuts = np.linspace(int(first * end), end, folds + 1).astype(int)
    rows: list[pd.DataFrame] = []
    bands: list[dict[str, Array]] = []
    seen: list[Array] = []
    for begin, stop in pairwise(cuts):
        these = _of_fold(panel, int(begin), int(stop) - AHEAD, max(1, origins // folds), leads)
        maker.fitted[panel.parameter] = maker.fit_panel(panel.before(int(begin)))
        frame, band = maker.answer(panel, usual, these)
        rows, bands = [*rows, frame], [*bands, band]
        seen.append(panel.values[these.target, these.station])
    joined = {m: np.hstack([band[m] for band in bands]) for m in METHODS}
    return pd.concat(rows, ignore_index=True), joined, np.concatenate(seen)


def _of_fold(panel: Panel, begin: int, stop: int, origins: int, leads: Sequence[int]) -> Cases:
    """Evenly spaced issues of a fold; an odd step takes them round the clock."""
    step = max(1, (stop - begin) // origins)
    issues: Whole = np.arange(begin, max(stop, begin + 1), step | 1)
    return cases(issues, len(panel.stations), list(leads))


def _judged(panel: Panel, result: tuple[pd.DataFrame, dict[str, Array], Array]) -> list[tuple[object, ...]]:
    rows, bands, seen = result
    out: list[tuple[object, ...]] = []
    for lead in sorted(rows["lead"].unique()):
        here = (rows["lead"] == lead).to_numpy() & ~np.isnan(seen)
        forecasts = {m: rows[m].to_numpy(dtype=float)[here] for m in METHODS}
        forecasts = {m: forecasts[m] for m in errors(seen[here], forecasts)}
        common = ~np.isnan(np.vstack([np.zeros(here.sum()), *forecasts.values()])).any(axis=0)
        truth = seen[here][common]
        for method, forecast in forecasts.items():
            off = forecast[common] - truth
            low, high = bands[method][:, here][:, common]
            figures = (np.sqrt(np.mean(off**2)), np.abs(off).mean(), off.mean())
            out.append(
                (panel.parameter, int(lead), method, *map(float, figures), len(off), band_coverage(truth, low, high))
            )
    return out
