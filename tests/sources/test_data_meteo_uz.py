"""data.meteo.uz: ten minutes that end at their stamp, a session with its cookie, and what a person must set."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from data.city import City, city
from data.schema import conform, conform_stations
from sources import data_meteo_uz
from sources.base import Denied, Unavailable

PAYLOADS = Path(__file__).parents[1] / "payloads" / "data_meteo_uz"
KNOWN = datetime(2026, 2, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
NAMED = [{"id": 7, "name": "Example", "lat": 41.3, "lon": 69.2}, {"id": 8}, {"id": 9}]
HOME = City(**{**city("tashkent").__dict__, "networks": {"data_meteo_uz": {"stations": NAMED}}})


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))


def asked(server: HTTPServer, monkeypatch: pytest.MonkeyPatch, token: str = "T-123") -> data_meteo_uz.DataMeteoUz:
    monkeypatch.setenv("CLEANAIR_DATA_METEO_UZ_URL", server.url_for(""))
    monkeypatch.setenv("DATA_METEO_UZ_TOKEN", token)
    server.expect_request("/map/getcurrent").respond_with_data("[]", headers={"Set-Cookie": "XSRF-TOKEN=a%3Db; Path=/"})
    made = data_meteo_uz.DataMeteoUz()
    made.client.sleep = lambda _: None
    return made


def test_ten_minutes_end_at_their_stamp() -> None:
    rows = conform(data_meteo_uz.parse(payload("station"), "tashkent", "7"), KNOWN).rows.set_index("parameter")
    assert set(rows.start) == {pd.Timestamp("2026-01-10T05:00Z")}
    assert (set(rows.minutes), set(rows.station), set(rows.kind)) == ({10}, {"data_meteo_uz:7"}, {"reference"})
    assert rows.value.to_dict() == {
        "temperature": 3.4, "relative_humidity": 71.5, "pressure": 964.2, "wind_speed": 1.7, "wind_direction": 215.0,
    }  # fmt: skip


def test_several_sources_of_a_station_and_a_stamp_without_a_zone() -> None:
    done = conform(data_meteo_uz.parse(payload("sources"), "tashkent", "8"), KNOWN)
    assert done.rows.set_index("parameter").value.to_dict() == {"temperature": -1.25, "precipitation": 0.2}
    assert done.rejects.reason.tolist() == ["no start time"]


def test_the_site_gets_its_cookie_back_and_a_silent_station_loses_no_other(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asked(httpserver, monkeypatch)

    def station(request: Request) -> Response:
        if request.headers.get("X-XSRF-TOKEN") != "a=b" or request.form.get("token") != "T-123":
            return Response("", 403)
        answers = {"7": json.dumps(payload("station")), "8": ""}
        return Response(answers.get(request.form["id"], ""), 200 if request.form["id"] in answers else 500)

    httpserver.expect_request("/map/awd/getStation", method="POST").respond_with_handler(station)
    rows = conform(made.fetch(HOME, SINCE, UNTIL), KNOWN).rows
    assert set(rows.station) == {"data_meteo_uz:7"}
    listed = conform_stations(made.stations(HOME))
    assert listed.station.tolist() == ["data_meteo_uz:7", "data_meteo_uz:8", "data_meteo_uz:9"]
    assert listed.lat.iloc[0] == 41.3


def test_where_nothing_came_the_first_error_is_told(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = asked(httpserver, monkeypatch)
    httpserver.expect_request("/map/awd/getStation").respond_with_data("", 500)
    with pytest.raises(Unavailable):
        made.fetch(HOME, SINCE, UNTIL)


def test_what_a_person_must_set(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    without = asked(httpserver, monkeypatch, token="").missing()
    assert without is not None
    assert (without.parameter, without.who) == ("DATA_METEO_UZ_TOKEN", "operator")
    made = asked(httpserver, monkeypatch)
    bare = City(**{**HOME.__dict__, "networks": {"data_meteo_uz": {}}})
    with pytest.raises(Denied, match="stations"):
        made.fetch(bare, SINCE, UNTIL)
    httpserver.expect_request("/map/awd/getStation").respond_with_data("", 401)
    with pytest.raises(Denied, match="DATA_METEO_UZ_TOKEN") as caught:
        made.fetch(HOME, SINCE, UNTIL)
    assert "T-123" not in str(caught.value)
