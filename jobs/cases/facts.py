"""The figures of a case in a period: hours of wind across the border, readings, hot-spots and plumes near its sites."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from data.attribution import distance
from data.cases.cases import Case
from data.city import City, city
from data.inventory.inventory import InventoryError
from data.inventory.inventory import load as inventory
from data.parameters import PARAMETERS
from data.schema import MEASURED
from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.arguments import ArgumentError
from jobs.events.hotspots import NETWORK, hotspots
from jobs.methane.answer import methane
from models.wind.crossing import HOUR_COLUMNS, by_month, contrast, hourly, judged
from sources.unep_imeo_mars import UnepImeoMars

HOUR = pd.Timedelta(hours=1)
KINDS = (*MEASURED, "simulated")
WIND = ("wind_speed", "wind_direction")
READ = ("station", "parameter", "start", "minutes", "value", "kind")
Facts = dict[str, Any]


def gather(store: StoreReader, case: Case, start: datetime, end: datetime, now: datetime, *,
           whole: StoreReader | None = None) -> Facts:  # fmt: skip
    """
    The figures of a case.

    Parameters
    ----------
    store : StoreReader
        To read; a view for exports where the figures leave.
    case : Case
        Of which.
    start, end : datetime
        Half-open; hours after `now` are not counted.
    now : datetime
        The moment.
    whole : StoreReader, optional
        What the reader may see, where that is more than `store`: plumes and stations that stay in are counted in it.

    Returns
    -------
    dict
        JSON-ready; described in the data dictionary (tables ``case …``).

    Raises
    ------
    ArgumentError
        When the period is empty or has not begun.
    """
    last = min(end, now)
    if last <= start:
        raise ArgumentError("to", "jobs.case.period")
    whole, place = whole or store, city(case.city)
    hours, fires, plumes = crossing(store, case, start, last), _hotspots(store, case, start, last), _plumes(whole, case)
    near, far = _stations(store, case)
    seen, _ = _stations(whole, case)
    return {
        "case": case.key, "city": case.city, "state": case.state, "country": case.country, "from": start.isoformat(),
        "to": last.isoformat(), "made": now.isoformat(), "sector": list(case.sector),
        "reference": [case.lat, case.lon], "sites": _sites(case),
        "wind": _wind(hours, start, last), "months": by_month(hours, place.zone).to_dict("records"),
        "measured": [_measured(store, case, name, hours, near, far, start, last) for name in case.parameters],
        "stations_withheld": len(set(seen["station"]) - set(near["station"])),
        "hotspots": fires, "plumes": plumes,
        "credits": _credits(store, case, near, {NETWORK: fires["looked"], UnepImeoMars.name: plumes["looked"]}),
    }  # fmt: skip


def crossing(store: StoreReader, case: Case, start: datetime, end: datetime) -> pd.DataFrame:
    """Hours of known wind over the case's city, as `models.wind.crossing.judged` judges them by its sector."""
    rows = store.measurements(case.city, WIND, start, end, flags=("ok",), columns=READ)
    return judged(hourly(rows[rows["minutes"] <= 60]), *case.sector)


def hours_csv(hours: pd.DataFrame, place: City) -> bytes:
    """The hours as UTF-8 CSV: hour in UTC and by the local clock, and the rest of `HOUR_COLUMNS`."""
    local = [moment.isoformat() for moment in hours["hour"].dt.tz_convert(place.zone)]
    table = hours.assign(hour=iso_texts(hours["hour"])).round({"speed": 2, "direction": 1})
    table.insert(1, "hour_local", local)
    return str(table.to_csv(index=False, lineterminator="\n")).encode("utf-8")


CSV_COLUMNS = (HOUR_COLUMNS[0], "hour_local", *HOUR_COLUMNS[1:])


