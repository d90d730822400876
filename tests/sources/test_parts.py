"""One part's trouble is its own: what came is kept, what failed is named, pointless questions are not put."""

import gzip
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from data.city import City, city
from sources import SOURCES, airdata_kz, parts
from sources.base import BadPayload, Denied, Gone, Late, RateLimited, SourceError, Unavailable, Unreached
from sources.parts import POINTLESS, each
from tests import stand_in

SINCE = datetime(2026, 1, 10, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=6)
HOUR = timedelta(hours=1)
ERRORS: dict[str, SourceError] = {
    "away": Unavailable("sources.http.failed", network="n", where="w", code=500, said="x"),
    "gone": Gone("sources.answer.gone", network="n"),
    "odd": BadPayload("sources.answer.gone", network="n"),
    "late": Late("sources.http.late", network="n", where="w"),
    "unreached": Unreached("sources.http.unreached", network="n", where="w"),
    "denied": Denied("sources.setup.key_refused", network="n", parameter="N_KEY"),
    "limited": RateLimited("sources.answer.used_up", network="n", retry_after=77.0),
}


def rows_of(name: str) -> pd.DataFrame:
    return pd.DataFrame({"station": [name], "start": [SINCE]})


# --- the walk ----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ERRORS, "well", "well", "empty", "crash"]), max_size=12))
def test_rows_are_those_of_the_parts_that_answered_and_the_failed_are_exact(fates: list[str]) -> None:
    asked: list[str] = []

    def get(what: tuple[str, str], _: datetime) -> pd.DataFrame:
        name, fate = what
        asked.append(name)
        if fate == "crash":
            raise ZeroDivisionError
        if fate in ERRORS:
            raise ERRORS[fate]
        return rows_of(name) if fate == "well" else pd.DataFrame()

    parts = [(f"p{i}", (f"p{i}", fate)) for i, fate in enumerate(fates)]
    good = {"well", "empty"}
    try:
        answer = each("n", parts, get, SINCE)
    except SourceError:
        assert not any(fates[int(name[1:])] in good for name in asked)
        assert asked
        return
    put = {name: fates[int(name[1:])] for name in asked}
    assert answer.asked == len(parts)
    assert (list(answer.rows["station"]) if len(answer.rows) else []) == [n for n in asked if put[n] == "well"]
    failed = {f.part: f for f in answer.failed}
    assert len(failed) == len(answer.failed)
    assert set(failed) == {name for name, _ in parts} - {n for n in asked if put[n] in good}
    assert all(f.since == SINCE for f in answer.failed)
    assert asked == [name for name, _ in parts][: len(asked)]  # nothing is asked twice


@pytest.mark.parametrize(("fate", "kind"), [("limited", RateLimited), ("denied", Denied), ("unreached", Unreached)])
def test_more_asking_is_pointless(fate: str, kind: type[SourceError]) -> None:
    asked: list[str] = []

    def get(name: str, _: datetime) -> pd.DataFrame:
        asked.append(name)
        if name == "0":
            return rows_of(name)
        raise ERRORS[fate]

    answer = each("n", [(str(i), str(i)) for i in range(20)], get, SINCE)
    assert len(asked) == 1 + POINTLESS[kind]
    assert {f.part for f in answer.failed} == {str(i) for i in range(1, 20)}
    assert all(isinstance(f.error, kind) for f in answer.failed)


def test_parts_that_are_behind_are_asked_first_and_from_their_own_moment() -> None:
    asked: list[tuple[str, datetime]] = []

    def get(name: str, start: datetime) -> pd.DataFrame:
        asked.append((name, start))
        return rows_of(name)

    behind = {"c": SINCE - timedelta(days=2), "b": SINCE + HOUR}
    each("n", [(n, n) for n in "abc"], get, SINCE, behind)
    assert asked == [("b", SINCE), ("c", SINCE - timedelta(days=2)), ("a", SINCE)]


def test_a_walk_that_somebody_waits_for_ends_with_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(parts.time, "monotonic", lambda: clock[0])

    def slow(name: str, _: datetime) -> pd.DataFrame:
        clock[0] += 100
        return rows_of(name)

    answer = each("n", [(n, n) for n in "abcdef"], slow, SINCE, within=250.0)
    assert list(answer.rows["station"]) == ["a", "b", "c"]
    assert [f.part for f in answer.failed] == ["d", "e", "f"]
    assert all("250 s" in str(f.error) for f in answer.failed)
    again = each("n", [(n, n) for n in "abcdef"], slow, SINCE, {f.part: SINCE for f in answer.failed}, 250.0)
    assert list(again.rows["station"]) == ["d", "e", "f"]
    clock[0] = 0.0
    assert each("n", [("a", "a")], lambda n, s: slow(n, s), SINCE, within=0.0).asked == 1  # the first is always asked


