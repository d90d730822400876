"""Cities that ship but are not watched: each works, from the import of a file to the printed page, once it is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2 as pdfium
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.routes import routes
from data.city import LANGUAGES, cities, city, city_files
from data.sharing import PUBLIC, withheld
from data.standards.limits import registry
from data.store import Store, open_store, served
from jobs.attribution import refit
from jobs.brief import facts as brief_facts
from jobs.brief.page import draw
from jobs.export import request as export_request
from jobs.export import snapshot
from jobs.ingest import files
from models.limits.in_force import applicable, own
from models.situation.situation import situation
from pages.ui.reader import language as reader_language

MORE = ("almaty", "karaganda", "bishkek", "dushanbe", "ashgabat")
NOW = datetime.now(UTC)
MAIN = Path(__file__).resolve().parents[2] / "pages" / "main.py"
PAGES = ("city_map.py", "station.py", "trends.py", "origins.py", "forecast.py", "brief.py", "records.py", "feeds.py")


def tidy(key: str, folder: Path) -> Path:
    """Two days of hours of two parameters at two stations, as our own exports write them."""
    last = pd.Timestamp(NOW).floor("h") - timedelta(hours=1)
    hours = pd.DataFrame({"start": pd.date_range(end=last, periods=60, freq="h")})
    hours = hours.assign(value=60 + 15 * np.sin(np.arange(60) / 4))
    place = city(key)
    parts = [
        hours.assign(parameter=parameter, station=f"openaq:{key}-{n}", lat=place.lat + n / 50, lon=place.lon)
        for parameter in ("pm25", "no2")
        for n in (0, 1)
    ]
    rows = pd.concat(parts).assign(source="openaq", city=key, minutes=60, kind="reference", unit="µg/m³")
    rows = rows.assign(flag="ok", licence="CC BY 4.0")
    rows["start"] = rows["start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    file = folder / f"{key}.csv"
    rows.to_csv(file, index=False)
    return file


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("more")
    store = open_store(folder / "store")
    for key in MORE:
        done = files.run([tidy(key, folder)], "tidy", None, store)
        assert (done["stored"], done["rejected"]) == (240, {})
    return store


@pytest.fixture
def watched(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_WATCH", ",".join(MORE))
    monkeypatch.setenv("CLEANAIR_STORE", str(filled.folder))
    served._opened.cache_clear()
    return filled


def test_they_ship_and_nobody_is_shown_them_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(cities()) == ["tashkent", "astana"]
    assert list(city_files()) == ["tashkent", "astana", *MORE]
    monkeypatch.setenv("CLEANAIR_WATCH", " bishkek, tashkent ")
    assert list(cities()) == ["bishkek", "tashkent"]


@pytest.mark.parametrize("key", MORE)
def test_every_country_across_a_border_has_its_name_in_four_languages(key: str) -> None:
    spoken = {n.country for n in city(key).neighbours}
    for language in LANGUAGES:
        known = reader_language.catalog(language)
        assert all(f"origins.country.{country}" in known for country in spoken)


@pytest.mark.parametrize("key", ["bishkek", "dushanbe", "ashgabat"])
def test_of_a_law_that_nobody_read_nothing_is_invented(key: str, filled: Store) -> None:
    place = city(key)
    assert place.law not in registry().jurisdictions
    assert own(place.law) == ()
    assert {limit.jurisdiction for limit in applicable(place.law)} == {"who-2021"}
    rows = filled.measurements(key, start=NOW - timedelta(days=3), end=NOW)
    found = situation(rows, filled.stations(key), NOW, law=place.law, zone=place.zone)
    held = found.figure.held
    assert (held.verdict, held.reason) == ("not_checked", "no_limit")
    assert held.beside  # WHO's guideline beside
    assert found.index() is not None


@pytest.mark.parametrize("key", ["almaty", "karaganda"])
def test_the_law_of_kazakhstan_holds_in_its_cities(key: str, filled: Store) -> None:
    place = city(key)
    rows = filled.measurements(key, start=NOW - timedelta(days=3), end=NOW)
    found = situation(rows, filled.stations(key), NOW, law=place.law, zone=place.zone)
    held = found.figure.held
    assert (held.verdict, held.limit.jurisdiction) == ("above", "kz")  # type: ignore[union-attr]


@pytest.mark.parametrize("key", MORE)
def test_its_data_leave_as_a_snapshot_and_by_the_api(key: str, watched: Store, tmp_path: Path) -> None:
    request = export_request.Request(city=key, start=NOW - timedelta(days=3), end=NOW, as_of=datetime.now(UTC))
    made = snapshot.write(watched, request, "csv", tmp_path)
    assert made["rows"] == 240
    with TestClient(Starlette(routes=routes())) as client:
        assert [c["key"] for c in client.get("/api/v1/cities").json()["cities"]] == list(MORE)
        assert len(client.get("/api/v1/latest", params={"city": key}).json()["latest"]) == 4
        assert len(client.get("/api/v1/stations", params={"city": key}).json()["stations"]) == 2


def test_a_city_that_is_not_watched_is_still_answered_for(watched: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_WATCH", "tashkent")
    with TestClient(Starlette(routes=routes())) as client:
        assert client.get("/api/v1/latest", params={"city": "bishkek"}).json()["latest"]


@pytest.mark.parametrize(("key", "said"), [("almaty", "Kazakhstan"), ("dushanbe", "is on file for this country")])
def test_its_page_prints(key: str, said: str, watched: Store) -> None:
    facts = brief_facts.gather(watched, key, NOW - timedelta(days=3), NOW, NOW)
    for language in LANGUAGES:
        page = pdfium.PdfDocument(draw(facts, language, NOW))[0].get_textpage().get_text_bounded()
        assert language != "en" or said in " ".join(page.split())


def test_without_a_register_and_with_two_days_attribution_is_refused_with_its_reason(watched: Store) -> None:
    done = refit.refit(watched, "bishkek", NOW)
    assert done["refused"] or done["sites_refused"], done


def test_the_rules_of_a_country_hold_for_its_cities_that_nobody_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sharing.toml"
    file.write_text(
        '[[rule]]\nsource = "*"\ncountry = "TM"\nsee = "nobody"\ndownload = "nobody"\nbasis = "a trial"\n'
        '[[rule]]\nsource = "*"\ncountry = "*"\nsee = "public"\ndownload = "public"\nbasis = "open"\n'
    )
    monkeypatch.setenv("CLEANAIR_SHARING", str(file))
    assert withheld(PUBLIC, "see")[0].cities == ("ashgabat", "")  # and whatever stands in no city


def test_every_page_shows_a_city_without_limits(watched: Store) -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = "en"
    app.query_params["city"] = "dushanbe"
    app.run()
    said = " ".join(str(e.value) for e in app.get("markdown"))
    assert "is on file for this country" in said
    assert all(city(key).name() in said for key in MORE)
    for page in PAGES:
        app.switch_page(page).run()
        assert not app.exception, (page, [e.message for e in app.exception])
        assert not app.error, (page, [e.value for e in app.error])
