"""Answering for statements: which were asked for, of what moment or period, and the document that leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data import clock
from data.city import City
from data.clock import iso, local_date
from data.parameters import POLLUTANTS
from data.store.reader import ExportReader, StoreReader
from jobs.arguments import ArgumentError, moment, period, words
from jobs.statements.document import VERSION, document
from jobs.statements.gather import Store, gather
from models.situation.period import period as period_statement
from models.situation.statement import Statement
from models.situation.stating import About
from models.stations.freshness import BACKGROUND


@dataclass(frozen=True)
class Asked:
    """
    What somebody wants stated.

    Attributes
    ----------
    station : str
        Empty for the city.
    parameters : tuple of str or None
        All pollutants with rows by default.
    at : datetime
        The moment of ``now`` and ``day``.
    start, end : datetime or None
        The period of a ``period`` statement; then `at` is not looked at.
    """

    city: City
    at: datetime
    station: str = ""
    parameters: tuple[str, ...] | None = None
    start: datetime | None = None
    end: datetime | None = None


def asked(city: City, said: Mapping[str, str | None]) -> Asked:
    """
    Understand a question.

    Parameters
    ----------
    city : City
    said : mapping
        ``station``, ``parameter``, ``at``, ``from``, ``to`` as somebody wrote them.

    Raises
    ------
    ArgumentError
        When a moment lies ahead of the clock, a period is half given, or a name is unknown.
    """
    now = clock.now().replace(microsecond=0)
    chosen = words("parameter", said.get("parameter"), tuple(POLLUTANTS))
    start = end = None
    if said.get("from") or said.get("to"):
        for name in ("from", "to"):
            if not said.get(name):
                raise ArgumentError(name, "api.arguments.no_moment")
        if said.get("at"):
            raise ArgumentError("at", "api.arguments.moment_or_period")
        start, end = period(city, str(said["from"]), str(said["to"]))
    at = moment("at", str(said["at"]), city.zone) if said.get("at") else now
    if at > now:
        raise ArgumentError("at", "api.arguments.ahead", now=iso(now))
    return Asked(city, at, said.get("station") or "", chosen, start, end)


def statements(store: Store, wanted: Asked) -> list[Statement]:
    """
    The statements asked for, now before day, pollutant by pollutant.

    Raises
    ------
    ArgumentError
        When the city has no such station.
    """
    if wanted.station and wanted.station not in set(store.stations(wanted.city.key)["station"]):
        raise ArgumentError("station", "api.arguments.no_station", city=wanted.city.key)
    return list(_said(store, wanted))


def _said(store: Store, wanted: Asked) -> Iterator[Statement]:
    if wanted.start is not None and wanted.end is not None:
        yield from _periods(store, wanted, wanted.start, wanted.end)
        return
    found = gather(store, wanted.city, wanted.at)
    chosen = wanted.parameters or found.parameters
    for name in chosen:
        if wanted.station:
            yield from found.of_station(wanted.station, name)
        else:
            yield from found.of_city(name)


def _periods(store: Store, wanted: Asked, start: datetime, end: datetime) -> Iterator[Statement]:
    """Whole local days from the first to the last of the period that is over."""
    city, zone = wanted.city, wanted.city.zone
    first, last = local_date(start, zone), local_date(min(end, wanted.at) - timedelta(microseconds=1), zone)
    spans = store.spans(city.key, start=start, end=end)
    stations = store.stations(city.key)
    rows = spans[(spans["kind"] != "model") & spans["parameter"].isin(POLLUTANTS)]
    rows = rows[rows["station"] == wanted.station] if wanted.station else rows
    chosen = wanted.parameters or tuple(name for name in POLLUTANTS if name in set(rows["parameter"]))
    counted = set(stations.loc[stations["station_class"].fillna("").isin(BACKGROUND), "station"])
    for name in chosen:
        could = frozenset(set(rows.loc[rows["parameter"] == name, "station"]) & counted)
        about = About(city.key, city.law, zone, wanted.station, could)
        sound, every = (store.daily(city.key, [name], start, end, zone=zone, flags=f) for f in (("ok",), None))
        yield period_statement(sound, every, stations, name, about, first, last, pd.Timestamp(wanted.at))


def withheld(shown: StoreReader, leaving: ExportReader, city: City) -> int:
    """Stations of a city that screens show and whose rows may not leave as a file or an answer."""
    return len(set(shown.stations(city.key)["station"]) - leaving.leaving())


def answer(said: Sequence[Statement], wanted: Asked, *, explain: bool, demo: bool, withheld: int) -> dict[str, Any]:
    """
    The whole document.

    Parameters
    ----------
    said : sequence of Statement
    explain : bool
        With the rows of each.
    demo : bool
        Whether this is the demo world.
    withheld : int
        Stations of the city that screens show and that may not leave as a file; the statements are without them.
    """
    return {
        "version": VERSION, "city": wanted.city.key, "time_zone": str(wanted.city.zone), "at": iso(wanted.at),
        "demo": demo, "replay": clock.replaying(), "withheld_stations": withheld,
        "statements": [document(one, explain=explain) for one in said],
    }  # fmt: skip
