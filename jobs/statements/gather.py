"""Reading what statements rest on: four days of a city's rows, its stations, and which of them could report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.city import City
from data.parameters import POLLUTANTS, WEATHER
from data.store.reader import ExportReader, StoreReader
from data.times import interval_end
from models.situation.situation import Situation, situation
from models.situation.statement import DAY

BACK = timedelta(hours=96)  # 72 hours of running 24-h means, and four days after which a delivered day is grey
DAILY_BACK = timedelta(days=6)  # a delivered day that is four days old began five days ago
PARAMETERS = (*POLLUTANTS, *WEATHER)
LIVES = timedelta(days=30)  # a station that was silent for longer is no longer expected to report

Store = StoreReader | ExportReader


def expected_of(spans: pd.DataFrame, moment: datetime) -> dict[str, frozenset[str]]:
    """
    Per pollutant the stations that measured it within the last 30 days, for "7 of 10 stations".

    Parameters
    ----------
    spans : DataFrame
        As `Store.spans` gives them, of those days.
    moment : datetime
        Now.
    """
    rows = spans[(spans["kind"] != "model") & spans["parameter"].isin(POLLUTANTS)]
    rows = rows[(rows["first"] <= moment) & (rows["last"] >= moment - LIVES)]
    return {str(name): frozenset(part["station"]) for name, part in rows.groupby("parameter")}


def rows_of(store: Store, city: City, moment: datetime) -> pd.DataFrame:
    """Rows of a city that may speak at a moment: the last four days, whatever their flag, ended by then."""
    rows = store.measurements(city.key, PARAMETERS, moment - DAILY_BACK, moment + timedelta(hours=1))
    return speaking(rows, moment)


def speaking(rows: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Of any rows those of the last four days, and days delivered in the last six, ended by a moment."""
    back = np.where(rows["minutes"] >= DAY, pd.Timedelta(DAILY_BACK), pd.Timedelta(BACK))
    recent = rows["start"] >= pd.Timestamp(moment) - pd.TimedeltaIndex(back)
    ended = interval_end(rows["start"], rows["minutes"]) <= pd.Timestamp(moment)
    return rows[recent & ended].reset_index(drop=True)


def gather(store: Store, city: City, moment: datetime, parameter: str = "pm25") -> Situation:
    """
    The situation of a city at a moment, from the store.

    Parameters
    ----------
    store : StoreReader
        What is read, already narrowed to its reader.
    city : City
    moment : datetime
        Aware; nothing that ends later is looked at.
    parameter : str
        Headline pollutant.
    """
    spans = store.spans(city.key, start=moment - LIVES, end=moment + timedelta(hours=1))
    expected: Mapping[str, frozenset[str]] = expected_of(spans, moment)
    rows, stations = rows_of(store, city, moment), store.stations(city.key)
    return situation(
        rows, stations, moment, law=city.law, zone=city.zone, city=city.key, parameter=parameter, expected=expected
    )
