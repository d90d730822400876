"""Tables for the screens: the only caches, keyed by the store's version."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from data import clock
from data.served import real_store, served
from data.store import Store

KEPT = 48  # entries of a cache; a screen needs about six


def store() -> Store:
    """The centre's store, or the demo world while that holds nothing; the two never mix."""
    return served().store


def simulated() -> bool:
    """Whether what is shown is the demo world."""
    shown = served()
    return shown.demo and not shown.store.is_empty()


def empty() -> bool:
    """Whether there is nothing to show at all."""
    return store().is_empty()


def version() -> str:
    """Changes exactly when something was committed to what is shown."""
    shown = store()
    return f"{shown.folder} {shown.version()}"


def now() -> datetime:
    """The present moment of the centre, in UTC; a replay moves it."""
    return clock.now()


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _measurements(
    version: str,
    city: str,
    parameters: tuple[str, ...] | None,
    start: datetime | None,
    end: datetime | None,
    stations: tuple[str, ...] | None,
    kinds: tuple[str, ...] | None,
    flags: tuple[str, ...] | None,
) -> pd.DataFrame:
    return store().measurements(city, parameters, start, end, stations=stations, kinds=kinds, flags=flags)


def measurements(
    city: str,
    parameters: Sequence[str] | None,
    back: timedelta,
    *,
    stations: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    flags: Sequence[str] | None = None,
    ahead: timedelta = timedelta(0),
) -> pd.DataFrame:
    """
    Rows of a city from `back` before now to now, as the store gives them.

    Parameters
    ----------
    city : str
        Key.
    parameters, stations, kinds, flags : sequence of str, optional
        Each narrows the answer.
    back, ahead : timedelta
        `ahead` lets a model's coming hours in; rows of measured kinds never lie there.

    Returns
    -------
    DataFrame
        Columns of `data.schema.COLUMNS`; only intervals that have ended by now + `ahead`.
    """
    moment = now()
    edge = _hour(moment)  # whole hours, so that one entry of the cache serves every reader of the hour
    rows = _measurements(
        version(),
        city,
        _tuple(parameters),
        edge - back,
        edge + ahead + timedelta(hours=1),
        _tuple(stations),
        _tuple(kinds),
        _tuple(flags),
    )
    ended = rows["start"] + pd.to_timedelta(rows["minutes"], unit="min") <= moment + ahead
    return rows[ended].reset_index(drop=True)


def between(
    city: str,
    parameters: Sequence[str] | None,
    start: datetime | None,
    end: datetime | None,
    *,
    stations: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    flags: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Rows of a city with start in [start, end)."""
    return _measurements(
        version(), city, _tuple(parameters), start, end, _tuple(stations), _tuple(kinds), _tuple(flags)
    )


def _tuple(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _latest(version: str, city: str, parameters: tuple[str, ...] | None, hour: datetime) -> pd.DataFrame:
    return store().latest(city, parameters, now=hour + timedelta(hours=1))


def latest(city: str, parameters: Sequence[str] | None = None) -> pd.DataFrame:
    """Newest row per source, station, parameter and averaging of the last seven days."""
    moment = now()
    rows = _latest(version(), city, _tuple(parameters), _hour(moment))
    return rows[rows["start"] <= moment].reset_index(drop=True)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _daily(
    version: str,
    city: str,
    parameters: tuple[str, ...],
    start: datetime | None,
    end: datetime | None,
    zone: str,
    kinds: tuple[str, ...] | None,
    flags: tuple[str, ...] | None,
) -> pd.DataFrame:
    return store().daily(city, parameters, start, end, zone=zone, kinds=kinds, flags=flags)


def daily(
    city: str,
    parameters: Sequence[str],
    start: datetime | None,
    end: datetime | None,
    *,
    zone: str,
    kinds: Sequence[str] | None = None,
    flags: Sequence[str] | None = ("ok",),
) -> pd.DataFrame:
    """Means by local day with their coverage, done in the store."""
    return _daily(version(), city, tuple(parameters), start, end, str(zone), _tuple(kinds), _tuple(flags))


@st.cache_data(max_entries=8, show_spinner=False)
def _stations(version: str, city: str | None) -> pd.DataFrame:
    return store().stations(city)


def stations(city: str | None = None) -> pd.DataFrame:
    """Station descriptions."""
    return _stations(version(), city)


@st.cache_data(max_entries=8, show_spinner=False)
def _spans(version: str, city: str | None) -> pd.DataFrame:
    return store().spans(city)


def spans(city: str | None = None) -> pd.DataFrame:
    """What there is, for menus: station, parameter, averaging, kind, first, last, rows."""
    return _spans(version(), city)


@st.cache_data(max_entries=4, show_spinner=False)
def _status(version: str) -> pd.DataFrame:
    return real_store().status()


def status() -> pd.DataFrame:
    """How each network's last attempt went, also while the demo world is shown."""
    return _status(f"{real_store().folder} {real_store().version('status')}")


@st.cache_data(max_entries=16, show_spinner=False)
def _table(version: str, name: str) -> pd.DataFrame:
    return store().table(name)


def table(name: str) -> pd.DataFrame:
    """A small derived table: attribution, events, alarms, forecasts; without columns before its first write."""
    return _table(version(), name)


@st.cache_data(max_entries=4, show_spinner=False)
def _counts(version: str) -> pd.DataFrame:
    return store().counts()


def counts() -> pd.DataFrame:
    """Rows per source, flag and kind."""
    return _counts(version())
