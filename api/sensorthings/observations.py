"""Observations: rows of the store, read window by window so that a page never reads more than it shows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from api.sensorthings import filters
from api.sensorthings.catalogue import Catalogue, interval
from api.sensorthings.options import Options
from data import reasons
from data.clock import iso
from data.store.reader import ExportReader
from data.times import interval_end
from jobs.arguments import ArgumentError, quoted

COLUMNS = (
    "source", "station", "parameter", "start", "minutes", "value", "flag", "checks", "statistic", "note", "kind",
    "raw_value", "raw_unit", "known_at",
)  # fmt: skip
SHORTEST, LONGEST = timedelta(days=2), timedelta(days=64)  # of a window
MEMBERS = {
    "phenomenonTime": "start", "resultTime": "known_at", "result": "value", "resultQuality": "flag", "id": "id",
    "@iot.id": "id", "Datastream/id": "stream", "Datastream/@iot.id": "stream", "parameters/reason": "reason",
    "parameters/statistic": "statistic", "parameters/note": "note", "parameters/kind": "kind",
    "parameters/raw_value": "raw_value", "parameters/raw_unit": "raw_unit",
    "FeatureOfInterest/id": "thing", "FeatureOfInterest/@iot.id": "thing",
}  # fmt: skip
MOST = 300_000  # observations that one answer looks at for a filter on more than time
MICRO = timedelta(microseconds=1)
Resolve = Callable[[str, str], Any]


@dataclass(frozen=True)
class Page:
    """Rows of a page, whether more follow, and how many there are in all where it was asked."""

    rows: pd.DataFrame
    more: bool
    count: int | None = None


def read(store: ExportReader, made: Catalogue, streams: Sequence[str], asked: Options, resolve: Resolve) -> Page:
    """
    Observations of datastreams.

    Parameters
    ----------
    store : ExportReader
        What may leave.
    made : Catalogue
        Where the datastreams are described.
    streams : sequence of str
        Ids of datastreams.
    asked : Options
        Filter, order and size of the page.
    resolve : callable
        Id of a datastream and a path → a member, for filters on it.

    Returns
    -------
    Page
        Sorted by the start of the interval unless another order is asked.
    """
    reader = _Reader(store, made, streams, asked, resolve)
    if not streams:
        return Page(reader.empty(), False, 0 if asked.count else None)
    count = reader.count() if asked.count else None
    if asked.order and asked.order[0][0] != "phenomenonTime":
        rows = reader.sorted()
        return Page(rows.iloc[asked.skip : asked.skip + asked.top], len(rows) > asked.skip + asked.top, count)
    rows = reader.first(reader.skip + asked.top + 1)
    return Page(rows.iloc[reader.skip : reader.skip + asked.top], len(rows) > reader.skip + asked.top, count)


def one(store: ExportReader, made: Catalogue, key: str) -> pd.DataFrame:
    """The row of an observation's id; empty where there is none."""
    stream, _, text = key.rpartition("@")
    if stream not in made.series:
        return pd.DataFrame()
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return pd.DataFrame()
    if start.tzinfo is None or not 1970 <= start.year <= 2200:
        return pd.DataFrame()
    reader = _Reader(store, made, [stream], Options(), lambda *_: None)
    rows = reader.window(start, start + MICRO)
    return rows[rows["id"] == key]


