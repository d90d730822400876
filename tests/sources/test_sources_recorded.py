"""Every recorded answer of the networks, where the recordings are on this machine."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from data.schema import conform, conform_stations
from sources import airdata_kz, metar, openaq, openaq_archive, openmeteo, openmeteo_air, overpass, sensor_community
from sources.base import BadPayload, Unavailable
from tests.conftest import answer

KNOWN = datetime(2026, 11, 1, tzinfo=UTC)


AIR = ["hourly_120h_lahore_2026-10-08", "hourly_168h_trailing_nulls_lahore_2026-10-08"]


@pytest.mark.parametrize("name", [*AIR, "two_locations_excerpt_unixtime_2026-09-24"])
def test_open_meteo_air(recorded: Path, name: str) -> None:
    got = answer(recorded / "open-meteo" / f"air_quality_{name}.json")
    result = conform(openmeteo_air.parse(got, "tashkent"), KNOWN)
    places = got if isinstance(got, list) else [got]
    given = sum(
        v is not None for p in places for k, s in p["hourly"].items() if k in openmeteo_air.PARAMETERS for v in s
    )
    assert len(result.rows) == given
    assert not len(result.rejects)


def test_open_meteo_air_at_utc_plus_five(recorded: Path) -> None:
    got = answer(recorded / "open-meteo" / f"air_quality_{AIR[0]}.json")
    rows = openmeteo_air.parse(got, "tashkent")
    local = pd.Timestamp(got["hourly"]["time"][0])
    assert rows.start.min() == (local - pd.Timedelta("5h")).tz_localize("UTC")


def test_open_meteo_weather(recorded: Path) -> None:
    got = answer(recorded / "open-meteo" / "forecast_hourly_unixtime_wind_blh_96h.json")
    rows = conform(openmeteo.parse(got, "tashkent"), KNOWN).rows
    wind = rows[rows.parameter == "wind_speed"]
    assert len(wind) == 96
    assert wind.value.tolist() == pytest.approx([v / 3.6 for v in got["hourly"]["wind_speed_10m"]])


@pytest.mark.parametrize(
    "name", ["error_400_latitude", "error_400_unknown_variable", "air_quality_current_berlin_2021"]
)
def test_open_meteo_without_hours(recorded: Path, name: str) -> None:
    with pytest.raises(BadPayload):
        openmeteo.parse(answer(recorded / "open-meteo" / f"{name}.json"))


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("live_measurements_17000275_2026-09-26", 10),
        ("live_hours_page2_limit3_2026-09-26", 3),
        ("py_measurements", None),
        ("r_list_sensor_measurements_3", None),
        ("r_list_sensor_measurements_limit_5", 5),
    ],
)
def test_openaq_measurements(recorded: Path, name: str, rows: int | None) -> None:
    got = answer(recorded / "openaq" / f"{name}.json")
    result = conform(openaq.parse(got, "tashkent", "openaq:1"), KNOWN)
    assert len(result.rejects) == 0
    assert len(result.rows) == (rows or len({str(r["period"]) for r in got["results"]}))
    first = got["results"][0]["period"]
    assert result.rows.start.min() == pd.Timestamp(first["datetimeFrom"]["utc"])
    end = result.rows.start.iloc[0] + pd.Timedelta(minutes=int(result.rows.minutes.iloc[0]))
    assert end == pd.Timestamp(first["datetimeTo"]["utc"])


@pytest.mark.parametrize(
    "name",
    ["live_locations_bbox_2026-09-24_excerpt9of31", "py_locations", "py_locations_variation", "r_list_locations"],
)
def test_openaq_locations(recorded: Path, name: str) -> None:
    got = answer(recorded / "openaq" / f"{name}.json")
    listed = conform_stations(openaq.parse_stations(got, "tashkent"))
    assert len(listed) >= 1
    found = openaq.sensors(got)
    assert not found.duplicated(["station", "parameter"]).any()


def test_openaq_lists_dead_stations_and_null_licences(recorded: Path) -> None:
    got = answer(recorded / "openaq" / "live_locations_bbox_2026-09-24_excerpt9of31.json")
    listed = openaq.parse_stations(got, "tashkent").set_index("station")
    assert listed.licence["openaq:2537"] == ""
    assert listed.licence["openaq:8320"] == "US Public Domain"
    found = openaq.sensors(got)
    assert (found["last"] > pd.Timestamp("2026-09-20", tz="UTC")).sum() < len(found)


@pytest.mark.parametrize(
    "name",
    ["live_error_401_gateway_no_key", "live_latest_6455006_2026-09-24", "r_list_location_latest_1",
     "r_list_parameter_latest_2"],
)  # fmt: skip
def test_openaq_answers_without_periods_are_refused(recorded: Path, name: str) -> None:
    with pytest.raises(BadPayload):
        openaq.parse(answer(recorded / "openaq" / f"{name}.json"))


def test_openaq_archive(recorded: Path) -> None:
    got = answer(recorded / "openaq-archive" / "archive_rows_hongkong_7727_2022-11-01_excerpt.csv")
    rows = conform(openaq_archive.parse(got, "tashkent"), KNOWN).rows
    assert (rows.start.min(), set(rows.minutes)) == (pd.Timestamp("2022-10-31T16:00Z"), {60})
    with pytest.raises(BadPayload, match="columns missing"):
        openaq_archive.parse(answer(recorded / "openaq-archive" / "explorer_csv_tashkent_4902926_excerpt.csv"))


@pytest.mark.parametrize(
    ("name", "stations"),
    [("v1_filter_2019-04-25_5records", None), ("v1_sensor_152_2021-11-07", 1), ("v1_filter_empty_area", 0)],
)
def test_sensor_community(recorded: Path, name: str, stations: int | None) -> None:
    got = answer(recorded / "sensor-community" / f"{name}.json")
    result = conform(sensor_community.parse(got, "tashkent"), KNOWN) if got else None
    assert result is None or not len(result.rejects)
    listed = sensor_community.parse_stations(got, "tashkent")
    assert len(listed) == (stations if stations is not None else len({r["location"]["id"] for r in got}))


@pytest.mark.parametrize(
    "name", ["metar_kjfk_2026-08-27_precip_gust_element", "metar_kjfk_2026-09-14", "metar_zuck_mps_2026-07-15"]
)
def test_metar(recorded: Path, name: str) -> None:
    result = conform(metar.parse(answer(recorded / "metar" / f"{name}.json"), "astana"), KNOWN)
    assert not len(result.rejects)
    wind = result.rows[result.rows.parameter == "wind_speed"].iloc[0]
    assert wind.value == (4.0 if "zuck" in name else pytest.approx(wind.raw_value * 1852 / 3600))
    conform_stations(metar.parse_stations(answer(recorded / "metar" / f"{name}.json"), "astana"))


def test_metar_error(recorded: Path) -> None:
    with pytest.raises(BadPayload):
        metar.parse(answer(recorded / "metar" / "error_400_no_ids.json"))


def test_airdata_kz_head(recorded: Path) -> None:
    table = airdata_kz.read(answer(recorded / "airdata-kz" / "head_pm25.csv"))
    rows = conform(airdata_kz.parse(table, "end", "pm25", "astana"), KNOWN).rows
    assert rows.start.min() == pd.Timestamp("2018-07-27T15:00Z")


def test_airdata_kz_daily_files_are_refused(recorded: Path) -> None:
    table = airdata_kz.read(answer(recorded / "airdata-kz" / "daily" / "pm25.csv.gz"))
    with pytest.raises(BadPayload, match="missing"):
        airdata_kz.parse(table, "end", "pm25")


def test_airdata_kz_agrees_with_the_embassy(shared: Path) -> None:
    path = shared / "data" / "airdata-kz" / "astana" / "pm25.csv.gz"
    other = next(iter((shared / "data" / "astana-embassy-hourly").glob("*.csv*")), None)
    if not path.exists() or other is None:
        pytest.skip("../shared/data/airdata-kz or astana-embassy-hourly is not on this machine")
    content = path.read_bytes()
    import hashlib

    rule, sums = next(iter(airdata_kz.SNAPSHOTS.values()))
    assert hashlib.sha256(content).hexdigest() == sums["pm25"]
    rows = airdata_kz.parse(airdata_kz.read(content), rule, "pm25", "astana")
    mine = rows[rows.station == "airdata-kz:oaq_20512"].set_index("start").raw_value
    theirs = pd.read_csv(other)
    ends = pd.to_datetime(theirs["time_utc"], utc=True)
    theirs = pd.Series(theirs["pm25_ugm3"].to_numpy(float), index=ends - pd.Timedelta("1h"))
    both = pd.concat([mine[~mine.index.duplicated()], theirs], axis=1, join="inner")
    assert len(both) >= 1600
    assert (both.iloc[:, 0] == both.iloc[:, 1]).mean() == 1.0


@pytest.mark.parametrize("name", ["area-01", "node-01", "relation-01", "result-way-01", "way-02"])
def test_overpass(recorded: Path, name: str) -> None:
    assert overpass.parse(answer(recorded / "overpass" / f"{name}.json")) == []


@pytest.mark.parametrize("name", ["remark-runtime-error-01", "remark-runtime-remark-01"])
def test_overpass_remark(recorded: Path, name: str) -> None:
    with pytest.raises(Unavailable):
        overpass.parse(answer(recorded / "overpass" / f"{name}.json"))
