"""The verbs of the store: append, read, read as of a moment, and the small tables beside."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import checks, clock
from data.schema import COLUMNS, KEY
from data.sharing import Reader
from data.store import sql, verdicts
from data.store.days import lengths, local_day
from data.store.engines.choose import engine
from data.store.export import OWNER, ExportStore
from data.store.hidden import Hidden
from data.store.revisions import Appended, Parts, months, ordered, split
from data.store.shared import SharedStore
from data.store.small import SmallTables
from data.store.sql import Where
from data.store.storage.choose import place
from data.store.storage.location import VARIABLE, Place
from data.store.tables.delta import Kept
from data.store.tables.layout import WAIT, fit, writing
from data.store.tables.schemas import MEASUREMENTS, MONTH

DEFAULT = "var/store"
FIRST = ("measurements", "stations", "rejects", "status")  # tables that every store begins with


def open_store(uri: str | Path | None = None) -> "Store":
    """
    The store of this machine.

    Parameters
    ----------
    uri : str or Path, optional
        A folder or a prefix of an object store (``s3://bucket/prefix``, ``gs://…``, ``az://…``); `CLEANAIR_STORE`,
        else ``var/store``, where None.

    Returns
    -------
    Store
        Nothing is written before the first append.

    Raises
    ------
    StoreError
        When the URI is of a kind that is not known, or a newer release wrote the store. One of an older release gets
        this release's layout (`data.store.tables.layout`).
    """
    at = place(uri or os.environ.get(VARIABLE) or DEFAULT)
    fit(at)
    return Store(at)


class Store(SmallTables):
    """
    Everything the centre keeps, in one place with one Delta table each.

    Parameters
    ----------
    where : Place or Path or str
        Where the tables lie.
    wait : float
        How long a writer waits for another. [s]
    """

    def __init__(self, where: Place | Path | str, wait: float = WAIT) -> None:
        super().__init__(where, wait)
        self._engine = engine(self.place.filesystem())
        self._holds = False
        self._past: tuple[str, str] | None = None
        self._hidden = Hidden(self._since)

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
        with writing(self.place, self.wait):
            done = self._append(rows) if len(rows) else Appended()
            if rejects is not None and len(rejects):
                self._keep_rejects(rejects)
        return done

    def _append(self, rows: pd.DataFrame) -> Appended:
        parts, count = self._parts(rows)
        if len(parts.revised):
            parts.merge_into(self._measurements)
        elif len(parts.new):
            self._measurements.append(parts.new)
        return Appended(len(parts.new), len(parts.revised), count - len(parts.new) - len(parts.revised))

    def _parts(self, rows: pd.DataFrame) -> tuple[Parts, int]:
        """What must be written of a batch, and how many keys it has; the batch itself is let go."""
        again = rows.duplicated(list(KEY), keep="last").to_numpy()
        last = ordered(rows[~again] if again.any() else rows)
        batch = pa.Table.from_pandas(
            last[list(COLUMNS)], schema=MEASUREMENTS.remove(len(COLUMNS)), preserve_index=False
        )
        batch = batch.append_column(MONTH, months(last["start"]))
        kept = self._measurements.kept(pc.unique(batch[MONTH]).to_pylist())
        return split(self._engine, batch, kept), len(last)

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
            ``as_of, stations, sources, kinds, flags, minutes, without_sources, ahead`` of `Where`.

        Returns
        -------
        DataFrame
            Sorted by station, parameter, start.
        """
        names = list(columns or COLUMNS)
        chosen = self._where(city, parameters, start, end, **where)
        return self._frame(sql.ROWS, chosen, names, columns=", ".join(names), order=sql.BY_STATION)

    def latest(
        self,
        city: str | None = None,
        parameters: Sequence[str] | None = None,
        *,
        now: datetime,
        days: float = 7,
        **where: Any,
    ) -> pd.DataFrame:
        """Newest row per source, station, parameter and averaging within the last days, none that ends after `now`."""
        begin, end = now - timedelta(days=days), now + timedelta(microseconds=1)
        chosen = self._where(city, parameters, begin, end, **{**where, "until": now})
        return self._frame(sql.LATEST, chosen, list(COLUMNS))

    def daily(
        self,
        city: str | None,
        parameters: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
        *,
        zone: ZoneInfo | str,
        flags: Sequence[str] | None = ("ok",),
        **where: Any,
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
        chosen = self._where(city, parameters, start, end, flags=flags, **where)
        names = ["source", "station", "parameter", "kind", "minutes", "day", "value", "highest", "n", "hours", "median"]
        day, moments = local_day(clock, start, end)
        met = self._met(chosen) if set(flags or ()) == {"ok"} else ()
        edges = verdicts.local_days(met, clock) if met else None
        asked = chosen if edges is None else replace(chosen, judged=False)
        days = self._frame(sql.DAILY, asked, names, moments, day=day)
        if edges is not None:
            days = verdicts.without_days(days, met, edges)
        days["day"] = pd.to_datetime(days["day"], unit="D").dt.date
        return days.assign(coverage=(days["hours"] / days["day"].map(lengths(days["day"], clock))).clip(upper=1.0))

    def spans(self, city: str | None = None, **where: Any) -> pd.DataFrame:
        """
        What there is, series by series.

        Returns
        -------
        DataFrame
            city, source, station, parameter, minutes, kind, first, last, rows, flagged, sound (start of the newest row
            that nothing doubts, NaT without any).
        """
        names = [
            "city", "source", "station", "parameter", "minutes", "kind", "first", "last", "rows", "flagged", "sound",
        ]  # fmt: skip
        return self._frame(sql.SPANS, self._where(city, **where), names)

    def counts(self, **where: Any) -> pd.DataFrame:
        """Rows per source, flag and kind."""
        return self._frame(sql.COUNTS, self._where(**where), ["source", "flag", "kind", "rows"])

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
            city, source, station, parameter, minutes, kind, flag, checks (tuple of names, empty where the flag is
            ok), rows, first, last.
        """
        names = [
            "city", "source", "station", "parameter", "minutes", "kind", "flag", "named", "rows", "first", "last",
        ]  # fmt: skip
        found = self._frame(sql.TALLY, self._where(**where), names)
        found["named"] = checks.column(map(checks.divided, found["named"]), found.index)
        return found.rename(columns={"named": "checks"})

    def lags(self, **where: Any) -> pd.DataFrame:
        """How long after their interval rows became known: city, source, lag [min], known (newest), rows."""
        return self._frame(sql.LAGS, self._where(**where), ["city", "source", "lag", "known", "rows"])

    def marks(self, **where: Any) -> pd.DataFrame:
        """What grows with every row that arrives, new or revised: city, source, known (newest), rows."""
        return self._frame(sql.MARKS, self._where(**where), ["city", "source", "known", "rows"])

    def intervals(self, **where: Any) -> pd.DataFrame:
        """Every interval for which a source has any row: source, start, minutes."""
        return self._frame(sql.INTERVALS, self._where(**where), ["source", "start", "minutes"])

    def batches(
        self, *, rows: int = 50_000, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pa.RecordBatch]:
        """
        The same rows as `measurements`, sorted by start, station, parameter, in constant memory.

        Yields
        ------
        RecordBatch
            Of `COLUMNS`, or of those that are asked for; month by month, so that nothing but one month is ever sorted.
        """
        chosen = self._where(**where)
        names = ", ".join(columns or COLUMNS)
        question, values = self._question(sql.ROWS, chosen, columns=names, order=sql.BY_TIME)
        every = self._kept(chosen)
        for month in sorted({_month(name) for name in every.files}):
            files = tuple(name for name in every.files if _month(name) == month)
            kept = replace(every, files=files, values=(month.removeprefix(f"{MONTH}="),))
            yield from self._engine.stream(question, values, kept, rows)

    def version(self, *tables: str) -> str:
        """
        A text that changes when something was committed or a measurement came to light; cheap, keys every cache.

        Parameters
        ----------
        *tables : str
            Only these tables; all by default. The measurements are read with the verdicts on stations.
        """
        names = list(tables) or self.place.tables()
        if "measurements" in tables and verdicts.TABLE not in tables and self.begun(verdicts.TABLE):
            names = [*tables, verdicts.TABLE]
        said = [f"{n}={self._table(n).version()}" for n in names]
        return " ".join([*said, *self._hidden.told(self._measurements.version())] if "measurements" in names else said)

    def settled(self) -> str:
        """
        A text that changes when a month before this and the last one changed, or when a month is over.

        Live collection writes the newest months only: what rests on years of history need not be made again for
        every new hour, but at once when history was imported or corrected.
        """
        first = clock.now().replace(day=1)
        edge = f"{MONTH}={first - timedelta(days=1):%Y-%m}"
        key = f"{self._measurements.version()} {self._table(verdicts.TABLE).version()} {edge}"
        if self._past is None or self._past[0] != key:
            old = sorted(name for name in self._measurements.files() if _month(name) < edge)
            spans = [str(s[:-1]) for s in self._spans_judged(None)]  # not their figures, which move with every day
            digest = hashlib.sha1("\n".join([edge, *old, *spans]).encode(), usedforsecurity=False).hexdigest()
            self._past = (key, digest)
        return self._past[1]

    def is_empty(self) -> bool:
        """Whether no measurement was ever kept."""
        # No row is ever deleted; the whole table may be.
        self._holds = bool(self._measurements.files()) if not self._holds else self.place.holds(self._measurements.name)
        return not self._holds

    def clear(self) -> None:
        """Take every row of every table away; versions go on, so that no cache takes new rows for old ones."""
        with writing(self.place, self.wait):
            self._measurements.delete("true")
            for name in self.place.tables():
                if name != self._measurements.name:
                    self._table(name).delete("true")

    def compact(self) -> dict[str, int]:
        """
        Join small files of every table and remove what no reader needs any more.

        Returns
        -------
        dict of str to int
            Files joined, by table.
        """
        with writing(self.place, self.wait):
            names = dict.fromkeys((*FIRST, *self.place.tables()))
            return {name: self._table(name).compact() for name in names}

    def size(self) -> dict[str, Any]:
        """Bytes and files, rows kept, first and last interval."""
        kept, files = self.place.size()
        spans = self.spans()
        return {
            "bytes": kept,
            "files": files,
            "rows": int(spans["rows"].sum()) if len(spans) else 0,
            "first": spans["first"].min() if len(spans) else None,
            "last": spans["last"].max() if len(spans) else None,
        }

    def narrowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """As it is: nothing is hidden from who has the store itself."""
        return rows

    def kept_back(self, known: pd.DataFrame | None = None, **where: Any) -> pd.DataFrame:
        """Nothing is kept from who has the store itself; see `SharedStore.kept_back`."""
        return pd.DataFrame(columns=["source", "rows", "status", "basis"])

    def for_export(self, reader: Reader | None = None) -> ExportStore:
        """
        What may leave the centre in a file or an answer; every way out takes its rows from it.

        Parameters
        ----------
        reader : Reader, optional
            Who takes. None stands for the owner of this machine, who shares the store with nobody: licences alone hold.
        """
        return ExportStore(self, OWNER) if reader is None else SharedStore(self, reader, "download").for_export()

    # --- inside --------------------------------------------------------------------------------------------------

    def _question(self, text: str, chosen: Where, first: Sequence[Any] = (), **put: str) -> tuple[str, list[Any]]:
        """A question with its values; rows of spans with a verdict are judged where it asks for flags or checks."""
        clause, values = chosen.clause()
        asks = any(word in f"{text} {clause} {put.get('columns', '')}" for word in ("flag", "checks"))
        kept, named = verdicts.relation(self._met(chosen) if asks else (), chosen)
        return text.format(kept=kept, where=clause, **put), [*first, *named, *values]

    def _met(self, chosen: Where) -> Sequence[verdicts.Span]:
        """Spans with a verdict that a question may meet."""
        return verdicts.touching(self._spans_judged(chosen.as_of), chosen) if chosen.judged else ()

    def _kept(self, chosen: Where) -> Kept:
        months = None
        if chosen.start is not None:
            end = chosen.end.astimezone(UTC).strftime("%Y-%m") if chosen.end else "9999-12"
            begin = chosen.start.astimezone(UTC).strftime("%Y-%m")
            months = [m for m in self._measurements.partitions() if begin <= m <= end]
        return self._measurements.kept(months)

    def _since(self, question: str, values: Sequence[Any], start: datetime) -> pa.Table | None:
        kept = self._kept(Where(start=start))
        return self._engine.ask(question, values, kept) if kept.files else None

    def _beside(self, source: str, station: str, first: pd.Timestamp, last: pd.Timestamp) -> tuple[bool, Any]:
        own: dict[str, Any] = {"sources": (source,), "stations": (station,)}
        after = self.spans(start=last + pd.Timedelta(microseconds=1), **own)["first"].min()
        return bool(len(self.spans(end=first, **own))), after

    def _where(self, *place: Any, **where: Any) -> Where:
        return Where(*place, **{**where, "strays": self._strays()})

    def _frame(
        self, template: str, chosen: Where, names: Sequence[str], before: Sequence[Any] = (), **words: str
    ) -> pd.DataFrame:
        dtypes, kept = {**COLUMNS, **sql.ANSWERS}, self._kept(chosen)
        if not kept.files:
            return pd.DataFrame({n: pd.Series(dtype=dtypes[n]) for n in names})
        question, values = self._question(template, chosen, before, **words)
        answer = checks.frame(self._engine.ask(question, values, kept).select(list(names)))
        odd = {n: dtypes[n] for n in names if str(answer[n].dtype) != dtypes[n]}
        return answer.astype(odd) if odd else answer  # a cast of every column takes longer than the question


def _month(file: str) -> str:
    return next(part for part in file.split("/") if part.startswith(f"{MONTH}="))
