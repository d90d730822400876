"""The trend that is stated: one window, one season rule, the same stations, or a refusal that says why."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.trends.stated import KNOWN, MONTHS, SPAN, stated


def rows(first: str, last: str, station: str = "a", basis: str = "mean", fall: float = 0.0) -> pd.DataFrame:
    """A station with a season and month-to-month noise, falling by so much a year."""
    days = pd.date_range(first, last)
    years = np.asarray((days - pd.Timestamp("2019-01-01")) / pd.Timedelta(days=365))
    noise = np.random.default_rng(7).normal(0, 2, 400)[(days.year - 2015) * 12 + days.month]
    value = 30 + 15 * np.cos(2 * np.pi * (days.day_of_year / 365)) + noise - fall * years
    return pd.DataFrame({"parameter": "pm25", "basis": basis, "day": days, "station": station, "kind": "reference",
                         "value": value})  # fmt: skip


def test_only_the_last_five_years_count() -> None:
    made = stated(rows("2016-01-01", "2025-12-31", fall=2.0), date(2026, 1, 1))
    assert len(made.months) == MONTHS
    assert made.first == pd.Timestamp("2021-01-01", tz="UTC")
    assert made.direction == "fall"
    assert made.trend is not None
    assert made.trend.lower < -2.0 < made.trend.upper


def test_days_after_the_end_do_not_count() -> None:
    whole = rows("2020-01-01", "2026-12-31")
    cut = stated(whole[whole["day"] < "2025-06-01"], date(2025, 6, 1))
    assert stated(whole, date(2025, 6, 1)).trend == cut.trend


@pytest.mark.parametrize(("first", "refused"), [("2022-01-01", ""), ("2022-02-01", "short"), ("2025-06-01", "short")])
def test_below_four_years_none_is_stated(first: str, refused: str) -> None:
    made = stated(rows(first, "2025-12-31", fall=3.0), date(2026, 1, 1))
    assert made.refused == refused
    assert (made.trend is None) == bool(refused)
    assert bool(made.direction) != bool(refused)


def test_few_months_and_a_month_never_measured() -> None:
    whole = rows("2021-01-01", "2025-12-31")
    summer = whole[whole["day"].dt.month != 7]
    assert stated(summer, date(2026, 1, 1)).refused == "season"
    gaps = whole[(whole["day"].dt.year != 2023) & ((whole["day"].dt.year != 2022) | (whole["day"].dt.month == 1))
                 & (whole["day"].dt.year != 2024)]  # fmt: skip
    made = stated(gaps, date(2026, 1, 1))
    assert made.known < KNOWN
    assert len(made.months) >= SPAN
    assert made.refused == "few"


def test_other_stations_at_the_ends_are_no_trend_of_the_air() -> None:
    early, late = rows("2021-01-01", "2023-06-30", "a", fall=3.0), rows("2023-07-01", "2025-12-31", "b", fall=3.0)
    made = stated(pd.concat([early, late]), date(2026, 1, 1))
    assert (made.direction, made.stations_both, made.stations_either) == ("moved", 0, 2)
    stayed = stated(pd.concat([early, late, rows("2021-01-01", "2025-12-31", "c", fall=3.0)]), date(2026, 1, 1))
    assert (stayed.stations_both, stayed.stations_either, stayed.direction) == (1, 3, "moved")


def test_no_change_has_no_direction() -> None:
    assert stated(rows("2021-01-01", "2025-12-31"), date(2026, 1, 1)).direction == "none"


def test_the_basis_of_most_days_of_the_window() -> None:
    means, medians = rows("2025-10-01", "2025-12-31"), rows("2021-01-01", "2025-12-31", basis="median")
    assert stated(pd.concat([means, medians]), date(2026, 1, 1)).basis == "median"
    assert stated(pd.concat([means, medians]), date(2026, 1, 1), basis="mean").refused == "short"


def test_nothing_known() -> None:
    made = stated(rows("2021-01-01", "2021-01-02").iloc[:0], date(2026, 1, 1))
    assert (made.refused, made.known, made.first, made.comparable) == ("short", 0, None, False)
