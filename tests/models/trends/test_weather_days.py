"""Days of weather come from hours and days alike, and a measure whose true effect is known is found on days."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.city import city
from data.demo.history import Days, earlier_days, measure_effect
from data.store import open_store
from models.averages.city_days import as_series, city_days
from models.trends.before_after import before_after
from models.trends.trends import Refused
from models.trends.weather_days import weather_days
from models.trends.weather_normalised import LEAST_DAYS, weather_normalised

ZONE = "Asia/Tashkent"
MEASURE = date(2025, 1, 1)


def hours(days: int, **columns: object) -> pd.DataFrame:
    index = pd.date_range("2026-01-01T19:00", periods=24 * days, freq="h", tz="UTC")
    return pd.DataFrame({"ws": 2.0, "wd": 90.0, **columns}, index=index)


def test_the_wind_of_a_day_is_its_mean_vector_and_rain_its_sum() -> None:
    wind = hours(1, wd=[80.0, 100.0] * 12, precipitation=0.5, temperature=np.arange(24.0))
    made = weather_days(wind, wind.iloc[:0], ZONE).iloc[0]
    assert made["wd"] == pytest.approx(90.0)
    assert made["ws"] == pytest.approx(2.0)
    assert made["precipitation"] == pytest.approx(12.0)
    assert made["temperature"] == pytest.approx(11.5)


def test_strong_wind_turns_the_day_and_calms_do_not() -> None:
    wind = hours(1, ws=[1.0] * 12 + [9.0] * 11 + [0.0], wd=[0.0] * 12 + [90.0] * 11 + [np.nan])
    made = weather_days(wind, wind.iloc[:0], ZONE)
    assert 80 < made["wd"].iloc[0] < 90


def test_hours_stand_before_a_day_as_delivered_and_a_day_fills_what_they_lack() -> None:
    fine = hours(2)
    fine.iloc[24 + 17 :] = np.nan  # 17 of 24 hours: less than three quarters
    index = pd.DatetimeIndex(["2026-01-01T19:00Z", "2026-01-02T19:00Z", "2026-01-03T19:00Z"])
    coarse = pd.DataFrame({"ws": 7.0, "wd": 180.0}, index=index)
    made = weather_days(fine, coarse, ZONE)
    assert made["ws"].tolist() == [2.0, 7.0, 7.0]
    assert made["wd"].round(6).tolist() == [90.0, 180.0, 180.0]
    assert made.index.tolist() == pd.date_range("2026-01-02", periods=3, tz="UTC").tolist()


def test_rows_further_apart_than_hours_are_no_hours() -> None:
    with pytest.raises(ValueError, match="apart"):
        weather_days(hours(4).iloc[::3], hours(1).iloc[:0], ZONE)


@pytest.fixture(scope="module")
def demo_days() -> Days:
    place = city("tashkent")
    parts = list(
        earlier_days(place, date(2023, 12, 20), datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    )
    tables = [pd.concat([getattr(part, name) for part in parts]) for name in ("measurements", "truth")]
    return Days(*tables, share=1.0)


def wide(demo_days: Days, folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """The city's PM2.5 with its weather, by the ways that the trends page goes, and the stations in it."""
    from data.demo.simulation import described

    place, store = city("tashkent"), open_store(folder / "demo")
    store.append(demo_days.measurements)
    stations = described(place, int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() // 3600)).assign(same_as="")
    daily = store.daily("tashkent", ["pm25"], None, None, zone=place.zone)
    level = as_series(city_days(daily, stations))
    rows = demo_days.measurements[demo_days.measurements["station"] == "demo:tashkent-weather"]
    sky = rows.pivot_table(index="start", columns="parameter", values="value")
    sky = sky.rename(columns={"wind_speed": "ws", "wind_direction": "wd"})
    names = stations.loc[stations["station_class"] == "background", "station"]
    return pd.concat([level.rename("pm25"), weather_days(sky.iloc[:0], sky, str(place.zone))], axis=1), list(names)


def test_the_measure_of_the_demo_world_is_found_on_days(demo_days: Days, tmp_path: Path) -> None:
    table, posts = wide(demo_days, tmp_path)
    truth = demo_days.truth[demo_days.truth["station"].isin(posts)]
    true = measure_effect(truth, MEASURE, city("tashkent").zone)
    made = weather_normalised(table, "pm25")
    found = before_after(made, pd.Timestamp(MEASURE, tz="UTC"))
    assert made.daily
    assert made.r2 > 0.5
    assert -6 < true < -1.5
    assert found.lower < true < found.upper
    assert found.change < 0


def test_too_few_days_are_refused_as_days(demo_days: Days, tmp_path: Path) -> None:
    table, _ = wide(demo_days, tmp_path)
    with pytest.raises(Refused, match=f"{LEAST_DAYS} days"):
        weather_normalised(table.iloc[: LEAST_DAYS - 1], "pm25")
