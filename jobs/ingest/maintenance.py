"""Notes of work at an instrument: who, where, when, why; the data of that time are flagged, and nothing is deleted."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pandas as pd

from data import clock
from data.city import city
from data.errors import CentreError
from data.parameters import PARAMETERS
from data.schema import KEY
from data.store import Store
from jobs.ingest.notes import BEFORE, COLUMNS, TABLE, notes, standing
from models.quality.maintenance import bare, covered, marked, plain

LONGEST = pd.Timedelta(days=366)
WORDS = 300  # of what was done; it stands beside every value of the span [characters]


class MaintenanceError(CentreError, ValueError):
    """A note cannot be kept as it was given; whoever wrote it must mend it."""

    who = "asker"
    status = 400


def add(
    store: Store, key: str, station: str, start: datetime, end: datetime, why: str, by: str, *, parameter: str = ""
) -> tuple[str, int]:
    """
    Note work at a station and flag what was measured meanwhile.

    Parameters
    ----------
    store : Store
        Where the note goes.
    key : str
        City.
    station : str
        Its id, as the store knows it.
    start, end : datetime
        Aware; [start, end).
    why : str
        What was done, in a few words.
    by : str
        The operator's name.
    parameter : str
        One key, or "" for everything the station measures.

    Returns
    -------
    (str, int)
        Id of the note, and how many values it flagged; those that arrive later are flagged when they come.

    Raises
    ------
    MaintenanceError
        When station, parameter, span, reason or name do not hold; the sentence says which.
    """
    where = city(key)
    _check(store, where.key, station, parameter, start, end, why, by)
    note = {
        "id": f"m-{uuid.uuid4().hex[:8]}", "city": where.key, "station": station, "parameter": parameter,
        "start": pd.Timestamp(start), "end": pd.Timestamp(end), "by": " ".join(by.split()), "why": plain(why),
        "at": pd.Timestamp(clock.now()), "withdrawn": False,
    }  # fmt: skip
    row = pd.DataFrame([note]).astype(COLUMNS)
    store.extend(TABLE, row)  # first, so that what is collected meanwhile is flagged too
    mine = next(row.itertuples())
    rows = _kept(store, mine)
    done = _revise(store, rows, marked(rows, row))
    return str(note["id"]), done


def withdraw(store: Store, note: str, by: str, why: str = "") -> int:
    """
    Take a note back; its values get the flags that quality control gives them.

    Parameters
    ----------
    store : Store
        Whose note.
    note : str
        Its id.
    by : str
        The operator's name.
    why : str
        A word on it, kept with the withdrawal.

    Returns
    -------
    int
        How many values changed. The note stays in the log, and `as_of` an earlier moment shows the flags of that time.

    Raises
    ------
    MaintenanceError
        When there is no such note, or it is withdrawn already.
    """
    standing = notes(store)
    mine = standing[standing["id"] == note]
    if not len(mine):
        raise MaintenanceError("jobs.note.none", parameter="note", note=note)
    if not by.strip():
        raise MaintenanceError("jobs.note.no_withdrawer", parameter="by")
    gone = mine.assign(by=" ".join(by.split()), at=pd.Timestamp(clock.now()), withdrawn=True)
    store.extend(TABLE, gone.assign(why=plain(why) or gone["why"]))
    rows = _kept(store, next(mine.itertuples()))
    fresh = marked(bare(rows), standing[standing["id"] != note])
    return _revise(store, rows, fresh) + _hours_again(store, fresh)


def checks(store: Store, now: datetime) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Quality control and the notes of a store as one step, for whoever fills it."""
    from models.quality.quality import flag

    control = partial(flag, now=now)
    return lambda rows: standing(store, control(rows))


def _check(
    store: Store, key: str, station: str, parameter: str, start: datetime, end: datetime, why: str, by: str
) -> None:
    known = set(store.spans(key)["station"]) | set(store.stations(key)["station"])
    if station not in known:
        raise MaintenanceError("jobs.note.no_station", parameter="station", city=key, station=station)
    if parameter and parameter not in PARAMETERS:
        raise MaintenanceError("jobs.note.no_parameter", parameter="parameter", label=parameter, known=list(PARAMETERS))
    if start.tzinfo is None or end.tzinfo is None:
        raise MaintenanceError("jobs.note.no_zone", parameter="start" if start.tzinfo is None else "end")
    if not start < end:
        raise MaintenanceError("jobs.note.order", parameter="end")
    if pd.Timestamp(end) - pd.Timestamp(start) > LONGEST:
        raise MaintenanceError("jobs.note.long", parameter="end")
    if not plain(why) or len(why) > WORDS:
        raise MaintenanceError("jobs.note.why", parameter="why", most=WORDS)
    if not by.strip():
        raise MaintenanceError("jobs.note.no_name", parameter="by")


def _kept(store: Store, note: object) -> pd.DataFrame:
    """Rows in the store that a note is about."""
    start, end = pd.Timestamp(note.start), pd.Timestamp(note.end)  # type: ignore[attr-defined]
    rows = store.measurements(
        note.city, [note.parameter] if note.parameter else None, (start - BEFORE).to_pydatetime(),  # type: ignore[attr-defined]
        end.to_pydatetime(), stations=[note.station], judged=False,  # type: ignore[attr-defined]
    )  # fmt: skip
    return rows[covered(rows, note)].reset_index(drop=True)


def _revise(store: Store, before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Keep the rows whose flag or checks changed, as of now."""
    changed = (before["flag"].to_numpy(object) != after["flag"].to_numpy(object)) | (
        before["checks"].to_numpy(object) != after["checks"].to_numpy(object)
    )
    if not changed.any():
        return 0
    return store.append(after[changed].assign(known_at=pd.Timestamp(clock.now()))).revised


def _hours_again(store: Store, rows: pd.DataFrame) -> int:
    """Hours that could not be made while their readings were invalid."""
    from jobs.ingest.quality import checked, with_hours

    if not len(rows) or not (rows["minutes"] < 60).any():
        return 0
    now = clock.now()
    hours = with_hours(store, rows.assign(known_at=pd.Timestamp(now)), clock.now())
    hours = hours[hours["minutes"] == 60]
    have = store.measurements(
        str(rows["city"].iloc[0]), None, rows["start"].min().floor("h").to_pydatetime(), None,
        stations=sorted(set(rows["station"])), minutes=[60], judged=False,
    )  # fmt: skip
    names = list(KEY)
    fresh = hours[~pd.MultiIndex.from_frame(hours[names]).isin(pd.MultiIndex.from_frame(have[names]))]
    return store.append(checked(store, fresh, now)).stored if len(fresh) else 0
