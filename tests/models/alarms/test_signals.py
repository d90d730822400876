"""Signals of alarms: quorum, delays, deadband, silence, and averagings that are never mixed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alarms.signals import lasting, latched, prepared, quorum, station_levels
from tests.conftest import hourly

STATIONS = pd.DataFrame({"station": ["demo:1", "demo:2", "demo:3"], "station_class": ["", "background", ""],
                         "name": ["1", "2", "3"], "same_as": ["", "", ""]})  # fmt: skip
NAN = float("nan")
LEVELS = st.lists(st.one_of(st.just(NAN), st.floats(0, 500)), min_size=1, max_size=6)


@given(LEVELS, st.data(), st.integers(1, 3), st.integers(0, 2), st.floats(0, 500))
def test_above_a_limit_exactly_when_enough_stations_are(values, data, stations, references, limit) -> None:
    kind = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    level = quorum([values], kind, stations, references)[0]
    above = [v > limit for v in values]  # NaN is not above
    of_reference = sum(a for a, reference in zip(above, kind, strict=True) if reference)
    assert (level > limit) == (sum(above) >= stations or (references > 0 and of_reference >= references))


def steps(values: list[float], *, standing: list[float] | None = None, hours: list[int] | None = None) -> pd.DataFrame:
    at = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(hours or range(1, len(values) + 1), unit="h")
    return pd.DataFrame({"at": at, "minutes": 60, "value": values, "standing": standing or values})


# Limit 35, deadband 5, on after 2 h, off after 3 h; what a value is, and whether the alarm stands after it.
TRUTH = [
    ([36, 36], [0, 1]),
    ([36, 34, 36, 36], [0, 0, 0, 1]),  # one hour below breaks the run
    ([36, 36, 31, 31, 31, 31], [0, 1, 1, 1, 1, 1]),  # within the deadband it stays
    ([36, 36, 30, 30, 30], [0, 1, 1, 1, 0]),
    ([36, 36, 30, 31, 30, 30, 30], [0, 1, 1, 1, 1, 1, 0]),  # an hour in the deadband begins the way back anew
    ([36, 36, 30, 30, 36, 30, 30, 30], [0, 1, 1, 1, 1, 1, 1, 0]),
    ([35, 35, 35], [0, 0, 0]),  # at the limit is not above it
]


@pytest.mark.parametrize(("values", "stands"), TRUTH)
def test_truth_table_of_delays_and_deadband(values: list[float], stands: list[int]) -> None:
    made = lasting(steps([float(v) for v in values]), 35.0, 5.0)
    assert latched(made, 2, 3).astype(int).tolist() == stands


def test_a_short_silence_neither_breaks_nor_lengthens_a_run_and_a_long_one_breaks_it() -> None:
    made = lasting(steps([40, 40, 40], hours=[1, 4, 12]), 35.0)
    assert made["on_for"].tolist() == [1, 4, 1]


def test_a_day_counts_as_a_day() -> None:
    day = steps([40.0]).assign(minutes=1440)
    assert lasting(day, 35.0)["on_for"].tolist() == [24.0]


def test_a_station_that_falls_silent_does_not_return_the_alarm() -> None:
    high = hourly([400.0] * 4 + [NAN] * 12, station="demo:1")
    low = hourly([10.0] * 16, station="demo:2")
    rows = prepared(pd.concat([high, low]), STATIONS)
    made = lasting(station_levels(rows, STATIONS, "single"), 160.0, 25.0)
    stands = latched(made, 2, 3)
    assert stands[4:10].all()  # six hours long its last word counts, then the way back begins
    assert stands[11]
    assert not stands[12:].any()


def test_one_low_cost_sensor_never_speaks_two_do() -> None:
    rows = hourly([400.0] * 3, kind="indicative")
    assert station_levels(prepared(rows, STATIONS), STATIONS, "single").empty
    both = pd.concat([rows, hourly([390.0] * 3, station="demo:2", kind="indicative")])
    made = station_levels(prepared(both, STATIONS), STATIONS, "single")
    assert made["value"].tolist() == [390.0] * 3
    assert made[["n", "of"]].to_numpy().tolist() == [[2, 2]] * 3


def test_flagged_modelled_and_traffic_rows_do_not_count() -> None:
    classes = STATIONS.assign(station_class=["traffic", "", ""])
    rows = pd.concat(
        [
            hourly([400.0], station="demo:1"),
            hourly([400.0], station="demo:2", kind="model"),
            hourly([400.0], station="demo:3", kind="simulated"),
            hourly([7.0], station="demo:2").assign(kind="reference"),
            hourly([500.0], station="demo:3").assign(flag="suspect"),
        ]
    )
    made = station_levels(prepared(rows, classes), classes, "single")
    assert made["value"].tolist() == [7.0]


def test_a_mean_of_24_hours_needs_18_of_them() -> None:
    rows = prepared(hourly([50.0] * 20), STATIONS)
    made = station_levels(rows, STATIONS, "24h")
    assert len(made) == 3
    assert made["at"].iloc[0] == pd.Timestamp("2026-01-08 18:00", tz="UTC")
    assert made["value"].tolist() == [50.0] * 3


def test_the_index_is_that_of_the_nowcast_or_of_a_mean_of_the_day_and_a_median_has_none() -> None:
    made = station_levels(prepared(hourly([225.5] * 12), STATIONS), STATIONS, "nowcast")
    assert made["value"].iloc[-1] == 301
    assert len(made) == 11  # two of the newest three hours must be known
    day = hourly([60.0]).assign(minutes=1440)
    made = station_levels(prepared(day, STATIONS), STATIONS, "nowcast")
    assert (made["value"].tolist(), made["basis"].tolist()) == ([154.0], ["day"])
    median = prepared(day.assign(statistic="median"), STATIONS)
    for averaging in ("single", "24h", "nowcast"):
        assert station_levels(median, STATIONS, averaging).empty


def test_days_are_left_out_where_hours_speak() -> None:
    day = hourly([60.0]).assign(minutes=1440)
    rows = prepared(pd.concat([day, hourly([5.0] * 24)]), STATIONS)
    assert set(station_levels(rows, STATIONS, "nowcast")["basis"]) == {"hour"}


def test_nothing_holds_where_no_limit_is_in_force() -> None:
    made = lasting(steps([400.0, 400.0]), np.array([NAN, NAN]), 5.0)
    assert made[["on_for", "off_for"]].isna().all(axis=None)
