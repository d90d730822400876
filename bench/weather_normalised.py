"""Weather normalisation on Beijing, Bishkek and London: explained variance, seconds, slopes, and a cut found again."""

import json
import os
import sys
import time
from pathlib import Path

import pandas as pd

from models.averages.averages import time_average
from models.trends.before_after import before_after
from models.trends.trends import Refused, theil_sen
from models.trends.weather_normalised import weather_normalised

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
OUT = Path(__file__).parent / "results" / "weather_normalised.json"
POINTS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]
LIMIT_S = 60
CUT, CUT_DAY = 0.2, pd.Timestamp("2016-01-01", tz="UTC")


def beijing(station):
    table = pd.read_csv(DATA / "beijing-multisite" / f"PRSA_Data_{station}_20130301-20170228.csv.gz")
    local = pd.to_datetime(table[["year", "month", "day", "hour"]])
    columns = {
        "ws": table["WSPM"],
        "wd": table["wd"].map({point: i * 22.5 for i, point in enumerate(POINTS)}),
        "temperature": table["TEMP"],
        "pressure": table["PRES"],
        "dew_point": table["DEWP"],
        "precipitation": table["RAIN"],
        "pm25": table["PM2.5"],
        "no2": table["NO2"],
    }
    return pd.DataFrame(columns).set_index(pd.DatetimeIndex(local).tz_localize("Asia/Shanghai").tz_convert("UTC"))


def bishkek():
    """Embassy PM2.5 (labels are the END of the local hour) with the city's weather (km/h)."""
    dust = pd.read_csv(DATA / "bishkek-embassy" / "Bishkek_PM2.5_2019-2023_airnow_dos.csv.gz")
    dust = dust[(dust["QC Name"] == "Valid") & (dust["Raw Conc."] >= 0)]
    ends = pd.to_datetime(dust["Date (LT)"], format="%Y-%m-%d %I:%M %p") - pd.Timedelta(hours=1)
    air = pd.read_csv(DATA / "bishkek-embassy" / "weather_bishkek_hourly_2019-2023.csv.gz")
    names = {"winddir": "wd", "temp": "temperature", "humidity": "relative_humidity", "dew": "dew_point"}
    names |= {"sealevelpressure": "pressure", "precip": "precipitation", "windspeed": "ws"}
    wide = air.rename(columns=names)[list(names.values())].set_index(pd.to_datetime(air["datetime"]))
    wide = wide[~wide.index.duplicated()].sort_index()
    values = pd.Series(dust["Raw Conc."].to_numpy(float), index=pd.DatetimeIndex(ends))
    wide = wide.assign(ws=wide["ws"] / 3.6, pm25=values[~values.index.duplicated()].reindex(wide.index))
    return wide.tz_localize("Asia/Bishkek").tz_convert("UTC")


def london():
    table = pd.read_csv(DATA / "openair-mydata" / "mydata.csv.gz", parse_dates=["date"]).set_index("date")
    return table.loc["2001":"2004"]


def line(trend):
    return f"{trend.slope:.2f} ({trend.lower:.2f} to {trend.upper:.2f})"


def examined(name, wide, parameter):
    begun = time.perf_counter()
    raw = theil_sen(time_average(wide[[parameter]], "month")[parameter], deseason=True)
    row = {"series": name, "parameter": parameter, "raw_slope": line(raw)}
    try:
        found = weather_normalised(wide, parameter)
        row |= {"r2": round(found.r2, 3), "hours": found.values, "normalised_slope": line(found.trend())}
    except Refused as refusal:
        row |= {"refused": str(refusal)}
    return row | {"seconds": round(time.perf_counter() - begun, 1)}


def cut_again():
    """A fifth is taken off real Beijing PM2.5 from a date on: the difference to the uncut series must show it."""
    wide = beijing("Dongsi")
    less = wide.assign(pm25=wide["pm25"].where(wide.index < CUT_DAY, (1 - CUT) * wide["pm25"]))
    plain, lowered = (before_after(weather_normalised(table, "pm25"), CUT_DAY) for table in (wide, less))
    true = -CUT * wide.loc[wide.index >= CUT_DAY, "pm25"].iloc[: 24 * 365].mean()
    print(f"\na cut of {CUT:.0%} on {CUT_DAY:%d %B %Y}, {true:.1f} µg/m³:")
    for name, effect in (("as measured", plain), ("with the cut", lowered)):
        interval = f"{effect.change:.1f} ({effect.lower:.1f} to {effect.upper:.1f})"
        print(f"  {name}: {interval} µg/m³, placebos as large {effect.rank:.0%}: {effect.verdict}; {effect.note}")
    print(f"  recovered: {lowered.change - plain.change:.1f} of {true:.1f} µg/m³")
    return {"true": true, "recovered": lowered.change - plain.change, "verdict": lowered.verdict, "rank": lowered.rank}


def main():
    if not DATA.is_dir():
        sys.exit("the folder ../shared/data is not on this machine; nothing to measure")
    asked = [
        ("Beijing Dongsi 2013-2017", beijing("Dongsi"), "pm25"),
        ("Beijing Dongsi 2013-2017", beijing("Dongsi"), "no2"),
        ("Bishkek embassy 2019-2023", bishkek(), "pm25"),
        ("London Marylebone Road 2001-2004", london(), "nox"),
        ("London Marylebone Road 2001-2004", london(), "pm10"),
    ]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; slopes in the series' unit per year")
    rows = []
    for name, wide, parameter in asked:
        rows.append(examined(name, wide, parameter))
        print(f"  {json.dumps(rows[-1], ensure_ascii=False)}", flush=True)
    print(f"slowest: {max(row['seconds'] for row in rows)} s (limit {LIMIT_S} s)")
    figures = {"load": round(os.getloadavg()[0], 1), "rows": rows, "cut": cut_again()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
