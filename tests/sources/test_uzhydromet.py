"""Uzhydromet's hours: stamps, labels, units and gaps of a post's page, and posts that do not lose one another."""

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer

from data.city import city
from data.schema import conform, conform_stations
from sources import uzhydromet, uzhydromet_page
from sources.base import BadPayload, SourceError, Unavailable
from tests.faults import CONTENT, Drawn, Tally, judge

PAGES = Path(__file__).parents[1] / "payloads" / "uzhydromet_page"
KNOWN = datetime(2026, 2, 1, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
RU, UZ = ((PAGES / name).read_bytes() for name in ("ru.html", "uz.html"))
HOUR = pd.Timestamp("2026-01-10T09:00Z")  # 14:00 to 15:00 in Tashkent


def page(*items: tuple[str, str], stamp: str = "Обновлено: 10.01.2026 15:00") -> bytes:
    listed = "".join(f"<li><span>{name}</span> <span>{value}</span></li>" for name, value in items)
    return f"<html><p>{stamp}</p><ul>{listed}</ul></html>".encode()


def read(content: bytes) -> pd.DataFrame:
    return conform(uzhydromet_page.parse(content, "uzhydromet:9107", "tashkent"), KNOWN).rows


# --- the page ----------------------------------------------------------------------------------------------------


def test_a_page_gives_the_hour_that_was_full_at_its_stamp() -> None:
    rows = read(RU)
    assert set(rows.start) == {HOUR}
    assert set(rows.minutes) == {60}
    assert set(rows.flag) == {"ok"}
    assert set(rows.kind) == {"reference"}
    assert rows.set_index("parameter").value.to_dict() == {
        "pm25": 61.25, "pm10": 104.5, "co": 1210.4, "so2": 14.2, "no": -0.4, "no2": 42.7, "h2s": 3.1,
    }  # fmt: skip


def test_the_uzbek_page_says_the_same_with_a_comma_and_its_own_units() -> None:
    rows = read(UZ).set_index("parameter")
    assert set(rows.start) == {HOUR}  # 15:20: the hour that was full by then
    assert rows.value["co"] == pytest.approx(900.0)  # 0.9 mg/m³
    assert (rows.value["o3"], rows.value["no2"], rows.value["nh3"]) == (18.0, 33.3, 9.75)


def test_9999_is_counted_as_no_value_and_a_dash_is_no_row() -> None:
    done = conform(uzhydromet_page.parse(RU, "uzhydromet:9107", "tashkent"), KNOWN)
    assert done.rejects.reason.tolist() == ["no value"]
    assert "nh3" not in set(done.rows.parameter)


@pytest.mark.parametrize(
    ("label", "parameter"),
    [
        ("PM2.5", "pm25"), ("PM 10 :", "pm10"), ("Метан (CH4)", "ch4"), ("Диоксид азота (NO₂):", "no2"),
        ("Сероводород:", "h2s"), ("Формальдегид", "formaldehyde"), ("Oзон:", "o3"), ("Metan (CH4):", "ch4"),
        ("Фтористый водород:", "hf"),
    ],
)  # fmt: skip
def test_labels_are_known_however_they_are_written(label: str, parameter: str) -> None:
    assert read(page((label, "4.5"))).parameter.tolist() == [parameter]


@pytest.mark.parametrize(
    ("label", "value", "kept"),
    [
        ("PM 10:", "7,5", 7.5), ("PM 10, мкг/м³:", "7.5", 7.5), ("CO:", "0.4 mg/m3", 400.0),
        ("Оксид углерода (CO), мг/м3:", "0.4", 400.0), ("NO2 (mg/m3):", "0.04", 40.0),
    ],
)  # fmt: skip
def test_a_unit_that_stands_there_is_the_unit(label: str, value: str, kept: float) -> None:
    assert read(page((label, value))).value.tolist() == pytest.approx([kept])


def test_a_unit_that_is_not_understood_is_no_value_of_ours() -> None:
    done = conform(uzhydromet_page.parse(page(("PM 10:", "7.5 ложек")), "uzhydromet:1", "tashkent"), KNOWN)
    assert (len(done.rows), len(done.rejects)) == (0, 1)


@pytest.mark.parametrize("stamp", ["Обновлено: 31.02.2026 15:00", "Обновлено: вчера", "1.01.2026 9:00", ""])
def test_without_a_stamp_nothing_gets_an_hour(stamp: str) -> None:
    done = conform(uzhydromet_page.parse(page(("PM 10:", "7.5"), stamp=stamp), "uzhydromet:1", "tashkent"), KNOWN)
    assert done.rejects.reason.tolist() == ["no start time"]


def test_of_several_stamps_the_one_of_the_update_counts() -> None:
    news = "<p>Новости 03.01.2026 10:00</p>"
    assert set(read(page(("PM 10:", "7"), stamp=f"</p>{news}<p>Обновлено: 10.01.2026 15:00")).start) == {HOUR}
    two = page(("PM 10:", "7"), stamp=f"10.01.2026 15:00</p>{news}<p>")
    assert not len(read(two))  # which of the two it is, nobody says


def test_midnight_belongs_to_the_day_before() -> None:
    rows = read(page(("PM 10:", "7"), stamp="Обновлено: 01.01.2026 00:00"))
    assert rows.start.tolist() == [pd.Timestamp("2025-12-31T18:00Z")]  # 23:00 in Tashkent


@pytest.mark.parametrize("content", [b"", b"<html>busy</html>", b"\x1f\x8bcut", b"<ul><li><a>x</a> 7</li></ul>"])
def test_another_page_is_a_bad_payload(content: bytes) -> None:
    with pytest.raises(BadPayload, match="uzhydromet"):
        uzhydromet_page.parse(content, "uzhydromet:1")


def test_damaged_pages_invent_nothing() -> None:
    draw, tally = random.Random(20261201), Tally()
    for _ in range(120):
        body = CONTENT[draw.choice(list(CONTENT))](draw.choice((RU, UZ)), draw)
        try:
            rows = uzhydromet_page.parse(body, "uzhydromet:1", "tashkent")
        except SourceError as error:
            assert "uzhydromet" in str(error)  # noqa: PT017
        else:
            judge("uzhydromet", [Drawn(rows, None, [body])], tally)
    assert tally.rows > 120


# --- the network -------------------------------------------------------------------------------------------------


def post(number: int, lat: float = 41.31, **more: Any) -> dict[str, Any]:
    shown = {"id": number, "lat": str(lat), "lon": "69.25", "alias": f"p-{number}", "title": "", "is_horiba": True}
    return shown | {"date": "10.01.2026", "PM2.5": "0.09", "PM10": "0.2"} | more


def served(server: HTTPServer, monkeypatch: pytest.MonkeyPatch, posts: list[dict[str, Any]]) -> uzhydromet.Uzhydromet:
    server.expect_request("/api/maps").respond_with_json({"data": [{"id": 1, "stations": posts}]})
    monkeypatch.setenv("CLEANAIR_UZHYDROMET_URL", server.url_for(""))
    made = uzhydromet.Uzhydromet()
    made.client.sleep = lambda _: None
    return made


def fetched(made: uzhydromet.Uzhydromet) -> pd.DataFrame:
    return conform(made.fetch(city("tashkent"), SINCE, UNTIL), KNOWN).rows


def test_a_page_replaces_the_days_of_its_post_alone(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(httpserver, monkeypatch, [post(1), post(2), post(3, is_horiba=False)])
    httpserver.expect_request("/ru/map/view/1").respond_with_data(RU)
    httpserver.expect_request("/ru/map/view/2").respond_with_data(page(("PM 2.5:", "-9999"), ("PM 10:", "-")))
    rows = fetched(made)
    hours = rows[rows.minutes == 60]
    assert set(hours.station) == {"uzhydromet:1"}
    assert set(hours.flag) == {"ok"}
    days = rows[rows.minutes == 1440]
    assert set(days.station) == {"uzhydromet:2", "uzhydromet:3"}  # a silent page, and a manual post
    assert set(days.flag) == {"suspect"}
    asked = [r.path for r, _ in httpserver.log]
    assert "/ru/map/view/3" not in asked


def test_a_page_that_fails_loses_no_other(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(httpserver, monkeypatch, [post(1), post(2), post(3), post(4)])
    httpserver.expect_request("/ru/map/view/1").respond_with_data("", 404)
    httpserver.expect_request("/ru/map/view/2").respond_with_data("<html>busy</html>")
    httpserver.expect_request("/ru/map/view/3").respond_with_data("", 500)
    httpserver.expect_request("/ru/map/view/4").respond_with_data(RU)
    told = made.ask(city("tashkent"), SINCE, UNTIL, {})
    assert [one.part for one in told.failed] == ["uzhydromet:1", "uzhydromet:2", "uzhydromet:3"]
    assert told.asked == 4
    rows = conform(told.rows, KNOWN).rows
    assert set(rows[rows.minutes == 60].station) == {"uzhydromet:4"}
    assert set(rows[rows.minutes == 1440].station) == {"uzhydromet:1", "uzhydromet:2", "uzhydromet:3"}


def test_where_no_page_can_be_read_the_map_speaks_and_every_post_is_named(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = served(httpserver, monkeypatch, [post(1), post(2)])
    httpserver.expect_request(re.compile("/ru/map/view/.*")).respond_with_data("", 500)
    told = made.ask(city("tashkent"), SINCE, UNTIL, {})
    assert [one.part for one in told.failed] == ["uzhydromet:1", "uzhydromet:2"]
    assert set(told.rows.minutes) == {1440}
    with pytest.raises(Unavailable, match="uzhydromet"):  # the map's days are not of the stretch: nothing came at all
        made.ask(city("tashkent"), UNTIL, UNTIL + timedelta(days=1), {})


def test_an_old_page_keeps_its_own_hour(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(httpserver, monkeypatch, [post(1, date="27.12.2024")])
    old = page(("PM 2.5:", "44.5"), stamp="Обновлено: 09.01.2026 08:00")
    httpserver.expect_request("/ru/map/view/1").respond_with_data(old)
    rows = fetched(made)
    assert rows.start.tolist() == [pd.Timestamp("2026-01-09T02:00Z")]
    late = made.fetch(city("tashkent"), UNTIL, UNTIL + timedelta(days=1))
    assert not len(late)  # neither the old hour nor a day in its place


def test_posts_are_listed_from_the_map(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = served(httpserver, monkeypatch, [post(1), post(2, lat=39.6)])
    assert conform_stations(made.stations(city("tashkent"))).station.tolist() == ["uzhydromet:1"]
