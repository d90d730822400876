"""How reliably a network answers and its stations report: time on and off, intervals that came against those due."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

HOLDS = 2  # an attempt speaks for so many publishing intervals at most; after that nobody looked
SLACK = timedelta(minutes=5)  # a round of collection takes a while
LATE_LEAST = timedelta(hours=2)
LATE_TIMES = 2  # publishing intervals over which a value may be overdue before the network counts as late
HOUR = 60

Floats = npt.NDArray[np.float64]


def spells(attempts: pd.DataFrame, every: Mapping[str, timedelta], now: datetime) -> pd.DataFrame:
    """
    Stretches of time for which it is known whether a network answered.

    Parameters
    ----------
    attempts : DataFrame
        ``network, city, at, ok``.
    every : mapping of str to timedelta
        How often each network publishes; it is asked as often.
    now : datetime
        Attempts after it are left out.

    Returns
    -------
    DataFrame
        ``network, city, start, end, ok``: an outcome holds until the next attempt, for at most two publishing
        intervals. Between such stretches nobody looked: the server stood still, and the network is not to blame.

    Examples
    --------
    >>> noon = pd.Timestamp("2026-01-01T12:00Z")
    >>> at = [noon, noon + pd.Timedelta("1h")]
    >>> tries = pd.DataFrame({"network": "x", "city": "y", "at": at, "ok": [True, False]})
    >>> spells(tries, {"x": timedelta(hours=1)}, noon + pd.Timedelta("9h"))["end"].dt.hour.tolist()
    [13, 15]
    """
    moment = pd.Timestamp(now)
    if not len(attempts):
        return pd.DataFrame({"network": [], "city": [], "start": [], "end": [], "ok": []})
    rows = attempts[attempts["at"] <= moment].sort_values(["network", "city", "at"], kind="stable")
    following = rows.groupby(["network", "city"])["at"].shift(-1)
    longest = rows["network"].map({k: HOLDS * v + SLACK for k, v in every.items()}).fillna(pd.Timedelta("1h"))
    end = following.fillna(moment).clip(upper=rows["at"] + longest)
    return rows.assign(start=rows["at"], end=end)[["network", "city", "start", "end", "ok"]].reset_index(drop=True)


def strip(known: pd.DataFrame, edges: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """
    Share of each slot of time in which a network answered.

    Parameters
    ----------
    known : DataFrame
        From `spells`.
    edges : sequence of Timestamp
        Ascending; one slot between each two.

    Returns
    -------
    DataFrame
        ``network, city, start, up, known``: `up` of the time that is known, NaN where nothing is; `known` of the slot.
    """
    at = pd.DatetimeIndex(edges).as_unit("us").asi8.astype(np.float64)
    parts = []
    for (network, city), rows in known.groupby(["network", "city"], sort=True):
        seen, good = _within(rows, at), _within(rows[rows["ok"].astype(bool)], at)
        with np.errstate(invalid="ignore", divide="ignore"):
            up = np.where(seen > 0, good / seen, np.nan)
        shares = {"start": list(edges[:-1]), "up": up, "known": seen / np.diff(at)}
        parts.append(pd.DataFrame({"network": network, "city": city, **shares}))
    names = ["network", "city", "start", "up", "known"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def _within(rows: pd.DataFrame, edges: Floats) -> Floats:
    """Time of stretches that do not overlap, between each two edges. [µs]"""
    if not len(rows):
        return np.zeros(len(edges) - 1)
    start, end = (pd.DatetimeIndex(rows[c]).as_unit("us").asi8.astype(np.float64) for c in ("start", "end"))
    bends = np.column_stack([start, end]).ravel()
    total = np.repeat(np.cumsum(end - start), 2)
    total[::2] -= end - start
    return np.asarray(np.diff(np.interp(edges, bends, total)), dtype=np.float64)


def uptime(known: pd.DataFrame, now: datetime, days: float) -> pd.DataFrame:
    """
    Share of the last days in which each network answered.

    Parameters
    ----------
    known : DataFrame
        From `spells`.
    now : datetime
        End of the period.
    days : float
        Its length. [d]

    Returns
    -------
    DataFrame
        ``network, city, up, known``: see `strip`. `up` says nothing of the time in which nobody looked; `known` says
        how much that was.

    Examples
    --------
    >>> noon = pd.Timestamp("2026-01-01T12:00Z")
    >>> tries = pd.DataFrame({"network": "x", "city": "y", "at": pd.date_range(end=noon, periods=24, freq="h"),
    ...     "ok": [False] * 6 + [True] * 18})
    >>> uptime(spells(tries, {"x": timedelta(hours=1)}, noon), noon, 1)[["up", "known"]].round(2).values.tolist()
    [[0.74, 0.96]]
    """
    end = pd.Timestamp(now)
    return strip(known, [end - pd.Timedelta(days=days), end]).drop(columns="start")


def overdue(newest: datetime, lag: float, every: timedelta, now: datetime) -> timedelta:
    """
    How long a newer value should have been here.

    Parameters
    ----------
    newest : datetime
        End of the newest interval.
    lag : float
        How long after an interval its value usually comes; NaN where it is not known. [min]
    every : timedelta
        How often the network publishes.
    now : datetime

    Returns
    -------
    timedelta
        Zero while the next value is not due.

    Examples
    --------
    >>> noon = pd.Timestamp("2026-01-01T12:00Z")
    >>> str(overdue(noon - timedelta(hours=5), 20, timedelta(hours=1), noon))
    '0 days 03:40:00'
    """
    usual = timedelta(minutes=lag) if lag == lag else timedelta(0)
    return max(now - newest - every - usual, timedelta(0))


def is_late(delay: timedelta, every: timedelta) -> bool:
    """Whether a delay is worth a word: beyond two hours and two publishing intervals."""
    return delay > max(LATE_LEAST, LATE_TIMES * every)


def completeness(tally: pd.DataFrame, first: pd.DataFrame, start: datetime, now: datetime) -> pd.DataFrame:
    """
    How many of the intervals that were due came, station by station.

    Parameters
    ----------
    tally : DataFrame
        `Store.tally` of [start, now).
    first : DataFrame
        `Store.spans`: what each series consists of, and since when.
    start, now : datetime
        The period; a series that began within it is due since its beginning.

    Returns
    -------
    DataFrame
        ``city, source, station, due, came, sound`` (intervals)``, completeness`` (came of due, 0–1, NaN where nothing
        was due)``, flagged`` (share of what came, NaN where nothing did). Instantaneous readings have no schedule:
        the hours made of them stand for them.
    """
    series = ["city", "source", "station", "parameter", "minutes"]
    kept = _main_series(first[(first["minutes"] > 0) & (first["first"] < now)])
    begin = kept["first"].clip(lower=pd.Timestamp(start))
    length = pd.to_timedelta(kept["minutes"], unit="min")
    kept = kept.assign(due=((pd.Timestamp(now) - begin) / length).apply(np.floor).clip(lower=0))
    came = tally.groupby(series, as_index=False)["rows"].sum().rename(columns={"rows": "came"})
    sound = tally[tally["flag"] == "ok"].groupby(series, as_index=False)["rows"].sum().rename(columns={"rows": "sound"})
    both = kept.merge(came, on=series, how="left").merge(sound, on=series, how="left")
    both[["came", "sound"]] = both[["came", "sound"]].fillna(0)
    both["came"] = both[["came", "due"]].min(axis=1)  # an interval that is still running may be here already
    both["sound"] = both[["sound", "came"]].min(axis=1)
    whole = both.groupby(["city", "source", "station"], as_index=False)[["due", "came", "sound"]].sum()
    share = (whole["came"] / whole["due"]).where(whole["due"] > 0)
    return whole.assign(completeness=share, flagged=(1 - whole["sound"] / whole["came"]).where(whole["came"] > 0))


def _main_series(spans: pd.DataFrame) -> pd.DataFrame:
    """Of a parameter's averagings the hour, else the one with most rows: the others repeat it."""
    place = ["city", "source", "station", "parameter"]
    ranked = spans.assign(hourly=spans["minutes"] == HOUR).sort_values([*place, "hourly", "rows"], kind="stable")
    return ranked.drop_duplicates(place, keep="last")[[*place, "minutes", "first"]]


