"""`cleanair brief`: one page for a city and period; its facts, their checksum, and the file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pandas as pd

from data.city import City
from data.city import city as city_of
from data.clock import local_date
from data.errors import CentreError
from data.parameters import PARAMETERS, POLLUTANTS
from data.release import release
from data.schema import MEASURED
from data.standards.limits import Limit
from data.store import verdicts
from data.store.reader import ExportReader, StoreReader
from jobs.brief.figures import (
    CityDays,
    Facts,
    city_days,
    episodes,
    held,
    highest_day,
    level_facts,
    matched_facts,
    single,
    trend_facts,
    years,
)
from jobs.brief.sources import sources
from models.limits.in_force import applicable
from models.stations.freshness import described
from models.stations.monitors import names_of_one
from models.trends.level import level
from models.trends.matched import answer, matched, steps
from models.trends.stated import stated
from sources.credit_words import said

FORMAT = 3  # of the facts; changes whenever the same data would give other facts
HEADLINE = "pm25"
KINDS = (*MEASURED, "simulated")  # models never stand for the air of a city
LONGEST = 3660  # days
YEARS = 5  # back from the period's end, in which one year is held against the one before
DIGITS = 6


class BriefError(CentreError, ValueError):
    """No brief can be made of this; the person who asked must choose another period or language."""

    who, status, exit_status = "asker", 400, 2


def gather(store: StoreReader, city_key: str, start: datetime, end: datetime, now: datetime) -> Facts:
    """
    Everything a brief states, without a word of any language.

    Parameters
    ----------
    store, city_key, start, end, now
        As in `run`.

    Returns
    -------
    dict
        Numbers, keys and ISO dates only, rounded to six decimals, so that `checksum` means the same everywhere.
    """
    city, store = city_of(city_key), store.for_export()
    first, last = _period(city, start, end, now)
    until = min(end, now)
    places = store.stations(city.key)
    daily = store.daily(city.key, POLLUTANTS, start, until, zone=city.zone, kinds=KINDS)
    history = store.daily(city.key, [HEADLINE], None, until, zone=city.zone, kinds=KINDS)
    whole = city_days(history, places)
    days = whole.within(first, last)
    names, _ = described(places)
    law24 = _law(city, HEADLINE, "24h", first, last)
    annual = list(applicable(city.law, HEADLINE, averaging="year"))
    wanted_end = local_date(end - timedelta(microseconds=1), city.zone)
    facts = {
        "format": FORMAT,
        "release": release(),
        "city": city.key,
        "law": city.law,
        "zone": str(city.zone),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "asked_last": wanted_end.isoformat(),
        "days": (last - first).days + 1,
        "simulated": bool(len(daily)) and bool((daily["kind"] == "simulated").all()),
        "parameter": HEADLINE,
        "basis": days.basis,
        "law24": held(_of(daily, HEADLINE), law24, places, first, last),
        "who24": _who(_of(daily, HEADLINE), city, places, first, last),
        "table": _table(daily, city, places, first, last),
        "absent": _absent(daily, city, first, last),
        "mean": _level(store, city, days, law24, places, (start, until), (first, last)),
        "before": _before(whole, days, first, last),
        "years": years(whole, _after(last), annual)[-7:],
        "whole_years": [y for y in range(first.year, last.year + 1) if _covers(first, last, y)],
        "trend": trend_facts(stated(whole.rows, _after(last))),
        "steps": matched_facts(answer(steps(_alike(whole, days), _after(last), last.year - YEARS))),
        "episodes": episodes(days, law24, names),
        "sources": sources(store, city, start, until),
        "quality": _quality(store, city, days, places, start, until),
        "series": [[d.date().isoformat(), v] for d, v in days.series.items()],
        "limit_lines": [[str(x.start or first), str(x.until or last), x.concentration] for x in law24],
        "credits": sorted(set(daily["source"])),
    }
    return dict(plain(facts))


def checksum(facts: Facts) -> str:
    """
    SHA-256 of the facts as canonical JSON.

    Examples
    --------
    >>> checksum({"a": 1})[:12] == checksum({"a": 2})[:12]
    False
    """
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plain(value: Any) -> Any:
    """
    Facts as JSON holds them: floats rounded, dates as text, nothing of numpy or pandas.

    Examples
    --------
    >>> plain({"a": (1 / 3, float("nan"))})
    {'a': [0.333333, None]}
    """
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, date):
        return value.isoformat()
    number = value.item() if hasattr(value, "item") else value
    if isinstance(number, float):
        return round(number, DIGITS) if math.isfinite(number) else None
    return number


def _period(city: City, start: datetime, end: datetime, now: datetime) -> tuple[date, date]:
    """First and last local day that a brief made now can speak of."""
    if start >= end:
        raise BriefError("jobs.brief.empty", parameter="from")
    if start >= now:
        raise BriefError("jobs.brief.ahead", parameter="from")
    first = local_date(start, city.zone)
    last = local_date(min(end, now) - timedelta(microseconds=1), city.zone)
    if (last - first).days >= LONGEST:
        raise BriefError("jobs.brief.long", parameter="to", most=LONGEST)
    return first, last


def _of(daily: pd.DataFrame, parameter: str) -> pd.DataFrame:
    return daily[daily["parameter"] == parameter].reset_index(drop=True)


def _law(city: City, parameter: str, averaging: str, first: date, last: date) -> list[Limit]:
    """The city's own limits of an averaging that were in force on any day of the period."""
    found = sorted(applicable(city.law, parameter, averaging=averaging), key=lambda x: x.start or date.min)
    return [x for x in found if x.law and (x.start or first) <= last and (x.until or last) >= first]


