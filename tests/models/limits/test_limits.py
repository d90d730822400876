from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.city import cities, city
from data.standards.acts import COLUMNS, seed
from data.standards.limits import FOLDER, LimitError, Registry, registry, review
from models.limits.in_force import applicable, compare, groups, limits, own, usable

ANY_DAY = date(2026, 6, 1)

# What the field notes print; the indicative mark follows from the status.
STATED = [
    ("uz", "pm25", "year", 35.0, "verified"),
    ("uz", "pm25", "24h", 60.0, "verified"),
    ("uz", "pm10", "single", 500.0, "secondary"),
    ("uz", "pm10", "24h", 300.0, "secondary"),
    ("uz", "co", "single", 5000.0, "secondary"),
    ("uz", "no2", "single", 85.0, "unverified"),
    ("uz", "no2", "24h", 40.0, "unverified"),
    ("uz", "o3", "24h", 30.0, "unverified"),
    ("kz", "pm25", "single", 160.0, "secondary"),
    ("kz", "pm25", "24h", 35.0, "secondary"),
    ("kz", "pm10", "24h", 60.0, "secondary"),
    ("kz", "no2", "single", 200.0, "secondary"),
    ("kz", "so2", "single", 500.0, "secondary"),
    ("kz", "o3", "single", 160.0, "secondary"),
    ("kz", "o3", "24h", 30.0, "unverified"),
    ("kz", "h2s", "single", 8.0, "unverified"),
    ("kz", "co", "24h", 3000.0, "unverified"),
]


@pytest.mark.parametrize(("jurisdiction", "parameter", "averaging", "value", "status"), STATED)
def test_limit_is_as_stated(jurisdiction, parameter, averaging, value, status):
    (limit,) = limits(jurisdiction, parameter, ANY_DAY, averaging=averaging)
    assert limit.concentration == value
    assert limit.status == status
    assert limit.indicative == (status != "verified")


def test_who_levels_fall_from_interim_targets_to_the_guideline():
    for parameter, averaging in {(x.parameter, x.averaging) for x in limits("who-2021")}:
        rows = {x.level: x.value for x in limits("who-2021", parameter, averaging=averaging)}
        order = [rows[level] for level in ("it-1", "it-2", "it-3", "it-4", "aqg") if level in rows]
        assert order == sorted(order, reverse=True)
        assert "aqg" in rows
    (day,) = limits("who-2021", "pm25", averaging="24h", level="aqg")
    assert (day.value, day.allowed) == (15, 3)


def test_law_only_where_it_is_law():
    for place in cities().values():
        found = applicable(place.law, on=ANY_DAY)
        assert {x.jurisdiction for x in found if x.law} <= {place.law}
        assert "who-2021" in {x.jurisdiction for x in found}
    laws = {key: {x.jurisdiction for x in applicable(city(key).law) if x.law} for key in ("tashkent", "astana")}
    assert laws == {"tashkent": {"uz"}, "astana": {"kz"}}


def test_a_law_cannot_be_asked_for_as_a_yardstick_elsewhere():
    assert not [x for x in applicable("kz", "pm25", ANY_DAY, references=("uz", "who-2021")) if x.jurisdiction == "uz"]
    with pytest.raises(LimitError, match="'uz' is not law here, 'kz' is"):
        usable("uz", city("astana").law)
    with pytest.raises(LimitError, match="choose one of"):
        usable("mars", "kz")


def test_a_city_whose_law_has_no_file_keeps_the_yardsticks():
    assert {x.jurisdiction for x in applicable("kg", "pm25")} == {"who-2021"}


@given(st.floats(0, 1e6), st.sampled_from([1, 10, 15, 20, 30, 60, 480, 1440]))
def test_only_own_averaging_is_ever_an_exceedance(value, minutes):
    for limit in registry().limits:
        made = compare(value, minutes, limit)
        if limit.averaging in ("24h", "season", "year") and minutes < 1440:
            assert made.verdict == "not comparable"
            assert made.ratio is None
        if made.exceedance:
            own = {"single": (20, 30), "1h": (60,), "8h": (480,), "24h": (1440,)}
            assert minutes in own[limit.averaging]


