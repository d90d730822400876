"""Keeping a store filled with the demo world: the newest days first, then its hours, then the years before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from data.city import City, cities
from data.demo import progress
from data.demo.edition import of_this_release
from data.demo.happenings import moves
from data.demo.history import beginning, earlier_days
from data.demo.simulation import described
from data.demo.world import HOURS_OF, SOURCE, build, newest
from data.schema import conform_stations
from data.store.revisions import Appended
from data.times import interval_end

if TYPE_CHECKING:
    from data.store import Store

Check = Callable[[pd.DataFrame], pd.DataFrame]

LOOK_BACK = timedelta(days=2)
SHOWN = timedelta(days=3)  # what a screen of now needs
CONTEXT = 30  # with which the newest days are checked [d]
EVER = pd.Timestamp("2000-01-01", tz=UTC)  # the first description of a station holds from here on
HOURS_DONE = 0.2  # of the work; the years before are the rest
DESCRIBED = ["source", "station", "known_at", "valid_from"]


def fill(
    store: "Store",
    now: datetime,
    days: int | None = None,
    seed: int = 1,
    check: Check | None = None,
    stop: Callable[[], bool] | None = None,
) -> Appended:
    """
    Bring a store of the demo world up to a moment; to be called as often as wanted.

    Parameters
    ----------
    store : Store
        One that holds nothing but the demo world.
    now : datetime
        Aware.
    days : int, optional
        Only so many days, hour by hour; by default 120 of them and the years before as means of days.
    seed : int
        As for `build`.
    check : callable, optional
        Quality checks, rows in and the same rows with flags out; without it every row stays ``ok``.
    stop : callable, optional
        Whether to end early; what is missing is added by the next call.

    Returns
    -------
    Appended
        What the store took. Offered are the rows it lacks and, as checks look back, the two days before them.

    Notes
    -----
    While a world is built for the first time, `data.demo.progress.share` says how far it is. A world of another release
    is taken away first, with everything that was derived from it.
    """
    checked = check or (lambda rows: rows)
    try:
        spans = store.spans()
        if not of_this_release(store, spans):
            spans = store.spans()
        if spans.empty and days is None:
            progress.said(store.uri, 0.0)
        return _filled(store, spans, now, days, seed, checked, stop or (lambda: False))
    finally:
        progress.said(store.uri, None)


def _filled(
    store: "Store",
    spans: pd.DataFrame,
    now: datetime,
    days: int | None,
    seed: int,
    check: Check,
    stop: Callable[[], bool],
) -> Appended:
    done, hours = Appended(), days or HOURS_OF
    _describe(store, now)
    if spans.empty and days is None:
        rows = check(build(now, CONTEXT, seed).measurements)
        done += store.append(rows[rows["start"] >= pd.Timestamp(now) - SHOWN])
        progress.said(store.uri, HOURS_DONE / 2)
    rows = check(build(now, hours, seed).measurements)
    done += store.append(_fresh(rows, store.spans(), timedelta() if done.stored else LOOK_BACK))
    _status(store, rows, now)
    return done if days else done + _years(store, now, seed, check, stop)


def _fresh(rows: pd.DataFrame, spans: pd.DataFrame, back: timedelta) -> pd.DataFrame:
    """Rows older than what the store has of their series, or newer than a time before the newest of it."""
    if spans.empty:
        return rows
    series = ["source", "station", "parameter", "minutes"]
    known = spans.groupby(series).agg(first=("first", "min"), last=("last", "max")).reset_index()
    mine = rows[series].merge(known, on=series, how="left")
    start = rows["start"].reset_index(drop=True)
    return rows[(mine["first"].isna() | (start < mine["first"]) | (start > mine["last"] - back)).to_numpy()]


def _describe(store: "Store", now: datetime) -> None:
    """Keep the stations, and where the one that moved stood before."""
    table = pd.concat([_places(place, now) for place in cities().values()], ignore_index=True)
    kept = store.station_history()
    same = [*table.columns]
    if len(kept) == len(table):
        ordered = (t[same].sort_values(DESCRIBED).reset_index(drop=True) for t in (kept, table))
        if next(ordered).equals(next(ordered)):
            return
    store.replace("stations", table)


def _places(place: City, now: datetime) -> pd.DataFrame:
    """Descriptions of a city's stations with the time for which they were known, of the one that moved each place."""
    last = newest(now)
    before = int(beginning_at(place, now).timestamp() // 3600)
    parts = []
    for at, hour in enumerate([before, *moves(place.zone, before + 1, last)]):
        table = conform_stations(described(place, hour).drop(columns=["reference", "stoves", "cars"]))
        parts.append(table.assign(known_at=EVER if not at else pd.Timestamp(hour, unit="h", tz=UTC)))
    every = pd.concat(parts, ignore_index=True)
    told = [name for name in every.columns if name != "known_at"]
    every = every.drop_duplicates(told).sort_values(["station", "known_at"]).reset_index(drop=True)
    known = [_as_known(mine.reset_index(drop=True)) for _, mine in every.groupby("station")]
    times = ["valid_from", "valid_until", "known_at", "known_until"]
    made = pd.concat(known, ignore_index=True)
    return made.assign(**{name: pd.to_datetime(made[name], utc=True).astype("datetime64[us, UTC]") for name in times})


def _as_known(mine: pd.DataFrame) -> pd.DataFrame:
    """A station's places as they were known from each move on: the former ones too, each with its time."""
    edges = [*mine["known_at"], pd.NaT]
    return pd.concat(
        [
            mine.iloc[: at + 1].assign(
                valid_from=[pd.NaT, *edges[1 : at + 1]],
                valid_until=[*edges[1 : at + 1], pd.NaT],
                known_at=edges[at],
                known_until=edges[at + 1],
            )
            for at in range(len(mine))
        ],
        ignore_index=True,
    )


def beginning_at(place: City, now: datetime) -> datetime:
    """When the first day of a city's history begins."""
    first = beginning(place, now)
    return datetime(first.year, first.month, first.day, tzinfo=place.zone)


def _status(store: "Store", rows: pd.DataFrame, now: datetime) -> None:
    for key, mine in rows.groupby("city"):
        until = interval_end(mine["start"].max(), 60)
        fields = {"rows": len(mine), "rejected": 0, "error": "", "next": now + timedelta(hours=1), "newest": until}
        store.put_status(SOURCE, str(key), attempted=now, succeeded=now, **fields)


def _years(store: "Store", now: datetime, seed: int, check: Check, stop: Callable[[], bool]) -> Appended:
    """The days before the hours, of every city that lacks them; one commit each."""
    spans, done = store.spans(), Appended()
    lacking = [place for place in cities().values() if _lacks(place, spans, now)]
    for number, place in enumerate(lacking):
        hours = spans[(spans["city"] == place.key) & (spans["minutes"] == 60)]
        parts = []
        for part in earlier_days(place, beginning(place, now), hours["first"].min(), now, seed):
            if stop():
                return done
            parts.append(part.measurements)
            so_far = (number + part.share) / len(lacking)
            progress.said(store.uri, HOURS_DONE + (1 - HOURS_DONE) * so_far)
        rows = check(pd.concat(parts, ignore_index=True))
        done += store.append(_fresh(rows, spans, timedelta()))
    return done


def _lacks(place: City, spans: pd.DataFrame, now: datetime) -> bool:
    days = spans[(spans["city"] == place.key) & (spans["minutes"] == 1440)]
    return bool(days.empty or days["first"].min() > pd.Timestamp(beginning_at(place, now)) + pd.Timedelta(days=31))
