from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.indices.kz_indices import GRADES, grade_iza, grade_np, grade_si, monthly, yearly
from models.limits.in_force import groups, limits
from models.limits.ledger import ledger
from models.limits.summation import DOMINANCE, summation, sums

ZONE = "Asia/Almaty"
ASTANA = ZoneInfo(ZONE)
YEAR = datetime(2025, 1, 1, tzinfo=ASTANA), datetime(2026, 1, 1, tzinfo=ASTANA)
MARCH = datetime(2025, 3, 1, tzinfo=ASTANA), datetime(2025, 4, 1, tzinfo=ASTANA)
AUTUMN = datetime(2025, 9, 1, tzinfo=ASTANA)  # from 20 August 2025 on the order on groups is law for certain
HOURS = 31 * 24
GROUPS = {group.number: group for group in groups("kz")}


def rows(parameter, values, *, station="kz:1", first=MARCH[0], minutes=60, **columns):
    start = pd.date_range(first, periods=len(values), freq=f"{minutes}min").tz_convert("UTC").as_unit("us")
    plain = {"source": "kz", "flag": "ok", "statistic": "mean", "kind": "reference", "city": "astana"} | columns
    table = pd.DataFrame({"start": start, "value": np.asarray(values, dtype=float)}).dropna()
    return table.assign(station=station, parameter=parameter, minutes=minutes, **plain)


def test_si_is_the_highest_ratio_of_any_pollutant_and_post():
    table = pd.concat(
        [
            rows("pm25", [80.0] * (HOURS - 1) + [320.0]),  # 2 × 160
            rows("h2s", [4.0] * (HOURS - 1) + [24.0], station="kz:2"),  # 3 × 8
        ]
    )
    month = monthly(table, *MARCH, zone=ZONE).iloc[0]
    assert (month["si"], month["si_parameter"], month["si_station"]) == (3.0, "h2s", "kz:2")
    assert month["si_start"] == "2025-03-31T23:00:00+05:00"
    assert month["np"] == pytest.approx(100 / HOURS)
    assert month["parameters"] == "pm25 h2s"
    assert (month["hours_for_samples"], month["lower_bound"]) == (True, True)
    assert (month["grade_si"], month["grade_np"], month["grade"]) == ("", "", ""), "a bound is no grade"
    assert month["indicative"]


def test_the_higher_class_counts_when_si_and_np_disagree():
    often = monthly(rows("pm25", [161.0] * HOURS * 3, minutes=20), *MARCH, zone=ZONE).iloc[0]
    assert (often["grade_si"], often["grade_np"], often["grade"]) == ("elevated", "very_high", "very_high")
    once = monthly(rows("pm25", [1.0] * (HOURS * 3 - 1) + [2_000.0], minutes=20), *MARCH, zone=ZONE).iloc[0]
    assert (once["grade_si"], once["grade_np"], once["grade"]) == ("very_high", "elevated", "very_high")


def test_np_needs_most_of_the_month_and_si_does_not():
    month = monthly(rows("pm25", [320.0] * 300, minutes=20), *MARCH, zone=ZONE).iloc[0]
    assert month["si"] == 2.0
    assert np.isnan(month["np"])
    assert (month["grade_si"], month["grade_np"], month["grade"]) == ("elevated", "", "elevated")


def test_hours_of_one_pollutant_leave_the_month_without_a_grade():
    samples = rows("pm25", [320.0] * HOURS * 3, minutes=20)
    graded = monthly(samples, *MARCH, zone=ZONE).iloc[0]
    assert (graded["si"], graded["grade"], graded["lower_bound"]) == (2.0, "very_high", False)
    mixed = monthly(pd.concat([samples, rows("no2", [10.0] * HOURS)]), *MARCH, zone=ZONE).iloc[0]
    assert (mixed["si"], mixed["grade"], mixed["lower_bound"]) == (2.0, "", True)


def test_a_month_without_data_has_no_class_and_flagged_rows_do_not_count():
    empty = monthly(rows("pm25", [400.0] * HOURS, flag="suspect"), *MARCH, zone=ZONE).iloc[0]
    assert np.isnan(empty["si"])
    assert empty["grade"] == ""
    again = monthly(rows("pm25", [400.0] * HOURS, flag="suspect"), *MARCH, zone=ZONE, flags=("ok", "suspect"))
    assert again.iloc[0]["si"] == 2.5


def test_samples_of_twenty_minutes_are_taken_before_hours():
    table = pd.concat([rows("no2", [300.0] * HOURS), rows("no2", [100.0] * HOURS * 3, minutes=20)])
    month = monthly(table, *MARCH, zone=ZONE).iloc[0]
    assert month["si"] == 0.5
    assert not month["hours_for_samples"]


