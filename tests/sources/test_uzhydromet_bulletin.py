"""Uzhydromet's bulletin: 24 hours to 9:00, printed units, multiples of the norm, gaps and the address."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer

from data.city import City, city
from data.schema import Conformed, conform, conform_stations
from sources import uzhydromet_bulletin as bulletin
from sources.base import BadPayload, Denied
from sources.credits import redistributable

PAYLOADS = Path(__file__).parents[1] / "payloads" / "uzhydromet_bulletin"
RECORDED = Path(__file__).parents[3] / "shared" / "payloads" / "uzhydromet-bulletin" / "bulletin_2026-02-10_excerpt.txt"
TEXT, HTML = ((PAYLOADS / name).read_bytes() for name in ("text.txt", "page.html"))
KNOWN = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = "uzhydromet_bulletin:ташкент-второй-район"


def door(content: bytes, place: str = "Ташкент") -> Conformed:
    return conform(bulletin.parse(content, "tashkent", place), KNOWN)


def table(*rows: str, heads: str = "<td>Озон</td><td>РМ10 (мкг/м3)</td>", day: str = "3 марта 2026 г.") -> bytes:
    first = "<tr><td>№</td><td>Города</td><td colspan=2>Концентрация (мг/м3)</td></tr>"
    return f"<p>{day}</p><table>{first}<tr>{heads}</tr>{''.join(rows)}</table>".encode()


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{c}</td>' for c in cells)}</tr>"


@pytest.mark.parametrize(("content", "start"), [(TEXT, "2026-01-09T04:00Z"), (HTML, "2026-01-10T04:00Z")])
def test_values_are_means_of_the_24_hours_to_nine_o_clock(content: bytes, start: str) -> None:
    rows = door(content).rows
    assert set(rows.start) == {pd.Timestamp(start)}
    assert (set(rows.minutes), set(rows.statistic), set(rows.kind)) == ({1440}, {"mean"}, {"reference"})
    assert set(rows.station) == {"uzhydromet_bulletin:ташкент-первый-район-площадь", SECOND}


def test_units_are_those_that_are_printed_and_a_multiple_is_no_value() -> None:
    values = door(TEXT).rows.set_index(["station", "parameter"]).value
    assert values[SECOND, "co"] == pytest.approx(731.0)  # mg/m³ of the heading
    assert values[SECOND, "pm25"] == 88.2  # µg/m³ of its own; 1.5 times the norm
    assert (SECOND, "so2") not in values.index  # a dash
    assert (SECOND, "o3") not in values.index  # "within the norm"


def test_methane_has_no_unit_of_its_own_and_is_doubted() -> None:
    rows = door(TEXT).rows
    (methane,) = rows[rows.parameter == "ch4"].itertuples()
    assert (methane.flag, methane.checks, methane.value) == ("suspect", ("network:unit_unstated",), 14.0)
    assert set(rows[rows.parameter != "ch4"].flag) == {"ok"}


def test_a_multiple_alone_and_a_cut_off_row_are_counted_and_not_stored() -> None:
    done = door(TEXT, place="")
    assert "uzhydromet_bulletin:нукус" not in set(done.rows.station)  # three cells of nine
    cut = done.rejects[done.rejects.excerpt.str.contains("нукус")]
    assert (len(cut), set(cut.reason)) == (9, {"no value"})
    town = done.rows[done.rows.station == "uzhydromet_bulletin:сырдарья"].set_index("parameter").value
    assert "pm10" not in town.index
    assert town["pm25"] == 133.1


@pytest.mark.parametrize(
    ("heads", "kept"),
    [
        ("<td>Озон</td><td>РМ10 (мкг/м3)</td>", {"o3": 7.0, "pm10": 8.0}),
        ("<td>РМ10 (мкг/м3)</td><td>Озон</td>", {"pm10": 0.007, "o3": 8000.0}),
        ("<td>Формальдегид</td><td>Фенол</td>", {"formaldehyde": 7.0, "phenol": 8000.0}),
        ("<td>Взвешенные вещества</td><td>Озон</td><td>Аммиак</td>", {"o3": 8000.0, "nh3": 9000.0}),
    ],
)
def test_a_value_stays_under_its_own_heading(heads: str, kept: dict[str, float]) -> None:
    cells = ("0,007", "8", "9")[: heads.count("<td>")]
    rows = bulletin.parse(table(row("2", "Нукус", *cells), heads=heads))
    assert conform(rows, KNOWN).rows.set_index("parameter").value.to_dict() == pytest.approx(kept)


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("3 марта 2026 г.", "2026-03-02T04:00Z"), ("1 мая 2026 года", "2026-04-30T04:00Z"),
        ("за 31 декабря 2025 г.", "2025-12-30T04:00Z"),
    ],
)  # fmt: skip
def test_months_are_told_apart(day: str, start: str) -> None:
    rows = bulletin.parse(table(row("2", "Нукус", "0,007", "8"), day=day))
    assert set(rows.start) == {pd.Timestamp(start)}


@pytest.mark.parametrize("day", ["", "32 марта 2026 г.", "3 мартабря 2026 г.", "10.02.2026"])
def test_without_a_date_it_is_no_bulletin(day: str) -> None:
    with pytest.raises(BadPayload, match="uzhydromet_bulletin"):
        bulletin.parse(table(row("2", "Нукус", "0,007", "8"), day=day))


def test_posts_have_names_and_links_of_the_city_file() -> None:
    listed = conform_stations(bulletin.parse_stations(HTML, "tashkent", "Ташкент", {SECOND: "uzhydromet:9107"}))
    assert listed.set_index("station").same_as[SECOND] == "uzhydromet:9107"
    assert listed.name.tolist() == ["Ташкент Первый район (Площадь)", "Ташкент Второй район"]
    assert not redistributable("uzhydromet_bulletin", "")


def test_a_page_that_moved_asks_for_its_address(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_UZHYDROMET_BULLETIN_URL", httpserver.url_for(""))
    httpserver.expect_request(f"/{bulletin.PAGE}").respond_with_data("", 404)
    httpserver.expect_request("/ru/new").respond_with_data(HTML)
    span = (datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC))
    made = bulletin.UzhydrometBulletin()
    with pytest.raises(Denied, match="page") as caught:
        made.fetch(city("tashkent"), *span)
    assert caught.value.parameter == "page"
    moved = City(**{**city("tashkent").__dict__, "networks": {"uzhydromet_bulletin": {"page": "ru/new"}}})
    assert len(made.fetch(moved, *span)) == 15


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded bulletin is not here")
def test_the_recorded_bulletin() -> None:
    done = door(RECORDED.read_bytes())
    assert done.rows.station.nunique() == 9
    values = done.rows.set_index(["station", "parameter"]).raw_value
    assert values["uzhydromet_bulletin:ташкент-green-university", "pm25"] == 6.9
    assert values["uzhydromet_bulletin:ташкент-яшнабадский-район-ташсельмаш", "pm10"] == 58.4
    assert not len(done.rejects)
