"""Attribution of a city's newest weeks, kept in the store with everything needed to compute it again."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.city import cities
from data.store import Store, StoreError
from jobs.attribution import from_files
from jobs.attribution.inputs import Inputs, gather, window

log = logging.getLogger("cleanair")
DAYS = 60
SEED = 1
KEYS = {
    "attribution": ("city", "span"),
    "attribution_hours": ("city", "start", "category"),
    "attribution_sites": ("city",),
    "attribution_evidence": ("city",),
    "attribution_status": ("city",),
}
"""What a new row replaces; days and hours before the window stay as they were computed."""
DAY_KEY = ("city", "span", "start")


def refit(store: Store, city: str, now: datetime, days: int = DAYS, seed: int = SEED) -> dict[str, Any]:
    """
    Fit the last days of a city and keep the answer, or why there is none.

    Parameters
    ----------
    store : Store
        Read and written; a demo store gets simulated answers.
    city : str
        Key.
    now : datetime
        Aware; only whole hours before it count.
    days : int
        Length of the window. [d]
    seed : int
        Of the bootstraps.

    Returns
    -------
    dict
        ``city, refused`` (a sentence, empty when there is an answer)``, hours, stations, notes, sites_refused`` and
        ``shares`` of the last 14 days [%].

    Raises
    ------
    StoreError
        The store cannot be read or written.
    """
    from jobs.attribution import tables as made
    from models.attribution import InputError, SourceAttributor

    inputs = gather(store, city, *window(now, days))
    try:
        if not len(inputs.measurements):
            raise InputError("models.attribution.no_hours", who="nobody")
        model = SourceAttributor(zone=str(inputs.city.zone), neighbours=_neighbours(inputs), seed=seed)
        model.fit(**inputs.tables())
    except InputError as error:
        return _refuse(store, inputs, now, str(error))
    shares = made.shares(model, inputs, now)
    daily = shares["span"] == "day"
    store.replace("attribution", shares[daily], key=DAY_KEY)
    store.replace("attribution", shares[~daily], key=KEYS["attribution"])
    status = made.status(model, inputs, now)
    _keep(store, "attribution_hours", made.hours(model, inputs))
    _keep(store, "attribution_sites", made.sites(model, inputs, now), city)
    _keep(store, "attribution_evidence", made.evidence(model, inputs), city)
    _keep(store, "attribution_status", _row(status))
    return _told(status, shares)


def _neighbours(inputs: Inputs) -> tuple[dict[str, Any], ...]:
    return tuple({"country": n.country, "from": n.start, "to": n.end} for n in inputs.city.neighbours)


def _row(status: dict[str, Any]) -> pd.DataFrame:
    """The status as a table whose times are UTC even where a refusal left them empty."""
    moments = {name: pd.to_datetime(pd.Series([status[name]]), utc=True) for name in ("first", "last")}
    return pd.DataFrame([status]).assign(**moments)


def _keep(store: Store, name: str, rows: pd.DataFrame, city: str = "") -> None:
    """Replace a city's rows; an empty answer must not leave the old one standing."""
    if len(rows):
        store.replace(name, rows, key=KEYS[name])
    elif city and len(kept := store.table(name)):
        store.replace(name, kept[kept["city"] != city])


def _refuse(store: Store, inputs: Inputs, now: datetime, why: str) -> dict[str, Any]:
    """Keep the reason; days of the past stay, what was said of the present goes."""
    from jobs.attribution import tables as made

    key, status = inputs.city.key, made.blank(inputs, now, why)
    kept = store.table("attribution")
    if len(kept):
        store.replace("attribution", kept[(kept["city"] != key) | (kept["span"] == "day")])
    for name in ("attribution_sites", "attribution_evidence"):
        _keep(store, name, pd.DataFrame(), key)
    _keep(store, "attribution_status", _row(status))
    return _told(status, kept.iloc[:0])


def _told(status: dict[str, Any], shares: pd.DataFrame) -> dict[str, Any]:
    names = ("city", "refused", "stations", "coverage", "notes", "sites_refused")
    period = shares[shares["span"] == "14d"] if len(shares) else shares
    rows = period[["category", "share", "lower", "upper"]].round(1).to_dict("records") if len(period) else []
    return {**{name: status[name] for name in names}, "shares": rows}


def refit_all(store: Store, now: datetime, only: str | None = None) -> list[dict[str, Any]]:
    """Refit every city of which the store holds anything; one that fails is logged and does not stop the others."""
    done = []
    held = set(store.spans()["city"])
    for key in cities():
        if key in held and only in (None, key):
            try:
                done.append(refit(store, key, now))
            except (StoreError, ValueError, ArithmeticError) as error:
                log.warning("attribution of %s: %s", key, error)
                done.append({"city": key, "refused": f"The attribution failed: {error}"})
    return done


def run_store(store: Store, city: str, start: datetime, end: datetime, out: Path) -> dict[str, Any]:
    """
    Attribute a period of the store into categories.csv, daily.csv, sites.csv and report.json.

    Raises
    ------
    InputError
        The period holds nothing that can be attributed; one sentence says what is missing.
    """
    from models.attribution import InputError, SourceAttributor

    inputs = gather(store, city, start, end)
    if not len(inputs.measurements):
        raise InputError("models.attribution.nothing_stored", parameter="city", city=city)
    model = SourceAttributor(zone=str(inputs.city.zone), neighbours=_neighbours(inputs), seed=SEED)
    model.fit(**inputs.tables())
    digests: dict[str, str | None] = {
        "measurements": inputs.digest,
        "sources": inputs.inventory_sha256,
        "store": inputs.version,
    }
    report = from_files.summary(model, digests)
    from_files.write(model, report, Path(out))
    return report