def test_tashkent_is_computed_by_us():
    table = rows("no2", [170.0] * HOURS)
    assert monthly(table, *MARCH, zone="Asia/Tashkent", jurisdiction="uz").iloc[0]["computed_by_us"]
    assert monthly(table, *MARCH, zone="Asia/Tashkent", jurisdiction="uz").iloc[0]["si"] == 2.0
    assert not monthly(table, *MARCH, zone=ZONE).iloc[0]["computed_by_us"]


def test_iza5_by_hand_for_both_sets_of_exponents():
    means = {"pm25": 70.0, "no2": 80.0, "so2": 25.0, "co": 3000.0, "o3": 60.0, "no": 6.0}
    table = pd.concat([rows(p, [v] * 8760, first=YEAR[0]) for p, v in means.items()])
    first = yearly(table, *YEAR, zone=ZONE).iloc[0]
    # 60/30 at 1.7, 80/40 at 1.3, 70/35 at 1, 3000/3000 at 0.9, 25/50 at 1; NO is the sixth
    assert first["iza5"] == pytest.approx(2**1.7 + 2**1.3 + 2 + 1 + 0.5)
    assert first["parts"].split()[0] == "o3=3.25"
    assert (first["exponents"], first["grade"]) == ("emirsaba", "high")
    assert (first["complete"], first["lower_bound"], first["left_out"]) == (True, False, "")
    assert "pm10" in first["not_measured"].split()
    second = yearly(table, *YEAR, zone=ZONE, exponents="rd-52.04.667-2005").iloc[0]
    assert second["iza5"] == pytest.approx(2**1.5 + 2**1.3 + 2 + 1 + 0.5)
    assert second["exponents"] == "rd-52.04.667-2005"


def test_a_bound_has_no_grade_however_high():
    means = {"pm25": 900.0, "no2": 900.0, "so2": 900.0, "co": 9000.0, "o3": 900.0}
    whole = [rows(p, [v] * 8760, first=YEAR[0]) for p, v in means.items()]
    assert yearly(pd.concat(whole), *YEAR, zone=ZONE).iloc[0]["grade"] == "very_high"
    part = yearly(pd.concat([*whole, rows("pm10", [50.0] * 4000, first=YEAR[0])]), *YEAR, zone=ZONE).iloc[0]
    assert (part["lower_bound"], part["grade"], part["left_out"]) == (True, "", "pm10")
    four = yearly(pd.concat(whole[:4]), *YEAR, zone=ZONE).iloc[0]
    assert (four["lower_bound"], four["grade"]) == (True, "")


def test_iza5_says_what_is_left_out():
    half = pd.concat([rows("pm25", [70.0] * 8760, first=YEAR[0]), rows("no2", [80.0] * 4000, first=YEAR[0])])
    found = yearly(half, *YEAR, zone=ZONE).iloc[0]
    assert found["parts"] == "pm25=2.00"
    assert found["left_out"] == "no2"
    assert not found["complete"]
    assert (found["lower_bound"], found["grade"]) == (True, "")
    nothing = yearly(rows("no2", [80.0] * 400), *YEAR, zone=ZONE).iloc[0]
    assert np.isnan(nothing["iza5"])
    assert not nothing["lower_bound"]
    assert nothing["grade"] == ""


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_classes_never_fall_as_the_index_rises(one, other):
    low, high = sorted((one, other))
    for grade in (grade_si, grade_np, grade_iza):
        assert GRADES.index(grade(low)) <= GRADES.index(grade(high))


def test_a_sum_above_one_is_counted_where_no_member_is():
    table = pd.concat([rows("so2", [300.0] * 48, first=AUTUMN), rows("h2s", [5.0] * 48, first=AUTUMN)])  # 0.6 + 0.625
    found = summation(table, [GROUPS["44"]], AUTUMN, AUTUMN.replace(day=3), city="astana", zone=ZONE).iloc[0]
    assert (found["exceeded"], found["checked"], found["result"]) == (48, 48, "exceeded")
    assert found["worst_value"] == pytest.approx(1.225)
    assert (found["parameter"], found["limit"], found["unit"]) == ("so2+h2s", 1.0, "1")
    assert found["indicative"]


@pytest.mark.parametrize(("h2s", "checked"), [(7.9, 24), (8.1, 0)])
def test_a_dominating_member_switches_the_rule_off(h2s, checked):
    # SO2 at 0.25 of its limit; H2S at 0.79 of the sum is within, at 0.81 it dominates
    share = (0.25 * h2s / 10) / (1 - h2s / 10)
    table = pd.concat([rows("so2", [125.0] * 24, first=AUTUMN), rows("h2s", [8 * share] * 24, first=AUTUMN)])
    made = sums(table, GROUPS["44"], AUTUMN, AUTUMN.replace(day=2), zone=ZONE)
    assert int(made.values.notna().sum().sum()) == checked


