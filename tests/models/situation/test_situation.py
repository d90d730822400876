from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.indices.aqi import index
from models.situation.figures import city_figure, city_series, trend
from models.situation.index_now import chip
from models.situation.situation import situation, state
from models.situation.wind_now import wind_now
from models.stations.freshness import freshness, station_states

NOW = datetime(2026, 1, 10, 6, 20, tzinfo=UTC)
LAST = datetime(2026, 1, 10, 5, tzinfo=UTC)  # start of the newest whole hour
ZONE = ZoneInfo("Asia/Tashkent")


def hours(values, *, station="a:1", parameter="pm25", last=LAST, minutes=60, **columns):
    """Rows whose newest interval begins at `last`; None is a gap."""
    start = pd.date_range(end=last, periods=len(values), freq=f"{minutes or 60}min").as_unit("us")
    plain = {"source": "a", "flag": "ok", "statistic": "mean", "kind": "reference", "city": "tashkent"} | columns
    table = pd.DataFrame({"start": start, "value": np.asarray(values, dtype=float)}).dropna()
    return table.assign(station=station, parameter=parameter, minutes=minutes, **plain)


def places(**classes):
    return pd.DataFrame(
        {"station": [f"a:{n}" for n in classes], "name": list(classes), "same_as": "",
         "station_class": list(classes.values())}
    ).assign(station=[f"a:{i}" for i in range(1, len(classes) + 1)])  # fmt: skip


FOUR = places(one="background", two="background", three="background", four="traffic")


@pytest.mark.parametrize(
    ("minutes", "hours_old", "word"),
    [(60, 3, "fresh"), (60, 3.01, "amber"), (60, 6, "amber"), (60, 6.01, "grey"), (0, 2, "fresh"), (20, 6.5, "grey"),
     (1440, 48, "fresh"), (1440, 48.1, "amber"), (1440, 96, "amber"), (1440, 96.1, "grey")],
)  # fmt: skip
def test_age_counts_from_the_end(minutes, hours_old, word):
    assert freshness(NOW - timedelta(hours=hours_old), minutes, NOW) == word


@given(st.integers(0, 1440), st.floats(0, 500), st.floats(0, 500))
def test_nothing_gets_fresher_with_age(minutes, one, other):
    order = ["fresh", "amber", "grey"]
    young, old = (freshness(NOW - timedelta(hours=age), minutes, NOW) for age in sorted((one, other)))
    assert order.index(young) <= order.index(old)


def test_figure_is_the_median_of_background_stations():
    rows = pd.concat([hours([v] * 24, station=f"a:{i}") for i, v in enumerate((40.0, 50.0, 90.0, 500.0), 1)])
    figure = city_figure(rows, FOUR, NOW)
    assert (figure.value, figure.n, figure.of, figure.averaging) == (50.0, 3, 3, "24h")
    assert (figure.worst_name, figure.worst_value) == ("four", 500.0)
    assert figure.end == pd.Timestamp(LAST) + timedelta(hours=1)
    assert figure.age == pytest.approx(1 / 3)
    assert figure.notes == ()


def test_unknown_class_counts_and_is_said():
    rows = pd.concat([hours([40.0] * 24), hours([60.0] * 24, station="a:9")])
    figure = city_figure(rows, FOUR, NOW)
    assert (figure.value, figure.n, figure.unknown_class) == (50.0, 2, 1)
    assert "unknown_class" in figure.notes


def test_models_and_flagged_rows_never_enter():
    rows = pd.concat(
        [hours([40.0] * 24), hours([900.0] * 24, station="a:2", kind="model"),
         hours([900.0] * 24, station="a:3", flag="suspect")]
    )  # fmt: skip
    figure = city_figure(rows, FOUR, NOW)
    assert (figure.value, figure.n, figure.of) == (40.0, 1, 2)


def test_a_grey_station_leaves_the_figure_but_not_the_count():
    rows = pd.concat([hours([40.0] * 24), hours([900.0] * 24, station="a:2", last=LAST - timedelta(hours=7))])
    figure = city_figure(rows, FOUR, NOW)
    assert (figure.value, figure.n, figure.of) == (40.0, 1, 2)
    assert (figure.worst_station, city_figure(rows, FOUR, NOW, averaging="1h").n) == ("a:1", 1)


def test_one_monitor_counts_once():
    stations = pd.concat([FOUR, pd.DataFrame({"station": ["b:1"], "name": ["copy"], "same_as": ["a:1"],
                                              "station_class": ["background"]})])  # fmt: skip
    rows = pd.concat([hours([10.0] * 24), hours([10.0] * 24, station="b:1", source="b"),
                      hours([90.0] * 24, station="a:2")])  # fmt: skip
    figure = city_figure(rows, stations, NOW)
    assert (figure.value, figure.n) == (50.0, 2)


