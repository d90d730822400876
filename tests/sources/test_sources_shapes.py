"""Shapes of public answers that nobody here recorded, with numbers of our own: what is read of each, what is not."""

import random
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from data import checks
from data.city import city
from data.schema import Conformed, conform, conform_stations
from data.store import open_store
from jobs.collect.keep import Delivery, keep
from jobs.collect.schedule import Task
from sources import SOURCES, airgradient, firms, metar, sensorthings, wis2
from sources.humidity import relative_humidity
from tests import stand_in

KNOWN = datetime(2026, 11, 1, tzinfo=UTC)


def door(rows: pd.DataFrame) -> Conformed:
    return conform(rows, KNOWN)


# --- AirGradient -------------------------------------------------------------------------------------------------


def place(number: Any, **more: Any) -> dict[str, Any]:
    fixed = {"latitude": 41.3, "longitude": 69.25, "pm02": 30.0, "pm10": 33.0, "timestamp": "2026-01-10T06:00:00Z"}
    return {"locationId": number, "locationName": f"Place {number}", **fixed, **more}


@pytest.mark.parametrize(
    "told",
    [
        {"model": "I-9PSL"}, {"model": "I-9PSL-DE"}, {"model": "DIY-BASIC-I-4.0PS"}, {"model": "DIY-PRO-I-4.2PS"},
        {"model": "O-1PST", "locationType": "indoor"}, {"locationType": "Indoor"},
    ],
)  # fmt: skip
def test_what_hangs_indoors_makes_no_row_and_is_counted(told: dict[str, Any]) -> None:
    answer = [place(1, model="O-1PST", locationType="outdoor"), place(2, **told)]
    done = door(airgradient.parse(answer, "tashkent"))
    assert set(done.rows.station) == {"airgradient:1"}
    assert done.rejects.reason.tolist() == ["measured indoors"] * 2
    assert airgradient.parse_stations(answer, "tashkent").station.tolist() == ["airgradient:1"]


@pytest.mark.parametrize(
    "told", [{}, {"model": "O-1PP"}, {"model": "O-M-1PPST-CE"}, {"model": None}, {"locationType": ""}]
)
def test_a_device_that_says_nothing_or_outdoors_counts(told: dict[str, Any]) -> None:
    assert len(door(airgradient.parse([place(1, **told)], "tashkent")).rows) == 2


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-08-25T10:00:00+00:00", 10), ("2026-08-25T15:00:00.000+05:00", 10), ("2026-08-25T15:00:00+0500", 10),
     ("2026-08-25T10:00:00.123Z", 10), ("2026-08-25T10:00:00+00", 10), ("2026-08-25T15:00+05", 10),
     ("2026-08-25T03:30:00-06:30", 10)],
)  # fmt: skip
def test_a_stamp_may_state_any_offset(text: str, hour: int) -> None:
    rows = door(airgradient.parse([place(1, timestamp=text)], "tashkent")).rows
    assert set(rows.start.dt.hour) == {hour}
    assert not len(door(airgradient.parse([place(1, timestamp="2026-08-25T10:00:00")], "tashkent")).rows)


def test_a_place_without_a_number_is_no_station() -> None:
    done = door(airgradient.parse([place(1), place(None), place("")], "tashkent"))
    assert (set(done.rows.station), set(done.rejects.reason)) == ({"airgradient:1"}, {"no station"})
    assert len(airgradient.parse_stations([place(1), place(None)], "tashkent")) == 1


def test_the_number_of_a_place_links_it_whatever_it_is_called() -> None:
    same = {"7": "openaq:5", "Roof": "openaq:6"}
    answer = [place(7, locationName="Roof"), place(8, locationName="Roof"), place(9)]
    listed = airgradient.parse_stations(answer, "tashkent", same_as=same).set_index("station")
    assert listed.same_as.tolist() == ["openaq:5", "openaq:6", ""]
    assert city("tashkent").networks["airgradient"]["same_as"]["163285"] == "openaq:4902926"


