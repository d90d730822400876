"""The verbs of the store: append, read, read as of a moment, and the small tables beside."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import COLUMNS, KEY, conform_stations
from data.store import sql
from data.store.delta import Table
from data.store.engine import Engine
from data.store.errors import StoreError
from data.store.lock import WAIT, writing
from data.store.revisions import split
from data.store.sql import Where
from data.store.tables import MEASUREMENTS, MONTH, REJECTS, STATIONS, STATUS, STATUS_COLUMNS

VARIABLE = "CLEANAIR_STORE"
DEFAULT = "var/store"


@dataclass(frozen=True)
class Appended:
    """How many rows of a batch were new, replaced an older value, or were known already."""

    stored: int = 0
    revised: int = 0
    unchanged: int = 0

    def __add__(self, other: "Appended") -> "Appended":
        return Appended(self.stored + other.stored, self.revised + other.revised, self.unchanged + other.unchanged)


def open_store(uri: str | Path | None = None) -> "Store":
    """
    The store of this machine.

    Parameters
    ----------
    uri : str or Path, optional
        A folder; `CLEANAIR_STORE`, else ``var/store``, where None.

    Returns
    -------
    Store
        Nothing is written before the first append.

    Raises
    ------
    StoreError
        When the URI is not a folder of this machine.
    """
    text = str(uri or os.environ.get(VARIABLE) or DEFAULT)
    if "://" in text and not text.startswith("file://"):
        raise StoreError(f"{VARIABLE}={text.split('?')[0]}: only a folder of this machine is supported yet; name one")
    return Store(Path(text.removeprefix("file://")))


class Store:
    """
    Everything the centre keeps, in a folder with one Delta table each.

    Parameters
    ----------
    folder : Path
        Where the tables lie.
    wait : float
        How long a writer waits for another. [s]
    """

    def __init__(self, folder: Path, wait: float = WAIT) -> None:
        self.folder, self.wait = folder.resolve(), wait
        self._engine = Engine()
        self._measurements = Table(self.folder / "measurements", MEASUREMENTS, MONTH)
        self._stations = Table(self.folder / "stations", STATIONS)
        self._rejects = Table(self.folder / "rejects", REJECTS)
        self._status = Table(self.folder / "status", STATUS)
        self._small: dict[str, Table] = {}
        self._guard = Lock()

    # --- writing -------------------------------------------------------------------------------------------------

    def append(self, rows: pd.DataFrame, rejects: pd.DataFrame | None = None) -> Appended:
        """
        Keep a batch of conforming rows in one commit; what is known already changes nothing.

        Parameters
        ----------
        rows : DataFrame
            From `data.schema.conform`.
        rejects : DataFrame, optional
            Rows that could not be understood: source, at, reason, excerpt, origin, count.

        Returns
        -------
        Appended
            Counts that add up to the distinct keys of the batch.

        Raises
        ------
        StoreBusy
            When another process writes for longer than `wait`.
        """
        with writing(self.folder, self.wait):
            done = self._append(rows) if len(rows) else Appended()
            if rejects is not None and len(rejects):
                self._keep_rejects(rejects)
        return done

    def _append(self, rows: pd.DataFrame) -> Appended:
        last = rows.drop_duplicates(list(KEY), keep="last")
        batch = pa.Table.from_pandas(
            last[list(COLUMNS)], schema=MEASUREMENTS.remove(len(COLUMNS)), preserve_index=False
        )
        batch = batch.append_column(MONTH, pc.strftime(batch["start"], "%Y-%m"))
        files = self._measurements.files(pc.unique(batch[MONTH]).to_pylist())
        parts = split(self._engine, batch, files)
        if len(parts.revised):
            parts.merge_into(self._measurements)
        elif len(parts.new):
            self._measurements.append(parts.new)
        return Appended(len(parts.new), len(parts.revised), len(last) - len(parts.new) - len(parts.revised))

    def _keep_rejects(self, rejects: pd.DataFrame) -> None:
        rows = rejects.assign(count=rejects.get("count", 1))
        rows = rows.assign(origin=rows.get("origin", ""))
        same = ["source", "origin", "reason", "excerpt"]
        known = self.rejects()
        fresh = rows.merge(known[same].drop_duplicates(), on=same, how="left", indicator=True)
        fresh = fresh[fresh.pop("_merge") == "left_only"]
        if len(fresh):
            self._rejects.append(pa.Table.from_pandas(fresh[REJECTS.names], schema=REJECTS, preserve_index=False))

    def put_stations(self, rows: pd.DataFrame, known_at: datetime | None = None) -> int:
        """
        Keep station descriptions; a changed one closes the older, so that `as_of` still shows it.

        Returns
        -------
        int
            How many were new or changed.
        """
        fresh = conform_stations(rows)
        moment = pd.Timestamp(known_at or datetime.now(UTC))
        with writing(self.folder, self.wait):
            kept = self._read(self._stations)
            current = kept[kept["known_until"].isna()]
            names = [c for c in fresh.columns if c not in ("source", "station")]
            both = fresh.merge(current, on=["source", "station"], how="left", suffixes=("", "_old"), indicator=True)
            same = both["_merge"] == "both"
            for name in names:
                new, old = both[name], both[f"{name}_old"]
                same &= (new == old) | (new.isna() & old.isna())
            changed = fresh[~same.to_numpy()]
            if not len(changed):
                return 0
            gone = pd.MultiIndex.from_frame(kept[["source", "station"]]).isin(
                pd.MultiIndex.from_frame(changed[["source", "station"]])
            )
            kept.loc[gone & kept["known_until"].isna(), "known_until"] = moment
            added = changed.assign(known_at=moment, known_until=pd.NaT)
            every = pd.concat([kept, added], ignore_index=True) if len(kept) else added
            every["known_until"] = pd.to_datetime(every["known_until"], utc=True)
            self._stations.overwrite(pa.Table.from_pandas(every[STATIONS.names], schema=STATIONS, preserve_index=False))
        return len(changed)

    def put_status(self, network: str, city: str, **fields: Any) -> None:
        """Keep how the last attempt of one network for one city went; fields not named stay as they were."""
        unknown = set(fields) - set(STATUS_COLUMNS)
        if unknown:
            raise StoreError(f"status has no {', '.join(sorted(unknown))}")
        with writing(self.folder, self.wait):
            kept = self.status()
            mine = (kept["network"] == network) & (kept["city"] == city)
            before = kept[mine].iloc[-1].to_dict() if mine.any() else {}
            row = {**dict.fromkeys(STATUS_COLUMNS), **before, **fields, "network": network, "city": city}
            row["rows"], row["rejected"] = int(row["rows"] or 0), int(row["rejected"] or 0)
            row["error"] = row["error"] or ""
            rows = [*kept[~mine].to_dict("records"), row]
            plain = [{k: None if pd.isna(v) else v for k, v in r.items()} for r in rows]
            self._status.overwrite(pa.Table.from_pylist(plain, schema=STATUS))

    def replace(self, name: str, rows: pd.DataFrame, key: Sequence[str] = ()) -> None:
        """
        Keep rows of a small derived table, replacing those with the same key (all rows where no key is given).

        Parameters
        ----------
        name : str
            ``attribution``, ``forecasts``, ``events``, ``alarms``, ….
        rows : DataFrame
            Plain columns; a table keeps the columns of its newest write.
        """
        with writing(self.folder, self.wait):
            kept = self.table(name) if key else rows.iloc[:0]
            if len(kept):
                gone = pd.MultiIndex.from_frame(kept[list(key)]).isin(pd.MultiIndex.from_frame(rows[list(key)]))
                rows = pd.concat([kept[~gone], rows], ignore_index=True)
            batch = pa.Table.from_pandas(rows, preserve_index=False)
            table = Table(self.folder / _name(name), batch.schema)
            if (self.folder / name).exists() and table.current() is not None:
                batch = batch.cast(pa.schema(table.current().schema().to_arrow()), safe=False)  # type: ignore[union-attr]
                table.schema = batch.schema
            table.overwrite(batch)

    # --- reading -------------------------------------------------------------------------------------------------

    def measurements(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        columns: Sequence[str] | None = None,
        **where: Any,
    ) -> pd.DataFrame:
        """
        Measurements of a city in [start, end), latest known or as of a moment.

        Parameters
        ----------
        city, parameters, start, end
            Each narrows the answer; times are aware.
        columns : sequence of str, optional
            Of `COLUMNS`; all by default.
        **where
            ``as_of, stations, sources, kinds, flags, minutes, without_sources`` of `Where`.

        Returns
        -------
        DataFrame
            Sorted by station, parameter, start.
        """
        chosen = Where(city, parameters, start, end, **where)
        names = list(columns or COLUMNS)
        clause, values = chosen.clause()
        question = (
            f"SELECT {', '.join(names)} FROM kept WHERE {clause} ORDER BY station, parameter, start, minutes, source"
        )
        return self._frame(question, values, self._files(chosen), names)

    def latest(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        *,
        now: datetime,
        days: float = 7,
        as_of: datetime | None = None,
    ) -> pd.DataFrame:
        """Newest row per source, station, parameter and averaging within the last days, none from the future."""
        chosen = Where(city, parameters, now - timedelta(days=days), now + timedelta(microseconds=1), as_of)
        clause, values = chosen.clause()
        return self._frame(sql.LATEST.format(where=clause), values, self._files(chosen), list(COLUMNS))

    def daily(
        self,
        city: str | None,
        parameters: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
        *,
        zone: ZoneInfo | str,
        kinds: Sequence[str] | None = None,
        flags: Sequence[str] | None = ("ok",),
        stations: Sequence[str] | None = None,
        as_of: datetime | None = None,
    ) -> pd.DataFrame:
        """
        Means by the city's local day, with how much of the day they rest on.

        Returns
        -------
        DataFrame
            source, station, parameter, kind, minutes, day (date), value, highest, n, hours, median (bool: the rows
            are medians as delivered), coverage (0–1 of the day's own length).
        """
        clock = ZoneInfo(zone) if isinstance(zone, str) else zone
        chosen = Where(city, parameters, start, end, as_of, stations, None, kinds, flags)
        clause, values = chosen.clause()
        names = ["source", "station", "parameter", "kind", "minutes", "day", "value", "highest", "n", "hours", "median"]
        days = self._frame(sql.DAILY.format(where=clause), [str(clock), *values], self._files(chosen), names)
        return days.assign(coverage=(days["hours"] / days["day"].map(_lengths(days["day"], clock))).clip(upper=1.0))

    def spans(self, city: str | None = None, **where: Any) -> pd.DataFrame:
        """What there is: city, source, station, parameter, minutes, kind, first, last, rows, flagged."""
        chosen = Where(city, **where)
        clause, values = chosen.clause()
        names = ["city", "source", "station", "parameter", "minutes", "kind", "first", "last", "rows", "flagged"]
        return self._frame(sql.SPANS.format(where=clause), values, self._files(chosen), names)

    def counts(self, **where: Any) -> pd.DataFrame:
        """Rows per source, flag and kind."""
        chosen = Where(**where)
        clause, values = chosen.clause()
        return self._frame(
            sql.COUNTS.format(where=clause), values, self._files(chosen), ["source", "flag", "kind", "rows"]
        )

    def batches(self, *, rows: int = 50_000, **where: Any) -> Iterator[pa.RecordBatch]:
        """
        The same rows as `measurements`, sorted by start, station, parameter, in constant memory.

        Yields
        ------
        RecordBatch
            Of `COLUMNS`; month by month, so that nothing but one month is ever sorted.
        """
        chosen = Where(**where)
        clause, values = chosen.clause()
        question = f"SELECT {', '.join(COLUMNS)} FROM kept WHERE {clause} ORDER BY {sql.ORDER}"
        every = self._files(chosen)
        for month in sorted({_month(name) for name in every}):
            yield from self._engine.stream(question, values, [n for n in every if _month(n) == month], rows)

    def stations(self, city: str | None = None, as_of: datetime | None = None) -> pd.DataFrame:
        """Station descriptions, latest known or as of a moment."""
        rows = self._read(self._stations)
        if as_of is None:
            rows = rows[rows["known_until"].isna()]
        else:
            rows = rows[(rows["known_at"] <= as_of) & (rows["known_until"].isna() | (rows["known_until"] > as_of))]
        rows = rows if city is None else rows[rows["city"] == city]
        return rows.sort_values(["station", "source"]).reset_index(drop=True)

    def status(self) -> pd.DataFrame:
        """How each network's last attempt went, one row per network and city."""
        return self._read(self._status)

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rows that could not be understood, newest first."""
        rows = self._read(self._rejects).sort_values("at", ascending=False, kind="stable")
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """A small derived table; without columns before its first write."""
        with self._guard:
            kept = self._small.setdefault(name, Table(self.folder / _name(name), pa.schema([])))
        current = kept.current()
        return pd.DataFrame() if current is None else pa.table(current.to_pyarrow_table()).to_pandas()

    def version(self, *tables: str) -> str:
        """
        A text that changes exactly when something was committed; cheap, keys every cache.

        Parameters
        ----------
        *tables : str
            Only these tables; all by default.
        """
        names = tables or tuple(sorted(p.parent.name for p in self.folder.glob("*/_delta_log")))
        fixed = {t.path.name: t for t in (self._measurements, self._stations, self._rejects, self._status)}
        with self._guard:
            for name in names:
                if name not in fixed:
                    self._small.setdefault(name, Table(self.folder / _name(name), pa.schema([])))
        return " ".join(f"{n}={(fixed.get(n) or self._small[n]).version()}" for n in names)

    def is_empty(self) -> bool:
        """Whether no measurement was ever kept."""
        return not self._measurements.files()

    def compact(self) -> dict[str, int]:
        """
        Join small files of every table and remove what no reader needs any more.

        Returns
        -------
        dict of str to int
            Files joined, by table.
        """
        with writing(self.folder, self.wait):
            tables = (self._measurements, self._stations, self._rejects, self._status)
            done = {t.path.name: t.compact() for t in tables}
            for path in self.folder.glob("*/_delta_log"):
                if path.parent.name not in done:
                    done[path.parent.name] = Table(path.parent, pa.schema([])).compact()
        return done

    def size(self) -> dict[str, Any]:
        """Bytes and files on disk, rows kept, first and last interval."""
        files = [p for p in self.folder.rglob("*") if p.is_file()] if self.folder.exists() else []
        spans = self.spans()
        return {
            "bytes": sum(p.stat().st_size for p in files),
            "files": len(files),
            "rows": int(spans["rows"].sum()) if len(spans) else 0,
            "first": spans["first"].min() if len(spans) else None,
            "last": spans["last"].max() if len(spans) else None,
        }

    # --- inside --------------------------------------------------------------------------------------------------

    def _files(self, chosen: Where) -> list[str]:
        months = None
        if chosen.start is not None:
            end = chosen.end.astimezone(UTC).strftime("%Y-%m") if chosen.end else "9999-12"
            begin = chosen.start.astimezone(UTC).strftime("%Y-%m")
            months = [m for m in self._measurements.partitions() if begin <= m <= end]
        return self._measurements.files(months)

    def _frame(self, question: str, values: Sequence[Any], files: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
        dtypes = {**COLUMNS, **_ANSWERS}
        if not files:
            return pd.DataFrame({n: pd.Series(dtype=dtypes[n]) for n in names})
        answer = self._engine.ask(question, values, files).select(list(names)).to_pandas()
        return answer.astype({n: dtypes[n] for n in names})

    def _read(self, table: Table) -> pd.DataFrame:
        current = table.current()
        rows = table.schema.empty_table() if current is None else pa.table(current.to_pyarrow_table())
        return rows.select(table.schema.names).cast(table.schema).to_pandas()


_ANSWERS = {
    "day": "object", "highest": "float64", "n": "int64", "hours": "float64", "median": "bool",
    "first": "datetime64[us, UTC]", "last": "datetime64[us, UTC]", "rows": "int64", "flagged": "int64",
}  # fmt: skip


def _name(name: str) -> str:
    if not name.isidentifier():
        raise StoreError(f"{name!r} is not the name of a table")
    return name


def _month(file: str) -> str:
    return next(part for part in file.split("/") if part.startswith(f"{MONTH}="))


def _lengths(days: Iterable[Any], clock: ZoneInfo) -> dict[Any, float]:
    """Length of each local day. [h]"""
    ends = {d: datetime(d.year, d.month, d.day, tzinfo=clock) for d in set(days)}
    following = {d: datetime.combine(d + timedelta(days=1), datetime.min.time(), clock) for d in ends}
    return {d: (following[d].astimezone(UTC) - ends[d].astimezone(UTC)).total_seconds() / 3600 for d in ends}
