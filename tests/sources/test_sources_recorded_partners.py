"""Recorded answers of agencies, indices and satellites, where the recordings are on this machine."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from data.schema import conform, conform_stations
from sources import airnow, firms, iqair, purpleair, waqi
from sources.base import BadPayload, Denied, Gone, RateLimited
from sources.network import INDEX
from tests.conftest import answer

KNOWN = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["city_feed_olivias", "city_feed_new_dominant_pol", "here", "station_number_feed_372382"]
)
def test_waqi(recorded: Path, name: str) -> None:
    got = answer(recorded / "waqi" / f"{name}.json")
    rows = waqi.parse(got, "astana")
    done = conform(rows, KNOWN)
    assert set(done.rows.parameter) <= {"temperature", "relative_humidity"}
    assert (rows.raw_unit == INDEX).sum() == len(done.rejects)
    assert set(done.rows.start) == {pd.Timestamp(got["data"]["time"]["iso"])}
    assert len(conform_stations(waqi.parse_stations(got, "astana"))) == 1


def test_waqi_errors_and_lists(recorded: Path) -> None:
    for name in ("city_feed_unknown", "station_number_feed_A10142"):
        with pytest.raises(Gone):
            waqi.parse(answer(recorded / "waqi" / f"{name}.json"))
    with pytest.raises(Denied):
        waqi.parse(answer(recorded / "waqi" / "unauthenticated.json"))
    assert waqi.numbers(answer(recorded / "waqi" / "search_klundert.json")) == [6337]
    bounds = {"status": "ok", "data": answer(recorded / "waqi" / "map_bounds_rows_2022-05-29_excerpt.json")}
    assert len(waqi.numbers(bounds)) == len(bounds["data"])


def test_iqair(recorded: Path) -> None:
    city = conform(iqair.parse(answer(recorded / "iqair-airvisual" / "city_response.json")), KNOWN)
    assert (set(city.rows.parameter), len(city.rejects)) == ({"temperature", "relative_humidity"}, 1)
    station = conform(iqair.parse(answer(recorded / "iqair-airvisual" / "station_response.json")), KNOWN).rows
    assert station.set_index("parameter").value["pm25"] == 95


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("incorrect_api_key", Denied), ("key_expired", Denied), ("forbidden", Denied), ("payment_required", Denied),
        ("permission_denied", Denied), ("limit_reached", RateLimited),
    ],
)  # fmt: skip
def test_iqair_errors(recorded: Path, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        iqair.parse(answer(recorded / "iqair-airvisual" / f"error_{name}_response.json"))
    for absent in ("city_not_found", "no_nearest_station"):
        assert not len(iqair.parse(answer(recorded / "iqair-airvisual" / f"error_{absent}_response.json")))


def test_purpleair(recorded: Path) -> None:
    for path in sorted((recorded / "purpleair").glob("*.json")):  # of none were our fields asked
        with pytest.raises(BadPayload):
            purpleair.parse(answer(path))


def test_airnow_with_the_names_of_2026(recorded: Path) -> None:
    got = answer(recorded / "airnow" / "observation_latlong_2026_fieldnames_HA_fixture.json")
    done = conform(airnow.parse(got), KNOWN)
    assert not len(done.rows)
    assert done.rejects.reason.tolist() == ["unit does not fit the parameter"]
    assert airnow.parse_stations(got).station.tolist() == ["airnow:060371103"]


@pytest.mark.parametrize("name", sorted(["area_viirs_snpp_nrt_2026-09-24", "area_modis_nrt_2026-09-24",
                                         "regional_file_viirs_n20_24h_2026-10-08_excerpt"]))  # fmt: skip
def test_firms(recorded: Path, name: str) -> None:
    got = answer(recorded / "firms" / f"{name}.csv")
    lines = pd.read_csv(recorded / "firms" / f"{name}.csv")
    done = conform(firms.parse(got, "astana"), KNOWN)
    assert len(done.rows) == len(lines)
    assert sorted(done.rows.value) == sorted(lines.frp)
    assert done.rows.start.dt.strftime("%H%M").astype(int).isin(lines.acq_time).all()
    assert len(firms.parse_stations(got)) == len(done.rows)
