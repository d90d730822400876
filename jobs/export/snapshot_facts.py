"""What a reader of a snapshot must know beside its rows: counts, gaps, limits, methods, and what stayed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from data.city import city as city_of
from data.standards.limits import registry
from data.store.reader import StoreReader
from data.times import interval_end
from jobs.export import measurements
from jobs.export import request as export_request
from models.indices.aqi import STANDARDS
from models.stations.freshness import amber_after

SILENT = timedelta(hours=amber_after(60))  # a source without a single row for so long was out: its hours would be amber


@dataclass(frozen=True)
class Facts:
    """
    Facts of one request, all of them as of its moment.

    Attributes
    ----------
    plan : Plan
        Counts, licences, what was left out.
    by_flag : DataFrame
        source, kind, flag, rows.
    gaps : DataFrame
        source, start, end, hours; the longest first.
    limits : list of dict
        What is law in the city, with its status.
    methods : dict
        Version of what was computed.
    role : str
        Who may read it; the rules of sharing were applied for this role.
    """

    plan: export_request.Plan
    by_flag: pd.DataFrame
    gaps: pd.DataFrame
    limits: list[dict[str, Any]]
    methods: dict[str, Any]
    role: str = "admin"


def facts(store: StoreReader, request: export_request.Request, release: str) -> Facts:
    """
    Gather the facts of a request.

    Parameters
    ----------
    store : StoreReader
        As its reader may have it.
    request : Request
        What is asked.
    release : str
        Of this program.

    Returns
    -------
    Facts
        The same for ever, for the same request, moment and release.
    """
    rows = store.for_export()
    tally = rows.tally(**request.where())
    by_flag = tally.groupby(["source", "kind", "flag"], as_index=False)["rows"].sum()
    sources = sorted(set(by_flag["source"]))
    return Facts(
        plan=export_request.plan(rows, request),
        by_flag=by_flag,
        gaps=gaps(rows.intervals(**{**request.where(), "sources": sources}) if sources else pd.DataFrame()),
        limits=_limits(request),
        methods={
            "release": release,
            "export_format": measurements.FORMAT,
            "quality": release,
            "indices": list(STANDARDS),
            "gases": "20 °C, 1013.25 hPa",
        },
        role=rows.reader.role,
    )


def gaps(intervals: pd.DataFrame, silent: timedelta = SILENT) -> pd.DataFrame:
    """
    Spans in which a source has no row at all, between its first and its last.

    Parameters
    ----------
    intervals : DataFrame
        source, start, minutes; each once.
    silent : timedelta
        Shorter spans are not counted.

    Returns
    -------
    DataFrame
        source, start, end, hours; the longest first.

    Examples
    --------
    >>> hours = pd.to_datetime(["2026-01-01 00:00", "2026-01-01 09:00"], utc=True)
    >>> gaps(pd.DataFrame({"source": "a", "start": hours, "minutes": 60}))["hours"].tolist()
    [8.0]
    """
    found: list[dict[str, Any]] = []
    for source, rows in intervals.groupby("source") if len(intervals) else ():
        rows = rows.sort_values("start")
        end = interval_end(rows["start"], rows["minutes"]).cummax()
        after = rows["start"].shift(-1)
        for left, right in zip(end, after, strict=True):
            if pd.notna(right) and right - left >= silent:
                found.append(
                    {"source": source, "start": left, "end": right, "hours": (right - left) / timedelta(hours=1)}
                )
    table = pd.DataFrame(found, columns=["source", "start", "end", "hours"])
    return table.sort_values(["hours", "source", "start"], ascending=[False, True, True]).reset_index(drop=True)


def _limits(request: export_request.Request) -> list[dict[str, Any]]:
    """Limits in force on the last day of the period."""
    law, day = city_of(request.city).law, (request.end - timedelta(microseconds=1)).date()
    chosen: Sequence[Any] = [x for x in registry().limits if x.jurisdiction == law and x.in_force(day)]
    return [
        {"limit": x.key, "statistic": x.statistic, "value": x.concentration, "unit": "µg/m³", "act": x.act,
         "status": x.status, "indicative": x.indicative}
        for x in chosen
        if not request.parameters or x.parameter in request.parameters
    ]  # fmt: skip
