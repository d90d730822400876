"""Tables for the screens: the only caches, keyed by the store's version."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from data import clock
from data.city import city as city_of
from data.place import NOWHERE
from data.store.reader import ExportReader, StoreReader
from data.store.served import real_store, served
from data.times import interval_end
from jobs.statements.gather import DAILY_BACK, LIVES, PARAMETERS, expected_of, speaking
from pages.ui.city.build import paint
from pages.ui.city.city import Picture
from pages.ui.reader.language import language
from pages.ui.reader.once import once
from pages.ui.reader.sign_in import reader

KEPT = 48  # entries of a cache; a screen needs about six
# Written all the time, and shown by pages that ask for them by name: they move nothing else.
LOGS = frozenset({"alarm_log", "alarms", "attempts", "outbox", "register_edits", "rejects", "status", "tokens"})


def store() -> StoreReader:
    """The centre's store as who is signed in may see it, or the demo world while that holds nothing; never a mix."""
    return once("store", lambda: served(reader=reader()).store)


def taken() -> ExportReader:
    """
    What may leave the screen as a file: rules of sharing and licences may let less go than is shown.

    Ask for it while the page is drawn: a button's own work is done where nobody is signed in.
    """
    return served("download", reader()).store.for_export()


@st.cache_data(max_entries=4, show_spinner=False)
def _leaving(version: str) -> frozenset[str]:
    shown = set(store().spans()["station"])
    return frozenset(shown & taken().leaving())


def leaves() -> frozenset[str]:
    """Stations whose rows may leave the screen as a file, by the rules of sharing and by their licence."""
    return once("leaves", lambda: _leaving(f"{settled()} {version_of('stations')} {sorted(_recent())}"))


def _recent() -> dict[tuple[str, str], str]:
    month = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return _marks(version_of("measurements"), (month - timedelta(days=1)).replace(day=1))


def simulated() -> bool:
    """Whether what is shown is the demo world."""
    shown = served()
    return shown.demo and not shown.store.is_empty()


def empty() -> bool:
    """Whether there is nothing to show at all."""
    return store().is_empty()


def version(city: str = "") -> str:
    """
    Changes exactly when something was committed to what is shown, other than the centre's own logs.

    Parameters
    ----------
    city : str
        Key: only measurements of this city count, and every derived table.
    """
    return once(f"version.{city}", lambda: _version(city))


def _version(city: str) -> str:
    parts = [p for p in _parts() if p.partition("=")[0] not in LOGS]
    if city:
        parts = [measured(city), *(p for p in parts if not p.startswith("measurements="))]
    return f"{store().folder} {' '.join(parts)}"


def _parts() -> list[str]:
    return once("parts", lambda: store().version().split())


def version_of(name: str) -> str:
    """Changes exactly when something was committed to one table, for this reader."""
    return once(f"version.of.{name}", lambda: f"{store().folder} {store().version(name)}")


def measured(city: str) -> str:
    """Changes when a measurement of a city is stored or revised, also one of long ago."""
    mine = [mark for key, mark in _recent().items() if key[0] == city]
    return f"{version_of('stations')} {settled_at()} {' '.join(mine)}"


@st.cache_data(max_entries=4, show_spinner=False)
def _marks(version: str, start: datetime) -> dict[tuple[str, str], str]:
    """Rows and newest knowledge of each city and source since a moment: they grow with every row that arrives."""
    rows = store().marks(start=start, ahead=True)
    return {(r.city, r.source): f"{r.source} {r.rows} {r.known.isoformat()}" for r in rows.itertuples()}


def settled_at() -> str:
    """Changes when history changed; see `data.store.Store.settled`."""
    return once("settled", lambda: f"{store().folder} {store().settled()}")


