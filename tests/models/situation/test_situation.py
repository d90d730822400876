from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.indices.aqi import index
from models.situation.air import air
from models.situation.series import city_series, series_of
from models.situation.situation import situation
from models.situation.stating import About, day, now
from models.situation.wind_now import wind_now
from models.stations.freshness import freshness

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


def said(rows, stations, moment=NOW, parameter="pm25", *, averaging="24h", law="uz", station="", expected=None):
    """One statement of a city or a station from a table."""
    form = day if averaging == "24h" else now
    return form(air(rows, stations, moment), parameter, About("x", law, ZONE, station, expected))


def found(rows, stations, moment=NOW, **more):
    return situation(rows, stations, moment, law="uz", zone=ZONE, **more)


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
    figure = said(rows, FOUR)
    assert (figure.value, figure.n, figure.of, figure.averaging) == (50.0, 3, 3, "24h")
    assert (figure.highest.station, figure.highest.value) == ("a:3", 90.0)  # of the rows of the figure, not the traffic
    assert figure.end == pd.Timestamp(LAST) + timedelta(hours=1)
    assert (figure.age_minutes, len(figure.rows)) == (20.0, 72)
    assert (figure.lower, figure.upper, figure.interval) == (45.0, 70.0, "leave_one_station_out")
    assert figure.notes == ()
    assert figure.left_out.to_dict("records") == [{"station": "a:4", "why": "not_background", "rows": 24}]


def test_unknown_class_counts_and_is_said():
    rows = pd.concat([hours([40.0] * 24), hours([60.0] * 24, station="a:9")])
    figure = said(rows, FOUR)
    assert (figure.value, figure.n, figure.unknown_class) == (50.0, 2, 1)
    assert "unknown_class" in figure.notes


def test_models_and_flagged_rows_never_enter():
    rows = pd.concat(
        [hours([40.0] * 24), hours([900.0] * 24, station="a:2", kind="model"),
         hours([900.0] * 24, station="a:3", flag="suspect")]
    )  # fmt: skip
    figure = said(rows, FOUR)
    assert (figure.value, figure.n, figure.of) == (40.0, 1, 2)
    assert figure.left_out.to_dict("records") == [{"station": "a:3", "why": "suspect", "rows": 24}]


def test_the_check_that_doubts_a_row_is_why_it_is_left_out():
    rows = pd.concat([hours([40.0] * 24), hours([9999.0] * 24, station="a:2", flag="invalid")])
    rows["checks"] = [() if v < 100 else ("fault_code:9999",) for v in rows["value"]]
    assert said(rows, FOUR, averaging="1h").left_out.to_dict("records") == [
        {"station": "a:2", "why": "fault_code", "rows": 6}
    ]


def test_a_grey_station_leaves_the_figure_but_not_the_count():
    rows = pd.concat([hours([40.0] * 24), hours([900.0] * 24, station="a:2", last=LAST - timedelta(hours=7))])
    figure = said(rows, FOUR)
    assert (figure.value, figure.n, figure.of) == (40.0, 1, 2)
    assert (figure.highest.station, said(rows, FOUR, averaging="1h").n) == ("a:1", 1)
    assert figure.left_out["why"].tolist() == ["old"]


def test_one_monitor_counts_once():
    stations = pd.concat([FOUR, pd.DataFrame({"station": ["b:1"], "name": ["copy"], "same_as": ["a:1"],
                                              "station_class": ["background"]})])  # fmt: skip
    rows = pd.concat([hours([10.0] * 24), hours([10.0] * 24, station="b:1", source="b"),
                      hours([90.0] * 24, station="a:2")])  # fmt: skip
    figure = said(rows, stations)
    assert (figure.value, figure.n) == (50.0, 2)


@pytest.mark.parametrize(("count", "value"), [(18, 30.0), (17, None)])
def test_the_day_needs_three_quarters_of_its_hours(count, value):
    figure = said(hours([30.0] * count), FOUR)
    assert figure.value == value
    assert figure.missing == ("" if value else "too_few_hours")
    assert figure.left_out["why"].tolist() == ([] if value else ["few_hours"])