def test_all_members_must_be_there_at_one_station():
    apart = pd.concat([rows("so2", [400.0] * 24, first=AUTUMN), rows("h2s", [6.0] * 24, station="kz:2", first=AUTUMN)])
    end = AUTUMN.replace(day=2)
    found = summation(apart, [GROUPS["44"]], AUTUMN, end, city="astana", zone=ZONE).iloc[0]
    assert (found["result"], found["not_checked_unmeasured"]) == ("not_checked", 48)
    assert found["unmeasured"] == ""  # both are measured, at two stations
    assert pd.isna(found["highest_part"])  # one member alone is all of its part


def test_what_is_measured_of_a_group_can_be_above_one_for_certain():
    end = AUTUMN.replace(day=2)
    every = pd.concat(
        [rows(p, [150.0] * 24, first=AUTUMN) for p in ("no2", "no", "so2")]
    )  # 0.75 + 0.375 + 0.3 of four members
    group = summation(every, [GROUPS["4"]], AUTUMN, end, city="astana", zone=ZONE).iloc[0]
    assert (group["result"], group["exceeded_in_part"], group["not_checked_unmeasured"]) == ("exceeded", 24, 24)
    assert group["highest_part"] == pytest.approx(1.425)
    assert (group["checked"], group["unmeasured"]) == (0, "mazut ash")
    assert pd.isna(group["exceeded"])  # of the whole sum nothing was checked
    less = summation(every.assign(value=75.0), [GROUPS["4"]], AUTUMN, end, city="astana", zone=ZONE).iloc[0]
    assert (less["result"], less["exceeded_in_part"]) == ("not_checked", 0)
    assert less["highest_part"] == pytest.approx(0.7125)
    main = rows("no2", [190.0] * 24, first=AUTUMN)  # 0.95 of a part of 1.1: it may dominate the whole
    few = pd.concat([main, rows("co", [750.0] * 24, first=AUTUMN)])
    dominated = summation(few, [GROUPS["5"]], AUTUMN, end, city="astana", zone=ZONE).iloc[0]
    assert (dominated["result"], dominated["unmeasured"]) == ("not_checked", "formaldehyde")
    assert pd.isna(dominated["exceeded_in_part"])


SHARES = st.floats(0, 3, allow_nan=False)


@given(st.lists(SHARES, min_size=1, max_size=3), st.lists(SHARES.map(lambda x: x * 10), min_size=1, max_size=2))
def test_above_in_part_is_above_whatever_was_not_measured(known, unknown):
    share = DOMINANCE.get(len(known) + len(unknown))
    part = sum(known)
    if share is None or part <= 1 or max(known) > share * part:
        return
    total = part + sum(unknown)
    dominating = max(max(known), max(unknown)) > share * total
    assert total > 1
    assert not dominating or max(unknown) > 1  # then that member's own single maximum is exceeded


def test_before_the_order_there_is_no_line():
    early = datetime(2024, 3, 1, tzinfo=ASTANA)
    table = rows("so2", [400.0] * 24, first=early)
    assert summation(table, groups("kz"), early, early.replace(day=2), city="astana", zone=ZONE).empty


# Gas → single maximum and limit of 24 hours in Kazakhstan [µg/m³], how sure.
MORE = [("formaldehyde", 50.0, 10.0, "secondary"), ("phenol", 10.0, 3.0, "secondary"), ("hf", 20.0, 5.0, "secondary"),
        ("benzene", 300.0, 100.0, "unverified")]  # fmt: skip


@pytest.mark.parametrize(("gas", "once", "day", "sure"), MORE)
def test_what_kazhydromet_measures_beside_the_usual_gases_is_assessed(gas, once, day, sure):
    table = rows(gas, [2.5 * once] * 8760, first=YEAR[0])
    held = limits("kz", gas, YEAR[0].date())
    assert [(x.averaging, x.concentration, x.status) for x in held] == [("single", once, sure), ("24h", day, sure)]
    made = ledger(table, held, *YEAR, city="astana", zone=ZONE).set_index("averaging")
    assert (made["exceeded"] == made["checked"]).all()
    assert made.loc["single", "worst_ratio"] == pytest.approx(2.5)
    assert monthly(table, *YEAR, zone=ZONE)["si_parameter"].unique().tolist() == [gas]
    year = yearly(table, *YEAR, zone=ZONE).iloc[0]
    assert year["parts"].startswith(f"{gas}=")
    assert gas not in year["not_measured"].split()
    missing = yearly(rows("pm25", [10.0] * 8760, first=YEAR[0]), *YEAR, zone=ZONE).iloc[0]
    assert gas in missing["not_measured"].split()
