"""The station page: one station's newest value, hours, days, flags, humidity, wind and neighbours, or why not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import checks
from data.schema import conform, conform_stations
from data.store import Store, served
from pages.ui.station.state import count_flags, distances, main_minutes

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)


def rows(station: str, values: list[float], parameter: str = "pm25", **columns: object) -> pd.DataFrame:
    """Hours that end with the newest whole one."""
    start = pd.date_range(end=pd.Timestamp(NOW).floor("h") - timedelta(hours=1), periods=len(values), freq="h")
    plain = {"source": "openaq", "minutes": 60, "kind": "reference", "city": "tashkent", "flag": "ok"}
    made = pd.DataFrame({"start": start, "value": values}).assign(station=station, parameter=parameter, **plain)
    return made.assign(**columns)


def keep(store: Store, *tables: pd.DataFrame) -> None:
    store.append(conform(pd.concat(tables), known_at=NOW).rows)


def describe(store: Store, *stations: tuple[str, str, float, str]) -> None:
    table = pd.DataFrame(stations, columns=["station", "name", "lat", "kind"])
    store.put_stations(conform_stations(table.assign(source="openaq", city="tashkent", lon=69.28, station_class="")))


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    return AppTest.from_file(MAIN, default_timeout=60)


def show(app: AppTest, **query: str) -> str:
    for name, value in {"lang": "en", "city": "tashkent", **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("station.py").run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    kinds = ("title", "markdown", "caption", "info")
    return " ".join(str(e.value) for kind in kinds for e in app.get(kind))


def test_the_day_is_held_to_the_law_and_the_hour_is_not(app: AppTest, store: Store) -> None:
    keep(store, rows("openaq:1", [90.0] * 48))
    describe(store, ("openaq:1", "North", 41.31, "reference"))
    said = show(app)
    assert "90 µg/m³ in the hour that ended" in said
    assert "**1.5 ×** the 24-h limit of 60 (UZ)" in said
    assert "24 of the last 24 hours valid" in said
    assert "newest 30 min ago" in said


def test_a_flagged_value_enters_no_figure(app: AppTest, store: Store) -> None:
    table = rows("openaq:1", [20.0] * 47 + [900.0])
    table.loc[47, "flag"] = "suspect"
    table["checks"] = checks.single("spike:900,20", table.index == 47, table.index)
    keep(store, table)
    said = show(app)
    assert "20 µg/m³ in the hour that ended" in said
    assert "A newer value, 900 µg/m³" in said
    assert "is flagged **suspect**: it enters no figure" in said
    assert "**0.3 ×** the 24-h limit" in said
    assert "newest 90 min ago" in said
    frames = [e.value for e in app.dataframe]
    assert any("single spike" in f.to_string() for f in frames)


def test_a_silent_station_is_not_shown_as_present(app: AppTest, store: Store) -> None:
    table = rows("openaq:1", [90.0] * 48)
    keep(store, table.assign(start=table["start"] - timedelta(days=5)))
    said = show(app)
    assert "silent since" in said
    assert "90 µg/m³" not in said


def test_daily_medians_are_held_to_no_limit(app: AppTest, store: Store) -> None:
    days = rows("tashkent-open:1", [80.0] * 20, minutes=1440, kind="indicative", statistic="median")
    days["start"] = pd.date_range(end="2026-01-08T19:00Z", periods=20, freq="D")
    keep(store, days)
    said = show(app)
    assert "A median of the day is not held to a limit" in said
    assert "a day has no one wind" in said
    assert "×**" not in said


def test_raw_and_corrected_stand_beside_each_other(app: AppTest, store: Store) -> None:
    low = rows("openaq:2", [50.0] * 240, kind="indicative")
    keep(store, low, rows("openaq:2", [80.0] * 240, "relative_humidity", kind="indicative"))
    assert "from the station itself in 100 %" in show(app)


def test_without_humidity_there_is_a_reason(app: AppTest, store: Store) -> None:
    keep(store, rows("openaq:2", [50.0] * 240, kind="indicative"))
    assert "no relative humidity is known" in show(app)


def test_wind_of_a_neighbour_is_named(app: AppTest, store: Store) -> None:
    hours = 24 * 10
    turning = (np.arange(hours) * 30.0 % 360).tolist()
    keep(
        store, rows("openaq:1", [30.0] * hours), rows("openaq:9", [40.0] * hours),
        rows("openaq:9", [3.0] * hours, "wind_speed"), rows("openaq:9", turning, "wind_direction"),
    )  # fmt: skip
    describe(store, ("openaq:1", "North", 41.31, "reference"), ("openaq:9", "Airfield", 41.40, "reference"))
    said = show(app, station="openaq:1")
    assert "Wind: of Airfield (reference)" in said
    nearest = next(e.value for e in app.dataframe if "Distance, km" in e.value)
    assert nearest["Distance, km"].tolist() == ["10.0"]


def test_a_model_is_called_one(app: AppTest, store: Store) -> None:
    keep(store, rows("openmeteo_air:1", [90.0] * 48, kind="model"))
    said = show(app)
    assert "A model says this" in said
    assert "×**" not in said


def test_an_unknown_parameter_in_the_url_is_passed_over(app: AppTest, store: Store) -> None:
    keep(store, rows("openaq:1", [10.0] * 30))
    assert "openaq\\:1" in show(app, parameter="gold")


def test_a_city_without_stations_says_so(app: AppTest, store: Store) -> None:
    keep(store, rows("openaq:1", [10.0] * 30))
    assert "Astana has no station" in show(app, city="astana")


@pytest.mark.parametrize("language", ["ru", "uz", "kk"])
def test_other_languages(app: AppTest, store: Store, language: str) -> None:
    keep(store, rows("openaq:1", [90.0] * 240))
    said = show(app, lang=language)
    assert "{" not in said
    assert "station." not in said


def test_checks_are_counted_each() -> None:
    told = checks.column([("flat:8", "spike:90,8"), ("spike:50,8",), ()])
    found = count_flags(pd.DataFrame({"flag": ["suspect", "suspect", "ok"], "checks": told}))
    assert dict(zip(found["check"], found["rows"], strict=True)) == {"spike": 2, "flat": 1}


def test_hours_are_preferred_to_days() -> None:
    assert main_minutes(pd.DataFrame({"minutes": [60] * 10 + [1440] * 90})) == 60
    assert main_minutes(pd.DataFrame({"minutes": [1440] * 90})) == 1440
    assert main_minutes(pd.DataFrame({"minutes": []})) == 1440


def test_a_citys_own_point_gives_no_distance() -> None:
    table = pd.DataFrame({"station": ["a", "b", "c"], "lat": [41.0, 42.0, 41.0], "lon": [69.0, 69.0, 69.0]})
    away = distances("a", table.assign(coord_quality=["exact", "exact", "generic"]))
    assert away["b"] == pytest.approx(111.2, abs=0.1)
    assert "c" not in away


@pytest.mark.parametrize(
    ("lang", "title", "stays"),
    [("en", "held against this station", "values stay"), ("ru", "Замечания к этой станции", "значения учитываются"),
     ("uz", "boʻyicha hozirgi shubhalar", "Qiymatlari qoladi"), ("kk", "қатысты қазіргі күмән", "Мәндері қалады")],
)  # fmt: skip
def test_verdicts_that_hold_now_stand_on_the_station_s_own_page(
    app: AppTest, store: Store, lang: str, title: str, stays: str
) -> None:
    keep(store, rows("openaq:1", [20.0] * 48), rows("openaq:2", [90.0] * 48))
    plain = {"city": "tashkent", "parameter": "pm25", "check": "level_undetermined", "figure": 0.3, "lower": 0.2,
             "upper": 0.4, "other": "", "doubts": False, "known_at": pd.Timestamp(NOW)}  # fmt: skip
    start, over = pd.Timestamp("2025-12-01T00:00Z"), pd.Timestamp("2025-12-20T00:00Z")
    told = [
        {**plain, "station": "openaq:1", "start": start, "until": pd.NaT},
        {**plain, "station": "openaq:1", "start": start, "until": over, "check": "dead", "doubts": True},
        {**plain, "station": "openaq:2", "start": start, "until": pd.NaT, "check": "copied", "doubts": True},
    ]
    store.replace("station_verdicts", pd.DataFrame(told).assign(known_until=pd.NaT))
    show(app, lang=lang, station="openaq:1", parameter="pm25")
    (said,) = [str(w.value) for w in app.warning if title in str(w.value)]
    assert stays in said
    assert "0.3" in said or "0,3" in said
    assert said.count("\n- ") == 1, "one that is over and one of another station are not said"


def test_the_agencys_own_index_is_shown_as_theirs(app: AppTest, store: Store) -> None:
    describe(store, ("uzhydromet:1", "Post", 41.3, "reference"))
    day = pd.DataFrame(
        {"start": [pd.Timestamp("2026-01-08T19:00Z")], "value": [1.4], "minutes": [1440], "statistic": ["instant"]}
    ).assign(station="uzhydromet:1", parameter="uz_si", source="uzhydromet", kind="reference", city="tashkent",
             flag="suspect")  # fmt: skip
    keep(store, rows("uzhydromet:1", [60.0] * 30, source="uzhydromet"), day)
    said = show(app, station="uzhydromet:1")
    assert "Si as Uzhydromet publishes it: **1.4** on 9 Jan 2026" in said