def test_the_window_is_the_last_24_hours():
    figure = said(hours([1000.0] * 24 + [20.0] * 24), FOUR)
    assert figure.value == 20.0
    assert (figure.start, figure.end) == (
        pd.Timestamp(LAST) - timedelta(hours=23),
        pd.Timestamp(LAST + timedelta(hours=1)),
    )


def test_a_station_that_does_not_enter_sets_no_window():
    full = hours([1000.0] + [20.0] * 24, last=LAST - timedelta(hours=2))
    figure = said(pd.concat([full, hours([90.0] * 3, station="a:2")]), FOUR)
    assert (figure.value, figure.n, figure.age_minutes) == (20.0, 1, 140.0)


def test_why_there_is_no_figure():
    assert said(hours([]), FOUR).missing == "no_rows"
    assert said(hours([5.0] * 24, last=LAST - timedelta(hours=9)), FOUR).missing == "all_stale"
    traffic = said(hours([5.0] * 24, station="a:4"), FOUR)
    assert (traffic.missing, traffic.value, traffic.highest) == ("no_background", None, None)
    assert said(hours([]), FOUR, expected=["a:1"]).left_out.to_dict("records") == [
        {"station": "a:1", "why": "silent", "rows": 0}
    ]


def test_hours_that_are_not_over_yet_do_not_count():
    rows = hours([40.0] * 24 + [900.0], last=LAST + timedelta(hours=2))
    assert said(rows, FOUR, averaging="1h").value == 40.0


DAY = datetime(2026, 1, 8, 19, tzinfo=UTC)


def test_daily_medians_stand_in_where_there_are_no_hours_and_are_never_a_verdict():
    rows = pd.concat(
        [hours([70.0, 110.0], station=f"a:{i}", last=DAY, minutes=1440, statistic="median", kind="indicative")
         for i in (1, 2)]
    )  # fmt: skip
    figure = said(rows, FOUR)
    assert (figure.value, figure.averaging, figure.freshness, figure.daily) == (110.0, "daily_median", "fresh", True)
    assert (figure.arrow, dict(figure.indices)) == (None, {})
    assert (figure.start, figure.end) == (pd.Timestamp(DAY), pd.Timestamp(DAY) + timedelta(days=1))
    assert set(figure.notes) == {"daily_only", "daily_medians", "low_cost"}
    assert (figure.verdict, figure.held.reason, figure.held.indicative) == ("not_checked", "daily_median", True)
    assert figure.held.ratio == pytest.approx(110 / 60)
    means = said(rows.assign(statistic="mean"), FOUR)
    assert means.averaging == "daily_mean"
    assert means.verdict == "above"


def test_one_hourly_sensor_beside_many_daily_ones_stands_as_itself():
    daily = [hours([18.0], station=f"a:{i}", last=DAY, minutes=1440, statistic="median") for i in (1, 2, 3)]
    rows = pd.concat([*daily, hours([35.0] * 24, station="a:5")])
    city = found(rows, FOUR)
    assert (city.hour.value, city.hour.missing, city.figure.value, city.figure.n) == (None, "stands_alone", 18.0, 3)
    assert (city.index(), city.lead.kind, city.lead.arrow) == (None, "day", None)
    alone, its_day = city.stations["a:5"]
    assert (alone.value, its_day.value, its_day.averaging, alone.arrow) == (35.0, 35.0, "24h", "steady")


def test_state_names_its_own_law():
    tashkent, astana = (said(hours([45.0] * 24), FOUR, law=law).held for law in ("uz", "kz"))
    assert (tashkent.verdict, tashkent.limit.jurisdiction, tashkent.limit.value) == ("within", "uz", 60)
    assert (astana.verdict, astana.limit.jurisdiction, astana.ratio) == ("above", "kz", pytest.approx(45 / 35))
    assert [c.limit.key for c in tashkent.beside] == ["who-2021 pm25 24h aqg"]
    assert tashkent.beside[0].ratio == 3.0
    assert astana.indicative  # its law was read at second hand
    assert not tashkent.indicative
    assert said(hours([45.0] * 24, parameter="co"), FOUR, parameter="co", law="kz").held.indicative