# --- networks over loopback --------------------------------------------------------------------------------------


def made(network: str, server: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(f"CLEANAIR_{network.upper()}_URL", server.url_for(""))
    if SOURCES[network].key:
        monkeypatch.setenv(SOURCES[network].key, "SECRET-KEY-123")
    source = SOURCES[network]()
    source.client.sleep = lambda _: None  # type: ignore[attr-defined]
    source.client.quota = None  # type: ignore[attr-defined]
    return source


def place(**networks: Any) -> City:
    return City(**{**city("tashkent").__dict__, "networks": networks})


def as_json(data: Any, status: int = 200) -> Response:
    return stand_in.as_json(data, status)


TROUBLE = {
    "unknown": lambda: as_json({"status": "error", "msg": "Unknown ID"}),
    "html": lambda: Response("<html>busy</html>"),
    "500": lambda: Response("x", 500),
    "404": lambda: Response("x", 404),
    "shape": lambda: as_json({"status": "ok", "data": {"idx": 7}}),
}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(1, 99_999), st.sampled_from([*TROUBLE, "well", "well"]), min_size=1, max_size=8))
def test_waqi_keeps_the_stations_that_answer(httpserver: HTTPServer, fates: dict[int, str]) -> None:
    def answer(request: Request) -> Response:
        number = int(re.search(r"@(\d+)", request.path).group(1))  # type: ignore[union-attr]
        if fates[number] != "well":
            return TROUBLE[fates[number]]()
        iaqi = {"pm25": {"v": 60}, "t": {"v": number % 40}}
        return as_json(
            {"status": "ok", "data": {"idx": number, "iaqi": iaqi, "time": {"iso": "2026-01-10T06:00:00+05:00"}}}
        )

    with pytest.MonkeyPatch.context() as patch:
        httpserver.clear()
        httpserver.expect_request(re.compile("/feed/.*")).respond_with_handler(answer)
        source = made("waqi", httpserver, patch)
        where = place(waqi={"stations": list(fates)})
        good = {f"waqi:{n}" for n, fate in fates.items() if fate == "well"}
        if not good:
            with pytest.raises(SourceError, match="waqi"):
                source.fetch(where, SINCE, UNTIL)
            return
        came = source.ask(where, SINCE, UNTIL, {})
        assert set(came.rows["station"]) == good
        assert {f.part for f in came.failed} == {f"waqi:{n}" for n in fates} - good
        assert came.asked == len(fates)
        asked = len(httpserver.log)
        assert set(source.stations(where)["station"]) == good
        again = [r.path for r, _ in httpserver.log[asked:]]
        assert not [
            p for p in again if fates[int(p.split("@")[1].strip("/"))] == "well"
        ]  # what came is not asked twice


