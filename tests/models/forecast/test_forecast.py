"""The forecast: baselines of known truth, nothing from the future, bands that hold, reasons for silence."""

import numpy as np
import pandas as pd
import pytest

from models.forecast import METHODS, Forecaster, baselines, choose, refused
from models.forecast.climatology import climate, damping
from models.forecast.panel import panels

ZONE = "Asia/Tashkent"
FIRST = pd.Timestamp("2025-01-01", tz="UTC")


def world(days: int = 150, stations: int = 2, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Air that follows the wind and a daily cycle, with gaps; and that wind."""
    random, size = np.random.default_rng(seed), days * 24
    hours = pd.date_range(FIRST, periods=size, freq="h")
    wind = 1.0 + 4.0 * np.abs(pd.Series(random.normal(size=size)).ewm(halflife=18).mean().to_numpy()) * 4
    base = 30.0 + 10.0 * np.sin(2 * np.pi * np.arange(size) / 24) + 80.0 / wind
    rows = [
        pd.DataFrame({"station": f"t:{n}", "parameter": "pm25", "start": hours, "value": base * (1 + 0.3 * n)})
        for n in range(stations)
    ]
    history = pd.concat(rows, ignore_index=True)
    noise = np.exp(random.normal(0, 0.15, len(history)))
    history = history.assign(value=history["value"] * noise)[random.random(len(history)) > 0.05]
    weather = pd.DataFrame({"wind_speed": wind, "wind_direction": random.uniform(0, 360, size)}, index=hours)
    return history, weather


@pytest.fixture(scope="module")
def air() -> tuple[pd.DataFrame, pd.DataFrame]:
    return world()


ISSUED = FIRST + pd.Timedelta(days=140, hours=5)


@pytest.fixture(scope="module")
def fitted(air: tuple[pd.DataFrame, pd.DataFrame]) -> Forecaster:
    return Forecaster(zone=ZONE, rows=4000, runs=150).fit(*air, until=ISSUED)


def test_damping_of_a_known_process_is_its_own_memory() -> None:
    random, hours = np.random.default_rng(1), pd.date_range(FIRST, periods=20_000, freq="h")
    values = np.empty(len(hours))
    values[0] = 0.0
    for place, step in enumerate(random.normal(size=len(hours) - 1)):
        values[place + 1] = 0.9 * values[place] + step
    table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": 50.0 + values})
    panel = panels(table)["pm25"]
    left = damping(panel, climate(panel))
    assert left[0] == 1.0
    assert left[[1, 6, 12]] == pytest.approx([0.9, 0.9**6, 0.9**12], abs=0.07)
    assert left[48:].max() < 0.1


def test_climatology_knows_the_hour_and_nothing_of_its_own_day() -> None:
    hours = pd.date_range(FIRST, periods=24 * 30, freq="h")
    table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": hours.hour.to_numpy(float)})
    last = table["start"] >= FIRST + pd.Timedelta(days=29)
    panel = panels(table.assign(value=table["value"].mask(last, 1e6)))["pm25"]
    usual = climate(panel)
    assert usual.usual[29, :, 0] == pytest.approx(np.arange(24.0))
    assert np.isnan(usual.usual[0]).all()


def test_no_forecast_looks_past_its_issue(air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster) -> None:
    history, weather = air
    late = history["start"] >= ISSUED
    spoiled = history.assign(value=history["value"].mask(late, 1e5))
    for table in (spoiled, history[~late]):
        pd.testing.assert_frame_equal(
            baselines(history, ISSUED, [1, 24, 72], zone=ZONE), baselines(table, ISSUED, [1, 24, 72], zone=ZONE)
        )
        pd.testing.assert_frame_equal(fitted.predict(ISSUED, *air), fitted.predict(ISSUED, table, weather))


def test_an_hour_that_is_not_over_is_not_known(air: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    history, _ = air
    moment = ISSUED + pd.Timedelta(minutes=40)
    out = baselines(history, moment, [1], zone=ZONE)
    assert (out["start"] == ISSUED).all()
    spoiled = history.assign(value=history["value"].mask(history["start"] == ISSUED, 1e5))
    pd.testing.assert_frame_equal(out, baselines(spoiled, moment, [1], zone=ZONE))


def test_same_seed_same_forecast_whatever_came_later(
    air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster
) -> None:
    history, weather = air
    spoiled = history.assign(value=history["value"].mask(history["start"] >= ISSUED, 1e5))
    again = Forecaster(zone=ZONE, rows=4000, runs=150).fit(spoiled, weather, until=ISSUED)
    pd.testing.assert_frame_equal(fitted.predict(ISSUED, *air), again.predict(ISSUED, *air))


def test_answers_in_order_for_every_hour(air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster) -> None:
    out = fitted.predict(ISSUED, *air)
    assert len(out) == 2 * 72
    assert (out["lower"] >= 0).all()
    assert ((out["lower"] <= out["value"]) & (out["value"] <= out["upper"])).all()
    assert set(out["method"]) <= set(METHODS)
    shown = [row[row["method"]] for row in out.to_dict("records")]
    assert out["value"].tolist() == shown
    assert (out["start"] == ISSUED + (out["lead"] - 1) * pd.Timedelta("1h")).all()


def test_weather_that_moves_the_air_is_learned(air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster) -> None:
    history, weather = air
    out = fitted.predict(ISSUED, *air).merge(history, on=["station", "parameter", "start"], suffixes=("", "_seen"))
    far = out[out["lead"] > 12]
    assert (far["method"] == "model").all()
    assert far["weather"].all()
    without = fitted.predict(ISSUED, history, weather[weather.index < ISSUED])
    assert not without["weather"].any()
    assert "model" not in set(without["method"])


def test_a_short_past_leaves_the_baselines_and_says_why(air: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    history, weather = air
    short = history[history["start"] >= ISSUED - pd.Timedelta(days=40)]
    found = Forecaster(zone=ZONE).fit(short, weather, until=ISSUED)
    assert "60 days" in found.fitted["pm25"].reason
    out = found.predict(ISSUED, short, weather)
    assert out["model"].isna().all()
    assert "model" not in set(out["method"])
    assert out[["value", "lower", "upper"]].notna().all(axis=None)


def test_silent_stations_say_why(air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster) -> None:
    history, weather = air
    gone = (history["station"] == "t:1") & (history["start"] >= ISSUED - pd.Timedelta(hours=20))
    out = fitted.predict(ISSUED, history[~gone], weather)
    assert set(out["station"]) == {"t:0"}
    assert refused(history[~gone], ISSUED).values.tolist() == [
        ["t:1", "pm25", "the newest value is more than 12 hours old"]
    ]


def test_the_model_is_shown_only_where_it_beats_the_best_baseline() -> None:
    table = pd.DataFrame(
        {
            "parameter": "pm25",
            "lead": [1, 1, 24, 24, 72, 72],
            "method": ["model", "persistence", "model", "damped_persistence", "model", "climatology"],
            "rmse": [5.0, 4.0, 8.0, 10.0, 9.95, 10.0],
        }
    )
    out = choose(table, [1, 24, 72])
    assert out["method"].tolist() == ["persistence", "model", "climatology"]


def test_the_choice_from_outside_is_followed(air: tuple[pd.DataFrame, pd.DataFrame], fitted: Forecaster) -> None:
    choice = pd.DataFrame({"parameter": "pm25", "lead": range(1, 73), "method": "climatology"})
    out = fitted.predict(ISSUED, *air, choice=choice)
    assert (out["value"] == out["climatology"]).all()


def test_cams_is_corrected_by_its_own_past(air: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    history, _ = air
    one = history[history["station"] == "t:0"]
    hours = pd.date_range(FIRST, ISSUED + pd.Timedelta(days=3), freq="h")
    truth = one.set_index("start")["value"].reindex(hours)
    out = baselines(one, ISSUED, [24], cams=pd.DataFrame({"pm25": truth / 2}), zone=ZONE)
    assert out["cams_debiased"].iloc[0] == pytest.approx(2 * out["cams"].iloc[0], rel=1e-6)


def test_odd_histories_are_answered_without_a_model(air: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    history, weather = air
    dead = history.assign(value=0.0)
    out = Forecaster(zone=ZONE, rows=1500, runs=100).fit(dead, None, until=ISSUED).predict(ISSUED, dead)
    assert (out["value"] == 0).all()
    elsewhere = weather.set_axis(weather.index - pd.Timedelta(days=400))
    found = Forecaster(zone=ZONE, rows=1500, runs=100).fit(history, elsewhere, until=ISSUED)
    assert not found.fitted["pm25"].weather
    assert Forecaster().fit(history.head(0)).predict(ISSUED, history.head(0)).empty
    assert baselines(history.head(0), ISSUED, [1]).empty