def test_an_hour_or_nothing_is_never_within():
    assert said(hours([1.0] * 24), FOUR, averaging="1h").verdict == "not_checked"
    nothing = said(hours([]), FOUR).held
    assert (nothing.verdict, nothing.ratio, nothing.reason) == ("not_checked", None, "no_figure")
    pm1 = said(hours([1.0] * 24, parameter="pm1"), FOUR, parameter="pm1").held
    assert (pm1.verdict, pm1.reason) == ("not_checked", "no_limit")


@pytest.mark.parametrize(
    ("values", "direction"),
    [([50.0] * 3 + [70.0] * 3, "up"), ([50.0] * 3 + [30.0] * 3, "down"), ([50.0] * 3 + [54.0] * 3, "steady"),
     ([3.0] * 3 + [4.5] * 3, "steady"), ([50.0, None, None, 70.0, 70.0, 70.0], None), ([], None)],
)  # fmt: skip
def test_arrow_of_the_hour(values, direction):
    assert said(hours(values), FOUR, averaging="1h").arrow == direction


def test_the_hour_and_the_day_have_each_their_own_arrow():
    falling_day = [60.0] * 24 + [20.0] * 5 + [30.0, 35.0, 40.0]
    assert said(hours(falling_day), FOUR, averaging="1h").arrow == "up"
    assert said(hours(falling_day), FOUR).arrow == "down"


def test_a_station_that_falls_silent_bends_no_arrow():
    rows = pd.concat([hours([50.0] * 6), hours([500.0] * 3, station="a:2", last=LAST - timedelta(hours=3))])
    assert said(rows, FOUR, averaging="1h").arrow == "steady"


def test_a_city_of_fewer_than_three_stations_is_provisional_and_a_station_is_not():
    two = pd.concat([hours([90.0] * 24, station=f"a:{i}") for i in (1, 2)])
    three = pd.concat([two, hours([90.0] * 24, station="a:3")])
    assert [said(rows, FOUR).provisional for rows in (two, three)] == [True, False]
    assert not said(two, FOUR, station="a:1").provisional


def damp(humidity):
    return hours([humidity] * 24, station="m:1", parameter="relative_humidity", kind="model")


def test_low_cost_sensors_are_judged_by_the_range_without_water():
    cheap = pd.concat([hours([70.0] * 24, station=f"a:{i}", kind="indicative") for i in (1, 2, 3)])
    wet = said(pd.concat([cheap, damp(80.0)]), FOUR)  # growth 1.48 to 1.97
    assert (wet.value, wet.interval, wet.verdict) == (70.0, "humidity", "within")
    assert (round(wet.lower, 1), round(wet.upper, 1)) == (35.5, 47.1)
    between = said(pd.concat([cheap, damp(80.0)]), FOUR, law="kz")  # 35: the lower edge is above
    assert between.verdict == "above"
    straddling = said(pd.concat([cheap.assign(value=90.0), damp(80.0)]), FOUR)  # 45.7 to 60.6 around 60
    assert (straddling.verdict, straddling.held.reason) == ("not_checked", "range_straddles")
    unknown = said(cheap, FOUR)
    assert unknown.verdict == "above"
    assert "humidity_unknown" in unknown.notes


def test_indices_name_their_scale_and_the_dominant_pollutant():
    rows = pd.concat([hours([101.0] * 24), hours([101.0] * 24, station="a:2"), hours([20.0] * 24, parameter="no2"),
                      hours([900.0] * 24, parameter="co")])  # fmt: skip
    us, eu = (found(rows, FOUR).index(scale) for scale in ("us-epa-2024", "eaqi-2024"))
    assert (us.scale, us.value, us.parameter, us.basis) == ("us-epa-2024", 183, "pm25", "nowcast")
    assert (eu.value, eu.category, eu.basis) == (5, "Very poor", "hour")
    assert found(hours([]), FOUR).index() is None
    assert found(hours([20.0] * 24, last=LAST - timedelta(hours=8)), FOUR).index() is None


