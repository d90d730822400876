"""The verbs of the store: append, read, read as of a moment, and the small tables beside."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.schema import COLUMNS, KEY
from data.store import sql
from data.store.delta import Table
from data.store.engine import Engine
from data.store.errors import StoreError
from data.store.lock import WAIT, writing
from data.store.revisions import split
from data.store.small import SmallTables, table_name
from data.store.sql import Where
from data.store.tables import MEASUREMENTS, MONTH
from data.store.version import fit

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
        When the URI is not a folder of this machine, or a newer release wrote the store. One of an older release gets
        this release's layout (`data.store.version`).
    """
    text = str(uri or os.environ.get(VARIABLE) or DEFAULT)
    if "://" in text and not text.startswith("file://"):
        scheme = text.partition("://")[0]  # the rest may hold a key
        raise StoreError(f"{VARIABLE}={scheme}://…: only a folder of this machine is supported yet; name one")
    folder = Path(text.removeprefix("file://"))
    fit(folder)
    return Store(folder)


class Store(SmallTables):
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
        super().__init__(folder, wait)
        self._engine = Engine()
        self._holds = False
        self._past: tuple[int, str] | None = None
        self._measurements = Table(self.folder / "measurements", MEASUREMENTS, MONTH)

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
        chosen = self._where(city, parameters, start, end, **where)
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
        chosen = self._where(city, parameters, now - timedelta(days=days), now + timedelta(microseconds=1), as_of)
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
        chosen = self._where(city, parameters, start, end, as_of, stations, None, kinds, flags)
        clause, values = chosen.clause()
        names = ["source", "station", "parameter", "kind", "minutes", "day", "value", "highest", "n", "hours", "median"]
        days = self._frame(sql.DAILY.format(where=clause), [str(clock), *values], self._files(chosen), names)
        return days.assign(coverage=(days["hours"] / days["day"].map(_lengths(days["day"], clock))).clip(upper=1.0))

    def spans(self, city: str | None = None, **where: Any) -> pd.DataFrame:
        """What there is: city, source, station, parameter, minutes, kind, first, last, rows, flagged."""
        chosen = self._where(city, **where)
        clause, values = chosen.clause()
        names = ["city", "source", "station", "parameter", "minutes", "kind", "first", "last", "rows", "flagged"]
        return self._frame(sql.SPANS.format(where=clause), values, self._files(chosen), names)

    def counts(self, **where: Any) -> pd.DataFrame:
        """Rows per source, flag and kind."""
        chosen = self._where(**where)
        clause, values = chosen.clause()
        return self._frame(
            sql.COUNTS.format(where=clause), values, self._files(chosen), ["source", "flag", "kind", "rows"]
        )

    def tally(self, **where: Any) -> pd.DataFrame:
        """
        Rows by flag and by the checks that raised it.

        Parameters
        ----------
        **where
            Fields of `Where`, such as ``start`` and ``end``.

        Returns
        -------
        DataFrame
            city, source, station, parameter, minutes, kind, flag, checks (names joined by ``; ``, empty where the flag
            is ok), rows, first, last.
        """
        chosen = self._where(**where)
        clause, values = chosen.clause()
        names = [
            "city", "source", "station", "parameter", "minutes", "kind", "flag", "checks", "rows", "first", "last",
        ]  # fmt: skip
        return self._frame(sql.TALLY.format(where=clause), values, self._files(chosen), names)

    def lags(self, **where: Any) -> pd.DataFrame:
        """How long after their interval rows became known: city, source, lag [min], known (newest), rows."""
        chosen = self._where(**where)
        clause, values = chosen.clause()
        names = ["city", "source", "lag", "known", "rows"]
        return self._frame(sql.LAGS.format(where=clause), values, self._files(chosen), names)

    def intervals(self, **where: Any) -> pd.DataFrame:
        """Every interval for which a source has any row: source, start, minutes."""
        chosen = self._where(**where)
        clause, values = chosen.clause()
        return self._frame(
            sql.INTERVALS.format(where=clause), values, self._files(chosen), ["source", "start", "minutes"]
        )

    def batches(self, *, rows: int = 50_000, **where: Any) -> Iterator[pa.RecordBatch]:
        """
        The same rows as `measurements`, sorted by start, station, parameter, in constant memory.

        Yields
        ------
        RecordBatch
            Of `COLUMNS`; month by month, so that nothing but one month is ever sorted.
        """
        chosen = self._where(**where)
        clause, values = chosen.clause()
        question = f"SELECT {', '.join(COLUMNS)} FROM kept WHERE {clause} ORDER BY {sql.ORDER}"
        every = self._files(chosen)
        for month in sorted({_month(name) for name in every}):
            yield from self._engine.stream(question, values, [n for n in every if _month(n) == month], rows)

    def version(self, *tables: str) -> str:
        """
        A text that changes exactly when something was committed; cheap, keys every cache.

        Parameters
        ----------
        *tables : str
            Only these tables; all by default.
        """
        names = tables or self._tables()
        fixed = {t.path.name: t for t in (self._measurements, self._stations, self._rejects, self._status)}
        with self._guard:
            for name in names:
                if name not in fixed:
                    self._small.setdefault(name, Table(self.folder / table_name(name), pa.schema([])))
        return " ".join(f"{n}={(fixed.get(n) or self._small[n]).version()}" for n in names)

    def settled(self) -> str:
        """
        A text that changes when a month before the last two changed, or when there is a new month.

        Live collection writes the newest months only: what rests on years of history need not be made again for
        every new hour, but at once when history was imported or corrected.
        """
        version = self._measurements.version()
        if self._past is None or self._past[0] != version:
            files = self._measurements.files()
            months = sorted({_month(name) for name in files})
            old = [name for name in files if _month(name) not in months[-2:]]
            digest = hashlib.sha1("\n".join([*months, *sorted(old)]).encode(), usedforsecurity=False).hexdigest()
            self._past = (version, digest)
        return self._past[1]

    def _tables(self) -> tuple[str, ...]:
        try:
            with os.scandir(self.folder) as inside:
                return tuple(sorted(e.name for e in inside if os.path.isdir(f"{e.path}/_delta_log")))
        except FileNotFoundError:
            return ()

    def is_empty(self) -> bool:
        """Whether no measurement was ever kept."""
        # No row is ever deleted; the folder may be.
        self._holds = bool(self._measurements.files()) if not self._holds else self._measurements.path.exists()
        return not self._holds

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

    def _where(self, *fields: Any, **named: Any) -> Where:
        """What is asked; a reader's view narrows it here, for every question."""
        return Where(*fields, **named)

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


_ANSWERS = {
    "day": "object", "highest": "float64", "n": "int64", "hours": "float64", "median": "bool",
    "first": "datetime64[us, UTC]", "last": "datetime64[us, UTC]", "known": "datetime64[us, UTC]",
    "checks": "str", "lag": "float64", "rows": "int64", "flagged": "int64",
}  # fmt: skip


def _month(file: str) -> str:
    return next(part for part in file.split("/") if part.startswith(f"{MONTH}="))


def _lengths(days: Iterable[Any], clock: ZoneInfo) -> dict[Any, float]:
    """Length of each local day. [h]"""
    ends = {d: datetime(d.year, d.month, d.day, tzinfo=clock) for d in set(days)}
    following = {d: datetime.combine(d + timedelta(days=1), datetime.min.time(), clock) for d in ends}
    return {d: (following[d].astimezone(UTC) - ends[d].astimezone(UTC)).total_seconds() / 3600 for d in ends}
