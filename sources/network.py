"""What every adapter has in common: a client, a key in the environment, modest defaults."""

import math
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import pandas as pd

from data.city import City
from data.times import ZONED
from sources.base import Answer, Credit, Denied, Quota
from sources.http import Client
from sources.parts import each

HURRY = 420.0  # a walk over parts that somebody waits for ends after this, with what came [s]
HELD = 600.0  # an answer that serves several needs of one round is asked for once [s]
INDEX = "air quality index"  # a delivered unit that no parameter is kept in: the door rejects such a row and counts it


T = TypeVar("T")


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
    table: ClassVar[str] = "measurements"

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client(self.name, self.host, self.quota, self.key)
        self._within = math.inf
        self._kept: dict[Hashable, tuple[float, Any]] = {}

    def missing(self) -> Denied | None:
        """What a person must set first; None when the network can be asked."""
        if self.key and not self.client.secret():
            return Denied("sources.setup.no_key", network=self.name, parameter=self.key)
        return None

    def reachable(self) -> bool:
        """Whether its host answers at all."""
        return self.client.reachable()

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the city, for `data.schema.conform_stations`."""
        raise NotImplementedError

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Rows for `data.schema.conform` whose interval starts in [since, until)."""
        raise NotImplementedError

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """As `fetch`, with the parts that failed: here the network answers in one piece, or not at all."""
        return Answer(self.fetch(city, since, until))

    def hurry(self) -> None:
        """From now on give what comes within `HURRY`, and be refused rather than wait long for our own quota."""
        self._within = HURRY
        self.client.hurry()

    def each(
        self,
        parts: Iterable[tuple[str, T]],
        get: Callable[[T, datetime], pd.DataFrame | Answer],
        since: datetime,
        behind: Mapping[str, datetime],
    ) -> Answer:
        """As `sources.parts.each`, of this network and at its pace."""
        return each(self.name, parts, get, since, behind, self._within)

    def held(self, name: Hashable, get: Callable[[], Any], anew: bool = False) -> Any:
        """
        An answer that serves several needs of one round, asked for once.

        Parameters
        ----------
        name : hashable
            What it answers.
        get : callable
            Asks for it.
        anew : bool
            Ask in any case, and keep the answer for the next need.
        """
        known = self._kept.get(name)
        if anew or known is None or time.monotonic() - known[0] > HELD:
            self._kept[name] = known = time.monotonic(), get()
        return known[1]


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
    plain = isinstance(given, str | int | float) and not isinstance(given, bool)
    return float(pd.to_numeric(given, errors="coerce")) if plain else float("nan")


def numbers(given: pd.Series) -> pd.Series:
    """
    Delivered numbers, also those written as text; NaN for anything else, a truth value among it.

    Examples
    --------
    >>> numbers(pd.Series([1, "2.5", True, None, [3]], dtype="object")).tolist()
    [1.0, 2.5, nan, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(given) and not pd.api.types.is_bool_dtype(given):
        return given.astype("float64")
    plain = given.where(given.map(lambda x: isinstance(x, str | int | float) and not isinstance(x, bool)).astype(bool))
    return pd.to_numeric(plain, errors="coerce").astype("float64")


def moments(texts: pd.Series) -> pd.Series:
    """
    Stamps with their zone as moments in UTC; NaT for anything else.

    Examples
    --------
    >>> moments(pd.Series(["2026-01-10T05:00:00+05:00", "2026-01-10T05:00:00", 7])).dt.strftime("%H:%M").tolist()
    ['00:00', nan, nan]
    >>> moments(pd.Series(["2026-01-10 05:00:00+00", "2026-01-10T05:00:00.000+0500"])).dt.strftime("%H:%M").tolist()
    ['05:00', '00:00']
    >>> short = pd.Series(["2026-01-10 05:00:00+05", "2026-01-10T05:00-0130", "2026-01-10"])
    >>> moments(short).dt.strftime("%H:%M").tolist()
    ['00:00', '06:30', nan]
    """
    known = texts.map(lambda t: isinstance(t, str) and bool(ZONED.search(t))).astype(bool)
    return pd.to_datetime(texts.where(known), utc=True, errors="coerce", format="ISO8601")


def shape(payload: Any) -> str:
    """
    What an answer looks like, for a message: never its words, which may repeat our key.

    Examples
    --------
    >>> shape({"status": "error", "data": "bad key abc"}), shape([1, 2]), shape(b"x")
    ('{status, data}', '[2]', 'bytes')
    """
    if isinstance(payload, dict):
        return f"{{{', '.join(str(k)[:24] for k in list(payload)[:6])}}}"
    return f"[{len(payload)}]" if isinstance(payload, list) else type(payload).__name__


def part(record: Any, name: str) -> dict[str, Any]:
    """
    An object within an object; empty where it is none.

    Examples
    --------
    >>> part({"city": {"name": "x"}, "time": 3}, "city"), part({"time": 3}, "time")
    ({'name': 'x'}, {})
    """
    found = record.get(name) if isinstance(record, dict) else None
    return found if isinstance(found, dict) else {}


def pair(given: Any) -> tuple[float, float]:
    """
    The first two numbers of a position; NaN where it is none.

    Examples
    --------
    >>> pair([69.2, "41.3", 400]), pair("x")
    ((69.2, 41.3), (nan, nan))
    """
    if not isinstance(given, list) or len(given) < 2:
        return float("nan"), float("nan")
    return number(given[0]), number(given[1])
