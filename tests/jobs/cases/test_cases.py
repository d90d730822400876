"""A case worked out: hours across the border, readings, what satellites saw, words, one page, licences."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

from cli.main import main
from data.cases.cases import case
from data.city import LANGUAGES, city
from data.store import Store
from data.words import words
from jobs.arguments import ArgumentError
from jobs.cases.facts import CSV_COLUMNS, crossing, gather, hours_csv
from jobs.cases.page import draw
from jobs.cases.sentences import sentences
from jobs.methane.keep import keep
from sources.unep_imeo_mars import parse
from tests.conftest import NOW, hourly
from tests.sources.test_unep_imeo_mars import OLD

KELES, TASHKENT = case("keles"), city("tashkent")
HOURS = 48
START = NOW.replace(minute=0) - timedelta(hours=HOURS)
FROM_SE, FROM_NW = 135.0, 315.0


def place(station: str, lat: float, lon: float, source: str = "demo", licence: str = "CC0 1.0") -> dict[str, object]:
    return {"source": source, "station": station, "city": "tashkent", "kind": "reference", "lat": lat, "lon": lon,
            "name": station, "licence": licence}  # fmt: skip


@pytest.fixture
def border(store: Store) -> Store:
    """Two days: wind from the south-east in the first, from the north-west in the second; H2S follows the first."""
    store.put_stations(pd.DataFrame([place("demo:1", 41.39, 69.21), place("demo:2", 41.2, 69.35),
                                     place("metar:UTTT", 41.257, 69.281, "metar")]), START)  # fmt: skip
    half = HOURS // 2
    wind = {"kind": "reference", "source": "metar", "station": "metar:UTTT"}
    series = [
        hourly([3.0] * (HOURS - 4) + [0.1] * 4, parameter="wind_speed", raw_unit="m/s", **wind),
        hourly([FROM_SE] * half + [FROM_NW] * half, parameter="wind_direction", raw_unit="°", **wind),
        hourly([12.0] * half + [2.0] * half, parameter="h2s", kind="reference"),
        hourly([50.0] * HOURS, parameter="pm10", station="demo:2", kind="reference"),
    ]
    for rows in series:
        rows["start"] = pd.date_range(START, periods=HOURS, freq="h").as_unit("us")
        store.append(rows)
    return store


def test_hours_across_calms_and_the_rest(border: Store) -> None:
    told = gather(border, KELES, START, NOW, NOW)
    wind = told["wind"]
    assert (wind["known"], wind["across"], wind["calm"], wind["share"]) == (48, 24, 4, 0.5)
    assert wind["by_kind"] == {"reference": 48}
    assert sum(m["known"] for m in told["months"]) == 48
    assert told["credits"] == ["demo", "metar"]


def test_readings_in_those_hours_and_in_the_others(border: Store) -> None:
    h2s, ch4, pm10 = gather(border, KELES, START, NOW, NOW)["measured"]
    assert [
        (s["station"], s["n_across"], s["mean_across"], s["n_other"], s["mean_other"]) for s in h2s["stations"]
    ] == [("demo:1", 24, 12.0, 24, 2.0)]
    assert (ch4["stations"], ch4["nearest_other_km"]) == ([], None)
    assert pm10["stations"] == []
    assert pm10["nearest_other_km"] == pytest.approx(23.8, abs=0.5)


def test_without_wind_nothing_is_checked(store: Store) -> None:
    store.append(hourly([5.0]))
    told = gather(store, KELES, START, NOW, NOW)
    assert (told["wind"]["known"], told["wind"]["share"], told["months"]) == (0, None, [])
    assert (told["hotspots"]["looked"], told["plumes"]["looked"]) == (False, False)
    for language in LANGUAGES:
        said = sentences(told, KELES, language)
        assert said.answer == words("case", language).say(
            "wind.none", first=_day(language, START), last=_day(language, NOW)
        )
        assert said.seen == tuple(words("case", language).say(f"{x}.not_looked") for x in ("fires", "plumes"))


def _day(language: str, moment: datetime) -> str:
    return words("brief", language).day(moment.astimezone(TASHKENT.zone).date())


def test_hotspots_and_plumes_that_were_looked_for(border: Store) -> None:
    spot = hourly([9.5], station="firms:N:41.400_69.210", source="firms", parameter="frp", raw_unit="MW", kind="model")
    border.put_stations(
        pd.DataFrame([{**place("firms:N:41.400_69.210", 41.4, 69.21, "firms"), "kind": "model"}]), START
    )
    border.append(spot)
    border.put_status("firms", "tashkent", succeeded=pd.Timestamp(NOW))
    keep(border, parse(OLD), TASHKENT, NOW, "made up")
    told = gather(border, KELES, START - timedelta(days=30), NOW, NOW)
    assert (told["hotspots"]["looked"], told["hotspots"]["count"], told["hotspots"]["strongest_mw"]) == (True, 1, 9.5)
    assert (told["plumes"]["count"], told["plumes"]["file_date"]) == (1, "2024-03-21")
    leaving = gather(border.for_export(), KELES, START, NOW, NOW, whole=border)
    assert leaving["plumes"] == told["plumes"], "a count is no row"
    assert {"firms", "unep_imeo_mars"} <= set(leaving["credits"])


def test_what_may_not_leave_is_counted_and_stays_in(border: Store) -> None:
    border.put_stations(pd.DataFrame([place("kazhydromet:1", 41.4, 69.2, "kazhydromet", "")]), START)
    rows = hourly([77.0] * 6, station="kazhydromet:1", source="kazhydromet", parameter="h2s", kind="reference")
    border.append(rows.assign(start=pd.date_range(START, periods=6, freq="h").as_unit("us")))
    seen = gather(border, KELES, START, NOW, NOW)
    leaving = gather(border.for_export(), KELES, START, NOW, NOW, whole=border)
    assert {s["station"] for s in seen["measured"][0]["stations"]} == {"demo:1", "kazhydromet:1"}
    assert "kazhydromet:1" not in json.dumps(leaving)
    assert (seen["stations_withheld"], leaving["stations_withheld"]) == (0, 1)
    assert any("1" in line for line in sentences(leaving, KELES, "en").measured)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_in_every_language(border: Store, language: str) -> None:
    told = gather(border, KELES, START - timedelta(days=700), NOW, NOW)
    pdf = pypdfium2.PdfDocument(draw(told, KELES, language, NOW))
    assert len(pdf) == 1
    text = pdf[0].get_textpage().get_text_range().replace("\r\n", " ")
    for part in (KELES.text("name", language), "24", *KELES.unknown(language)[0].split()[:3]):
        assert part in text, part
    assert "{" not in text


def test_the_same_keys_and_forms_in_every_language() -> None:
    entries = {code: words("case", code).entries for code in LANGUAGES}
    for code in LANGUAGES:
        assert set(entries[code]) == set(entries["en"])
        needed = {"one", "few", "many", "other"} if code == "ru" else {"one", "other"}
        assert all(isinstance(e, str) or set(e) == needed for e in entries[code].values())
    assert not [e for e in entries["uz"].values() if any(mark in str(e) for mark in "‘’`'") and isinstance(e, str)]


def test_hours_as_csv_and_the_command(border: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = hours_csv(crossing(border, KELES, START, NOW), TASHKENT).decode()
    lines = body.splitlines()
    assert lines[0] == ",".join(CSV_COLUMNS)
    assert (len(lines), lines[1].split(",")[2:]) == (49, ["3.0", "135.0", "reference", "across"])
    asked = ["case", "--case", "keles", "--from", START.date().isoformat(), "--to", "2026-01-11",
             "--store", str(border.folder)]  # fmt: skip
    for end in ("json", "csv", "pdf"):
        assert main([*asked, "--out", str(tmp_path / f"keles.{end}")]) == 0
        assert (tmp_path / f"keles.{end}").stat().st_size > 100
    assert json.loads((tmp_path / "keles.json").read_text())["wind"]["across"] == 24
    assert "24 of 48 hours" in capsys.readouterr().out
    assert main([*asked, "--out", str(tmp_path / "keles.doc")]) == 1
    assert main(["case", "--case", "nowhere", *asked[3:], "--out", "x.json"]) != 0


def test_a_period_that_has_not_begun_is_a_sentence(border: Store) -> None:
    with pytest.raises(ArgumentError):
        gather(border, KELES, NOW + timedelta(days=1), NOW + timedelta(days=2), NOW)
