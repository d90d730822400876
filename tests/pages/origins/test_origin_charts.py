"""Figures of the origins page as data: stacking, holes, hatching, intervals, directions."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.city import likely
from pages.ui.origins import charts as origins_charts
from pages.ui.origins import site_marks

ZONE = ZoneInfo("Asia/Tashkent")
START = pd.Timestamp("2026-01-01", tz="UTC")


def hours(count: int, missing: tuple[int, ...] = ()) -> pd.DataFrame:
    at = [START + pd.Timedelta(hours=h) for h in range(count) if h not in missing]
    parts = {"heating": 20.0, "dust": 0.0, "undetermined": 4.0}
    return pd.concat([pd.DataFrame({"start": at, "category": k, "contribution": v}) for k, v in parts.items()])


def test_points_stand_at_the_end_of_their_hour_on_the_citys_clock() -> None:
    made = origins_charts.river(hours(30), zone=ZONE, unit="µg/m³")
    assert str(pd.Timestamp(made.data[0].x[0])) == "2026-01-01 06:00:00"


def test_a_hole_splits_the_river_and_is_never_zero() -> None:
    made = origins_charts.river(hours(30, missing=(10, 11)), zone=ZONE, unit="µg/m³")
    assert len({trace.stackgroup for trace in made.data}) == 2
    assert min(float(np.min(trace.y)) for trace in made.data) > 0
    assert sum(bool(trace.showlegend) for trace in made.data) == 2


def test_the_undetermined_part_is_hatched_and_on_top() -> None:
    made = origins_charts.river(hours(5), zone=ZONE, unit="µg/m³")
    assert [trace.legendgroup for trace in made.data] == ["heating", "undetermined"]
    assert made.data[-1].fillpattern.shape == "/"
    assert not made.data[0].fillpattern.shape


@given(st.integers(2, 24 * 70))
def test_a_long_period_keeps_its_mean_and_few_points(count: int) -> None:
    wide = pd.DataFrame({"heating": np.arange(count, dtype=float)}, index=pd.date_range(START, periods=count, freq="h"))
    drawn = origins_charts.coarser(wide)
    assert len(drawn) <= 750
    assert drawn["heating"].mean() == pytest.approx(wide["heating"].mean(), abs=13)


def test_nothing_measured_gives_an_empty_river() -> None:
    assert not origins_charts.river(hours(0), zone=ZONE, unit="µg/m³").data


def test_a_refused_day_stays_open_and_intervals_are_drawn() -> None:
    days = pd.DataFrame({"start": pd.date_range(START, periods=3, freq="D"), "share": [40.0, np.nan, 50.0],
                         "lower": [30.0, np.nan, 45.0], "upper": [60.0, np.nan, 70.0]})  # fmt: skip
    trace = origins_charts.by_day(days, "heating", zone=ZONE).data[0]
    assert np.isnan(trace.y[1])
    assert list(trace.error_y.array)[::2] == [20, 20]
    assert list(trace.error_y.arrayminus)[::2] == [10, 5]


def test_a_polar_surface_keeps_east_on_the_right() -> None:
    u, v = np.meshgrid(np.linspace(-5, 5, 21), np.linspace(-5, 5, 21))
    surface = pd.DataFrame({"u": u.ravel(), "v": v.ravel(), "z": np.where(u.ravel() > 2, 90.0, 10.0)})
    surface.loc[0, "z"] = np.nan
    made = origins_charts.polar(surface, "µg/m³")
    drawn = made.data[0]
    assert drawn.z[5][-1] == 90
    assert drawn.z[5][0] == 10
    assert {a.text for a in made.layout.annotations} >= {"<b>N</b>", "<b>E</b>"}


def shares(**columns: object) -> pd.DataFrame:
    now = pd.DataFrame({"category": ["undetermined", "heating", "traffic"], "share": [50.0, 20.0, 30.0], "span": "now",
                        "start": START, "minutes": 1440})  # fmt: skip
    day = now.assign(span="day", start=START - pd.Timedelta(days=1), share=[50.0, 35.0, 28.0])
    both = pd.concat([now, day])
    same = {"city": "tashkent", "data_level": "gases", **columns}
    return both.assign(lower=both["share"] - 5, upper=both["share"] + 5).assign(**same)


def test_likely_sources_are_of_now_with_the_undetermined_last() -> None:
    moment = START + pd.Timedelta(hours=26)
    found = likely.likely(shares(), "tashkent", moment)
    assert found["category"].tolist() == ["traffic", "heating", "undetermined"]
    assert found["arrow"].tolist() == ["→", "↘", "→"]
    assert found["confidence"].tolist() == ["high", "high", "high"]


@pytest.mark.parametrize(("city", "away"), [("astana", 26), ("tashkent", 60), ("tashkent", 2)])
def test_shares_of_another_city_or_moment_are_not_shown(city: str, away: int) -> None:
    assert not len(likely.likely(shares(), city, START + pd.Timedelta(hours=away)))


def test_no_attribution_and_a_refused_one() -> None:
    assert not len(likely.likely(None, "tashkent", START))
    assert not len(likely.likely(shares(share=np.nan), "tashkent", START + pd.Timedelta(hours=26)))


@pytest.mark.parametrize(
    ("refused", "away", "share", "said"),
    [("No PM2.5.", 26, np.nan, "no_pm25"), ("", 26, np.nan, "few_hours"), ("", 60, 20.0, "late"), ("", 26, 20.0, "")],
)
def test_why_there_are_no_likely_sources(refused: str, away: int, share: float, said: str) -> None:
    status = pd.DataFrame({"city": ["tashkent"], "refused": [refused], "last": [START + pd.Timedelta(hours=24)]})
    found = likely.unattributed(status, shares(share=share), "tashkent", START + pd.Timedelta(hours=away))
    assert found == said


def test_pm25_alone_is_never_sure() -> None:
    found = likely.likely(shares(data_level="pm25"), "tashkent", START + pd.Timedelta(hours=26))
    assert set(found["confidence"]) == {"low"}


def test_draws_never_show_certainty() -> None:
    assert site_marks.chance(1.0) == "> 99"
    assert site_marks.chance(0.0) == "< 1"
