"""Every recorded answer through its adapter: what comes of it, or that it is refused; none is left out of the table."""

import importlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.schema import conform, conform_stations
from sources.base import BadPayload, Denied, RateLimited, SourceError
from tests.conftest import answer

KNOWN = datetime(2026, 11, 1, tzinfo=UTC)
ADAPTERS = {
    "airgradient": ("airgradient",), "airnow": ("airnow",), "firms": ("firms",), "iqair-airvisual": ("iqair",),
    "metar": ("metar",), "open-meteo": ("openmeteo", "openmeteo_air"), "openaq": ("openaq",),
    "openaq-archive": ("openaq_archive",), "purpleair": ("purpleair",), "sensor-community": ("sensor_community",),
    "sensorthings": ("sensorthings",), "uzhydromet": ("uzhydromet",), "uzhydromet-bulletin": ("uzhydromet_bulletin",),
    "waqi": ("waqi",),
}  # fmt: skip
DATA = (".json", ".jsonl", ".csv", ".txt")
# Adapter and file → rows, rejected rows. What stands neither here nor below is no answer to the question that the
# adapter asks (a list of licences, a device's own page, another network's file), and must be refused.
ROWS = {
    ("airnow", "observation_latlong_2026_fieldnames_HA_fixture.json"): (0, 1),
    ("firms", "area_modis_nrt_2026-09-24.csv"): (3, 0),
    ("firms", "area_viirs_snpp_nrt_2026-09-24.csv"): (30, 0),
    ("firms", "regional_file_viirs_n20_24h_2026-10-08_excerpt.csv"): (4, 0),
    ("iqair", "city_response.json"): (2, 1),
    ("iqair", "station_response.json"): (3, 0),
    ("metar", "metar_kjfk_2026-08-27_precip_gust_element.json"): (5, 0),
    ("metar", "metar_kjfk_2026-09-14.json"): (4, 0),
    ("metar", "metar_zuck_mps_2026-07-15.json"): (4, 0),
    ("openmeteo", "forecast_hourly_unixtime_wind_blh_96h.json"): (864, 0),
    ("openmeteo_air", "air_quality_hourly_120h_lahore_2026-10-08.json"): (240, 0),
    ("openmeteo_air", "air_quality_hourly_168h_trailing_nulls_lahore_2026-10-08.json"): (126, 0),
    ("openmeteo_air", "air_quality_two_locations_excerpt_unixtime_2026-09-24.json"): (1536, 0),
    ("openaq", "live_hours_page2_limit3_2026-09-26.json"): (3, 0),
    ("openaq", "live_measurements_17000275_2026-09-26.json"): (10, 0),
    ("openaq", "py_measurements.json"): (2, 0),
    ("openaq", "r_list_sensor_measurements_3.json"): (48, 0),
    ("openaq", "r_list_sensor_measurements_limit_5.json"): (5, 0),
    ("openaq_archive", "archive_rows_hongkong_7727_2022-11-01_excerpt.csv"): (6, 0),
    ("sensor_community", "v1_filter_2019-04-25_5records.json"): (10, 0),
    ("sensor_community", "v1_filter_empty_area.json"): (0, 0),
    ("sensor_community", "v1_sensor_152_2021-11-07.json"): (4, 0),
    ("uzhydromet_bulletin", "bulletin_2026-02-10_excerpt.txt"): (86, 9),  # its last row is cut off
    ("waqi", "city_feed_new_dominant_pol.json"): (2, 2),
    ("waqi", "city_feed_olivias.json"): (2, 5),
    ("waqi", "here.json"): (2, 6),
    ("waqi", "station_number_feed_372382.json"): (2, 2),
}
# An answer that there is no such station: no row, and no word that the adapter must change.
ABSENT = {
    ("iqair", "error_city_not_found_response.json"), ("iqair", "error_no_nearest_station_response.json"),
    ("waqi", "city_feed_unknown.json"), ("waqi", "station_number_feed_A10142.json"),
}  # fmt: skip
ERRORS: dict[tuple[str, str], type[SourceError]] = {
    ("iqair", "error_limit_reached_response.json"): RateLimited,
    ("waqi", "unauthenticated.json"): Denied,
    **{
        ("iqair", f"error_{what}_response.json"): Denied
        for what in ("forbidden", "incorrect_api_key", "key_expired", "payment_required", "permission_denied")
    },
}
# Stations that an answer describes, where the same question gives them or another does.
STATIONS = {
    ("firms", "area_viirs_snpp_nrt_2026-09-24.csv"): 30,
    ("iqair", "city_response.json"): 1,
    ("metar", "metar_kjfk_2026-09-14.json"): 1,
    ("openaq", "live_locations_bbox_2026-09-24_excerpt9of31.json"): 12,
    ("openaq", "r_list_locations.json"): 6,
    ("sensor_community", "v1_filter_2019-04-25_5records.json"): 2,
    ("waqi", "here.json"): 1,
}


def parsed(adapter: str, given: Any) -> pd.DataFrame:
    return importlib.import_module(f"sources.{adapter}").parse(given)


def test_every_recording_comes_to_what_the_table_says(recorded: Path) -> None:
    seen, wrong = set(), []
    for folder, adapters in ADAPTERS.items():
        for path in sorted(p for p in (recorded / folder).iterdir() if p.suffix in DATA):
            for adapter in adapters:
                case = adapter, path.name
                seen.add(case)
                got, asked = outcome(adapter, answer(path)), ROWS.get(case, ERRORS.get(case, BadPayload))
                right = got is not BadPayload and not rows_of(got) if case in ABSENT else got == asked
                wrong += [] if right else [(case, got, asked)]
    assert not wrong
    assert set(ROWS) | set(ERRORS) | ABSENT <= seen


def rows_of(got: tuple[int, int] | type[Exception]) -> int:
    return got[0] if isinstance(got, tuple) else 0


def outcome(adapter: str, given: Any) -> tuple[int, int] | type[Exception]:
    """Rows and rejects of an answer, or how it was refused."""
    try:
        table = parsed(adapter, given)
    except SourceError as error:
        return type(error)
    if not len(table):
        return 0, 0
    done = conform(table, KNOWN)
    assert (done.rejects["reason"] != "").all()
    return len(done.rows), len(done.rejects)


@pytest.mark.parametrize(("adapter", "name"), sorted(STATIONS))
def test_the_stations_of_a_recording_are_described(recorded: Path, adapter: str, name: str) -> None:
    folder = next(f for f, adapters in ADAPTERS.items() if adapter in adapters)
    listed = importlib.import_module(f"sources.{adapter}").parse_stations(answer(recorded / folder / name))
    assert len(conform_stations(listed)) == STATIONS[adapter, name]
