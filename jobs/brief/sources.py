"""A brief's shares of sources: whole attributed days of its period, weighted by what was in the air."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from data.attribution.weaknesses import weaknesses
from data.city import City
from data.clock import local_date
from data.standards.coverage import MIN_COVERAGE
from data.store.reader import StoreReader
from data.times import interval_end
from jobs.attribution.export import days as attributed_days

Facts = dict[str, Any]
ENDS = ("share", "lower", "upper")


def sources(store: StoreReader, city: City, start: datetime, until: datetime) -> Facts | None:
    """
    Shares of the PM2.5 of a period.

    Parameters
    ----------
    store : StoreReader
    city : City
    start, until : datetime
        The period; days that reach beyond it do not count.

    Returns
    -------
    dict or None
        ``answered`` days ``of`` the period's, ``first`` and ``last`` of them, ``enough`` (three quarters are
        answered)``, shares`` (``category, share, lower, upper`` [%]) and ``weak``: ``code, days`` of what weakens
        them. None where no day was answered.

    Notes
    -----
    A share of the period is Σ contribution / Σ PM2.5 over its answered days: a smoggy day weighs more than a clean
    one. The ends of the interval are weighted like the shares: exact where their errors go together, else too wide.
    """
    rows = attributed_days(store, city.key, start, until)
    ends = interval_end(rows["start"], rows["minutes"])
    rows = rows[(ends <= pd.Timestamp(until)) & rows["share"].notna()]
    if rows.empty or not rows["contribution"].sum() > 0:
        return None
    shares = weighted(rows)
    answered = sorted(set(rows["start"]))
    of = (local_date(until - pd.Timedelta(1, "us"), city.zone) - local_date(start, city.zone)).days + 1
    first, last = (local_date(at, city.zone).isoformat() for at in (answered[0], answered[-1]))
    return {
        "answered": len(answered),
        "of": of,
        "first": first,
        "last": last,
        "enough": len(answered) >= MIN_COVERAGE * of,
        "shares": [{"category": str(k), **{n: float(v) for n, v in row.items()}} for k, row in shares.iterrows()],
        "weak": _weak(store, city.key, rows),
    }


def weighted(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Shares of several days as one, largest first.

    Examples
    --------
    >>> days = pd.DataFrame({"start": [1, 1, 2, 2], "category": ["heating", "dust"] * 2, "share": [80, 20, 50, 50],
    ...     "lower": [70, 10, 40, 40], "upper": [90, 30, 60, 60], "contribution": [80.0, 20.0, 10.0, 10.0]})
    >>> weighted(days).round(1).loc["heating"].tolist()
    [75.0, 65.0, 85.0]
    """
    totals = rows.groupby("start")["contribution"].transform("sum")
    sums = rows[list(ENDS)].mul(totals, axis=0).groupby(rows["category"]).sum()
    whole = rows.drop_duplicates("start").assign(total=totals)["total"].sum()
    contributed = 100 * rows.groupby("category")["contribution"].sum() / whole
    return sums.div(whole).assign(share=contributed).sort_values("share", ascending=False)


def _weak(store: StoreReader, city: str, rows: pd.DataFrame) -> list[Facts]:
    """Codes of what weakens these days, with how many of them; what the last fit lacked holds for days it covered."""
    days = rows.drop_duplicates("start")
    made: list[Facts] = []
    fits = store.table("attribution_status")
    fits = fits[fits["city"] == city].dropna(subset=["first", "last"])
    for row in days.itertuples():
        covered = fits[(fits["first"] <= row.start) & (fits["last"] > row.start)]
        notes = [code for said in covered["notes"].tail(1) for code in str(said).split(",") if code]
        own = [row.status] if row.status not in ("ok", "low", "undetermined") else []
        made += [{"code": code} for code in weaknesses(list(dict.fromkeys([*own, *notes])), [row.data_level])]
    counts = pd.Series([one["code"] for one in made], dtype=object).value_counts(sort=False)
    return [{"code": str(code), "days": int(n)} for code, n in counts.items()]
