"""The small tables of the store: stations, status, rejects, and what is derived from measurements or logged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pandas as pd
import pyarrow as pa

from data.schema import conform_stations
from data.store.storage.choose import place
from data.store.storage.errors import StoreError
from data.store.storage.location import Place
from data.store.tables.delta import Table
from data.store.tables.layout import WAIT, writing
from data.store.tables.schemas import REJECTS, STATIONS, STATUS, STATUS_COLUMNS


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
        self._stations = Table(self.place, "stations", STATIONS)
        self._rejects = Table(self.place, "rejects", REJECTS)
        self._status = Table(self.place, "status", STATUS)
        self._small: dict[str, Table] = {}
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
        with writing(self.place, self.wait):
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
            raise StoreError("store.table.no_column", who="developer", table="status", columns=sorted(unknown))
        with writing(self.place, self.wait):
            kept = self.status()
            mine = (kept["network"] == network) & (kept["city"] == city)
            before = kept[mine].iloc[-1].to_dict() if mine.any() else {}
            row = {**dict.fromkeys(STATUS_COLUMNS), **before, **fields, "network": network, "city": city}
            row["rows"], row["rejected"] = int(row["rows"] or 0), int(row["rejected"] or 0)
            row |= {name: row[name] or "" for name in ("error", "error_key", "error_who", "error_words")}
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
        with writing(self.place, self.wait):
            kept = self.table(name) if key else rows.iloc[:0]
            if len(kept):
                gone = pd.MultiIndex.from_frame(kept[list(key)]).isin(pd.MultiIndex.from_frame(rows[list(key)]))
                rows = pd.concat([kept[~gone], rows], ignore_index=True)
            batch = pa.Table.from_pandas(rows, preserve_index=False)
            table = self._table(name)
            current = table.current()
            if current is not None:
                batch = batch.cast(pa.schema(current.schema().to_arrow()), safe=False)
            table.schema = batch.schema
            table.overwrite(batch)

    def extend(self, name: str, rows: pd.DataFrame) -> None:
        """
        Add rows to a log; what is in it stays as it is.

        Parameters
        ----------
        name : str
            ``alarm_log``, ``attempts``, ….
        rows : DataFrame
            The columns of the table's first write; a column the table does not have is an error, one that is missing
            is empty.

        Raises
        ------
        StoreError
            When a row has a column that the log does not know.
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

    def _extend(self, name: str, rows: pd.DataFrame) -> None:
        kept = self._table(name)
        current = kept.current()
        batch = pa.Table.from_pandas(rows, preserve_index=False)
        if current is None:
            typed = [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in batch.schema]
            batch = batch.cast(pa.schema(typed))
        else:
            schema = pa.schema(current.schema().to_arrow())
            unknown = set(batch.column_names) - set(schema.names)
            if unknown:
                raise StoreError("store.table.no_column", who="developer", table=name, columns=sorted(unknown))
            for field in (f for f in schema if f.name not in batch.column_names):
                batch = batch.append_column(field.name, pa.nulls(len(batch), field.type))
            batch = batch.select(schema.names).cast(schema, safe=False)
        kept.schema = batch.schema
        kept.append(batch)

    def _table(self, name: str) -> Table:
        with self._guard:
            return self._small.setdefault(name, Table(self.place, table_name(name), pa.schema([])))

    # --- reading -------------------------------------------------------------------------------------------------

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
        rows = self._table(name).rows()
        return pd.DataFrame() if rows is None else rows.to_pandas()

    def _read(self, table: Table) -> pd.DataFrame:
        kept = table.rows()
        rows = table.schema.empty_table() if kept is None else kept
        for field in (f for f in table.schema if f.name not in rows.column_names):  # of an older release
            rows = rows.append_column(field.name, pa.nulls(len(rows), field.type))
        return rows.select(table.schema.names).cast(table.schema).to_pandas()


def table_name(name: str) -> str:
    """The name itself, where it can be the name of a folder."""
    if not name.isidentifier():
        raise StoreError("store.table.no_name", who="developer", name=name)
    return name
