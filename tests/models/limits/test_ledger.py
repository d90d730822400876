from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.checks import none, single
from models.averages.limit_averages import checks, from_daily
from models.limits.in_force import applicable, limits
from models.limits.ledger import COLUMNS, ledger
from models.stations.monitors import names_of_one, once, standing_for_air

ZONE = "Asia/Tashkent"
FIRST = datetime(2025, 3, 1, tzinfo=ZoneInfo(ZONE))
DAY = limits("uz", "pm25", date(2025, 3, 1), averaging="24h")
YEAR = limits("uz", "pm25", date(2025, 3, 1), averaging="year")
SINGLE = limits("kz", "no2", date(2025, 3, 1), averaging="single")


def hours(values, *, station="a:1", parameter="pm25", first=FIRST, minutes=60, **columns):
    start = pd.date_range(first, periods=len(values), freq=f"{minutes}min").tz_convert("UTC").as_unit("us")
    plain = {"source": "a", "flag": "ok", "statistic": "mean", "kind": "reference", "city": "tashkent"} | columns
    table = pd.DataFrame({"start": start, "value": np.asarray(values, dtype=float)}).dropna()
    return table.assign(station=station, parameter=parameter, minutes=minutes, **plain)


def line(rows, held=DAY, days=2, **options):
    end = FIRST + pd.Timedelta(days=days)
    table = ledger(rows, held, FIRST, end, city="tashkent", zone=ZONE, **options)
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 1
    return table.iloc[0]


def test_a_day_above_is_counted_with_its_worst_station_and_time():
    rows = pd.concat([hours([50.0] * 24 + [90.0] * 24), hours([40.0] * 48, station="a:2")])
    found = line(rows)
    assert (found["result"], found["exceeded"], found["checked"], found["not_checked"]) == ("exceeded", 1, 4, 0)
    assert (found["worst_station"], found["worst_value"], found["worst_ratio"]) == ("a:1", 90.0, 1.5)
    assert found["worst_start"] == "2025-03-02T00:00:00+05:00"
    assert (found["days_exceeded"], found["days_checked"], found["completeness"]) == (1, 2, 1.0)
    assert not found["indicative"]


def test_none_and_not_checked_never_look_alike():
    clean = line(hours([10.0] * 48))
    assert (clean["result"], clean["exceeded"]) == ("none", 0)
    for rows in (hours([]), hours([500.0] * 10), hours([500.0] * 48, flag="suspect")):
        blind = line(rows)
        assert blind["result"] == "not_checked"
        assert blind["exceeded"] is pd.NA
        assert blind["days_exceeded"] is pd.NA
        assert (blind["checked"], blind["not_checked"]) == (0, 2)
        assert blind["worst_station"] == ""


def test_a_day_needs_three_quarters_of_its_hours():
    assert line(hours([100.0] * 18), days=1)["exceeded"] == 1
    short = line(hours([100.0] * 17), days=1)
    assert (short["result"], short["not_checked_incomplete"]) == ("not_checked", 1)


def test_daily_medians_are_never_an_exceedance_only_an_indicative_count_beside():
    rows = hours([70.0, 20.0], minutes=1440, statistic="median", kind="indicative")
    found = line(rows)
    assert (found["result"], found["checked"], found["not_checked_medians"]) == ("not_checked", 0, 2)
    assert found["exceeded"] is pd.NA
    assert (found["indicative_exceeded"], found["indicative_of"]) == (1, 2)
    assert found["note"] == "daily_medians"
    assert line(hours([70.0, 20.0], minutes=1440))["exceeded"] == 1  # a delivered daily mean is checked


def test_an_hour_is_never_held_to_a_day_or_a_year():
    rows = hours([10.0] * 23 + [5_000.0] + [10.0] * 24)
    assert line(hours([59.0] * 23 + [70.0] + [59.0] * 24))["result"] == "none"
    assert line(rows, YEAR)["result"] == "not_checked"
    assert line(rows, YEAR)["not_checked_partial"] == 1


