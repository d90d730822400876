"""Then and now at the same stations on the same days: counts, ratio, and an interval that keeps its word."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.trends.matched import Matched, answer, matched, steps

FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)


def world(seed: int, change: float, posts: int = 4, spread: float = 0.0) -> pd.DataFrame:
    """Two years of posts that share one weather, each with its own level, and a change between the years."""
    random = np.random.default_rng(seed)
    days = pd.date_range("2022-01-01", "2023-12-31")
    weather = np.zeros(len(days))
    for i in range(1, len(days)):
        weather[i] = 0.8 * weather[i - 1] + random.normal(0, 0.3)  # an episode lasts some days
    parts = []
    for post in range(posts):
        own = change * np.exp(random.normal(0, spread))  # what happened at this post alone
        level = 25 * np.exp(random.normal(0, 0.3)) * np.where(days.year == 2023, own, 1.0)
        value = level * np.exp(weather + random.normal(0, 0.1, len(days)))
        known = random.random(len(days)) < 0.7
        parts.append(pd.DataFrame({"day": days, "station": f"s{post}", "value": value})[known])
    return pd.concat(parts, ignore_index=True)


def test_the_counts_are_of_station_days_in_both() -> None:
    days = world(1, 0.7)
    made = matched(days, FIRST, LAST)
    key = days.assign(at=days["day"].dt.strftime("%m-%d"), year=days["day"].dt.year)
    wide = key.pivot_table(index=["station", "at"], columns="year", values="value").dropna()
    assert (made.stations, made.of, made.pairs) == (4, 4, len(wide))
    assert made.days == wide.index.get_level_values("at").nunique()
    assert made.before == pytest.approx(wide[2022].mean())
    assert made.after == pytest.approx(wide[2023].mean())
    assert made.ratio == pytest.approx(wide[2023].mean() / wide[2022].mean())


def test_other_stations_never_enter() -> None:
    days = world(1, 0.7)
    other = pd.DataFrame({"day": pd.date_range("2023-01-01", "2023-12-31"), "station": "new", "value": 900.0})
    one, two = matched(days, FIRST, LAST), matched(pd.concat([days, other]), FIRST, LAST)
    assert (one.before, one.after, one.lower, one.upper) == (two.before, two.after, two.lower, two.upper)
    assert (two.stations, two.of) == (4, 5)


def test_few_matched_days_are_not_comparable() -> None:
    days = world(2, 1.0, posts=1)
    few = days[(days["day"] < "2023-01-01") | (days["day"] < "2023-02-10")]
    made = matched(few, FIRST, LAST)
    assert made.pairs > 0
    assert (made.comparable, made.direction) == (False, "")
    winter = matched(few[few["day"].dt.month == 1], date(2023, 1, 1), date(2023, 1, 31))
    assert winter.comparable is False  # half of the days match, three quarters are needed


def test_nothing_in_common() -> None:
    days = pd.DataFrame({"day": pd.to_datetime(["2022-01-01", "2023-01-01"]), "station": ["a", "b"], "value": 1.0})
    made = matched(days, FIRST, LAST)
    assert (made.stations, made.of, made.pairs, made.ratio, made.comparable) == (0, 2, 0, None, False)


def test_a_leap_day_has_no_partner() -> None:
    days = pd.DataFrame({"day": pd.date_range("2023-02-01", "2024-03-31"), "station": "a", "value": 1.0})
    made = matched(days, date(2024, 2, 1), date(2024, 3, 31))
    assert made.pairs == 59
    back = matched(days.assign(day=pd.date_range("2024-02-01", periods=len(days))), date(2025, 2, 1), date(2025, 3, 1))
    assert back.pairs == 29


def test_a_few_days_have_no_interval() -> None:
    made = matched(world(3, 0.7), date(2023, 1, 1), date(2023, 3, 20))
    assert made.ratio is not None
    assert (made.lower, made.upper) == (None, None)


def test_without_a_change_the_interval_seldom_says_one() -> None:
    """Chance of weather and posts alone: the 95 % interval leaves 1 out in few of forty worlds."""
    found = [matched(world(seed, 1.0, spread=0.1), FIRST, LAST) for seed in range(40)]
    assert sum(one.direction in ("fell", "rose") for one in found) <= 4  # 5 % of 40 are 2; measured 7 % of 150


def test_a_true_change_is_found() -> None:
    found = [matched(world(seed, 0.55, spread=0.05), FIRST, LAST) for seed in range(10)]
    assert sum(one.direction == "fell" for one in found) >= 8
    assert all(one.lower is not None and one.upper is not None and one.lower < 0.7 for one in found)


def test_the_same_days_give_the_same_interval() -> None:
    assert matched(world(5, 0.8), FIRST, LAST) == matched(world(5, 0.8), FIRST, LAST)


def test_years_step_by_step() -> None:
    found = steps(world(1, 0.7), date(2023, 7, 1))
    assert [(one.first, one.last) for one in found] == [(date(2023, 1, 1), date(2023, 6, 30))]
    newest = answer(found)
    assert newest is not None
    assert newest.comparable
    assert steps(world(1, 0.7), date(2024, 1, 1), first_year=2023) == []


def test_the_answer_is_the_newest_that_may_be_given() -> None:
    def one(year: int, comparable: bool) -> Matched:
        return Matched(date(year, 1, 1), date(year, 12, 31), 1, 1, 2, 9, 9, 1.0, 1.0, 1.0, None, None, comparable)

    assert answer([one(2022, True), one(2023, True), one(2024, False)]) == one(2023, True)
    assert answer([one(2024, False)]) == one(2024, False)
    assert answer([]) is None
