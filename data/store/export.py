"""The gate for what leaves: rows that passed the rules of sharing and the licences, and an account of the others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from data import licences
from data.licences import Licensed
from data.sharing import Reader
from data.store.narrow import OWN, all_but, narrowed
from data.store.reader import StoreReader
from data.store.storage.errors import StoreError
from data.store.view import View

OWNER = Reader("admin")  # whose machine this is: nobody shares the store with its owner
WHY = ("source", "rows", "by", "status", "basis")


class ExportStore(View):
    """
    What may leave the centre: files, answers of the API, buttons and printed pages take their rows here.

    Parameters
    ----------
    shared : StoreReader
        The store as somebody may take it; the rules of sharing were applied.
    reader : Reader
        Who takes.
    """

    def __init__(self, shared: StoreReader, reader: Reader) -> None:
        super().__init__(shared)
        self.reader = reader
        self._known: dict[tuple[str, datetime | None], tuple[pd.DataFrame, Licensed]] = {}

    def _narrow(self, where: Mapping[str, Any]) -> dict[str, Any]:
        return {**where, "licensed": self._described(where.get("as_of"))[1]}

    def _described(self, as_of: datetime | None) -> tuple[pd.DataFrame, Licensed]:
        """Every station the reader may know of, and what leaves by the licences that they state, now or at a moment."""
        key = self._inner.version("stations"), as_of
        if key not in self._known:  # one export asks it for its rows, for their spans and for the stations themselves
            rows = self._inner.stations(as_of=as_of)
            self._known = {key: (rows, licences.licensed(rows, licences.terms()))}
        return self._known[key]

    def stations(
        self, city: str | None = None, as_of: datetime | None = None, *, every_place: bool = False
    ) -> pd.DataFrame:
        """Descriptions of the stations whose rows may leave; one that stays is named by no other."""
        rows, licensed = self._described(as_of)
        rows = self._inner.stations(as_of=as_of, every_place=True) if every_place else rows
        rows = rows if city is None else rows[rows["city"] == city]
        may = licensed.mask(rows)
        kept_in = set(rows.loc[~may, "station"])
        rows = rows[may].reset_index(drop=True)
        return rows.assign(same_as=rows["same_as"].mask(rows["same_as"].isin(kept_in), ""))

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rejected rows of sources that may be passed on."""
        known, rows = licences.terms(), self._inner.rejects()
        free = [s in known and known[s].passes_on for s in rows["source"]]
        rows = rows[free] if len(rows) else rows
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """A small derived table, without what it says of stations whose rows stay in, and without such rows."""
        rows = self._inner.table(name)
        if name in OWN:
            known = licences.terms()
            return rows[[s in known and known[s].passes_on for s in rows["source"]]] if len(rows) else rows
        return self._without(rows)

    def narrowed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """A table made from the store, without what it says of stations whose rows stay in."""
        return self._without(self._inner.narrowed(rows))

    def _without(self, rows: pd.DataFrame) -> pd.DataFrame:
        described, licensed = self._described(None)
        return narrowed(rows, all_but(rows, _all_of(described, licensed.mask(described))))

    def kept_back(self, known: pd.DataFrame | None = None, **where: Any) -> pd.DataFrame:
        """Rows that rules of sharing keep from the reader."""
        return self._inner.kept_back(known, **where)

    def leaving(self) -> frozenset[str]:
        """Stations all of whose rows may leave."""
        spans = self._inner.spans()
        return _all_of(spans, self._described(None)[1].mask(spans))

    def account(self, **where: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        What of a question leaves and what stays.

        Returns
        -------
        (DataFrame, DataFrame)
            `spans` of what leaves; `WHY` of what stays: source (empty where it may not be named), rows, by
            (``licence`` of the source, ``station``: its own licence, ``rule`` of sharing), status and basis of a rule.
        """
        known, spans = licences.terms(), self._inner.spans(**where)
        may = self._described(where.get("as_of"))[1].mask(spans)
        left = spans[~may].groupby("source", as_index=False)["rows"].sum()
        passes = [s in known and known[s].passes_on for s in left["source"]]
        left = left.assign(by=["station" if p else "licence" for p in passes], status="", basis="")
        held = self._inner.kept_back(spans, **where).assign(by="rule")
        return spans[may], pd.concat([left[list(WHY)], held[list(WHY)]], ignore_index=True)

    def version(self, *tables: str) -> str:
        """As of the shared store, and that licences hold: caches never meet."""
        return f"{self._inner.version(*tables)} licensed"

    def settled(self) -> str:
        """As of the shared store, and that licences hold."""
        return f"{self._inner.settled()} licensed"

    def for_export(self, reader: Reader | None = None) -> "ExportStore":
        """Itself: what passed the gate passes it again, for the same reader."""
        if reader not in (None, self.reader):
            raise StoreError("store.view.other_reader", who="developer")
        return self


def _all_of(rows: pd.DataFrame, may: Any) -> frozenset[str]:
    """Stations of which every row may."""
    return frozenset(rows.loc[may, "station"]) - frozenset(rows.loc[~may, "station"])
