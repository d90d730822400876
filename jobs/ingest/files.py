"""Bring files into the store: read, understand, check, keep, and account for every measurement."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals

from data import checks, clock
from data.city import City, CityError, city, city_files
from data.place import NOWHERE, placed
from data.schema import COLUMNS, KEY, SchemaError, conform, conform_stations, empty
from data.store import Appended, Store
from jobs.ingest.held import note_assessed
from jobs.ingest.quality import beside
from jobs.ingest.replay_times import known_when_over
from models.quality.uptime import UNSAID
from sources.files import FORMATS, MAPPING, Chunk, ImportFileError, Layout, Options, Profile, chunks, header
from sources.files import mapping as mappings

BATCH = 2_000_000  # rows checked and kept together: all of AirData.kz's Astana is one batch
PLACES_NEARBY = "stations*.csv"  # a publisher's station list is looked for beside its files
TWICE = "duplicate of another row in the file"
BROKEN = "line with too many or too few fields"
Progress = Callable[[int], object]


@dataclass
class _Batch:
    """Rows waiting to be checked and kept together."""

    rows: list[pd.DataFrame] = field(default_factory=list)
    judged: list[bool] = field(default_factory=list)  # of each part: whether its rows carry a flag of a centre already
    rejects: list[pd.DataFrame] = field(default_factory=list)
    count: int = 0


@dataclass
class _Account:
    """The summary in the making."""

    read: int = 0
    kept: Appended = field(default_factory=Appended)
    amended: int = 0  # rows kept before whose flag or checks are others now
    rejected: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    stations: set[str] = field(default_factory=set)
    outside: Counter[str] = field(default_factory=Counter)
    seen: list[pd.DataFrame] = field(default_factory=list)  # by station: first and last start of a batch

    def refuse(self, batch: _Batch, reasons: pd.DataFrame, origin: str) -> None:
        """Count rejected rows and keep one excerpt per reason for the rejects table."""
        if reasons.empty:
            return
        grouped = reasons.groupby("reason", sort=False).agg(excerpt=("excerpt", "first"), count=("count", "sum"))
        self.rejected.update({str(r): int(n) for r, n in grouped["count"].items()})
        batch.rejects.append(grouped.reset_index().assign(origin=origin))

    def keep(self, rows: pd.DataFrame, done: Appended) -> None:
        """Count rows of a batch that is in the store."""
        self.kept += done
        for check, count in checks.by_name(rows.loc[rows["flag"] != "ok", "checks"]):
            self.flagged[check or UNSAID] += count
        if len(rows):
            self.first = min(t for t in (self.first, rows["start"].min()) if t is not None)
            self.last = max(t for t in (self.last, rows["start"].max()) if t is not None)
            self.stations |= set(rows["station"].unique())
            times = rows["start"].groupby(rows["station"].astype("str"))
            self.seen.append(times.agg(first="min", last="max"))
            self.outside.update(rows.loc[rows["city"] == NOWHERE, "station"].astype("str").value_counts().to_dict())

    def summary(self) -> dict[str, Any]:
        """As `run` returns it."""
        return {
            "read": self.read,
            "stored": self.kept.stored,
            "revised": self.kept.revised,
            "unchanged": self.kept.unchanged,
            "amended": self.amended,
            "rejected": dict(self.rejected.most_common()),
            "flagged": dict(self.flagged.most_common()),
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "stations": len(self.stations),
            "outside": dict(self.outside.most_common()),
        }


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
        ``read``, ``stored``, ``revised``, ``unchanged``, ``amended`` (rows kept before whose flag or checks are others
        beside the new ones; they were not read), ``rejected`` (reason → n), ``flagged`` (check → n),
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
    account = _Account()
    try:
        profile = _profile(format, stamps, mapping)
        _import(_files(paths), profile, city, store, stamps, progress or _quiet, account)
    except (ImportFileError, SchemaError, CityError) as error:
        raise _stopped(error, account) from error
    return account.summary()


def _quiet(count: int) -> None:
    return None


def _stopped(error: Exception, account: _Account) -> ImportFileError:
    """The error with what was kept before it."""
    who, at = getattr(error, "who", None), str(getattr(error, "parameter", ""))
    total = account.kept.stored + account.kept.revised
    if total:
        return ImportFileError("files.stopped.kept", who=who, parameter=at, cause=error, n=total)
    return ImportFileError("files.stopped.nothing", who=who, parameter=at, cause=error)


def _profile(key: str, stamps: str, mapped: str | Path | None = None) -> Profile:
    if (key == MAPPING) != (mapped is not None):
        raise ImportFileError("files.asked.mapping", parameter="mapping")
    if mapped is not None:
        return mappings.load(mapped)
    if key not in FORMATS:
        raise ImportFileError("files.asked.format", parameter="format", format=key, known=list(FORMATS))
    if stamps not in ("end", "start"):
        raise ImportFileError("files.asked.stamps", parameter="stamps", stamps=stamps)
    return FORMATS[key]


def _files(paths: Iterable[str | Path]) -> list[Path]:
    """Files meant by names and patterns, each once, in order."""
    found: dict[Path, None] = {}
    for name in map(str, paths):
        matches = sorted(glob(name)) if has_magic(name) and not Path(name).exists() else [name]
        if not matches:
            raise ImportFileError("files.asked.no_match", file=name)
        found |= {Path(match): None for match in matches}
    if not found:
        raise ImportFileError("files.asked.none")
    return list(found)


def _import(
    files: list[Path],
    profile: Profile,
    where: City | str | None,
    store: Store,
    stamps: str,
    progress: Progress,
    account: _Account,
) -> None:
    layouts = {path: profile.recognise(header(path, profile.binary, profile.encodings), path.name) for path in files}
    lists = [path for path, layout in layouts.items() if layout.places]
    data = [path for path in files if path not in lists]
    places = _places(lists or _nearby(data, profile), profile)
    home = city(where) if isinstance(where, str) else where
    known_at, batch, described = clock.now(), _Batch(), []
    for path in data:
        for chunk in chunks(path, profile.binary, encodings=profile.encodings):
            account.read += _broken(chunk, batch, account, path.name)
            if chunk.table.empty:
                continue
            home = home or _home(profile, chunk, path)
            options = Options(city=home, name=path.name, stamps=stamps, places=places)
            before = account.read
            _take(chunk, layouts[path], options, known_at, batch, account, profile)
            described.append(_described(chunk, layouts[path], options))
            progress(account.read - before)
            if batch.count >= BATCH:
                _flush(batch, store, profile, known_at, account, described)
    if places is not None and home is not None:
        listed = Options(city=home, places=places)
        described.append(next(x for x in profile.layouts if x.places).parse(places, listed))
    if not account.read:
        raise ImportFileError("files.asked.no_measurement")
    _flush(batch, store, profile, known_at, account, described)
    _describe(described, store, profile, account)


def _nearby(data: list[Path], profile: Profile) -> list[Path]:
    """Station lists lying beside the files, for publishers that have such lists."""
    wanted = [x for x in profile.layouts if x.places]
    beside = sorted({near for path in data for near in path.parent.glob(PLACES_NEARBY) if near.is_file()})
    return [near for near in beside if wanted and wanted[0].columns <= set(_columns(near))]


def _columns(path: Path) -> list[str]:
    try:
        return header(path)
    except ImportFileError:  # it was not named by anybody: what cannot be read is no list
        return []


def _places(lists: list[Path], profile: Profile) -> pd.DataFrame | None:
    tables = [chunk.table for path in lists for chunk in chunks(path, profile.binary)]
    return pd.concat(tables, ignore_index=True) if tables else None


def _home(profile: Profile, chunk: Chunk, path: Path) -> City:
    key = profile.home(chunk.table)
    if not key:
        raise ImportFileError("files.asked.city", parameter="city", file=path.name, known=list(city_files()))
    return city(key)


def _broken(chunk: Chunk, batch: _Batch, account: _Account, origin: str) -> int:
    """Lines that are no rows at all; each counts as one measurement read."""
    if chunk.broken:
        lines = pd.DataFrame({"reason": [chunk.why or BROKEN], "excerpt": [chunk.excerpt], "count": [chunk.broken]})
        account.refuse(batch, lines, origin)
    return chunk.broken


def _take(
    chunk: Chunk,
    layout: Layout,
    options: Options,
    known_at: datetime,
    batch: _Batch,
    account: _Account,
    profile: Profile,
) -> None:
    """Rows of a piece of a file: through the profile, then through the door."""
    home = profile.home(chunk.table)
    if home not in ("", options.city.key):
        raise ImportFileError(
            "files.asked.other_city",
            parameter="city",
            file=options.name,
            found=city(home).name(),
            city=options.city.name(),
        )
    rows = layout.parse(chunk.table, options)
    account.read += len(rows)
    good = rows
    if "reject" in rows:
        words = rows["reject"].fillna("")
        account.refuse(batch, _refused(rows[words != ""].assign(reason=words[words != ""])), options.name)
        good = rows[words == ""].drop(columns="reject")
    for part, judged in _parts(good, profile):
        done = conform(part, known_at) if len(part) else conform(empty())
        account.refuse(batch, done.rejects.assign(count=1), options.name)
        _twice(len(part) - len(done.rejects) - len(done.rows), batch, account, options.name)
        batch.rows.append(_lean(known_when_over(done.rows)))
        batch.judged.append(judged)
        batch.count += len(done.rows)


def _parts(rows: pd.DataFrame, profile: Profile) -> Iterator[tuple[pd.DataFrame, bool]]:
    """Rows that bring a flag of a centre, and rows that nobody has judged: a blank cell is no verdict."""
    told = rows["flag"].notna() if profile.assessed else pd.Series(False, index=rows.index)
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


def _twice(count: int, batch: _Batch, account: _Account, origin: str) -> None:
    if count:
        account.refuse(batch, pd.DataFrame({"reason": [TWICE], "excerpt": [""], "count": [count]}), origin)


def _flush(
    batch: _Batch, store: Store, profile: Profile, known_at: datetime, account: _Account, said: list[pd.DataFrame]
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
    told = conform_stations(pd.concat(fresh, ignore_index=True))
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


def _described(chunk: Chunk, layout: Layout, options: Options) -> pd.DataFrame:
    if layout.stations is None:
        return pd.DataFrame()
    return layout.stations(chunk.table, options).drop_duplicates("station", keep="last")


def _describe(tables: list[pd.DataFrame], store: Store, profile: Profile, account: _Account) -> None:
    """Keep what the files say of their stations; a format that only repeats us adds but never replaces."""
    said = [t for t in tables if len(t)]
    if not said:
        return
    rows = conform_stations(pd.concat(said, ignore_index=True))
    if not profile.describes:
        rows = rows[~rows["station"].isin(store.stations()["station"])]
    if len(rows):
        every = pd.concat(account.seen) if account.seen else pd.DataFrame(columns=["first", "last"])
        store.put_stations(rows, seen=every.groupby(level=0).agg({"first": "min", "last": "max"}))
