"""With and without dust days: the same stations on the same days, or not comparable."""

from datetime import date, timedelta

import pandas as pd
import pytest

from models.limits import limits
from models.trends.dust import dust_apart, yearly_apart

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
STORM = [date(2025, 5, 1) + timedelta(days=i) for i in range(8)]


def _post(station: str, level: float, storm: float | None, first: date = FIRST, last: date = LAST) -> pd.DataFrame:
    """A station with one level, another on dust days; silent on them where there is none."""
    day = pd.date_range(first, last)
    stormy = day.isin([pd.Timestamp(d) for d in STORM])
    rows = pd.DataFrame({"day": day, "station": station, "value": level})
    rows.loc[stormy, "value"] = float("nan") if storm is None else storm
    return rows


def test_dust_adds_what_it_adds_at_stations_that_saw_it() -> None:
    made = dust_apart(
        pd.concat([_post("a", 20.0, 200.0), _post("b", 20.0, 200.0)]),
        STORM,
        FIRST,
        LAST,
        limits("kz", "pm25", averaging="24h"),
    )
    assert made.comparable
    assert (made.stations, made.of, made.dust, made.dust_of) == (2, 2, 8, 8)
    assert made.full is not None
    assert made.without is not None
    assert made.without.value == pytest.approx(20.0)
    assert made.adds == pytest.approx(180.0 * 8 / 365)
    assert (made.full.over, made.without.over) == (8, 0)


def test_a_station_that_was_silent_in_the_storm_enters_neither_figure() -> None:
    made = dust_apart(pd.concat([_post("a", 20.0, 200.0), _post("dirty", 90.0, None)]), STORM, FIRST, LAST)
    assert (made.stations, made.of) == (1, 2)
    assert made.without is not None
    assert made.without.value == pytest.approx(20.0)


def test_a_station_that_measured_in_the_storm_alone_enters_neither_figure() -> None:
    brief = _post("brief", 5.0, 500.0, STORM[0], STORM[-1])
    made = dust_apart(pd.concat([_post("a", 20.0, 200.0), brief]), STORM, FIRST, LAST)
    assert (made.stations, made.of) == (1, 2)
    assert made.full is not None
    assert made.full.value == pytest.approx(20 + 180 * 8 / 365)


def test_without_a_station_on_both_kinds_of_days_it_is_not_comparable() -> None:
    brief = _post("brief", 5.0, 500.0, STORM[0], STORM[-1])
    made = dust_apart(pd.concat([_post("a", 20.0, None), brief]), STORM, FIRST, LAST)
    assert (made.comparable, made.stations, made.of, made.adds) == (False, 0, 2, None)


def test_a_few_weeks_answer_for_no_year() -> None:
    made = dust_apart(_post("a", 20.0, 200.0, date(2025, 4, 10), date(2025, 5, 20)), STORM, FIRST, LAST)
    assert not made.comparable


def test_years_with_dust_days_one_by_one() -> None:
    rows = pd.concat([_post("a", 20.0, 200.0), _post("a", 30.0, None, date(2024, 1, 1), date(2024, 12, 31))])
    found = yearly_apart(rows, STORM, date(2025, 7, 1))
    assert [(one.first, one.last) for one in found] == [(FIRST, date(2025, 6, 30))]
