"""air.org.kz: hours, origins that are read directly, stations at one place, stamps without a zone, and its key."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from data.city import City, city
from data.schema import conform, conform_stations
from sources import air_org_kz
from sources.air_org_kz import parse, parse_stations, read_directly
from sources.base import Denied, Unavailable

PAYLOADS = Path(__file__).parents[1] / "payloads" / "air_org_kz"
KNOWN = datetime(2026, 2, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
HOUR = pd.Timestamp("2026-01-10T05:00Z")
ALMATY = city("almaty")


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def asked(server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> air_org_kz.AirOrgKz:
    monkeypatch.setenv("CLEANAIR_AIR_ORG_KZ_URL", server.url_for(""))
    made = air_org_kz.AirOrgKz()
    made.client.sleep = lambda _: None
    return made


def test_hours_begin_at_their_stamp_in_any_offset() -> None:
    done = conform(parse(payload("pm25"), "almaty", ALMATY.box), KNOWN)
    rows = done.rows.set_index("station")
    assert set(rows.start) == {HOUR}
    assert (set(rows.minutes), set(rows.flag)) == ({60}, {"ok"})
    assert rows.kind["air_org_kz:ref-7"] == "reference"
    assert set(rows.kind.drop("air_org_kz:ref-7")) == {"indicative"}
    assert "air_org_kz:ak-505" not in rows.index  # another city
    assert sorted(done.rejects.reason) == ["no start time", "no value"]


def test_a_record_that_says_when_it_was_written_is_of_the_hour_before() -> None:
    rows = conform(parse(payload("backend"), "almaty"), KNOWN).rows
    assert rows.set_index("station").value.to_dict() == {"air_org_kz:9123": 0.0, "air_org_kz:9124": 12.5}
    assert set(rows.start) == {HOUR}


def test_a_stamp_without_a_zone_is_read_only_where_the_city_file_names_it() -> None:
    bare = "air_org_kz:ak-503"
    assert bare not in set(conform(parse(payload("pm25"), "almaty"), KNOWN).rows.station)
    rows = conform(parse(payload("pm25"), "almaty", zone="Asia/Almaty"), KNOWN).rows.set_index("station")
    assert rows.start[bare] == HOUR
    assert set(rows.start) == {HOUR}  # those with a zone keep it


def test_no2_has_no_stated_unit() -> None:
    rows = conform(parse(payload("no2"), "almaty"), KNOWN).rows
    assert rows[["value", "flag"]].to_numpy().tolist() == [[47.5, "suspect"]]
    assert rows.checks.tolist() == [("network:unit_unstated",)]


def test_networks_that_the_city_reads_itself_come_without_a_go_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PURPLEAIR_API_KEY", raising=False)
    assert read_directly(ALMATY) == {"sensorcommunity", "airgradient"}
    stations = set(parse(payload("pm25"), "almaty", ALMATY.box, read_directly(ALMATY)).station)
    assert {"air_org_kz:sc-1", "air_org_kz:ag-1"}.isdisjoint(stations)
    assert "air_org_kz:pa-1" in stations  # PurpleAir cannot be asked without its key
    monkeypatch.setenv("PURPLEAIR_API_KEY", "x")
    assert "purpleair" in read_directly(ALMATY)
    alone = City(**{**ALMATY.__dict__, "networks": {"air_org_kz": {}}})
    assert read_directly(alone) == frozenset()


def test_of_two_at_one_place_the_official_one_counts() -> None:
    listed = conform_stations(parse_stations(payload("pm25"), "almaty", ALMATY.box)).set_index("station").same_as
    assert listed["air_org_kz:cl-9"] == "air_org_kz:ref-7"
    assert listed["air_org_kz:iq-501"] == "air_org_kz:ak-501"
    assert set(listed.drop(["air_org_kz:cl-9", "air_org_kz:iq-501"])) == {""}


def test_one_pollutant_that_fails_loses_no_other(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request("/api/pm25/hourly/latest", query_string="city=Almaty").respond_with_json(payload("pm25"))
    httpserver.expect_request("/api/pm10/hourly/latest").respond_with_data("", 500)
    httpserver.expect_request("/api/no2/hourly/latest").respond_with_json(payload("no2"))
    made = asked(httpserver, monkeypatch)
    rows = conform(made.fetch(ALMATY, SINCE, UNTIL), KNOWN).rows
    assert set(rows.parameter) == {"pm25", "no2"}
    assert len(conform_stations(made.stations(ALMATY)))
    httpserver.clear()
    httpserver.expect_request(re.compile(".*")).respond_with_data("", 500)
    with pytest.raises(Unavailable):
        made.fetch(ALMATY, SINCE, UNTIL)


def test_a_refusal_names_the_key_and_the_backend_gets_it(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asked(httpserver, monkeypatch)
    assert made.missing() is None  # keyless

    def backend(request: Request) -> Response:
        known = request.headers.get("X-API-Key") == "K-123"
        return Response(json.dumps(payload("backend")) if known else "", 200 if known else 401)

    httpserver.expect_request("/list").respond_with_handler(backend)
    httpserver.expect_request(re.compile("/api/.*")).respond_with_data("", 403)
    keyed = City(**{**ALMATY.__dict__, "networks": {"air_org_kz": {"backend": "list"}}})
    with pytest.raises(Denied, match="AIR_ORG_KZ_KEY"):
        made.fetch(keyed, SINCE, UNTIL)
    monkeypatch.setenv("AIR_ORG_KZ_KEY", "K-123")
    assert len(made.fetch(keyed, SINCE, UNTIL)) == 2
    monkeypatch.setenv("AIR_ORG_KZ_KEY", "wrong")
    with pytest.raises(Denied, match="AIR_ORG_KZ_KEY") as caught:
        made.fetch(keyed, SINCE, UNTIL)
    assert "wrong" not in str(caught.value)
