"""Build a city's view model from tables that were read already."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from data.checks import none
from data.city import City
from data.demo.places import REFERENCE
from data.standards.coverage import least
from data.store.tables.schemas import TABLES
from models.situation.figures import BACKGROUND, city_series
from models.situation.situation import Situation, situation
from models.stations.monitors import once, standing_for_air
from pages.ui.city.city import BACK, Picture
from pages.ui.city.likely import likely, unattributed


def paint(
    city: City,
    now: datetime,
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    expected: Mapping[str, frozenset[str]],
    *,
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

    Returns
    -------
    Picture
        Nothing in it is drawn yet.
    """
    known = TABLES["events"].empty() if events is None else events
    made = situation(rows, stations, now, law=city.law, zone=city.zone, parameter=parameter, expected=expected)
    of_kind = rows[(rows["parameter"] == parameter) & (rows["kind"] == "model") & (rows["minutes"] == 60)]
    model = of_kind.groupby("start", as_index=False)["value"].median()
    return Picture(
        city=city,
        now=now,
        situation=made,
        stations=_stations(made, rows, stations, expected.get(parameter, frozenset())),
        series=city_series(rows, stations, parameter),
        model=model[model["start"] >= pd.Timestamp(now - BACK)].reset_index(drop=True),
        sources=likely(attribution, city.key, now),
        unattributed=unattributed(attributed, attribution, city.key, now),
        events=running(known, city, now),
        past=ended(known, city, now),
    )


def _stations(made: Situation, rows: pd.DataFrame, stations: pd.DataFrame, expected: frozenset[str]) -> pd.DataFrame:
    """The newest value and the 24-h mean of each station; one that is silent has a row without a value."""
    described = stations.drop_duplicates("station").set_index("station")
    air = once(standing_for_air(rows[(rows["parameter"] == made.parameter) & (rows["flag"] == "ok")]), stations)
    days = _means(air, daily=made.figure.averaging.startswith("daily"))
    seen = [s for s in made.stations if s.parameter == made.parameter]
    table = pd.DataFrame(
        [
            {"station": s.station, "kind": s.kind, "hour": s.value if s.minutes == 60 else np.nan,
             "end": s.end, "age": s.age * 60, "fresh": s.freshness, "flag": s.flag, "checks": s.checks,
             "note": s.note, "minutes": s.minutes, "counts": s.counts}
            for s in seen
        ],
        columns=["station", "kind", "hour", "end", "age", "fresh", "flag", "checks", "note", "minutes", "counts"],
    )  # fmt: skip
    silent = [s for s in sorted(expected) if s not in set(table["station"]) and s in described.index]
    if silent:
        kinds = described.loc[silent, "kind"].to_numpy()
        absent = pd.DataFrame(
            {"station": silent, "kind": kinds, "fresh": "grey", "flag": "", "note": "", "counts": False}
        )
        absent["checks"] = none(absent.index)
        table = pd.concat([table, absent], ignore_index=True) if len(table) else absent.reindex(columns=table.columns)
    table["day"] = [float(days.get(s, np.nan)) for s in table["station"]]
    for column in (*(c for c in described if str(c).startswith("name")), "station_class"):
        known = described[column].to_dict()
        table[column] = [str(known.get(s, "")) for s in table["station"]]
    for column in ("lat", "lon"):
        known = described[column].to_dict()
        table[column] = [float(known.get(s, np.nan)) for s in table["station"]]
    table["name"] = table["name"].where(table["name"] != "", table["station"])
    owners = described["owner"].to_dict()
    table["low_cost"] = [
        k == "indicative" or (k == "simulated" and owners.get(s) != REFERENCE)
        for s, k in zip(table["station"], table["kind"], strict=True)
    ]
    table["background"] = table["station_class"].isin(BACKGROUND)
    return table.sort_values("day", ascending=False, na_position="last", kind="stable").reset_index(drop=True)


def _means(air: pd.DataFrame, *, daily: bool) -> pd.Series:
    """What the figure is the median of: 24-h means per station, or its newest daily value; never mixed. [unit]"""
    hours, days = air[air["minutes"] == 60], air[air["minutes"] == 1440]
    if daily or not len(hours):
        return days.sort_values("start").groupby("station")["value"].last()
    window = hours[hours["start"] > hours["start"].max() - pd.Timedelta(hours=24)].groupby("station")["value"]
    return window.mean()[window.size() >= least(24)]


def ended(events: pd.DataFrame, city: City, now: datetime) -> pd.DataFrame:
    """Events that ended within the hours of the curve, newest first."""
    rows = events[(events["city"] == city.key) & (events["end"] <= pd.Timestamp(now))]
    return rows[rows["end"] > pd.Timestamp(now - BACK)].sort_values("end", ascending=False)


def running(events: pd.DataFrame, city: City, now: datetime) -> pd.DataFrame:
    """Events that have begun and not ended."""
    rows = events[(events["city"] == city.key) & (events["start"] <= pd.Timestamp(now))]
    return rows[rows["end"].isna() | (rows["end"] > pd.Timestamp(now))].sort_values("start")