def _wind(hours: pd.DataFrame, start: datetime, end: datetime) -> Facts:
    count, state = int((pd.Timestamp(end) - pd.Timestamp(start)) / HOUR), hours["state"]
    known = len(hours)
    return {
        "hours": count, "known": known, "calm": int((state == "calm").sum()), "across": int((state == "across").sum()),
        "share": float((state == "across").sum() / known) if known else None,
        "by_kind": {str(k): int(n) for k, n in hours["kind"].value_counts().items()},
    }  # fmt: skip


def _stations(store: StoreReader, case: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stations near the reference point with their distance, and those that are not near."""
    rows = store.stations(case.city).drop_duplicates("station").dropna(subset=["lat", "lon"])
    rows = rows[rows["kind"].isin(KINDS)]
    rows = rows.assign(km=distance(rows, case.lat, case.lon).round(1))
    return rows[rows["km"] <= case.stations_km], rows[rows["km"] > case.stations_km]


def _measured(store: StoreReader, case: Case, name: str, hours: pd.DataFrame, near: pd.DataFrame, far: pd.DataFrame,
              start: datetime, end: datetime) -> Facts:  # fmt: skip
    rows = store.measurements(case.city, (name,), start, end, flags=("ok",), kinds=KINDS, columns=READ)
    here = rows[rows["station"].isin(near["station"])]
    short = here[here["minutes"] <= 60]
    away = far.loc[far["station"].isin(rows["station"]), "km"]
    table = contrast(short, hours).merge(near[["station", "name", "km", "kind"]], on="station").sort_values("km")
    return {
        "parameter": name, "unit": PARAMETERS[name].unit, "stations": [_plain(r) for r in table.to_dict("records")],
        "longer_rows": len(here) - len(short), "nearest_other_km": float(away.min()) if len(away) else None,
    }  # fmt: skip


def _plain(row: Mapping[Any, Any]) -> Facts:
    return {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items() if k != "parameter"}


def _sites(case: Case) -> list[Facts]:
    """The sites as the register has them; one that it does not name says so."""
    try:
        table = inventory(case.city).sites.set_index("site")
    except InventoryError:
        table = pd.DataFrame()
    made = []
    for key in case.sites:
        row = table.loc[key] if key in table.index else None
        made.append({"site": key, "listed": row is not None, "status": str(row["status"]) if row is not None else "",
                     "placed": row is not None and pd.notna(row["lat"]),
                     "until": str(row["until"]) if row is not None else ""})  # fmt: skip
    return made


def _hotspots(store: StoreReader, case: Case, start: datetime, end: datetime) -> Facts:
    """Sure hot-spots near the reference point; static heat of registered sites stays out."""
    found = hotspots(store, case.city, start, end, store.stations(case.city))
    if found is None:
        return {"looked": False, "count": 0, "km": case.fires_km, "newest": None, "strongest_mw": None}
    close = found[distance(found, case.lat, case.lon) <= case.fires_km]
    some = len(close) > 0
    return {
        "looked": True, "count": len(close), "km": case.fires_km,
        "newest": close["time"].max().isoformat() if some else None,
        "strongest_mw": float(close["frp_mw"].max()) if some else None,
    }  # fmt: skip


def _plumes(store: StoreReader, case: Case) -> Facts:
    """Plumes of methane near the reference point, of whatever time: no row of them, which a licence may keep in."""
    told = methane(store, city(case.city))
    close = told.plumes[distance(told.plumes, case.lat, case.lon) <= case.plumes_km]
    return {
        "looked": told.looked, "count": len(close), "km": case.plumes_km,
        "file_date": told.file_date.isoformat() if told.file_date else None,
        "newest": close["observed_at"].max().date().isoformat() if len(close) else None,
    }  # fmt: skip


def _credits(store: StoreReader, case: Case, near: pd.DataFrame, looked: Mapping[str, bool]) -> list[str]:
    """Keys of the sources whose rows stand behind the figures."""
    spans = store.spans(case.city)
    wind = spans[spans["parameter"].isin(WIND)]["source"]
    asked = spans[spans["parameter"].isin(case.parameters) & spans["station"].isin(near["station"])]["source"]
    return sorted({*wind, *asked, *(name for name, read in looked.items() if read)})