def test_no_index_beyond_its_scale():
    index_of = found(hours([2000.0] * 24), FOUR).index()
    assert (index_of.value, index_of.beyond) == (500, True)


def test_eight_hours_of_co():
    rows = hours([15_000.0] * 8, parameter="co")
    assert found(rows, FOUR).index().value == index("co", 480, 15_000.0).value
    assert found(rows.tail(5), FOUR).index() is None


def test_the_day_of_24_hours_has_its_own_index():
    day_index = said(hours([101.0] * 24), FOUR).indices["us-epa-2024"]
    assert (day_index.value, day_index.basis) == (index("pm25", 1440, 101.0).value, "24h")


def test_flagged_hours_leave_nothing_current():
    rows = pd.concat([hours([40.0] * 48, station=f"a:{i}") for i in (1, 2, 3)])
    late = rows["start"] > pd.Timestamp(LAST) - timedelta(hours=12)
    city = found(rows.assign(flag=np.where(late, "invalid", "ok")), FOUR)
    assert (city.hour.value, city.figure.value, city.index(), city.hour.age_minutes) == (None, None, None, None)
    assert (city.hour.n, city.hour.of, city.hour.highest, city.hour.freshness) == (0, 3, None, "grey")
    assert all(one.value is None for pair in city.stations.values() for one in pair)


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


def test_series_gives_hours_and_running_days():
    rows = pd.concat([hours([10.0] * 48), hours([30.0] * 48, station="a:2"), hours([900.0] * 48, station="a:4")])
    series = city_series(rows, FOUR)
    assert len(series) == 48
    assert series["hour"].unique().tolist() == [20.0]
    assert series["day"].isna().sum() == 17
    assert series["day"].iloc[-1] == 20.0
    assert city_series(hours([]), FOUR).empty
    pd.testing.assert_frame_equal(series_of(air(rows, FOUR, NOW)), series, check_dtype=False)
    assert series_of(air(hours([]), FOUR, NOW)).empty


def test_the_whole_situation_of_a_city():
    rows = pd.concat(
        [hours([45.0] * 48), hours([30.0] * 48, station="a:2"), hours([90.0] * 48, parameter="no2"),
         hours([5.0] * 48, station="m:1", kind="model", parameter="pm10"), hours([3.0], parameter="wind_speed")]
    )  # fmt: skip
    city = situation(rows, FOUR, NOW, law="kz", zone=ZONE, expected={"pm25": ["a:1", "a:2", "a:3"]})
    assert (city.figure.value, city.figure.n, city.figure.of) == (37.5, 2, 3)
    assert (city.verdict, city.judged.parameter, city.leading.parameter) == ("above", "no2", "no2")
    assert "pm10" not in city.now  # a model is never the city's figure
    assert (city.index().parameter, city.wind.speed, city.hour.arrow) == ("pm25", 3.0, "steady")
    assert {s.rows["kind"].iloc[0] for s in (*city.now.values(), *city.day.values())} == {"reference"}


def test_a_city_is_not_within_on_the_word_of_another_pollutant():
    rows = hours([20.0] * 24, parameter="no2")
    city = found(rows, FOUR)
    assert (city.leading.verdict, city.verdict, city.judged.parameter) == ("within", "not_checked", "pm25")


def test_an_empty_city_has_a_situation_too():
    city = found(hours([]), FOUR.head(0))
    assert (city.figure.value, city.verdict, city.wind, dict(city.stations)) == (None, "not_checked", None, {})
    assert (city.index(), city.leading) == (None, None)


def test_a_demo_says_simulated():
    assert "simulated" in found(hours([45.0] * 24, kind="simulated"), FOUR).figure.notes
