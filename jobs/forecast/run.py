"""The forecast of a city, computed by the hour and kept: hours, warnings, skill, and issues to be judged by later."""

import logging
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.city import cities
from data.store import StoreError
from data.store.reader import DerivingStore, StoreReader
from jobs.forecast import tables as made
from jobs.forecast.inputs import CITY, Inputs, gather
from jobs.forecast.learned import fitted

if TYPE_CHECKING:
    from models.forecast import Forecaster

log = logging.getLogger("cleanair")
SEED = 1
JUDGED = pd.Timedelta(hours=24)  # the errors of past issues change slowly
ORIGINS = 160  # issues a day of judgement looks at
DAY_BEFORE = pd.Timedelta(hours=24)
NEAR = pd.Timedelta(hours=6)  # an issue so far from 24 h ago still is yesterday's


def forecast(store: DerivingStore, city: str, now: datetime, seed: int = SEED) -> dict[str, Any]:
    """
    Forecast a city's next 72 hours and keep them, or why there are none.

    Parameters
    ----------
    store : DerivingStore
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

    Notes
    -----
    Until `judge` has run, the order of the methods is that of the fit's own calibration.
    """
    begun = time.monotonic()
    inputs = gather(store, city, now)
    if inputs.refused:
        return _refuse(store, inputs, now, inputs.refused)
    try:
        skill = made.of(store.table("forecast_skill"), city)
        past, lacking = _yesterday(store, inputs)
        model = fitted(store, inputs, past if lacking else inputs.issued, seed)
        rows = issue(inputs, model, inputs.issued, skill, now)
        said = made.warnings(inputs, model, rows)
        # Made from what was measured by then, by a model that learned from no later hour; marked by `computed_at`.
        earlier = issue(inputs, model, past, skill, now) if lacking else rows.iloc[:0]
    except (ValueError, ArithmeticError):
        log.exception("forecast of %s", city)
        return _refuse(store, inputs, now, "failed")
    if not len(rows):
        return _refuse(store, inputs, now, "too_short")
    seconds = time.monotonic() - begun
    kept = made.history(store.table("forecast_history"), city, earlier[earlier["station"] == CITY], rows)
    _keep(store, "forecast_history", city, kept)
    _keep(store, "forecast_warnings", city, said)
    _keep(store, "forecasts", city, rows)
    _keep(store, "forecast_status", city, made.status(inputs, now, seconds, stations=rows["station"].nunique() - 1))
    return made.told(inputs, rows, said, seconds)


def issue(
    inputs: Inputs, model: "Forecaster", at: pd.Timestamp, skill: pd.DataFrame, now: datetime
) -> pd.DataFrame:  # fmt: skip
    """The hours as forecast from one moment, as `jobs.forecast.export.COLUMNS`; station ``""`` is the city's figure."""
    answer = model.predict(at, inputs.history, inputs.weather, inputs.cams, choice=made.choice(skill))
    return made.rows(inputs, answer, now)


def _yesterday(store: StoreReader, inputs: Inputs) -> tuple[pd.Timestamp, bool]:
    """The moment 24 h ago, and whether no issue of about then is kept: a first run, a replay, the demo world."""
    at = inputs.issued - DAY_BEFORE
    kept = made.of(store.table("forecast_history"), inputs.city.key)
    return at, not len(kept) or bool((kept["issued"] - at).abs().min() > NEAR)


def judge(store: DerivingStore, city: str, now: datetime, seed: int = SEED) -> list[str]:
    """
    Judge the methods of a city on issues of the past, once a day, pollutant by pollutant.

    Returns
    -------
    list of str
        Pollutants that were judged now; each is kept at once, so that a stopped run goes on where it was.
    """
    from models.forecast import Forecaster
    from models.forecast import skill as errors

    inputs = gather(store, city, now)
    maker = Forecaster(seed=seed, zone=inputs.zone, season=inputs.season)
    done = []
    for name in inputs.history["parameter"].unique() if not inputs.refused else ():
        if _judged(store, inputs, str(name), now):
            continue
        mine = inputs.history[inputs.history["parameter"] == name]
        try:
            table = errors(mine, inputs.weather, inputs.cams, origins=ORIGINS, folds=1, first=made.FIRST_JUDGED,
                           forecaster=maker)  # fmt: skip
        except (ValueError, ArithmeticError):
            log.exception("judging the forecast of %s, %s", city, name)
            continue
        if len(table):
            store.replace("forecast_skill", made.skill(inputs, table, now), key=("city", "parameter"))
            done.append(str(name))
    return done


def _judged(store: StoreReader, inputs: Inputs, parameter: str, now: datetime) -> bool:
    """Whether errors of the same inputs are kept that are younger than a day."""
    kept = made.of(store.table("forecast_skill"), inputs.city.key)
    mine = kept[kept["parameter"] == parameter] if len(kept) else kept
    if not len(mine) or bool(mine["weather"].iloc[0]) != (inputs.weather is not None):
        return False
    return bool(abs(pd.Timestamp(now) - mine["computed_at"].max()) < JUDGED)


def _keep(store: DerivingStore, name: str, city: str, rows: pd.DataFrame) -> None:
    """A city's rows in place of its old ones; other cities' stay."""
    table = store.table(name)
    others = table[table["city"] != city]
    store.replace(name, pd.concat([others, rows], ignore_index=True) if len(others) else rows)


def _refuse(store: DerivingStore, inputs: Inputs, now: datetime, reason: str) -> dict[str, Any]:
    """Keep the reason; what was said of the coming hours goes, past issues stay."""
    for name in ("forecasts", "forecast_warnings"):
        kept = store.table(name)
        if (kept["city"] == inputs.city.key).any():
            store.replace(name, kept[kept["city"] != inputs.city.key])
    _keep(store, "forecast_status", inputs.city.key, made.status(inputs, now, reason=reason))
    return {**made.told(inputs, pd.DataFrame(), pd.DataFrame(), 0.0), "refused": made.sentence(inputs, reason),
            "reason": reason}  # fmt: skip


def forecast_all(store: DerivingStore, now: datetime, only: str | None = None) -> list[dict[str, Any]]:
    """
    Forecast every city of which the store holds anything, then judge where that is due and forecast by the judgement.

    One city that fails does not stop the others.
    """
    held = set(store.spans()["city"])
    keys = [key for key in cities() if key in held and only in (None, key)]
    done = {key: _safely(store, key, now) for key in keys}
    for key in keys:
        if not done[key]["refused"] and judge(store, key, now):
            done[key] = _safely(store, key, now)
    return list(done.values())


def _safely(store: DerivingStore, city: str, now: datetime) -> dict[str, Any]:
    try:
        return forecast(store, city, now)
    except StoreError as error:
        log.warning("forecast of %s: %s", city, error)
        return {"city": city, "refused": f"The forecast could not be kept: {error}", "reason": "failed"}
