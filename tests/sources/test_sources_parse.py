"""The traps of each network's answers, on synthetic payloads of the recorded shape."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.city import city
from data.schema import conform, conform_stations
from sources import airdata_kz, airgradient, metar, openaq, openaq_archive, openmeteo, openmeteo_air, sensor_community
from sources.base import BadPayload, Denied

PAYLOADS = Path(__file__).parents[1] / "payloads"
KNOWN = datetime(2026, 11, 1, tzinfo=UTC)


def payload(name: str) -> Any:
    path = PAYLOADS / name
    return json.loads(path.read_text("utf-8")) if path.suffix == ".json" else path.read_bytes()


def door(rows: pd.DataFrame) -> pd.DataFrame:
    return conform(rows, KNOWN).rows


def one(rows: pd.DataFrame, **where: object) -> pd.Series:
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, rows
    return rows.iloc[0]


# --- Open-Meteo --------------------------------------------------------------------------------------------------


def test_weather_times_are_local_with_their_offset_beside_them() -> None:
    rows = door(openmeteo.parse(payload("openmeteo/good.json"), "tashkent", [(41.311, 69.279)]))
    warm = rows[rows.parameter == "temperature"]
    assert warm.start.dt.strftime("%H:%M").tolist() == ["00:00", "01:00", "02:00"]
    assert set(rows.kind) == {"model"}
    assert set(rows.station) == {"openmeteo:41.311_69.279"}


def test_wind_in_km_per_h_is_converted_and_kept_as_delivered() -> None:
    rows = door(openmeteo.parse(payload("openmeteo/good.json"), "tashkent"))
    wind = rows[rows.parameter == "wind_speed"]
    assert wind.value.tolist() == pytest.approx([1.0, 2.0, 3.0])
    assert wind.raw_value.tolist() == [3.6, 7.2, 10.8]
    assert set(wind.raw_unit) == {"km/h"}


@pytest.mark.parametrize("parameter", ["precipitation", "wind_gust"])
def test_sums_and_maxima_stand_for_the_preceding_hour(parameter: str) -> None:
    rows = door(openmeteo.parse(payload("openmeteo/good.json"), "tashkent"))
    found = rows[rows.parameter == parameter]
    assert set(found.minutes) == {60}
    assert found.start.iloc[0] == pd.Timestamp("2026-01-09T23:00Z")


def test_nulls_make_no_row_and_no_zero() -> None:
    rows = openmeteo.parse(payload("openmeteo/good.json"), "tashkent")
    assert (rows.parameter == "boundary_layer_height").sum() == 2
    air = openmeteo_air.parse(payload("openmeteo_air/two_places_trailing_nulls.json"), "tashkent")
    assert air.start.max() == pd.Timestamp("2026-01-10T02:00Z")
    assert not (air.raw_value == 0).any()


def test_the_greek_micro_sign_is_read_and_several_places_are_an_array() -> None:
    answer = payload("openmeteo_air/two_places_trailing_nulls.json")
    assert "\u03bc" in answer[0]["hourly_units"]["pm2_5"]
    rows = door(openmeteo_air.parse(answer, "tashkent", [(41.3, 69.3), (41.3, 69.5)]))
    assert rows[rows.parameter == "pm25"].groupby("station").value.first().tolist() == [41.5, 42.5]
    assert set(rows.minutes) == {0}
    assert set(rows.source) == {"openmeteo_air"}


def test_places_that_do_not_answer_the_question_are_refused() -> None:
    with pytest.raises(BadPayload, match="2 places answered, 1 asked"):
        openmeteo_air.parse(payload("openmeteo_air/two_places_trailing_nulls.json"), points=[(1.0, 2.0)])
    short = payload("openmeteo_air/good.json")
    short["hourly"]["pm2_5"].pop()
    with pytest.raises(BadPayload, match="pm2_5 has not one value"):
        openmeteo_air.parse(short)


def test_the_error_object_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload):
        openmeteo.parse(payload("openmeteo/error_400.json"))


# --- OpenAQ ------------------------------------------------------------------------------------------------------


def test_two_sensors_of_one_quantity_are_two_stations() -> None:
    found = openaq.sensors(payload("openaq/locations.json"))
    assert one(found, sensor=11).station == "openaq:501"
    assert one(found, sensor=12).station == "openaq:501.12"
    listed = conform_stations(openaq.parse_stations(payload("openaq/locations.json"), "tashkent"))
    assert one(listed, station="openaq:501.12").same_as == "openaq:501"
    assert one(listed, station="openaq:501").same_as == ""


def test_what_the_centre_does_not_keep_is_not_asked() -> None:
    found = openaq.sensors(payload("openaq/locations.json"))
    assert set(found.sensor) == {11, 12, 13, 21, 31, 51}  # no um003, no bus


def test_no_licence_stated_is_an_empty_licence() -> None:
    listed = openaq.parse_stations(payload("openaq/locations.json"), "tashkent")
    assert one(listed, station="openaq:502").licence == ""
    assert one(listed, station="openaq:505").licence == "US Public Domain"
    assert pd.isna(one(listed, station="openaq:505").lat)


def test_monitor_means_reference() -> None:
    listed = openaq.parse_stations(payload("openaq/locations.json"), "tashkent")
    assert one(listed, station="openaq:502").kind == "reference"
    assert one(listed, station="openaq:501").kind == "indicative"


def test_the_period_is_the_interval_and_a_null_is_counted() -> None:
    result = conform(openaq.parse(payload("openaq/measurements.json"), "tashkent", "openaq:501"), KNOWN)
    first = result.rows[result.rows.parameter == "pm25"].iloc[0]
    assert (first.start, first.minutes) == (pd.Timestamp("2026-01-10T03:00Z"), 60)
    assert one(result.rows, flag="suspect").checks == ("network:flagged",)
    assert result.rejects.reason.tolist() == ["no value"]
    quarter = one(result.rows, parameter="o3")
    assert quarter.minutes == 15
    assert quarter.value == pytest.approx(0.031 * 47.998 / 24.055 * 1000)


class Pages:
    """A client that serves pages of a list and remembers what was asked."""

    def __init__(self, pages: list[Any]) -> None:
        self.pages, self.asked = pages, []

    def secret(self) -> str:
        return "k"

    def get_json(self, path: str, params: Any = None, **_: object) -> Any:
        self.asked.append((path, dict(params)))
        return self.pages.pop(0)


def test_pages_are_read_until_a_short_one_whatever_found_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openaq, "PAGE", 3)
    full, last = payload("openaq/more_than_a_page.json"), payload("openaq/measurements.json")
    last["results"] = last["results"][:1]
    client = Pages([full, last])
    made = openaq.OpenAQ(client)  # type: ignore[arg-type]
    results, reached, error = made._measurements(11, KNOWN - timedelta(days=1), KNOWN)
    assert (len(results), reached, error) == (4, KNOWN, None)
    assert [q["page"] for _, q in client.asked] == [1, 2]
    assert client.asked[0][1]["datetime_from"].endswith("Z")


def test_dead_stations_are_not_asked() -> None:
    since = datetime(2026, 1, 10, 2, tzinfo=UTC)
    empty = {"results": []}
    client = Pages([payload("openaq/locations.json"), *[payload("openaq/measurements.json")] * 4, empty, empty])
    rows = openaq.OpenAQ(client).fetch(city("tashkent"), since, since + timedelta(hours=2))  # type: ignore[arg-type]
    assert {p for p, _ in client.asked[1:]} == {f"sensors/{n}/measurements" for n in (11, 12, 13, 21)}
    assert (rows.start.dropna() < since + timedelta(hours=2)).all()


# --- OpenAQ archive ----------------------------------------------------------------------------------------------


def test_the_archive_stamps_the_end() -> None:
    rows = door(openaq_archive.parse(payload("openaq_archive/good.csv"), "tashkent"))
    first = rows[rows.station == "openaq:7001"].iloc[0]
    assert (first.start, first.minutes) == (pd.Timestamp("2026-01-04T19:00Z"), 60)
    assert one(rows, station="openaq:7001.62").value == 51.5
    assert set(rows.parameter) == {"pm25"}


def test_the_archive_knows_where_its_stations_stand() -> None:
    class Files:
        def get_bytes(self, path: str, absent: object = ()) -> bytes | None:
            return payload("openaq_archive/good.csv").replace(b"7001", b"8881") if "=8881" in path else None

    made = openaq_archive.OpenAQArchive(Files())  # type: ignore[arg-type]
    since = datetime(2026, 1, 4, 19, tzinfo=UTC)
    rows = made.fetch(city("tashkent"), since, since + timedelta(hours=3))
    listed = conform_stations(made.stations(city("tashkent")))
    assert set(rows.station) <= set(listed.station)
    embassy = one(listed, station="openaq:8881")
    assert (embassy.lat, embassy.kind, embassy.licence) == (41.3, "reference", "US Public Domain")
    assert one(listed, station="openaq:8881.62").same_as == "openaq:8881"


def test_shorter_periods_of_the_archive_are_seen_from_the_stamps() -> None:
    rows = door(openaq_archive.parse(payload("openaq_archive/quarter_hours.csv"), "tashkent"))
    assert set(rows.minutes) == {15}
    assert rows.start.iloc[0] == pd.Timestamp("2026-01-04T20:00Z")


def test_a_cut_archive_file_is_a_bad_payload() -> None:
    import gzip

    with pytest.raises(BadPayload, match="cut off"):
        openaq_archive.parse(gzip.compress(payload("openaq_archive/good.csv"))[:-20])


# --- Sensor.Community --------------------------------------------------------------------------------------------


def test_texts_become_numbers_and_nan_is_counted_not_stored() -> None:
    result = conform(sensor_community.parse(payload("sensor_community/good.json"), "tashkent"), KNOWN)
    pm = result.rows[(result.rows.station == "sensor_community:55") & (result.rows.parameter == "pm25")]
    assert pm.value.tolist() == [40.25, 41.75]
    assert result.rejects.reason.tolist() == ["no value"]


def test_indoor_is_left_out_and_duplicates_count_once() -> None:
    rows = sensor_community.parse(payload("sensor_community/good.json"), "tashkent")
    assert not rows.station.str.contains("56").any()
    assert not rows.duplicated(["station", "parameter", "start"]).any()


def test_the_sensors_of_one_box_meet_in_one_station() -> None:
    rows = door(sensor_community.parse(payload("sensor_community/good.json"), "tashkent"))
    box = rows[rows.station == "sensor_community:55"]
    assert {"pm10", "pm25", "temperature", "relative_humidity", "pressure"} == set(box.parameter)
    assert one(box, parameter="pressure").value == pytest.approx(961.205)
    twin = rows[rows.parameter.eq("pm25") & rows.station.str.startswith("sensor_community:57")]
    assert twin.station.tolist() == ["sensor_community:57", "sensor_community:57.905"]


def test_the_time_without_a_zone_is_utc() -> None:
    rows = door(sensor_community.parse(payload("sensor_community/good.json"), "tashkent"))
    assert rows.start.min() == pd.Timestamp("2026-01-10T06:26:10Z")
    assert set(rows.minutes) == {0}


def test_positions_say_how_good_they_are() -> None:
    listed = conform_stations(sensor_community.parse_stations(payload("sensor_community/good.json"), "tashkent"))
    assert one(listed, station="sensor_community:55").coord_quality == "rounded"
    assert one(listed, station="sensor_community:57").coord_quality == "exact"
    assert pd.isna(one(listed, station="sensor_community:55").altitude)
    assert one(listed, station="sensor_community:57.905").same_as == "sensor_community:57"


def test_an_area_without_sensors_is_no_fault() -> None:
    assert not len(sensor_community.parse(payload("sensor_community/empty.json"), "astana"))
    assert not len(sensor_community.parse_stations([], "astana"))


# --- AirGradient -------------------------------------------------------------------------------------------------


def test_the_public_list_is_cut_to_the_city_and_the_living() -> None:
    class List:
        def get_json(self, path: str) -> Any:
            return payload("airgradient/good.json")

    made = airgradient.AirGradient(List())  # type: ignore[arg-type]
    since = datetime(2026, 1, 10, 6, tzinfo=UTC)
    result = conform(made.fetch(city("tashkent"), since, since + timedelta(hours=1)), KNOWN)
    assert set(result.rows.station) == {"airgradient:7101", "airgradient:7104"}
    half = result.rows[result.rows.station == "airgradient:7104"]
    assert set(half.parameter) == {"pm1", "pm10", "temperature"}
    assert result.rejects.reason.value_counts().to_dict() == {"no start time": 5, "no value": 1}
    raw = one(result.rows, station="airgradient:7101", parameter="pm25")
    assert (raw.value, raw.kind, raw.minutes) == (36.5, "indicative", 0)


def test_a_device_that_another_network_delivers_is_named() -> None:
    same = city("tashkent").networks["airgradient"]["same_as"]
    listed = conform_stations(airgradient.parse_stations(payload("airgradient/good.json"), "tashkent", same_as=same))
    assert one(listed, station="airgradient:7101").same_as == "openaq:4902926"
    assert one(listed, station="airgradient:7102").same_as == ""


# --- METAR -------------------------------------------------------------------------------------------------------


def test_wind_comes_exact_from_a_report_in_metres_per_second() -> None:
    rows = door(metar.parse(payload("metar/good.json"), "tashkent"))
    at = pd.Timestamp("2026-01-10T06:30Z")
    wind = one(rows, station="metar:UTTT", parameter="wind_speed", start=at)
    assert (wind.value, wind.raw_unit) == (4.0, "m/s")  # the answer itself says 8 knots
    knots = one(rows, station="metar:UACC", parameter="wind_speed")
    assert knots.value == pytest.approx(13 * 1852 / 3600)
    assert one(rows, parameter="wind_gust").value == pytest.approx(20 * 1852 / 3600)


def test_variable_and_calm_wind_have_no_direction() -> None:
    rows = door(metar.parse(payload("metar/good.json"), "tashkent"))
    directions = rows[(rows.parameter == "wind_direction") & (rows.station == "metar:UTTT")]
    assert directions.value.tolist() == [80.0]
    speeds = rows[(rows.parameter == "wind_speed") & (rows.station == "metar:UTTT")]
    assert speeds.value.tolist() == [0.0, 1.0, 4.0]


def test_open_ended_visibility_says_so() -> None:
    rows = door(metar.parse(payload("metar/good.json"), "tashkent"))
    far = one(rows, station="metar:UACC", parameter="visibility")
    assert far.value == pytest.approx(16093.44)
    assert far.note == "at least this far"


def test_nothing_reported_is_no_fault_and_sea_level_pressure_is_not_ours() -> None:
    assert not len(metar.parse(None))
    assert "pressure" not in set(metar.parse(payload("metar/good.json")).parameter)
    with pytest.raises(BadPayload):
        metar.parse(payload("metar/error_400.json"))


# --- AirData.kz --------------------------------------------------------------------------------------------------


def old() -> pd.DataFrame:
    return airdata_kz.read(payload("airdata_kz/old_end_of_hour.csv"))


def test_old_files_stamp_the_end_with_odd_offsets() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    late = rows[(rows.station == "airdata-kz:kgmt_7") & (rows.start < pd.Timestamp("2023-10-28", tz="UTC"))]
    assert late.start.iloc[0] == pd.Timestamp("2023-01-01T05:00Z")  # 12:00Z is the end, and six hours late
    assert "6 h" in late.note.iloc[0]
    right = one(rows, start=pd.Timestamp("2024-07-01T11:00Z"), station="airdata-kz:kgmt_7")
    assert (right.note, right.checks, right.flag) == ("", (), "ok")


def test_only_kazhydromet_was_late() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    embassy = one(rows, station="airdata-kz:oaq_20512", flag="ok")
    assert (embassy.start, embassy.note) == (pd.Timestamp("2023-01-01T11:00Z"), "")


def test_the_posts_were_right_from_the_day_of_the_change() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    assert one(rows, start=pd.Timestamp("2023-10-29T18:00Z")).note == ""


def test_hours_whose_clock_is_doubtful_are_suspect_and_not_moved() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    assert one(rows, flag="suspect").start == pd.Timestamp("2023-08-01T11:00Z")


def test_a_stamp_with_minutes_keeps_them() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    assert one(rows, station="airdata-kz:kgmt_9").start == pd.Timestamp("2024-07-01T11:19:04Z")


def test_units_and_kinds_are_the_publishers() -> None:
    rows = door(airdata_kz.parse(old(), "end", "pm25", "astana"))
    assert rows[rows.raw_unit == "mg/m3"].value.between(29, 34).all()
    kinds = rows.drop_duplicates("station").set_index("station").kind
    assert kinds["airdata-kz:kgmt_7"] == kinds["airdata-kz:oaq_20512"] == "reference"
    assert kinds["airdata-kz:oaq_14969424"] == "indicative"
    listed = conform_stations(airdata_kz.parse_stations(old(), "astana"))
    assert one(listed, station="airdata-kz:oaq_20512").same_as == "openaq:7094"
    assert one(listed, station="airdata-kz:oaq_20512").coord_quality == "generic"


def test_new_files_stamp_the_start_and_an_empty_value_is_counted() -> None:
    table = airdata_kz.read(payload("airdata_kz/new_start_of_hour.csv"))
    result = conform(airdata_kz.parse(table, "start", "pm25", "astana"), KNOWN)
    assert result.rows.start.tolist() == [pd.Timestamp("2026-10-10T05:00Z")]
    assert result.rejects.reason.tolist() == ["no value"]


def test_the_wrong_rule_is_refused_not_guessed() -> None:
    with pytest.raises(BadPayload, match="END of the hour"):
        airdata_kz.parse(old(), "start", "pm25")
    with pytest.raises(Denied, match="write end or start") as caught:
        airdata_kz.parse(old(), "middle", "pm25")
    assert caught.value.parameter == "stamps"


def test_a_naive_stamp_is_rejected_not_guessed() -> None:
    table = old().assign(datetime_utc="2024-07-01 05:00:00")
    assert conform(airdata_kz.parse(table, "end", "pm25", "astana"), KNOWN).rows.empty


def test_a_file_that_is_not_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    class Files:
        def get_bytes(self, path: str, absent: object = ()) -> bytes:
            return payload("airdata_kz/old_end_of_hour.csv")

    commit = next(iter(airdata_kz.SNAPSHOTS))
    pinned = dataclasses.replace(city("astana"), networks={"airdata_kz": {"commit": commit}})
    made = airdata_kz.AirDataKz(Files())  # type: ignore[arg-type]
    with pytest.raises(BadPayload, match="not the file that was checked"):
        made.fetch(pinned, KNOWN - timedelta(days=4000), KNOWN)


# --- all ---------------------------------------------------------------------------------------------------------

VALUES = st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers(), st.lists(st.integers(), max_size=2))


@settings(deadline=None, max_examples=25)
@given(value=VALUES, stamp=VALUES, kind=VALUES)
def test_sensor_community_never_falls_over_a_record(value: Any, stamp: Any, kind: Any) -> None:
    record = payload("sensor_community/good.json")[0]
    record["timestamp"], record["location"]["id"] = stamp, kind if not isinstance(kind, list) else None
    record["sensordatavalues"][0]["value"] = value
    made = conform(sensor_community.parse([record], "tashkent"), KNOWN)
    assert len(made.rows) + len(made.rejects) <= 2


@pytest.mark.filterwarnings("error")
def test_a_number_is_no_time() -> None:
    answer = payload("openaq/measurements.json")
    for result in answer["results"]:
        result["period"]["datetimeFrom"]["utc"] = 2026
    rows = openaq.parse(answer, "tashkent", "openaq:501", "reference")
    assert len(rows)
    assert rows["start"].isna().all(), "the door counts them as without a start"
