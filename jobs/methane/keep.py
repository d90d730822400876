"""Keeping the plumes of a file: what is new, what changed, what went, and that somebody looked."""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

from data.city import City
from data.store import Store
from data.store.tables.declarations.column import TIME
from data.store.tables.schemas import TABLES
from sources.unep_imeo_mars import UnepImeoMars, near

TABLE, FILES = "plumes", "plume_files"
_ORDER = TABLES[TABLE].names
_TOLD = [name for name in _ORDER if name not in ("known_at", "known_until")]


class Kept(NamedTuple):
    """Plumes near the city that are new, changed and as before, and lines of the file that are no plume."""

    stored: int
    revised: int
    unchanged: int
    rejected: int


def keep(store: Store, file: pd.DataFrame, city: City, now: datetime, origin: str) -> Kept:
    """
    Keep the plumes of a file that lie near a city, and note that the file was read.

    Parameters
    ----------
    store : Store
        Where they go.
    file : DataFrame
        From `sources.unep_imeo_mars.parse`: the whole file.
    city : City
        Its centre counts.
    now : datetime
        When it became known.
    origin : str
        Name of the file, or who fetched it; it stands beside what was rejected.

    Returns
    -------
    Kept
        A plume that changed closes its older row; one that is no more in the file is closed, not deleted.
    """
    source, moment = UnepImeoMars.name, pd.Timestamp(now)
    found = near(file, city)
    bad = found[found["reject"] != ""]
    fresh = found[found["reject"] == ""].assign(city=city.key, source=source)[_TOLD]
    every = store.table(TABLE)
    mine = every[(every["city"] == city.key) & (every["source"] == source)]
    open_ = mine[mine["known_until"].isna()]
    new, changed, gone = _apart(open_[_TOLD], fresh)
    if len(new) + len(changed) + len(gone):
        closed = open_[open_["plume"].isin([*changed, *gone])].assign(known_until=moment)
        added = fresh[fresh["plume"].isin([*new, *changed])].assign(known_at=moment, known_until=pd.NaT)
        rows = pd.concat([part for part in (closed, added) if len(part)], ignore_index=True)
        store.replace(TABLE, _typed(TABLE, rows), key=TABLES[TABLE].key)
    _note(store, file, city.key, moment, origin, len(fresh))
    if len(bad):
        store.append(pd.DataFrame(), _rejects(bad, moment, origin))
    return Kept(len(new), len(changed), len(fresh) - len(new) - len(changed), len(bad))


def _apart(old: pd.DataFrame, fresh: pd.DataFrame) -> tuple[list[str], list[str], list[str]]:
    """Identifiers that are new, that say something else than before, and that are no more."""
    was, now = ({row["plume"]: row for row in table.to_dict("records")} for table in (old, fresh))
    changed = [plume for plume in now if plume in was and _differ(was[plume], now[plume])]
    return [p for p in now if p not in was], changed, [p for p in was if p not in now]


def _differ(one: dict[object, object], other: dict[object, object]) -> bool:
    return any(one[n] != other[n] and not (pd.isna(one[n]) and pd.isna(other[n])) for n in one)  # type: ignore[call-overload]


def _note(store: Store, file: pd.DataFrame, city: str, moment: pd.Timestamp, origin: str, count: int) -> None:
    sound = file[file["reject"] == ""]
    row = {
        "source": UnepImeoMars.name, "city": city, "read_at": moment, "origin": origin,
        "changed_at": sound["changed_at"].max(), "newest": sound["observed_at"].max(), "plumes": len(sound),
        "near": count, "rejected": len(file) - len(sound),
    }  # fmt: skip
    store.replace(FILES, _typed(FILES, pd.DataFrame([row])), key=TABLES[FILES].key)


def _typed(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the types of their table; a column of empty times knows no zone by itself."""
    times = {c: pd.to_datetime(rows[c], utc=True) for c, dtype in TABLES[name].dtypes.items() if dtype == TIME}
    return rows.assign(**times).astype(dict(TABLES[name].dtypes))[list(TABLES[name].names)]


def _rejects(bad: pd.DataFrame, moment: pd.Timestamp, origin: str) -> pd.DataFrame:
    said = bad.groupby("reject", sort=False)["plume"].agg(["first", "size"]).reset_index()
    return pd.DataFrame(
        {"source": UnepImeoMars.name, "at": moment, "reason": said["reject"], "excerpt": said["first"],
         "origin": origin, "count": said["size"]}
    )  # fmt: skip
