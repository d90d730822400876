"""Verdicts on spans of stations, found anew in what the store holds; those that changed replace the older ones."""

from datetime import datetime
from typing import Any

import pandas as pd

from data import clock
from data.city import City, city_files
from data.store import Store
from data.store.reader import StoreReader
from data.store.tables.schemas import TABLES
from data.store.verdicts import TABLE, known
from data.times import interval_end, local_days

STATUS = "verdict_status"
KEY = TABLES[TABLE].key
SPAN = ["station", "parameter", "check", "start"]
TOLD = ["until", "figure", "lower", "upper", "other", "doubts"]
READ = ("source", "station", "parameter", "start", "minutes", "value", "flag")
KINDS = ("reference", "indicative", "simulated")
WIND = "wind_speed"
DIGITS = 2  # significant ones in which a figure must move before a verdict counts as another
SOONER = pd.Timedelta(microseconds=1)


def refresh(store: Store, where: City, moment: datetime | None = None) -> dict[str, int]:
    """
    Look at the stations of a city and keep what is held of them.

    Parameters
    ----------
    store : Store
        Read without earlier verdicts, and written.
    where : City
        Whose stations.
    moment : datetime, optional
        Rows that begin after it are left out; the clock by default.

    Returns
    -------
    dict
        ``verdicts`` (how many hold), ``new``, ``changed``, ``gone``. A second look at the same rows changes nothing.

    Notes
    -----
    A verdict that changed is closed and the new one stands beside it, so that `as_of` shows what was held then.
    """
    from models.quality.spans.judge import judge

    now = moment or clock.now()
    plain: dict[str, Any] = {"kinds": KINDS, "judged": False}
    rows = store.measurements(where.key, None, None, now, columns=READ, **plain)
    days = store.daily(where.key, None, None, now, zone=where.zone, **plain)
    whole = store.daily(where.key, None, None, now, zone=where.zone, flags=("ok", "suspect"), **plain)
    found = judge(rows, days, whole, _wind(store, where, now), store.stations(where.key), where.zone)
    found = found.assign(city=where.key)
    done = _keep(store, where.key, found)
    _say(store, where.key, rows, now, len(found))
    return done


def refresh_all(store: Store, key: str | None = None) -> dict[str, dict[str, int]]:
    """`refresh` of every city that has rows, or of one."""
    held = set(store.spans()["city"]) if key is None else {key}
    return {c.key: refresh(store, c) for c in city_files().values() if c.key in held}


def current(store: StoreReader, key: str | None = None) -> pd.DataFrame:
    """Verdicts that hold, those that still stand first, then the newest: columns of the table."""
    rows = known(store.table(TABLE))
    rows = rows if key is None else rows[rows["city"] == key]
    order = rows.assign(still=rows["until"].isna(), end=rows["until"].fillna(rows["start"]))
    order = order.sort_values(["still", "end", *SPAN], ascending=[False, False, *[True] * len(SPAN)], kind="stable")
    return order.drop(columns=["still", "end"]).reset_index(drop=True)


def looked(store: StoreReader, key: str | None = None) -> pd.DataFrame:
    """When the cities were last looked at; a city without a row was never."""
    rows = store.table(STATUS)
    return rows if key is None else rows[rows["city"] == key]


def _wind(store: Store, where: City, now: datetime) -> pd.Series:
    """Mean wind speed by local day, over all that tell it [m/s]."""
    rows = store.measurements(where.key, [WIND], None, now, columns=("start", "value"), flags=("ok",))
    return rows.groupby(local_days(rows["start"], where.zone))["value"].mean()


def _keep(store: Store, key: str, found: pd.DataFrame) -> dict[str, int]:
    """Write what changed in one commit."""
    held = known(store.table(TABLE))
    held = held[held["city"] == key]
    both = found.merge(held, on=SPAN, how="outer", suffixes=("", "_held"), indicator="side")
    same = (both["side"] == "both") & _alike(both)
    kept = both.loc[same, SPAN]
    fresh = _without(found, kept)
    closed = _without(held, kept)
    if len(fresh) or len(closed):
        at = pd.Timestamp(clock.now())
        at = max(at, held["known_at"].max() + SOONER) if len(held) else at
        added = fresh.assign(known_at=at, known_until=pd.NaT)
        store.replace(TABLE, pd.concat([closed.assign(known_until=at), added])[list(TABLES[TABLE].names)], KEY)
    counts = both.loc[~same, "side"].value_counts()
    named = {"new": "left_only", "changed": "both", "gone": "right_only"}
    return {"verdicts": len(found), **{name: int(counts.get(side, 0)) for name, side in named.items()}}


def _alike(both: pd.DataFrame) -> pd.Series:
    """Whether two verdicts on one span say the same, figures to two digits."""
    alike = pd.Series(True, index=both.index)
    for name in TOLD:
        new, old = both[name], both[f"{name}_held"]
        if name in ("figure", "lower", "upper"):
            new, old = (x.map(lambda v: f"{v:.{DIGITS}g}") for x in (new, old))
        alike &= (new == old) | (new.isna() & old.isna())
    return alike


def _without(rows: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    return rows[~pd.MultiIndex.from_frame(rows[SPAN]).isin(pd.MultiIndex.from_frame(kept))]


def _say(store: Store, key: str, rows: pd.DataFrame, now: datetime, count: int) -> None:
    ends = interval_end(rows["start"], rows["minutes"])
    look = {
        "city": key, "computed_at": pd.Timestamp(now), "newest": ends.max(),
        "channels": len(rows[["station", "parameter"]].drop_duplicates()), "verdicts": count,
    }  # fmt: skip
    row = pd.DataFrame([look]).assign(newest=lambda x: pd.to_datetime(x["newest"], utc=True))
    store.replace(STATUS, row, TABLES[STATUS].key)
