"""A store as one reader may have it: every question passes the rules of sharing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from data.city import city_files
from data.sharing import EXACT, PUBLIC, Purpose, Reader, Rule, rule, rules, state, withheld
from data.store.narrow import ALL, Hidden, narrowed
from data.store.sql import Where
from data.store.storage.errors import StoreError
from data.store.store import Store

PRIVATE = frozenset({"tokens", "outbox"})  # logs of the centre itself, no matter for any reader


class SharedStore(Store):
    """
    The read path of pages, exports and API.

    Parameters
    ----------
    whole : Store
        What is read; its tables and its engine are shared.
    reader : Reader
        Who reads; the public by default.
    purpose : {'see', 'download', 'derive'}
        ``derive`` is for the work that makes the figures everybody sees; it alone may write what it derives.
    """

    def __init__(self, whole: Store, reader: Reader = PUBLIC, purpose: Purpose = "see") -> None:
        self.__dict__.update(whole.__dict__)
        self.whole, self.reader, self.purpose = whole, reader, purpose

    def _where(self, *fields: Any, **named: Any) -> Where:
        return Where(*fields, **{**named, "withheld": withheld(self.reader, self.purpose)})

    def stations(self, city: str | None = None, as_of: datetime | None = None) -> pd.DataFrame:
        """Station descriptions, without those of sources that are withheld; coordinates as exact as may be."""
        rows = super().stations(city, as_of)
        country = _countries()
        places = [country.get(c, "") for c in rows["city"]]
        pairs = list(zip(rows["source"], places, strict=True))
        held = {pair: rule(*pair) for pair in set(pairs)}
        may = np.array([held[pair].allows(self.reader, self.purpose) for pair in pairs], dtype=bool)
        exact = {p: r.decimals if r.narrows(self.reader, self.purpose) else EXACT for p, r in held.items()}
        digits = np.array([exact[pair] for pair in pairs], dtype=int)[may]
        rows = rows[may].reset_index(drop=True)
        for digit in np.unique(digits):
            if digit < EXACT:
                coarse = digits == digit
                rows.loc[coarse, ["lat", "lon"]] = rows.loc[coarse, ["lat", "lon"]].round(int(digit))
                rows.loc[coarse, "coord_quality"] = "rounded"
        hidden, _ = self._hidden()
        unnamed = [station for station, names in hidden.items() if ALL in names]
        rows["same_as"] = rows["same_as"].mask(rows["same_as"].isin(unnamed), "")
        return rows

    def table(self, name: str) -> pd.DataFrame:
        """A small derived table, without what it says of stations that the reader may not have."""
        if self.purpose == "derive":
            return super().table(name)
        if name in PRIVATE:
            self._refuse()
        rows = super().table(name)
        return narrowed(rows, *self._hidden()) if len(rows) else rows

    def _hidden(self) -> tuple[Hidden, frozenset[str]]:
        """Stations of which something is hidden from the reader, and stations whose place is told coarsely."""
        if all(_whole(r, self.reader, self.purpose) for r in rules()):
            return {}, frozenset()
        country = _countries()
        every = self._read(self._stations)[["source", "station", "city"]].drop_duplicates()
        held = {
            pair: rule(pair[0], country.get(pair[1], ""))
            for pair in set(zip(every["source"], every["city"], strict=True))
        }
        hidden: dict[str, frozenset[str]] = {}
        blurred = set()
        for source, station, city in every.itertuples(index=False):
            row = held[source, city]
            names = _hidden_of(row, self.reader, self.purpose)
            if names:
                hidden[station] = hidden.get(station, frozenset()) | names
            if row.narrows(self.reader, self.purpose) and row.decimals < EXACT:
                blurred.add(station)
        return hidden, frozenset(blurred)

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rejected rows of sources that may be had whole everywhere; an excerpt is as it was delivered."""
        rows = super().rejects()
        free = {
            s: all(_whole(r, self.reader, self.purpose) for r in rules() if r.source in ("*", s))
            for s in rows["source"].unique()
        }
        rows = rows[rows["source"].map(free).astype(bool)] if len(rows) else rows
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def version(self, *tables: str) -> str:
        """As of the whole store, for whom and under which rules: caches of different readers never meet."""
        return f"{super().version(*tables)} {self.purpose}:{self.reader.role}:{state()}"

    def settled(self) -> str:
        """As of the whole store, for whom and under which rules."""
        return f"{super().settled()} {self.purpose}:{self.reader.role}:{state()}"

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise StoreError("store.table.view", who="developer")

    append: Callable[..., Any] = _refuse
    put_stations: Callable[..., Any] = _refuse
    put_status: Callable[..., Any] = _refuse

    def replace(self, name: str, rows: pd.DataFrame, key: Any = ()) -> None:
        """Keep a derived table; only the work that derives may."""
        if self.purpose != "derive":
            self._refuse()
        super().replace(name, rows, key)

    def extend(self, name: str, rows: pd.DataFrame) -> None:
        """Add to a log; only the work that derives may."""
        if self.purpose != "derive":
            self._refuse()
        super().extend(name, rows)


def _hidden_of(row: Rule, reader: Reader, purpose: Purpose) -> frozenset[str]:
    """What a rule hides of a station in derived tables; their newest rows would tell what a delay holds back."""
    if not row.allows(reader, purpose) or (row.narrows(reader, purpose) and row.delay):
        return frozenset({ALL})
    return frozenset(row.withhold) if row.narrows(reader, purpose) else frozenset()


def _whole(row: Rule, reader: Reader, purpose: Purpose) -> bool:
    narrow = row.narrows(reader, purpose) and (row.delay or row.withhold or row.decimals < EXACT)
    return row.allows(reader, purpose) and not narrow


def _countries() -> dict[str, str]:
    return {c.key: c.country for c in city_files().values()}
