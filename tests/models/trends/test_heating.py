"""Heating seasons: announced days, the rule of five days, usual days, and nothing from the future."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from data.city import city, city_files
from data.heating import Heating, Season
from models.trends.heating import Calendar, calendar, daily_means, told

USUAL = ((11, 7), (3, 31))


def heats(key: str, day: str) -> bool:
    place = city(key)
    noon = pd.DatetimeIndex([pd.Timestamp(f"{day}T12:00", tz=place.zone)]).tz_convert("UTC")
    return bool(calendar(place.heating, str(place.zone)).on(noon)[0])


@pytest.mark.parametrize(
    ("key", "day", "expected"),
    [
        ("astana", "2025-09-28", True),
        ("astana", "2025-09-27", False),
        ("astana", "2024-09-24", True),
        ("astana", "2025-04-21", True),
        ("astana", "2025-04-22", False),
        ("tashkent", "2025-11-05", True),
        ("tashkent", "2025-11-03", True),
        ("tashkent", "2022-10-24", True),
        ("tashkent", "2021-10-14", True),
        ("tashkent", "2021-04-06", True),
        ("tashkent", "2021-04-08", False),
        ("tashkent", "2023-03-20", False),
    ],
)
def test_real_days(key: str, day: str, expected: bool) -> None:
    assert heats(key, day) is expected


def cooling(first: str, days: int, start: float, slope: float) -> pd.Series:
    return pd.Series(start + slope * np.arange(days), index=pd.date_range(first, periods=days))


def test_five_cold_days_open_and_five_warm_ones_close() -> None:
    heating = Heating(USUAL, below=8.0)
    fall = pd.Series(15.0, index=pd.date_range("2023-08-20", "2023-12-31"))
    fall["2023-10-10":"2023-10-13"] = 5.0  # four days are no season
    fall["2023-10-20":"2023-12-31"] = 8.0  # the limit itself is cold
    spring = pd.Series(2.0, index=pd.date_range("2024-01-01", "2024-04-30"))
    spring["2024-02-10":"2024-02-20"] = 12.0  # a warm spell in February closes nothing
    spring["2024-03-15":] = 8.1
    (before, one) = calendar(heating, "UTC", pd.concat([fall, spring])).spans[:2]
    assert before.year == 2022
    assert (one.start, one.opened) == (date(2023, 10, 25), "rule")
    assert (one.end, one.closed) == (date(2024, 3, 20), "rule")
    assert one.label == "2023/24"


def test_a_city_without_a_rule_and_days_without_weather_keep_the_usual_days() -> None:
    cold = pd.Series(0.0, index=pd.date_range("2023-09-01", "2023-12-31"))
    assert not calendar(Heating(USUAL), "UTC", cold).spans
    few = cold.iloc[::3]  # a third of the days
    (one,) = [s for s in calendar(Heating(USUAL, below=8.0), "UTC", few).spans if s.year == 2023]
    assert (one.start, one.opened) == (date(2023, 11, 7), "usual")


def test_a_season_that_has_not_come_opens_no_earlier_than_what_is_not_known() -> None:
    warm = pd.Series(15.0, index=pd.date_range("2023-09-01", "2023-11-20"))
    (one,) = [s for s in calendar(Heating(USUAL, below=8.0), "UTC", warm).spans if s.year == 2023]
    assert (one.start, one.opened) == (date(2023, 11, 21), "usual")


def test_what_is_said_of_a_day_does_not_change_when_later_days_become_known() -> None:
    heating = Heating(USUAL, below=8.0)
    random = np.random.default_rng(3)
    index = pd.date_range("2023-09-01", "2024-05-31")
    wave = 10 + 12 * np.cos(2 * np.pi * (index.day_of_year - 200) / 365)
    daily = pd.Series(wave + random.normal(0, 3, len(index)), index=index)
    full = calendar(heating, "UTC", daily)
    for until in pd.date_range("2023-10-01", "2024-04-30", freq="5D"):
        days = pd.date_range("2023-09-10", until, tz="UTC")
        early = calendar(heating, "UTC", daily[:until])
        assert (early.on(days) == full.on(days)).all()


def test_a_forecast_does_not_know_a_day_that_was_announced_later() -> None:
    row = Season("x", 2025, date(2025, 11, 3), None, "secondary", "s", "a")
    heating = Heating(USUAL, seasons=(row,))
    at = pd.DatetimeIndex(["2025-11-04T12Z"])
    assert calendar(heating, "UTC").on(at).all()
    assert not calendar(heating, "UTC", known=date(2025, 11, 2)).on(at).any()
    assert calendar(heating, "UTC", known=date(2025, 11, 3)).on(at).all()


def test_days_follow_the_zone() -> None:
    index = pd.DatetimeIndex(["2024-11-06T18:30Z", "2024-11-06T19:30Z", "2025-03-31T18:30Z", "2025-03-31T19:30Z"])
    assert Calendar(USUAL, "Asia/Tashkent").on(index).tolist() == [False, True, True, False]
    south = Calendar(((5, 1), (9, 30)), "Asia/Tashkent")
    assert south.seasons(pd.DatetimeIndex(["2024-06-01T00Z", "2024-11-01T00Z"])).tolist() == [2024, -1]


def test_measured_temperature_stands_before_a_models() -> None:
    start = pd.date_range("2025-01-01", periods=48, freq="h", tz="UTC")
    rows = pd.DataFrame({"start": start, "minutes": 60, "kind": "model", "value": 9.0})
    seen = rows[:20].assign(kind="reference", value=1.0)
    out = daily_means(pd.concat([rows, seen]), "UTC")
    assert out.round(2).tolist() == [round((20 * 1 + 4 * 9) / 24, 2), 9.0]
    assert daily_means(rows[:10], "UTC").empty


@pytest.mark.parametrize("key", sorted(city_files()))
def test_every_dated_season_is_within_two_months_of_the_usual_days(key: str) -> None:
    place = city(key)
    usual = replace(place.heating, seasons=())
    for row in place.heating.seasons:
        near = calendar(usual, str(place.zone)).span(row.year)
        for day, other in ((row.start, near.start), (row.end, near.end)):
            assert day is None or abs(day - other) < timedelta(days=60)


def test_the_table_carries_the_source_of_announced_seasons_alone() -> None:
    place = city("tashkent")
    table = told([calendar(place.heating, str(place.zone)).span(y) for y in (2015, 2022)], place.heating)
    assert table["season"].tolist() == ["2015/16", "2022/23"]
    assert table["source"].ne("").tolist() == [False, True]
    assert table["opened"].tolist() == ["usual", "announced"]
