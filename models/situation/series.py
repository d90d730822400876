"""The city's hours and running 24-h means, for a curve."""

from __future__ import annotations

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from models.averages.averages import wides
from models.averages.running import running_mean
from models.situation.air import Air
from models.situation.statement import HOUR
from models.stations.freshness import BACKGROUND, described
from models.stations.monitors import once, standing_for_air


def city_series(rows: pd.DataFrame, stations: pd.DataFrame, parameter: str = "pm25") -> pd.DataFrame:
    """
    The city's hours and running 24-h means, for a curve.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city.
    stations : DataFrame
        ``station, name, station_class, same_as``.
    parameter : str

    Returns
    -------
    DataFrame
        ``start`` (UTC, of each hour)``, hour, day, n``: median over the counting stations of the hour and of the
        24 hours that end with it, and how many stations the hour has. [µg/m³]
    """
    air = once(standing_for_air(rows[rows["parameter"] == parameter]), stations)
    _, classes = described(stations)
    return _series(air[air["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)], parameter)


def series_of(air: Air, parameter: str = "pm25") -> pd.DataFrame:
    """`city_series` from air that was prepared for the statements beside the curve."""
    at = air.of(parameter)
    return _series(air.rows.iloc[at[air.background[at]]], parameter)


def _series(air: pd.DataFrame, parameter: str) -> pd.DataFrame:
    parts = {
        station: wide[parameter].set_axis(pd.DatetimeIndex(wide.index).floor("h")).groupby(level=0).mean()
        for station, wide in wides(air.assign(known_until=pd.NaT), minutes=HOUR, flags=("ok",))
    }
    if not parts:
        return pd.DataFrame({"start": pd.DatetimeIndex([], tz="UTC"), "hour": [], "day": [], "n": []})
    hours = pd.DataFrame(parts)
    full = hours.reindex(pd.date_range(hours.index[0], hours.index[-1], freq="h"))
    days = running_mean(full, 24, MIN_COVERAGE, minutes=HOUR)
    table = pd.DataFrame({"hour": full.median(axis=1), "day": days.median(axis=1), "n": full.notna().sum(axis=1)})
    return table.rename_axis("start").reset_index()
