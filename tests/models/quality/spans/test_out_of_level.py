"""A post beside its neighbours: out of level, or nobody can say whose level is right."""

import numpy as np
import pandas as pd
import pytest

from models.quality.spans.network import network
from models.quality.spans.out_of_level import out_of_level
from tests.models.quality.spans.conftest import ZONE

RANDOM = np.random.default_rng(7)
FIRST = pd.Timestamp("2025-01-01")


def city(*factors: float, days: int = 120, noise: float = 0.25) -> pd.DataFrame:
    """Daily means of stations that share the city's air, each times its factor."""
    air = 30 * np.exp(0.7 * np.sin(np.arange(days) / 9) + RANDOM.normal(0, 0.3, days))
    parts = [
        pd.DataFrame(
            {
                "day": pd.date_range(FIRST, periods=days).date,
                "station": f"s{n}",
                "value": air * factor * np.exp(RANDOM.normal(0, noise, days)),
                "parameter": "pm25",
                "coverage": 1.0,
            }
        )
        for n, factor in enumerate(factors)
    ]
    return pd.concat(parts, ignore_index=True)


def places(days: pd.DataFrame) -> pd.DataFrame:
    names = sorted(set(days["station"]))
    return pd.DataFrame({"station": names, "lat": 51.1 + 0.02 * np.arange(len(names)), "lon": 71.4, "same_as": ""})


def judged(days: pd.DataFrame) -> pd.DataFrame:
    return out_of_level(network(days, places(days)), "pm25", ZONE)


def test_a_post_a_factor_below_its_neighbours_is_out_of_level() -> None:
    days = city(1, 1.2, 0.9, 1.1, 1)
    faulty = (days["station"] == "s2") & (pd.to_datetime(days["day"]) >= FIRST + pd.Timedelta(days=50))
    days.loc[faulty, "value"] /= 5
    (found,) = judged(days).itertuples()
    assert (found.check, found.station) == ("out_of_level", "s2")
    assert found.figure == pytest.approx(0.9 / 5 / 1.05, rel=0.15)
    assert found.lower < found.figure < found.upper < 0.5
    assert abs(found.start - (FIRST + pd.Timedelta(days=50)).tz_localize(ZONE)) <= pd.Timedelta(days=4)
    assert pd.isna(found.until)


def test_a_post_that_came_back_is_out_until_then() -> None:
    days = city(1, 1, 1, 1, 1)
    since, until = 30, 75
    at = (pd.to_datetime(days["day"]) - FIRST).dt.days
    days.loc[(days["station"] == "s0") & at.between(since, until - 1), "value"] *= 4
    (found,) = judged(days).itertuples()
    assert abs(found.until - (FIRST + pd.Timedelta(days=until)).tz_localize(ZONE)) <= pd.Timedelta(days=4)
    assert found.figure == pytest.approx(4, rel=0.2)


def test_posts_within_the_factor_are_not() -> None:
    assert judged(city(1, 1.5, 0.7, 1.2, 0.9)).empty


def test_three_against_two_is_undetermined() -> None:
    found = judged(city(1, 1, 1, 8, 8))
    assert set(found["check"]) == {"level_undetermined"}


def test_four_against_two_is_a_majority() -> None:
    found = judged(city(1, 1, 1, 1, 8, 8))
    assert set(zip(found["check"], found["station"], strict=True)) == {("out_of_level", "s4"), ("out_of_level", "s5")}


def test_with_two_neighbours_nobody_is_out() -> None:
    found = judged(city(1, 1, 10))
    assert set(found["check"]) == {"level_undetermined"}
    assert set(found["station"]) == {"s0", "s1", "s2"}
    assert judged(city(1, 1.3, 2)).empty


def test_one_monitor_under_two_names_is_one_neighbour() -> None:
    days = city(1, 1, 1, 6)
    where = places(days)
    where.loc[where["station"] == "s1", "same_as"] = "s0"
    found = out_of_level(network(days, where), "pm25", ZONE)
    assert set(found["check"]) <= {"level_undetermined"}


def test_few_days_are_not_judged() -> None:
    days = city(1, 1, 1, 1, 9)
    assert judged(days[pd.to_datetime(days["day"]) < FIRST + pd.Timedelta(days=29)]).empty


def test_six_stations_of_beijing_are_in_level(beijing: pd.DataFrame) -> None:
    assert out_of_level(network(beijing, bare(beijing)), "pm25", ZONE).empty


@pytest.mark.parametrize("factor", [0.1, 1 / 3, 3.0])
def test_each_station_of_beijing_is_found_when_its_scale_is_changed(beijing: pd.DataFrame, factor: float) -> None:
    day = pd.to_datetime(beijing["day"])
    spoilt = (day >= "2015-06-01") & (day < "2015-08-01")
    for station in sorted(set(beijing["station"])):
        rows = beijing.assign(
            value=beijing["value"].where(~(spoilt & (beijing["station"] == station)), lambda v: v * 1)
        )
        rows.loc[spoilt & (rows["station"] == station), "value"] *= factor
        found = out_of_level(network(rows, bare(rows)), "pm25", ZONE)
        assert set(found["station"]) == {station}
        assert set(found["check"]) == {"out_of_level"}
        hit = sum((u - s).days for s, u in zip(found["start"], found["until"], strict=True))
        assert 50 <= hit <= 70
        assert found["figure"].between(factor / 1.6, factor * 1.6).all()


def bare(days: pd.DataFrame) -> pd.DataFrame:
    """Stations whose places are not known."""
    return pd.DataFrame({"station": sorted(set(days["station"])), "lat": np.nan, "lon": np.nan})
