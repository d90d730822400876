"""What happens in the demo world keeps its dates, shows in air and readings, and is told with its figure."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data import demo
from data.city import city
from data.demo import emissions
from data.demo.calendar import stamps
from data.demo.happenings import CODE, CODE_LATE, SMOKE_PM25, happened, measures
from data.demo.places import CATEGORIES, CODED, COPIED, MOVER
from data.demo.simulation import described, stretches
from data.schema import KEY

NOW = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)
PLACE = city("astana")


def hour(moment: str) -> int:
    return int(pd.Timestamp(moment, tz="UTC").timestamp() // 3600)


@pytest.fixture(scope="module")
def world() -> demo.Demo:
    return demo.build(NOW, cities=["astana"])


def readings(world: demo.Demo, number: int, parameter: str) -> pd.Series:
    rows = world.measurements
    mine = rows[(rows["station"] == f"demo:astana-{number + 1}") & (rows["parameter"] == parameter)]
    return mine.set_index("start")["value"]


def of(world: demo.Demo, kind: str) -> pd.DataFrame:
    return world.happenings[world.happenings["kind"] == kind]


def test_any_120_days_hold_two_storms_one_smoke_one_fault_code_and_a_month_of_copies() -> None:
    for start in range(hour("2024-01-01"), hour("2027-01-01"), 11 * 24):
        table = happened(1, PLACE, start, start + 120 * 24)
        inside = table[
            (table["start"] >= stamps(np.array([start]))[0]) & (table["end"] <= stamps(np.array([start + 120 * 24]))[0])
        ]
        kinds = inside["kind"].value_counts()
        assert kinds["dust_storm"] >= 2
        assert kinds["smoke"] >= 1
        assert kinds["code"] >= 1
        assert kinds["copied"] >= 1


def test_what_is_told_does_not_depend_on_the_span_asked_for() -> None:
    first, last = hour("2024-06-01"), hour("2025-09-01")
    long = happened(1, PLACE, first - 5000, last + 5000)
    begin, end = stamps(np.array([first, last]))
    part = long[(long["start"] >= begin) & (long["start"] <= end)]
    short = happened(1, PLACE, first, last)
    short = short[short["start"] >= begin]
    pd.testing.assert_frame_equal(part.reset_index(drop=True), short.reset_index(drop=True))
    assert {"measure", "move", "dust_storm", "smoke", "code", "copied"} == set(short["kind"])


def test_heating_emits_a_fifth_less_from_the_measure_on(monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = int(datetime(2025, 1, 1, tzinfo=PLACE.zone).timestamp() // 3600)
    told = happened(1, PLACE, midnight, midnight)
    assert told.loc[told["kind"] == "measure", "figure"].tolist() == [pytest.approx(-0.2)]
    real = next(stretches(PLACE, midnight - 12, midnight + 11, newest=midnight + 99)).true.parts
    monkeypatch.setattr(emissions, "heating_left", lambda hours, zone: np.ones(len(hours)))
    without = next(stretches(PLACE, midnight - 12, midnight + 11, newest=midnight + 99)).true.parts
    ratio = real["heating"] / without["heating"]
    assert np.allclose(ratio[:12], 1.25)
    assert np.allclose(ratio[12:], 1.0)
    assert np.allclose(real["traffic"], without["traffic"])


def test_measures_are_named_in_four_languages_as_the_demos() -> None:
    (one,) = measures(date(2024, 6, 1), date(2026, 6, 1))
    assert one.day == date(2025, 1, 1)
    assert {key: name.split(":")[0] for key, name in one.names.items()} == {
        "en": "Demo", "ru": "Демо", "uz": "Demo", "kk": "Демо",
    }  # fmt: skip


def test_one_station_moves_and_measures_the_air_of_where_it_stands() -> None:
    moved = int(datetime(2025, 6, 1, tzinfo=PLACE.zone).timestamp() // 3600)
    told = happened(1, PLACE, moved, moved)
    told = told[told["kind"] == "move"]
    before, after = (described(PLACE, at).set_index("station") for at in (moved - 1, moved))
    apart = before.index[(before["lat"] != after["lat"]) | (before["lon"] != after["lon"])]
    assert list(apart) == list(told["station"]) == [f"demo:astana-{MOVER + 1}"]
    north, east = before.loc[apart[0], ["lat", "lon"]] - after.loc[apart[0], ["lat", "lon"]]
    km = np.hypot(north * 111.2, east * 111.2 * np.cos(np.radians(PLACE.lat)))
    assert told["figure"].iloc[0] == pytest.approx(km, abs=0.1)
    parts = list(stretches(PLACE, moved - 48, moved + 47, newest=moved + 99))
    assert [len(one.hours) for one in parts] == [48, 48]
    assert [one.posts.loc[MOVER, "lat"] for one in parts] == [before.loc[apart[0], "lat"], after.loc[apart[0], "lat"]]


def test_smoke_brings_the_pm25_that_is_told(world: demo.Demo) -> None:
    for one in of(world, "smoke").itertuples():
        during = world.truth[(world.truth["start"] >= one.start) & (world.truth["start"] < one.end)]
        assert during["fire"].mean() == pytest.approx(SMOKE_PM25, rel=0.05)
        fires = world.hotspots[world.hotspots["time"] == one.start]
        assert len(fires) >= 5


def test_a_storm_brings_the_dust_that_is_told(world: demo.Demo) -> None:
    for one in of(world, "dust_storm").itertuples():
        if one.end > world.truth["start"].max():
            continue
        during = world.truth[(world.truth["start"] >= one.start) & (world.truth["start"] < one.end)]
        assert during["dust"].groupby(during["station"]).max().median() == pytest.approx(one.figure / 11, rel=0.35)


def test_a_fault_code_stands_for_hours_and_comes_a_day_late(world: demo.Demo) -> None:
    told = of(world, "code")
    values = readings(world, CODED, "pm25")
    kept = [values[one.start : one.end - pd.Timedelta(hours=1)] for one in told.itertuples()]
    assert any(len(part) >= 5 and (part == CODE).all() for part in kept)
    newest = told["start"].max()
    early = demo.build((newest + pd.Timedelta(hours=CODE_LATE)).to_pydatetime(), days=6, cities=["astana"])
    late = demo.build((newest + pd.Timedelta(hours=CODE_LATE + 8)).to_pydatetime(), days=6, cities=["astana"])
    assert not (early.measurements["value"] == CODE).any()
    assert (late.measurements["value"] == CODE).sum() == 5
    assert (late.measurements["known_at"] <= (newest + pd.Timedelta(hours=CODE_LATE + 8))).all()
    joined = early.measurements.merge(late.measurements, on=list(KEY))
    assert joined["value_x"].equals(joined["value_y"].rename("value_x"))


def test_no_fault_code_is_of_the_newest_day() -> None:
    for days in range(0, 60, 7):
        now = NOW + timedelta(days=days)
        rows = demo.build(now, days=2, cities=["astana"]).measurements
        coded = rows.loc[rows["value"] == CODE, "start"]
        assert (pd.Timestamp(now) - coded >= pd.Timedelta(hours=24)).all()


def test_one_station_copies_a_channel_for_whole_months(world: demo.Demo) -> None:
    both = pd.DataFrame({name: readings(world, COPIED, name) for name in ("pm10", "pm25")}).dropna()
    whole = of(world, "copied")
    assert set(whole["station"]) == {f"demo:astana-{COPIED + 1}"}
    november = both.loc["2025-11-01":"2025-11-30"]
    assert len(november) > 25 * 24
    assert ((november["pm10"] / november["pm25"] - 1).abs() <= 0.001).all()
    december = both.loc["2025-12-01":"2025-12-31"]
    assert (december["pm10"] / december["pm25"]).median() > 1.05


def test_parts_of_the_air_still_add_up_with_all_that(world: demo.Demo) -> None:
    assert (world.truth[list(CATEGORIES)] >= 0).all(axis=None)
    assert set(world.faults["kind"]) == {"stuck", "spike", "code"}