def _who(daily: pd.DataFrame, city: City, places: pd.DataFrame, first: date, last: date) -> Facts | None:
    """WHO's guideline for 24 h, as a yardstick."""
    found = [x for x in applicable(city.law, HEADLINE, averaging="24h") if not x.law and x.level == "aqg"]
    return held(daily, found, places, first, last)


def _table(daily: pd.DataFrame, city: City, places: pd.DataFrame, first: date, last: date) -> list[Facts]:
    """One line per pollutant that was measured and has a limit of its own law: 24 h and single."""
    lines = []
    for parameter in POLLUTANTS:
        rows = _of(daily, parameter)
        day, short = (_law(city, parameter, averaging, first, last) for averaging in ("24h", "single"))
        if len(rows) and (day or short):
            inside = city_days(rows, places)
            lines.append(
                {
                    "parameter": parameter,
                    "unit": PARAMETERS[parameter].unit,
                    "day": held(rows, day, places, first, last),
                    "highest": highest_day(inside),
                    "basis": inside.basis,
                    "single": single(rows, short),
                }
            )
    return lines


def _absent(daily: pd.DataFrame, city: City, first: date, last: date) -> list[str]:
    """Pollutants with a 24-h limit of which nothing was measured."""
    seen = set(daily["parameter"])
    return [p for p in POLLUTANTS if p not in seen and _law(city, p, "24h", first, last)]


def _level(
    store: ExportReader, city: City, days: CityDays, law24: Sequence[Limit], places: pd.DataFrame,
    ends: tuple[datetime, datetime], local: tuple[date, date],
) -> Facts | None:  # fmt: skip
    """Mean of the period with its range, its stations, and what the left-out values would change."""
    asked: dict[str, Any] = {"parameters": [HEADLINE], "start": ends[0], "end": ends[1]}
    spans = store.spans(city.key, kinds=KINDS, **asked)
    every = city_days(store.daily(city.key, **asked, zone=city.zone, kinds=KINDS, flags=None), places)
    made = level(
        days.used,
        law24 if days.basis == "mean" else (),
        values=(int(spans["rows"].sum()), int(spans["flagged"].sum())),
        everything=every.rows[every.rows["basis"] == days.basis],
    )
    return level_facts(made, (local[1] - local[0]).days + 1)


def _before(whole: CityDays, days: CityDays, first: date, last: date) -> Facts | None:
    """The same days a year earlier at the same stations; None for longer periods, or where nothing was measured."""
    if (last - first).days >= 366:
        return None
    made = matched(_alike(whole, days), first, last)
    then = whole.within(*((pd.Timestamp(day) - pd.DateOffset(years=1)).date() for day in (first, last)))
    return matched_facts(made) if len(then.rows) and len(days.rows) else None


def _alike(whole: CityDays, days: CityDays) -> pd.DataFrame:
    """Station-days on record of the period's basis: means and medians are never compared."""
    return whole.rows[whole.rows["basis"] == days.basis]


def _after(last: date) -> date:
    """The first day after the period."""
    return last + timedelta(days=1)


def _covers(first: date, last: date, year: int) -> bool:
    return first <= date(year, 1, 1) and last >= date(year, 12, 31)


def _quality(
    store: ExportReader, city: City, days: CityDays, places: pd.DataFrame, start: datetime, until: datetime
) -> Facts:
    """Coverage, stations, kinds and flags that the headline pollutant rests on."""
    spans = store.spans(city.key, parameters=[HEADLINE], start=start, end=until, kinds=KINDS)
    ever = store.spans(city.key, parameters=[HEADLINE], end=until, kinds=KINDS)["station"]
    one, (_, classes) = names_of_one(places), described(places)
    reporting = days.stations.drop_duplicates("station")
    return {
        "rows": int(spans["rows"].sum()),
        "flagged": int(spans["flagged"].sum()),
        "stations": len(reporting),
        "of": len({one.get(station, station) for station in ever}),
        "kinds": {str(k): int(v) for k, v in reporting.groupby("kind")["station"].size().items()},
        "unknown_class": sum(classes.get(s, "") == "" for s in reporting["station"]),
        "means": len(days.of("mean")),
        "medians": len(days.of("median")),
        "verdicts": _verdicts(store, city, places, start, until),
    }


def _verdicts(
    store: ExportReader, city: City, places: pd.DataFrame, start: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Verdicts on stations that hold on any part of the period: by check, whether values are left out, and on whom."""
    rows = verdicts.known(store.table(verdicts.TABLE))
    rows = rows[(rows["city"] == city.key) & (rows["parameter"] == HEADLINE) & (rows["start"] < until)]
    rows = rows[rows["until"].isna() | (rows["until"] > start)]
    called = places.drop_duplicates("station").set_index("station")["name"].to_dict()
    return [
        {"check": str(check), "doubts": bool(mine["doubts"].any()),
         "stations": sorted({str(called.get(s) or s) for s in mine["station"]})}
        for check, mine in rows.groupby("check", sort=True)
    ]  # fmt: skip


def licences(facts: Facts, language: str) -> list[str]:
    """Credit and licence of every source, as its owner wants it written."""
    made = [said(key, language) for key in facts["credits"]]
    return [f"{one.text} ({one.licence})" for one in dict.fromkeys(made)]
