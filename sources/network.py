"""What every adapter has in common: a client, a key in the environment, modest defaults."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import Credit, Quota
from sources.http import Client


class Network:
    """
    A network with the plain defaults of `sources.base.Source`; an adapter states what differs.

    Parameters
    ----------
    client : Client, optional
        Replaceable in tests.
    """

    name: ClassVar[str]
    credit: ClassVar[Credit]
    host: ClassVar[str]
    every: ClassVar[timedelta]
    revises: ClassVar[timedelta]
    first: ClassVar[timedelta] = timedelta(days=3)
    ahead: ClassVar[timedelta] = timedelta(0)
    reach: ClassVar[timedelta | None] = None
    span: ClassVar[timedelta] = timedelta(days=30)
    quota: ClassVar[Quota]
    key: ClassVar[str] = ""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(self.name, self.host, self.quota, self.key)

    def missing(self) -> str:
        """What a person must set first; empty when the network can be asked."""
        if self.key and not self.client.secret():
            return f"{self.name} is not configured: set {self.key} to your key"
        return ""

    def reachable(self) -> bool:
        """Whether its host answers at all."""
        return self.client.reachable()

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the city, for `data.schema.conform_stations`."""
        raise NotImplementedError

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Rows for `data.schema.conform` whose interval starts in [since, until)."""
        raise NotImplementedError


def within(rows: pd.DataFrame, since: datetime, until: datetime) -> pd.DataFrame:
    """
    Rows whose interval starts in [since, until), and those without a start: the door rejects and counts these.

    Examples
    --------
    >>> from datetime import UTC
    >>> rows = pd.DataFrame({"start": pd.to_datetime(["2026-01-01T00Z", "2026-01-02T00Z", None], utc=True)})
    >>> len(within(rows, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)))
    2
    """
    if not len(rows):
        return rows
    return rows[rows["start"].isna() | ((rows["start"] >= since) & (rows["start"] < until))]


def number(given: Any) -> float:
    """
    A delivered number, also one written as text; NaN for anything else.

    Examples
    --------
    >>> number("41.3"), number("-"), number(None)
    (41.3, nan, nan)
    """
    return float(pd.to_numeric(given, errors="coerce")) if isinstance(given, str | int | float) else float("nan")
