"""Real histories and their weather for the forecast's benchmark, in the centre's units."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from data.parameters import conversion
from data.store import open_store
from jobs.ingest.replay import fill

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
BEIJING = {"PM2.5": "pm25", "PM10": "pm10", "NO2": "no2", "O3": "o3", "SO2": "so2", "CO": "co"}
LONDON = {"pm25": "µg/m³", "pm10": "µg/m³", "no2": "ppb", "o3": "ppb", "so2": "ppb", "co": "ppm"}
ASTANA_FIRST = pd.Timestamp("2024-01-01", tz="UTC")  # after the level break and the shift of the clock of 2023


def _local(stamps, zone):
    index = pd.DatetimeIndex(stamps).tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return index.tz_convert("UTC")


def _humidity(temperature, dew_point):
    """Magnus formula over water, both in °C."""
    pressure = [np.exp(17.62 * t / (243.12 + t)) for t in (dew_point, temperature)]
    return 100 * pressure[0] / pressure[1]


def beijing():
    """Six stations, March 2013 to February 2017; the weather of Dongsi for all."""
    rows, weather = [], None
    for path in sorted((DATA / "beijing-multisite").glob("*.csv.gz")):
        table = pd.read_csv(path)
        start = _local(pd.to_datetime(table[["year", "month", "day", "hour"]]), "Asia/Shanghai")
        for theirs, ours in BEIJING.items():
            rows.append(
                pd.DataFrame(
                    {"station": table["station"], "parameter": ours, "start": start, "value": table[theirs]}
                ).dropna()
            )
        if "Dongsi" in path.name:
            weather = pd.DataFrame(
                {
                    "wind_speed": table["WSPM"],
                    "wind_direction": table["wd"].map({point: i * 22.5 for i, point in enumerate(POINTS)}),
                    "temperature": table["TEMP"],
                    "relative_humidity": _humidity(table["TEMP"], table["DEWP"]),
                    "pressure": table["PRES"],
                    "precipitation": table["RAIN"],
                }
            ).set_index(start)
    return pd.concat(rows, ignore_index=True), weather, "Asia/Shanghai"


def bishkek():
    """Embassy PM2.5, labels at the END of the local hour; weather in km/h."""
    folder, zone = DATA / "bishkek-embassy", "Asia/Bishkek"
    table = pd.read_csv(folder / "Bishkek_PM2.5_2019-2023_airnow_dos.csv.gz")
    good = table[(table["QC Name"] == "Valid") & (table["Raw Conc."] > -900)]
    end = _local(pd.to_datetime(good["Date (LT)"], format="%Y-%m-%d %I:%M %p"), zone)
    value = good["Raw Conc."].clip(lower=0).to_numpy()
    history = pd.DataFrame({"start": end - pd.Timedelta("1h"), "value": value})
    met = pd.read_csv(folder / "weather_bishkek_hourly_2019-2023.csv.gz")
    names = {
        "winddir": "wind_direction",
        "temp": "temperature",
        "humidity": "relative_humidity",
        "sealevelpressure": "pressure",
        "precip": "precipitation",
    }
    weather = met[list(names)].rename(columns=names).assign(wind_speed=met["windspeed"] / 3.6)
    weather = weather.set_index(_local(pd.to_datetime(met["datetime"]), zone))
    return history.assign(station="embassy", parameter="pm25"), weather[~weather.index.duplicated()], zone


def london():
    """Marylebone Road, 1998 to 2005: wind only."""
    table = pd.read_csv(DATA / "openair-mydata" / "mydata.csv.gz")
    start = pd.DatetimeIndex(pd.to_datetime(table["date"], utc=True))
    rows = []
    for name, unit in LONDON.items():
        factor, offset = conversion(name, unit)
        value = table[name].to_numpy() * factor + offset
        rows.append(pd.DataFrame({"station": "my1", "parameter": name, "start": start, "value": value}).dropna())
    weather = pd.DataFrame({"wind_speed": table["ws"], "wind_direction": table["wd"]}).set_index(start)
    return pd.concat(rows, ignore_index=True), weather, "Europe/London"


def astana():
    """Every station of the imported history since January 2024; no weather is known."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        fill(store, DATA)
        rows = store.measurements(
            "astana", ["pm25", "pm10", "no2", "so2", "co"], ASTANA_FIRST, None,
            columns=["station", "parameter", "start", "value", "minutes", "flag"],
        )  # fmt: skip
    good = rows[(rows["minutes"] == 60) & (rows["flag"] != "invalid")]
    return good[["station", "parameter", "start", "value"]], None, "Asia/Almaty"