def test_an_hour_beside_a_single_maximum_says_so_and_a_sample_does_not():
    hour = line(hours([250.0] * 48, parameter="no2"), SINGLE)
    assert (hour["note"], hour["minutes"], hour["indicative"], hour["exceeded"]) == ("hour_beside_single", 60, True, 48)
    sample = line(hours([250.0] * 144, parameter="no2", minutes=20), SINGLE)
    assert (sample["note"], sample["minutes"], sample["exceeded"]) == ("", 20, 144)


def test_a_whole_year_is_annual_and_a_cut_one_is_not():
    rows = hours([40.0] * 8760, first=datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)))
    edges = [datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE)), datetime(2026, 1, 1, tzinfo=ZoneInfo(ZONE))]
    whole = ledger(rows, YEAR, *edges, city="tashkent", zone=ZONE).iloc[0]
    assert (whole["result"], whole["worst_ratio"]) == ("exceeded", pytest.approx(40 / 35))
    cut = ledger(rows, YEAR, edges[0], edges[1] - pd.Timedelta(days=1), city="tashkent", zone=ZONE).iloc[0]
    assert (cut["result"], cut["not_checked_partial"]) == ("not_checked", 1)


def test_a_year_in_which_the_limit_came_is_not_checked():
    zone = ZoneInfo(ZONE)
    rows = hours([40.0] * 8784, first=datetime(2024, 1, 1, tzinfo=zone))
    found = ledger(rows, limits("uz", "pm25"), datetime(2024, 1, 1, tzinfo=zone), datetime(2025, 1, 1, tzinfo=zone),
                   city="tashkent", zone=ZONE).set_index("averaging")  # fmt: skip
    assert found.loc["year", "result"] == "not_checked"
    day = found.loc["24h"]
    assert (day["from"], day["checked"]) == ("2024-05-27T00:00:00+05:00", 153)
    assert (day["not_checked_entry"], day["not_checked"]) == (66, 66)  # 27 May to 31 July: law or not, nobody read


def test_a_year_needs_the_share_that_its_own_act_asks_for():
    zone = ZoneInfo(ZONE)
    start, end = datetime(2025, 1, 1, tzinfo=zone), datetime(2026, 1, 1, tzinfo=zone)
    held = [*limits("eu", "pm25", averaging="year", on=date(2025, 6, 1)),
            *limits("who-2021", "pm25", averaging="year", level="aqg")]  # fmt: skip
    for share, europe in ((0.88, "not_checked"), (0.91, "exceeded")):
        rows = hours([40.0] * int(8760 * share), first=start)
        found = ledger(rows, held, start, end, city="tashkent", zone=ZONE).set_index("standard")["result"]
        assert found.to_dict() == {"eu": europe, "who-2021": "exceeded"}, share


def test_a_year_of_its_own_line_each():
    zone = ZoneInfo(ZONE)
    start, end = datetime(2025, 12, 31, tzinfo=zone), datetime(2026, 1, 2, tzinfo=zone)
    table = ledger(hours([100.0] * 48, first=start), DAY, start, end, city="tashkent", zone=ZONE, by_year=True)
    assert table["exceeded"].tolist() == [2, 1, 1]
    assert len(ledger(hours([1.0] * 24, first=end), DAY, end, end + pd.Timedelta(days=1), city="tashkent", zone=ZONE,
                      by_year=True)) == 1  # fmt: skip


def test_eight_hour_maximum_and_peak_season():
    who = limits("who-2021", "o3", level="aqg")
    start = datetime(2025, 1, 1, tzinfo=ZoneInfo(ZONE))
    rows = hours([110.0] * 8760, parameter="o3", first=start)
    found = ledger(rows, who, start, start.replace(year=2026), city="tashkent", zone=ZONE).set_index("averaging")
    assert found.loc["8h", "exceeded"] >= 364  # the first day lacks the hours of the evening before
    assert found.loc["season", "worst_value"] == pytest.approx(110.0)
    assert found.loc["season", "result"] == "exceeded"


