"""The traps of agencies', indices' and satellites' answers, on synthetic payloads of the recorded shape."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from data.city import City, cities, city
from data.inventory.inventory import COLUMNS, VARIABLE
from data.schema import Conformed, conform, conform_stations
from data.store import Store
from jobs.attribution.inputs import gather
from sources import SOURCES, airnow, cams_ads, firms, iqair, purpleair, sensorthings, uzhydromet, waqi, wis2
from sources.base import BadPayload, Denied, Gone, RateLimited, Unavailable
from sources.credits import credit, redistributable
from sources.network import INDEX
from tests import stand_in

PAYLOADS = Path(__file__).parents[1] / "payloads"
KNOWN = datetime(2026, 11, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
NEW = (airnow, cams_ads, firms, iqair, purpleair, sensorthings, uzhydromet, waqi, wis2)


def payload(name: str) -> Any:
    path = PAYLOADS / name
    return json.loads(path.read_text("utf-8")) if path.suffix == ".json" else path.read_bytes()


def door(rows: pd.DataFrame) -> Conformed:
    return conform(rows, KNOWN)


def asked(network: str, server: HTTPServer, monkeypatch: pytest.MonkeyPatch, key: str = "SECRET-KEY-123") -> Any:
    monkeypatch.setenv(f"CLEANAIR_{network.upper()}_URL", server.url_for(""))
    if SOURCES[network].key:
        monkeypatch.setenv(SOURCES[network].key, key)
    made = SOURCES[network]()
    made.client.sleep = lambda _: None  # type: ignore[attr-defined]
    return made


# --- indices are no concentrations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "name", "rejected"),
    [(waqi, "waqi/good.json", 3), (iqair, "iqair/city.json", 1), (airnow, "airnow/observation_2026.json", 1)],
)
def test_an_index_is_counted_and_never_stored(module: Any, name: str, rejected: int) -> None:
    rows = module.parse(payload(name), "tashkent")
    assert (rows.raw_unit == INDEX).sum() == rejected
    done = door(rows)
    assert not set(done.rows.parameter) & {"pm25", "pm10", "no2", "so2", "o3", "co"}
    assert done.rejects.reason.tolist() == ["unit does not fit the parameter"] * rejected


@pytest.mark.parametrize("network", ["waqi", "iqair", "purpleair", "uzhydromet"])
def test_what_may_not_be_passed_on_is_not(network: str) -> None:
    assert not credit(network).may_redistribute
    assert not redistributable(network)


def test_what_may_be_passed_on_is() -> None:
    assert redistributable("wis2", "WMO core data")
    assert redistributable("firms", "open data of NASA")
    assert redistributable("cams_ads", "")
    assert redistributable("airnow", "US Public Domain")
    assert not redistributable("sensorthings", "")
    assert redistributable("sensorthings", "CC BY 4.0")


# --- WAQI --------------------------------------------------------------------------------------------------------


def test_waqi_time_is_the_one_with_its_zone() -> None:
    rows = door(waqi.parse(payload("waqi/good.json"), "tashkent")).rows
    assert set(rows.start) == {pd.Timestamp("2026-01-10T00:00Z")}
    assert door(waqi.parse(payload("waqi/no_index.json"))).rows.station.tolist() == ["waqi:-831730"]


def test_waqi_says_its_errors_with_status_200() -> None:
    for words in ("Unknown station", "Unknown ID", "no such station"):
        for name in ("data", "msg", "message"):
            with pytest.raises(Gone, match="city file"):
                waqi.parse({"status": "error", name: words})
    with pytest.raises(Denied, match="WAQI_TOKEN"):
        waqi.parse({"status": "error", "data": "Invalid key"})
    with pytest.raises(RateLimited):
        waqi.parse({"status": "error", "data": "Over quota"})
    with pytest.raises(BadPayload, match="something new"):
        waqi.parse({"status": "error", "msg": "something new"})


def test_waqi_asks_the_stations_of_the_city_file_or_all_in_the_box(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/feed/@14722/").respond_with_json(payload("waqi/good.json"))
    made = asked("waqi", httpserver, monkeypatch)
    assert len(made.fetch(city("tashkent"), SINCE, UNTIL)) == 5
    assert len(made.stations(city("tashkent"))) == 1
    bare = City(**{**city("tashkent").__dict__, "networks": {"waqi": {}}})
    httpserver.expect_request("/map/bounds/").respond_with_json(payload("waqi/bounds.json"))
    httpserver.expect_request("/feed/@814722/").respond_with_json(payload("waqi/good.json"))
    httpserver.expect_request("/feed/A831730/").respond_with_json(payload("waqi/unknown.json"))
    assert len(made.fetch(bare, SINCE, UNTIL)) == 5


# --- IQAir -------------------------------------------------------------------------------------------------------


def test_iqair_keeps_concentrations_of_particles_only() -> None:
    done = door(iqair.parse(payload("iqair/station.json"), "tashkent"))
    values = done.rows.set_index("parameter").value
    assert (values["pm25"], values["pm10"], values["temperature"]) == (74.5, 112.0, -3.0)
    assert done.rejects.excerpt.str.contains("no2").tolist() == [True]  # its unit is not stated
    assert conform_stations(iqair.parse_stations(payload("iqair/station.json"))).lat.tolist() == [41.32]


@pytest.mark.parametrize(
    ("said", "error"),
    [("incorrect_api_key", Denied), ("Forbidden", Denied), ("call_limit_reached", RateLimited), ("odd", BadPayload)],
)
def test_iqair_errors(said: str, error: type[Exception]) -> None:
    with pytest.raises(error, match="iqair"):
        iqair.parse({"status": "fail", "data": {"message": said}})
    assert not len(iqair.parse(payload("iqair/no_station.json")))


# --- PurpleAir ---------------------------------------------------------------------------------------------------


def test_purpleair_channels_that_disagree_are_suspect() -> None:
    rows = door(purpleair.parse(payload("purpleair/good.json"), "tashkent")).rows
    told = rows[rows.parameter == "pm25"].set_index("station")
    assert told.flag.to_dict() == {
        "purpleair:910075": "ok", "purpleair:910076": "suspect", "purpleair:910077": "suspect",
    }  # fmt: skip
    assert told.checks["purpleair:910076"] == ("channels:14.0,80.0",)
    assert set(rows[rows.parameter == "pressure"].flag) == {"ok"}
    assert set(rows.kind) == {"indicative"}


def test_purpleair_columns_come_in_the_answers_own_order_and_rooms_are_left_out() -> None:
    answer = payload("purpleair/good.json")
    order = sorted(range(len(answer["fields"])), key=lambda i: answer["fields"][i])
    turned = {**answer, "fields": [answer["fields"][i] for i in order]}
    turned["data"] = [[row[i] for i in order] for row in answer["data"]]
    a, b = (door(purpleair.parse(x)).rows for x in (answer, turned))
    pd.testing.assert_frame_equal(a, b)
    assert "purpleair:910078" not in set(a.station)
    assert not set(purpleair.PARAMETERS.values()) & {"relative_humidity", "temperature"}


# --- AirNow ------------------------------------------------------------------------------------------------------


def test_airnow_hours_begin_at_their_stamp_and_999_is_no_value() -> None:
    done = door(airnow.parse(payload("airnow/hours.json"), "tashkent"))
    pm = done.rows[done.rows.parameter == "pm25"]
    assert pm.value.tolist() == [68.0, 71.0]
    assert pm.start.iloc[0] == pd.Timestamp("2026-01-10T00:00Z")
    assert done.rejects.reason.tolist() == ["no value"]
    renamed = door(airnow.parse(payload("airnow/hours_2026_spelling.json"))).rows
    assert renamed.value.tolist() == [101.0]


def test_airnow_current_observations_of_2026_have_their_local_hour() -> None:
    rows = airnow.parse(payload("airnow/observation_2026.json"))
    assert rows.start.tolist() == [pd.Timestamp("2026-01-09T23:00Z")]


def test_airnow_refusals() -> None:
    with pytest.raises(Denied, match="AIRNOW_API_KEY"):
        airnow.parse(payload("airnow/invalid_key.json"))
    assert not any("airnow" in c.networks for c in cities().values())  # its embassies' monitors are gone


# --- Uzhydromet --------------------------------------------------------------------------------------------------


def test_uzhydromet_values_are_of_a_day_and_suspect() -> None:
    done = door(uzhydromet.parse(payload("uzhydromet/good.json"), "tashkent", city("tashkent").box))
    rows = done.rows
    one = rows[(rows.station == "uzhydromet:9107") & (rows.parameter == "pm25")].iloc[0]
    assert (one.value, one.raw_value, one.raw_unit, one.minutes) == (pytest.approx(61.0), 0.061, "mg/m3", 1440)
    assert one.start == pd.Timestamp("2026-01-09T19:00Z")  # midnight in Tashkent
    assert set(rows.flag) == {"suspect"}
    assert "uzhydromet:9724" not in set(rows.station)  # another city
    assert sorted(done.rejects.reason) == ["no start time", "no value"]


def test_uzhydromet_old_days_drop_out(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request("/api/maps").respond_with_json(payload("uzhydromet/good.json"))
    rows = asked("uzhydromet", httpserver, monkeypatch).fetch(city("tashkent"), SINCE, UNTIL)
    assert "uzhydromet:9728" not in set(rows.station)
    listed = conform_stations(uzhydromet.parse_stations(payload("uzhydromet/good.json"), "tashkent"))
    assert listed.set_index("station").name_ru["uzhydromet:9107"] == "Пример, Ташкент"


# --- WIS2 --------------------------------------------------------------------------------------------------------


def test_wis2_reads_the_unit_and_the_time_of_each_feature() -> None:
    done = door(wis2.parse(payload("wis2/good.json"), "astana"))
    rows = done.rows.set_index(["station", "parameter"])
    assert rows.value["wis2:0-20000-0-99188", "temperature"] == pytest.approx(-14.5)
    assert rows.value["wis2:0-20000-0-99189", "temperature"] == -13.9
    assert rows.value["wis2:0-20000-0-99188", "pressure"] == pytest.approx(981.2)
    assert rows.minutes["wis2:0-20000-0-99188", "wind_speed"] == 10
    assert rows.minutes["wis2:0-20000-0-99188", "precipitation"] == 360
    assert sorted(done.rejects.reason) == ["no averaging minutes", "no value"]  # a sum without its time


def test_wis2_goes_on_to_the_last_page(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    good = payload("wis2/good.json")

    def page(request: Request) -> Response:
        first = request.args["offset"] == "0"
        links = [{"rel": "next", "href": "x"}] if first else []
        return stand_in.as_json(
            {**good, "features": good["features"][:6] if first else good["features"][6:], "links": links}
        )

    httpserver.expect_request(re.compile("/oapi/.*")).respond_with_handler(page)
    rows = asked("wis2", httpserver, monkeypatch).fetch(city("astana"), SINCE, UNTIL)
    assert len(rows) == 9  # ten features, of which one is not kept


# --- FIRMS -------------------------------------------------------------------------------------------------------


def test_firms_pads_times_and_reads_both_kinds_of_file() -> None:
    area = door(firms.parse(payload("firms/area_viirs.csv"), "tashkent"))
    assert area.rows.start.min() == pd.Timestamp("2026-01-10T00:45Z")
    assert area.rejects.reason.tolist() == ["no station"] or area.rejects.reason.tolist() == ["no value"]
    public = door(firms.parse(payload("firms/regional.csv"), "tashkent", (40.5, 68.3, 42.1, 70.3))).rows
    assert public[["value", "kind", "minutes"]].to_numpy().tolist() == [[2.02, "model", 0]]


def test_firms_static_heat_and_low_confidence_are_suspect() -> None:
    modis = door(firms.parse(payload("firms/area_modis_sp.csv"))).rows.set_index("value")
    assert modis.flag.to_dict() == {7.9: "ok", 5.1: "suspect", 9.4: "suspect"}
    plant = firms.parse(payload("firms/area_viirs.csv"), "tashkent", sites=[(41.3822, 69.3677)])
    assert plant[plant.raw_value == 11.8].checks.tolist() == [(firms.SITE,)]


def test_firms_with_and_without_a_key(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firms, "now", lambda: datetime(2026, 1, 10, 12, tzinfo=UTC))
    paths: list[str] = []

    def answer(request: Request) -> Response:
        paths.append(request.path)
        return Response(payload("firms/area_viirs.csv") if "/api/" in request.path else payload("firms/regional.csv"))

    httpserver.expect_request(re.compile(".*")).respond_with_handler(answer)
    made = asked("firms", httpserver, monkeypatch, key="")
    assert made.missing() is None
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    rows = made.fetch(city("tashkent"), moment, moment + timedelta(hours=12))
    assert set(rows.station) == {"firms:N20:41.215_69.112"}
    assert paths[0] == "/data/active_fire/noaa-20-viirs-c2/csv/J1_VIIRS_C2_Russia_Asia_24h.csv"
    made.fetch(city("astana"), moment, moment + timedelta(hours=12))
    assert len(paths) == 4  # one file a product serves both cities
    listed = conform_stations(made.stations(city("tashkent")))
    assert listed.lat.tolist() == [41.21534]
    keyed = asked("firms", httpserver, monkeypatch, key="K")
    keyed.fetch(city("tashkent"), moment, moment + timedelta(hours=12))
    assert paths[4] == "/api/area/csv/K/VIIRS_NOAA20_NRT/68.300,40.450,70.350,42.150/1/2026-01-10"


@pytest.mark.parametrize(
    ("cells", "hot"),
    [
        ({"category": "industry", "subtype": "metal", "status": "active"}, True),
        ({"category": "industry", "subtype": "metal", "status": "planned"}, False),
        ({"category": "fire", "subtype": "landfill", "status": "active"}, False),
    ],
)
def test_firms_takes_only_standing_plants_for_static_heat(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cells: dict[str, str], hot: bool
) -> None:
    row = dict.fromkeys(COLUMNS, "") | {"site": "a", "name_en": "A", "reference": "permit 12"} | cells
    row |= {"lat": "41.3822", "lon": "69.3677", "coord_quality": "plant"}
    (tmp_path / "tashkent.csv").write_text(f"{','.join(row)}\n{','.join(row.values())}\n", "utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(firms, "now", lambda: datetime(2026, 1, 10, 12, tzinfo=UTC))
    httpserver.expect_request(re.compile(".*")).respond_with_data(payload("firms/area_viirs.csv"))
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    rows = asked("firms", httpserver, monkeypatch).fetch(city("tashkent"), moment, moment + timedelta(days=1))
    assert rows[rows.raw_value == 11.8].checks.tolist()[0] == ((firms.SITE,) if hot else ())


def test_firms_refuses_a_wrong_key_by_its_name(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data("Invalid MAP_KEY.", 400)
    with pytest.raises(Denied, match="FIRMS_MAP_KEY") as caught:
        asked("firms", httpserver, monkeypatch).fetch(city("tashkent"), SINCE, UNTIL)
    assert "SECRET" not in str(caught.value)


def test_hot_spots_reach_the_attribution_without_static_heat(store: Store) -> None:
    at = datetime(2026, 1, 10, tzinfo=UTC)
    end = at + timedelta(hours=12)
    assert gather(store, "tashkent", at, end).hotspots is None
    rows = firms.parse(payload("firms/area_modis_sp.csv"), "tashkent")
    store.put_stations(conform_stations(firms.parse_stations(payload("firms/area_modis_sp.csv"), "tashkent")), end)
    store.append(conform(rows, end).rows)
    found = gather(store, "tashkent", at, end).hotspots
    assert found is not None
    assert found[["lat", "lon", "frp_mw"]].to_numpy().tolist() == [[41.301, 69.401, 7.9]]


def test_a_feed_without_fires_is_no_missing_feed(store: Store) -> None:
    at = datetime(2026, 1, 10, tzinfo=UTC)
    store.put_status("firms", "tashkent", succeeded=at + timedelta(hours=1), attempted=at, error="")
    found = gather(store, "tashkent", at, at + timedelta(hours=12)).hotspots
    assert found is not None
    assert not len(found)


# --- CAMS through ADS --------------------------------------------------------------------------------------------


def test_cams_reads_classic_and_zipped_files_in_their_units() -> None:
    done = door(cams_ads.parse(payload("cams_ads/classic.nc"), "tashkent", (41.31, 69.28)))
    pm = done.rows[done.rows.parameter == "pm25"]
    assert pm.value.tolist() == pytest.approx([24.0, 33.0, 42.0])  # the fourth is the file's mark of no value
    assert pm.start.iloc[0] == pd.Timestamp("2026-01-10T00:00Z")
    assert done.rejects.reason.tolist() == ["no value"]
    assert set(done.rows.station) == {"cams_ads:41.3_69.3"}
    pytest.importorskip("h5py", reason="the extra cams is not installed")
    zipped = door(cams_ads.parse(payload("cams_ads/zipped.zip"), "tashkent")).rows
    assert zipped.value.tolist() == pytest.approx([60.0, 69.0, 78.0, 87.0], rel=1e-5)


def test_cams_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADS_API_KEY", raising=False)
    assert "ADS_API_KEY" in str(cams_ads.CamsAds().missing())
    monkeypatch.setenv("ADS_API_KEY", "x")
    monkeypatch.setattr(cams_ads, "EXTRA", ("no_such_package_here",))
    assert "no_such_package_here" in str(cams_ads.CamsAds().missing())
    with pytest.raises(Denied, match=r"\[cams\]"):
        cams_ads._extra("no_such_package_here")


def test_cams_waits_in_the_queue_and_gives_up(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cdsapi", reason="the extra cams is not installed")
    job = {"jobID": "1", "status": "accepted", "links": [{"rel": "monitor", "href": httpserver.url_for("/j/1")}]}
    httpserver.expect_request(re.compile(".*/execution")).respond_with_json(job, 201)
    httpserver.expect_request(re.compile("/j/1")).respond_with_json({"jobID": "1", "status": "running", "links": []})
    httpserver.expect_request(re.compile(".*")).respond_with_json({"id": "x", "messages": [], "links": []})
    made = asked("cams_ads", httpserver, monkeypatch)
    slept: list[float] = []
    made.client.sleep = lambda _: slept.append(500.0)
    made.client.tick = lambda: sum(slept)
    with pytest.raises(Unavailable, match="queue"):
        made.fetch(city("tashkent"), SINCE, UNTIL)


def test_cams_asks_the_newest_run_or_the_first_hours_of_each() -> None:
    at = datetime(2026, 1, 10, 23, tzinfo=UTC)
    live = cams_ads.request(city("astana"), at - timedelta(hours=12), at + timedelta(hours=100), at)
    assert (live["date"], live["time"]) == ("2026-01-10/2026-01-10", ["12:00"])
    past = cams_ads.request(city("astana"), datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 11, tzinfo=UTC), at)
    assert (past["date"], past["time"], len(past["leadtime_hour"])) == ("2025-03-01/2025-03-10", ["00:00", "12:00"], 12)


# --- SensorThings ------------------------------------------------------------------------------------------------


def test_sensorthings_units_validity_and_unknown_quantities() -> None:
    done = door(sensorthings.parse(payload("sensorthings/good.json"), "astana"))
    rows = done.rows.set_index(["parameter", "start"])
    first, second = (pd.Timestamp(f"2026-01-10T0{n}:00Z") for n in (0, 1))
    assert rows.value["co", first] == 610.0
    assert (rows.flag["pm25", first], rows.flag["pm25", second]) == ("ok", "invalid")
    assert rows.minutes["pm25", first] == 60
    assert sorted(done.rejects.reason) == ["no value", "unknown parameter"]
    assert set(done.rows.kind) == {"indicative"}


def test_sensorthings_follows_links_of_its_server_alone(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = payload("sensorthings/good.json")
    more = {"value": [{"@iot.id": 9, "phenomenonTime": "2026-01-10T05:00:00Z/2026-01-10T06:00:00Z", "result": 36.0}]}
    good["value"][0]["Observations@iot.nextLink"] = httpserver.url_for("/v1.1/Datastreams(1)/Observations?$skip=3")
    monkeypatch.setenv("CLEANAIR_SENSORTHINGS_URL", httpserver.url_for("/v1.1"))
    httpserver.expect_request("/v1.1/Datastreams").respond_with_json(good)
    httpserver.expect_request("/v1.1/Datastreams(1)/Observations").respond_with_json(more)
    rows = SOURCES["sensorthings"]().fetch(city("astana"), SINCE, UNTIL)
    assert 36.0 in set(rows.raw_value)
    good["@iot.nextLink"] = "http://elsewhere.example/v1.1/Datastreams?$skip=100"
    httpserver.clear()
    httpserver.expect_request("/v1.1/Datastreams").respond_with_json(good)
    with pytest.raises(BadPayload, match="another server"):
        SOURCES["sensorthings"]().fetch(city("astana"), SINCE, UNTIL)


@pytest.mark.parametrize("module", NEW, ids=lambda m: m.__name__.split(".")[1])
def test_no_answer_is_repeated_in_an_error(module: Any) -> None:
    """A network may echo our key in its answer."""
    for junk in ({"odd": "SECRET-KEY-123"}, ["SECRET-KEY-123"], "SECRET-KEY-123", b"SECRET-KEY-123"):
        with pytest.raises((BadPayload, Denied)) as caught:
            module.parse(junk)
        assert "SECRET" not in str(caught.value)
