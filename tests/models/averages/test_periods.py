"""Periods begin where the clock of the place says."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.averages.periods import periods, step


def stamp(text):
    return pd.Timestamp(text)


def test_a_season_opens_in_december():
    found = periods(stamp("2024-01-15T00Z"), stamp("2024-04-02T00Z"), "season")
    assert [str(edge.date()) for edge in found.edges] == ["2023-12-01", "2024-03-01", "2024-06-01"]


def test_a_day_of_astana_in_which_the_clock_went_back_is_an_hour_longer():
    found = periods(stamp("2024-02-27T18:00Z"), stamp("2024-03-02T00Z"), "day", "Asia/Almaty")
    assert ((found.edges[1:] - found.edges[:-1]) / pd.Timedelta(hours=1)).tolist() == [24.0, 25.0, 24.0, 24.0]


def test_days_that_change_to_summer_time_are_shorter_and_longer():
    for day, hours in (("2024-03-31", 23), ("2024-10-27", 25)):
        moment = pd.Timestamp(f"{day}T12:00", tz="Europe/Berlin").tz_convert("UTC")
        edges = periods(moment, moment, "day", "Europe/Berlin").edges
        assert (edges[1] - edges[0]) == pd.Timedelta(hours=hours)


def test_another_word_is_refused():
    with pytest.raises(ValueError, match="every must be one of"):
        periods(stamp("2024-01-15T00Z"), stamp("2024-04-02T00Z"), "week")


@settings(deadline=None)
@given(
    st.datetimes(min_value=pd.Timestamp("1995-01-01"), max_value=pd.Timestamp("2026-12-31")),
    st.integers(0, 24 * 900),
    st.sampled_from(["hour", "day", "month", "season", "year"]),
    st.sampled_from(["UTC", "Asia/Almaty", "Asia/Tashkent", "Europe/Berlin", "America/Santiago"]),
)
def test_periods_cover_first_and_last_without_gap_or_surplus(begin, hours, every, tz):
    first = pd.Timestamp(begin).floor("h").tz_localize("UTC")
    last = first + pd.Timedelta(hours=min(hours, 500) if every == "hour" else hours)
    edges = periods(first, last, every, tz).edges
    assert edges.is_monotonic_increasing
    assert edges.is_unique
    assert edges[0] <= first < edges[1]
    assert edges[-2] <= last < edges[-1]


def test_the_commonest_distance_is_the_step():
    index = pd.DatetimeIndex(["2024-01-01T00Z", "2024-01-01T01Z", "2024-01-01T02Z", "2024-01-03T00Z"])
    assert step(index) == 3_600_000_000_000
    assert step(index[:1]) == 3_600_000_000_000
