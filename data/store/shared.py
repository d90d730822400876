"""A store as one reader may have it: every question passes the rules of sharing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from data.city import cities
from data.sharing import EXACT, PUBLIC, Purpose, Reader, decimals, rule, rules, withheld
from data.store.errors import StoreError
from data.store.sql import Where
from data.store.store import Store


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
        may = np.array([rule(*pair).allows(self.reader, self.purpose) for pair in pairs], dtype=bool)
        digits = np.array([decimals(*pair, self.reader, self.purpose) for pair in pairs], dtype=int)[may]
        rows = rows[may].reset_index(drop=True)
        for digit in np.unique(digits):
            if digit < EXACT:
                coarse = digits == digit
                rows.loc[coarse, ["lat", "lon"]] = rows.loc[coarse, ["lat", "lon"]].round(int(digit))
                rows.loc[coarse, "coord_quality"] = "rounded"
        return rows

    def rejects(self, limit: int | None = None) -> pd.DataFrame:
        """Rejected rows of sources that may be had in every country."""
        rows = super().rejects()
        free = {
            s: all(r.allows(self.reader, self.purpose) for r in rules() if r.source in ("*", s))
            for s in rows["source"].unique()
        }
        rows = rows[rows["source"].map(free).astype(bool)] if len(rows) else rows
        return (rows if limit is None else rows.head(limit)).reset_index(drop=True)

    def version(self, *tables: str) -> str:
        """As of the whole store, and for whom: caches of different readers never meet."""
        return f"{super().version(*tables)} {self.purpose}:{self.reader.role}"

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise StoreError("this is a reader's view of the store; write through the store itself")

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


def _countries() -> dict[str, str]:
    return {c.key: c.country for c in cities().values()}
