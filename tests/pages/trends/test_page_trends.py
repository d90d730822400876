"""The trends page: what years, days and trends may be called, and what is refused with its reason."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data.city import city
from data.demo.history import earlier_days
from data.schema import conform
from data.store import Store, open_store, served
from pages.ui.trends import tables as trends_tables

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)


def six_hourly(first: str, last: str, level: float, station: str = "openaq:1", **columns: object) -> pd.DataFrame:
    """Rows of 360 minutes, so that years are small; winters are twice as bad as summers."""
    start = pd.date_range(first, last, freq="6h", tz="UTC", inclusive="left")
    season = 1 + 0.5 * np.cos(2 * np.pi * start.day_of_year / 365)
    noise = 1 + 0.1 * np.sin(np.arange(len(start)) ** 2)
    plain = {"source": "openaq", "minutes": 360, "kind": "reference", "parameter": "pm25", "city": "tashkent"}
    made = pd.DataFrame({"start": start, "value": level * season * noise})
    return made.assign(station=station, **{**plain, **columns})


def medians(first: str, last: str, level: float, **columns: object) -> pd.DataFrame:
    start = pd.date_range(f"{first}T19:00Z", f"{last}T19:00Z", freq="D")
    plain = {"source": "tashkent-open", "minutes": 1440, "kind": "indicative", "parameter": "pm25", "city": "tashkent"}
    made = pd.DataFrame({"start": start, "value": level + 10 * np.sin(np.arange(len(start)) ** 2)})
    return made.assign(station="tashkent-open:1", statistic="median", **{**plain, **columns})


def keep(store: Store, *tables: pd.DataFrame) -> None:
    store.append(conform(pd.concat(tables), known_at=NOW).rows)


@pytest.fixture
def app(store: Store, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    return AppTest.from_file(MAIN, default_timeout=120)


def words(app: AppTest) -> str:
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    kinds = ("title", "markdown", "caption", "info", "warning")
    return " ".join(str(e.value) for kind in kinds for e in app.get(kind))


def show(app: AppTest, **query: str) -> str:
    for name, value in {"lang": "en", "city": "tashkent", **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("trends.py").run()
    return words(app)


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(e.value for e in app.dataframe if column in e.value)


def test_years_days_and_trend_of_means(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2023-01-01", "2024-01-01", 60), six_hourly("2024-01-01", "2025-01-01", 50),
         six_hourly("2025-01-01", "2026-01-09", 40))  # fmt: skip
    said = show(app)
    assert "µg/m³** in 2025 (365 of 365 days known)" in said
    assert "In 2025 the 24-h limit of 60 (UZ) was exceeded on" in said
    assert "2026 is not over" in said
    counts = table(app, "Not checked")
    assert "2026 · partial" in set(counts["Year"])
    assert not counts["Days over, of checked"].str.contains("medians").any()


def test_medians_are_never_exceedances(app: AppTest, store: Store) -> None:
    keep(store, medians("2023-12-31", "2025-12-30", 65))
    said = show(app)
    assert "not checked (daily medians)" in said
    assert "medians lie above it, which is indicative only" in said
    assert "was exceeded" not in said
    assert "not an annual mean in the law's sense" in said
    counts = table(app, "Not checked")
    assert set(counts["Days over, of checked"]) == {"not checked (daily medians)"}
    assert counts["Medians above (indicative)"].str.contains(" of ").all()


def test_none_and_not_checked_differ(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2025-01-01", "2025-12-31", 5))
    show(app)
    counts = table(app, "Not checked").set_index("Limit, µg/m³")
    said = counts.loc["60", "Days over, of checked"]
    assert "none of 364" in (said if isinstance(said, str) else set(said))


def test_a_partial_year_is_not_called_annual(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2025-04-01", "2025-10-01", 30))
    said = show(app)
    assert "no year is complete" in said
    assert "2025 is partial, not an annual mean" in said
    assert "Jan, Feb, Mar" in said


def test_few_months_have_no_trend(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2025-08-01", "2025-11-01", 30))
    assert "it needs at least six months" in show(app, mode="raw")


def test_no_trend_is_stated_of_less_than_four_years(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2023-01-01", "2026-01-01", 30))
    for mode in ("deseason", "raw"):
        assert "the known months span less than four years" in show(app, mode=mode)


def test_ten_checked_days_are_no_verdict_on_a_year(app: AppTest, store: Store) -> None:
    keep(store, medians("2024-12-31", "2025-12-30", 30), six_hourly("2025-12-10", "2025-12-26", 150, "openaq:9"))
    said = show(app)
    assert re.search(r"\*\*1\d of 1\d\*\* checked days lay above .* are \*\*too few for a statement\*\*", said)
    assert "was exceeded" not in said
    counts = table(app, "Not checked")
    assert counts["Days over, of checked"].str.contains("too few days for a statement").any()


def test_a_level_says_how_sure_it_is(app: AppTest, store: Store) -> None:
    posts = [six_hourly("2024-06-01", "2026-01-09", v, f"openaq:{v}") for v in (20, 40, 90)]
    keep(store, *posts, six_hourly("2025-03-01", "2025-06-01", 40, "openaq:40").assign(minutes=30, flag="suspect"))
    said = show(app)
    assert re.search(r"Without any one station the mean would be 3\d.*–6\d.* µg/m³ and the days above \d+–\d+", said)
    assert "stations on the typical day" in said
    years = next(e.value for e in app.dataframe if "Station-days" in e.value)
    assert years["Years"].tolist()[0] == "2025 → 2026"
    assert "Same stations, same days" in said


def test_two_cities_stand_on_the_same_days(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2024-01-01", "2026-01-01", 40),
         six_hourly("2025-01-01", "2025-02-10", 20, "openaq:2", city="astana"),
         six_hourly("2024-01-01", "2024-12-01", 20, "openaq:2", city="astana"))  # fmt: skip
    show(app)
    next(x for x in app.toggle if x.key == "trends.compare").set_value(True).run()
    years = table(app, "Annual?").set_index(["City", "Year"])
    column = next(name for name in years if name.startswith("Mean of the days both know"))
    assert re.fullmatch(r"\d+\.\d \(33\d days\)", years.loc[("Tashkent", "2024"), column])
    assert years.loc[("Tashkent", "2025"), column].startswith("not comparable: ")


def test_the_weather_is_refused_with_its_reason(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2024-01-01", "2026-01-01", 30))
    said = show(app, mode="weather")
    assert "Weather-normalised: refused. It needs at least 9000 hours, or 730 days, with a value and wind;" in said
    assert "there are 0 hours and 0 days" in said


def test_over_simulated_air_the_demos_own_measure_is_told_and_no_real_one(
    app: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, now = city("tashkent"), datetime(2025, 3, 1, tzinfo=UTC)
    demo = open_store(store.folder.with_name(f"{store.folder.name}-demo"))
    for part in earlier_days(place, date(2024, 12, 1), now, now):
        demo.append(part.measurements)
    monkeypatch.setenv("CLEANAIR_NOW", now.isoformat())
    said = show(app)
    assert "Demo" in said.split("Dated measures")[1]
    assert "heating emits a fifth less" in said
    assert not [m for m in place.measures if m.names["en"] in said]


def test_no_daily_course_from_days(app: AppTest, store: Store) -> None:
    keep(store, medians("2024-12-31", "2025-12-30", 30))
    assert "there are days only or too few hours" in show(app)


def test_two_cities_say_what_cannot_be_compared(app: AppTest, store: Store) -> None:
    keep(store, medians("2023-12-31", "2025-12-30", 65),
         six_hourly("2024-01-01", "2026-01-01", 20, "openaq:2", city="astana"))  # fmt: skip
    show(app)
    next(x for x in app.toggle if x.key == "trends.compare").set_value(True).run()
    said = words(app)
    assert "Astana rests on means of hours, Tashkent on medians of the day" in said
    assert "0 % of Astana" in said
    assert "different laws" in said
    assert "Astana changed its clock" in said
    years = table(app, "Annual?")
    assert set(zip(years["City"], years["Year"], strict=True)) >= {("Astana", "2024"), ("Tashkent", "2025")}


def test_a_city_is_compared_by_the_days_it_has(app: AppTest, store: Store) -> None:
    keep(store, medians("2023-12-31", "2025-12-30", 65), six_hourly("2025-12-01", "2025-12-20", 90, "openaq:3"),
         six_hourly("2024-01-01", "2026-01-01", 20, "openaq:2", city="astana"))  # fmt: skip
    show(app, city="astana")
    next(x for x in app.toggle if x.key == "trends.compare").set_value(True).run()
    assert "Astana rests on means of hours, Tashkent on medians of the day" in words(app)


def test_indices_of_tashkent_are_computed_by_us(app: AppTest, store: Store) -> None:
    hours = pd.date_range("2025-11-01", "2026-01-01", freq="h", tz="UTC", inclusive="left")
    plain = {"source": "openaq", "station": "openaq:1", "minutes": 60, "kind": "reference", "city": "tashkent"}
    keep(store, pd.DataFrame({"start": hours, "value": 100.0}).assign(parameter="no2", **plain))
    show(app)
    next(x for x in app.toggle if x.key == "trends.indices").set_value(True).run()
    said = words(app)
    assert "computed by us" in said
    assert "SI" in " ".join(str(c) for e in app.dataframe for c in e.value.columns)


def test_a_bound_of_iza5_has_no_grade_and_an_extreme_its_post_and_day(app: AppTest, store: Store) -> None:
    hours = pd.date_range("2025-01-01", "2026-01-01", freq="h", tz="UTC", inclusive="left")
    plain = {"source": "openaq", "minutes": 60, "kind": "reference", "city": "tashkent"}
    full = pd.DataFrame({"start": hours, "value": 60.0}).assign(parameter="no2", station="openaq:1", **plain)
    part = pd.DataFrame({"start": hours[:3000], "value": 80.0}).assign(parameter="so2", station="openaq:7", **plain)
    part.loc[1000, "value"] = 4000.0
    keep(store, full, part)
    post = {"source": "openaq", "station": "openaq:7", "city": "tashkent", "name": "Post Seven", "kind": "reference"}
    store.put_stations(pd.DataFrame([post]), NOW)
    show(app, parameter="no2")
    next(x for x in app.toggle if x.key == "trends.indices").set_value(True).run()
    words(app)
    years, months = table(app, "API5"), table(app, "SI").set_index("Month")
    assert years["API5"].tolist()[-1].startswith("≥ ") or years["API5"].tolist()[0].startswith("≥ ")
    graded = [one for one in years["Grade"] if one.startswith("no grade")]
    assert graded == ["no grade, a bound only: SO₂ missing"]
    assert months.loc["2025-02", "SI at, on"] == "Post Seven, 11 Feb 2025"
    assert all(x.startswith("≥ ") for x in months["SI"])
    assert all(x.startswith("no grade: hours") for x in months["Grade"])


def test_dust_days_need_both_fractions(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2025-01-01", "2026-01-01", 30))
    show(app)
    assert next(x for x in app.toggle if x.key == "trends.dust").disabled


def test_dust_days_can_be_left_out(app: AppTest, store: Store) -> None:
    fine, coarse = six_hourly("2025-01-01", "2026-01-01", 30), six_hourly("2025-01-01", "2026-01-01", 60)
    storm = coarse["start"].between("2025-05-01", "2025-05-04")
    coarse.loc[storm, "value"] = 3000.0
    keep(store, fine, coarse.assign(parameter="pm10"))
    show(app)
    next(x for x in app.toggle if x.key == "trends.dust").set_value(True).run()
    assert "dust days left out" in words(app)
    year = table(app, "Stations on both").iloc[0]
    assert (year["Year"], year["Dust days measured"], year["Stations on both"]) == ("2025", "4 of 4", "1 of 1")
    assert re.fullmatch(r"30\.\d → 30\.\d", year["Mean with → without, µg/m³"])


def test_dust_is_not_compared_across_other_stations(app: AppTest, store: Store) -> None:
    fine, coarse = six_hourly("2025-01-01", "2026-01-01", 30), six_hourly("2025-01-01", "2026-01-01", 60)
    storm = coarse["start"].between("2025-04-30", "2025-05-05")
    silent = pd.concat([fine[~storm], coarse[~storm].assign(parameter="pm10")])
    other = [six_hourly("2025-04-30", "2025-05-05", level, "openaq:2", parameter=name)
             for name, level in (("pm25", 100), ("pm10", 3000))]  # fmt: skip
    keep(store, silent, *other)
    show(app)
    next(x for x in app.toggle if x.key == "trends.dust").set_value(True).run()
    words(app)
    year = table(app, "Stations on both").iloc[0]
    assert year["Mean with → without, µg/m³"] == "not comparable: 0 of 2 stations in both"


@pytest.mark.parametrize("language", ["ru", "uz", "kk"])
def test_other_languages(app: AppTest, store: Store, language: str) -> None:
    keep(store, medians("2023-12-31", "2025-12-30", 65))
    said = show(app, lang=language)
    assert "{" not in said
    assert "trends." not in said


def test_a_city_without_days_and_a_wrong_url(app: AppTest, store: Store) -> None:
    keep(store, six_hourly("2025-01-01", "2025-06-01", 30))
    assert "missing, not clean air" in show(app, city="astana")
    assert "Trends: Tashkent" in show(app, since="1066", through="x", law="mars", mode="?")


def test_coming_days_of_the_year_are_not_unknown() -> None:
    found = pd.DataFrame({"year": [2025, 2026], "days": [365, 365], "days_checked": [300, 9]}).astype("Int64")
    made = trends_tables.elapsed(found, NOW.date())
    assert made["days"].tolist() == [365, 9]
    assert made["completeness"].tolist() == pytest.approx([300 / 365, 1.0])


def test_groups_say_what_is_above_for_certain_and_what_is_not_measured(app: AppTest, store: Store) -> None:
    hours = pd.date_range("2025-09-01", "2025-10-01", freq="h", tz="UTC", inclusive="left")
    plain = {"source": "kz", "station": "kz:1", "minutes": 60, "kind": "reference", "city": "astana"}
    keep(store, *(pd.DataFrame({"start": hours, "value": 150.0}).assign(parameter=p, **plain)
                  for p in ("no2", "no", "so2")))  # fmt: skip
    show(app, city="astana", parameter="no2")
    next(x for x in app.toggle if x.key == "trends.indices").set_value(True).run()
    words(app)
    groups = table(app, "Group").set_index("Group")["Hours"]
    assert groups["4"] == f"already above 1 with what is measured in {len(hours)} hours, 1.43 at most"
    assert groups["7"] == f"above 1 in {len(hours)} of {len(hours)} hours checked"
    assert groups["1"] == "not checked, not measured: NH₃, H₂S"
    assert groups["5"] == "not checked, not measured: CO, formaldehyde"