def test_a_link_by_name_stays_when_the_owner_renames_the_place(tmp_path: Any) -> None:
    store, same, now = open_store(str(tmp_path / "store")), {"Roof": "openaq:6"}, datetime(2026, 1, 10, 7, tzinfo=UTC)
    task = Task("airgradient", city("tashkent"), now - timedelta(hours=1), now)
    for name, linked in (("Roof", "openaq:6"), ("Renamed", "openaq:6"), ("Renamed again", "openaq:6")):
        answer = [place(8, locationName=name)]
        listed = conform_stations(airgradient.parse_stations(answer, "tashkent", same_as=same))
        assert not keep(store, Delivery(task, airgradient.parse(answer, "tashkent"), listed), now).error
        assert store.stations().set_index("station").same_as["airgradient:8"] == linked
    listed = conform_stations(airgradient.parse_stations(answer, "tashkent", same_as={}))  # taken out of the city file
    keep(store, Delivery(task, airgradient.parse(answer, "tashkent"), listed), now)
    assert store.stations().set_index("station").same_as["airgradient:8"] == ""


# --- SensorThings ------------------------------------------------------------------------------------------------


def stream(times: list[str], number: Any = 1, thing: Any = 7, quality: Any = None, **more: Any) -> dict[str, Any]:
    seen = [{"phenomenonTime": t, "result": 10.0 + i} | ({"resultQuality": quality} if quality else {})
            for i, t in enumerate(times)]  # fmt: skip
    fixed = {
        "name": f"Stream {number}", "unitOfMeasurement": {"symbol": "ug.m-3"}, "ObservedProperty": {"name": "PM10"},
        "Thing": {"@iot.id": thing, "name": "Example", "Locations": []}, "Observations": seen,
    }  # fmt: skip
    return fixed | ({} if number is None else {"@iot.id": number}) | more


@pytest.mark.parametrize(
    ("end", "minutes"),
    [("05:59:59Z", 60), ("05:59:59.999Z", 60), ("06:00:00Z", 60), ("06:00:01Z", 60), ("05:09:59Z", 10),
     ("05:00:00Z", 0)],
)  # fmt: skip
def test_a_length_is_a_whole_number_of_minutes(end: str, minutes: int) -> None:
    rows = door(sensorthings.parse({"value": [stream([f"2026-01-10T05:00:00Z/2026-01-10T{end}"])]}, "astana")).rows
    assert rows.minutes.tolist() == [minutes]


def test_a_day_but_a_second_is_a_day_and_what_ends_before_it_begins_is_rejected() -> None:
    times = ["2026-01-10T00:00:00Z/2026-01-10T23:59:59Z", "2026-01-10T05:00:00Z/2026-01-10T04:59:59Z",
             "2026-01-10T05:00:00Z/rubbish", "2026-01-10T05:00:00Z"]  # fmt: skip
    done = door(sensorthings.parse({"value": [stream(times)]}, "astana"))
    assert sorted(done.rows.minutes) == [0, 1440]
    assert done.rejects.reason.tolist() == ["no averaging minutes"] * 2


@pytest.mark.parametrize("named", [True, False], ids=["by number", "without one"])
def test_two_streams_of_one_thing_are_two_series_in_any_order(named: bool) -> None:
    hours = [f"2026-01-10T0{n}:00:00Z/2026-01-10T0{n + 1}:00:00Z" for n in range(3)]
    streams = [stream(hours, n if named else None, description=f"instrument {n}", name="PM10") for n in (10, 9, 101)]
    for n, one in enumerate(streams):
        for seen in one["Observations"]:
            seen["result"] += 100 * n
    found = []
    for seed in range(6):
        random.Random(seed).shuffle(streams)
        rows = door(sensorthings.parse({"value": streams}, "astana")).rows
        listed = sensorthings.parse_stations({"value": streams}, "astana")
        found.append(rows.groupby("station").value.apply(tuple).to_dict())
        assert set(listed.station) == set(rows.station)
        assert set(listed.loc[listed.station != "sensorthings:7", "same_as"]) == {"sensorthings:7"}
    assert len(found[0]) == 3
    assert all(f == found[0] for f in found)
    assert not named or set(found[0]) == {"sensorthings:7", "sensorthings:7.10", "sensorthings:7.101"}


