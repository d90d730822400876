"""Measurements and weather that are handed to the attribution: codes for "none", dialects, rows that stand twice."""

import json

import numpy as np
import pandas as pd
import pytest

from bench._attribution_world import simulate
from jobs.attribution.from_files import run_files
from jobs.attribution.handed import measurements, table, weather
from models.attribution import InputError
from models.attribution.panel import wide_weather

NAMES = ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")


@pytest.fixture(scope="module")
def world():
    return simulate(5, days=8, stations=3)


@pytest.fixture
def files(world, tmp_path):
    """Paths of the tables of a simulated city."""
    made = {}
    for name, one in world.tables().items():
        if one is None:
            continue
        rows = one.copy()
        for column in ("start", "time"):
            if column in rows:
                rows[column] = pd.to_datetime(rows[column], utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        made[name] = tmp_path / f"{name}.csv"
        rows.to_csv(made[name], index=False)
    return made


def run(files, tmp_path, zone):
    inputs = [
        files.get(n) for n in ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")
    ]
    return run_files(*inputs, zone, tmp_path / "out")


def test_a_weather_of_codes_is_no_weather_and_places_nothing(files, world, tmp_path):
    rows = pd.read_csv(files["weather"])
    for name in rows.columns.drop("start"):
        rows[name] = -999.0
    rows["wind_direction"] = 990.0
    rows.to_csv(files["weather"], index=False)
    report = run(files, tmp_path, world.zone)
    assert "no_weather" in report["notes"]
    assert report["sites_refused"].startswith("No wind direction")
    assert {(one["column"], one["why"]) for one in report["left_out"]} >= {
        ("wind_speed", "sentinel"), ("wind_direction", "range"), ("temperature", "sentinel"),
    }  # fmt: skip
    assert json.loads((tmp_path / "out" / "report.json").read_text())["left_out"] == report["left_out"]


def test_a_little_wind_is_called_little_and_not_calm(files, world, tmp_path):
    rows = pd.read_csv(files["weather"])
    rows.loc[rows.index % 4 > 0, ["wind_speed", "wind_direction"]] = [-9999.0, 999.0]
    rows.to_csv(files["weather"], index=False)
    assert run(files, tmp_path, world.zone)["sites_refused"].startswith("Less than 40 % of the hours have a wind")


def test_own_exports_give_what_the_plain_tables_give(files, world, tmp_path):
    plain = run(files, tmp_path, world.zone)
    rows = pd.read_csv(files["measurements"])
    names = {"station": "station_id", "start": "time_start_utc", "minutes": "averaging_minutes"}
    own = rows.assign(flag="ok", checks="", statistic="mean", source="x", unit="µg/m³").rename(columns=names)
    own.to_csv(files["measurements"], index=False, sep=";", decimal=",", encoding="utf-8-sig")
    long = pd.read_csv(files["weather"]).melt("start", var_name="parameter").dropna()
    records = long.assign(station="mast", minutes=60).to_dict("records")
    files["weather"] = tmp_path / "weather.json"
    files["weather"].write_text(json.dumps({"rows": records}))
    assert run(files, tmp_path, world.zone)["shares"] == plain["shares"]


def test_rows_that_stand_twice_are_refused_and_codes_left_out():
    hours = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": [10.0, -999.0, 99999.0]})
    left: list[dict] = []
    assert measurements(rows, "m.csv", left)["value"].notna().tolist() == [True, False, False]
    assert sorted((one["table"], one["why"]) for one in left) == [
        ("measurements", "range"),
        ("measurements", "sentinel"),
    ]
    with pytest.raises(InputError, match="2 rows of the same station"):
        measurements(pd.concat([rows, rows[:1].assign(value=90.0)]), "m.csv", left)
    twice = pd.DataFrame({"start": hours[[0, 0]], "wind_speed": [1.0, 5.0], "wind_direction": [90.0, 270.0]})
    with pytest.raises(InputError, match="2 rows whose time stands there twice"):
        weather(twice, "w.csv", left)
    assert len(weather(twice.assign(station=["a", "b"]), "w.csv", left)) == 2


@pytest.mark.parametrize(("code", "speed"), [(-999.0, -999.0), (990.0, 3.0), (90.0, 99.9)])
def test_the_panel_itself_knows_codes(code, speed):
    hours = pd.date_range("2024-01-01", periods=2, freq="h", tz="UTC")
    rows = pd.DataFrame({"start": hours, "wind_speed": [2.0, speed], "wind_direction": [180.0, code]})
    found = wide_weather(rows, hours)["wind_direction"]
    assert found[0] == pytest.approx(180)
    assert np.isnan(found[1])


def test_directions_of_a_signed_mast_and_of_six_readings_an_hour():
    hours = pd.date_range("2024-01-01", periods=2, freq="h", tz="UTC")
    rows = pd.DataFrame({"start": hours, "wind_speed": 2.0, "wind_direction": [-90.0, 45.0]})
    assert wide_weather(rows, hours)["wind_direction"] == pytest.approx([270, 45])
    tens = pd.date_range("2024-01-01", periods=12, freq="10min", tz="UTC")
    long = pd.DataFrame({"start": tens, "station": "m", "wind_speed": 2.0, "wind_direction": [350.0, 10.0] * 6})
    tidy = long.melt(["start", "station"], var_name="parameter")
    found = wide_weather(tidy, hours)["wind_direction"]
    assert np.cos(np.radians(found)) == pytest.approx(1)


def test_files_are_read_in_every_dialect(tmp_path):
    (tmp_path / "m.csv").write_text("station;parameter;start;value\na;pm25;2024-01-01T00:00:00Z;1,5\n")
    made = measurements(table(tmp_path / "m.csv", "measurements"), tmp_path / "m.csv", [])
    assert made["value"].tolist() == [1.5]
