"""Quality control of rows on their way into the store, seen beside what is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks, clock
from data.parameters import POLLUTANTS
from data.schema import KEY, MEASURED, Conformed, conform
from data.store import Store
from jobs.ingest.notes import standing
from models.quality.hours import hourly_means

CONTEXT = timedelta(days=14)  # earlier rows that the checks see
REACH = timedelta(hours=2)  # hours before the newest reading that it may still complete
AMENDED = timedelta(days=3)  # earlier rows that the checks may still mark


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
    Rows with the flags of `models.quality`, seen beside the two weeks before them, and of maintenance notes.

    Parameters
    ----------
    store : Store
        Gives the context: measured rows of the same city.
    rows : DataFrame
        Conforming, not yet stored.
    now : datetime
        The moment.

    Returns
    -------
    DataFrame
        The rows, and those of the last three days before them that are seen otherwise now: they turn out doubtful, or
        what nothing supported at first (`data.checks.UNCONFIRMED`) is borne out by what came since.
    """
    from models.quality.quality import flag

    parts = [_checked_city(store, part, str(key), now, flag) for key, part in rows.groupby("city", sort=False)]
    return standing(store, pd.concat(parts, ignore_index=True)) if parts else rows


def _checked_city(
    store: Store, rows: pd.DataFrame, key: str, now: datetime, flag: Callable[..., pd.DataFrame]
) -> pd.DataFrame:
    if not rows["kind"].isin(MEASURED).any():
        return flag(rows)  # hours ahead of a model are forecasts, no fault
    names = sorted({*rows["parameter"], *POLLUTANTS})  # other channels bear a rise out
    earlier = store.measurements(
        key, names, rows["start"].min() - CONTEXT, rows["start"].max() + timedelta(hours=1), kinds=MEASURED,
        judged=False,
    )  # fmt: skip
    again = pd.MultiIndex.from_frame(earlier[list(KEY)]).isin(pd.MultiIndex.from_frame(rows[list(KEY)]))
    earlier = earlier[~again]
    recent = (earlier["start"] >= rows["start"].min() - AMENDED).to_numpy()
    both = flag(pd.concat([_reopened(earlier, recent), rows], ignore_index=True), now=clock.machine())
    before, fresh = both.iloc[: len(earlier)], both.iloc[len(earlier) :]
    changed = recent & (_verdicts(before) != _verdicts(earlier)).to_numpy()
    return pd.concat([before[changed].assign(known_at=pd.Timestamp(now)), fresh], ignore_index=True)


def _reopened(rows: pd.DataFrame, recent: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Rows without the doubts that what came since may have answered: a newest value is asked before all is in."""
    asked = recent & (rows["flag"] == "suspect").to_numpy() & checks.only(rows["checks"], checks.UNCONFIRMED)
    if not asked.any():
        return rows
    told = rows["checks"].where(~asked, checks.none(rows.index))
    return rows.assign(flag=rows["flag"].mask(asked, "ok"), checks=told)


def _verdicts(rows: pd.DataFrame) -> pd.Series:
    """Flag, and which of the open questions is asked: their figures move with every hour and are no news."""
    asked = checks.each(rows["checks"], lambda e: ";".join(sorted(checks.UNCONFIRMED.intersection(checks.names(e)))))
    return rows["flag"].astype("str").reset_index(drop=True) + ":" + pd.Series(asked, dtype="str")
