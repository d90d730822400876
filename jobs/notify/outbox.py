"""What must still be told to somebody: every notification is kept before its first try and until it has left."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from data.errors import CentreError, columns
from data.store import Store
from jobs.alarms.reports import Report, rank

NAME, LOCK = "outbox", "outbox.lock"
WAIT = 30.0  # for a delivery that is under way [s]
COLUMNS: Mapping[str, str] = {
    "id": "str",
    "channel": "str",
    "at": "datetime64[us, UTC]",
    "tries": "int64",
    "next": "datetime64[us, UTC]",
    "sent": "datetime64[us, UTC]",
    "error": "str",
    "error_key": "str",
    "error_who": "str",
    "error_words": "str",
    "batch": "str",
}
ACTIONS = ("raised", "rang_again", "returned", "out_of_service")
ONCE = ("raised",)  # happens once in an occurrence; the others are told apart by their time
NEWS = timedelta(hours=24)  # an older entry of the log is no news to a channel that was added today
FLOOD = 5  # more at once are told in one message
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)  # waits after the first and after many failures
PATIENCE = timedelta(days=7)  # then a message is given up
KEPT = timedelta(days=30)  # settled rows are shown for so long


@dataclass(frozen=True)
class Letter:
    """
    One message to one channel.

    Attributes
    ----------
    id : str
        The same at every try, so that a receiver can tell a repetition.
    rows : tuple of str
        Ids of the notifications in it; more than one in a summary.
    """

    id: str
    rows: tuple[str, ...]


def read(store: Store) -> pd.DataFrame:
    """The outbox, oldest first."""
    kept = store.table(NAME)
    rows = kept if len(kept.columns) else pd.DataFrame(columns=list(COLUMNS))
    rows = rows.reindex(columns=list(COLUMNS))
    rows = rows.assign(**{name: rows[name].fillna("") for name in columns(None)})  # a row of an older release
    return rows.astype(COLUMNS).sort_values(["at", "id"], ignore_index=True)


def keep(store: Store, rows: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Commit the outbox without what was settled long ago."""
    settled = rows["sent"].notna() | rows["next"].isna()
    rows = rows[~settled | (rows["at"] > pd.Timestamp(now) - KEPT)].reset_index(drop=True)
    store.replace(NAME, rows.astype(COLUMNS))
    return rows


def intents(told: Sequence[Report], box: pd.DataFrame, least: Mapping[str, str], now: datetime) -> pd.DataFrame:
    """
    Notifications that the log asks for and the outbox lacks.

    Parameters
    ----------
    told : sequence of Report
        The log.
    box : DataFrame
        As `read` gives it.
    least : mapping of str to str
        Channel → lowest priority that it is told.
    now : datetime
        Entries older than `NEWS` are no news.

    Returns
    -------
    DataFrame
        New rows of the outbox, due at once.

    Examples
    --------
    >>> at = datetime(2026, 1, 10, 6, 30)
    >>> ring = Report(at, "gone", "astana", "gone:astana:1", "raised")
    >>> empty = pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)
    >>> list(intents([ring], empty, {"email": "low", "telegram": "critical"}, at)["id"])
    ['gone:astana:1:raised:email']
    """
    known, made = set(box["id"]), []
    for one in told:
        if one.action not in ACTIONS or one.at <= now - NEWS:
            continue
        for channel, lowest in least.items():
            name = identity(one, channel)
            if name not in known and rank(one.priority) <= rank(lowest):
                known.add(name)
                made.append({"id": name, "channel": channel, "at": one.at, "tries": 0, "next": now})
    rows = pd.DataFrame(made, columns=list(COLUMNS)).assign(**columns(None), batch="")
    moments = {name: pd.to_datetime(rows[name], utc=True) for name in ("at", "next", "sent")}
    return rows.assign(**moments).astype(COLUMNS)


def identity(told: Report, channel: str) -> str:
    """Id of a notification: occurrence, action and channel, with the time where an action may come again."""
    when = "" if told.action in ONCE else f":{told.at:%Y%m%dT%H%M%SZ}"
    return f"{told.occurrence}:{told.action}{when}:{channel}"


