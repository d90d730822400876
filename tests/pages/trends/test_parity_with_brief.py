"""The brief and the trends page say the same of four cities and five years: figures, ranges, verdicts and sentences."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from data.city import city as city_of
from data.schema import conform
from data.store import Store, open_store, served
from jobs.brief import facts as brief_facts
from jobs.brief.sentences import text
from models.trends.years import with_range, yearly
from pages.ui.reader import language
from pages.ui.trends import stated
from pages.ui.trends import tables as trends_tables
from pages.ui.trends.view import View, counted, view

NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
YEARS = (2021, 2022, 2023, 2024, 2025)
CITIES = ("astana", "almaty", "tashkent", "bishkek")
SOURCE = "airdata-kz"  # its rows may leave; of others page and sheet differ by the licence and not by the sum


def post(city: str, name: str, first: str, last: str, level: float, **columns: object) -> pd.DataFrame:
    """Rows of twelve hours with a season, weather that the posts of a city share, and a noise of their own."""
    start = pd.date_range(first, last, freq="12h", tz=str(city_of(city).zone), inclusive="left").tz_convert("UTC")
    days = np.asarray((start - pd.Timestamp("2019-01-01", tz="UTC")) / pd.Timedelta(days=1)).astype(int)
    weather = np.random.default_rng(len(city)).normal(0, 0.3, 4000)[days]
    own = np.random.default_rng(len(name)).normal(0, 0.05, len(start))
    value = level * np.exp(0.6 * np.cos(2 * np.pi * start.day_of_year / 365) + weather + own)
    plain = {"source": SOURCE, "station": f"{SOURCE}:{city}-{name}", "minutes": 720, "kind": "reference",
             "parameter": "pm25", "city": city, "flag": "ok"}  # fmt: skip
    return pd.DataFrame({"start": start, "value": value}).assign(**{**plain, **columns})


def medians(city: str, name: str, first: str, last: str, level: float) -> pd.DataFrame:
    made = post(city, name, first, last, level, minutes=1440, statistic="median", kind="indicative")
    return made[made["start"].dt.tz_convert(str(city_of(city).zone)).dt.hour == 0]


def world() -> pd.DataFrame:
    """One city with steady posts, one whose posts change, one of medians with a few hours, one with a short record."""
    steady = [post("astana", n, "2020-01-01", "2026-01-09", v) for n, v in (("a", 20), ("bb", 30), ("ccc", 40))]
    falling = post("astana", "dddd", "2022-03-01", "2024-10-01", 25).assign(flag="suspect")
    early = [post("almaty", n, "2020-01-01", "2023-05-01", 40) for n in ("a", "bb")]
    late = [post("almaty", n, "2023-02-01", "2026-01-09", 22) for n in ("ccc", "dddd")]
    days = [medians("tashkent", "a", "2021-01-01", "2026-01-09", 30),
            medians("tashkent", "bb", "2022-06-01", "2025-12-20", 35)]  # fmt: skip
    hours = post("tashkent", "ccc", "2025-12-14", "2025-12-31", 90)
    short = [post("bishkek", n, "2023-04-01", "2025-11-20", 35) for n in ("a", "bb", "ccc")]
    return pd.concat([*steady, falling, *early, *late, *days, hours, *short], ignore_index=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(tmp_path_factory.mktemp("parity") / "store")
    store.append(conform(world(), known_at=NOW).rows)
    return store


@pytest.fixture
def shown(kept: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLEANAIR_STORE", str(kept.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    served._opened.cache_clear()
    st.cache_data.clear()
    st.cache_resource.clear()
    with language.using("en"):
        yield kept.folder


def page(key: str, year: int) -> View:
    return view(city_of(key), "pm25", "", None, year, year, dust_out=False)


def brief(kept: Store, key: str, year: int) -> dict[str, Any]:
    zone = city_of(key).zone
    return brief_facts.gather(kept, key, datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone), NOW)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("key", CITIES)
@pytest.mark.usefixtures("shown")
def test_page_and_brief_say_the_same(kept: Store, key: str, year: int) -> None:
    sheet, screen = brief(kept, key, year), page(key, year)
    if screen.days.empty:
        assert sheet["mean"] is None
        return
    assert screen.basis == sheet["basis"]
    _days_over(sheet, screen, key, year)
    _levels(sheet, screen, year)
    _trends(sheet, screen)


def _days_over(sheet: dict[str, Any], screen: View, key: str, year: int) -> None:
    table = counted(trends_tables.over(city_of(key), "pm25"), screen)
    own = table[(table["standard"] == city_of(key).law) & (table["year"] == year)]
    held = sheet["law24"]
    if not held:
        assert own.empty
        return
    checked = int(own["days_checked"].sum())
    assert checked == held["checked"]
    assert int(own["days"].sum()) == held["days"]
    assert (int(own["days_over"].sum()) if checked else None) == held["over"]
    assert int(own["indicative_of"].fillna(0).sum()) == held["medians"]
    if len(own) == 1:
        assert own["verdict"].iloc[0] == text(sheet, "en", NOW).verdict


def _levels(sheet: dict[str, Any], screen: View, year: int) -> None:
    made = stated.level(screen, year)
    assert made is not None
    for name in ("value", "lower", "upper", "days", "over", "over_lower", "over_upper", "stations_typical",
                 "left_out_share", "with_left_out"):  # fmt: skip
        assert sheet["mean"][name] == pytest.approx(getattr(made, name), abs=1e-5), name
    row = with_range(yearly(screen.series, screen.until), screen.rows).iloc[-1]
    other = next(one for one in sheet["years"] if one["year"] == year)
    assert (other["complete"], other["basis"]) == (bool(row["complete"]), screen.basis)
    assert other["mean"] == pytest.approx(row["mean"], abs=1e-5)


def _trends(sheet: dict[str, Any], screen: View) -> None:
    made, told = stated.trend(screen), sheet["trend"]
    assert (told["refused"], told["n"], told["direction"], told["basis"]) == (
        made.refused, made.known, made.direction, made.basis,
    )  # fmt: skip
    if made.trend is not None:
        for end in ("slope", "lower", "upper", "p"):
            assert told[end] == pytest.approx(getattr(made.trend, end), abs=1e-5)
    page_says = stated.trend_sentences(screen).replace("\\", "").replace("**", "")
    assert page_says == " ".join(text(sheet, "en", NOW).trend)


@pytest.mark.usefixtures("shown")
def test_the_world_has_something_of_everything(kept: Store) -> None:
    """The comparison above would be empty if every case were refused alike."""
    sheets = {(key, year): brief(kept, key, year) for key in CITIES for year in YEARS[2:]}
    assert {s["trend"]["direction"] for s in sheets.values()} >= {"moved", ""}
    assert {s["trend"]["direction"] for s in sheets.values()} & {"none", "rise", "fall"}
    assert {s["basis"] for s in sheets.values()} == {"mean", "median"}
    assert {bool(s["steps"] and s["steps"]["comparable"]) for s in sheets.values()} == {True, False}
    few = sheets["tashkent", 2025]["law24"]
    assert 0 < few["checked"] < 20
    assert few["over"]
    assert text(sheets["tashkent", 2025], "en", NOW).verdict == "unknown"
    assert sheets["astana", 2023]["mean"]["left_out_share"] > 0.1


@pytest.mark.usefixtures("shown")
def test_other_stations_a_year_earlier_are_not_comparable(kept: Store) -> None:
    zone = city_of("almaty").zone
    start = datetime(2024, 1, 1, tzinfo=zone)
    made = brief_facts.gather(kept, "almaty", start, start + timedelta(days=31), NOW)
    assert made["before"]["stations"] == 0
    said = text(made, "en", NOW).answer
    refused = (
        "Not comparable with the same days a year earlier: 0 of 4 stations measured on enough of them in both years."
    )
    assert refused in said
    assert not any("then" in words for words in said)
