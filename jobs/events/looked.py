"""Where events were looked for: without it an empty list would say "none" of a time that nobody judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pandas as pd

from data.parameters import POLLUTANTS
from data.schema import MEASURED
from data.store.reader import DerivingStore, StoreReader
from data.store.tables.schemas import TABLES
from data.times import interval_end

TABLE = "events_looked"
GAP = timedelta(hours=6)  # hours without a row that the detectors bridge; after a longer gap nobody saw anything
Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Looked:
    """
    What of a period was judged.

    Attributes
    ----------
    spans : tuple of (Timestamp, Timestamp)
        Stretches of the period in which the detectors saw rows, half-open, in order.
    start, end : Timestamp or None
        The period as asked for; None = open.
    now : Timestamp
        What comes after it cannot have been judged.
    """

    spans: tuple[Span, ...]
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    now: pd.Timestamp

    @property
    def state(self) -> Literal["whole", "part", "none"]:
        """Whether all of the period was judged, some of it, or nothing."""
        if not self.spans:
            return "none"
        first, last = self.spans[0][0], self.spans[-1][1]
        over = self.now if self.end is None else min(self.end, self.now)
        early, late = self.start is not None and first - self.start > GAP, over - last > GAP
        return "part" if early or late or len(self.spans) > 1 else "whole"

    @property
    def until(self) -> pd.Timestamp | None:
        """The last moment that was judged."""
        return self.spans[-1][1] if self.spans else None


def looked(store: StoreReader, city: str, start: datetime | None, end: datetime | None, now: datetime) -> Looked:
    """What of [start, end) the store's events were looked for in; of the time after `now` nothing can be."""
    rows = store.table(TABLE)
    rows = rows[rows["city"] == city]
    known = list(rows[["start", "end"]].itertuples(index=False, name=None))
    return within(known, start, end, now)


def within(spans: Sequence[Span], start: datetime | None, end: datetime | None, now: datetime) -> Looked:
    """
    Spans cut to a period.

    Examples
    --------
    >>> day = [pd.Timestamp(f"2026-01-0{n}", tz="UTC") for n in range(1, 6)]
    >>> [within([(day[1], day[3])], *p, now=day[4]).state for p in ((day[1], day[3]), (day[0], day[2]), day[3:])]
    ['whole', 'part', 'none']
    """
    first, last = (None if at is None else pd.Timestamp(at) for at in (start, end))
    cut = [(a if first is None else max(a, first), b if last is None else min(b, last)) for a, b in spans]
    return Looked(joined(cut), first, last, pd.Timestamp(now))


def note(store: DerivingStore, city: str, start: datetime, end: datetime, now: datetime) -> int:
    """
    Keep that the events of [start, end) were looked for, as far as there were rows to look at.

    Returns
    -------
    int
        1 where the kept spans changed, else 0: then nothing is written.
    """
    rows = store.table(TABLE)
    mine = rows[rows["city"] == city]
    known = tuple(mine[["start", "end"]].itertuples(index=False, name=None))
    every = joined([*known, *seen(store, city, start, end)])
    if every == known:
        return 0
    made = pd.DataFrame(every, columns=["start", "end"]).assign(city=city, computed_at=pd.Timestamp(now))
    store.replace(TABLE, made.astype({"start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]",
                                      "computed_at": "datetime64[us, UTC]"})[list(TABLES[TABLE].names)],
                  key=("city",))  # fmt: skip
    return 1


def seen(store: StoreReader, city: str, start: datetime, end: datetime) -> tuple[Span, ...]:
    """Stretches of [start, end) with rows of instruments, to the hour; a gap of up to six hours is bridged."""
    rows = store.intervals(city=city, parameters=POLLUTANTS, start=start, end=end, kinds=(*MEASURED, "simulated"))
    ends = interval_end(rows["start"], rows["minutes"]).clip(upper=pd.Timestamp(end)).dt.floor("h")
    begins = rows["start"].dt.floor("h")
    return joined(list(zip(begins, ends, strict=True)))


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """
    Spans in order, those that touch or nearly touch as one.

    Examples
    --------
    >>> hour = [pd.Timestamp(f"2026-01-01 {n:02d}:00", tz="UTC") for n in range(24)]
    >>> [(a.hour, b.hour) for a, b in joined([(hour[12], hour[14]), (hour[0], hour[2]), (hour[1], hour[5])])]
    [(0, 5), (12, 14)]
    """
    rows = pd.DataFrame(list(spans), columns=["start", "end"])
    rows = rows[rows["start"] < rows["end"]].sort_values(["start", "end"], kind="stable", ignore_index=True)
    if rows.empty:
        return ()
    reached = rows["end"].cummax()
    stretch = (rows["start"] - reached.shift() > GAP).cumsum()
    made = rows.groupby(stretch).agg(start=("start", "min"), end=("end", "max"))
    return tuple(made.itertuples(index=False, name=None))