@pytest.mark.parametrize(("count", "value"), [(18, 30.0), (17, None)])
def test_the_day_needs_three_quarters_of_its_hours(count, value):
    figure = city_figure(hours([30.0] * count), FOUR, NOW)
    assert figure.value == value
    assert figure.missing == ("" if value else "too_few_hours")


def test_the_window_is_the_last_24_hours():
    figure = city_figure(hours([1000.0] * 24 + [20.0] * 24), FOUR, NOW)
    assert figure.value == 20.0


def test_why_there_is_no_figure():
    assert city_figure(hours([]), FOUR, NOW).missing == "no_rows"
    assert city_figure(hours([5.0] * 24, last=LAST - timedelta(hours=9)), FOUR, NOW).missing == "all_stale"
    traffic = city_figure(hours([5.0] * 24, station="a:4"), FOUR, NOW)
    assert (traffic.missing, traffic.value, traffic.worst_value) == ("no_background", None, 5.0)


def test_hours_that_are_not_over_yet_do_not_count():
    rows = hours([40.0] * 24 + [900.0], last=LAST + timedelta(hours=2))
    assert city_figure(rows, FOUR, NOW, averaging="1h").value == 40.0


def test_daily_medians_stand_in_where_there_are_no_hours_and_are_never_a_verdict():
    day = datetime(2026, 1, 8, 19, tzinfo=UTC)
    rows = pd.concat(
        [hours([70.0, 110.0], station=f"a:{i}", last=day, minutes=1440, statistic="median", kind="indicative")
         for i in (1, 2)]
    )  # fmt: skip
    figure = city_figure(rows, FOUR, NOW)
    assert (figure.value, figure.averaging, figure.freshness) == (110.0, "daily_median", "fresh")
    assert set(figure.notes) == {"daily_only", "daily_medians", "low_cost"}
    found = state(figure, "uz", zone=ZONE, now=NOW)
    assert (found.verdict, found.reason, found.indicative) == ("not_checked", "daily_median", True)
    assert found.ratio == pytest.approx(110 / 60)
    means = city_figure(rows.assign(statistic="mean"), FOUR, NOW)
    assert means.averaging == "daily_mean"
    assert state(means, "uz", zone=ZONE, now=NOW).verdict == "above"


def test_state_names_its_own_law():
    figure = city_figure(hours([45.0] * 24), FOUR, NOW)
    tashkent, astana = (state(figure, law, zone=ZONE, now=NOW) for law in ("uz", "kz"))
    assert (tashkent.verdict, tashkent.limit.jurisdiction, tashkent.limit.value) == ("within", "uz", 60)
    assert (astana.verdict, astana.limit.jurisdiction, astana.ratio) == ("above", "kz", pytest.approx(45 / 35))
    assert [c.limit.key for c in tashkent.beside] == ["who-2021 pm25 24h aqg"]
    assert tashkent.beside[0].ratio == 3.0
    assert not astana.indicative
    assert state(city_figure(hours([45.0] * 24, parameter="co"), FOUR, NOW, "co"), "kz", zone=ZONE, now=NOW).indicative


def test_an_hour_or_nothing_is_never_within():
    hour = city_figure(hours([1.0] * 24), FOUR, NOW, averaging="1h")
    assert state(hour, "uz", zone=ZONE, now=NOW).verdict == "not_checked"
    nothing = state(city_figure(hours([]), FOUR, NOW), "uz", zone=ZONE, now=NOW)
    assert (nothing.verdict, nothing.ratio, nothing.reason) == ("not_checked", None, "no_figure")
    pm1 = state(city_figure(hours([1.0] * 24, parameter="pm1"), FOUR, NOW, "pm1"), "uz", zone=ZONE, now=NOW)
    assert (pm1.verdict, pm1.reason) == ("not_checked", "no_limit")


@pytest.mark.parametrize(
    ("values", "direction"),
    [([50.0] * 3 + [70.0] * 3, "rising"), ([50.0] * 3 + [30.0] * 3, "falling"), ([50.0] * 3 + [54.0] * 3, "steady"),
     ([3.0] * 3 + [4.5] * 3, "steady"), ([50.0, None, None, 70.0, 70.0, 70.0], "unknown"), ([], "unknown")],
)  # fmt: skip
def test_arrow(values, direction):
    assert trend(hours(values), FOUR, NOW).direction == direction


def test_a_station_that_falls_silent_bends_no_arrow():
    rows = pd.concat([hours([50.0] * 6), hours([500.0] * 3, station="a:2", last=LAST - timedelta(hours=3))])
    found = trend(rows, FOUR, NOW)
    assert (found.direction, found.n) == ("steady", 1)


def test_chips_name_their_scale_and_the_dominant_pollutant():
    rows = pd.concat([hours([101.0] * 24), hours([101.0] * 24, station="a:2"), hours([20.0] * 24, parameter="no2"),
                      hours([900.0] * 24, parameter="co")])  # fmt: skip
    us = chip(rows, FOUR, NOW)
    assert (us.standard, us.value, us.parameter, us.basis) == ("us-epa-2024", 183, "pm25", "nowcast")
    eu = chip(rows, FOUR, NOW, "eaqi-2024")
    assert (eu.value, eu.category, eu.basis) == (5, "Very poor", "hour")
    assert chip(hours([]), FOUR, NOW).value is None
    assert chip(hours([20.0] * 24, last=LAST - timedelta(hours=8)), FOUR, NOW).value is None


