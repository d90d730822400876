"""Published snapshots: a register that only grows, files that can be made again, the newest of each kind."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data import clock
from data.city import cities
from data.city import city as city_of
from data.errors import CentreError
from data.release import release
from data.sharing import PUBLIC
from data.store import Store
from data.store.reader import StoreReader
from data.store.tables.schemas import TABLES
from jobs.export import request as export_request
from jobs.export import snapshot
from jobs.export.snapshot_readme import title

VARIABLE = "CLEANAIR_SNAPSHOTS"
TABLE = "snapshots"
KEPT = timedelta(days=400)  # a file of the register stays at least this long; its row and its recipe stay for ever
COLUMNS = TABLES[TABLE].names


class Gone(CentreError, RuntimeError):
    """The file of a published snapshot was taken away after its time; its recipe makes it again."""

    who, status = "asker", 410


def folder(store: StoreReader) -> Path:
    """Where published files lie: `CLEANAIR_SNAPSHOTS`, else a folder beside the store."""
    return Path(os.environ.get(VARIABLE) or store.folder.with_name(f"{store.folder.name}-snapshots"))


def publish(store: Store, request: export_request.Request, form: str, *, by: str, now: datetime) -> dict[str, Any]:
    """
    Make a snapshot as the public may have it, and enter it in the register.

    Parameters
    ----------
    store : Store
        The whole store.
    request : Request
        What is published.
    form : str
        ``csv``, ``parquet`` or ``xlsx``.
    by : str
        Name of the person or of the work.
    now : datetime
        Moment of publishing.

    Returns
    -------
    dict
        The row of the register; the older one where the same bytes were published before.

    Raises
    ------
    ExportError
        When the folder cannot be written.
    """
    place = folder(store)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as made:
        done = snapshot.write(store.for_export(PUBLIC), request, form, Path(made))
        first, last = (f"{t.astimezone(city_of(request.city).zone):%Y%m%d}" for t in (request.start, request.end))
        name = f"{request.city}-{first}-{last}-{done['zip_sha256'][:12]}"
        target = place / f"{name}.zip"
        size = Path(done["zip"]).stat().st_size
        shutil.move(done["zip"], target)
    known = register(store)
    if name in set(known["id"]):
        return dict(known[known["id"] == name].iloc[0])
    row = {
        "id": name, "city": request.city, "from": request.start, "to": request.end, "as_of": request.as_of,
        "flags": request.flags, "format": form, "excel": request.excel,
        "parameters": ",".join(request.parameters or ()), "title": title("en", request), "rows": done["rows"],
        "bytes": size, "sha256": done["zip_sha256"], "release": release(), "published_at": now,
        "published_by": by,
    }  # fmt: skip
    store.extend(TABLE, pd.DataFrame([row]))
    return row


def last_month(store: Store, now: datetime, *, by: str) -> list[dict[str, Any]]:
    """The last whole month of every city that has rows in it, unless it is in the register already."""
    known, done = register(store), []
    for city in cities().values():
        end = now.astimezone(city.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        start = (end - timedelta(days=1)).replace(day=1)
        same = known[(known["city"] == city.key) & (known["from"] == pd.Timestamp(start)) & (known["format"] == "csv")]
        request = export_request.Request(city=city.key, start=start, end=end, as_of=clock.now())
        if not len(same) and len(store.spans(**request.where())):
            done.append(publish(store, request, "csv", by=by, now=clock.now()))
    return done


def register(store: StoreReader, city: str | None = None) -> pd.DataFrame:
    """Every published snapshot, the newest first."""
    rows = store.table(TABLE)
    rows = rows if city is None else rows[rows["city"] == city]
    return rows.sort_values(["published_at", "id"], ascending=False).reset_index(drop=True)


def file(store: StoreReader, name: str) -> Path:
    """
    The file of a published snapshot.

    Raises
    ------
    KeyError
        When nothing of this name was published.
    Gone
        When its time is over; the sentence says how to make the same bytes again.
    """
    rows = register(store)
    mine = rows[rows["id"] == name]
    if not len(mine):
        raise KeyError(name)
    path = folder(store) / f"{mine.iloc[0]['id']}.zip"
    if not path.is_file():
        raise Gone("jobs.exports.gone", name=path.stem, recipe=recipe(mine.iloc[0]))
    return path


def recipe(row: Mapping[str, Any] | pd.Series) -> str:
    """The command that makes the bytes of a row of the register again."""
    words = [f"cleanair snapshot --city {row['city']} --from {_iso(row['from'])} --to {_iso(row['to'])}"]
    words += [f"--as-of {_iso(row['as_of'])} --flags {row['flags']} --format {row['format']}"]
    words += [f"--parameters {row['parameters']}"] * bool(row["parameters"]) + ["--excel"] * bool(row["excel"])
    return " ".join([*words, f"with release {row['release']}"])


def forget(store: Store, now: datetime, kept: timedelta = KEPT) -> list[str]:
    """Take files away that are older than `kept` and not the newest of their city; the register stays whole."""
    rows = register(store)
    newest = set(rows.drop_duplicates("city")["id"])
    old = rows[(rows["published_at"] < pd.Timestamp(now - kept)) & ~rows["id"].isin(newest)]
    gone = [name for name in old["id"] if (folder(store) / f"{name}.zip").is_file()]
    for name in gone:
        (folder(store) / f"{name}.zip").unlink(missing_ok=True)
    return gone


def _iso(moment: Any) -> str:
    return str(pd.Timestamp(moment).tz_convert("UTC").isoformat())
