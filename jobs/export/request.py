"""What an export is asked for, and what stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from data.city import city as city_of
from data.errors import CentreError
from data.parameters import PARAMETERS
from data.store.reader import StoreReader
from sources.credits import credit

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
    kept : DataFrame
        What stays, as fields: source, rows, by, status, basis of `ExportReader.account`.
    """

    rows: int
    flagged: int
    kinds: Mapping[str, int]
    sources: pd.DataFrame
    kept: pd.DataFrame

    @property
    def left_out(self) -> pd.DataFrame:
        """What stays, as files say it: source, rows, why in a sentence."""
        return self.kept[["source", "rows"]].assign(why=[_why(row) for row in self.kept.to_dict("records")])


def plan(store: StoreReader, request: Request) -> Plan:
    """
    Count what would leave, and what a rule of sharing or a licence keeps in.

    Parameters
    ----------
    store : StoreReader
        As its reader has it.
    request : Request
        What is asked.

    Returns
    -------
    Plan
        Row counts first, so that nobody downloads blindly.
    """
    leaving, kept = store.for_export().account(**request.where())
    sources = leaving.groupby("source", as_index=False)["rows"].sum()
    credits = [credit(s) for s in sources["source"]]
    return Plan(
        rows=int(leaving["rows"].sum()),
        flagged=int(leaving["flagged"].sum()),
        kinds={str(k): int(v) for k, v in leaving.groupby("kind")["rows"].sum().items()},
        sources=sources.assign(
            licence=[c.licence for c in credits], credit=[c.text for c in credits], url=[c.url for c in credits]
        ),
        kept=kept,
    )


def _why(row: Mapping[Any, Any]) -> str:
    if row["by"] == "rule":
        return f"rule of sharing ({row['status']}): {row['basis']}"
    if row["by"] == "station":
        return "the licence of these stations is not stated or does not allow passing them on"
    return f"the licence ({credit(row['source']).licence}) does not allow passing it on"


def _utc(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment).tz_convert("UTC")