def due(box: pd.DataFrame, channel: str, now: datetime) -> pd.Series:
    """Which rows of a channel are to be tried now."""
    return (box["channel"] == channel) & box["sent"].isna() & (box["next"] <= pd.Timestamp(now))


def gathered(box: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """The outbox with more than `FLOOD` single rows joined to one batch, which keeps its id at every try."""
    single = chosen & (box["batch"] == "")
    if single.sum() <= FLOOD:
        return box
    ids = box.loc[single, "id"]
    name = "summary:" + hashlib.sha256("\n".join(ids).encode()).hexdigest()[:16]
    return box.assign(batch=box["batch"].mask(single, name))


def letters(box: pd.DataFrame, chosen: pd.Series) -> Iterator[Letter]:
    """Messages of the chosen rows, oldest first."""
    rows = box[chosen]
    name = rows["batch"].where(rows["batch"] != "", rows["id"])
    for key, part in rows.groupby(name, sort=False):
        yield Letter(str(key), tuple(part["id"]))


def settled(
    box: pd.DataFrame,
    ids: Sequence[str],
    now: datetime,
    error: CentreError | None = None,
    clean: Callable[[str], str] = str,
) -> pd.DataFrame:
    """The outbox with rows that left, or with an error that no repetition will mend; `clean` takes secrets out."""
    mine = box["id"].isin(list(ids))
    sent = box["sent"].mask(mine, pd.NaT if error else pd.Timestamp(now))
    box = _told(box, mine, error, clean)
    return box.assign(tries=box["tries"] + mine, sent=sent, next=box["next"].mask(mine, pd.NaT)).astype(COLUMNS)


def postponed(
    box: pd.DataFrame,
    chosen: pd.Series,
    now: datetime,
    error: CentreError,
    wait: timedelta,
    clean: Callable[[str], str] = str,
) -> pd.DataFrame:
    """The outbox with rows that are tried again after a wait, or given up where they are too old."""
    moment = pd.Timestamp(now)
    old = chosen & (box["at"] < moment - PATIENCE)
    box = _told(box, chosen, error, clean)
    box = _told(box, old, CentreError("jobs.notify.given_up", cause=error, n=PATIENCE.days), clean)
    later = box["next"].mask(chosen, moment + wait).mask(old, pd.NaT)
    return box.assign(tries=box["tries"] + chosen, next=later).astype(COLUMNS)


def _told(box: pd.DataFrame, chosen: pd.Series, error: CentreError | None, clean: Callable[[str], str]) -> pd.DataFrame:
    return box.assign(**{name: box[name].mask(chosen, text) for name, text in columns(error, clean).items()})


def standing(box: pd.DataFrame) -> pd.Series:
    """How each row stands: ``waiting`` for its next try, ``refused`` (nobody tries any more), or ``sent``."""
    left = pd.Series("sent", box.index).where(box["sent"].notna(), "waiting")
    return left.mask(box["sent"].isna() & box["next"].isna(), "refused")


def retry(store: Store, now: datetime, only: str = "") -> int:
    """
    Let what has not left be tried at the next delivery, also what was refused or given up.

    Parameters
    ----------
    store : Store
        The whole one, not a reader's view.
    now : datetime
        UTC.
    only : str
        Id of one message; all by default.

    Returns
    -------
    int
        Messages that are due now. Their tries go on being counted.

    Raises
    ------
    StoreBusy
        While another process delivers from this store.
    """
    with store.place.held(LOCK, WAIT):
        box = read(store)
        chosen = box["sent"].isna() & ((box["id"] == only) | (only == ""))
        if chosen.any():
            keep(store, box.assign(next=box["next"].mask(chosen, pd.Timestamp(now))).astype(COLUMNS), now)
    return int(chosen.sum())


def backoff(tries: int, jitter: float) -> timedelta:
    """
    How long to wait after a failure: doubled each time, spread by half so that centres do not knock together.

    Parameters
    ----------
    tries : int
        Failures so far, this one included.
    jitter : float
        Random, 0–1.

    Examples
    --------
    >>> [backoff(n, 0.5).total_seconds() for n in (1, 2, 5, 40)]
    [30.0, 60.0, 480.0, 3600.0]
    """
    doubled: timedelta = FIRST * float(2 ** min(tries - 1, 12))
    return min(doubled, LONGEST) * (0.5 + jitter)