def test_the_long_day_of_astana_is_one_day():
    zone = ZoneInfo("Asia/Almaty")
    start, end = datetime(2024, 2, 29, tzinfo=zone), datetime(2024, 3, 2, tzinfo=zone)
    rows = hours([50.0] * 49, first=start)
    held = limits("kz", "pm25", date(2024, 2, 29), averaging="24h")
    found = ledger(rows, held, start, end, city="astana", zone="Asia/Almaty").iloc[0]
    assert (found["checked"], found["exceeded"]) == (2, 2)
    assert (found["from"], found["to"]) == ("2024-02-29T00:00:00+06:00", "2024-03-02T00:00:00+05:00")


def test_models_never_count_and_one_monitor_counts_once():
    two = pd.concat([hours([90.0] * 48), hours([91.0] * 48, station="b:9", source="b", kind="indicative")])
    places = pd.DataFrame({"station": ["a:1", "b:9"], "same_as": ["", "a:1"]})
    assert line(two)["checked"] == 4
    alone = line(two, stations=places)
    assert (alone["checked"], alone["worst_value"]) == (2, 90.0)
    modelled = hours([900.0] * 48, station="m:1", kind="model")
    assert line(pd.concat([hours([10.0] * 48), modelled]))["result"] == "none"
    assert set(standing_for_air(hours([1.0], kind="simulated"))["kind"]) == {"simulated"}
    again = pd.concat([hours([90.0] * 48), hours([90.0] * 48, source="archive")])
    assert len(once(again, None)) == 48


def test_three_names_of_one_monitor():
    places = pd.DataFrame({"station": ["c", "b", "a"], "same_as": ["b", "a", ""]})
    assert names_of_one(places) == {"b": "a", "c": "a"}
    circle = pd.DataFrame({"station": ["b", "a"], "same_as": ["a", "b"]})
    assert names_of_one(circle) == {"b": "a"}


def test_low_cost_only_is_noted():
    assert line(hours([10.0] * 48, kind="indicative"))["note"] == "low_cost"


def test_daily_means_of_the_store_give_the_same_days():
    days = pd.DataFrame(
        {"source": "a", "station": "a:1", "parameter": "pm25", "kind": "reference", "value": [50.0, 90.0, 99.0],
         "day": [date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 3)], "coverage": [1.0, 0.8, 0.5],
         "median": [False, False, False]}
    )  # fmt: skip
    found = line(from_daily(days, ZONE), days=3)
    assert (found["exceeded"], found["checked"], found["not_checked_incomplete"]) == (1, 2, 1)
    beside = line(from_daily(days.assign(median=True), ZONE), days=3)
    assert (beside["result"], beside["indicative_exceeded"]) == ("not_checked", 2)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 300)), min_size=1, max_size=72), st.sampled_from(["ok", "suspect"]))
def test_every_interval_is_counted_exactly_once(values, flag):
    rows = hours([np.nan if value is None else value for value in values], flag=flag, parameter="pm25")
    held = [x for x in applicable("uz", "pm25", date(2025, 3, 1)) if x.level in ("limit", "aqg")]
    table = ledger(rows, held, FIRST, FIRST + pd.Timedelta(days=3), city="tashkent", zone=ZONE)
    parts = table[[name for name in COLUMNS if name.startswith("not_checked_")]].sum(axis=1)
    assert (parts == table["not_checked"]).all()
    assert (table["completeness"] == table["checked"] / (table["checked"] + table["not_checked"])).all()
    assert (table["exceeded"].fillna(0) <= table["checked"]).all()


def test_stamps_off_the_hour_fall_into_their_hour():
    rows = hours([70.0] * 24, first=FIRST + pd.Timedelta(minutes=7))
    made = checks(rows, "24h", FIRST, FIRST + pd.Timedelta(days=1), zone=ZONE)
    assert made.values.iloc[0, 0] == 70.0
    assert made.values.index[0] == pd.Timestamp(datetime(2025, 2, 28, 19, tzinfo=UTC))


