"""What an export is asked for, and what stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from data.city import city as city_of
from data.errors import CentreError
from data.parameters import PARAMETERS
from data.sharing import rule
from data.store import Store
from data.store.shared import SharedStore
from jobs.export.licence import free
from sources.credits import credit

LEFT_OUT = ["source", "rows", "why", "rule"]
EXAMPLE = "2026-01-10T00:00:00+05:00"
FLAG_CHOICES: Mapping[str, Sequence[str] | None] = {"all": None, "ok": ("ok",)}


class ExportError(CentreError, ValueError):
    """An export was asked for in a way that cannot be answered; the person who asked must change its `parameter`."""

    who, status = "asker", 400


@dataclass(frozen=True, kw_only=True)
class Request:
    """
    What is to leave: the same request and `as_of` give the same bytes.

    Attributes
    ----------
    city : str
        Key of a city.
    start, end : datetime
        Half-open on the start of the interval, aware.
    as_of : datetime
        What was known then.
    parameters : sequence of str, optional
        All where None.
    flags : str
        ``all`` or ``ok``.
    excel : bool
        BOM, semicolons and decimal commas.
    bom : bool
        UTF-8 byte-order mark alone.
    """

    city: str
    start: datetime
    end: datetime
    as_of: datetime
    parameters: Sequence[str] | None = None
    stations: Sequence[str] | None = None
    flags: str = "all"
    excel: bool = False
    bom: bool = False

    def __post_init__(self) -> None:
        city_of(self.city)
        for name, moment in (("from", self.start), ("to", self.end), ("as_of", self.as_of)):
            if moment.tzinfo is None:
                raise ExportError("jobs.exports.no_zone", parameter=name, name=name, example=EXAMPLE)
        if self.start >= self.end:
            raise ExportError("jobs.exports.order", parameter="from")
        unknown = [p for p in self.parameters or () if p not in PARAMETERS]
        if unknown:
            raise ExportError(
                "jobs.exports.no_parameter", parameter="parameters", label=unknown[0], known=list(PARAMETERS)
            )
        if self.flags not in FLAG_CHOICES:
            raise ExportError("jobs.exports.flags", parameter="flags", text=self.flags[:40])

    def where(self) -> dict[str, Any]:
        """The filters of the store."""
        return {
            "city": self.city,
            "start": self.start,
            "end": self.end,
            "as_of": self.as_of,
            "parameters": self.parameters,
            "stations": self.stations,
            "flags": FLAG_CHOICES[self.flags],
        }

    def stem(self) -> str:
        """Name of the file without its ending."""
        ends = "_".join(f"{t:%Y%m%dT%H%MZ}" for t in (_utc(self.start), _utc(self.end)))
        return f"{self.city}_{ends}_as-of_{_utc(self.as_of):%Y%m%dT%H%M%SZ}"


@dataclass(frozen=True)
class Plan:
    """
    What a request would deliver, before it does.

    Attributes
    ----------
    rows : int
        Rows that leave.
    flagged : int
        Of these, not ``ok``.
    kinds : mapping
        Rows by kind.
    sources : DataFrame
        source, rows, licence, credit, url of what leaves.
    left_out : DataFrame
        source, rows, why of what stays; rule: the basis of the rule of sharing that keeps it in, empty where a
        licence does.
    """

    rows: int
    flagged: int
    kinds: Mapping[str, int]
    sources: pd.DataFrame
    left_out: pd.DataFrame


def plan(store: Store, request: Request) -> Plan:
    """
    Count what would leave and what a licence keeps in.

    Parameters
    ----------
    store : Store
        To read.
    request : Request
        What is asked.

    Returns
    -------
    Plan
        Row counts first, so that nobody downloads blindly.
    """
    spans = store.spans(**request.where())
    may = free(spans, store.stations(as_of=request.as_of))
    leaving, staying = spans[may], spans[~may]
    sources = leaving.groupby("source", as_index=False)["rows"].sum()
    credits = [credit(s) for s in sources["source"]]
    left = staying.groupby("source", as_index=False)["rows"].sum()
    left = left.assign(why=[_why(s) for s in left["source"]], rule="")
    return Plan(
        rows=int(leaving["rows"].sum()),
        flagged=int(leaving["flagged"].sum()),
        kinds={str(k): int(v) for k, v in leaving.groupby("kind")["rows"].sum().items()},
        sources=sources.assign(
            licence=[c.licence for c in credits], credit=[c.text for c in credits], url=[c.url for c in credits]
        ),
        left_out=pd.concat([left, _held_back(store, request, spans)], ignore_index=True),
    )


def _held_back(store: Store, request: Request, spans: pd.DataFrame) -> pd.DataFrame:
    """Rows that a rule of sharing keeps in; a source that the reader may not see stays unnamed."""
    if not isinstance(store, SharedStore):
        return pd.DataFrame(columns=LEFT_OUT)
    every = store.whole.spans(**request.where()).groupby("source")["rows"].sum()
    fewer = every.sub(spans.groupby("source")["rows"].sum(), fill_value=0)
    held = [(str(s), int(n), rule(str(s), city_of(request.city).country)) for s, n in fewer[fewer > 0].items()]
    return pd.DataFrame(
        [
            (s if r.allows(store.reader, "see") else "", n, f"rule of sharing ({r.status}): {r.basis}", r.basis)
            for s, n, r in held
        ],
        columns=LEFT_OUT,
    )


def _why(source: str) -> str:
    if credit(source).may_redistribute:
        return "the licence of these stations is not stated or does not allow passing them on"
    return f"the licence ({credit(source).licence}) does not allow passing it on"


def _utc(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_convert("UTC")
