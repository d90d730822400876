"""Quality control of rows on their way into the store, seen beside what is kept."""

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import clock
from data.parameters import POLLUTANTS
from data.schema import KEY, MEASURED, Conformed, conform
from data.store import Store
from jobs.ingest.beside import Asked
from jobs.ingest.notes import standing
from models.quality.hours import hourly_means
from models.quality.quality import flag

REACH = timedelta(hours=2)  # hours before the newest reading that it may still complete


def with_hours(store: Store, rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """
    Measured rows with the hourly means that their readings complete, together with those kept before.

    Parameters
    ----------
    store : Store
        Gives the earlier readings of the same hours.
    rows : DataFrame
        Conforming.
    now : datetime
        Only hours that are over by then.

    Returns
    -------
    DataFrame
        The rows, and hours of pollutants; unchanged where nothing shorter than an hour came.
    """
    short = rows[(rows["minutes"] < 60) & rows["kind"].isin(MEASURED) & rows["parameter"].isin(POLLUTANTS)]
    parts = [_hours(store, part, str(key), now) for key, part in short.groupby("city", sort=False)]
    hours = pd.concat(parts, ignore_index=True) if parts else short
    return pd.concat([rows, conform(hours, now).rows], ignore_index=True) if parts and len(hours) else rows


def _hours(store: Store, short: pd.DataFrame, key: str, now: datetime) -> pd.DataFrame:
    """Hourly means of a city's readings, with those kept before."""
    begin = short["start"].min().floor("h") - REACH
    earlier = store.measurements(
        key, sorted(set(short["parameter"])), begin, now, stations=sorted(set(short["station"])), judged=False,
    )  # fmt: skip
    earlier = earlier[earlier["minutes"] < 60]
    readings = pd.concat([earlier, short], ignore_index=True).drop_duplicates(list(KEY), keep="last")
    return hourly_means(readings, pd.Timestamp(now))


def rejects_of(door: Conformed, source: str, origin: str, now: datetime) -> pd.DataFrame:
    """
    Rejected rows as the store keeps them: one line a reason, with an excerpt and the number.

    Parameters
    ----------
    door : Conformed
        What `conform` gave.
    source, origin : str
        Whose rows, and how they came.
    now : datetime
        When.
    """
    lines = door.rejects.groupby("reason", sort=True).agg(excerpt=("excerpt", "first"), count=("excerpt", "size"))
    return lines.reset_index().assign(source=source, origin=origin, at=pd.Timestamp(now))


def checked(store: Store, rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """
    Rows with the flags of `models.quality`, seen beside what is kept, and of maintenance notes.

    Parameters
    ----------
    store : Store
        Gives what is kept of the same city.
    rows : DataFrame
        Conforming, not yet stored.
    now : datetime
        The moment.

    Returns
    -------
    DataFrame
        Kept rows that other checks doubt now than before, then the rows.
    """
    fresh, amended = beside(store, rows, now)
    return pd.concat([amended, fresh], ignore_index=True) if len(amended) else fresh


def beside(
    store: Store,
    rows: pd.DataFrame,
    now: datetime,
    *,
    judged: npt.ArrayLike | None = None,
    exact: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    New rows judged together with what is kept, so that it does not matter how rows were divided into batches.

    Parameters
    ----------
    store, rows, now
        As for `checked`; of several rows with one key only the last.
    judged : array_like of bool, optional
        Rows that a centre has checked: they stand as they are.
    exact : bool
        Whether other figures of a check are news of a kept row, as in an import; while rows arrive hour by hour the
        figures move with every one of them, and only another flag or another check is.

    Returns
    -------
    (DataFrame, DataFrame)
        The rows, and the kept ones whose verdict is another now, known at `now`.
    """
    stand = np.zeros(len(rows), dtype=np.bool_) if judged is None else np.asarray(judged, dtype=np.bool_)
    course = (rows["parameter"].isin(POLLUTANTS) & (rows["kind"] != "model") & (rows["minutes"] > 0)).to_numpy()
    parts, amended = [_alone(rows[~course], stand[~course])] if not course.all() else [], [rows[:0]]
    for (key, minutes), part in rows[course].groupby(["city", "minutes"], sort=False, observed=True):
        asked = Asked(store, str(key), int(minutes), part, stand[rows.index.get_indexer(part.index)], exact)
        fresh, old = asked.answered()
        parts.append(fresh)
        amended.append(old)
    fresh = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0] if parts else rows
    old = pd.concat([a for a in amended if len(a)] or amended[:1], ignore_index=True)
    return standing(store, fresh), old.assign(known_at=pd.Timestamp(now).as_unit("us"))


def _alone(rows: pd.DataFrame, judged: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Weather, forecasts and readings of a moment: each row is judged by itself."""
    return flag(rows, now=clock.machine(), judged=judged)
