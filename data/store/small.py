"""The small tables of the store: stations, status, rejects, and what is derived from measurements or logged."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd
import pyarrow as pa

from data import clock
from data.city import state as cities_state
from data.place import Stray, settled, strays
from data.schema import UTC_US as TIME
from data.schema import conform_stations
from data.store import places, verdicts
from data.store.storage.choose import place
from data.store.storage.errors import StoreError
from data.store.storage.location import Place
from data.store.tables import fitting
from data.store.tables.delta import Table
from data.store.tables.layout import WAIT, writing
from data.store.tables.schemas import MEASUREMENTS, MONTH, REJECTS, STATUS_COLUMNS, TABLES
from data.store.tables.undeclared import Undeclared, undeclared


class SmallTables:
    """
    Tables that are read whole.

    Parameters
    ----------
    where : Place or Path or str
        Where the tables lie.
    wait : float
        How long a writer waits for another. [s]
    """

    def __init__(self, where: Place | Path | str, wait: float = WAIT) -> None:
        self.place, self.wait = place(where), wait
        self._measurements = Table(self.place, "measurements", MEASUREMENTS, MONTH)
        self._tables: dict[str, Table] = {"measurements": self._measurements}
        self._typed: dict[str, tuple[pa.Table, pa.Table]] = {}  # rows as they lie on disk, and typed
        self._history: tuple[pa.Table | None, Hashable, pd.DataFrame] | None = None
        self._astray: tuple[Hashable, tuple[Stray, ...]] | None = None
        self._judged: tuple[pa.Table, tuple[verdicts.Span, ...]] | None = None
        self._judged_then: tuple[pa.Table, datetime, tuple[verdicts.Span, ...]] | None = None
        self._guard = Lock()

    @property
    def uri(self) -> str:
        """How `CLEANAIR_STORE` names it: the path of a folder, or ``s3://…``."""
        return self.place.uri

    @property
    def folder(self) -> Path:
        """Where this machine keeps what is no table: the store's own folder, else one under `CLEANAIR_STATE`."""
        return self.place.folder

    # --- writing -------------------------------------------------------------------------------------------------

    def _keep_rejects(self, rejects: pd.DataFrame) -> None:
        rows = rejects.assign(count=rejects.get("count", 1))
        rows = rows.assign(origin=rows.get("origin", ""))
        same = list(TABLES["rejects"].key)
        known = self.rejects()
        fresh = rows.merge(known[same].drop_duplicates(), on=same, how="left", indicator=True)
        fresh = fresh[fresh.pop("_merge") == "left_only"]
        if len(fresh):
            self._extend("rejects", fresh[REJECTS.names])

    def put_stations(
        self, rows: pd.DataFrame, known_at: datetime | None = None, seen: pd.DataFrame | None = None
    ) -> int:
        """
        Keep station descriptions; a changed one closes the older, so that `as_of` still shows it.

        Parameters
        ----------
        rows : DataFrame
            For `data.schema.conform_stations`.
        known_at : datetime, optional
            When the centre learned them; now by default.
        seen : DataFrame, optional
            By station, ``first`` and ``last``: which intervals they describe, so that one that moved keeps each place
            with its span; they speak of now where it is not said.

        Returns
        -------
        int
            How many were new or changed.
        """
        fresh = settled(conform_stations(rows))
        moment = pd.Timestamp(known_at or datetime.now(UTC))
        with writing(self.place, self.wait):
            kept = self._read("stations")
            held = kept[kept["known_until"].isna()]
            current = places.newest(held)
            names = [c for c in fresh.columns if c not in ("source", "station")]
            both = fresh.merge(current, on=["source", "station"], how="left", suffixes=("", "_old"), indicator=True)
            same = both["_merge"] == "both"
            for name in names:
                new, old = both[name], both[f"{name}_old"]
                same &= (new == old) | (new.isna() & old.isna())
            changed = fresh[~same.to_numpy()].assign(valid_from=pd.NaT, valid_until=pd.NaT)
            changed = self._with_places(changed, held, moment, seen)
            if not len(changed):
                return 0
            pair = ["source", "station"]
            gone = pd.MultiIndex.from_frame(kept[pair]).isin(pd.MultiIndex.from_frame(changed[pair]))
            kept.loc[gone & kept["known_until"].isna(), "known_until"] = moment
            added = changed.assign(known_at=moment, known_until=pd.NaT)
            every = pd.concat([kept, added], ignore_index=True) if len(kept) else added
            self._replace("stations", every)
        return len(changed.drop_duplicates(pair))

    def _with_places(
        self, changed: pd.DataFrame, held: pd.DataFrame, moment: pd.Timestamp, seen: pd.DataFrame | None
    ) -> pd.DataFrame:
        """New descriptions of stations, for one that moved or had moved before one for each of its places."""
        known = dict(iter(held.groupby(["source", "station"])))
        plain, found = [], []
        for row in changed.to_dict("records"):
            spans = known.get((row["source"], row["station"]), held.iloc[:0])
            before = spans.sort_values("valid_from", na_position="first")[list(changed.columns)].to_dict("records")
            if len(before) < 2 and not any(places.apart(span, row) for span in before):
                plain.append(row)
                continue
            after = places.painted(before, row, self._seen(row, moment, seen))
            found += [] if pd.DataFrame(after).equals(pd.DataFrame(before)) else after
        made = pd.DataFrame([*plain, *found], columns=list(changed.columns))
        times = {name: pd.to_datetime(made[name], utc=True).astype(TIME) for name in places.VALIDITY}
        return made.assign(**times)

    def _seen(self, row: dict[Hashable, Any], moment: pd.Timestamp, seen: pd.DataFrame | None) -> places.Seen:
        """Which time a description speaks of, and whether the store has rows of the station beside."""
        first = last = moment
        if seen is not None and row["station"] in seen.index:
            first, last = (seen.loc[row["station"], name] for name in ("first", "last"))
        before, after = self._beside(str(row["source"]), str(row["station"]), first, last)
        return places.Seen(first, last, before, after)

    def _beside(self, source: str, station: str, first: pd.Timestamp, last: pd.Timestamp) -> tuple[bool, Any]:
        """Whether there are rows of a station before a moment, and the start of the next after another."""
        raise NotImplementedError

    def put_status(self, network: str, city: str, **fields: Any) -> None:
        """Keep how the last attempt of one network for one city went; fields not named stay as they were."""
        unknown = set(fields) - set(STATUS_COLUMNS)
        if unknown:
            raise StoreError("store.table.no_column", who="developer", table="status", columns=sorted(unknown))
        with writing(self.place, self.wait):
            kept = self.status()
            mine = (kept["network"] == network) & (kept["city"] == city)
            before = kept[mine].iloc[-1].to_dict() if mine.any() else {}
            row = {**before, **fields, "network": network, "city": city}
            self._replace("status", pd.DataFrame([row]), TABLES["status"].key)

    def replace(self, name: str, rows: pd.DataFrame, key: Sequence[str] = ()) -> None:
        """
        Keep rows of a small table in one commit, replacing those with the same key (all rows where no key is given).

        Parameters
        ----------
        name : str
            ``attribution``, ``forecasts``, ``events``, ``alarms``, ….
        rows : DataFrame
            Plain columns in any order. A declared column that is missing is blank, one that nobody declared is kept as
            it comes; a type is widened where the values need it.

        Raises
        ------
        StoreError
            When a column cannot take its values; the table stays as it was.
        """
        with writing(self.place, self.wait):
            self._replace(name, rows, key)

    def extend(self, name: str, rows: pd.DataFrame) -> None:
        """
        Add rows to a log in one commit; what is in it stays as it is.

        Parameters
        ----------
        name : str
            ``alarm_log``, ``attempts``, ….
        rows : DataFrame
            As of `replace`.

        Raises
        ------
        StoreError
            When a column cannot take its values; the log stays as it was.
        """
        if not len(rows):
            return
        with writing(self.place, self.wait):
            self._extend(name, rows)

    def forget(self, name: str, column: str, before: datetime) -> int:
        """
        Take rows of a log away that are older than a moment, where somebody keeps their sums elsewhere.

        Parameters
        ----------
        name : str
            ``attempts``; nothing happens before its first write.
        column : str
            Its time.
        before : datetime
            Aware.

        Returns
        -------
        int
            How many.
        """
        with writing(self.place, self.wait):
            moment = f"arrow_cast('{before.astimezone(UTC).isoformat()}', 'Timestamp(Microsecond, Some(\"UTC\"))')"
            return self._table(name).delete(f"{table_name(column)} < {moment}")

    def _replace(self, name: str, rows: pd.DataFrame, key: Sequence[str] = ()) -> None:
        table, declared = self._table(name), TABLES.get(name)
        parts = [fitting.arrow(name, rows)]
        stored = table.rows() if key else None
        if stored is not None and len(stored):
            parts.insert(0, fitting.typed(stored, declared))
        wanted = fitting.target(name, declared, parts)
        if not wanted:
            return
        cut = [fitting.cast(part, wanted, declared) for part in parts]
        if len(cut) > 1:
            old, new = (pd.MultiIndex.from_frame(part.select(list(key)).to_pandas()) for part in cut)
            cut[0] = cut[0].filter(pa.array(~old.isin(new)))
        self._write(table, pa.concat_tables(cut), wanted)

    def _extend(self, name: str, rows: pd.DataFrame) -> None:
        table, declared = self._table(name), TABLES.get(name)
        fresh, kept = fitting.arrow(name, rows), table.columns()
        if all(fitting.fits(fresh[c], kind) for c, kind in kept.items() if c in fresh.column_names):
            wanted = fitting.target(name, declared, [fresh], kept)
            table.schema = pa.schema(list(wanted.items()))
            table.append(fitting.cast(fresh, wanted, declared), fresh=bool(kept) and set(wanted) != set(kept))
            return
        parts = [fitting.typed(table.rows() or pa.table({}), declared), fresh]  # a wider type: the log is written anew
        wanted = fitting.target(name, declared, parts)
        self._write(table, pa.concat_tables(fitting.cast(part, wanted, declared) for part in parts), wanted)

    @staticmethod
    def _write(table: Table, rows: pa.Table, wanted: fitting.Columns) -> None:
        """Replace all rows of a table, in their order and whatever its columns were, in one commit."""
        kept = table.columns()
        table.schema = rows.schema
        table.overwrite(rows.combine_chunks(), fresh=bool(kept) and list(kept.items()) != list(wanted.items()))

    def _table(self, name: str) -> Table:
        with self._guard:
            return self._tables.setdefault(name, Table(self.place, table_name(name), pa.schema([])))

    # --- reading -------------------------------------------------------------------------------------------------

    def stations(
        self, city: str | None = None, as_of: datetime | None = None, *, every_place: bool = False
    ) -> pd.DataFrame:
        """Station descriptions, latest known or as of a moment; where they stand now, or every place they had."""
        rows = self.station_history()
        if as_of is None:
            rows = rows[rows["known_until"].isna()]
        else:
            then = (rows["known_at"] <= as_of) & (rows["known_until"].isna() | (rows["known_until"] > as_of))
            learned = clock.begun()
            if learned is not None:  # as of measurements: `data.store.sql.known`
                later = rows["known_until"].isna() & (rows["known_at"] > max(as_of, learned))
                then |= later & ~rows["station"].isin(set(rows.loc[then, "station"]))
            rows = rows[then]
        rows = rows if every_place else places.newest(rows)
        rows = rows if city is None else rows[rows["city"] == city]
        order = ["station", "source", "valid_from"]
        return rows.sort_values(order, na_position="first").reset_index(drop=True)

    def station_history(self) -> pd.DataFrame:
        """Every description of a station there ever was."""
        kept = self._table(
            "stations"
        ).rows()  # the same object until the next commit; a view reads it several times a request
        state = cities_state()
        if self._history is None or self._history[0] is not kept or self._history[1] != state:
            self._history = kept, state, settled(self._read("stations"))
        return self._history[2].copy()

    def _strays(self) -> tuple[Stray, ...]:
        """Stations whose rows may lie under the name of a city they do not stand in."""
        state = self.place.state("stations"), cities_state()
        if self._astray is None or self._astray[0] != state:
            self._astray = state, strays(self._read("stations"))
        return self._astray[1]

    def status(self) -> pd.DataFrame:
        """How each network's last attempt went, one row per network and city."""
        return self._read("status")

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rows that could not be understood, newest first."""
        rows = self._read("rejects").sort_values("at", ascending=False, kind="stable")
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """
        A small table whole.

        Parameters
        ----------
        name : str
            Of `data.store.tables.schemas.TABLES`, or one that nobody declared.

        Returns
        -------
        DataFrame
            Every declared column in its type, also before the first write and where an older release wrote the table;
            then columns that nobody declared, as they came. A table that nobody declared has none before its first
            write.
        """
        return self._read(name)

    def begun(self, name: str) -> bool:
        """Whether a table was ever written."""
        return self._table(name).version() >= 0

    def undeclared(self) -> tuple[Undeclared, ...]:
        """Tables, columns and types in the store that no release declared."""
        return undeclared({name: self._table(name).columns() for name in self.place.tables()})

    def _spans_judged(self, as_of: datetime | None) -> tuple[verdicts.Span, ...]:
        """Spans of stations whose rows are doubted, now or as of a moment."""
        stored = self._table(verdicts.TABLE).rows()
        if stored is None:
            return ()
        if as_of is not None:
            then = self._judged_then
            if then is None or then[0] is not stored or then[1] != as_of:
                found = verdicts.spans(verdicts.known(self._read(verdicts.TABLE), as_of))
                then = self._judged_then = stored, as_of, found
            return then[2]
        if self._judged is None or self._judged[0] is not stored:
            self._judged = stored, verdicts.spans(verdicts.known(self._read(verdicts.TABLE)))
        return self._judged[1]

    def _read(self, name: str) -> pd.DataFrame:
        stored, declared = self._table(name).rows(), TABLES.get(name)
        if stored is None:
            return pd.DataFrame() if declared is None else declared.empty()
        known = self._typed.get(name)
        if known is None or known[0] is not stored:
            known = self._typed[name] = (stored, fitting.typed(stored, declared))
        return known[1].to_pandas()


def table_name(name: str) -> str:
    """The name itself, where it can be the name of a folder."""
    if not name.isidentifier():
        raise StoreError("store.table.no_name", who="developer", name=name)
    return name
