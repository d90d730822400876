"""Made from these rows: what opens beside a number is its statement's rows, and the file is the API's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES
from data.schema import conform, conform_stations
from data.store import Store, served
from models.situation.left_out import REASONS
from pages.ui.page.made_from import why
from pages.ui.reader import language

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_WATCH", "tashkent")
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    start = pd.date_range(end=pd.Timestamp(NOW).floor("h") - timedelta(hours=1), periods=48, freq="h")
    parts = [
        pd.DataFrame({"start": start, "value": value}).assign(station=f"openaq:{i}", flag="ok" if i < 3 else "suspect")
        for i, value in ((1, 40.0), (2, 60.0), (3, 900.0))
    ]
    plain = {"source": "openaq", "parameter": "pm25", "minutes": 60, "kind": "reference", "city": "tashkent"}
    store.append(conform(pd.concat(parts).assign(**plain), known_at=NOW).rows)
    about = pd.DataFrame({"station": [f"openaq:{i}" for i in (1, 2, 3)], "name": ["North", "South", "Odd"]})
    about = about.assign(source="openaq", city="tashkent", kind="reference", station_class="", licence="CC BY 4.0")
    store.put_stations(conform_stations(about.assign(lat=41.3, lon=69.28)))
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.query_params["lang"] = "en"
    app.query_params["city"] = "tashkent"
    return app


@pytest.mark.parametrize("page", ["situation.py", "city_map.py", "station.py", "trends.py", "brief.py"])
def test_a_page_opens_the_rows_of_its_figures(app: AppTest, page: str) -> None:
    app.run()
    app.switch_page(page).run()
    toggle = next(w for w in app.toggle if str(w.key).startswith("made."))
    toggle.set_value(True).run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    frames = [e.value for e in app.dataframe]
    rows = next(f for f in frames if "Minutes" in f and "Flag" in f)
    assert len(rows)
    assert set(rows["Flag"]) == {"valid"} or set(rows["Flag"]) == {"ok"}
    if page != "station.py":
        assert set(rows["Station"]) == {"North", "South"}
        out = next(f for f in frames if "Why" in f)
        assert "Odd" in set(out["Station"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_reason_has_its_words(code: str) -> None:
    with language.using(code):
        for reason in (*REASONS, "flagged", "suspect", "invalid", "fault_code", "out_of_level", "plume"):
            words = why(reason, "pm25")
            assert words
            assert words != reason