def by_check(tally: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """
    Flagged rows by the check that doubted them; a row that two checks doubt counts under both.

    Parameters
    ----------
    tally : DataFrame
        `Store.tally`.
    by : sequence of str
        Columns to keep apart, as ``["source"]``.

    Returns
    -------
    DataFrame
        The columns of `by`, then ``check, rows, share`` (of all rows of the group), most rows first.

    Examples
    --------
    >>> tally = pd.DataFrame({"source": "x", "flag": ["ok", "suspect"], "rows": [8, 2],
    ...     "checks": [(), ("level", "spike")]})
    >>> by_check(tally, ["source"]).values.tolist()
    [['x', 'level', 2, 0.2], ['x', 'spike', 2, 0.2]]
    """
    names = list(by)
    total = tally.groupby(names)["rows"].sum().rename("total").reset_index()
    bad = tally[tally["flag"] != "ok"]
    bad = bad.assign(check=[list(names) for names in bad["checks"]]).explode("check")
    known = bad[bad["check"].isin(CHECKS)]
    # A row that no check of ours doubted carries its network's own flag.
    rest = bad.drop(index=known.index)
    rest = rest[~rest.index.duplicated()]
    counted = pd.concat([known, rest.assign(check=UNSAID)]).groupby([*names, "check"], as_index=False)["rows"].sum()
    whole = counted.merge(total, on=names)
    whole = whole.assign(share=whole["rows"] / whole["total"]).drop(columns="total")
    order = [*names, "rows"]
    return whole.sort_values(order, ascending=[True] * len(names) + [False], kind="stable").reset_index(drop=True)


UNSAID = "network"
CHECKS = (
    "maintenance", "sentinel", "range", "negative", "future_time", "fault_code", "ceiling", "stuck", "spike",
    "plume", "unsupported", "fractions", "dead_channel", "flat", "level", "level_break", "neighbours", "clock",
    "out_of_level", "level_undetermined", "copied", "dead", "drifting_zero", "half_flat", "scale_break", "deaf",
    "below", "above", "marked",
)  # fmt: skip