def settled() -> str:
    """
    Changes when history changed, else every ten minutes: for what rests on months and years.

    The newest hours may lie up to ten minutes behind; what says how the air is now is keyed by `version`.
    """
    moment = now()
    return f"{settled_at()} {moment.replace(minute=moment.minute - moment.minute % 10, second=0, microsecond=0)}"


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
        measured(city),
        city,
        _tuple(parameters),
        edge - back,
        edge + ahead + timedelta(hours=1),
        _tuple(stations),
        _tuple(kinds),
        _tuple(flags),
    )
    ended = interval_end(rows["start"], rows["minutes"]) <= moment + ahead
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
        measured(city), city, _tuple(parameters), start, end, _tuple(stations), _tuple(kinds), _tuple(flags)
    )


def _tuple(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _latest(version: str, city: str, parameters: tuple[str, ...] | None, hour: datetime) -> pd.DataFrame:
    return store().latest(city, parameters, now=hour + timedelta(hours=1))


def latest(city: str, parameters: Sequence[str] | None = None) -> pd.DataFrame:
    """Newest row per source, station, parameter and averaging of the last seven days."""
    moment = now()
    rows = _latest(measured(city), city, _tuple(parameters), _hour(moment))
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
    return _daily(measured(city), city, tuple(parameters), start, end, str(zone), _tuple(kinds), _tuple(flags))


@st.cache_data(max_entries=8, show_spinner=False)
def _stations(version: str, city: str | None) -> pd.DataFrame:
    return store().stations(city)


def stations(city: str | None = None) -> pd.DataFrame:
    """Station descriptions."""
    return _stations(version_of("stations"), city)


@st.cache_data(max_entries=8, show_spinner=False)
def _places(version: str, city: str) -> pd.DataFrame:
    return store().stations(city, every_place=True)


def places(city: str) -> pd.DataFrame:
    """Every place at which the stations of a city stand or stood, with its time."""
    return _places(version_of("stations"), city)


def names(city: str) -> dict[str, str]:
    """Station ids of a city with their names in the reader's language."""
    table = stations(city).drop_duplicates("station")
    own = table.get(f"name_{language()}", table["name"])
    return dict(zip(table["station"], own.where(own != "", table["name"]), strict=True))


@st.cache_data(max_entries=8, show_spinner=False)
def _spans(version: str, city: str | None) -> pd.DataFrame:
    found = store().spans(city)
    return found if city is not None else found[found["city"] != NOWHERE].reset_index(drop=True)


def spans(city: str | None = None) -> pd.DataFrame:
    """What there is of cities, for menus: station, parameter, averaging, kind, first, last, rows; see `settled`."""
    return _spans(settled(), city)


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
    """A small derived table: attribution, events, alarms, forecasts; without rows before its first write."""
    return _table(version_of(name), name)


@st.cache_data(max_entries=4, show_spinner=False)
def _counts(version: str) -> pd.DataFrame:
    return store().counts()


def counts() -> pd.DataFrame:
    """Rows per source, flag and kind."""
    return _counts(version())


@st.cache_data(max_entries=8, show_spinner=False)
def _lately(version: str, city: str, hour: datetime) -> pd.DataFrame:
    return store().spans(city, start=hour - LIVES, end=hour + timedelta(hours=1))


def expected(city: str, moment: datetime) -> dict[str, frozenset[str]]:
    """
    Per pollutant the stations that measured it within the last 30 days, for "7 of 10 stations".

    Parameters
    ----------
    city : str
        Key.
    moment : datetime
        Now.
    """
    return expected_of(_lately(measured(city), city, _hour(moment)), moment)


@st.cache_resource(max_entries=16, show_spinner=False)
def _picture(version: str, city: str, parameter: str, moment: datetime) -> Picture:
    rows = speaking(measurements(city, PARAMETERS, DAILY_BACK), moment)
    return paint(
        city_of(city), moment, rows, stations(city),
        expected(city, moment), places=places(city), parameter=parameter,
        attribution=table("attribution"), attributed=table("attribution_status"), events=table("events"),
    )  # fmt: skip


def picture(city: str, parameter: str = "pm25") -> Picture:
    """What the situation page, the wall and the map say of a city, as of this minute; read-only."""
    moment = now().replace(second=0, microsecond=0)
    return _picture(version(city), city, parameter, moment).named()
