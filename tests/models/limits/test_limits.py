from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.city import cities, city
from data.standards.limits import FOLDER, LimitError, Registry, registry
from models.limits.in_force import applicable, compare, groups, limits, usable

ANY_DAY = date(2025, 6, 1)

# What the field notes print; the indicative mark follows from the status.
STATED = [
    ("uz", "pm25", "year", 35.0, "verified"),
    ("uz", "pm25", "24h", 60.0, "verified"),
    ("uz", "pm10", "single", 500.0, "secondary"),
    ("uz", "co", "single", 5000.0, "secondary"),
    ("uz", "no2", "single", 85.0, "unverified"),
    ("uz", "no2", "24h", 40.0, "unverified"),
    ("uz", "o3", "24h", 30.0, "unverified"),
    ("kz", "pm25", "single", 160.0, "verified"),
    ("kz", "pm25", "24h", 35.0, "verified"),
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
    assert (half.verdict, half.note, half.indicative, half.exceedance) == ("above", "", False, True)
    assert hour.ratio == pytest.approx(1.25)


def test_the_limit_itself_is_within_and_a_median_is_not_compared():
    (day,) = limits("uz", "pm25", ANY_DAY, averaging="24h")
    assert compare(60.0, 1440, day).verdict == "within"
    assert compare(60.1, 1440, day).exceedance
    assert compare(600.0, 1440, day, statistic="median").note == "other_statistic"
    assert compare(float("nan"), 1440, day).note == "no_value"


def test_dates_decide():
    assert not limits("uz", "pm25", date(2024, 5, 26))
    assert len(limits("uz", "pm25", date(2024, 5, 27))) == 2
    assert {x.status for x in limits("kz", "pm25", date(2022, 8, 1))} == {"unverified"}
    assert {x.status for x in limits("kz", "pm25", date(2022, 8, 2))} == {"verified"}
    assert [g.number for g in groups("kz", date(2025, 2, 18))] == ["1", "2", "3", "4", "5", "7", "8", "33", "40", "44"]
    assert groups("kz", date(2025, 2, 17)) == ()


def _written(folder: Path, rows: str) -> Registry:
    head = 'jurisdiction = "xx"\nlaw = true\n'
    acts = '[acts.a]\ntitle = "An act"\nreference = "somewhere"\n'
    (folder / "limits_xx.toml").write_text(f"{head}limits = [\n{rows}\n]\n{acts}", "utf-8")
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
