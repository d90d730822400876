"""Bring files into the store: read, understand, check, keep, and account for every measurement."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals

from data import clock
from data.city import City, CityError, city
from data.place import placed
from data.schema import COLUMNS, KEY, SchemaError, conform, conform_stations, empty
from data.store import Store
from jobs.ingest import asked
from jobs.ingest.account import Account, Batch
from jobs.ingest.held import note_assessed
from jobs.ingest.quality import beside
from jobs.ingest.replay_times import known_when_over
from sources.files import Chunk, ImportFileError, Options, Part, Profile
from sources.files.described import best

BATCH = 2_000_000  # rows checked and kept together: all of AirData.kz's Astana is one batch
TWICE = "duplicate of another row in the file"
BROKEN = "line with too many or too few fields"
Progress = Callable[[int], object]


def run(
    paths: Sequence[str | Path],
    format: str,
    city: City | str | None,
    store: Store,
    *,
    stamps: str = "end",
    progress: Progress | None = None,
    mapping: str | Path | None = None,
) -> dict[str, Any]:
    """
    Import files of one format.

    Parameters
    ----------
    paths : sequence of str or Path
        Files or glob patterns; CSV may be gzipped.
    format : str
        Key of `sources.files.FORMATS`.
    city : City, str or None
        Whose data these are; None where the files say it themselves.
    store : Store
        Where the rows go.
    stamps : str
        Which end of the hour AirData.kz's stamps name: ``end`` (files of before 9 October 2026) or ``start``.
    progress : callable, optional
        Told how many measurements were read since the last call.
    mapping : path, optional
        For the format ``mapping``: the TOML file that names the columns.

    Returns
    -------
    dict
        ``cells``, ``read``, ``stored``, ``revised``, ``unchanged``, ``amended`` (rows kept before whose flag or
        checks are others beside the new ones; they were not read), ``rejected`` (reason → n), ``flagged`` (check → n),
        ``labels``, ``left_out`` (``sheet``, ``column`` or ``line``, ``why``, ``cells``), ``empty``,
        ``first``, ``last`` (start of the interval, UTC, or None), ``stations`` (how many), ``outside`` (station outside
        every city's box → rows: kept, and in no city's figures). A measurement is one
        value: a line with seven parameters is seven, empty cells among them. ``read`` = ``stored`` + ``revised`` +
        ``unchanged`` + all of ``rejected``. Of several rows with one key the last is kept, the others are rejected.

    Raises
    ------
    ImportFileError
        In one sentence what is wrong with a file, who must do what, and what was kept: nothing, or the whole
        batches of `BATCH` rows before the fault.
    """
    account = Account()
    try:
        profile = asked.profile(format, stamps, mapping)
        _import(asked.files(paths), profile, city, store, stamps, progress or _quiet, account)
    except (ImportFileError, SchemaError, CityError) as error:
        raise _stopped(error, account) from error
    return account.summary()


def _quiet(count: int) -> None:
    return None


def _stopped(error: Exception, account: Account) -> ImportFileError:
    """The error with what was kept before it."""
    who, at = getattr(error, "who", None), str(getattr(error, "parameter", ""))
    total = account.kept.stored + account.kept.revised
    if total:
        return ImportFileError("files.stopped.kept", who=who, parameter=at, cause=error, n=total)
    return ImportFileError("files.stopped.nothing", who=who, parameter=at, cause=error)


def _import(
    files: list[Path],
    profile: Profile,
    where: City | str | None,
    store: Store,
    stamps: str,
    progress: Progress,
    account: Account,
) -> None:
    tables, lists, places = asked.tables(files, profile)
    home = city(where) if isinstance(where, str) else where
    known_at, batch, described = clock.now(), Batch(), []
    for part in lists:
        account.open(part)
        for chunk in part.chunks():
            account.lines(part, chunk)
            account.take(part, chunk, 0)
    for part in tables:
        account.open(part)
        for chunk in _ahead(part.chunks()):
            _broken(part, chunk, batch, account)
            if chunk.table.empty or chunk.layout is None:
                account.take(part, chunk, 0)
                continue
            home = home or asked.home(profile, chunk.table, part.file)
            every = where is None and profile.homes is not None
            options = Options(city=home, name=part.file, stamps=stamps, places=places, beside=chunk.beside, every=every)
            before = account.read
            _take(part, chunk, options, known_at, batch, account, profile)
            described.append(_described(chunk, options))
            progress(account.read - before)
            if batch.count >= BATCH:
                _flush(batch, store, profile, known_at, account, described)
    if places is not None and home is not None:
        listed = Options(city=home, places=places)
        described.append(next(x for x in profile.layouts if x.places).parse(places, listed))
        account.listed |= set(described[-1]["station"])
    if not account.read:
        raise ImportFileError("files.asked.no_measurement", files=[path.name for path in files])
    _flush(batch, store, profile, known_at, account, described)
    _describe(described, store, profile, account)


def _ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Pieces of a table; the next is read and unpacked while one is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


def _broken(part: Part, chunk: Chunk, batch: Batch, account: Account) -> None:
    """Lines that are no rows at all; each counts as one measurement read."""
    account.lines(part, chunk)
    if chunk.broken:
        lines = pd.DataFrame({"reason": [chunk.why or BROKEN], "excerpt": [chunk.excerpt], "count": [chunk.broken]})
        account.refuse(batch, lines, part.file)


def _take(
    part: Part,
    chunk: Chunk,
    options: Options,
    known_at: datetime,
    batch: Batch,
    account: Account,
    profile: Profile,
) -> None:
    """Rows of a piece of a file: through the profile, then through the door."""
    homes = profile.homes(chunk.table) if profile.homes else {profile.home(chunk.table)} - {""}
    if homes and options.city.key not in homes and not options.every:
        raise ImportFileError(
            "files.asked.other_city",
            parameter="city",
            file=options.name,
            found=city(min(homes)).name(),
            city=options.city.name(),
        )
    rows = chunk.layout.parse(chunk.table, options) if chunk.layout else empty()
    account.take(part, chunk, len(rows))
    good = rows
    if "reject" in rows:
        words = rows["reject"].fillna("")
        account.refuse(batch, _refused(rows[words != ""].assign(reason=words[words != ""])), options.name)
        good = rows[words == ""].drop(columns="reject")
    for piece, judged in _parts(good, profile):
        done = conform(piece, known_at) if len(piece) else conform(empty())
        account.refuse(batch, done.rejects.assign(count=1), options.name)
        _twice(len(piece) - len(done.rejects) - len(done.rows), batch, account, options.name)
        batch.rows.append(_lean(known_when_over(done.rows)))
        batch.judged.append(judged)
        batch.count += len(done.rows)


def _parts(rows: pd.DataFrame, profile: Profile) -> Iterator[tuple[pd.DataFrame, bool]]:
    """Rows that bring a flag of a centre, and rows that nobody has judged: a blank cell is no verdict."""
    told = rows["assessed"].astype(bool) if profile.assessed else pd.Series(False, index=rows.index)
    for judged in (False, True):
        part = rows if (told == judged).all() else rows[told == judged]
        if len(part) and bool(told[part.index[0]]) == judged:
            yield part, judged


def _refused(rows: pd.DataFrame) -> pd.DataFrame:
    """Reason and count of rows the profile refused, with the first of each as excerpt."""
    first = rows.drop_duplicates("reason").drop(columns="reject")
    counts = rows["reason"].value_counts()
    excerpts = [
        str({k: v for k, v in row.items() if pd.notna(v) and k != "reason"})[:300] for row in first.to_dict("records")
    ]
    return pd.DataFrame({"reason": first["reason"], "excerpt": excerpts, "count": first["reason"].map(counts)})


def _twice(count: int, batch: Batch, account: Account, origin: str) -> None:
    if count:
        account.refuse(batch, pd.DataFrame({"reason": [TWICE], "excerpt": [""], "count": [count]}), origin)


def _flush(
    batch: Batch, store: Store, profile: Profile, known_at: datetime, account: Account, said: list[pd.DataFrame]
) -> None:
    """Check a batch as a whole, each row in the city its station stands in, and keep it in one commit."""
    rows = _joined(batch.rows) if batch.rows else empty()
    judged = np.repeat(np.array(batch.judged, dtype=bool), [len(part) for part in batch.rows])
    batch.rows.clear()
    batch.judged.clear()
    again = rows.duplicated(list(KEY), keep="last").to_numpy()
    _twice(int(again.sum()), batch, account, "")
    if again.any():
        rows, judged = rows[~again].reset_index(drop=True), judged[~again]
    rows = placed(rows, _every_place(store, said, profile))
    if judged.any():
        note_assessed(store, rows[judged])
    rows, amended = beside(store, rows, known_at, judged=judged, exact=True)
    rejects = [r.assign(source=profile.key, at=pd.Timestamp(known_at)) for r in batch.rejects]
    _introduce(store, rows, said)
    rows = _lean(rows)
    both = _joined([_lean(amended), rows]) if len(amended) else rows
    done = store.append(both, pd.concat(rejects, ignore_index=True) if rejects else None)
    account.keep(rows, done.without(len(amended)))
    account.amended += len(amended)
    batch.rejects.clear()
    batch.count = 0


def _every_place(store: Store, said: list[pd.DataFrame], profile: Profile) -> pd.DataFrame:
    """What the store and the files know of stations; the one that holds comes last."""
    known, fresh = store.stations(), [t for t in said if len(t)]
    if not fresh:
        return known
    told = _told(fresh)
    return pd.concat([known, told] if profile.describes else [told, known], ignore_index=True)


def _lean(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows in a third of the memory, which the commit then needs."""
    slim = rows.astype({name: "category" for name, dtype in COLUMNS.items() if dtype == "str"})
    pa.default_memory_pool().release_unused()
    return slim


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Slim parts as one slim table."""
    made = {
        name: pd.Series(union_categoricals([part[name] for part in parts]))
        if dtype == "str"
        else pd.concat([part[name] for part in parts], ignore_index=True)
        for name, dtype in COLUMNS.items()
    }
    return pd.DataFrame(made, copy=False)


def _described(chunk: Chunk, options: Options) -> pd.DataFrame:
    if chunk.layout is None or chunk.layout.stations is None:
        return pd.DataFrame()
    return best(chunk.layout.stations(chunk.table, options))


def _told(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """What all pieces of the files together say of each station."""
    return conform_stations(best(pd.concat([t for t in tables if len(t)], ignore_index=True)))


def _introduce(store: Store, rows: pd.DataFrame, tables: list[pd.DataFrame]) -> None:
    """Describe stations that the store does not know before their rows are kept: a kill in between loses neither."""
    if not any(len(t) for t in tables):
        return
    told, pair = _told(tables), ["source", "station"]
    known = pd.MultiIndex.from_frame(store.stations()[pair])
    coming = pd.MultiIndex.from_frame(rows[pair].drop_duplicates().astype("str"))
    which = pd.MultiIndex.from_frame(told[pair])
    fresh = told[which.isin(coming) & ~which.isin(known)]
    if len(fresh):
        store.put_stations(fresh)


def _describe(tables: list[pd.DataFrame], store: Store, profile: Profile, account: Account) -> None:
    """Keep what the files say of their stations; a format that only repeats us adds but never replaces."""
    if not any(len(t) for t in tables):
        return
    rows = _told(tables)
    rows = rows[rows["station"].isin(account.stations | account.listed)]  # no row was kept of the others
    if not profile.describes:
        rows = rows[~rows["station"].isin(store.stations()["station"])]
    if len(rows):
        every = pd.concat(account.seen) if account.seen else pd.DataFrame(columns=["first", "last"])
        store.put_stations(rows, seen=every.groupby(level=0).agg({"first": "min", "last": "max"}))
