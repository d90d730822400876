"""What the feeds page shows, as tables: feeds with their state, stations with their completeness, flags, drift."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import streamlit as st

from data import clock
from data.city import cities
from data.city import city as city_of
from data.errors import CentreError
from data.parameters import POLLUTANTS
from data.store.served import real_store
from data.times import interval_end
from jobs.collect import attempts, lost
from jobs.ingest import notes as ingest_notes
from models.quality.drift import drift
from models.quality.uptime import by_check, completeness, is_late, overdue, spells, strip, uptime
from models.stations.freshness import freshness
from pages.ui.city import tables as city_tables
from pages.ui.reader.errors import told
from pages.ui.reader.language import has, t
from sources import SOURCES

DEMO = "demo"
SPANS = {"7": timedelta(days=7), "30": timedelta(days=30)}
DRIFT_BACK = timedelta(days=90)
MEASURED = ("reference", "indicative", "simulated")
LISTED = timedelta(days=90)  # a station silent for longer is counted, not listed
TIMES = ("attempted", "succeeded", "newest", "failing_since", "next")
ERROR = ("error", "error_key", "error_who", "error_words", "failed")
ORDER = {"bad": 0, "late": 1, "part": 2, "good": 3, "void": 4, "demo": 5, "files": 6, "idle": 7, "unset": 8}


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@st.cache_data(max_entries=8, show_spinner=False)
def _tally(version: str, days: str, hour: datetime) -> pd.DataFrame:
    if days not in SPANS:
        return city_tables.store().tally()
    return city_tables.store().tally(start=hour + timedelta(hours=1) - SPANS[days], end=hour + timedelta(hours=1))


def tally(days: str = "30") -> pd.DataFrame:
    """Rows by flag and check of the last `days` (7, 30, or all)."""
    return _tally(_state(), days, _hour(city_tables.now()))


def _minute() -> datetime:
    return city_tables.now().replace(second=0, microsecond=0)


def _state() -> str:
    return f"{city_tables.settled()} {city_tables.store().version('maintenance')}"


@st.cache_data(max_entries=4, show_spinner=False)
def _lags(version: str, day: str, files: bool) -> pd.DataFrame:
    start = None if files else city_tables.now() - SPANS["7"]
    return city_tables.store().lags(start=start)


@st.cache_data(max_entries=4, show_spinner=False)
def _known(version: str, minute: datetime) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    known = spells(attempts.history(real_store()), attempts.EVERY, minute)
    return known, uptime(known, minute, 7), uptime(known, minute, 30)


def needed(network: str) -> str:
    """What a person must set before a network can be asked, in the reader's language; empty when it is ready."""
    missing = SOURCES[network]().missing()
    return told(missing) if missing else ""


def about(network: str, what: str) -> str:
    """What a network is, needs, or what to do about it, in the reader's language; empty for what is no network."""
    key = f"networks.of.{network}.{what}"
    return t(key) if has(key) else ""


def partly(row: pd.Series) -> CentreError | None:
    """What failed of a network that came in part; None where nothing did."""
    kept = lost.read(row.get("failed"))
    return lost.sentence(row["source"], kept, int(row["parts"])) if kept else None


