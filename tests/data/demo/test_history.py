"""The years before the hours are means of the same hours, complete in the same sense, and reach back far enough."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data import demo
from data.city import city
from data.demo.happenings import judged
from data.demo.history import Days, beginning, earlier_days
from data.demo.places import CATEGORIES, STUCK
from data.times import local_days

NOW = datetime(2024, 4, 20, 9, 30, tzinfo=UTC)
PLACE = city("astana")  # put its clocks back on 1 March 2024


@pytest.fixture(scope="module")
def hours() -> demo.Demo:
    return demo.build(NOW, days=100, cities=["astana"])


@pytest.fixture(scope="module")
def days() -> Days:
    parts = list(earlier_days(PLACE, date(2024, 1, 20), datetime(2024, 4, 10, tzinfo=UTC), NOW))
    assert parts[-1].share == 1.0
    rows = pd.concat([part.measurements for part in parts], ignore_index=True)
    return Days(rows, pd.concat([part.truth for part in parts], ignore_index=True), 1.0)


def by_hand(hours: demo.Demo) -> pd.DataFrame:
    """Means of whole local days from the hours that were published, known faults left out."""
    rows = hours.measurements
    rows = rows[~rows["parameter"].isin(["wind_direction", "precipitation"])]
    for fault in hours.faults.itertuples():
        mine = (rows["station"] == fault.station) & (rows["parameter"] == fault.parameter)
        rows = rows[~(mine & rows["start"].between(fault.start, fault.end))]
    day = pd.Series(local_days(rows["start"], PLACE.zone), index=rows.index)
    grouped = rows.groupby(["station", "parameter", day.rename("day")])["value"]
    return pd.DataFrame({"value": grouped.mean(), "n": grouped.size()}).reset_index()


def test_a_day_is_the_mean_of_its_hours_where_three_quarters_are_known(hours: demo.Demo, days: Days) -> None:
    rows = days.measurements
    mine = rows.assign(day=local_days(rows["start"], PLACE.zone))[["station", "parameter", "day", "value"]]
    both = mine.merge(by_hand(hours), on=["station", "parameter", "day"], how="left", suffixes=("", "_hours"))
    both = both[~both["parameter"].isin(["wind_direction", "precipitation"])]
    assert len(both) > 2000
    assert (both["n"] >= 18).all()
    assert (both["value"] - both["value_hours"]).abs().max() <= 0.051
    known = by_hand(hours).query("n >= 19")
    known = known[known["day"].between(mine["day"].min(), mine["day"].max())]
    lost = known.merge(mine, on=["station", "parameter", "day"], how="left", suffixes=("", "_day"))
    assert lost["value_day"].notna().all()


def test_rows_are_local_days_known_when_they_are_over(days: Days) -> None:
    rows = days.measurements
    assert set(rows["minutes"]) == {1440}
    assert set(rows["kind"]) == {"simulated"}
    local = rows["start"].dt.tz_convert(PLACE.zone)
    assert (local.dt.hour == 0).all()
    assert (rows["known_at"] >= rows["start"] + pd.Timedelta(hours=23)).all()
    assert set(rows.loc[rows["parameter"] == "precipitation", "statistic"]) == {"sum"}
    assert set(rows.loc[rows["parameter"] == "pm25", "statistic"]) == {"mean"}
    assert rows["station"].nunique() == 11


def test_the_winds_direction_is_that_of_its_mean_vector(hours: demo.Demo, days: Days) -> None:
    rows = hours.measurements[hours.measurements["station"] == "demo:astana-weather"]
    wide = rows.pivot_table(index="start", columns="parameter", values="value")
    angle = np.radians(wide["wind_direction"].fillna(0.0))
    day = local_days(wide.index, PLACE.zone)
    east, north = ((wide["wind_speed"] * part).groupby(day).sum() for part in (np.sin(angle), np.cos(angle)))
    said = days.measurements[days.measurements["parameter"] == "wind_direction"]
    mine = said.set_index(pd.DatetimeIndex(local_days(said["start"], PLACE.zone)))["value"]
    off = (mine - np.degrees(np.arctan2(east, north)).reindex(mine.index) + 180) % 360 - 180
    assert off.abs().max() <= 0.51
    assert mine.between(1, 360).all()


def test_truth_of_days_is_the_mean_of_the_truth_of_hours(hours: demo.Demo, days: Days) -> None:
    truth = hours.truth.assign(day=local_days(hours.truth["start"], PLACE.zone))
    means = truth.groupby(["station", "day"])[list(CATEGORIES)].mean()
    told = days.truth.assign(day=local_days(days.truth["start"], PLACE.zone)).set_index(["station", "day"])
    assert np.allclose(told[list(CATEGORIES)], means.reindex(told.index))


def test_the_stuck_station_has_few_days_and_the_others_most(days: Days) -> None:
    pm25 = days.measurements[days.measurements["parameter"] == "pm25"]
    counts = pm25.groupby("station").size()
    whole = days.truth["start"].nunique()
    assert counts[f"demo:astana-{STUCK + 1}"] < 0.35 * whole
    assert (counts.drop(f"demo:astana-{STUCK + 1}") > 0.75 * whole).all()


@pytest.mark.parametrize("day", [0, 40, 200, 365, 700, 1000, 1100, 1400])
def test_history_holds_48_whole_months_and_a_year_on_both_sides_of_a_measure(day: int) -> None:
    now = datetime(2025, 1, 10, tzinfo=UTC) + timedelta(days=day)
    first, measure = beginning(PLACE, now), judged(PLACE.local(now))
    assert (now.year - first.year) * 12 + now.month - first.month >= 49
    assert measure - first >= timedelta(days=395)
    assert PLACE.local(now).date() - measure >= timedelta(days=365)
    assert now.date() - first < timedelta(days=6 * 366)


def test_a_day_that_is_not_over_is_no_day(days: Days) -> None:
    parts = list(earlier_days(PLACE, date(2024, 4, 15), NOW + timedelta(days=3), NOW))
    rows = pd.concat([part.measurements for part in parts])
    assert rows["start"].dt.tz_convert(PLACE.zone).dt.date.max() == date(2024, 4, 19)