class Sensors:
    """Stands in for OpenAQ: sensors with a step each; no page deeper than `deep`, some sensors broken or cut short."""

    def __init__(self, steps: dict[int, int], broken: dict[int, int] | None = None, deep: int = 4000) -> None:
        self.steps, self.broken, self.deep = steps, broken or {}, deep
        self.shuffled: set[int] = set()
        self.lost: dict[int, tuple[datetime, datetime]] = {}
        self.asked: Counter[str] = Counter()

    def __call__(self, request: Request) -> Response:
        self.asked[request.full_path] += 1
        if request.path.endswith("/locations"):
            return as_json({"results": [self._location(n) for n in self.steps]})
        sensor = int(request.path.split("/")[-2])
        if sensor in self.broken:
            return Response("no", self.broken[sensor])
        page, size = int(request.args["page"]), int(request.args["limit"])
        begin, end = (datetime.fromisoformat(request.args[n]) for n in ("datetime_from", "datetime_to"))
        lost = self.lost.get(sensor)
        if (page - 1) * size >= self.deep or (lost and begin < lost[1] and end > lost[0]):
            return as_json({"detail": "Request timeout"}, 408)
        step = timedelta(minutes=self.steps[sensor])
        first = SINCE + -((SINCE - begin) // step) * step
        times = [first + step * i for i in range(int((end - first) / step))]
        if sensor in self.shuffled:
            times = times[::-1]
        return as_json({"results": [self._result(t, step) for t in times[(page - 1) * size : page * size]]})

    @staticmethod
    def _location(number: int) -> dict[str, Any]:
        sensor = {"id": number, "parameter": {"name": "pm25", "units": "µg/m³"}}
        last = {"utc": "2026-12-01T00:00:00Z"}
        return {"id": number, "isMobile": False, "isMonitor": True, "sensors": [sensor], "datetimeLast": last}

    @staticmethod
    def _result(start: datetime, step: timedelta) -> dict[str, Any]:
        ends = {"datetimeFrom": start, "datetimeTo": start + step}
        period = {name: {"utc": f"{t:%Y-%m-%dT%H:%M:%SZ}"} for name, t in ends.items()}
        return {"value": 5.0, "parameter": {"name": "pm25", "units": "µg/m³"}, "period": period}


def sizes(rows: pd.DataFrame) -> dict[str, int]:
    return rows.drop_duplicates(["station", "start"]).groupby("station").size().to_dict()


@pytest.mark.parametrize("deep", [4000, 2000, 1000])
@pytest.mark.parametrize("order", ["by time", "backwards"])
def test_openaq_asks_shorter_stretches_and_no_question_twice(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, deep: int, order: str
) -> None:
    answers = Sensors({1: 60, 2: 5, 3: 2}, deep=deep)
    answers.shuffled = {2, 3} if order == "backwards" else set()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(answers)
    rows = made("openaq", httpserver, monkeypatch).fetch(place(openaq={}), SINCE, SINCE + timedelta(days=20))
    assert sizes(rows) == {"openaq:1": 480, "openaq:2": 5760, "openaq:3": 14_400}
    assert max(answers.asked.values()) == 1


def test_openaq_goes_on_where_a_deep_stretch_ended(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Sensors({2: 5})
    httpserver.expect_request(re.compile(".*")).respond_with_handler(answers)
    made("openaq", httpserver, monkeypatch).fetch(place(openaq={}), SINCE, SINCE + timedelta(days=30))
    assert sum(answers.asked.values()) == 1 + 9  # the list, and 8,640 values by the thousand


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(1, 999), st.sampled_from([0, 0, 400, 404, 422, 500]), min_size=1, max_size=6))
def test_openaq_keeps_the_sensors_that_answer(httpserver: HTTPServer, fates: dict[int, int]) -> None:
    answers = Sensors(dict.fromkeys(fates, 60), {n: status for n, status in fates.items() if status})
    with pytest.MonkeyPatch.context() as patch:
        httpserver.clear()
        httpserver.expect_request(re.compile(".*")).respond_with_handler(answers)
        source = made("openaq", httpserver, patch)
        good = {f"openaq:{n}": 6 for n, status in fates.items() if not status}
        if not good:
            with pytest.raises(SourceError):
                source.fetch(place(openaq={}), SINCE, UNTIL)
            return
        came = source.ask(place(openaq={}), SINCE, UNTIL, {})
        assert sizes(came.rows) == good
        assert {f.part for f in came.failed} == {f"openaq:{n} pm25" for n, status in fates.items() if status}
        assert source.stations(place(openaq={}))["station"].nunique() == len(fates)
        assert sum(n for path, n in answers.asked.items() if "/locations" in path) == 1  # the list serves both


