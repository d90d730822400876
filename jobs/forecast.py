"""The forecast of a city, computed by the hour and kept: hours, warnings, skill, and issues to be judged by later."""

import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.city import cities
from data.store import Store, StoreError
from jobs import forecast_tables as made
from jobs.forecast_inputs import Inputs, gather

if TYPE_CHECKING:
    from models.forecast import Forecaster

log = logging.getLogger("cleanair")
SEED = 1
JUDGED = pd.Timedelta(hours=24)  # the errors of past issues change slowly
ORIGINS, FOLDS = 120, 2  # of the daily judgement
DAY_BEFORE = pd.Timedelta(hours=24)
NEAR = pd.Timedelta(hours=6)  # an issue so far from 24 h ago still is yesterday's


def forecast(store: Store, city: str, now: datetime, seed: int = SEED) -> dict[str, Any]:
    """
    Forecast a city's next 72 hours and keep them, or why there are none.

    Parameters
    ----------
    store : Store
        Read and written; a demo store gets simulated answers.
    city : str
        Key.
    now : datetime
        Aware; issued at its whole hour.
    seed : int
        Of the model.

    Returns
    -------
    dict
        ``city, refused`` (a sentence, empty when there is an answer)``, reason`` (its code)``, issued, parameters,
        stations, shown`` (method by parameter and lead of the city's figure)``, tomorrow`` (probability by
        parameter)``, weather, cams, seconds``.

    Raises
    ------
    StoreError
        The store cannot be read or written.
    """
    begun = time.monotonic()
    inputs = gather(store, city, now)
    if inputs.refused:
        return _refuse(store, inputs, now, inputs.refused)
    try:
        skill = judged(store, inputs, now, seed)
        model = fitted(inputs, inputs.issued, seed)
        rows = issue(inputs, model, inputs.issued, skill, now)
        said = made.warnings(inputs, model, rows)
        past = hindsight(store, inputs, skill, now, seed)
    except (ValueError, ArithmeticError):
        log.exception("forecast of %s", city)
        return _refuse(store, inputs, now, "failed")
    if not len(rows):
        return _refuse(store, inputs, now, "too_short")
    seconds = time.monotonic() - begun
    _keep(store, "forecast_skill", city, skill)
    _keep(store, "forecast_history", city, made.history(store.table("forecast_history"), city, past, rows))
    _keep(store, "forecast_warnings", city, said)
    _keep(store, "forecasts", city, rows)
    _keep(store, "forecast_status", city, made.status(inputs, now, seconds, stations=rows["station"].nunique() - 1))
    return made.told(inputs, rows, said, seconds)


def fitted(inputs: Inputs, at: pd.Timestamp, seed: int = SEED) -> "Forecaster":
    """A model that learned from what was over at a moment."""
    from models.forecast import Forecaster

    model = Forecaster(seed=seed, zone=inputs.zone, season=inputs.city.heating)
    return model.fit(inputs.history, inputs.weather, inputs.cams, until=at)


def issue(
    inputs: Inputs, model: "Forecaster", at: pd.Timestamp, skill: pd.DataFrame, now: datetime
) -> pd.DataFrame:  # fmt: skip
    """The hours as forecast from one moment, as `jobs.forecast_csv.COLUMNS`; station ``""`` is the city's figure."""
    rows = model.predict(at, inputs.history, inputs.weather, inputs.cams, choice=made.choice(skill))
    return made.rows(inputs, rows, now)


def judged(store: Store, inputs: Inputs, now: datetime, seed: int = SEED) -> pd.DataFrame:
    """Errors by lead from rolling origins: the kept ones while they are younger than a day, else computed anew."""
    kept = made.of(store.table("forecast_skill"), inputs.city.key)
    if len(kept) and set(inputs.history["parameter"]) <= set(kept["parameter"]):
        age = pd.Timestamp(now) - kept["computed_at"].max()
        same = bool(kept["weather"].iloc[0]) == (inputs.weather is not None)
        if same and abs(age) < JUDGED:
            return kept
    from models.forecast import Forecaster
    from models.forecast import skill as judge

    maker = Forecaster(seed=seed, zone=inputs.zone, season=inputs.city.heating)
    table = judge(inputs.history, inputs.weather, inputs.cams, origins=ORIGINS, folds=FOLDS, forecaster=maker)
    return made.skill(inputs, table, now)


def hindsight(
    store: Store, inputs: Inputs, skill: pd.DataFrame, now: datetime, seed: int = SEED
) -> pd.DataFrame:  # fmt: skip
    """
    The issue of 24 h ago where none was kept: at the first run, in a replay, in the demo world.

    Returns
    -------
    DataFrame
        Of the city's figure; made from what was measured by then, and marked by when it was computed. Empty where
        an issue of yesterday is kept.
    """
    at = inputs.issued - DAY_BEFORE
    kept = made.of(store.table("forecast_history"), inputs.city.key)
    if len(kept) and (kept["issued"] - at).abs().min() <= NEAR:
        return kept.iloc[:0]
    rows = issue(inputs, fitted(inputs, at, seed), at, skill, now)
    return rows[rows["station"] == ""]


def _keep(store: Store, name: str, city: str, rows: pd.DataFrame) -> None:
    """A city's rows in place of its old ones; other cities' stay."""
    table = store.table(name)
    others = table[table["city"] != city] if "city" in table else rows.iloc[:0]
    both = pd.concat([others, rows], ignore_index=True) if len(others) else rows
    if len(both.columns):
        store.replace(name, both)


def _refuse(store: Store, inputs: Inputs, now: datetime, reason: str) -> dict[str, Any]:
    """Keep the reason; what was said of the coming hours goes, past issues stay."""
    for name in ("forecasts", "forecast_warnings"):
        kept = store.table(name)
        if "city" in kept and (kept["city"] == inputs.city.key).any():
            store.replace(name, kept[kept["city"] != inputs.city.key])
    _keep(store, "forecast_status", inputs.city.key, made.status(inputs, now, reason=reason))
    return {**made.told(inputs, pd.DataFrame(), pd.DataFrame(), 0.0), "refused": made.sentence(inputs, reason),
            "reason": reason}  # fmt: skip


def forecast_all(store: Store, now: datetime, only: str | None = None) -> list[dict[str, Any]]:
    """Forecast every city of which the store holds anything; one that fails does not stop the others."""
    done = []
    held = set(store.spans()["city"])
    for key in cities():
        if key in held and only in (None, key):
            try:
                done.append(forecast(store, key, now))
            except StoreError as error:
                log.warning("forecast of %s: %s", key, error)
                done.append({"city": key, "refused": f"The forecast could not be kept: {error}", "reason": "failed"})
    return done