def doubted(values, flag="suspect", entry="plume:900,40", **columns):
    rows = hours(values, flag=flag, **columns)
    return rows.assign(checks=single(entry, np.ones(len(rows), bool), rows.index))


def told(rows, **columns):
    return rows.assign(checks=none(rows.index), **columns)


def test_hours_that_nothing_else_supports_are_counted_beside_the_exceedances():
    """SO2 of a Karaganda post on 22 October 2023; Kazakhstan's one-time maximum is 500."""
    held = limits("kz", "so2", date(2025, 3, 1), averaging="single")
    later = FIRST + pd.Timedelta(hours=6)
    rows = pd.concat([told(hours([700.0, 20, 19, 18, 20, 21], parameter="so2")),
                      doubted([466.0, 861, 1100, 458], parameter="so2", first=later)], ignore_index=True)  # fmt: skip
    found = line(rows, held, days=1)
    assert (found["exceeded"], found["exceeded_if_real"]) == (1, 2)
    assert (found["checked"], found["not_checked"], found["not_checked_flagged"]) == (6, 18, 4)
    assert found["worst_value"] == 700.0


@pytest.mark.parametrize(("flag", "entry"), [("invalid", "fault_code:9999"), ("suspect", "stuck:8"),
                                             ("invalid", "plume:9,1")])  # fmt: skip
def test_hours_doubted_for_another_reason_are_not_counted_so(flag, entry):
    held = limits("kz", "so2", date(2025, 3, 1), averaging="single")
    rows = doubted([861.0, 1100.0], flag, entry, parameter="so2")
    assert line(rows, held, days=1)["exceeded_if_real"] == 0


def test_a_day_that_is_above_only_with_its_unsupported_hours():
    rows = pd.concat([told(hours([40.0] * 20)),
                      doubted([400.0] * 4, entry="unsupported:400,40", first=FIRST + pd.Timedelta(hours=20))],
                     ignore_index=True)  # fmt: skip
    found = line(rows, days=1)
    assert (found["result"], found["exceeded"], found["exceeded_if_real"]) == ("none", 0, 1)
    blind = line(doubted([400.0] * 24, entry="unsupported:400,40"), days=1)
    assert (blind["result"], blind["exceeded_if_real"]) == ("not_checked", 1)


def test_rows_that_do_not_tell_their_checks_leave_it_open():
    assert line(hours([40.0] * 24), days=1)["exceeded_if_real"] is pd.NA
    assert line(told(hours([40.0] * 24)), days=1)["exceeded_if_real"] == 0


def test_flags_that_count_are_exceedances_already():
    rows = doubted([400.0] * 24)
    found = line(rows, days=1, flags=("ok", "suspect"))
    assert (found["exceeded"], found["exceeded_if_real"]) == (1, 0)


@pytest.mark.parametrize("sound", [20, 10, 0])
def test_daily_means_of_the_store_with_the_doubted_hours_beside(sound):
    far = doubted([400.0] * (24 - sound), entry="unsupported:400,40", first=FIRST + pd.Timedelta(hours=sound))
    days = pd.DataFrame(
        {"source": "a", "station": "a:1", "parameter": "pm25", "kind": "reference", "minutes": 60, "median": False,
         "value": [40.0], "n": [sound], "hours": [float(sound)], "day": [date(2025, 3, 1)], "coverage": [sound / 24]}
    )  # fmt: skip
    days = days if sound else days.iloc[:0]
    daily = line(from_daily(days, ZONE, doubted=far), days=1)
    hourly = line(pd.concat([told(hours([40.0] * sound)), far], ignore_index=True), days=1)
    names = ["result", "exceeded_if_real", "checked", "stations"]
    assert daily[names].tolist() == hourly[names].tolist()
    assert daily["exceeded_if_real"] == 1
