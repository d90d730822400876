"""Build a city's view model from tables that were read already."""

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checks import column
from data.city import City
from data.demo.places import REFERENCE
from data.store.places import standing
from data.store.tables.schemas import TABLES
from models.situation.series import series_of
from models.situation.situation import Situation, situation
from models.situation.statement import Statement
from models.stations.freshness import BACKGROUND
from pages.ui.city.city import BACK, Picture
from pages.ui.city.likely import likely, unattributed

FloatArray = npt.NDArray[np.float64]


def paint(
    city: City,
    now: datetime,
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    expected: Mapping[str, frozenset[str]],
    *,
    places: pd.DataFrame | None = None,
    parameter: str = "pm25",
    attribution: pd.DataFrame | None = None,
    attributed: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
) -> Picture:
    """
    Put a city's picture together.

    Parameters
    ----------
    rows : DataFrame
        Four days of the city: all pollutants and weather.
    stations : DataFrame
        As the store gives them.
    expected : mapping of str to frozenset of str
        Stations known to measure each pollutant.
    places : DataFrame, optional
        Every place that they had, with its time; where they stand now by default.

    Returns
    -------
    Picture
        Nothing in it is drawn yet.
    """
    known = TABLES["events"].empty() if events is None else events
    made = situation(
        rows, stations, now, law=city.law, zone=city.zone, city=city.key, parameter=parameter, expected=expected
    )
    of_kind = rows[(rows["parameter"] == parameter) & (rows["kind"] == "model") & (rows["minutes"] == 60)]
    model = of_kind.groupby("start", as_index=False)["value"].median()
    return Picture(
        city=city,
        now=now,
        situation=made,
        stations=_stations(
            made, stations, expected.get(parameter, frozenset()), stations if places is None else places
        ),
        series=series_of(made.air, parameter),
        model=model[model["start"] >= pd.Timestamp(now - BACK)].reset_index(drop=True),
        sources=likely(attribution, city.key, now),
        unattributed=unattributed(attributed, attribution, city.key, now),
        events=running(known, city, now),
        past=ended(known, city, now),
    )


COLUMNS = (
    "station", "kind", "day", "day_end", "daily", "ratio", "verdict", "hour", "end", "age", "fresh",
    "minutes", "flag", "checks", "note",
)  # fmt: skip


def _stations(made: Situation, stations: pd.DataFrame, expected: frozenset[str], places: pd.DataFrame) -> pd.DataFrame:
    """What each station says for itself; one that is silent has a row without a value."""
    described = stations.drop_duplicates("station").set_index("station")
    doubted = _doubted(made)
    told = [_station(name, *pair, doubted.get(name)) for name, pair in made.stations.items()]
    silent = [s for s in sorted(expected) if s not in made.stations and s in described.index]
    told += [{"station": s, "kind": described.loc[s, "kind"], "fresh": "grey"} for s in silent]
    table = pd.DataFrame(told).reindex(columns=list(COLUMNS))
    table["checks"] = column(table["checks"], table.index)
    for text in ("flag", "note"):
        table[text] = table[text].astype(object).fillna("")
    table["daily"] = table["daily"].eq(True)
    for number in ("day", "ratio", "hour", "age"):
        table[number] = table[number].astype(float)
    for name in (*(c for c in described if str(c).startswith("name")), "station_class"):
        known = described[name].to_dict()
        table[name] = [str(known.get(s, "")) for s in table["station"]]
    table[["lat", "lon"]] = _stood(table, places, pd.Timestamp(made.air.moment))
    table["name"] = table["name"].where(table["name"] != "", table["station"])
    owners = described["owner"].to_dict()
    table["low_cost"] = [
        k == "indicative" or (k == "simulated" and owners.get(s) != REFERENCE)
        for s, k in zip(table["station"], table["kind"], strict=True)
    ]
    table["background"] = table["station_class"].isin(BACKGROUND)
    return table.sort_values("day", ascending=False, na_position="last", kind="stable").reset_index(drop=True)


def _stood(table: pd.DataFrame, places: pd.DataFrame, moment: pd.Timestamp) -> FloatArray:
    """Latitude and longitude of each station at the start of the row that is shown; of a silent one at the moment."""
    ends = pd.to_datetime(table["end"], utc=True).fillna(moment)  # without any row the column has no type
    began = ends - pd.to_timedelta(table["minutes"].fillna(0).astype(float), unit="min")
    known = {str(station): mine for station, mine in places.groupby("station")}
    found = np.full((len(table), 2), np.nan)
    for at, (station, start) in enumerate(zip(table["station"], began, strict=True)):
        if station in known:
            mine = known[station]
            held = standing(mine, start) if "valid_from" in mine and len(mine) > 1 else mine
            found[at] = (held if len(held) else mine)[["lat", "lon"]].to_numpy(dtype=float)[0]
    return found


def _station(name: str, hour: Statement, day: Statement, doubted: dict[Hashable, Any] | None) -> dict[str, Any]:
    """A station's row: both of its statements, and what is doubted of it since."""
    lead = hour if hour.value is not None else day
    heard = max((one.heard for one in (hour, day) if one.heard is not None), default=None)
    end = lead.newest if lead.newest is not None else heard
    newer = doubted is not None and (end is None or doubted["end"] > end)
    own = doubted if newer and doubted is not None else {}
    kind = lead.levels[0].kind if lead.levels else (doubted or {}).get("kind", "reference")
    return {
        "station": name, "kind": kind, "day": day.value, "day_end": day.end, "daily": day.daily,
        "ratio": day.held.ratio,
        "verdict": day.verdict, "hour": hour.value,
        "end": end, "age": None if end is None else (lead.moment - end).total_seconds() / 60,
        "fresh": lead.freshness, "minutes": 1440 if lead.daily else 60,
        "flag": own.get("flag", ""), "checks": own.get("checks", ()), "note": own.get("note", ""),
    }  # fmt: skip


def _doubted(made: Situation) -> dict[str, dict[Hashable, Any]]:
    """The newest row of each station, whatever its flag."""
    rows = made.air.rows.iloc[made.air.of(made.parameter)].sort_values("end", kind="stable")
    newest = rows.drop_duplicates("station", keep="last")
    return {str(row["station"]): row for row in newest.to_dict("records")}


def ended(events: pd.DataFrame, city: City, now: datetime) -> pd.DataFrame:
    """Events that ended within the hours of the curve, newest first."""
    rows = events[(events["city"] == city.key) & (events["end"] <= pd.Timestamp(now))]
    return rows[rows["end"] > pd.Timestamp(now - BACK)].sort_values("end", ascending=False)


def running(events: pd.DataFrame, city: City, now: datetime) -> pd.DataFrame:
    """Events that have begun and not ended."""
    rows = events[(events["city"] == city.key) & (events["start"] <= pd.Timestamp(now))]
    return rows[rows["end"].isna() | (rows["end"] > pd.Timestamp(now))].sort_values("start")