def test_streams_of_two_quantities_or_two_things_are_left_as_they_are() -> None:
    hour = ["2026-01-10T05:00:00Z/2026-01-10T06:00:00Z"]
    streams = [stream(hour, 1), stream(hour, 2, ObservedProperty={"name": "PM2.5"}), stream(hour, 3, thing=8)]
    rows = door(sensorthings.parse({"value": streams}, "astana")).rows
    assert set(zip(rows.station, rows.parameter, strict=True)) == {
        ("sensorthings:7", "pm10"), ("sensorthings:7", "pm25"), ("sensorthings:8", "pm10"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "flag", "check"),
    [("1", "ok", ()), ("4", "ok", ()), ("-1", "invalid", ("network:not_valid",)),
     ("-99", "invalid", ("network:not_valid,maintenance",)), ("9", "suspect", ("network:validity,9",))],
)  # fmt: skip
def test_validity_is_read_by_the_vocabulary_and_a_new_code_is_named(code: str, flag: str, check: Any) -> None:
    address = f"http://dd.eionet.europa.eu/vocabulary/aq/observationvalidity/{code}"
    for quality in (address, {"resultQuality": address}, [{"code": address, "more": 1}]):
        row = door(sensorthings.parse({"value": [stream(["2026-01-10T05:00:00Z"], quality=quality)]}, "astana")).rows
        assert (row.flag[0], row.checks[0]) == (flag, check)


@pytest.mark.parametrize(
    ("quantity", "unit", "value"),
    [("Temperature", "degC", 10.0), ("PM10", "mg/m^3", 10_000.0), ("Relative Humidity", "%RH", 10.0),
     ("PM2.5", "µg m-3", 10.0), ("NO2", "µg·m⁻³", 10.0), ("PM10", "spoons", None)],
)  # fmt: skip
def test_units_come_in_the_spellings_of_their_servers(quantity: str, unit: str, value: float | None) -> None:
    said = stream(["2026-01-10T05:00:00Z"], ObservedProperty={"name": quantity}, unitOfMeasurement={"symbol": unit})
    done = door(sensorthings.parse({"value": [said]}, "astana"))
    assert done.rows.value.tolist() == ([value] if value is not None else [])
    assert len(done.rejects) == (value is None)


# --- FIRMS -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "check"),
    [("n", ()), ("h", ()), ("80", ()), ("l", ("network:low_confidence",)), ("12", ("network:low_confidence",)),
     ("x", ("network:validity_unknown",))],
)  # fmt: skip
def test_a_confidence_that_is_not_known_is_no_confidence(word: str, check: tuple[str, ...]) -> None:
    head = "latitude,longitude,bright_ti4,acq_date,acq_time,satellite,confidence,version,frp"
    rows = door(firms.parse(f"{head}\n41.3,69.2,330,2026-01-10,45,N,{word},2.0,4.5".encode())).rows
    assert (rows.checks.tolist(), rows.flag.tolist()) == ([check], ["suspect" if check else "ok"])


# --- METAR -------------------------------------------------------------------------------------------------------


def report(raw: str, speed: int = 5, received: str | None = "2026-01-10T06:05:00Z", **more: Any) -> dict[str, Any]:
    fixed = {"icaoId": "UTTT", "obsTime": 1768024800, "wspd": speed, "wdir": 90, "temp": 1, "rawOb": raw}
    return fixed | {"receiptTime": received} | more


PLAIN, COR = "METAR UTTT 100600Z 09005KT 5000 HZ", "METAR COR UTTT 100600Z 09005KT 5000 HZ"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (report(COR, 7, "2026-01-10T06:20:00Z"), report(PLAIN, 16, "2026-01-10T06:02:00Z")),
        (report("METAR UTTT 100600Z COR 09005KT", 7, None), report(PLAIN, 16, None)),
        (report("METAR CYXX 100600Z CCA 09005KT", 7, None), report(PLAIN, 16, "2026-01-10T06:30:00Z")),
        (report(COR, 7, "2026-01-10T06:05:00Z"), report(PLAIN, 16, "2026-01-10T06:30:00Z", wgst=30)),
        (report(PLAIN, 7, "2026-01-10T06:20:00Z"), report(PLAIN, 16, "2026-01-10T06:02:00Z", obsTime="1768024800")),
        (report(COR, 7, "2026-01-10T06:30:00Z"), report(COR, 16, "2026-01-10T06:20:00Z")),
    ],
    ids=["by word", "after the time", "Canada's", "before a late copy", "by receipt", "of two corrections"],
)
def test_of_reports_with_one_time_one_speaks_whole(first: dict[str, Any], second: dict[str, Any]) -> None:
    for answer in ([first, second], [second, first]):
        done = door(metar.parse(answer, "tashkent"))
        assert done.rows.set_index("parameter").raw_value.to_dict() == {
            "wind_speed": 7, "wind_direction": 90, "temperature": 1,
        }  # fmt: skip
        assert set(done.rejects.reason) == {metar.REPLACED}