def answering() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Stretches of time in which networks were watched, and their uptime of 7 and of 30 days."""
    real = real_store()
    return _known(f"{real.folder} {real.version(attempts.TABLE)}", _minute())


def strips(days: str) -> pd.DataFrame:
    """Share of each slot in which a network answered: three hours of a week, days of a month."""
    now = pd.Timestamp(city_tables.now())
    step = "3h" if days == "7" else "1D"
    end = now.ceil(step)
    edges = pd.date_range(end - SPANS[days], end, freq=step)
    return strip(answering()[0], edges.to_list())


@st.cache_data(max_entries=4, show_spinner=False)
def _sound(version: str, hour: datetime) -> pd.DataFrame:
    """Newest sound row of every series, the newest hours not ten minutes behind as those of `city_tables.spans` are."""
    spans = pd.concat([city_tables.spans(), city_tables.store().spans(start=hour - LISTED)], ignore_index=True)
    spans = spans.dropna(subset=["sound"])
    return spans.assign(end=interval_end(spans["sound"], spans["minutes"]))


def _newest(by: list[str]) -> pd.DataFrame:
    """The newest row of each group that nothing doubts: ``source, station, city, kind, minutes, end``."""
    known = _sound(city_tables.version(), _hour(city_tables.now())).sort_values("end", kind="stable")
    return known.drop_duplicates(by, keep="last").reset_index(drop=True)


def feeds() -> pd.DataFrame:
    """
    One row per network and city that is set up, and per source that came by files or from the demo world.

    Returns
    -------
    DataFrame
        ``source, city, state, attempted, succeeded, newest, rows, rejected, error, error_key, error_who, error_words,
        parts, parts_failed, failed, failing_since, next, every, lag`` [min]``, delay`` (timedelta)``, up7, known7,
        up30, known30, complete7, complete30, flagged, kept, first``.
    """
    real = real_store()
    return _feeds(f"{city_tables.version()} {real.folder} {real.version('status', attempts.TABLE)}", _minute())


@st.cache_data(max_entries=4, show_spinner=False)
def _feeds(version: str, minute: datetime) -> pd.DataFrame:
    rows = pd.concat([_networks(), _others()], ignore_index=True)
    _, week, month = answering()
    for days, shares in (("7", week), ("30", month)):
        known = shares.rename(columns={"network": "source", "up": f"up{days}", "known": f"known{days}"})
        rows = rows.merge(known, on=["source", "city"], how="left")
        rows = rows.merge(_complete(days), on=["source", "city"], how="left")
    rows = rows.merge(_flagged(), on=["source", "city"], how="left")
    return rows.sort_values("state", key=lambda s: s.map(ORDER), kind="stable").reset_index(drop=True)


def _networks() -> pd.DataFrame:
    status = city_tables.status().set_index(["network", "city"])
    lags = (
        _lags(city_tables.settled(), f"{city_tables.now():%Y-%m-%d}", False)
        .set_index(["source", "city"])["lag"]
        .to_dict()
    )
    ends, rows = _newest(["source", "city"]).set_index(["source", "city"])["end"].to_dict(), []
    for key, where in cities().items():
        for network in sorted(set(where.networks) & set(SOURCES)):
            known = status.loc[(network, key)].to_dict() if (network, key) in status.index else {}
            rows.append(_judged(network, key, known, lags.get((network, key), np.nan), ends.get((network, key))))
    return pd.DataFrame(rows)


def _judged(network: str, city: str, known: dict[str, object], lag: float, end: object) -> dict[str, object]:
    """A network's row: its age is that of the newest sound row shown; a replay's state too, for lack of another."""
    every, now = SOURCES[network].every, pd.Timestamp(city_tables.now())
    own = (end, None if clock.replaying() else known.get("newest"))
    newest = max((moment for moment in own if pd.notna(moment)), default=pd.NaT)
    succeeded = known.get("succeeded", pd.NaT)
    delay = overdue(newest, lag, every, now) if pd.notna(newest) else timedelta(0)
    needs = attempts.unset(network)
    if known.get("error"):
        state = "bad"
    elif pd.isna(known.get("attempted", pd.NaT)):
        state = "unset" if needs else "idle"
    elif is_late(delay, every) or now - succeeded > 3 * every + timedelta(minutes=10):
        state = "late"
    elif known.get("parts_failed"):
        state = "part"
    else:
        measures = SOURCES[network].table == "measurements"
        state = "void" if pd.isna(newest) and measures else "good"
    said = {"source": network, "city": city, "state": state, "every": every, "lag": lag, "delay": delay}
    none = {"rows": np.nan, "rejected": np.nan, "parts": 0, "parts_failed": 0}
    blank = {**dict.fromkeys(TIMES, pd.NaT), **none, **dict.fromkeys(ERROR, "")}
    return {**blank, **known, **said, "newest": pd.NaT if end is None else end}


def _others() -> pd.DataFrame:
    """Sources that no network delivers: imported files, and the demo world."""
    spans = city_tables.spans()
    asked = {(n, c.key) for c in cities().values() for n in set(c.networks) & set(SOURCES)}
    spans = spans[[pair not in asked for pair in zip(spans["source"], spans["city"], strict=True)]]
    if not len(spans):
        return pd.DataFrame(columns=["source", "city", "state"])
    found = spans[["source", "city"]].drop_duplicates()
    heard = _newest(["source", "city"])[["source", "city", "end"]].rename(columns={"end": "newest"})
    found = found.merge(heard, on=["source", "city"], how="left")
    lags = _lags(city_tables.settled(), "", True)[["source", "city", "known"]].rename(columns={"known": "succeeded"})
    refused = city_tables.store().rejects().groupby("source")["count"].sum()
    found = found.merge(lags, on=["source", "city"], how="left")
    state = np.where(found["source"] == DEMO, "demo", "files")
    return found.assign(state=state, rejected=found["source"].map(refused).fillna(0))


def _complete(days: str) -> pd.DataFrame:
    sums = stations_complete(days).groupby(["source", "city"], as_index=False)[["due", "came"]].sum()
    return sums.assign(**{f"complete{days}": (sums["came"] / sums["due"]).where(sums["due"] > 0)}).drop(
        columns=["due", "came"]
    )


def _flagged() -> pd.DataFrame:
    """All rows of a feed, since when, and the share of them that carries a flag."""
    spans = city_tables.spans()
    sums = spans.groupby(["source", "city"], as_index=False).agg(
        kept=("rows", "sum"), bad=("flagged", "sum"), first=("first", "min")
    )
    return sums.assign(flagged=sums["bad"] / sums["kept"]).drop(columns="bad")


@st.cache_data(max_entries=8, show_spinner=False)
def _stations_complete(version: str, days: str, hour: datetime) -> pd.DataFrame:
    end = hour + timedelta(hours=1)
    spans = city_tables.spans()
    spans = spans[(spans["kind"] != "model") & (spans["last"] >= end - LISTED)]
    return completeness(tally(days), spans, end - SPANS[days], hour)


def stations_complete(days: str) -> pd.DataFrame:
    """Completeness by station over 7 or 30 days, of stations that reported within three months."""
    return _stations_complete(_state(), days, _hour(city_tables.now()))


def stations(city: str) -> pd.DataFrame:
    """
    One row per station of a city that reported within three months, the oldest first; `end` is of its newest row that
    nothing doubts, NaT without any.

    Returns
    -------
    DataFrame
        ``source, station, name, kind, end, age`` [min]``, fresh, complete7, complete30, flagged, checks``.
    """
    return _stations(city_tables.version(city), city, _minute())


@st.cache_data(max_entries=8, show_spinner=False)
def _stations(version: str, city: str, minute: datetime) -> pd.DataFrame:
    now = pd.Timestamp(city_tables.now())
    spans = city_tables.spans(city)
    spans = spans[(spans["kind"] != "model") & (spans["last"] >= now - LISTED)]
    if not len(spans):
        return pd.DataFrame()
    place = ["source", "station"]
    rows = spans.sort_values("last", kind="stable").drop_duplicates(place, keep="last")[[*place, "kind"]]
    measured = _newest(["city", *place, "kind"]).loc[lambda x: (x["city"] == city) & (x["kind"] != "model")]
    newest = measured.drop_duplicates(place, keep="last")[[*place, "end", "minutes"]]
    rows = rows.merge(newest, on=place, how="left")
    rows = rows.merge(city_tables.stations(city)[[*place, "name"]], on=place, how="left")
    for days in SPANS:
        some = stations_complete(days)
        some = some[some["city"] == city].rename(columns={"completeness": f"complete{days}"})
        rows = rows.merge(some[[*place, f"complete{days}"]], on=place, how="left")
    month = tally("30").loc[lambda x: x["city"] == city]
    doubted = month["rows"].where(month["flag"] != "ok", 0).groupby([month[c] for c in place]).sum()
    part = (doubted / month.groupby(place)["rows"].sum()).rename("flagged").reset_index()
    rows = rows.merge(part, on=place, how="left")
    checks = by_check(month, place)
    told = checks.groupby(place)[["check", "share"]].apply(lambda x: dict(zip(x["check"], x["share"], strict=True)))
    rows["checks"] = [told.get(key, {}) for key in zip(rows["source"], rows["station"], strict=True)]
    age = (now - rows["end"]).dt.total_seconds() / 60
    fresh = [
        "grey" if pd.isna(e) else freshness(e, int(m), city_tables.now())
        for e, m in zip(rows["end"], rows["minutes"], strict=True)
    ]
    rows = rows.assign(age=age, fresh=fresh)
    return rows.sort_values("age", ascending=False, na_position="first", kind="stable").reset_index(drop=True)


def checks(days: str) -> pd.DataFrame:
    """Flagged rows by feed and check: ``source, city, check, rows, share``."""
    return _checks(_state(), days, _hour(city_tables.now()))


@st.cache_data(max_entries=8, show_spinner=False)
def _checks(version: str, days: str, hour: datetime) -> pd.DataFrame:
    return by_check(tally(days), ["source", "city"])


@st.cache_data(max_entries=16, show_spinner=False)
def _drift(version: str, city: str, parameter: str, hour: datetime) -> pd.DataFrame:
    shown, zone = city_tables.store(), city_of(city).zone
    end = hour.astimezone(zone).replace(hour=0)
    days = shown.daily(city, [parameter], end - DRIFT_BACK, end, zone=zone, kinds=MEASURED)
    days = days.sort_values("minutes", kind="stable").drop_duplicates(["station", "day"])
    return drift(days, shown.stations(city))


def drifts(city: str, parameter: str) -> pd.DataFrame:
    """Drift of a city's stations against their neighbours over 90 days; computed anew every hour."""
    shown = city_tables.store()
    return _drift(f"{shown.folder} {shown.version('maintenance')}", city, parameter, _hour(city_tables.now()))


def drifting(city: str) -> list[str]:
    """Pollutants that enough stations measure for neighbours to speak, PM2.5 first."""
    spans = city_tables.spans(city)
    recent = spans[(spans["last"] >= city_tables.now() - DRIFT_BACK) & spans["kind"].isin(MEASURED)]
    count = recent.groupby("parameter")["station"].nunique()
    return [p for p in POLLUTANTS if count.get(p, 0) >= 2]


def notes(city: str | None = None) -> pd.DataFrame:
    """Maintenance notes, also withdrawn ones."""
    return ingest_notes.notes(city_tables.store(), city, withdrawn=True)