def test_eight_hours_of_co():
    rows = hours([15_000.0] * 8, parameter="co")
    assert chip(rows, FOUR, NOW).value == index("co", 480, 15_000.0).value
    assert chip(rows.tail(5), FOUR, NOW).value is None


def test_the_us_index_of_daily_medians_says_what_it_rests_on():
    rows = hours([101.0], last=datetime(2026, 1, 8, 19, tzinfo=UTC), minutes=1440, statistic="median")
    assert (chip(rows, FOUR, NOW).value, chip(rows, FOUR, NOW).basis) == (183, "daily_median")
    assert chip(rows, FOUR, NOW, "eaqi-2024").value is None


def test_wind_from_an_instrument_before_a_model_and_calm_without_direction():
    model = [hours([9.0], parameter="wind_speed", station="m:1", kind="model"),
             hours([90.0], parameter="wind_direction", station="m:1", kind="model")]  # fmt: skip
    metar = [hours([v], parameter=p, station=s, minutes=0, last=NOW - timedelta(minutes=20))
             for s, speed, angle in (("x:1", 4.0, 350.0), ("x:2", 4.0, 10.0))
             for p, v in (("wind_speed", speed), ("wind_direction", angle))]  # fmt: skip
    assert (wind_now(pd.concat(model), NOW).kind, wind_now(pd.concat(model), NOW).direction) == ("model", 90.0)
    both = wind_now(pd.concat([*model, *metar]), NOW)
    assert (both.kind, both.speed, both.n) == ("reference", 4.0, 2)
    assert both.direction == pytest.approx(0.0, abs=1e-6)
    calm = wind_now(hours([0.2], parameter="wind_speed"), NOW)
    assert (calm.speed, calm.direction) == (0.2, None)
    assert wind_now(hours([3.0], parameter="wind_speed", last=LAST - timedelta(hours=9)), NOW) is None


def test_station_states_show_every_station_with_its_age():
    rows = pd.concat([hours([40.0, 41.0]), hours([90.0], station="a:4"), hours([7.0], station="a:2", flag="suspect"),
                      hours([8.0], station="a:3", last=LAST - timedelta(hours=5))])  # fmt: skip
    seen = {one.station: one for one in station_states(rows, FOUR, NOW)}
    assert (seen["a:1"].value, seen["a:1"].counts, seen["a:1"].name) == (41.0, True, "one")
    assert not seen["a:4"].counts  # traffic
    assert not seen["a:2"].counts  # flagged
    assert (seen["a:3"].freshness, seen["a:3"].counts) == ("amber", True)
    assert next(iter(seen)) == "a:4"


def test_series_gives_hours_and_running_days():
    rows = pd.concat([hours([10.0] * 48), hours([30.0] * 48, station="a:2"), hours([900.0] * 48, station="a:4")])
    series = city_series(rows, FOUR)
    assert len(series) == 48
    assert series["hour"].unique().tolist() == [20.0]
    assert series["day"].isna().sum() == 17
    assert series["day"].iloc[-1] == 20.0
    assert city_series(hours([]), FOUR).empty


def test_the_whole_situation_of_a_city():
    rows = pd.concat(
        [hours([45.0] * 48), hours([30.0] * 48, station="a:2"), hours([90.0] * 48, parameter="no2"),
         hours([5.0] * 48, station="m:1", kind="model", parameter="pm10"), hours([3.0], parameter="wind_speed")]
    )  # fmt: skip
    now = situation(rows, FOUR, NOW, law="kz", zone=ZONE, expected={"pm25": ["a:1", "a:2", "a:3"]})
    assert (now.figure.value, now.figure.n, now.figure.of) == (37.5, 2, 3)
    assert (now.state.verdict, now.worst_parameter) == ("above", "no2")
    assert now.states["pm10"].reason == "no_figure"  # a model is never the city's figure
    assert (now.chips["us-epa-2024"].parameter, now.wind.speed, now.trend.direction) == ("pm25", 3.0, "steady")
    assert (now.reporting, now.known) == (2, 3)
    assert {one.kind for one in now.stations} == {"reference"}


def test_an_empty_city_has_a_situation_too():
    now = situation(hours([]), FOUR.head(0), NOW, law="uz", zone=ZONE)
    assert (now.figure.value, now.state.verdict, now.wind, now.stations, now.newest) == (
        None, "not_checked", None, (), None)  # fmt: skip
    assert now.chips["us-epa-2024"].value is None


def test_a_demo_says_simulated():
    now = situation(hours([45.0] * 24, kind="simulated"), FOUR, NOW, law="uz", zone=ZONE)
    assert "simulated" in now.figure.notes
