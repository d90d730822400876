"""A store as one reader may have it: every question passes the rules of sharing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data.city import city_files
from data.sharing import EXACT, PUBLIC, Purpose, Reader, Rule, rule, rules, state, withheld
from data.store.export import ExportStore
from data.store.narrow import ALL, OWN, Hidden, narrowed
from data.store.reader import WholeStore
from data.store.storage.errors import StoreError
from data.store.view import View

# Logs of the centre itself, and edits that nobody has reviewed yet: no matter for any reader.
PRIVATE = frozenset({"tokens", "outbox", "register_edits"})


class SharedStore(View):
    """
    The read path of pages, exports and API.

    Parameters
    ----------
    whole : Store
        What is read; nobody reaches it through the view.
    reader : Reader
        Who reads; the public by default.
    purpose : {'see', 'download', 'derive'}
        ``derive`` is for the work that makes the figures everybody sees; `DerivedStore` writes them.
    """

    def __init__(self, whole: WholeStore, reader: Reader = PUBLIC, purpose: Purpose = "see") -> None:
        super().__init__(whole)
        self._whole, self.reader, self.purpose = whole, reader, purpose

    def _narrow(self, where: Mapping[str, Any]) -> dict[str, Any]:
        return {**where, "withheld": withheld(self.reader, self.purpose)}

    def stations(
        self, city: str | None = None, as_of: datetime | None = None, *, every_place: bool = False
    ) -> pd.DataFrame:
        """Station descriptions, without those of sources that are withheld; coordinates as exact as may be."""
        rows = self._whole.stations(city, as_of, every_place=every_place)
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
        if name in PRIVATE and self.purpose != "derive":
            raise StoreError("store.view.private", who="developer", table=name)
        rows = self._whole.table(name)
        if name in OWN and self.purpose != "derive" and len(rows):
            country = _countries()
            pairs = zip(rows["source"], rows["city"], strict=True)
            return rows[[_whole(rule(s, country.get(c, "")), self.reader, self.purpose) for s, c in pairs]]
        return self.narrowed(rows)

    def narrowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """A table made from the store, without what it says of stations that the reader may not have."""
        return narrowed(rows, *self._hidden()) if len(rows) and self.purpose != "derive" else rows

    def _hidden(self) -> tuple[Hidden, frozenset[str]]:
        """Stations of which something is hidden from the reader, and stations whose place is told coarsely."""
        if all(_whole(r, self.reader, self.purpose) for r in rules()):
            return {}, frozenset()
        country = _countries()
        every = self._whole.station_history()[["source", "station", "city"]].drop_duplicates()
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
        rows = self._whole.rejects()
        free = {
            s: all(_whole(r, self.reader, self.purpose) for r in rules() if r.source in ("*", s))
            for s in rows["source"].unique()
        }
        rows = rows[rows["source"].map(free).astype(bool)] if len(rows) else rows
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def version(self, *tables: str) -> str:
        """As of the whole store, for whom and under which rules: caches of different readers never meet."""
        return f"{self._whole.version(*tables)} {self.purpose}:{self.reader.role}:{state()}"

    def settled(self) -> str:
        """As of the whole store, for whom and under which rules."""
        return f"{self._whole.settled()} {self.purpose}:{self.reader.role}:{state()}"

    def kept_back(self, known: pd.DataFrame | None = None, **where: Any) -> pd.DataFrame:
        """Rows that rules of sharing keep from the reader; see `StoreReader.kept_back`."""
        mine = self.spans(**where) if known is None else known
        pair, country = ["city", "source"], _countries()
        every = self._whole.spans(**where).groupby(pair)["rows"].sum()
        fewer = every.sub(mine.groupby(pair)["rows"].sum(), fill_value=0)
        held = [(s, int(n), rule(s, country.get(c, ""))) for (c, s), n in fewer[fewer > 0].items()]
        return pd.DataFrame(
            [(s if r.allows(self.reader, "see") else "", n, r.status, r.basis) for s, n, r in held],
            columns=["source", "rows", "status", "basis"],
        )

    def for_export(self, reader: Reader | None = None) -> ExportStore:
        """
        What the reader of this view may take away, whatever the view is for.

        Raises
        ------
        StoreError
            When another reader is named.
        """
        if reader not in (None, self.reader):
            raise StoreError("store.view.other_reader", who="developer")
        shared = self if self.purpose == "download" else SharedStore(self._whole, self.reader, "download")
        return ExportStore(shared, self.reader)


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