def test_an_hour_beside_a_single_maximum_says_so():
    (single,) = limits("kz", "pm25", ANY_DAY, averaging="single")
    hour, half = compare(200.0, 60, single), compare(200.0, 20, single)
    assert (hour.verdict, hour.note, hour.indicative, hour.exceedance) == ("above", "hour_beside_single", True, False)
    assert (half.verdict, half.note, half.indicative, half.exceedance) == ("above", "", single.indicative, True)
    assert hour.ratio == pytest.approx(1.25)


def test_the_limit_itself_is_within_and_a_median_is_not_compared():
    (day,) = limits("uz", "pm25", ANY_DAY, averaging="24h")
    assert compare(60.0, 1440, day).verdict == "within"
    assert compare(60.1, 1440, day).exceedance
    assert compare(600.0, 1440, day, statistic="median").note == "other_statistic"
    assert compare(float("nan"), 1440, day).note == "no_value"


def test_dates_decide():
    assert not limits("uz", "pm25", date(2024, 7, 31))
    assert len(limits("uz", "pm25", date(2024, 8, 1))) == 2
    assert {x.status for x in limits("kz", "pm25", date(2023, 2, 2))} == {"unverified"}
    assert {x.status for x in limits("kz", "pm25", date(2023, 2, 3))} == {"secondary"}
    assert [g.number for g in groups("kz", date(2025, 8, 20))] == ["1", "2", "3", "4", "5", "7", "8", "33", "40", "44"]
    assert groups("kz", date(2025, 8, 19)) == ()


def test_the_day_limit_of_coarse_dust_in_uzbekistan_stands_since_it_is_printed():
    (day,) = own("uz", "pm10", on=date(2026, 1, 1), averaging="24h")
    assert (day.value, day.unit, day.source.key, day.perhaps) == (300, "µg/m³", "sanqvan-0053-23", None)
    assert not own("uz", "pm10", on=date(2025, 11, 19), averaging="24h")
    assert own("uz", "pm10", on=date(2026, 1, 1), averaging="single")[0].value == 500


# Day → value, days that may lie above, act: the directive of 2008 to its last day, then that of 2024, then its values.
EUROPE = [
    (date(2026, 12, 11), "pm25", "year", 25, None, "eu-2008-50"),
    (date(2026, 12, 12), "pm25", "year", 25, None, "eu-2024-2881"),
    (date(2029, 12, 31), "no2", "1h", 200, 18, "eu-2024-2881"),
    (date(2030, 1, 1), "pm25", "year", 10, None, "eu-2024-2881"),
    (date(2030, 1, 1), "pm25", "24h", 25, 18, "eu-2024-2881"),
    (date(2030, 1, 1), "pm10", "24h", 45, 18, "eu-2024-2881"),
    (date(2030, 1, 1), "no2", "1h", 200, 3, "eu-2024-2881"),
    (date(2030, 1, 1), "no2", "24h", 50, 18, "eu-2024-2881"),
    (date(2030, 1, 1), "co", "24h", 4, 18, "eu-2024-2881"),
    (date(2030, 1, 1), "o3", "8h", 120, 18, "eu-2024-2881"),
]


@pytest.mark.parametrize(("on", "parameter", "averaging", "value", "allowed", "act"), EUROPE)
def test_the_european_yardstick_has_one_row_a_day(on, parameter, averaging, value, allowed, act):
    (row,) = limits("eu", parameter, on, averaging=averaging)
    assert (row.value, row.allowed, row.source.key) == (value, allowed, act)
    assert row.indicative


def test_no_day_of_kazakhstan_lacks_a_limit_between_two_orders():
    first = min(x.start for x in limits("kz"))
    days = (date.fromordinal(n) for n in range(first.toordinal(), date(2026, 12, 1).toordinal()))
    assert {len(limits("kz", "pm25", day)) for day in days} == {2}
    held = {x.source.key: x.perhaps for x in limits("kz", "pm25")}
    assert held == {"dsm-70-2022": None, "order-168-2015": date(2015, 2, 28)}