class _Reader:
    def __init__(
        self, store: ExportReader, made: Catalogue, streams: Sequence[str], asked: Options, resolve: Resolve
    ) -> None:
        self.store, self.made, self.asked, self.resolve = store, made, asked, resolve
        self.streams, series = set(streams), [made.series[s] for s in streams]
        self.series, self.seen = series, 0
        self.names = pd.DataFrame(
            [(*s.key, stream, s.thing) for stream, s in zip(streams, series, strict=True)],
            columns=["source", "station", "parameter", "minutes", "stream", "thing"],
        ).astype({"minutes": "int32"})
        whole = len(series) == len(made.series)
        self.where: dict[str, Any] = {} if whole else {
            "sources": sorted({s.source for s in series}), "stations": sorted({s.station for s in series}),
            "parameters": sorted({s.parameter for s in series}), "minutes": sorted({s.minutes for s in series}),
        }  # fmt: skip
        self.down = bool(asked.order) and asked.order[0][1]
        self.skip = asked.token[1] if asked.token else asked.skip
        low, high = filters.bounds(asked.filter, "phenomenonTime")
        first = min((s.first.to_pydatetime() for s in series), default=None)
        last = max((s.last.to_pydatetime() for s in series), default=None)
        self.low, self.high = (
            max(filter(None, (low, first)), default=low),
            min(filter(None, (high, last)), default=high),
        )
        if asked.token and self.low is not None and self.high is not None:
            at = asked.token[0]
            self.low, self.high = (self.low, min(at, self.high)) if self.down else (max(at, self.low), self.high)

    def window(self, start: datetime, end: datetime) -> pd.DataFrame:
        """Rows of [start, end) that the filter keeps, sorted upwards."""
        where = {k: v for k, v in self.where.items() if k != "parameters"}
        rows = self.store.measurements(None, self.where.get("parameters"), start, end, columns=list(COLUMNS), **where)
        self.seen += len(rows)
        if self.seen > MOST and not filters.only(self.asked.filter, "phenomenonTime"):
            raise ArgumentError(filters.NAME, "api.options.too_many_looked_at", most=MOST)
        rows = rows.merge(self.names, on=["source", "station", "parameter", "minutes"])
        if len(rows) and self.asked.filter is not None:
            rows = rows[filters.mask(self.asked.filter, lambda name: self._column(rows, name), len(rows))]
        if not len(rows):
            return self.empty()
        return rows.assign(id=_ids(rows)).sort_values(["start", "stream"], kind="stable")

    def _column(self, rows: pd.DataFrame, name: str) -> pd.Series:
        if name in ("id", "@iot.id"):
            return _ids(rows)
        if name == "parameters/reason":
            return reasons.series(rows)
        if name in MEMBERS:
            return rows[MEMBERS[name]]
        if name.startswith("Datastream/"):
            known = {s: self.resolve(s, name.removeprefix("Datastream/")) for s in rows["stream"].unique()}
            return rows["stream"].map(known)
        raise ArgumentError(
            filters.NAME, "api.options.none_such", kind="Observations", name=quoted(name), known=list(MEMBERS)
        )

    def empty(self) -> pd.DataFrame:
        """No row; what is asked of members that do not exist is still refused."""
        rows = pd.DataFrame(columns=[*COLUMNS, "stream", "id", "thing"])
        if self.asked.filter is not None:
            filters.mask(self.asked.filter, lambda name: self._column(rows, name), 0)
        return rows

    def first(self, wanted: int) -> pd.DataFrame:
        """The first rows in the order that is asked."""
        found, have = [self.empty()], 0
        for start, end in self._windows(wanted):
            rows = self.window(start, end)
            if self.down:
                rows = rows.sort_values("start", ascending=False, kind="stable")
            found, have = [*found, rows], have + len(rows)
            if have >= wanted:
                break
        kept = [f for f in found if len(f)]
        return pd.concat(kept, ignore_index=True).head(wanted) if kept else found[0]

    def _windows(self, wanted: int) -> Iterator[tuple[datetime, datetime]]:
        if self.low is None or self.high is None:
            return
        begin, end = self.low, self.high + MICRO
        likely = timedelta(minutes=wanted * max(max(s.minutes, 20) for s in self.series) / len(self.series))
        step = min(max(likely, SHORTEST), LONGEST)
        while begin < end:
            cut = max(end - step, begin) if self.down else min(begin + step, end)
            yield (cut, end) if self.down else (begin, cut)
            begin, end = (begin, cut) if self.down else (cut, end)
            step = min(step * 2, LONGEST)

    def sorted(self) -> pd.DataFrame:
        """Every row of one datastream in another order than that of time."""
        member, down = self.asked.order[0]
        if member not in ("resultTime", "result", "id", "@iot.id"):
            raise ArgumentError("$orderby", "api.options.no_order", member=quoted(member))
        if len(self.streams) > 1:
            raise ArgumentError("$orderby", "api.options.order_of_one", member=member)
        if self.low is None or self.high is None:
            return self.empty()
        rows = self.window(self.low, self.high + MICRO)
        return rows.sort_values(MEMBERS[member], ascending=not down, kind="stable")

    def count(self) -> int:
        """How many there are in all, whatever the page."""
        if self.asked.filter is None:
            return sum(s.rows for s in self.series)
        low, high = filters.bounds(self.asked.filter, "phenomenonTime")
        if filters.only(self.asked.filter, "phenomenonTime"):
            spans = self.store.spans(start=low, end=high, **self.where)
            keys = zip(spans["source"], spans["station"], spans["parameter"], spans["minutes"].tolist(), strict=True)
            return sum(n for k, n in zip(keys, spans["rows"], strict=True) if self.made.streams.get(k) in self.streams)
        return sum(len(self.window(start, end)) for start, end in self._windows(0))


def _ids(rows: pd.DataFrame) -> pd.Series:
    starts = {t: identity(t) for t in rows["start"].unique()}
    pairs = zip(rows["stream"], rows["start"], strict=True)
    return pd.Series([f"{s}@{starts[t]}" for s, t in pairs], index=rows.index, dtype=object)


def identity(start: Any) -> str:
    """The start of an interval as it stands in an id."""
    moment = pd.Timestamp(start)
    return f"{moment:%Y%m%dT%H%M%S}" + (f".{moment.microsecond:06d}" if moment.microsecond else "") + "Z"


def members(row: dict[str, Any]) -> dict[str, Any]:
    """Members of an observation."""
    start, minutes = row["start"], int(row["minutes"])
    end = interval_end(start, minutes)
    return {
        "phenomenonTime": interval(start, end) if minutes else iso(start),
        "resultTime": iso(row["known_at"]),
        "result": float(row["value"]),
        "resultQuality": row["flag"],
        "parameters": {
            "reason": _reason(row), "kind": row["kind"],
            "raw_value": None if pd.isna(row["raw_value"]) else float(row["raw_value"]), "raw_unit": row["raw_unit"],
            "statistic": row["statistic"], "checks": list(row["checks"]), "note": row["note"],
        },
    }  # fmt: skip


def _reason(row: dict[str, Any]) -> str:
    names = ("parameter", "minutes", "flag", "statistic", "checks", "note")
    return reasons.reason(*(row[n] for n in names))
