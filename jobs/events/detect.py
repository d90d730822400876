"""Events of the cities, kept in the store: detected again with every batch, each known by one id while it lasts."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data import clock, demo
from data.city import City, cities, city
from data.demo.places import REFERENCE
from data.parameters import POLLUTANTS
from data.rules.events import values
from data.schema import UTC_US
from data.store.reader import DerivingStore, StoreReader
from data.store.tables.schemas import TABLES
from data.times import interval_end
from jobs.events import looked
from jobs.events.hotspots import hotspots
from models.events import Panel, detect, panel
from models.events.panel import SKY
from models.limits.in_force import applicable

log = logging.getLogger("cleanair")
TABLE = "events"
COLUMNS = TABLES[TABLE].names
RUN_UP = timedelta(days=11)  # what the longest normal looks back over
LIVE = timedelta(days=3)  # what a late value may still change
LATE = timedelta(hours=6)  # the newest hours may not have arrived yet
DAY = timedelta(days=1)
NEEDED = (*POLLUTANTS, *SKY, "present_weather")
READ = ("source", "station", "parameter", "start", "minutes", "value", "flag", "checks", "kind", "city")


def refresh(store: DerivingStore, now: datetime) -> int:
    """
    Detect the events of the last days and keep what changed.

    Parameters
    ----------
    store : DerivingStore
        Read and written; a demo store gets simulated events.
    now : datetime
        Aware; nothing later counts.

    Returns
    -------
    int
        Events that are new or changed; 0 commits nothing.
    """
    held = set(store.spans(start=now - RUN_UP - LIVE)["city"])
    kept = events(store)
    changed = [
        settled(kept, found(store, key, now - LIVE, now), key, now - LIVE, now) for key in cities() if key in held
    ]
    rows = pd.concat(changed, ignore_index=True) if changed else kept.iloc[:0]
    written = keep(store, rows)
    for key in (k for k in cities() if k in held):
        looked.note(store, key, now - LIVE, now, now)
    return written


def events(store: StoreReader) -> pd.DataFrame:
    """Every event of the store, oldest first, as `COLUMNS`; without rows before the first."""
    return store.table(TABLE).sort_values(["start", "id"]).reset_index(drop=True)


def overlapping(rows: pd.DataFrame, city: str, start: datetime | None, end: datetime | None) -> pd.DataFrame:
    """Of some events those of a city that overlap [start, end)."""
    rows = rows[rows["city"] == city]
    rows = rows if start is None else rows[rows["end"].isna() | (rows["end"] > pd.Timestamp(start))]
    rows = rows if end is None else rows[rows["start"] < pd.Timestamp(end)]
    return rows.reset_index(drop=True)


def keep(store: DerivingStore, rows: pd.DataFrame) -> int:
    """Write those of some events that the store does not hold exactly so; returns how many."""
    if not len(rows):
        return 0
    told = [name for name in COLUMNS if name != "computed_at"]
    before = {row[0]: row for row in events(store)[told].itertuples(index=False, name=None)}
    fresh = [not _same(row, before.get(row[0])) for row in rows[told].itertuples(index=False, name=None)]
    new = rows[fresh]
    if len(new):
        store.replace(TABLE, new, key=TABLES[TABLE].key)
    return len(new)


def _same(one: tuple[Any, ...], other: tuple[Any, ...] | None) -> bool:
    return other is not None and all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in zip(one, other, strict=True))


def found(store: StoreReader, key: str, start: datetime, end: datetime) -> pd.DataFrame:
    """
    Events of a city that overlap [start, end), as of its end.

    Returns
    -------
    DataFrame
        As `models.events.detect`; from rows of days only where no event from hours says the same.
    """
    rows, fires = _rows(store, key, start - RUN_UP, end)
    described, place = _roles(store.stations(key)), city(key)
    simulated = demo.is_demo(rows)
    parts = []
    for step in (1, 24):
        seen = _panel(rows, described, place, start - RUN_UP, end, step, fires)
        if seen is not None:
            parts.append(_closed(detect(seen, city=key, simulated=simulated), seen, end))
    made = [p for p in parts if len(p)]
    table = pd.concat(made, ignore_index=True) if made else detect(_nothing(end), city=key)
    if len(made) == 2:
        table = table[[not any(_meets(d, h) for h in made[0].itertuples()) or i < len(made[0])
                       for i, d in enumerate(table.itertuples())]]  # fmt: skip
    table = table[(table["start"] < pd.Timestamp(end)) & (table["end"].isna() | (table["end"] > pd.Timestamp(start)))]
    return table.sort_values(["start", "kind", "parameter"]).reset_index(drop=True)


def _rows(store: StoreReader, key: str, start: datetime, end: datetime) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    rows = store.measurements(key, NEEDED, start, end, columns=READ)
    ended = interval_end(rows["start"], rows["minutes"]) <= pd.Timestamp(end)
    if demo.is_demo(rows):
        return rows[ended], demo.satellite(key, start, end)
    return rows[ended], hotspots(store, key, start, end, store.stations(key))


def _roles(stations: pd.DataFrame) -> pd.DataFrame:
    """Stations of the demo world in the role that they play."""
    role = np.where(stations["owner"] == REFERENCE, "reference", "indicative")
    return stations.assign(kind=stations["kind"].where(stations["kind"] != "simulated", role))


def _panel(
    rows: pd.DataFrame, stations: pd.DataFrame, place: City, start: datetime, end: datetime, step: int,
    fires: pd.DataFrame | None,
) -> Panel | None:  # fmt: skip
    """Hours or days of a city; None where there are none of that length."""
    air = rows[rows["parameter"].isin(list(POLLUTANTS)) & (rows["kind"] != "model")]
    of_step = air[air["minutes"] == 1440] if step == 24 else air[(air["minutes"] <= 60)]
    if not len(of_step):
        return None
    last = of_step["start"].max().floor("h") + pd.Timedelta(hours=step)
    until = min(pd.Timestamp(end), last) if pd.Timestamp(end) - last <= LATE else pd.Timestamp(end)
    day = clock.local_date(end, place.zone)
    return panel(rows, stations, start, until.to_pydatetime(), step=step, fires=fires, limits=single(place.law, day))


def single(law: str, day: Any) -> dict[str, float]:
    """Single maxima that are law in a place on a day, by pollutant. [µg/m³]"""
    known = applicable(law, None, day, averaging="single")
    return {
        limit.parameter: float(limit.concentration) for limit in known if limit.law and limit.parameter in POLLUTANTS
    }


def _closed(table: pd.DataFrame, seen: Panel, now: datetime) -> pd.DataFrame:
    """An event whose last evidence is old has ended, though nothing spoke against it since."""
    if not len(table):
        return table
    last = seen.times[-1] + pd.Timedelta(hours=seen.step)
    if pd.Timestamp(now) - last <= max(LATE, timedelta(days=2) if seen.step == 24 else LATE):
        return table
    return table.assign(end=table["end"].fillna(last))


def _nothing(end: datetime) -> Panel:
    empty = pd.DataFrame({name: pd.Series(dtype="object") for name in READ})
    stations = pd.DataFrame({name: pd.Series(dtype="object") for name in ("station", "same_as")})
    return panel(empty.astype({"minutes": "int64"}).assign(start=pd.to_datetime(empty["start"], utc=True)), stations,
                 end - timedelta(hours=1), end)  # fmt: skip


def _meets(one: Any, other: Any, slack: timedelta = timedelta(0)) -> bool:
    """Whether two events are of one kind (for gases: of one gas) and share a moment, or nearly."""
    far = pd.Timestamp("2200-01-01", tz="UTC")
    first, last = one.start - slack, (far if pd.isna(one.end) else one.end) + slack
    same = one.kind == other.kind and (one.kind != "industrial" or one.parameter == other.parameter)
    return bool(same and other.start < last and first < (far if pd.isna(other.end) else other.end))


def settled(kept: pd.DataFrame, new: pd.DataFrame, key: str, live: datetime, now: datetime) -> pd.DataFrame:
    """
    What was just detected, under the ids of what was known.

    Parameters
    ----------
    kept : DataFrame
        Events of the store.
    new : DataFrame
        Events detected over [live, now).
    key : str
        City.
    live : datetime
        Before it nothing is judged again.

    Returns
    -------
    DataFrame
        `COLUMNS`. An event keeps its id when its start moves, and its start when it began before `live`. One that was
        going on and is detected no more has ended with its last station. No event is ever taken away.
    """
    mine = kept[(kept["city"] == key) & (kept["by"] == "centre")]
    rows, used = [], set()
    for one in new.itertuples():
        gap = timedelta(hours=values(one.kind)["gap"])
        known = [k for k in mine.itertuples() if k.id not in used and _meets(one, k, gap)]
        row = {**one._asdict(), "id": _id(one), "computed_at": pd.Timestamp(now)}
        if known:
            row = _continued(row, known[0], live)
        used.add(str(row["id"]))
        rows.append({name: row[name] for name in COLUMNS})
    open_ones = mine[mine["end"].isna() & ~mine["id"].isin(used)]
    rows += [_ended(dict(zip(COLUMNS, r, strict=True)), now) for r in open_ones[list(COLUMNS)].itertuples(False, None)]
    return typed(pd.DataFrame(rows, columns=list(COLUMNS)))


def _id(one: Any) -> str:
    """City, kind and start; for gases the gas too, because two may rise in one hour."""
    gas = f":{one.parameter}" if one.kind == "industrial" else ""
    return f"{one.city}:{one.kind}:{clock.iso(one.start, 'minutes')}{gas}"


def _continued(row: dict[str, Any], known: Any, live: datetime) -> dict[str, Any]:
    """The new finding with the id of the old, and with what the old one saw before `live`."""
    row = {**row, "id": known.id}
    if known.start >= pd.Timestamp(live):
        return row
    before = {s["station"]: s for s in json.loads(known.stations)}
    both = {**before, **{s["station"]: _joined(before.get(s["station"]), s) for s in json.loads(row["stations"])}}
    peaks = [p for p in (row["peak"], known.peak) if not pd.isna(p)]
    ordered = sorted(both.values(), key=lambda s: (s["first"], s["station"]))
    return {**row, "start": min(known.start, row["start"]), "peak": max(peaks, default=np.nan),
            "degree": max(row["degree"], known.degree), "stations": json.dumps(ordered)}  # fmt: skip


def _joined(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    if old is None:
        return new
    peaks = [p for p in (old["peak"], new["peak"]) if p is not None]
    return {**new, "first": min(old["first"], new["first"]), "last": max(old["last"], new["last"]),
            "peak": max(peaks, default=None)}  # fmt: skip


def _ended(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    """An event that is detected no more: its end is where its last station left it."""
    last = max((s["last"] for s in json.loads(row["stations"])), default=None)
    seen = pd.Timestamp(last) if last else row["start"] + pd.Timedelta(hours=1)
    end = min(max(seen, row["start"]), pd.Timestamp(now))
    said = json.dumps([*json.loads(row["evidence"]), {"key": "withdrawn", "values": {}}], ensure_ascii=False)
    return {**row, "end": end, "evidence": said, "computed_at": pd.Timestamp(now)}


def typed(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns in the types that the store keeps."""
    dtypes = TABLES[TABLE].dtypes
    times = {n: pd.to_datetime(rows[n], utc=True) for n, dtype in dtypes.items() if dtype == UTC_US}
    return rows.assign(**times)[list(COLUMNS)].astype(dtypes)


def history(store: StoreReader, key: str, start: datetime, end: datetime) -> pd.DataFrame:
    """
    Events of any period, detected anew from what the store holds; nothing is written.

    Returns
    -------
    DataFrame
        `COLUMNS`, events that overlap [start, end).
    """
    return settled(TABLES[TABLE].empty(), found(store, key, start, end), key, start, end)


def record(store: DerivingStore, rows: pd.DataFrame, key: str, start: datetime, end: datetime) -> int:
    """
    Keep the events of a `history` that are over, and that they were looked for.

    Those that go on are the business of `refresh`, which looks at them again.
    """
    kept = events(store)
    going = kept[kept["end"].isna() & (kept["city"] == key)]
    over = rows[rows["end"].notna()]
    over = over[[not any(_meets(one, other) for other in going.itertuples()) for one in over.itertuples()]]
    written = keep(store, settled(kept[kept["end"].notna()], over, key, start, end))
    looked.note(store, key, start, end, end)
    return written