def test_no_limit_in_force_rests_on_an_act_that_is_not():
    for day in (date(2024, 9, 1), date(2026, 12, 1), date(2026, 12, 12), date(2030, 1, 1)):
        law = [x for x in registry().limits if x.start and x.in_force(day) and x.source.key != "eu-2008-50"]
        assert [x.key for x in law if x.source.stands(day) is not True] == []


def test_the_review_names_what_a_row_lacks_and_what_is_due(tmp_path):
    assert review(date(2026, 12, 1)).lacks == ()
    assert {row.row.partition(" ")[0] for row in review(date(2027, 6, 1)).due} == {"kz", "uz"}
    _written(tmp_path, f"{{ {ROW}, value = 1 }},", entry="unknown", by="")
    found = review(date(2026, 12, 1), tmp_path)
    assert [(lack.row, lack.what) for lack in found.lacks] == [("xx pm25 24h", "from")]
    assert [one.row for one in review(date(2027, 6, 1), tmp_path).due] == ["xx pm25 24h"]


def _written(folder: Path, rows: str, entry: str = "2000-01-01", by: str = "") -> Registry:
    head = 'jurisdiction = "xx"\nlaw = true\n'
    (folder / "limits_xx.toml").write_text(f"{head}limits = [\n{rows}\n]\n", "utf-8")
    act = {
        **seed()[0],
        "act": "a",
        "in_force_from": entry,
        "in_force_by": by,
        "successor": "",
        "review_by": "2027-05-31",
    }
    pd.DataFrame([act])[list(COLUMNS)].to_csv(folder / "acts.csv", index=False)
    return registry(folder)


ROW = 'parameter = "pm25", averaging = "24h", statistic = "mean", unit = "µg/m³", act = "a", status = "verified"'


@given(changed=st.dates(date(2020, 1, 2), date(2025, 12, 31)), day=st.dates(date(2019, 1, 1), date(2026, 12, 31)))
def test_a_new_value_changes_nothing_before_its_first_day(tmp_path_factory, changed, day):
    folder = tmp_path_factory.mktemp("limits")
    before = _written(folder, f"{{ {ROW}, value = 50, from = 2019-01-01 }},")
    last = date.fromordinal(changed.toordinal() - 1)
    after = _written(
        folder,
        f"{{ {ROW}, value = 50, from = 2019-01-01, until = {last} }},\n{{ {ROW}, value = 25, from = {changed} }},",
    )
    old, new = (limits("xx", "pm25", day, known=known)[0].value for known in (before, after))
    assert new == (old if day < changed else 25)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW.replace("pm25", "pm99") + ", value = 1", "parameter 'pm99' is not one of"),
        (ROW.replace("24h", "2h") + ", value = 1", "averaging '2h'"),
        (ROW.replace("verified", "sure") + ", value = 1", "status 'sure'"),
        (ROW.replace("µg/m³", "ppq") + ", value = 1", "ppq"),
        (ROW + ", value = 0", "not a positive number"),
        (ROW + ', value = "5"', "not a positive number"),
        (ROW + ", value = 1, from = 2021-01-01, until = 2020-01-01", "the first day must come first"),
        (ROW.replace('act = "a"', 'act = "b"') + ", value = 1", "'b'"),
        (ROW + ", value = 1, colour = 2", "colour"),
        (ROW + ", value = 1, hazard_class = 5", "hazard class"),
        (ROW + ", value = 1 },\n{ " + ROW + ", value = 2", "two rows are in force"),
    ],
)
def test_a_wrong_row_is_one_sentence(tmp_path, row, says):
    with pytest.raises(LimitError, match=r"limits_xx.toml|xx pm25 24h") as caught:
        _written(tmp_path, f"{{ {row} }},")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_shipped_row_names_its_act_and_reference():
    for limit in registry(FOLDER).limits:
        assert limit.act, limit.key
        assert limit.reference, limit.key
    assert set(registry().jurisdictions) == {"eu", "kz", "uz", "who-2021"}
