"""Levels freed of the weather, of hours or days: boosted trees learn what weather does, then meet all of a season's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.averages.periods import step
from models.averages.running import regular
from models.threads import one_thread
from models.trends.trends import Refused, Trend, theil_sen

LEAST_HOURS, LEAST_R2 = 9000, 0.5
LEAST_DAYS = 730  # where only days are known: each season twice, so that season and course can be told apart
DAY = 24 * 3600 * 10**9  # [ns]
FOLDS = 5
WINDOW_DAYS = 14  # weather is taken from so many days around the same day of any year
MET = ("temperature", "relative_humidity", "pressure", "precipitation", "boundary_layer_height", "dew_point")
LASTING = (
    "ws",
    "u",
    "v",
    "temperature",
    "relative_humidity",
    "pressure",
)  # also as the mean of so many last hours: how long the air has stood
LASTING_HOURS = (24, 72)
CLOCK = ("day", "season", "weekday", "hour")
Array = npt.NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Normalised:
    """
    What remains of a series when each hour has met the weather of its season.

    Attributes
    ----------
    days : DataFrame
        One row per UTC day: ``normalised`` (mean over the drawn weathers), ``observed``, ``unexplained``
        (observed less what the model says for the real weather). [unit of the series]
    r2 : float
        Explained share of variance on weeks the model had not seen (each week is unseen once). [0–1]
    values : int
        Hours (days where `daily`) with a value and wind that the model learned from.
    weather : tuple of str
        Weather columns used.
    daily : bool
        Whether it rests on days.
    """

    days: pd.DataFrame
    r2: float
    values: int
    weather: tuple[str, ...]
    daily: bool = False

    def months(self) -> pd.Series:
        """Monthly means of the normalised level; months not wholly inside the series are left out."""
        grouped = self.days["normalised"].resample("MS")
        whole = grouped.count() == pd.DatetimeIndex(grouped.mean().index).days_in_month
        return grouped.mean().where(whole)

    def trend(self, seed: int = 2) -> Trend:
        """Theil–Sen trend of the deseasonalised months with a block bootstrap interval."""
        return theil_sen(self.months(), deseason=True, bootstrap="block", seed=seed)


def weather_normalised(
    wide: pd.DataFrame,
    parameter: str,
    *,
    draws: int = 30,
    seed: int = 0,
    progress: Progress | None = None,
) -> Normalised:
    """
    Level of a pollutant with the weather's luck taken out.

    Parameters
    ----------
    wide : DataFrame
        Hourly or daily (local dates as midnights UTC), UTC DatetimeIndex: `parameter`, ``ws`` [m/s] and ``wd``
        [°], and any of ``temperature relative_humidity pressure precipitation boundary_layer_height dew_point``.
    parameter : str
        Column to normalise.
    draws : int
        Weathers that each hour meets.
    seed : int
        Same seed, same result.
    progress : callable, optional
        Called with the share done. [0–1]

    Returns
    -------
    Normalised

    Raises
    ------
    Refused
        Under 9,000 hours (730 days) with a value and wind, or if the model explains less than half of the variance
        of weeks it has not seen: then weather and level cannot be told apart.

    Notes
    -----
    Grange et al. 2018, doi:10.5194/acp-18-6223-2018, with weather drawn from the same hour and the four
    weeks around the same day of any year (Vu et al. 2019, doi:10.5194/acp-19-11303-2019), so that no July
    meets a frost. Days meet the weather of days. Histogram gradient boosting instead of a random
    forest. Predictions are summed draw by draw: memory does not grow with `draws`.
    """
    said = progress or (lambda _share: None)
    frame, weather = _features(wide, parameter)
    known = frame.dropna(subset=[parameter, "ws"])
    daily = _daily(wide)
    if len(known) < (LEAST_DAYS if daily else LEAST_HOURS):
        key, least = ("models.trends.days", LEAST_DAYS) if daily else ("models.trends.hours", LEAST_HOURS)
        raise Refused(key, least=least, found=len(known))
    with one_thread():
        found = _normalised(frame, known, parameter, weather, draws, seed, said)
    return replace(found, daily=daily)


def _daily(wide: pd.DataFrame) -> bool:
    index = pd.DatetimeIndex(wide.index)
    return len(index) > 1 and step(index) >= DAY


def _normalised(
    frame: pd.DataFrame,
    known: pd.DataFrame,
    parameter: str,
    weather: list[str],
    draws: int,
    seed: int,
    said: Progress,
) -> Normalised:
    """Judge the model on unseen weeks, then let each hour meet its weathers."""
    expected = _of_unseen_weeks(known, parameter, weather, seed, said)
    r2 = _explained(known[parameter].to_numpy(), expected)
    if r2 < LEAST_R2:
        raise Refused("models.trends.unexplained", named=parameter, share=round(100 * r2), least=round(100 * LEAST_R2))
    model = _model(seed, len(known)).fit(known[[*CLOCK, *weather]].to_numpy(), known[parameter].to_numpy())
    level = _over_weathers(model, frame, known, weather, draws, seed, said)
    hours = pd.DataFrame(
        {"normalised": level, "observed": frame[parameter], "unexplained": known[parameter] - expected}
    )
    return Normalised(hours.resample("D").mean(), r2, len(known), tuple(weather))


def _features(wide: pd.DataFrame, parameter: str) -> tuple[pd.DataFrame, list[str]]:
    """Add wind components and the clock; the clock has a value for every hour of the span."""
    if parameter not in wide:
        raise Refused("models.trends.no_column", who="asker", parameter=parameter, column=parameter)
    if not {"ws", "wd"} <= set(wide):
        raise Refused("models.trends.no_wind", who="asker", parameter="ws")
    full = regular(wide)
    index = pd.DatetimeIndex(full.index)
    angle = np.radians(full["wd"].to_numpy(dtype=float))
    speed = full["ws"].to_numpy(dtype=float)
    frame = full.assign(
        u=speed * np.sin(angle),
        v=speed * np.cos(angle),
        day=(index - index[0]) / pd.Timedelta(days=1),
        season=index.day_of_year.astype(float),
        weekday=index.day_of_week.astype(float),
        hour=index.hour.astype(float),
    )
    present = [name for name in MET if name in frame and frame[name].notna().any()]
    rows = [(hours, hours // 24 if _daily(full) else hours) for hours in LASTING_HOURS]
    lasting = {
        f"{name}_{hours}h": frame[name].rolling(length, min_periods=max(length // 2, 1)).mean()
        for name in LASTING
        if name in ("ws", "u", "v", *present)
        for hours, length in rows
        if length > 1
    }
    return frame.assign(**lasting), ["ws", "u", "v", *present, *lasting]


def _model(seed: int, values: int) -> Any:
    """Boosted trees, finer where values are few; no early stopping: it would judge by hours next to those learned."""
    from sklearn.ensemble import HistGradientBoostingRegressor  # slow to import

    return HistGradientBoostingRegressor(
        max_iter=150,
        learning_rate=0.1,
        min_samples_leaf=40 if values >= LEAST_HOURS else 10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )


def _of_unseen_weeks(known: pd.DataFrame, parameter: str, weather: list[str], seed: int, said: Progress) -> Array:
    """Predict each hour by a model that has not seen its week: hours next to each other are too alike."""
    weeks = (known["day"] // 7).astype(int).to_numpy()
    fold = np.random.default_rng(seed).permutation(weeks.max() + 1)[weeks] % FOLDS
    x, y, expected = known[[*CLOCK, *weather]].to_numpy(), known[parameter].to_numpy(), np.empty(len(known))
    for part in range(FOLDS):
        unseen = fold == part
        expected[unseen] = _model(seed, len(x)).fit(x[~unseen], y[~unseen]).predict(x[unseen])
        said(0.3 * (part + 1) / FOLDS)
    return expected


def _explained(observed: Array, expected: Array) -> float:
    spread = np.sum((observed - observed.mean()) ** 2)
    return float(1.0 - np.sum((observed - expected) ** 2) / spread) if spread else 0.0


def _over_weathers(
    model: Any,
    frame: pd.DataFrame,
    known: pd.DataFrame,
    weather: list[str],
    draws: int,
    seed: int,
    said: Progress,
) -> pd.Series:
    """Mean prediction for every hour of the span over weathers drawn from its season."""
    clock, pool = frame[list(CLOCK)].to_numpy(), known[list(weather)].to_numpy()
    donors, first, last = _donors(frame, known)
    random, total = np.random.default_rng(seed), np.zeros(len(frame))
    for draw in range(draws):
        picked = donors[first + (random.random(len(frame)) * (last - first)).astype(np.int64)]
        total += model.predict(np.hstack([clock, pool[picked]]))
        said(0.3 + 0.7 * (draw + 1) / draws)
    return pd.Series(total / draws, index=frame.index)


def _donors(frame: pd.DataFrame, known: pd.DataFrame) -> tuple[npt.NDArray[np.int64], ...]:
    """
    Rows of `known` ordered by hour and season, and for each row of `frame` where its own begin and end.

    The year is laid out three times, so that January finds December's weather.
    """
    turns = np.repeat([-365.0, 0.0, 365.0], len(known))
    hour, season = np.tile(known["hour"], 3), np.tile(known["season"], 3) + turns
    key = hour * 10_000 + season
    order = np.argsort(key, kind="stable")
    centre = frame["hour"].to_numpy() * 10_000 + frame["season"].to_numpy()
    first = np.searchsorted(key[order], centre - WINDOW_DAYS, side="left")
    last = np.searchsorted(key[order], centre + WINDOW_DAYS, side="right")
    return order % len(known), first, last
