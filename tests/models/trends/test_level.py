"""Levels: the range is what leaving a station out gives, computed here the long way."""

from datetime import date

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from models.limits import limits
from models.trends.level import Level, level, yearly_levels

KZ = limits("kz", "pm25", averaging="24h")


def rows(table: dict[str, list[float]], first: str = "2025-01-01") -> pd.DataFrame:
    wide = pd.DataFrame(table, index=pd.date_range(first, periods=len(next(iter(table.values()))), name="day"))
    return wide.melt(ignore_index=False, var_name="station", value_name="value").dropna().reset_index()


def figure(days: pd.DataFrame) -> pd.Series:
    return days.groupby("day")["value"].median()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.one_of(st.none(), st.floats(0, 200)), min_size=5, max_size=5), min_size=2, max_size=4)
)  # fmt: skip
def test_the_range_is_that_of_the_stations_left_out(table: list[list[float | None]]) -> None:
    days = rows({f"s{i}": [np.nan if v is None else v for v in values] for i, values in enumerate(table)})
    made = level(days, KZ)
    if days.empty:
        assert made is None
        return
    assert made is not None
    left = [figure(days[days["station"] != s]) for s in sorted(set(days["station"]))]
    left = [part for part in left if len(part)]
    assert np.isclose(made.value, figure(days).mean())
    assert made.days == days["day"].nunique()
    if len(set(days["station"])) > 1:
        assert made.lower is not None
        assert np.isclose(made.lower, min([made.value, *(p.mean() for p in left)]))
        assert made.upper is not None
        assert np.isclose(made.upper, max([made.value, *(p.mean() for p in left)]))
        counts = [int((part > 35).sum()) for part in [figure(days), *left]]
        assert (made.over_lower, made.over_upper) == (min(counts), max(counts))
    else:
        assert made.lower is None
        assert made.over_upper is None


def test_one_station_has_no_range() -> None:
    made = level(rows({"a": [10.0, 40.0]}), KZ)
    assert made == Level(25.0, None, None, 2, 1, None, None, 1, 1.0)


def test_without_a_limit_nothing_is_counted() -> None:
    made = level(rows({"a": [10.0], "b": [90.0]}))
    assert made is not None
    assert made.over is None
    assert made.over_upper is None


def test_each_day_is_held_to_the_limit_in_force() -> None:
    early, late = "2024-07-30", "2024-08-02"  # Uzbekistan's 24-h limit of 60 is law for certain from 1 August 2024
    held = limits("uz", "pm25", averaging="24h")
    before, after = level(rows({"a": [70.0]}, early), held), level(rows({"a": [70.0]}, late), held)
    assert after is not None
    assert after.over == 1
    assert before is not None
    assert before.over is None


def test_what_was_left_out_and_the_figure_with_it() -> None:
    made = level(rows({"a": [10.0, 20.0]}), values=(40, 10), everything=rows({"a": [10.0, 20.0], "b": [30.0, 40.0]}))
    assert made is not None
    assert (made.left_out_share, made.with_left_out) == (0.25, 25.0)


def test_days_taken_out_count_nowhere() -> None:
    made = level(rows({"a": [10.0, 90.0], "b": [20.0, 90.0]}), KZ, without=[date(2025, 1, 2)])
    assert made is not None
    assert (made.value, made.days, made.over) == (15.0, 1, 0)


def test_years_stand_by_themselves() -> None:
    days = pd.concat([rows({"a": [10.0], "b": [20.0]}, "2024-06-01"), rows({"a": [50.0]}, "2025-06-01")])
    made = yearly_levels(days, KZ)
    assert {year: (one.value, one.over) for year, one in made.items()} == {2024: (15.0, 0), 2025: (50.0, 1)}