def test_where_nothing_tells_reports_apart_the_first_listed_is_the_newest() -> None:
    rows = door(metar.parse([report(PLAIN, 7, None), report(PLAIN, 16, None)], "tashkent")).rows
    assert rows.set_index("parameter").raw_value["wind_speed"] == 7


def test_a_remark_corrects_nothing() -> None:
    late = report(f"{PLAIN} RMK COR SLP", 16, "2026-01-10T06:02:00Z")
    rows = door(metar.parse([late, report(PLAIN, 7, "2026-01-10T06:20:00Z")], "tashkent")).rows
    assert rows.set_index("parameter").raw_value["wind_speed"] == 7


@pytest.mark.parametrize(
    ("words", "code"),
    [("VCDS", 9), ("VCSS", 9), ("VCBLDU", 7), ("FZFG", 49), ("BCFG", 41), ("PRFG", 44), ("MIFG", 12), ("VCFG", 40),
     ("FG", 45), ("+DS", 34), ("-SN BR", 10), ("FZFG VCSS", 9), ("+BLDU", 7), ("DS FG", 31), ("HZ BR", 10)],
)  # fmt: skip
def test_weather_of_dust_and_fog_has_its_number(words: str, code: int) -> None:
    rows = door(metar.parse([report(PLAIN, wxString=words)], "tashkent")).rows
    assert rows.set_index("parameter").value["present_weather"] == code


@pytest.mark.parametrize("words", ["", "-SN", "XXFG", "DSX", "//", "VCSH", "NSW", "TSRA", None])
def test_weather_that_the_centre_does_not_know_makes_no_value(words: str | None) -> None:
    assert "present_weather" not in set(metar.parse([report(PLAIN, wxString=words)], "tashkent").parameter)


# --- WIS2 --------------------------------------------------------------------------------------------------------

AT = "2026-01-10T06:00:00Z"


def old(name: str, value: Any, unit: str, time: str = AT, station: str = "0-20000-0-99999") -> dict[str, Any]:
    said = {"wigos_station_identifier": station, "name": name, "value": value, "units": unit, "phenomenonTime": time,
            "reportTime": AT}  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [71.4, 51.1, 350]}, "properties": said}


def new(name: str, value: Any, unit: str, time: str = AT, station: str = "0-20000-0-99999") -> dict[str, Any]:
    said = {"host": station, "observedProperty": name, "phenomenonTime": time, "resultTime": "2026-01-10 06:10",
            "result": {"value": value, "units": unit, "standardUncertainty": None}}  # fmt: skip
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [71.4, 51.1, 350]}, "properties": said}


