"""What an address asks for and is not there is said in the reader's language; nobody is shown another city's data."""

from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES
from data.store import Store, served
from pages.ui.station.order import worst_first
from tests.conftest import NOW, hourly

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    for city in ("tashkent", "astana"):
        rows = hourly([77.0] * 55, station=f"sensor_community:{city}", source="sensor_community", city=city)
        store.append(rows)
    return AppTest.from_file(MAIN, default_timeout=60)


@pytest.mark.parametrize("page", ["city_map.py", "station.py", "trends.py", "records.py"])
def test_a_city_that_is_not_there_is_told_and_nothing_else(app: AppTest, page: str) -> None:
    app.query_params["lang"], app.query_params["city"] = "en", "par<b>is"
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    (said,) = [e.value for e in app.error]
    assert said.startswith("There is no city “par\\<b\\>is” here. There are\\: Tashkent, Astana")
    assert "77" not in " ".join(str(e.value) for kind in ("markdown", "caption") for e in app.get(kind))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_station_that_is_not_there_is_told(app: AppTest, language: str) -> None:
    for name, value in {"lang": language, "city": "astana", "station": "nope"}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("station.py").run()
    assert not app.exception
    (said,) = [e.value for e in app.error]
    assert "nope" in said
    assert not app.dataframe


def latest(**stations: tuple[float, int, str]) -> pd.DataFrame:
    """Newest rows: value, hours since the end of the interval, flag."""
    rows = [{"station": name, "parameter": "pm25", "value": value, "minutes": 60, "flag": flag,
             "start": pd.Timestamp(NOW) - pd.Timedelta(hours=hours + 1)}
            for name, (value, hours, flag) in stations.items()]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_station_page_opens_on_the_worst_that_is_live() -> None:
    newest = latest(quiet=(10.0, 0, "ok"), bad=(80.0, 1, "ok"), stuck=(999.0, 0, "invalid"), dead=(300.0, 40, "ok"))
    spans = pd.DataFrame({"station": ["dead", "stuck", "quiet", "bad", "grid", "gone"],
                          "kind": ["reference"] * 4 + ["model", "reference"]})  # fmt: skip
    names = {"dead": "A", "stuck": "B", "gone": "C"}
    assert worst_first(spans, newest, names, NOW) == [
        "bad", "quiet", "dead", "stuck", "gone", "grid",
    ]  # fmt: skip
