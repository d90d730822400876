"""Rows to be judged: made ones, and real ones as their publishers gave them."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

ZONE = ZoneInfo("Asia/Almaty")
Real = Callable[[str, str], pd.DataFrame]


def series(values: object, first: str = "2025-01-01", **columns: object) -> pd.DataFrame:
    """Hourly rows of a channel from a local midnight on."""
    value = np.asarray(values, dtype=float)
    start = pd.date_range(pd.Timestamp(first, tz=ZONE).tz_convert("UTC"), periods=len(value), freq="h", unit="us")
    plain = {"source": "net", "station": "net:1", "parameter": "h2s", "minutes": 60, "flag": "ok", **columns}
    return pd.DataFrame({"start": start, "value": value, **plain})


def newest(rows: pd.DataFrame) -> pd.Timestamp:
    return rows["start"].max() + pd.Timedelta(hours=1)


def daily(rows: pd.DataFrame) -> pd.DataFrame:
    """Local daily means with their coverage."""
    day = rows["start"].dt.tz_convert(ZONE).dt.date.rename("day")
    made = rows.groupby(["station", "parameter", day])["value"].agg(["mean", "size"]).reset_index()
    return made.rename(columns={"mean": "value"}).assign(coverage=(made["size"] / 24).clip(upper=1))


@pytest.fixture(scope="session")
def airdata(shared: Path) -> Real:
    """A pollutant of AirData.kz in a city, as published; the hour is moved from its end to its start."""

    def read(city: str, parameter: str) -> pd.DataFrame:
        table = pd.read_csv(shared / "data" / "airdata-kz" / city / f"{parameter}.csv.gz")
        start = pd.to_datetime(table["datetime_utc"], utc=True).astype("datetime64[us, UTC]") - pd.Timedelta(hours=1)
        rows = pd.DataFrame({"start": start, "value": table["value_ugm3"], "station": table["station_id"].astype(str)})
        return rows.assign(parameter=parameter, source="airdata-kz", minutes=60, flag="ok")

    return read


@pytest.fixture(scope="session")
def beijing(shared: Path) -> pd.DataFrame:
    """Daily PM2.5 of six stations, 2015."""
    parts = []
    for path in sorted((shared / "data" / "beijing-multisite").glob("*.csv.gz")):
        table = pd.read_csv(path, usecols=["year", "month", "day", "hour", "PM2.5", "station"]).query("year == 2015")
        start = pd.to_datetime(table[["year", "month", "day", "hour"]]).dt.tz_localize(ZONE)
        rows = pd.DataFrame({"start": start, "value": table["PM2.5"], "station": table["station"]})
        parts.append(rows.assign(parameter="pm25").dropna())
    return daily(pd.concat(parts))