def answered(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.mark.parametrize("said", [old, new], ids=["0.6", "0.7"])
def test_both_decoders_say_the_same(said: Any) -> None:
    hour = "2026-01-10T05:00:00Z/2026-01-10T06:00:00Z"
    answer = answered(
        said("air_temperature", 268.15, "K"), said("relative_humidity", 71, "%"), said("wind_speed", 3, "m s-1", hour),
        said("dewpoint_temperature", 264.0, "K"), said("station_or_site_name", 1, "Numeric"),
    )  # fmt: skip
    done = door(wis2.parse(answer, "astana"))
    rows = done.rows.set_index("parameter")
    assert rows.value.round(2).to_dict() == {"relative_humidity": 71, "temperature": -5, "wind_speed": 3}
    assert (rows.minutes["wind_speed"], len(done.rejects), set(rows.station)) == (60, 0, {"wis2:0-20000-0-99999"})
    assert rows.checks["relative_humidity"] == ()  # measured
    assert wis2.parse_stations(answer, "astana").station.tolist() == ["wis2:0-20000-0-99999"]


@pytest.mark.parametrize(
    ("air", "dew", "unit", "humidity"),
    [
        (8.0, 3.0, "Celsius", 70.7),
        (281.15, 276.15, "K", 70.7),
        (-20.0, -23.0, "Celsius", 77.0),
        (30, 30, "Celsius", 100),
    ],
)
def test_humidity_comes_from_the_dew_point_and_says_so(air: float, dew: float, unit: str, humidity: float) -> None:
    answer = answered(old("air_temperature", air, unit), old("dewpoint_temperature", dew, unit))
    row = door(wis2.parse(answer, "astana")).rows.set_index("parameter").loc["relative_humidity"]
    assert row.value == pytest.approx(humidity, abs=0.1)
    assert (row.raw_value, row.raw_unit, row.flag) == (dew, unit, "ok")
    assert checks.names(row.checks) == ("derived",)
    told = [float(f) for f in checks.figures(row.checks[0])]
    assert row.value == pytest.approx(float(relative_humidity(told[1], told[0])))


def test_humidity_is_derived_station_by_station_and_time_by_time() -> None:
    air, dew = partial(old, "air_temperature"), partial(old, "dewpoint_temperature")
    later = "2026-01-10T09:00:00Z"
    answer = answered(
        air(8, "Celsius"), old("relative_humidity", 55, "%"), dew(3, "Celsius"),
        air(9, "Celsius", later), dew(3, "Celsius", later),
        dew(3, "Celsius", AT, "0-1-0-1"), air(8, "Celsius", later, "0-1-0-1"),
        air(-60, "Celsius", AT, "0-1-0-2"), dew(-62, "Celsius", AT, "0-1-0-2"),
        air(8, "Celsius", AT, "0-1-0-3"), dew(3, "spoons", AT, "0-1-0-3"),
        air(None, "Celsius", AT, "0-1-0-4"), dew(3, "Celsius", AT, "0-1-0-4"),
    )  # fmt: skip
    rows = door(wis2.parse(answer, "astana")).rows
    humid = rows[rows.parameter == "relative_humidity"].set_index("start")
    assert humid.value.round(1).tolist() == [55.0, 66.1]
    assert [checks.names(c) for c in humid.checks] == [(), ("derived",)]


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (4, 4),
        (7, 7),
        (45, 45),
        (0, 0),
        (98, 98),
        (131, 41),
        (135, 49),
        (110, 10),
        (206, 6),
        (208, 7),
        ({"entry": "31"}, 31),
    ],
)
def test_present_weather_has_its_number_of_table_4677(code: Any, number: int) -> None:
    rows = door(wis2.parse(answered(new("present_weather", code, "CODE TABLE")), "astana")).rows
    assert rows.set_index("parameter").value["present_weather"] == number


@pytest.mark.parametrize("code", [105, 199, 250, 7.5, -1, 300])
def test_a_weather_code_without_a_counterpart_is_counted_and_makes_no_value(code: Any) -> None:
    done = door(
        wis2.parse(answered(old("present_weather", code, "CODE TABLE"), old("air_temperature", 1, "K")), "astana")
    )
    assert done.rows.parameter.tolist() == ["temperature"]
    assert done.rejects.reason.tolist() == ["weather code without a counterpart in WMO table 4677"]


def test_a_report_of_no_weather_makes_no_row() -> None:
    done = door(
        wis2.parse(answered(old("present_weather", 508, "CODE TABLE"), old("air_temperature", 1, "K")), "astana")
    )
    assert (done.rows.parameter.tolist(), len(done.rejects)) == (["temperature"], 0)


def test_pages_come_sorted_and_by_the_address_the_answer_names(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def page(request: Request) -> Response:
        asked.append(request.args.to_dict())
        token = request.args.get("token", "")
        links = {"": "t2", "t2": "t3"}.get(token)
        said = answered(old("air_temperature", 1 + len(asked), "Celsius", f"2026-01-10T0{len(asked)}:00:00Z"))
        more = (
            [{"rel": "next", "href": f"https://elsewhere.example/items?token={links}&limit=9&f=html"}] if links else []
        )
        return stand_in.as_json(said | {"links": more})

    httpserver.expect_request(re.compile("/oapi/.*")).respond_with_handler(page)
    monkeypatch.setenv("CLEANAIR_WIS2_URL", httpserver.url_for("").rstrip("/"))
    since = datetime(2026, 1, 10, tzinfo=UTC)
    rows = SOURCES["wis2"]().fetch(city("astana"), since, since + timedelta(days=1))
    assert rows.raw_value.tolist() == [2, 3, 4]
    assert [q.get("token") for q in asked] == [None, "t2", "t3"]
    assert {(q["sortby"], q["limit"], q["f"]) for q in asked} == {("-reportTime", "500", "json")}