def test_openaq_names_the_stretch_that_a_sensor_does_not_answer(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Sensors({1: 60, 2: 60})
    hole = SINCE + timedelta(hours=30), SINCE + timedelta(hours=33)
    answers.lost = {2: hole}
    httpserver.expect_request(re.compile(".*")).respond_with_handler(answers)
    came = made("openaq", httpserver, monkeypatch).ask(place(openaq={}), SINCE, SINCE + timedelta(days=4), {})
    ((part, since),) = [(f.part, f.since) for f in came.failed]
    assert part == "openaq:2 pm25"
    assert hole[0] - HOUR <= since <= hole[0]
    of = came.rows[came.rows["station"] == "openaq:2"]
    assert of["start"].max() < hole[0]
    assert sizes(came.rows)["openaq:1"] == 96
    assert sum(answers.asked.values()) < 20  # it gives up at the hole, not at each hour of it


def test_openaq_asks_a_sensor_that_is_behind_even_if_it_fell_silent_since(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Sensors({1: 60})
    httpserver.expect_request(re.compile(".*")).respond_with_handler(answers)
    source, later = made("openaq", httpserver, monkeypatch), datetime(2027, 1, 1, tzinfo=UTC)
    assert not len(source.ask(place(openaq={}), later, later + HOUR, {}).rows)
    behind = {"openaq:1 pm25": later - timedelta(days=40)}
    assert source.ask(place(openaq={}), later, later + HOUR, behind).rows["start"].min() == behind["openaq:1 pm25"]


def test_the_archive_loses_a_damaged_day_and_nothing_else(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file(request: Request) -> Response:
        number, day = re.search(r"location-(\d+)-(\d{8})", request.path).groups()  # type: ignore[union-attr]
        if number == "3":
            return Response("x", 500)
        if (number, day) == ("2", "20260111"):
            return Response(b"\x1f\x8bcut")
        lines = "".join(
            f"{number},{number}9,2026-01-{day[6:]}T{h:02}:00:00+05:00,pm25,µg/m³,{h}\n" for h in range(1, 24)
        )
        return Response("location_id,sensors_id,datetime,parameter,units,value\n" + lines)

    httpserver.expect_request(re.compile(".*")).respond_with_handler(file)
    where = place(openaq_archive={"locations": [1, 2, 3]})
    came = made("openaq_archive", httpserver, monkeypatch).ask(where, SINCE, SINCE + timedelta(days=3), {})
    assert {f.part: type(f.error) for f in came.failed} == {"openaq:2": BadPayload, "openaq:3": Unavailable}
    days = came.rows.groupby("station")["start"].agg(lambda t: t.dt.tz_convert(city("tashkent").zone).dt.day.nunique())
    assert days.to_dict() == {"openaq:1": 4, "openaq:2": 3}
    assert came.failed[0].since == datetime(2026, 1, 10, 18, tzinfo=UTC)  # the hour that ended at its midnight


@pytest.mark.parametrize("key", ["", "SECRET-KEY-123"])
def test_firms_keeps_the_products_that_came(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    head = "latitude,longitude,acq_date,acq_time,satellite,frp,confidence\n"
    line = "41.3,69.3,2026-01-10,{t},N,5.5,n\n"

    def file(request: Request) -> Response:
        if "SNPP" in request.path or "suomi" in request.path:
            return Response("busy", 500)
        if "MODIS" in request.path:
            return Response("<html>moved</html>")
        return Response(head + line.format(t="0112" if "J1" in request.path or "NOAA20" in request.path else "0220"))

    httpserver.expect_request(re.compile(".*")).respond_with_handler(file)
    source = made("firms", httpserver, monkeypatch)
    monkeypatch.setenv("FIRMS_MAP_KEY", key)
    monkeypatch.setattr("sources.firms.now", lambda: UNTIL)
    came = source.ask(place(firms={}), SINCE, UNTIL, {})
    assert {f.part for f in came.failed} == {"VIIRS_SNPP_NRT", "MODIS_NRT"}
    assert sorted(came.rows["start"].dt.strftime("%H:%M")) == ["01:12", "02:20"]
    asked = len(httpserver.log)
    assert set(source.stations(place(firms={}))["station"]) == {"firms:N:41.300_69.300"}
    assert len(httpserver.log) == asked


def test_airdata_keeps_the_files_that_came(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "datetime_utc,station_id,source,raw_value,raw_unit\n2026-10-10 05:00:00+00:00,kgmt_7,kgmt,0.03,mg/m3\n"

    def file(request: Request) -> Response:
        stem = request.path.split("/")[-1].split(".")[0]
        if stem == "co":
            return Response("busy", 500)
        return Response(b"\x1f\x8bcut" if stem == "no2" else gzip.compress(lines.encode()))

    httpserver.expect_request(re.compile(".*")).respond_with_handler(file)
    source, where = made("airdata_kz", httpserver, monkeypatch), place(airdata_kz={"commit": "x", "stamps": "start"})
    first = datetime(2026, 10, 10, tzinfo=UTC)
    came = source.ask(where, first, first + timedelta(days=1), {})
    assert {f.part for f in came.failed} == {"co.csv.gz", "no2.csv.gz"}
    assert "pm25" in set(came.rows["parameter"])
    assert not {"co", "no2"} & set(came.rows["parameter"])
    assert came.asked == len(airdata_kz.PARAMETERS)


@pytest.mark.parametrize("network", ["purpleair", "sensor_community", "iqair"])
def test_one_answer_serves_readings_and_stations(
    network: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stand_in.answers(httpserver, lambda: UNTIL).items():
        monkeypatch.setenv(name, value)
    source = SOURCES[network]()
    rows = source.fetch(city("tashkent"), UNTIL - timedelta(days=2), UNTIL + HOUR)
    listed = source.stations(city("tashkent"))
    assert set(rows["station"]) <= set(listed["station"])
    assert len(httpserver.log) == 1
    source.fetch(city("tashkent"), UNTIL - timedelta(days=2), UNTIL + HOUR)
    assert len(httpserver.log) == 2  # the next readings are asked for
