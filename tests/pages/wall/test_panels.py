"""The wall's panels say nothing beside a figure that comes from other rows than the figure."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from data.city import city
from data.schema import conform
from pages.ui.city.build import paint
from pages.ui.city.city import Picture
from pages.ui.look import cards
from pages.ui.wall import frame, panels
from pages.ui.wall.plan import plan

HOME = city("tashkent")
NOW = datetime(2026, 1, 18, 15, 7, tzinfo=UTC)
MIDNIGHT = pd.Timestamp("2026-01-17T19:00Z")  # 18 January, 00:00 in Tashkent
ABOUT = {"source": "openaq", "city": "tashkent", "kind": "reference", "flag": "ok", "statistic": "mean"}


def _days(station: str, value: float, end: pd.Timestamp = MIDNIGHT) -> pd.DataFrame:
    start = pd.date_range(end=end - timedelta(days=1), periods=3, freq="D")
    return pd.DataFrame({"station": station, "start": start, "minutes": 1440, "value": value, "parameter": "pm25"})


def _hours(station: str, value: float, *, parameter: str = "pm25", last: str = "2026-01-18T14:00Z") -> pd.DataFrame:
    start = pd.date_range(end=last, periods=40, freq="h")
    return pd.DataFrame({"station": station, "start": start, "minutes": 60, "value": value, "parameter": parameter})


def _picture(*parts: pd.DataFrame, places: pd.DataFrame | None = None) -> Picture:
    rows = conform(pd.concat(parts, ignore_index=True).assign(**ABOUT), known_at=NOW).rows
    names = sorted(set(rows["station"]))
    about = {**ABOUT, "station_class": "background", "lat": 41.3, "lon": 69.2, "owner": "", "same_as": ""}
    stations = pd.DataFrame({"station": names, "name": [n.split(":")[1].title() for n in names], **about})
    return paint(HOME, NOW, rows, stations, {"pm25": frozenset(names)}, places=places)


@pytest.fixture
def of_days() -> Picture:
    """Four posts with the mean of the 17th, one that stopped with the 15th, and one sensor with hours."""
    posts = [_days(f"x:post{i}", 20.0 + i) for i in range(4)]
    return _picture(*posts, _days("x:late", 300.0, MIDNIGHT - timedelta(days=2)), _hours("x:sensor", 90.0))


def test_only_stations_of_the_day_that_the_figure_is_of_are_ranked(of_days: Picture) -> None:
    html = panels.ranks(of_days)
    assert [name in html for name in ("Post3", "Post0", "Late", "Sensor")] == [True, True, False, False]


def test_a_pin_of_another_day_carries_its_date_and_the_lone_sensor_stands_as_itself(of_days: Picture) -> None:
    drawn = plan(of_days.placed(), HOME)
    assert "Late · 15 Jan" in drawn
    assert ("Post3</text>" in drawn, "Sensor</text>" in drawn) == (True, True)
    pins = of_days.placed().set_index("station")
    assert (pins["number"]["x:sensor"], pins["dated"]["x:sensor"], pins["dated"]["x:post1"]) == ("90", "", "")


def test_a_panel_that_rests_on_a_day_names_it_and_grows_old_in_the_browser(of_days: Picture) -> None:
    html = frame.fresh(of_days)
    assert "17 Jan" in html
    assert f'data-end="{MIDNIGHT.timestamp() * 1000:.0f}"' in html
    assert 'data-grey="5760"' in html  # four days
    assert "4 of 6" in html


def test_a_curve_of_hours_that_do_not_stand_for_the_city_says_whose_they_are(of_days: Picture) -> None:
    assert "Sensor alone" in panels.curve(of_days)
    assert "Sensor alone" in of_days.caption()
    assert "alone" not in panels.curve(_picture(*(_hours(f"x:post{i}", 30.0) for i in range(3))))


def test_age_and_coverage_beside_the_verdict_are_of_the_pollutant_that_sets_it() -> None:
    posts = [_hours(f"x:post{i}", 10.0) for i in range(4)]
    ozone = _hours("x:post0", 200.0, parameter="o3", last="2026-01-18T10:00Z")
    made = _picture(*posts, ozone)
    assert made.situation.judged.parameter == "o3"
    end = pd.Timestamp("2026-01-18T11:00Z").timestamp() * 1000
    foot = frame.foot([made], frame.Alarms(True, pd.DataFrame(), 0), 1)
    assert f'data-end="{end:.0f}"' in foot
    assert "1 of 1" in foot
    assert "4 of 4" in frame.fresh(made)


def test_what_noise_carries_below_zero_is_written_as_zero() -> None:
    made = _picture(*(_hours(f"x:post{i}", -1.4) for i in range(3)))
    assert made.lead.value == pytest.approx(-1.4)
    assert '<span class="num">0</span>' in panels.big(made)
    assert "−1" not in panels.big(made) + panels.ranks(made) + panels.curve(made) + made.answer()
    assert set(made.placed()["number"]) == {"0"}
    assert "<b>0</b>" in cards.big(-0.9, "µg/m³", "PM2.5")


def test_a_station_that_moved_is_drawn_where_it_stood_when_its_row_began() -> None:
    moved, row = pd.Timestamp("2026-01-18T12:00Z"), {"station": "x:post0", "lon": 69.2}
    places = pd.DataFrame(
        [
            {**row, "lat": 41.1, "valid_from": pd.NaT, "valid_until": moved},
            {**row, "lat": 41.9, "valid_from": moved, "valid_until": pd.NaT},
        ]
    )
    made = [
        _picture(_hours("x:post0", 20.0, last=last), places=places).placed()["lat"].tolist()
        for last in ("2026-01-18T11:00Z", "2026-01-18T12:00Z")
    ]
    assert made == [[41.1], [41.9]]


def test_a_city_whose_posts_are_all_silent_is_drawn() -> None:
    made = _picture(_hours("x:post0", 20.0, parameter="no2"))
    assert made.placed()[["lat", "number"]].to_numpy().tolist() == [[41.3, "–"]]
